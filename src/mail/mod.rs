//! Mails: what they say and how they leave.
//!
//! Nothing here knows the queue or makes a token; a letter is given all it says.

mod error;
pub mod letters;
mod outbox;
mod replies;
mod smtp;
pub mod transport;

pub use error::MailError;
pub use letters::{Letter, Outgoing};
pub use transport::Transport;
