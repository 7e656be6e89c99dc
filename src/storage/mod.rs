//! Everything that is kept: two databases, one query text.
//!
//! Functions take a [`Connection`] inside [`Database::read`] or [`Database::write`] and return domain values; nobody else opens
//! a transaction. Row types never leave this folder. Every check-then-act is one statement with the check in its `WHERE`.
//!
//! `sql_query`: connection.rs, attempts.rs, settings.rs

pub mod attempts;
pub mod audit;
mod connection;
pub mod devices;
mod error;
pub mod mails;
pub mod migrate;
pub mod notices;
mod schema;
pub mod sessions;
pub mod settings;
pub mod tokens;
pub mod users;

pub use connection::{AnyConnection as Connection, ChangeWatch, Database};
pub use error::{Constraint, StorageError};
