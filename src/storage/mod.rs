//! Persistence: two databases, one query text.
//!
//! Functions take a [`Connection`] inside [`Database::read`] or [`Database::write`] and return domain values; nobody
//! else opens a transaction. Row types never leave this folder. Every check-then-act is one statement with the check in
//! its `WHERE`.
//!
//! `sql_query`: apps.rs, attempts.rs, certificates.rs, database.rs, leases.rs, migrate.rs
//! `sql_query`: `notice_listener.rs`, notices.rs, passkeys.rs, search.rs, `session_store.rs`, settings.rs

pub mod acme;
pub mod admins;
pub mod apps;
pub mod attempts;
pub mod audit;
pub mod certificates;
mod connection;
pub mod copying;
mod database;
pub mod devices;
mod error;
pub mod factors;
pub mod groups;
pub mod icons;
pub mod keyed_hashes;
pub mod leases;
mod listen;
mod lists;
pub mod machine_tokens;
pub mod mails;
pub mod migrate;
pub mod notice_listener;
pub mod notices;
pub mod passkeys;
pub mod redis_record;
pub mod redis_sessions;
mod schema;
mod search;
pub mod session_store;
pub mod sessions;
pub mod settings;
pub mod signing_keys;
mod tables;
pub mod tokens;
pub mod totp_secrets;
pub mod users;

pub use connection::AnyConnection as Connection;
pub use database::{Database, shared_time};
pub use error::{Constraint, StorageError};
