//! Who changes people and sessions.

use super::Client;

/// Who makes a change, for the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The admin's address, or the command line.
    pub name: String,
    /// Client address; empty on the command line.
    pub source: String,
}

impl Actor {
    /// The operator on the command line.
    pub fn command_line() -> Self {
        Self { name: "command line".to_owned(), source: String::new() }
    }

    /// The admin with that address.
    pub fn admin(email: &str, client: &Client) -> Self {
        Self { name: email.to_owned(), source: client.source.to_string() }
    }
}
