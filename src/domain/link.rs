//! Links with a token: what each kind allows and how long it is valid (S52 to S57, S100).

/// What a token is for; a token of one kind is invalid for any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Choosing a new password.
    Reset,
    /// Choosing the first password.
    Invitation,
    /// Verifying a new e-mail address.
    EmailChange,
    /// Submitting a form again after the person has confirmed their identity (S130).
    Confirmation,
    /// Going on with a sign-in whose second factor is missing (S122).
    SignIn,
    /// The secret of a second factor that is being set up.
    FactorSetup,
    /// Opening a child session on the host of an app (S116).
    HandOver,
    /// Nothing: it opened a child session before.
    HandedOver,
}

/// Lifetime of an invitation, in seconds: seven days.
pub const INVITATION_SECS: i64 = 7 * 86_400;
/// Lifetime of a link that verifies a new e-mail address, in seconds: one day.
pub const EMAIL_CHANGE_SECS: i64 = 86_400;

/// How long a form waits for confirmation, in seconds: ten minutes.
pub const CONFIRMATION_SECS: i64 = 600;

/// How long a sign-in waits for its second factor, in seconds: ten minutes.
pub const SIGN_IN_SECS: i64 = 600;
/// How long a second factor can be set up with the secret that was shown, in seconds: half an hour.
pub const FACTOR_SETUP_SECS: i64 = 1800;

/// How long a code of a hand-over is good, in seconds.
pub const HAND_OVER_SECS: i64 = 30;
/// How long the second use of a code ends what the first one opened, in seconds.
pub const HANDED_OVER_SECS: i64 = 600;

impl Purpose {
    /// The word stored and hashed with the token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reset => "reset",
            Self::Invitation => "invitation",
            Self::EmailChange => "email_change",
            Self::Confirmation => "confirmation",
            Self::SignIn => "sign_in",
            Self::FactorSetup => "factor_setup",
            Self::HandOver => "hand_over",
            Self::HandedOver => "handed_over",
        }
    }

    /// The path of the page that takes the token.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Reset => "/_auth/reset",
            Self::Invitation => "/_auth/invite",
            Self::EmailChange => "/_auth/account/email/confirm",
            Self::Confirmation => "/_auth/confirm",
            Self::SignIn => "/_auth/login/factor",
            Self::FactorSetup => "/_auth/account/factors/totp",
            Self::HandOver | Self::HandedOver => "/_auth/enter",
        }
    }
}
