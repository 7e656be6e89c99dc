//! What can go wrong with the store, by what follows from it.

use diesel::result::{DatabaseErrorKind, Error};

/// A broken rule of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// Two users with one address.
    UserEmail,
    /// Any other.
    Other(String),
}

/// A fault of the store.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Locked, full, unreachable, out of connections: may heal by itself (S92).
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A rule of the schema.
    #[error("the store refuses: {0:?}")]
    Conflict(Constraint),
    /// The content makes no sense.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// A fault of ours.
    #[error("the store reports: {0}")]
    Other(#[source] Error),
}

impl From<Error> for StorageError {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) if text.contains("users.email") || text.contains("users_email") => {
                Self::Conflict(Constraint::UserEmail)
            }
            Error::DatabaseError(
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::ForeignKeyViolation | DatabaseErrorKind::CheckViolation,
                _,
            ) => Self::Conflict(Constraint::Other(text)),
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::SerializationFailure | DatabaseErrorKind::ReadOnlyTransaction,
                _,
            ) => Self::Unavailable(text),
            _ => from_text(&text).unwrap_or(Self::Other(error)),
        }
    }
}

impl From<r2d2::Error> for StorageError {
    fn from(error: r2d2::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// SQLite's faults and most of PostgreSQL's reach diesel as text alone.
fn from_text(text: &str) -> Option<StorageError> {
    const DAMAGED: [&str; 2] = ["malformed", "file is not a database"];
    const AWAY: [&str; 16] = [
        "locked",
        "busy",
        "disk is full",
        "disk I/O error",
        "readonly",
        "read-only",
        "unable to open",
        "connection",
        "terminating",
        "server closed",
        "too many clients",
        "canceling statement",
        "deadlock detected",
        "timeout",
        "the database system is",
        "no such table",
    ];
    if DAMAGED.iter().any(|sign| text.contains(sign)) {
        return Some(StorageError::Corrupt(text.to_owned()));
    }
    AWAY.iter().any(|sign| text.contains(sign)).then(|| StorageError::Unavailable(text.to_owned()))
}
