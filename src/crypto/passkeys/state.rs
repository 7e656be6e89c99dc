//! What is kept of a ceremony until its answer arrives. It names no person.

use passki::{AuthenticationState, RegistrationState};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::fault::Fault;
use super::verification::Verification;

/// A registration that has begun.
#[derive(Deserialize, Serialize)]
pub(super) struct Registering {
    /// In unpadded base64url.
    pub challenge: String,
    pub user_handle: String,
}

impl Registering {
    /// As the library wants it.
    pub fn for_library(&self, verification: Verification) -> Result<RegistrationState, Fault> {
        library(json!({
            "challenge": bytes(&self.challenge)?,
            "user": {"id": self.user_handle, "name": "", "displayName": ""},
            "user_verification": verification.word(),
        }))
    }
}

/// A sign-in or a proof of a factor that has begun.
#[derive(Deserialize, Serialize)]
pub(super) struct Proving {
    /// In unpadded base64url.
    pub challenge: String,
    /// The passkeys that are good; absent where any is, and its answer says whose it is.
    pub allowed: Option<Vec<String>>,
    pub verification: Verification,
}

impl Proving {
    /// As the library wants it. Which passkeys are good is not left to it: for it, none would mean any.
    pub fn for_library(&self, verification: Verification) -> Result<AuthenticationState, Fault> {
        library(json!({
            "challenge": bytes(&self.challenge)?,
            "allowed_credentials": [],
            "user_verification": verification.word(),
        }))
    }
}

/// Reads what was kept.
pub(super) fn read<T: DeserializeOwned>(state: &str) -> Result<T, Fault> {
    serde_json::from_str(state).map_err(|_other_ceremony| Fault::Type)
}

/// Bytes in unpadded base64url.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Fault> {
    Ok(passki::Passki::base64_decode(text)?)
}

/// The states of the library can be made from their serialized form alone.
fn library<T: DeserializeOwned>(state: Value) -> Result<T, Fault> {
    serde_json::from_value(state).map_err(|_not_its_form| Fault::Malformed)
}
