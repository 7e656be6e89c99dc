//! The audit trail: what is kept of every deed (S90).

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

/// Every event, in the words of the table, the log and the filter.
pub const EVENTS: [&str; 21] = [
    "setup.claimed",
    "setup.refused",
    "login.ok",
    "login.failed",
    "login.throttled",
    "logout",
    "session.ended",
    "refresh.reused",
    "password.changed",
    "password.reset_requested",
    "password.reset",
    "user.invited",
    "user.created",
    "user.disabled",
    "user.enabled",
    "user.deleted",
    "user.role_changed",
    "email.changed",
    "mail.failed",
    "config.changed",
    "device.forgotten",
];
