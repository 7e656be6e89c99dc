//! JSON for scripts of the app behind, and health for operators.

pub mod health;
pub mod jwks;
pub mod metrics;
pub mod session;
