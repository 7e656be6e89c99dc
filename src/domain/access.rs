//! Who is asking, for what, and the decision. Pure: the gate's proxy and its forward-auth call the same [`decide`].

use std::sync::Arc;

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

/// Who stands at the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// No live session.
    Anonymous,
    /// A live session.
    SignedIn(Arc<SignedIn>),
}

/// What the gate does with a request for the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nobody has claimed this instance: the way to set-up.
    SetUpFirst,
    /// The visitor has to sign in.
    SignInFirst,
    /// Let through.
    Allow(Arc<SignedIn>),
}

/// Decides for `visitor`; `open_for_business` is false while the instance is unclaimed without the deprecated mode (S05).
pub fn decide(visitor: &Visitor, open_for_business: bool) -> Decision {
    match (open_for_business, visitor) {
        (false, _) => Decision::SetUpFirst,
        (true, Visitor::Anonymous) => Decision::SignInFirst,
        (true, Visitor::SignedIn(who)) => Decision::Allow(Arc::clone(who)),
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
        let visitor = Visitor::SignedIn(Arc::new(SignedIn { session, who: Identity::Legacy { username: "user".to_owned() } }));
        assert_eq!(decide(&visitor, false), Decision::SetUpFirst);
        assert_eq!(decide(&Visitor::Anonymous, true), Decision::SignInFirst);
        assert!(matches!(decide(&visitor, true), Decision::Allow(_)));
    }
}
