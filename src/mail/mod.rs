//! Mails: what they say and how they leave.
//!
//! Nothing here knows the queue or makes a token; a letter is given all it says.

pub mod content;
mod error;
mod outbox;
mod replies;
mod smtp;
pub mod transport;

pub use content::{MailContent, Outgoing};
pub use error::MailError;
pub use transport::Transport;
