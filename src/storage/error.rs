//! Storage errors, by their consequences.

use diesel::result::{DatabaseErrorKind, Error};

/// A violated constraint of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// Two users with one address.
    UserEmail,
    /// Two users with one user name.
    Username,
    /// Two groups with one name.
    GroupName,
    /// Any other.
    Other(String),
}

/// A storage error.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Locked, full, unreachable, out of connections: may recover by itself (S92).
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// A violated constraint.
    #[error("a constraint was violated: {0:?}")]
    Conflict(Constraint),
    /// The content is invalid.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// An internal error.
    #[error("storage error: {0}")]
    Other(#[source] Error),
}

impl From<Error> for StorageError {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match &error {
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
                if text.contains("users.email") || text.contains("users_email") =>
            {
                Self::Conflict(Constraint::UserEmail)
            }
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
                if text.contains("users.username") || text.contains("users_username") =>
            {
                Self::Conflict(Constraint::Username)
            }
            Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)
                if text.contains("groups.name") || text.contains("groups_pkey") =>
            {
                Self::Conflict(Constraint::GroupName)
            }
            Error::DatabaseError(
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::CheckViolation,
                _,
            ) => Self::Conflict(Constraint::Other(text)),
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction,
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
    /// The schema and our SQL do not match: no later attempt will find a table or column.
    const OURS: [&str; 4] = ["no such table", "no such column", "has no column named", "does not exist"];
    const DAMAGED: [&str; 2] = ["malformed", "file is not a database"];
    const AWAY: [&str; 15] = [
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
    ];
    if OURS.iter().any(|sign| text.contains(sign)) {
        return None;
    }
    if DAMAGED.iter().any(|sign| text.contains(sign)) {
        return Some(StorageError::Corrupt(text.to_owned()));
    }
    AWAY.iter().any(|sign| text.contains(sign)).then(|| StorageError::Unavailable(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> StorageError {
        Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(text.to_owned())).into()
    }

    #[test]
    fn s92_a_missing_table_or_column_is_a_fault_of_ours_and_no_outage() {
        for text in [
            "no such table: sessions",
            "no such table: main.connections",
            "no such column: locked_until",
            "table users has no column named busy",
            "relation \"connections\" does not exist",
            "column \"locked_until\" does not exist",
            "column users.timeout does not exist",
        ] {
            assert!(matches!(of(text), StorageError::Other(_)), "{text}");
        }
    }

    #[test]
    fn s92_what_may_heal_by_itself_is_an_outage_and_what_makes_no_sense_is_damage() {
        for text in
            ["database is locked", "database or disk is full", "terminating connection due to administrator command"]
        {
            assert!(matches!(of(text), StorageError::Unavailable(_)), "{text}");
        }
        assert!(matches!(of("database disk image is malformed"), StorageError::Corrupt(_)));
    }
}
