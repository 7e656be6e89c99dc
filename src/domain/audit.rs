//! The audit trail: what is kept of every deed (S90).

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
    /// Whom it concerns.
    pub subject: String,
    /// Client address.
    pub source: String,
    /// More about the outcome, may be empty.
    pub detail: String,
}

/// Which lines a list shows; empty fields show all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Lines of this event alone.
    pub event: String,
    /// Lines about, or by, this address alone.
    pub person: String,
}

/// Every event, in the words of the table, the log and the filter, with the key of its name for people.
pub const EVENTS: [(&str, &str); 24] = [
    ("setup.claimed", "event-setup-claimed"),
    ("setup.refused", "event-setup-refused"),
    ("login.ok", "event-login-ok"),
    ("login.failed", "event-login-failed"),
    ("login.throttled", "event-login-throttled"),
    ("logout", "event-logout"),
    ("session.ended", "event-session-ended"),
    ("refresh.reused", "event-refresh-reused"),
    ("password.changed", "event-password-changed"),
    ("password.reset_requested", "event-password-reset-requested"),
    ("password.reset", "event-password-reset"),
    ("user.invited", "event-user-invited"),
    ("user.created", "event-user-created"),
    ("user.disabled", "event-user-disabled"),
    ("user.enabled", "event-user-enabled"),
    ("user.deleted", "event-user-deleted"),
    ("user.role_changed", "event-user-role-changed"),
    ("user.username_changed", "event-user-username-changed"),
    ("email.changed", "event-email-changed"),
    ("mail.failed", "event-mail-failed"),
    ("config.changed", "event-config-changed"),
    ("device.forgotten", "event-device-forgotten"),
    ("confirm.ok", "event-confirm-ok"),
    ("confirm.failed", "event-confirm-failed"),
];

/// The name of an event for people; an event that is none of ours has none.
pub fn event_text(event: &str) -> Option<Text> {
    EVENTS.iter().find(|(name, _)| *name == event).map(|(_, key)| Text::new(key))
}
