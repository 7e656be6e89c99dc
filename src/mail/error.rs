//! What goes wrong with a mail.

/// Why a mail did not leave.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server does not want this mail, and will not want it later.
    #[error("refused: {0}")]
    Refused(String),
    /// The server is away, hangs, or cannot be trusted; later may be better.
    #[error("{0}")]
    Unavailable(String),
    /// The server has the whole mail and did not answer: it may have arrived.
    #[error("the whole mail was sent and no answer came, so it may have arrived: {0}")]
    Unanswered(String),
    /// A fault of ours.
    #[error("the mail could not be written: {0}")]
    BadTemplate(String),
}
