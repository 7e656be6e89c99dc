//! Changes of what is sent and of what was stored, which nobody signed.

use serde_json::{Value, json};

use super::super::super::state;
use super::super::authenticator::encode;
use super::mutation::Change::{Sent, Stored, Text};
use super::mutation::Verdict::{Accepted, AcceptedByThem, AcceptedByUs, Refused, Same};
use super::mutation::{ALL, Kind, Mutation, NEW, PROOFS};

const LOOKUP: &str = "they leave it to the caller whose passkey it is, and here that is checked";
const RAW_ID: &str = "`id` and `type` are not read here: the first is `rawId` again, the second a constant of browsers";
pub(super) const ID_IN_DATA: &str = "they do not compare the id with the one in the authenticator data";
pub(super) const BASE64: &str = "their base64 has padding and letters of other alphabets, and browsers send neither";

/// Changes the bytes of a member.
pub(super) fn edit(sent: &mut Value, member: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let member = &mut sent["response"][member];
    let mut bytes = state::bytes(member.as_str().unwrap()).unwrap();
    change(&mut bytes);
    *member = encode(bytes).into();
}

/// Numbers of the key, which are at the end of these bytes.
pub(super) fn numbers(bytes: &mut [u8]) -> &mut [u8] {
    // With RSA, the exponent and its head follow the modulus.
    let end = if bytes.len() > 260 { bytes.len() - 5 } else { bytes.len() };
    &mut bytes[end - 32..end]
}

pub(super) const MUTATIONS: &[Mutation] = &[
    // The client data.
    Mutation {
        name: "another bit of signed client data",
        kinds: PROOFS,
        change: Sent(|sent, dice, _| edit(sent, "clientDataJSON", |bytes| dice.flip(bytes))),
        verdict: Refused,
    },
    Mutation {
        name: "another bit of client data in ASCII",
        kinds: NEW,
        change: Sent(|sent, dice, _| {
            edit(sent, "clientDataJSON", |bytes| {
                dice.flip(bytes);
                for byte in bytes.iter_mut() {
                    *byte &= 0x7f;
                }
            });
        }),
        verdict: Same,
    },
    Mutation {
        name: "client data that is not UTF-8",
        kinds: NEW,
        change: Sent(|sent, _, _| {
            edit(sent, "clientDataJSON", |bytes| {
                let at = bytes.windows(11).position(|part| part == b"crossOrigin").unwrap();
                bytes[at] |= 0x80;
            });
        }),
        verdict: AcceptedByThem("their decoder replaces what is not UTF-8, in the name of a member that says nothing"),
    },
    Mutation {
        name: "client data that lacks its end",
        kinds: ALL,
        change: Sent(|sent, dice, _| {
            edit(sent, "clientDataJSON", |bytes| bytes.truncate(dice.of(0..bytes.len())));
        }),
        verdict: Refused,
    },
    Mutation {
        name: "space after client data",
        kinds: NEW,
        change: Sent(|sent, _, _| edit(sent, "clientDataJSON", |bytes| bytes.push(b' '))),
        verdict: Accepted,
    },
    Mutation {
        name: "space after signed client data",
        kinds: PROOFS,
        change: Sent(|sent, _, _| edit(sent, "clientDataJSON", |bytes| bytes.push(b' '))),
        verdict: Refused,
    },
    Mutation {
        name: "more after client data",
        kinds: ALL,
        change: Sent(|sent, _, _| edit(sent, "clientDataJSON", |bytes| bytes.push(b'}'))),
        verdict: Refused,
    },
    // Authenticator data and signature of an assertion.
    Mutation {
        name: "another bit of the authenticator data",
        kinds: PROOFS,
        change: Sent(|sent, dice, _| edit(sent, "authenticatorData", |bytes| dice.flip(&mut bytes[0..37]))),
        verdict: Refused,
    },
    Mutation {
        name: "authenticator data that lacks its end",
        kinds: PROOFS,
        change: Sent(|sent, dice, _| edit(sent, "authenticatorData", |bytes| bytes.truncate(dice.of(0..37)))),
        verdict: Refused,
    },
    Mutation {
        name: "more after the authenticator data",
        kinds: PROOFS,
        change: Sent(|sent, _, _| edit(sent, "authenticatorData", |bytes| bytes.push(0))),
        verdict: Refused,
    },
    Mutation {
        name: "another bit of the signature",
        kinds: PROOFS,
        change: Sent(|sent, dice, _| edit(sent, "signature", |bytes| dice.flip(bytes))),
        verdict: Refused,
    },
    Mutation {
        name: "a signature that lacks its end",
        kinds: PROOFS,
        change: Sent(|sent, dice, _| edit(sent, "signature", |bytes| bytes.truncate(dice.of(0..bytes.len())))),
        verdict: Refused,
    },
    Mutation {
        name: "a signature of nothing but zeros",
        kinds: PROOFS,
        change: Sent(|sent, _, _| edit(sent, "signature", |bytes| bytes.fill(0))),
        verdict: Refused,
    },
    // The rest of the JSON.
    Mutation {
        name: "another `id` or type",
        kinds: ALL,
        change: Sent(|sent, dice, other| match dice.of(0..3) {
            0 => sent["id"] = other.id.clone().into(),
            1 => sent["id"] = Value::Null,
            _ => sent["type"] = "password".into(),
        }),
        verdict: AcceptedByUs(RAW_ID),
    },
    Mutation {
        name: "another `rawId`",
        kinds: ALL,
        change: Sent(|sent, dice, other| sent["rawId"] = dice.pick(&[other.id.as_str(), "", "AA"]).into()),
        verdict: Refused,
    },
    Mutation {
        name: "the id of another new passkey",
        kinds: NEW,
        change: Sent(|sent, _, other| (sent["id"], sent["rawId"]) = (other.id.clone().into(), other.id.clone().into())),
        verdict: AcceptedByThem(ID_IN_DATA),
    },
    Mutation {
        name: "the id of another passkey",
        kinds: PROOFS,
        change: Sent(|sent, _, other| (sent["id"], sent["rawId"]) = (other.id.clone().into(), other.id.clone().into())),
        verdict: AcceptedByThem(LOOKUP),
    },
    Mutation {
        name: "another person's handle",
        kinds: PROOFS,
        change: Sent(|sent, dice, other| {
            let handle = dice.pick(&[other.user_handle.as_str(), "AA"]);
            sent["response"]["userHandle"] = handle.into();
        }),
        verdict: AcceptedByThem(LOOKUP),
    },
    Mutation {
        name: "no handle, for one of somebody's passkeys",
        kinds: &[Kind::Factor],
        change: Sent(|sent, dice, _| sent["response"]["userHandle"] = dice.pick(&[None, Some("")]).into()),
        verdict: Accepted,
    },
    Mutation {
        name: "no handle, for anybody's passkey",
        kinds: &[Kind::SignIn],
        change: Sent(|sent, dice, _| sent["response"]["userHandle"] = dice.pick(&[None, Some("")]).into()),
        verdict: AcceptedByThem(LOOKUP),
    },
    Mutation {
        name: "a member that is missing",
        kinds: ALL,
        change: Sent(|sent, dice, _| {
            let new = ["clientDataJSON", "attestationObject"];
            let proof = ["clientDataJSON", "authenticatorData", "signature"];
            let is_new = sent["response"].get("signature").is_none();
            let member = dice.pick(if is_new { &new[..] } else { &proof });
            let value = dice.pick(&[|| Value::Null, || json!(5), || json!("")]);
            sent["response"][member] = value();
        }),
        verdict: Refused,
    },
    Mutation {
        name: "text that lacks its end",
        kinds: ALL,
        change: Text(|sent, dice| sent.truncate(dice.of(0..sent.len()))),
        verdict: Refused,
    },
    Mutation {
        name: "text that is long",
        kinds: ALL,
        change: Text(|sent, _| sent.push_str(&" ".repeat(16 * 1024))),
        verdict: AcceptedByThem("they leave it to the caller how much is read"),
    },
    Mutation {
        name: "padded base64",
        kinds: ALL,
        change: Sent(|sent, _, _| {
            let client_data = &mut sent["response"]["clientDataJSON"];
            *client_data = format!("{}==", client_data.as_str().unwrap()).into();
        }),
        verdict: AcceptedByThem(BASE64),
    },
    Mutation {
        name: "a letter that is not of base64",
        kinds: PROOFS,
        change: Sent(|sent, dice, _| {
            let member = dice.pick(&["authenticatorData", "signature"]);
            let mut text = sent["response"][member].as_str().unwrap().to_owned();
            let at = dice.of(0..text.len());
            text.replace_range(at..=at, dice.pick(&["!", "+", "/", " ", "\n"]));
            sent["response"][member] = text.into();
        }),
        verdict: Refused,
    },
    // What was stored.
    Mutation {
        name: "the key of another person",
        kinds: PROOFS,
        change: Stored(|passkey, _, other| passkey.public_key.clone_from(&other.public_key)),
        verdict: Refused,
    },
    Mutation {
        name: "another bit of the stored key",
        kinds: PROOFS,
        change: Stored(|passkey, dice, _| {
            let mut bytes = state::bytes(&passkey.public_key).unwrap();
            dice.flip(numbers(&mut bytes));
            passkey.public_key = encode(bytes);
        }),
        verdict: Refused,
    },
    Mutation {
        name: "a counter that does not rise",
        kinds: PROOFS,
        change: Stored(|passkey, dice, _| passkey.counter = dice.pick(&[1, 2, 255, 65_536, u32::MAX])),
        verdict: AcceptedByUs("a counter that does not rise is reported here: a restored backup is no attack"),
    },
];
