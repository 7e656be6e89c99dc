//! The two ceremonies of the site at `APP_URL`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passki::{
    AuthenticationOptions, AuthenticatorTransport, Passki, PubKeyCredParam, RegistrationOptions,
    ResidentKeyRequirement, StoredPasskey,
};
use serde::Serialize;
use uuid::Uuid;

use super::LIFETIME_SECS;
use super::answer::{Assertion, NewPasskey, is_framed};
use super::fault::Fault;
use super::state::{Proving, Registering, bytes, read};
use super::verification::Verification;
use crate::crypto::random;
use crate::domain::app_url::AppUrl;
use crate::domain::passkey::Passkey;

/// The COSE algorithms that a passkey may have, best first: `EdDSA` (Ed25519), ES256, RS256.
const ALGORITHMS: [i32; 3] = [-8, -7, -257];
/// Bytes of a challenge and of a user handle.
const RANDOM: usize = 32;
/// Maximum bytes of a credential id (WebAuthn level 3, section 7.1).
const MAX_ID: usize = 1023;

/// Why browsers would refuse to make passkeys for a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The address of the site is a number.
    #[error("a passkey belongs to a name, and APP_URL has an IP address")]
    Number,
    /// The site has no TLS and is not on this machine.
    #[error("passkeys need https, or http on localhost")]
    PlainHttp,
}

/// A ceremony that has begun. Its challenge is good once and for [`LIFETIME_SECS`], which the caller sees to.
pub struct Ceremony {
    /// What is kept until the answer arrives; it names no person.
    pub state: String,
    /// JSON for `PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`.
    pub options: String,
}

/// What an assertion proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedAssertion {
    /// Whether a PIN or biometrics were asked for.
    pub user_verified: bool,
    /// The counter to store: the highest so far.
    pub counter: u32,
    /// Whether the counter did not rise, so that there may be a copy of the authenticator.
    pub counter_fell: bool,
}

/// The site that passkeys belong to.
pub struct RelyingParty {
    library: Passki,
    host: String,
}

impl RelyingParty {
    /// The site at `app_url`, which authenticators show as `name`.
    pub fn new(app_url: &AppUrl, name: &str) -> Result<Self, Unavailable> {
        if app_url.is_number() {
            return Err(Unavailable::Number);
        }
        if !app_url.is_https() && !app_url.is_loopback() {
            return Err(Unavailable::PlainHttp);
        }
        Ok(Self { library: Passki::new(app_url.host(), &[app_url.origin()], name), host: app_url.host().to_owned() })
    }

    /// Begins to make a passkey for the person whom authenticators show as `name`, who has `own` already.
    #[expect(clippy::expect_used, reason = "the only fault is a short user handle, and this one is not")]
    pub fn begin_registration(&self, name: &str, own: &[Passkey]) -> Ceremony {
        let user_handle = own.iter().find_map(user_handle).unwrap_or_else(|| random::bytes::<RANDOM>().to_vec());
        let existing: Vec<StoredPasskey> = own.iter().filter_map(descriptor).collect();
        let mut options = RegistrationOptions::default();
        options.timeout = timeout();
        options.resident_key = ResidentKeyRequirement::Required;
        options.exclude_credentials = Some(&existing);
        let (mut options, _) = self
            .library
            .start_passkey_registration(&user_handle, name, name, options)
            .expect("the user handle is long");
        let challenge = challenge();
        options.challenge.clone_from(&challenge);
        options.pub_key_cred_params = ALGORITHMS.map(|alg| PubKeyCredParam { alg, type_: "public-key" }).into();
        let kept = Registering { challenge, user_handle: URL_SAFE_NO_PAD.encode(user_handle) };
        Ceremony { state: json(&kept), options: json(&options) }
    }

    /// The new passkey. That its id is new, too, is for the store to see.
    pub fn finish_registration(&self, state: &str, answer: &NewPasskey) -> Result<Passkey, Fault> {
        let state: Registering = read(state)?;
        if is_framed(&answer.client) {
            return Err(Fault::Origin);
        }
        let (made, _verified) = verified_if_possible(Verification::Preferred, |verification| {
            Ok(self.library.finish_passkey_registration(&answer.sent, &state.for_library(verification)?)?)
        })?;
        if !ALGORITHMS.contains(&made.algorithm) {
            return Err(Fault::Algorithm);
        }
        if made.credential_id.is_empty() || made.credential_id.len() > MAX_ID {
            return Err(Fault::Malformed);
        }
        Ok(Passkey {
            id: URL_SAFE_NO_PAD.encode(&made.credential_id),
            user_handle: state.user_handle,
            public_key: URL_SAFE_NO_PAD.encode(&made.public_key),
            algorithm: made.algorithm,
            counter: made.counter,
            aaguid: Uuid::from_bytes(made.aaguid).to_string(),
            transports: made.transports.into_iter().filter_map(transport_word).collect(),
            synced: made.be,
            host: self.host.clone(),
        })
    }

    /// Begins a sign-in by passkey alone: any passkey of this site, with user verification.
    pub fn begin_sign_in(&self) -> Ceremony {
        self.begin(&[], None, Verification::Required)
    }

    /// Begins a proof by one of somebody's `own` passkeys; `None` if there is none.
    pub fn begin_second_step(&self, own: &[Passkey], verification: Verification) -> Option<Ceremony> {
        let offered: Vec<StoredPasskey> = own.iter().filter_map(descriptor).collect();
        let allowed = offered.iter().map(|passkey| URL_SAFE_NO_PAD.encode(&passkey.credential_id)).collect();
        (!offered.is_empty()).then(|| self.begin(&offered, Some(allowed), verification))
    }

    #[expect(clippy::expect_used, reason = "the only fault is about an extension that is not used")]
    fn begin(&self, offered: &[StoredPasskey], allowed: Option<Vec<String>>, verification: Verification) -> Ceremony {
        let mut options = AuthenticationOptions::default();
        options.timeout = timeout();
        options.user_verification = verification.for_library();
        let (mut options, _) =
            self.library.start_passkey_authentication(offered, options).expect("no extension is asked for");
        let challenge = challenge();
        options.challenge.clone_from(&challenge);
        let kept = Proving { challenge, allowed, verification };
        Ceremony { state: json(&kept), options: json(&options) }
    }

    /// What `assertion` proves of `passkey`, which the store found by its id.
    pub fn finish(&self, state: &str, assertion: &Assertion, passkey: &Passkey) -> Result<VerifiedAssertion, Fault> {
        let state: Proving = read(state)?;
        check_owner(&state, assertion, passkey)?;
        if is_framed(&assertion.client) {
            return Err(Fault::Origin);
        }
        let stored = stored(passkey)?;
        let (found, user_verified) = verified_if_possible(state.verification, |verification| {
            let state = state.for_library(verification)?;
            Ok(self.library.finish_passkey_authentication(&assertion.sent, &state, &stored)?)
        })?;
        let counts = found.counter != 0 || passkey.counter != 0;
        Ok(VerifiedAssertion {
            user_verified,
            counter: found.counter.max(passkey.counter),
            counter_fell: counts && found.counter <= passkey.counter,
        })
    }
}

/// The passkey is the one that answered, is among those asked for, and is of the person whom the answer names
/// (section 7.2, steps 5 and 6).
fn check_owner(state: &Proving, assertion: &Assertion, passkey: &Passkey) -> Result<(), Fault> {
    let allowed = state.allowed.as_ref().is_none_or(|allowed| allowed.contains(&passkey.id));
    if assertion.passkey_id() != passkey.id || !allowed {
        return Err(Fault::OtherPasskey);
    }
    match assertion.sent.response.user_handle.as_deref() {
        Some(named) if named == passkey.user_handle => Ok(()),
        // Who is known need not be named; browsers write an empty name for none.
        None | Some("") if state.allowed.is_some() => Ok(()),
        _ => Err(Fault::OtherPerson),
    }
}

/// What `finish` yields, and whether it did so with user verification. The library does not say, so it is asked for
/// more first.
fn verified_if_possible<T>(
    least: Verification,
    finish: impl Fn(Verification) -> Result<T, Fault>,
) -> Result<(T, bool), Fault> {
    match finish(Verification::Required) {
        Err(Fault::NotVerified) => Ok((finish(least)?, false)),
        result => Ok((result?, true)),
    }
}

/// The passkey as the library wants it to verify an assertion. A counter that falls is a fault for it and a warning
/// here, so it is given none to compare with.
fn stored(passkey: &Passkey) -> Result<StoredPasskey, Fault> {
    let mut stored = StoredPasskey::default();
    stored.credential_id = bytes(&passkey.id)?;
    stored.public_key = bytes(&passkey.public_key)?;
    stored.algorithm = passkey.algorithm;
    Ok(stored)
}

/// The passkey as the library wants it to name it to browsers.
fn descriptor(passkey: &Passkey) -> Option<StoredPasskey> {
    let mut named = StoredPasskey::default();
    named.credential_id = bytes(&passkey.id).ok()?;
    named.transports = passkey.transports.iter().filter_map(|word| transport(word)).collect();
    Some(named)
}

fn user_handle(passkey: &Passkey) -> Option<Vec<u8>> {
    bytes(&passkey.user_handle).ok().filter(|handle| handle.len() == RANDOM)
}

fn transport(word: &str) -> Option<AuthenticatorTransport> {
    serde_json::from_value(word.into()).ok()
}

fn transport_word(transport: AuthenticatorTransport) -> Option<String> {
    serde_json::to_value(transport).ok()?.as_str().map(str::to_owned)
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(random::bytes::<RANDOM>())
}

/// How long browsers wait, in milliseconds.
fn timeout() -> u64 {
    u64::from(LIFETIME_SECS) * 1_000
}

#[expect(clippy::expect_used, reason = "texts, numbers and lists of them can be written as JSON")]
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("JSON of plain data")
}
