//! User verification.

use passki::UserVerificationRequirement;
use serde::{Deserialize, Serialize};

/// Whether the authenticator has to ask for a PIN or biometrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verification {
    /// It has to: the passkey stands for the password.
    Required,
    /// It may: the password was right, and the passkey is the second factor.
    Preferred,
}

impl Verification {
    /// Its name in options.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
        }
    }

    /// As the library names it.
    pub(super) const fn for_library(self) -> UserVerificationRequirement {
        match self {
            Self::Required => UserVerificationRequirement::Required,
            Self::Preferred => UserVerificationRequirement::Preferred,
        }
    }
}
