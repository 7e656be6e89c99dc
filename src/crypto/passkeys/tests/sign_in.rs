use serde_json::{Value, json};

use super::authenticator::{PRESENT, encode};
use super::*;

/// Finishes `begun` with an answer that `change` has changed.
fn signed_in(begun: &Ceremony, with: (&Authenticator, &Passkey), change: Change) -> Result<VerifiedAssertion, Fault> {
    let mut answer = answer_to(begun, "webauthn.get");
    change(&mut answer);
    portal().finish(&begun.state, &Assertion::parse(&with.0.assert(&answer))?, with.1)
}

/// The same with a change of what the browser sent.
fn signed_in_by(
    begun: &Ceremony,
    with: (&Authenticator, &Passkey),
    change: impl Fn(&mut Value),
) -> Result<VerifiedAssertion, Fault> {
    let mut sent: Value = serde_json::from_str(&with.0.assert(&answer_to(begun, "webauthn.get"))).unwrap();
    change(&mut sent);
    portal().finish(&begun.state, &Assertion::parse(&sent.to_string())?, with.1)
}

#[test]
fn a_passkey_of_each_algorithm_signs_in_alone() {
    let portal = portal();
    for (key, algorithm) in [(Key::es256(), -7), (Key::eddsa(), -8), (Key::rs256(), -257)] {
        let (authenticator, passkey) = make(&portal, ORIGIN, key);
        assert_eq!(passkey.algorithm, algorithm);
        let begun = portal.begin_sign_in();
        let assertion = Assertion::parse(&authenticator.get(&begun.options, ORIGIN, 0)).unwrap();
        assert_eq!((assertion.challenge(), assertion.passkey_id()), (&*challenge_of(&begun), passkey.id.as_str()));
        let proof = portal.finish(&begun.state, &assertion, &passkey).unwrap();
        assert_eq!(proof, VerifiedAssertion { user_verified: true, counter: 0, counter_fell: false });
    }
}

#[test]
fn a_sign_in_names_no_passkey_and_a_factor_names_those_of_the_person() {
    let portal = portal();
    let (_, passkey) = make(&portal, ORIGIN, Key::es256());
    let options = |begun: &Ceremony| serde_json::from_str::<Value>(&begun.options).unwrap();
    let alone = options(&portal.begin_sign_in());
    assert_eq!((&alone["allowCredentials"], &alone["userVerification"]), (&json!([]), &json!("required")));
    let own = std::slice::from_ref(&passkey);
    let factor = options(&portal.begin_second_step(own, Verification::Preferred).unwrap());
    let named = json!([{"id": passkey.id, "type": "public-key", "transports": ["internal", "hybrid"]}]);
    assert_eq!((&factor["allowCredentials"], &factor["userVerification"]), (&named, &json!("preferred")));
    let again = options(&portal.begin_second_step(own, Verification::Required).unwrap());
    assert_eq!(again["userVerification"], "required");
    assert!(portal.begin_second_step(&[], Verification::Preferred).is_none(), "no passkey would mean any");
}

#[test]
fn s125_an_assertion_is_refused_for_each_rule_that_it_breaks() {
    let portal = portal();
    for key in [Key::es256(), Key::eddsa(), Key::rs256()] {
        let (authenticator, passkey) = make(&portal, ORIGIN, key);
        let own = std::slice::from_ref(&passkey);
        for begun in [portal.begin_sign_in(), portal.begin_second_step(own, Verification::Preferred).unwrap()] {
            let with = (&authenticator, &passkey);
            assert!(signed_in(&begun, with, |_| ()).is_ok());
            for (at, (expected, change)) in CHANGES.iter().enumerate() {
                assert_eq!(signed_in(&begun, with, *change), Err(*expected), "change {at}");
            }
            let registering: Change = |answer| answer.kind = "webauthn.create".to_owned();
            assert_eq!(signed_in(&begun, with, registering), Err(Fault::Type));
        }
    }
}

#[test]
fn s125_user_verification_is_demanded_where_the_passkey_stands_for_the_password() {
    let portal = portal();
    let (authenticator, passkey) = make(&portal, ORIGIN, Key::es256());
    let (with, own) = ((&authenticator, &passkey), std::slice::from_ref(&passkey));
    let unverified: Change = |answer| answer.flags = PRESENT;
    let demanded = [portal.begin_sign_in(), portal.begin_second_step(own, Verification::Required).unwrap()];
    for begun in &demanded {
        assert_eq!(signed_in(begun, with, unverified), Err(Fault::NotVerified));
        assert!(signed_in(begun, with, |_| ()).unwrap().user_verified);
    }
    let factor = portal.begin_second_step(own, Verification::Preferred).unwrap();
    assert!(!signed_in(&factor, with, unverified).unwrap().user_verified);
    assert!(signed_in(&factor, with, |_| ()).unwrap().user_verified);
}

#[test]
fn s125_a_signature_is_of_this_key_over_these_very_bytes() {
    let portal = portal();
    for key in [Key::es256, Key::eddsa, Key::rs256] {
        let (authenticator, passkey) = make(&portal, ORIGIN, key());
        let (other, of_other) = make(&portal, ORIGIN, key());
        let begun = portal.begin_sign_in();
        let with = (&authenticator, &passkey);
        for part in ["signature", "authenticatorData", "clientDataJSON"] {
            // Space at the end of the client data and a counter that differs: both are signed.
            let changed = signed_in_by(&begun, with, |sent| {
                let mut bytes = state::bytes(sent["response"][part].as_str().unwrap()).unwrap();
                match part {
                    "clientDataJSON" => bytes.push(b' '),
                    _ => *bytes.last_mut().unwrap() ^= 1,
                }
                sent["response"][part] = encode(bytes).into();
            });
            assert_eq!(changed, Err(Fault::Signature), "{part}");
        }
        for signature in ["", "AA"] {
            let empty = signed_in_by(&begun, with, |sent| sent["response"]["signature"] = signature.into());
            assert_eq!(empty, Err(Fault::Signature));
        }
        let mut stolen = Authenticator::new(other.key);
        (stolen.id, stolen.user_handle) = (authenticator.id.clone(), authenticator.user_handle.clone());
        assert_eq!(signed_in(&begun, (&stolen, &passkey), |_| ()), Err(Fault::Signature));
        // The key is of the other passkey, the rest of this one.
        let mixed = Passkey { public_key: of_other.public_key, ..passkey.clone() };
        assert_eq!(signed_in(&begun, (&authenticator, &mixed), |_| ()), Err(Fault::Signature));
    }
}

#[test]
fn s125_a_key_is_used_with_its_own_algorithm_alone() {
    let portal = portal();
    for key in [Key::es256(), Key::eddsa(), Key::rs256()] {
        let (authenticator, passkey) = make(&portal, ORIGIN, key);
        let begun = portal.begin_sign_in();
        for other in [-7, -8, -257, -35, -258, 0, 5].into_iter().filter(|other| *other != passkey.algorithm) {
            let passkey = Passkey { algorithm: other, ..passkey.clone() };
            let found = signed_in(&begun, (&authenticator, &passkey), |_| ());
            // RS384 has keys of the same kind as RS256, and other signatures.
            let expected = if other == -258 && authenticator.key.algorithm() == -257 {
                Fault::Signature
            } else {
                Fault::Algorithm
            };
            assert_eq!(found, Err(expected), "{} as {other}", authenticator.key.algorithm());
        }
    }
}

#[test]
fn s125_somebody_elses_passkey_proves_nothing() {
    let portal = portal();
    let [(ada, of_ada), (bob, of_bob)] = [(); 2].map(|()| make(&portal, ORIGIN, Key::es256()));
    let alone = portal.begin_sign_in();
    let for_ada = portal.begin_second_step(std::slice::from_ref(&of_ada), Verification::Preferred).unwrap();
    assert!(signed_in(&for_ada, (&ada, &of_ada), |_| ()).is_ok());
    // Found by another id than the one that was sent.
    assert_eq!(signed_in(&alone, (&bob, &of_ada), |_| ()), Err(Fault::OtherPasskey));
    // A right passkey, of another person than the one who has to prove something.
    assert_eq!(signed_in(&for_ada, (&bob, &of_bob), |_| ()), Err(Fault::OtherPasskey));
    // A right passkey that says it is another person's.
    let mut lying = bob;
    lying.user_handle.clone_from(&ada.user_handle);
    assert_eq!(signed_in(&alone, (&lying, &of_bob), |_| ()), Err(Fault::OtherPerson));
    let for_bob = portal.begin_second_step(std::slice::from_ref(&of_bob), Verification::Preferred).unwrap();
    assert_eq!(signed_in(&for_bob, (&lying, &of_bob), |_| ()), Err(Fault::OtherPerson));
    // Without a name it is a factor of somebody who is known, and no sign-in.
    for handle in [None, Some(String::new())] {
        lying.user_handle = handle;
        assert_eq!(signed_in(&alone, (&lying, &of_bob), |_| ()), Err(Fault::OtherPerson));
        assert!(signed_in(&for_bob, (&lying, &of_bob), |_| ()).is_ok());
    }
}

#[test]
fn s125_an_assertion_is_good_for_its_own_ceremony_alone() {
    let portal = portal();
    let (authenticator, passkey) = make(&portal, ORIGIN, Key::es256());
    let [begun, next] = [(); 2].map(|()| portal.begin_sign_in());
    let replayed = Assertion::parse(&authenticator.get(&begun.options, ORIGIN, 1)).unwrap();
    assert!(portal.finish(&begun.state, &replayed, &passkey).is_ok());
    assert_eq!(portal.finish(&next.state, &replayed, &passkey), Err(Fault::Challenge));
    let registering = portal.begin_registration("ada@example.org", &[]);
    assert_eq!(portal.finish(&registering.state, &replayed, &passkey), Err(Fault::Type));
}

#[test]
fn s125_a_counter_that_does_not_rise_is_reported_and_the_highest_is_kept() {
    let portal = portal();
    let (authenticator, passkey) = make(&portal, ORIGIN, Key::es256());
    let begun = portal.begin_sign_in();
    for (stored, sent, counter, counter_fell) in [
        (0, 0, 0, false),
        (0, 1, 1, false),
        (7, 8, 8, false),
        (7, u32::MAX, u32::MAX, false),
        (7, 7, 7, true),
        (7, 6, 7, true),
        (7, 0, 7, true),
        (u32::MAX, 1, u32::MAX, true),
    ] {
        let passkey = Passkey { counter: stored, ..passkey.clone() };
        let assertion = Assertion::parse(&authenticator.get(&begun.options, ORIGIN, sent)).unwrap();
        let proof = portal.finish(&begun.state, &assertion, &passkey).unwrap();
        assert_eq!(proof, VerifiedAssertion { user_verified: true, counter, counter_fell }, "{stored} {sent}");
    }
}
