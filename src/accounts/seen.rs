//! What the author of a change had before their eyes, so that a change replaces nothing that they never saw.

use std::fmt::Debug;

use super::AccountError;
use crate::crypto::checksum::Checksum;

/// The checksum of an app or a rule as it would be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen(String);

impl Seen {
    /// That of a draft.
    pub fn of(draft: &impl Debug) -> Self {
        let mut checksum = Checksum::default();
        checksum.update(format!("{draft:?}").as_bytes());
        Self(checksum.text())
    }

    /// That of a form; `None` if it has none.
    pub fn typed(text: &str) -> Option<Self> {
        if text.is_empty() { None } else { Some(Self(text.to_owned())) }
    }

    /// For a form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Refuses a change if its author saw anything else than `present`; `None` replaces whatever there is. The same change
/// made twice, such as by a double click, is no conflict.
pub(super) fn check<T: Debug>(seen: Option<&Seen>, present: &T, wanted: &T) -> Result<(), AccountError> {
    let Some(seen) = seen else { return Ok(()) };
    let present = Seen::of(present);
    if *seen == present || present == Seen::of(wanted) {
        return Ok(());
    }
    tracing::info!("refused a change of an app or a rule: somebody else changed it meanwhile");
    Err(AccountError::Changed)
}
