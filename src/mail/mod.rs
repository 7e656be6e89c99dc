//! Mails: what they say and how they leave.
//!
//! Nothing here knows the queue or makes a token; a letter is given all it says.

pub mod letters;
mod outbox;
mod replies;
mod smtp;
pub mod transport;

pub use letters::{Letter, Rendered};
pub use transport::{MailError, Outgoing, Transport};
