//! The state of the deprecated pair in the store.

use super::CLAIMED_SETTING;
use crate::domain::throttle::PAIR_LIMIT;
use crate::storage::{Connection, StorageError, attempts, settings};

/// Whether the instance is claimed, even if this node does not know yet: the deprecated mode ends then.
pub(super) fn is_over(c: &mut Connection) -> Result<bool, StorageError> {
    Ok(settings::find(c, CLAIMED_SETTING)?.is_some())
}

/// Whether the pair of that bucket is disabled.
pub(super) fn is_closed(c: &mut Connection, bucket: &str) -> Result<bool, StorageError> {
    Ok(attempts::find(c, bucket)?.is_some_and(|bucket| bucket.failures >= PAIR_LIMIT))
}
