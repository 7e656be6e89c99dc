//! Lists of accounts: filter, order, and where a page ends.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization;

use super::cursor::Cursor;
use super::groups::GroupName;
use super::time::Timestamp;
use super::user::{Role, User, UserState, Username};

/// Which accounts a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// A part of the address, the name or the user name; empty matches all.
    pub query: String,
    /// Only accounts in this state.
    pub state: Option<UserState>,
    /// Only accounts with this role.
    pub role: Option<Role>,
    /// Only accounts in this group.
    pub group: Option<GroupName>,
}

/// What a list of accounts is ordered by. Equal ones follow in the order of creation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserSort {
    /// When the account was created.
    #[default]
    Created,
    /// The address.
    Email,
    /// The name ignoring case, then the address.
    Name,
    /// The role.
    Role,
    /// The state.
    State,
    /// The last sign-in; people who never signed in come first.
    LastSignIn,
}

/// The order of a list of accounts; newest first by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserOrder {
    /// The column.
    pub by: UserSort,
    /// Whether it is descending.
    pub descending: bool,
}

impl Default for UserOrder {
    fn default() -> Self {
        Self { by: UserSort::Created, descending: true }
    }
}

const SORTS: [(UserSort, &str); 6] = [
    (UserSort::Created, "created"),
    (UserSort::Email, "email"),
    (UserSort::Name, "name"),
    (UserSort::Role, "role"),
    (UserSort::State, "state"),
    (UserSort::LastSignIn, "last"),
];

impl UserOrder {
    /// Parses what it prints: a column, preceded by a minus if descending. Anything else is the default order.
    pub fn parse(text: &str) -> Self {
        let (descending, column) = text.strip_prefix('-').map_or((false, text), |column| (true, column));
        SORTS
            .iter()
            .find(|(_, name)| *name == column)
            .map_or_else(Self::default, |(by, _)| Self { by: *by, descending })
    }

    /// The order that a click on a column requests: the opposite direction if the list is ordered by it already, else
    /// its default direction.
    #[must_use]
    pub fn towards(self, by: UserSort) -> Self {
        let first = matches!(by, UserSort::Created | UserSort::LastSignIn);
        Self { by, descending: if self.by == by { !self.descending } else { first } }
    }
}

impl fmt::Display for UserOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = SORTS.iter().find(|(by, _)| *by == self.by).map_or("", |(_, name)| name);
        write!(f, "{}{column}", if self.descending { "-" } else { "" })
    }
}

impl UserFilter {
    /// Whether it matches everybody.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is escaped in a query string: everything but unreserved characters (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The query string that shows the same list again.
pub fn list_query(filter: &UserFilter, order: UserOrder) -> String {
    let mut query = String::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() {
            let joint = if query.is_empty() { "" } else { "&" };
            query = format!("{query}{joint}{name}={}", utf8_percent_encode(value, ESCAPED));
        }
    };
    add("q", &filter.query);
    add("state", filter.state.map_or("", UserState::as_str));
    add("role", filter.role.map_or("", Role::as_str));
    add("group", filter.group.as_ref().map_or("", GroupName::as_str));
    if order != UserOrder::default() {
        add("sort", &order.to_string());
    }
    query
}

/// The last account of a page: the next page begins after it, whatever is added meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPlace {
    /// When it was created, and its ID.
    pub cursor: Cursor,
    /// The value that the list is ordered by, as text.
    pub key: String,
}

impl UserPlace {
    /// Parses what it prints; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let cursor = Cursor::parse(&format!("{}.{}", parts.next()?, parts.next()?))?;
        Some(Self { cursor, key: parts.next()?.to_owned() })
    }
}

impl UserPlace {
    /// The position of that account in a list ordered by `by`.
    pub fn of(user: &User, by: UserSort) -> Self {
        let key = match by {
            UserSort::Created => String::new(),
            UserSort::Email => user.email.to_string(),
            UserSort::Name => {
                search_text(user.name.as_str(), user.email.as_str(), user.username.as_ref().map(Username::as_str))
            }
            UserSort::Role => user.role.as_str().to_owned(),
            UserSort::State => user.state.as_str().to_owned(),
            UserSort::LastSignIn => user.last_sign_in_at.map_or(0, Timestamp::secs).to_string(),
        };
        Self { cursor: Cursor { at: user.created_at, id: user.id.to_string() }, key }
    }
}

impl fmt::Display for UserPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.cursor, self.key)
    }
}

/// Folds the case of a text in every script; composed and decomposed letters become the same.
pub fn fold_case(text: &str) -> String {
    text.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// What an account is found and ordered by: its name, its address and its user name, with folded case.
pub fn search_text(name: &str, email: &str, username: Option<&str>) -> String {
    let mut text = format!("{}\n{}", fold_case(name), fold_case(email));
    if let Some(username) = username.filter(|username| !username.is_empty()) {
        text.push('\n');
        text.push_str(username);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_read_back_and_anything_else_is_newest_first() {
        for text in ["created", "-created", "email", "-name", "role", "-state", "last"] {
            assert_eq!(UserOrder::parse(text).to_string(), text);
        }
        for text in ["", "-", "id", "password_hash", "--email", "email desc"] {
            assert_eq!(UserOrder::parse(text), UserOrder::default(), "{text}");
        }
        assert_eq!(UserOrder::default().towards(UserSort::Email).to_string(), "email");
        assert_eq!(UserOrder::default().towards(UserSort::LastSignIn).to_string(), "-last");
        assert_eq!(UserOrder::default().towards(UserSort::Created).to_string(), "created");
        assert_eq!(UserOrder::parse("email").towards(UserSort::Email).to_string(), "-email");
    }

    #[test]
    fn a_place_is_read_back_whatever_its_key() {
        let cursor = Cursor { at: Timestamp::from_secs(5), id: "a-b_C9".to_owned() };
        for key in ["", "ada@example.org", "\u{f6}mer \u{f6}z\nomer.oz@example.org", "."] {
            let place = UserPlace { cursor: cursor.clone(), key: key.to_owned() };
            assert_eq!(UserPlace::parse(&place.to_string()), Some(place));
        }
        assert!(["", "5.a", "x.a.k", "5.a'b.k"].iter().all(|text| UserPlace::parse(text).is_none()));
    }

    #[test]
    fn letters_of_every_script_are_found_in_any_case() {
        for (one, other) in [
            ("\u{d6}MER", "\u{f6}mer"),
            ("\u{39f}\u{394}\u{3a5}\u{3a3}", "\u{3bf}\u{3b4}\u{3c5}\u{3c2}"),
            ("STRASSE", "stra\u{df}e"),
            ("e\u{301}mile", "\u{c9}MILE"),
            ("\u{418}\u{412}\u{410}\u{41d}", "\u{438}\u{432}\u{430}\u{43d}"),
        ] {
            assert_eq!(fold_case(one), fold_case(other));
        }
    }
}
