//! What browsers send: `PublicKeyCredential.toJSON()`, bounded and parsed, not yet verified.

use passki::{AuthenticationCredential, ClientData, RegistrationCredential};
use serde::de::DeserializeOwned;

use super::fault::Fault;

/// Maximum length of an answer, in bytes: a certificate chain that nobody asked for fits into it, too.
const MAX_ANSWER: usize = 16 * 1024;

/// The answer to [`begin_registration`](super::RelyingParty::begin_registration).
pub struct NewPasskey {
    pub(super) sent: RegistrationCredential,
    pub(super) client: ClientData,
}

impl NewPasskey {
    /// Parses the JSON of a browser.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        let sent: RegistrationCredential = read(json)?;
        let client = ClientData::from_base64(&sent.response.client_data_json)?;
        Ok(Self { sent, client })
    }

    /// Which challenge it claims to answer, in unpadded base64url: it is to be accepted once.
    pub fn challenge(&self) -> &str {
        &self.client.challenge
    }
}

/// The answer to [`begin_sign_in`](super::RelyingParty::begin_sign_in) or
/// [`begin_second_step`](super::RelyingParty::begin_second_step).
pub struct Assertion {
    pub(super) sent: AuthenticationCredential,
    pub(super) client: ClientData,
}

impl Assertion {
    /// Parses the JSON of a browser.
    pub fn parse(json: &str) -> Result<Self, Fault> {
        let sent: AuthenticationCredential = read(json)?;
        let client = ClientData::from_base64(&sent.response.client_data_json)?;
        Ok(Self { sent, client })
    }

    /// Which challenge it claims to answer, in unpadded base64url: it is to be accepted once.
    pub fn challenge(&self) -> &str {
        &self.client.challenge
    }

    /// Which passkey it claims to be of, in unpadded base64url: by it the store finds the passkey.
    pub fn passkey_id(&self) -> &str {
        &self.sent.raw_id
    }
}

fn read<T: DeserializeOwned>(json: &str) -> Result<T, Fault> {
    let bounded = Some(json).filter(|json| json.len() <= MAX_ANSWER);
    bounded.and_then(|json| serde_json::from_str(json).ok()).ok_or(Fault::Malformed)
}

/// Whether the page was inside a page of another origin. Browsers name that page only then, so its name is enough.
pub(super) const fn is_framed(client: &ClientData) -> bool {
    client.cross_origin || client.top_origin.is_some()
}
