//! `@simplewebauthn/server` as a second opinion: both are given the same ceremonies, each changed in one way, and come
//! to the same verdicts, except where a [`Mutation`] says why not.

mod in_answer;
mod in_attestation;
mod in_json;
mod mutation;
#[path = "../../../../../tests/it/support/node.rs"]
mod node;

use std::path::Path;

use mutation::{Change, Dice, Kind, Mutation, Verdict};
use serde_json::{Value, json};

use super::*;

/// How often each change is made in each ceremony that has it, with each algorithm.
const ROUNDS: usize = 4;
const SEED: u64 = 125;

/// Somebody's passkey, and one of another person with the same algorithm.
struct Made {
    authenticator: Authenticator,
    passkey: Passkey,
    other: Passkey,
}

impl Made {
    fn new(key: fn() -> Key) -> Self {
        let (authenticator, passkey) = make(&portal(), ORIGIN, key());
        Self { authenticator, passkey, other: make(&portal(), ORIGIN, key()).1 }
    }
}

/// One ceremony: the verdict of ours, and what the second opinion is about.
struct Case {
    mutation: &'static Mutation,
    ours: Result<Value, Fault>,
    given: Value,
}

impl Case {
    /// A ceremony that is changed in one way.
    fn new(mutation: &'static Mutation, kind: Kind, made: &Made, dice: &mut Dice) -> Self {
        let begun = kind.begin(&made.passkey);
        let mut answer = answer_to(&begun, kind.of_client_data());
        let mut passkey = made.passkey.clone();
        if let Change::Answer(change) = mutation.change {
            change(&mut answer, dice);
        }
        let mut sent = match kind {
            Kind::Registration => made.authenticator.register(&answer),
            Kind::SignIn | Kind::Factor => made.authenticator.assert(&answer),
        };
        match mutation.change {
            Change::Answer(_) => {}
            Change::Sent(change) => {
                let mut parsed = serde_json::from_str(&sent).unwrap();
                change(&mut parsed, dice, &made.other);
                sent = parsed.to_string();
            }
            Change::Text(change) => change(&mut sent, dice),
            Change::Stored(change) => change(&mut passkey, dice, &made.other),
        }
        let stored = json!({"id": passkey.id, "publicKey": passkey.public_key, "counter": passkey.counter});
        let given = json!({
            "kind": kind, "sent": sent, "challenge": challenge_of(&begun), "origin": ORIGIN,
            "site": "portal.example.org", "userVerification": kind == Kind::SignIn,
            "passkey": (kind != Kind::Registration).then_some(stored),
        });
        Self { mutation, ours: verify(kind, &begun, &sent, &passkey), given }
    }

    /// What is wrong with the two verdicts, if anything.
    fn fault(&self, theirs: &Value) -> Option<String> {
        let proof = theirs.get("proof");
        let good = match (self.mutation.verdict, &self.ours, proof) {
            (Verdict::Accepted | Verdict::Same, Ok(ours), Some(proof)) => ours == proof,
            (Verdict::Refused | Verdict::Same, Err(_), None)
            | (Verdict::AcceptedByUs(_), Ok(_), None)
            | (Verdict::AcceptedByThem(_), Err(_), Some(_)) => true,
            _ => false,
        };
        let (name, ours) = (self.mutation.name, &self.ours);
        let expected = self.mutation.verdict;
        (!good).then(|| format!("{name}: {expected}, but ours is {ours:?}, theirs {theirs}, of {}", self.given))
    }
}

/// What an accepted answer proves.
fn verify(kind: Kind, begun: &Ceremony, sent: &str, passkey: &Passkey) -> Result<Value, Fault> {
    if kind == Kind::Registration {
        let made = portal().finish_registration(&begun.state, &NewPasskey::parse(sent)?)?;
        let (id, key) = (made.id, made.public_key);
        return Ok(json!({"id": id, "publicKey": key, "counter": made.counter}));
    }
    let proof = portal().finish(&begun.state, &Assertion::parse(sent)?, passkey)?;
    Ok(json!({"counter": proof.counter, "userVerified": proof.user_verified}))
}

/// Every change in every ceremony with every algorithm, some times.
fn cases() -> Vec<Case> {
    let mut dice = Dice(SEED);
    let made = [Key::es256, Key::eddsa, Key::rs256].map(Made::new);
    let mut cases = Vec::new();
    for mutation in [in_answer::MUTATIONS, in_attestation::MUTATIONS, in_json::MUTATIONS].into_iter().flatten() {
        for kind in mutation.kinds {
            for _ in 0..ROUNDS {
                cases.extend(made.iter().map(|made| Case::new(mutation, *kind, made, &mut dice)));
            }
        }
    }
    cases
}

/// The verdicts of the package.
fn second_opinions(package: &Path, cases: &[Case]) -> Vec<Value> {
    let given: Vec<&Value> = cases.iter().map(|case| &case.given).collect();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/crypto/passkeys/tests/second_opinion/verify.mjs");
    let verdicts = node::run(package, script, &serde_json::to_string(&given).unwrap());
    serde_json::from_slice(&verdicts).unwrap()
}

#[test]
fn s125_another_library_comes_to_the_same_verdicts_over_a_thousand_changed_ceremonies() {
    let Some(package) = node::package("@simplewebauthn/server") else { return };
    let cases = cases();
    assert!(cases.len() >= 1_000, "{}", cases.len());
    let theirs = second_opinions(&package, &cases);
    assert_eq!(cases.len(), theirs.len());
    let faults: Vec<String> = cases.iter().zip(&theirs).filter_map(|(case, theirs)| case.fault(theirs)).collect();
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
