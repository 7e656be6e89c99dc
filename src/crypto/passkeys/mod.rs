//! Passkeys: the ceremonies of WebAuthn level 3, sections 7.1 and 7.2 (S125).
//!
//! The library verifies; here is what it leaves to a relying party: which algorithms are good, whose passkey it is, and
//! what a falling counter means. A ceremony begins with a challenge, which is good once and for [`LIFETIME_SECS`], as
//! `accounts::ceremonies` sees to; it ends with what the browser's `toJSON()` would write. Nothing here knows people,
//! time or the store.

mod answer;
mod fault;
mod relying_party;
mod state;
mod verification;

#[cfg(test)]
mod tests;

pub use answer::{Assertion, NewPasskey};
pub use fault::Fault;
pub use relying_party::{Ceremony, RelyingParty, Unavailable, VerifiedAssertion};
pub use verification::Verification;

/// How long a challenge is good, in seconds.
pub const LIFETIME_SECS: u32 = 300;
