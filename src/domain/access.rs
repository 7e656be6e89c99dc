//! Who is asking, and what may be missing.

use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::groups::GroupName;
use super::ids::{SessionId, TokenId, UserId};
use super::language::Language;
use super::machine_token::TokenScope;
use super::session::Proof;
use super::user::{Role, User, Username};

/// What authenticates a visitor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A live session.
    Session(SessionId),
    /// A machine token or a signed link.
    Token(TokenId),
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
    /// The person's groups, by name.
    pub groups: Vec<GroupName>,
    /// The language chosen in the account.
    pub language: Option<Language>,
}

impl Person {
    /// The account with its groups, which are in the order of their names.
    pub fn new(user: User, groups: Vec<GroupName>) -> Self {
        Self {
            id: user.id,
            email: user.email.to_string(),
            username: user.username,
            name: user.name.as_str().to_owned(),
            role: user.role,
            groups,
            language: user.language,
        }
    }

    /// The role, then the groups, comma-separated, as apps receive them.
    pub fn role_and_groups(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.role.as_str()).chain(self.groups.iter().map(GroupName::as_str))
    }
}

/// An authenticated visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    credential: Credential,
    proof: Proof,
    who: Who,
    scope: Option<Arc<TokenScope>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    Person(Person),
    /// Somebody with the deprecated user name and password: may use the app and nothing else.
    Shared(String),
}

impl Visitor {
    /// Somebody with an account.
    pub const fn with_account(credential: Credential, proof: Proof, person: Person) -> Self {
        Self { credential, proof, who: Who::Person(person), scope: None }
    }

    /// Somebody's machine, which proved nothing but that it has the token.
    pub fn with_token(id: TokenId, scope: Arc<TokenScope>, person: Person) -> Self {
        Self {
            credential: Credential::Token(id),
            proof: Proof::default(),
            who: Who::Person(person),
            scope: Some(scope),
        }
    }

    /// The same visitor, with the account as it is now.
    #[must_use]
    pub fn with_person(&self, person: Person) -> Self {
        Self { who: Who::Person(person), ..self.clone() }
    }

    /// Somebody who uses the deprecated user name and password.
    pub fn without_account(credential: Credential, username: String) -> Self {
        Self { credential, proof: Proof::default(), who: Who::Shared(username), scope: None }
    }

    /// The last proof of the visitor's identity.
    pub const fn proof(&self) -> Proof {
        self.proof
    }

    /// What authenticates the visitor.
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// The session, if there is one.
    pub const fn session(&self) -> Option<&SessionId> {
        match &self.credential {
            Credential::Session(id) => Some(id),
            Credential::Token(_) | Credential::Pair => None,
        }
    }

    /// What the visitor's token may be used for; `None` without a token.
    pub fn scope(&self) -> Option<&TokenScope> {
        self.scope.as_deref()
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

/// Why a request for an app is not let through, which is also what would help; the strictest is last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Denial {
    /// Nobody has claimed this instance yet.
    SetUp,
    /// The visitor has to sign in.
    SignIn,
    /// The visitor has to prove who they are with a second factor.
    Factor,
    /// The visitor has to prove again who they are.
    Prove,
    /// The visitor is not one of those who are let in.
    Forbidden,
    /// The visitor's token is not meant for this request.
    Token,
}

impl Denial {
    /// The word for it, for scripts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::SignIn => "sign-in",
            Self::Factor => "factor",
            Self::Prove => "proof",
            Self::Forbidden => "forbidden",
            Self::Token => "token",
        }
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
}
