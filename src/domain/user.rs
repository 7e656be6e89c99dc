//! People: roles, account states and display names.

use super::email::Email;
use super::ids::UserId;
use super::language::Language;
use super::text::Text;
use super::time::Timestamp;
use super::words::words;

words! {
    /// What a user may do.
    pub enum Role {
        /// Manages people, sessions and settings.
        Admin = "admin",
        /// Uses the app behind the gate.
        User = "user",
    }
}

impl Role {
    /// The display name.
    pub const fn text(self) -> Text {
        Text::new(match self {
            Self::Admin => "role-admin",
            Self::User => "role-user",
        })
    }
}

words! {
    /// Whether an account can sign in.
    pub enum UserState {
        /// Can sign in.
        Active = "active",
        /// Disabled by an admin.
        Disabled = "disabled",
        /// Invited, has no password yet.
        Invited = "invited",
    }
}

impl UserState {
    /// The display name.
    pub const fn text(self) -> Text {
        Text::new(match self {
            Self::Active => "state-active",
            Self::Disabled => "state-disabled",
            Self::Invited => "state-invited",
        })
    }
}

/// Maximum length of a display name, in code points.
pub const MAX_NAME_CHARS: usize = 200;

/// A display name; may be empty, is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayName(String);

/// Why a display name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// It is longer than [`MAX_NAME_CHARS`] code points.
    TooLong,
    /// It contains a control character, such as a line break or one that changes the text direction.
    ControlCharacter,
}

impl NameFault {
    /// The message for the person.
    pub fn text(self) -> Text {
        match self {
            Self::TooLong => Text::new("name-too-long").with("max", MAX_NAME_CHARS),
            Self::ControlCharacter => Text::new("name-control"),
        }
    }
}

/// Line separators, and characters that affect the direction of other words in the Bidirectional Algorithm (UAX #9).
const fn is_line_or_direction(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl DisplayName {
    /// Trims `text` and validates it as a name.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let text = text.trim();
        if text.chars().count() > MAX_NAME_CHARS {
            return Err(NameFault::TooLong);
        }
        if text.chars().any(|c| c.is_control() || is_line_or_direction(c)) {
            return Err(NameFault::ControlCharacter);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Longest user name, in characters.
const MAX_USERNAME_CHARS: usize = 64;

/// A name for apps that take no address: 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, and of one account alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// Why a user name was refused: too long, or with a character that is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsernameFault;

impl UsernameFault {
    /// What the person reads.
    #[expect(clippy::unused_self, reason = "like the texts of other faults")]
    pub fn text(self) -> Text {
        Text::new("username-rules").with("max", MAX_USERNAME_CHARS)
    }
}

impl Username {
    /// Takes `text`, without surrounding spaces, as a user name. Capital letters are refused rather than changed: apps
    /// differ in whether `Ada` and `ada` are one account.
    pub fn parse(text: &str) -> Result<Self, UsernameFault> {
        let text = text.trim();
        let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-');
        let fits = (1..=MAX_USERNAME_CHARS).contains(&text.len()) && text.bytes().all(is_allowed);
        if fits { Ok(Self(text.to_owned())) } else { Err(UsernameFault) }
    }

    /// The user name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One account, without its password hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Identifies the account permanently.
    pub id: UserId,
    /// The canonical address.
    pub email: Email,
    /// The name for apps that take no address, if an admin gave one.
    pub username: Option<Username>,
    /// The display name.
    pub name: DisplayName,
    /// The user's role.
    pub role: Role,
    /// The language chosen in the account; `None` follows the browser.
    pub language: Option<Language>,
    /// Whether the user can sign in.
    pub state: UserState,
    /// When the account was created.
    pub created_at: Timestamp,
    /// The last successful sign-in.
    pub last_sign_in_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_has_1_to_64_small_letters_digits_dots_underscores_and_hyphens() {
        let longest = "a".repeat(64);
        for text in ["a", "ada.l_1-2", "0", "..", longest.as_str(), " ada "] {
            assert_eq!(Username::parse(text).map(|name| name.0), Ok(text.trim().to_owned()));
        }
        let too_long = "a".repeat(65);
        for text in ["", " ", "Ada", "a b", "a@b", "j\u{fc}rgen", "a\nb", "a/b", "a\0", too_long.as_str()] {
            assert_eq!(Username::parse(text), Err(UsernameFault), "{text:?}");
        }
    }

    #[test]
    fn s99_a_name_is_one_line_and_stays_within_its_place() {
        for name in ["Ada", "\u{d6}mer", "\u{639}\u{644}\u{64a}", "\u{645}\u{6cc}\u{200c}\u{62e}", ""] {
            assert_eq!(DisplayName::parse(name).map(|name| name.as_str().to_owned()), Ok(name.to_owned()));
        }
        for name in ["A\nB", "A\u{2028}B", "\u{202e}Eve", "\u{2069}\u{202e}Eve", "Eve\u{2066}", "A\0"] {
            assert_eq!(DisplayName::parse(name).err(), Some(NameFault::ControlCharacter), "{name:?}");
        }
    }
}
