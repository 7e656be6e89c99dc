//! Errors of the operations in `accounts`.

use std::borrow::Cow;

use crate::crypto::hash_workers::HashBusy;
use crate::domain::text::Text;
use crate::storage::{Constraint, StorageError};

/// An error in one field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name in the form; empty for the form as a whole.
    pub field: Cow<'static, str>,
    /// What is wrong and how to fix it.
    pub message: Text,
}

impl FieldFault {
    /// An error in `field`.
    pub const fn new(field: &'static str, message: Text) -> Self {
        Self { field: Cow::Borrowed(field), message }
    }

    /// Somebody else changed what the form is about.
    pub const fn changed() -> Self {
        Self::new("", Text::new("fault-changed"))
    }
}

/// The prefix of an internal error as text.
const INTERNAL: &str = "internal: ";

/// Why an operation failed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Wrong address or password; deliberately no more specific (S21).
    #[error("invalid credentials")]
    InvalidCredentials,
    /// Too many attempts.
    #[error("too many attempts")]
    TooMany {
        /// Seconds to wait, 1 to 3600.
        retry_after: i64,
    },
    /// There were too many wrong guesses at the deprecated user name and password: only the set-up token is accepted
    /// now.
    #[error("the user name and password are disabled")]
    PairClosed,
    /// The password workers are busy.
    #[error("too busy")]
    Busy {
        /// Seconds to wait.
        retry_after: i64,
    },
    /// Invalid input in the form.
    #[error("invalid input: {0:?}")]
    Rules(Vec<FieldFault>),
    /// A link that was used, has expired or never existed (S53 to S55).
    #[error("the link is not valid")]
    Link,
    /// No admin who can sign in would remain (S100).
    #[error("the last active admin cannot be removed")]
    LastAdmin,
    /// Signed in, but not allowed.
    #[error("not allowed")]
    NotAllowed,
    /// Somebody has already claimed this instance.
    #[error("already claimed")]
    Closed,
    /// There is no such user or session.
    #[error("not found")]
    NotFound,
    /// Somebody else changed it since the author of this change looked at it.
    #[error("somebody else changed it meanwhile; nothing was changed; try again")]
    Changed,
    /// The store does not answer: never treated as "not signed in", and never lets a request through (S92).
    #[error("unavailable: {0}")]
    Unavailable(#[source] StorageError),
    /// An internal error.
    #[error("{INTERNAL}{0}")]
    Internal(String),
}

impl AccountError {
    /// A storage error that reached us as text, through another library.
    pub fn of_text(text: &str) -> Self {
        match text.strip_prefix(INTERNAL) {
            Some(fault) => Self::Internal(fault.to_owned()),
            None => Self::Unavailable(StorageError::Unavailable(text.to_owned())),
        }
    }
}

impl From<StorageError> for AccountError {
    fn from(fault: StorageError) -> Self {
        match fault {
            StorageError::Conflict(Constraint::UserEmail) => {
                Self::Rules(vec![FieldFault::new("email", Text::new("email-taken"))])
            }
            StorageError::Conflict(Constraint::Username) => {
                Self::Rules(vec![FieldFault::new("username", Text::new("username-taken"))])
            }
            StorageError::Conflict(Constraint::GroupName) => {
                Self::Rules(vec![FieldFault::new("name", Text::new("group-taken"))])
            }
            StorageError::Conflict(other) => Self::Internal(format!("{other:?}")),
            StorageError::Other(fault) => Self::Internal(fault.to_string()),
            // No later try reads it better.
            StorageError::Corrupt(_) => Self::Internal(fault.to_string()),
            StorageError::Unavailable(_) => Self::Unavailable(fault),
        }
    }
}

impl From<HashBusy> for AccountError {
    fn from(_busy: HashBusy) -> Self {
        Self::Busy { retry_after: 2 }
    }
}
