//! Browsers that have signed in to an account before.

use super::time::Timestamp;

/// One known browser of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The name in its device cookie.
    pub id: String,
    /// `User-Agent` at its first sign-in, shortened.
    pub name: String,
    /// Client address of its last sign-in.
    pub source: String,
    /// When it signed in first.
    pub first_seen_at: Timestamp,
    /// When it signed in last.
    pub last_seen_at: Timestamp,
}
