//! The ceremonies of passkeys, from the page that offers one to the answer that comes back (S125).
//!
//! What has to be remembered of a ceremony is sealed in the form of its page: it is good for five minutes, in the
//! browser, sign-in or session in which it began, and once, for which a row is kept of the challenges that were
//! answered. So nobody fills the store by opening the sign-in page.

use serde::{Deserialize, Serialize};

use super::{AccountError, Accounts};
use crate::crypto::opaque_token::TokenHash;
pub use crate::crypto::passkeys::Unavailable;
use crate::crypto::passkeys::{Ceremony, Fault, LIFETIME_SECS, RelyingParty};
use crate::domain::ids::SessionId;
use crate::domain::time::Timestamp;
use crate::storage::{Connection, StorageError, passkeys};

/// What a page offers to an authenticator.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What the form sends back with the answer.
    pub ceremony: String,
    /// The options for the authenticator, as JSON.
    pub options: String,
}

/// What a form sends back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasskeyAnswer {
    /// What its page had in [`Offer::ceremony`].
    pub ceremony: String,
    /// What the authenticator answered, as JSON.
    pub credential: String,
}

/// Where a ceremony takes place. Its answer is good there alone.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// On the sign-in page of the browser that forms are bound to by this text.
    SignIn(&'a str),
    /// In the waiting sign-in with that token.
    Waiting(&'a TokenHash),
    /// In a session.
    Session(&'a SessionId),
}

impl Place<'_> {
    /// What a ceremony that takes place here is sealed as.
    fn purpose(self) -> String {
        match self {
            Self::SignIn(browser) => format!("passkey sign-in {browser}"),
            Self::Waiting(token) => format!("passkey waiting {}", token.as_str()),
            Self::Session(session) => format!("passkey session {}", session.as_str()),
        }
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Begun {
    state: String,
    expires_at: i64,
}

/// A challenge that was answered.
pub(super) struct Challenge {
    hash: TokenHash,
    expires_at: Timestamp,
}

impl Challenge {
    /// Uses it up; false if it was answered before.
    pub(super) fn take(&self, c: &mut Connection) -> Result<bool, StorageError> {
        passkeys::use_challenge(c, &self.hash, self.expires_at)
    }
}

impl Accounts {
    /// The site that passkeys belong to.
    pub(super) fn relying_party(&self) -> Result<RelyingParty, Unavailable> {
        RelyingParty::new(self.app_url(), &self.0.config.site.name)
    }

    /// Why there are no passkeys at `APP_URL`, if there are none.
    pub fn passkeys_unavailable(&self) -> Option<Unavailable> {
        self.relying_party().err()
    }

    /// What a page in that place offers for a ceremony that has begun.
    pub(super) fn offer(&self, place: Place<'_>, begun: Ceremony) -> Result<Offer, AccountError> {
        let expires_at = self.0.clock.now().plus(i64::from(LIFETIME_SECS)).secs();
        let begun_json = serde_json::to_vec(&Begun { state: begun.state, expires_at });
        let begun_json = begun_json.map_err(|fault| AccountError::Internal(fault.to_string()))?;
        Ok(Offer { ceremony: self.0.sealer.seal(&place.purpose(), &begun_json), options: begun.options })
    }

    /// The state of the ceremony that the form had, if it began in that place and is not over.
    pub(super) fn state_of(&self, place: Place<'_>, answer: &PasskeyAnswer) -> Result<(String, Timestamp), Fault> {
        let begun = self.0.sealer.open(&place.purpose(), &answer.ceremony);
        let begun: Option<Begun> = begun.and_then(|json| serde_json::from_slice(&json).ok());
        let begun = begun.ok_or(Fault::Expired)?;
        let expires_at = Timestamp::from_secs(begun.expires_at);
        if expires_at <= self.0.clock.now() { Err(Fault::Expired) } else { Ok((begun.state, expires_at)) }
    }

    /// The challenge, to be used up.
    pub(super) fn challenge(&self, challenge: &str, expires_at: Timestamp) -> Challenge {
        Challenge { hash: self.0.token_hasher.hash("passkey-challenge", challenge), expires_at }
    }
}
