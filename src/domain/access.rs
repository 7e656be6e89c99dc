//! Who is asking, and the access decision. Pure: proxy and forward-auth both call [`decide`] for every request for an
//! app.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::ids::{SessionId, UserId};
use super::language::Language;
use super::user::{Role, User, Username};

/// What authenticates a visitor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A live session.
    Session(SessionId),
    /// The user name and password of the deprecated mode, sent with each request.
    Pair,
}

/// An account, as everything above `accounts` sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// Canonical address.
    pub email: String,
    /// The name for apps that take no address.
    pub username: Option<Username>,
    /// Display name, may be empty.
    pub name: String,
    /// The person's role.
    pub role: Role,
    /// The language chosen in the account.
    pub language: Option<Language>,
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            email: user.email.to_string(),
            username: user.username,
            name: user.name.as_str().to_owned(),
            role: user.role,
            language: user.language,
        }
    }
}

/// An authenticated visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    credential: Credential,
    who: Who,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    Person(Person),
    /// Somebody with the deprecated user name and password: may use the app and nothing else.
    Shared(String),
}

impl Visitor {
    /// Somebody with an account.
    pub const fn with_account(credential: Credential, person: Person) -> Self {
        Self { credential, who: Who::Person(person) }
    }

    /// Somebody who uses the deprecated user name and password.
    pub const fn without_account(credential: Credential, username: String) -> Self {
        Self { credential, who: Who::Shared(username) }
    }

    /// What authenticates the visitor.
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The session, if there is one.
    pub const fn session(&self) -> Option<&SessionId> {
        match &self.credential {
            Credential::Session(id) => Some(id),
            Credential::Pair => None,
        }
    }

    /// The account, `None` in the deprecated mode.
    pub const fn person(&self) -> Option<&Person> {
        match &self.who {
            Who::Person(person) => Some(person),
            Who::Shared(_) => None,
        }
    }

    /// The role, `None` in the deprecated mode.
    pub fn role(&self) -> Option<Role> {
        self.person().map(|person| person.role)
    }

    /// The e-mail address, or the configured user name: for the app and the audit log.
    pub fn name(&self) -> &str {
        match &self.who {
            Who::Person(person) => &person.email,
            Who::Shared(username) => username,
        }
    }

    /// The language chosen in the account.
    pub fn language(&self) -> Option<Language> {
        self.person().and_then(|person| person.language)
    }

    /// The account's id, `None` in the deprecated mode.
    pub fn user_id(&self) -> Option<&UserId> {
        self.person().map(|person| &person.id)
    }
}

/// Settings of the whole site that the decision depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether anybody can be admitted: false while nobody has claimed the instance and the deprecated mode is off
    /// (S05).
    pub open: bool,
}

/// What the gate does with a request for the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Let through.
    Allow,
    /// Not let through.
    Deny(Denial),
}

/// Why a request for the app is not let through, which is also what would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// Nobody has claimed this instance yet.
    SetUp,
    /// The visitor has to sign in.
    SignIn,
}

/// Decides for `visitor`, on every request: a cached verdict says who somebody is, never what they may do.
///
/// `None` is a visitor who is not signed in.
pub const fn decide(visitor: Option<&Visitor>, rules: Rules) -> Decision {
    match (rules.open, visitor) {
        (false, _) => Decision::Deny(Denial::SetUp),
        (true, None) => Decision::Deny(Denial::SignIn),
        (true, Some(_)) => Decision::Allow,
    }
}

/// Characters that a header value must not contain literally; everything beyond ASCII is encoded anyway.
const HEADER_VALUE: &AsciiSet = &CONTROLS.add(b'%');

/// `text` as a header value: printable ASCII stays, the rest is percent-encoded UTF-8 (S71).
pub fn header_text(text: &str) -> String {
    utf8_percent_encode(text, HEADER_VALUE).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s71_no_name_can_break_a_header() {
        assert_eq!(header_text("Ada L."), "Ada L.");
        assert_eq!(header_text("J\u{fc}rgen\r\nRemote-User: admin"), "J%C3%BCrgen%0D%0ARemote-User: admin");
    }

    #[test]
    fn s05_nothing_is_let_through_before_the_claim() {
        let who = Visitor::without_account(Credential::Pair, "user".to_owned());
        assert_eq!(decide(Some(&who), Rules { open: false }), Decision::Deny(Denial::SetUp));
        assert_eq!(decide(None, Rules { open: true }), Decision::Deny(Denial::SignIn));
        assert_eq!(decide(Some(&who), Rules { open: true }), Decision::Allow);
    }
}
