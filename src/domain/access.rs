//! Who is asking, and the decision. Pure: proxy and forward-auth call the same [`decide`] for every request for an app.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::ids::{SessionId, UserId};
use super::language::Language;
use super::user::Role;

/// A visitor with a live session, as everything above `accounts` sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The live session.
    pub session: SessionId,
    /// Who it is.
    pub who: Identity,
}

/// Whose session it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// A user of the store.
    User {
        /// The account.
        id: UserId,
        /// Canonical address.
        email: String,
        /// Display name, may be empty.
        name: String,
        /// What the user may do.
        role: Role,
        /// The language chosen on the account.
        language: Option<Language>,
    },
    /// Signed in with the deprecated user name and password: opens the app and nothing else.
    Legacy {
        /// The configured user name.
        username: String,
    },
}

impl SignedIn {
    /// The role, `None` in the deprecated mode.
    pub const fn role(&self) -> Option<Role> {
        match &self.who {
            Identity::User { role, .. } => Some(*role),
            Identity::Legacy { .. } => None,
        }
    }

    /// The address, or the configured user name: for the audit trail.
    pub fn name(&self) -> &str {
        match &self.who {
            Identity::User { email, .. } => email,
            Identity::Legacy { username } => username,
        }
    }

    /// The language chosen on the account.
    pub const fn language(&self) -> Option<Language> {
        match &self.who {
            Identity::User { language, .. } => *language,
            Identity::Legacy { .. } => None,
        }
    }

    /// The account, `None` in the deprecated mode.
    pub const fn user_id(&self) -> Option<&UserId> {
        match &self.who {
            Identity::User { id, .. } => Some(id),
            Identity::Legacy { .. } => None,
        }
    }
}

/// Who asks for the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor<'a> {
    /// No live session.
    Anonymous,
    /// A live session.
    SignedIn(&'a SignedIn),
}

/// What holds for the whole site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether anybody can be let through: false while nobody has claimed the instance and the deprecated mode is off (S05).
    pub open: bool,
}

/// What the gate does with a request for the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nobody has claimed this instance: the way to set-up.
    SetUp,
    /// The visitor has to sign in.
    SignIn,
    /// Let through.
    Allow,
}

/// Decides for `visitor`, on every request: a cached verdict says who somebody is, never what they may.
pub const fn decide(visitor: Visitor<'_>, rules: Rules) -> Decision {
    match (rules.open, visitor) {
        (false, _) => Decision::SetUp,
        (true, Visitor::Anonymous) => Decision::SignIn,
        (true, Visitor::SignedIn(_)) => Decision::Allow,
    }
}

/// What must not stand in a header value as it is; everything beyond ASCII is encoded anyway.
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
        let session = SessionId::parse("ssssssssssssssssssssss").unwrap();
        let who = SignedIn { session, who: Identity::Legacy { username: "user".to_owned() } };
        assert_eq!(decide(Visitor::SignedIn(&who), Rules { open: false }), Decision::SetUp);
        assert_eq!(decide(Visitor::Anonymous, Rules { open: true }), Decision::SignIn);
        assert_eq!(decide(Visitor::SignedIn(&who), Rules { open: true }), Decision::Allow);
    }
}
