//! The audit log: what is recorded of each action (S90).

use super::text::Text;
use super::time::Timestamp;

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Sorts by time.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// What happened, for instance `login.ok`.
    pub event: String,
    /// Who did it.
    pub actor: String,
    /// Whom it concerned.
    pub subject: String,
    /// Client address.
    pub source: String,
    /// Details of the outcome, may be empty.
    pub detail: String,
}

/// Which lines a list shows; an empty field matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only lines with this event.
    pub event: String,
    /// Only lines about or by this address.
    pub person: String,
}

/// Makes the enum and the list from one table; the list names no variant, so that one that nothing writes is dead code.
macro_rules! events {
    ($($name:ident = $word:literal, $text:literal;)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Event {
            $(#[doc = concat!("`", $word, "`.")] $name,)*
        }

        impl Event {
            /// The word of the table, the log and the filter.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }
        }

        /// Every event as written in the table, the log and the filter, with the key of its display name.
        pub const EVENTS: &[(&str, &str)] = &[$(($word, $text)),*];
    };
}

events! {
    SetupClaimed = "setup.claimed", "event-setup-claimed";
    SetupRefused = "setup.refused", "event-setup-refused";
    LoginOk = "login.ok", "event-login-ok";
    LoginFailed = "login.failed", "event-login-failed";
    LoginThrottled = "login.throttled", "event-login-throttled";
    Logout = "logout", "event-logout";
    SessionEnded = "session.ended", "event-session-ended";
    RefreshReused = "refresh.reused", "event-refresh-reused";
    HandoverRefused = "handover.refused", "event-handover-refused";
    HandoverReused = "handover.reused", "event-handover-reused";
    TokenCreated = "token.created", "event-token-created";
    TokenRevoked = "token.revoked", "event-token-revoked";
    LinkCreated = "link.created", "event-link-created";
    LinkRevoked = "link.revoked", "event-link-revoked";
    TokenRefused = "token.refused", "event-token-refused";
    PasswordChanged = "password.changed", "event-password-changed";
    PasswordResetRequested = "password.reset_requested", "event-password-reset-requested";
    PasswordReset = "password.reset", "event-password-reset";
    UserInvited = "user.invited", "event-user-invited";
    UserCreated = "user.created", "event-user-created";
    UserDisabled = "user.disabled", "event-user-disabled";
    UserEnabled = "user.enabled", "event-user-enabled";
    UserDeleted = "user.deleted", "event-user-deleted";
    UserRoleChanged = "user.role_changed", "event-user-role-changed";
    UserUsernameChanged = "user.username_changed", "event-user-username-changed";
    GroupCreated = "group.created", "event-group-created";
    GroupDeleted = "group.deleted", "event-group-deleted";
    GroupJoined = "group.joined", "event-group-joined";
    GroupLeft = "group.left", "event-group-left";
    EmailChanged = "email.changed", "event-email-changed";
    MailFailed = "mail.failed", "event-mail-failed";
    ConfigChanged = "config.changed", "event-config-changed";
    DeviceForgotten = "device.forgotten", "event-device-forgotten";
    AppCreated = "app.created", "event-app-created";
    AppChanged = "app.changed", "event-app-changed";
    AppDeleted = "app.deleted", "event-app-deleted";
    RuleCreated = "rule.created", "event-rule-created";
    RuleChanged = "rule.changed", "event-rule-changed";
    RuleDeleted = "rule.deleted", "event-rule-deleted";
    KeyRotated = "key.rotated", "event-key-rotated";
    SecretChanged = "secret.changed", "event-secret-changed";
    FactorAdded = "factor.added", "event-factor-added";
    FactorRemoved = "factor.removed", "event-factor-removed";
    FactorRenamed = "factor.renamed", "event-factor-renamed";
    FactorReset = "factor.reset", "event-factor-reset";
    FactorAsked = "factor.asked", "event-factor-asked";
    FactorFailed = "factor.failed", "event-factor-failed";
    PasskeyCopied = "passkey.copied", "event-passkey-copied";
    RecoveryCreated = "recovery.created", "event-recovery-created";
    RecoveryUsed = "recovery.used", "event-recovery-used";
    TrustedAdded = "trusted.added", "event-trusted-added";
    TrustedForgotten = "trusted.forgotten", "event-trusted-forgotten";
    CertificateOrdered = "certificate.ordered", "event-certificate-ordered";
    CertificateRenewed = "certificate.renewed", "event-certificate-renewed";
    CertificateFailed = "certificate.failed", "event-certificate-failed";
    ConfirmOk = "confirm.ok", "event-confirm-ok";
    ConfirmFailed = "confirm.failed", "event-confirm-failed";
}

/// The display name of an event; `None` for an unknown event.
pub fn event_text(event: &str) -> Option<Text> {
    EVENTS.iter().find(|(word, _)| *word == event).map(|(_, key)| Text::new(key))
}
