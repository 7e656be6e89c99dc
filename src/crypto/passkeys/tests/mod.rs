//! The ceremonies with an authenticator in software, and with the vectors of the specification.

#[path = "../../../../tests/it/support/authenticator.rs"]
mod authenticator;
mod registration;
mod second_opinion;
mod sign_in;
mod site;
mod vectors;

use authenticator::{Answer, Authenticator, Key};

use super::*;
use crate::domain::app_url::AppUrl;
use crate::domain::passkey::Passkey;

const ORIGIN: &str = "https://portal.example.org";

fn site(app_url: &str) -> Result<RelyingParty, Unavailable> {
    RelyingParty::new(&AppUrl::parse(app_url).unwrap(), "Portal")
}

fn portal() -> RelyingParty {
    site(ORIGIN).unwrap()
}

/// Makes a passkey with `key` at `site`.
fn make(site: &RelyingParty, origin: &str, key: Key) -> (Authenticator, Passkey) {
    let mut authenticator = Authenticator::new(key);
    let begun = site.begin_registration("ada@example.org", &[]);
    let answer = NewPasskey::parse(&authenticator.create(&begun.options, origin)).unwrap();
    assert_eq!(answer.challenge(), challenge_of(&begun));
    let passkey = site.finish_registration(&begun.state, &answer).unwrap();
    (authenticator, passkey)
}

/// The challenge that the browser is given.
fn challenge_of(begun: &Ceremony) -> String {
    let options: serde_json::Value = serde_json::from_str(&begun.options).unwrap();
    options["challenge"].as_str().unwrap().to_owned()
}

/// The answer to `begun` that a test changes.
fn answer_to(begun: &Ceremony, kind: &str) -> Answer {
    let options = serde_json::from_str(&begun.options).unwrap();
    Answer::new(kind, &options, "portal.example.org", ORIGIN)
}

/// One change of an answer.
type Change = fn(&mut Answer);

/// What both ceremonies refuse alike.
const CHANGES: &[(Fault, Change)] = &[
    (Fault::Challenge, |answer| answer.challenge = authenticator::encode([7; 32])),
    (Fault::Challenge, |answer| answer.challenge.clear()),
    (Fault::Malformed, |answer| answer.challenge.push('=')),
    (Fault::Origin, |answer| answer.origin = "https://portal.example.org:8443".to_owned()),
    (Fault::Origin, |answer| answer.origin = "http://portal.example.org".to_owned()),
    (Fault::Origin, |answer| answer.origin = "https://example.org".to_owned()),
    (Fault::Origin, |answer| answer.origin = "https://portal.example.org.evil.example".to_owned()),
    (Fault::Origin, |answer| answer.origin = "null".to_owned()),
    (Fault::Origin, |answer| answer.more = serde_json::json!({"crossOrigin": true})),
    (Fault::Origin, |answer| answer.more = serde_json::json!({"topOrigin": "https://evil.example"})),
    (Fault::RelyingParty, |answer| answer.rp_id = "example.org".to_owned()),
    (Fault::RelyingParty, |answer| answer.rp_id = "evil.example".to_owned()),
    (Fault::NotPresent, |answer| answer.flags = authenticator::VERIFIED),
    // Synced, but not able to be.
    (Fault::Malformed, |answer| answer.flags |= 0x10),
    (Fault::Type, |answer| answer.kind = "payment.get".to_owned()),
    (Fault::Type, |answer| answer.kind.clear()),
];
