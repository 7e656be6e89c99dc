//! The content and the delivery of mails.
//!
//! Nothing here knows the queue or creates a token; the content is complete when it gets here.

pub mod content;
mod error;
mod outbox;
mod replies;
mod smtp;
pub mod transport;

pub use content::{MailContent, Outgoing};
pub use error::MailError;
pub use transport::Transport;
