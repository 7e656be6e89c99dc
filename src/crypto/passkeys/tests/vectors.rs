//! The test vectors of WebAuthn level 3 (section 16), in another encoding: made by another program, for the site
//! `example.org`.

use serde::Deserialize;
use serde_json::json;

use super::super::state::{Proving, Registering};
use super::*;

const VECTORS: &str = include_str!("vectors.json");

#[derive(Deserialize)]
struct Vector {
    name: String,
    registration: Registration,
    authentication: Authentication,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    challenge: String,
    credential: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    challenge: String,
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
}

impl Vector {
    fn register(&self) -> Result<Passkey, Fault> {
        let sent = &self.registration;
        let answer = NewPasskey::parse(
            &json!({
                "rawId": sent.credential,
                "response": {"clientDataJSON": sent.client_data, "attestationObject": sent.attestation_object},
            })
            .to_string(),
        )?;
        let state = Registering { challenge: sent.challenge.clone(), user_handle: String::new() };
        site("https://example.org").unwrap().finish_registration(&serde_json::to_string(&state).unwrap(), &answer)
    }

    fn sign_in(&self, passkey: &Passkey) -> Result<VerifiedAssertion, Fault> {
        let sent = &self.authentication;
        let assertion = Assertion::parse(
            &json!({
                "rawId": self.registration.credential,
                "response": {
                    "clientDataJSON": sent.client_data,
                    "authenticatorData": sent.authenticator_data,
                    "signature": sent.signature,
                },
            })
            .to_string(),
        )?;
        let allowed = Some(vec![self.registration.credential.clone()]);
        let verification = Verification::Preferred;
        let state = Proving { challenge: sent.challenge.clone(), allowed, verification };
        site("https://example.org").unwrap().finish(&serde_json::to_string(&state).unwrap(), &assertion, passkey)
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(VECTORS).unwrap()
}

#[test]
fn s125_the_vectors_of_the_specification_are_accepted_where_they_keep_our_rules() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 15);
    for vector in vectors {
        let refused = match vector.name.as_str() {
            "none-es256-crossOrigin" | "none-es256-topOrigin" => Some(Fault::Origin),
            "packed-es384" | "packed-es512" | "packed-ed448" => Some(Fault::Algorithm),
            // Attestations, which browsers send only to those who ask for one: the library does not know the one, and
            // demands more of the other than an empty description of the key.
            "apple-es256" | "android-key-es256" => Some(Fault::Malformed),
            _ => None,
        };
        let name = &vector.name;
        let passkey = match (vector.register(), refused) {
            (Ok(passkey), None) => passkey,
            (result, refused) => {
                assert_eq!(result.err(), refused, "{name}");
                continue;
            }
        };
        let algorithm = match name.as_str() {
            "packed-rs256" => -257,
            "packed-eddsa" => -8,
            _ => -7,
        };
        assert_eq!((&passkey.id, passkey.algorithm), (&vector.registration.credential, algorithm), "{name}");
        assert!(vector.sign_in(&passkey).is_ok(), "{name}");
        let mut other = vector;
        other.authentication.challenge.clone_from(&other.registration.challenge);
        assert_eq!(other.sign_in(&passkey), Err(Fault::Challenge), "{}", other.name);
    }
}

#[test]
fn an_answer_with_a_wrong_byte_anywhere_breaks_nothing() {
    for mut vector in vectors() {
        let whole = state::bytes(&vector.registration.attestation_object).unwrap();
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1 << (at % 8);
            vector.registration.attestation_object = authenticator::encode(changed);
            // Without attestation nothing is signed, so it may well be accepted.
            let _accepted = vector.register().is_ok();
        }
    }
}
