//! Errors of sending mails.

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server rejects this mail permanently.
    #[error("refused: {0}")]
    Refused(String),
    /// The server is unreachable, does not respond, or cannot be trusted; a later attempt may succeed.
    #[error("{0}")]
    Unavailable(String),
    /// The server received the whole mail and did not answer: it may have arrived.
    #[error("the whole mail was sent but not acknowledged, so it may have arrived: {0}")]
    Unanswered(String),
    /// An internal error.
    #[error("the mail could not be written: {0}")]
    BadTemplate(String),
}
