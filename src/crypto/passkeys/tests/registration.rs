use serde_json::{Value, json};

use super::authenticator::{PRESENT, SYNCED, VERIFIED, encode};
use super::*;

/// Finishes `begun` with an answer that `change` has changed.
fn registered(begun: &Ceremony, authenticator: &Authenticator, change: Change) -> Result<Passkey, Fault> {
    let mut answer = answer_to(begun, "webauthn.create");
    change(&mut answer);
    portal().finish_registration(&begun.state, &NewPasskey::parse(&authenticator.register(&answer))?)
}

#[test]
fn a_new_passkey_is_described_as_its_authenticator_did() {
    let mut authenticator = Authenticator::new(Key::es256());
    authenticator.aaguid = 0xfbfc_3007_154e_4ecc_8c0b_6e02_0557_d7bd_u128.to_be_bytes();
    let begun = portal().begin_registration("ada@example.org", &[]);
    let passkey = registered(&begun, &authenticator, |answer| answer.flags = PRESENT | VERIFIED | SYNCED).unwrap();
    let options: Value = serde_json::from_str(&begun.options).unwrap();
    assert_eq!(passkey.id, encode(&authenticator.id));
    assert_eq!(options["user"]["id"], passkey.user_handle.as_str());
    assert_eq!(passkey.user_handle.len(), 43);
    assert_eq!((passkey.algorithm, passkey.counter), (-7, 0));
    assert_eq!(passkey.aaguid, "fbfc3007-154e-4ecc-8c0b-6e020557d7bd");
    assert_eq!(passkey.transports, ["internal", "hybrid"]);
    assert!(passkey.synced);
    let plain = registered(&begun, &authenticator, |answer| answer.flags = PRESENT).unwrap();
    assert!(!plain.synced);
}

#[test]
fn a_discoverable_passkey_with_a_known_algorithm_and_no_attestation_is_asked_for() {
    let begun = portal().begin_registration("ada@example.org", &[]);
    let options: Value = serde_json::from_str(&begun.options).unwrap();
    assert_eq!(options["rp"], json!({"id": "portal.example.org", "name": "Portal"}));
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "preferred");
    assert_eq!(options["attestation"], "none");
    let algorithms: Vec<&Value> =
        options["pubKeyCredParams"].as_array().unwrap().iter().map(|entry| &entry["alg"]).collect();
    assert_eq!(algorithms, [-8, -7, -257]);
    assert_eq!(options["excludeCredentials"], json!([]));
}

#[test]
fn the_next_passkey_of_a_person_has_the_same_user_handle_and_another_authenticator() {
    let portal = portal();
    let (_, first) = make(&portal, ORIGIN, Key::es256());
    let begun = portal.begin_registration("ada@example.org", std::slice::from_ref(&first));
    let options: Value = serde_json::from_str(&begun.options).unwrap();
    assert_eq!(options["user"]["id"], first.user_handle.as_str());
    let existing = json!([{"id": first.id, "type": "public-key", "transports": ["internal", "hybrid"]}]);
    assert_eq!(options["excludeCredentials"], existing);
    let (_, other) = make(&portal, ORIGIN, Key::es256());
    assert_ne!(other.user_handle, first.user_handle);
}

#[test]
fn s125_a_registration_is_refused_for_each_rule_that_it_breaks() {
    let authenticator = Authenticator::new(Key::es256());
    let begun = portal().begin_registration("ada@example.org", &[]);
    assert!(registered(&begun, &authenticator, |_| ()).is_ok());
    for (at, (expected, change)) in CHANGES.iter().enumerate() {
        assert_eq!(registered(&begun, &authenticator, *change), Err(*expected), "change {at}");
    }
    let signing_in: Change = |answer| answer.kind = "webauthn.get".to_owned();
    assert_eq!(registered(&begun, &authenticator, signing_in), Err(Fault::Type));
}

#[test]
fn s125_a_key_of_an_algorithm_that_was_not_asked_for_is_refused() {
    let begun = portal().begin_registration("ada@example.org", &[]);
    for key in [Key::es256(), Key::eddsa(), Key::rs256()] {
        let authenticator = Authenticator::new(key);
        assert!(registered(&begun, &authenticator, |_| ()).is_ok());
        // ES384 and RS384, which the library knows; ES512, PS256, RS1, ML-DSA-44.
        let others: [Change; 6] = [
            |answer| answer.algorithm = Some(-35),
            |answer| answer.algorithm = Some(-258),
            |answer| answer.algorithm = Some(-36),
            |answer| answer.algorithm = Some(-37),
            |answer| answer.algorithm = Some(-65_535),
            |answer| answer.algorithm = Some(-48),
        ];
        for other in others {
            assert_eq!(registered(&begun, &authenticator, other), Err(Fault::Algorithm));
        }
    }
}

#[test]
fn s125_the_state_of_a_sign_in_registers_nothing() {
    let portal = portal();
    let begun = portal.begin_sign_in();
    assert_eq!(registered(&begun, &Authenticator::new(Key::es256()), |_| ()), Err(Fault::Type));
}

#[test]
fn a_credential_id_has_at_most_1023_bytes() {
    let begun = portal().begin_registration("ada@example.org", &[]);
    for (length, good) in [(0, false), (1, true), (1023, true), (1024, false)] {
        let mut authenticator = Authenticator::new(Key::es256());
        authenticator.id = vec![1; length];
        assert_eq!(registered(&begun, &authenticator, |_| ()).is_ok(), good, "{length}");
    }
}

#[test]
fn s125_the_id_beside_the_signed_data_must_be_the_one_in_it() {
    let begun = portal().begin_registration("ada@example.org", &[]);
    let sent = Authenticator::new(Key::es256()).register(&answer_to(&begun, "webauthn.create"));
    let mut sent: Value = serde_json::from_str(&sent).unwrap();
    sent["rawId"] = encode([9; 32]).into();
    let answer = NewPasskey::parse(&sent.to_string()).unwrap();
    assert_eq!(portal().finish_registration(&begun.state, &answer), Err(Fault::OtherPasskey));
}

#[test]
fn what_is_no_answer_is_refused_and_nothing_breaks() {
    for garbage in ["", "{}", "null", "[]", r#"{"rawId":"AA","response":{}}"#] {
        assert!(matches!(NewPasskey::parse(garbage), Err(Fault::Malformed)), "{garbage}");
        assert!(matches!(Assertion::parse(garbage), Err(Fault::Malformed)), "{garbage}");
    }
    let begun = portal().begin_registration("ada@example.org", &[]);
    let whole = Authenticator::new(Key::es256()).register(&answer_to(&begun, "webauthn.create"));
    let padded = |length: usize| format!("{whole}{}", " ".repeat(length - whole.len()));
    assert!(NewPasskey::parse(&padded(16 * 1024)).is_ok());
    assert!(matches!(NewPasskey::parse(&padded(16 * 1024 + 1)), Err(Fault::Malformed)));
    let mut sent: Value = serde_json::from_str(&whole).unwrap();
    let attestation = state::bytes(sent["response"]["attestationObject"].as_str().unwrap()).unwrap();
    // No cut is an answer.
    for length in 0..attestation.len() {
        sent["response"]["attestationObject"] = encode(&attestation[..length]).into();
        let answer = NewPasskey::parse(&sent.to_string()).unwrap();
        assert!(portal().finish_registration(&begun.state, &answer).is_err(), "{length}");
    }
}
