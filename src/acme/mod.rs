//! Certificates from an authority (ACME, RFC 8555): an account, an order, the answers to challenges.
//!
//! Speaks the protocol and nothing else: it knows no database and no clock. Whatever the authority says is checked by
//! whoever uses it (S133).

pub mod alpn;
mod connection;
mod fault;
pub mod order;

pub use fault::{AcmeFault, FaultKind};
