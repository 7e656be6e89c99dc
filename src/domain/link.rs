//! Links with a token: what each kind allows and how long it lives (S52 to S57, S100).

/// What a token is good for; a token of one kind is nothing to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Choosing a new password.
    Reset,
    /// Choosing the first password.
    Invitation,
    /// Proving a new address.
    EmailChange,
    /// Sending a form once more, after the proof that it is oneself (S130).
    Confirmation,
}

/// Lifetime of an invitation, in seconds: seven days.
pub const INVITATION_SECS: i64 = 7 * 86_400;
/// Lifetime of a link that proves a new address, in seconds: one day.
pub const EMAIL_CHANGE_SECS: i64 = 86_400;

/// How long a form waits for the proof, in seconds: ten minutes.
pub const CONFIRMATION_SECS: i64 = 600;

impl Purpose {
    /// The word stored and hashed with the token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Invitation => "invitation",
            Self::EmailChange => "email_change",
            Self::Confirmation => "confirmation",
        }
    }

    /// The address of the page that takes the token.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Reset => "/_auth/reset",
            Self::Invitation => "/_auth/invite",
            Self::EmailChange => "/_auth/account/email/confirm",
            Self::Confirmation => "/_auth/confirm",
        }
    }
}
