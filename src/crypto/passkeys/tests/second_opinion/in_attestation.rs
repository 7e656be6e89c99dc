//! Changes of an attestation object, which nobody signed.

use serde_json::Value;

use super::super::authenticator::attestation;
use super::in_json::{BASE64, ID_IN_DATA, edit, numbers};
use super::mutation::Change::Sent;
use super::mutation::Verdict::{Accepted, AcceptedByThem, AcceptedByUs, Refused};
use super::mutation::{Mutation, NEW};

const STATEMENT: &str = "no attestation is asked for, so no statement of the format \"none\" is read here";
const CBOR: &str = "they read CBOR as CTAP2 writes it; the key is the user's own, and how it is written proves nothing";
const ENDS: &str = "their CBOR ends a string with the data; nothing is signed, and the key would verify nothing";

/// Where the authenticator data begins in an attestation object, with its length.
const DATA: usize = 28;
/// Where the key begins in authenticator data with an id of 32 bytes.
const KEY: usize = 87;

/// Changes the authenticator data in an attestation object around it.
fn edit_data(sent: &mut Value, change: impl FnOnce(&mut Vec<u8>)) {
    edit(sent, "attestationObject", |bytes| {
        let begin = if bytes[DATA] == 0x58 { DATA + 2 } else { DATA + 3 };
        let mut data = bytes.split_off(begin);
        change(&mut data);
        *bytes = attestation(&data);
    });
}

pub(super) const MUTATIONS: &[Mutation] = &[
    Mutation {
        name: "another bit of the site in a new passkey",
        kinds: NEW,
        change: Sent(|sent, dice, _| edit_data(sent, |data| dice.flip(&mut data[0..32]))),
        verdict: Refused,
    },
    Mutation {
        name: "another bit of the counter or of the AAGUID",
        kinds: NEW,
        change: Sent(|sent, dice, _| edit_data(sent, |data| dice.flip(&mut data[33..53]))),
        verdict: Accepted,
    },
    Mutation {
        name: "no flag of a key that is there",
        kinds: NEW,
        change: Sent(|sent, _, _| edit_data(sent, |data| data[32] &= !0x40)),
        verdict: Refused,
    },
    Mutation {
        name: "another length of the id",
        kinds: NEW,
        change: Sent(|sent, dice, _| edit_data(sent, |data| dice.flip(&mut data[53..55]))),
        verdict: Refused,
    },
    Mutation {
        name: "another bit of the id",
        kinds: NEW,
        change: Sent(|sent, dice, _| edit_data(sent, |data| dice.flip(&mut data[55..KEY]))),
        verdict: AcceptedByThem(ID_IN_DATA),
    },
    Mutation {
        name: "another bit of a new key",
        kinds: NEW,
        change: Sent(|sent, dice, _| edit_data(sent, |data| dice.flip(numbers(data)))),
        verdict: Accepted,
    },
    Mutation {
        name: "no key",
        kinds: NEW,
        change: Sent(|sent, _, _| edit_data(sent, |data| data.truncate(KEY))),
        verdict: Refused,
    },
    Mutation {
        name: "an attestation object that lacks much",
        kinds: NEW,
        change: Sent(|sent, dice, _| {
            edit(sent, "attestationObject", |bytes| bytes.truncate(dice.of(0..bytes.len() - 40)));
        }),
        verdict: Refused,
    },
    Mutation {
        name: "an attestation object that lacks its last bytes",
        kinds: NEW,
        change: Sent(|sent, dice, _| {
            edit(sent, "attestationObject", |bytes| bytes.truncate(bytes.len() - dice.of(1..3)));
        }),
        verdict: AcceptedByThem(ENDS),
    },
    Mutation {
        name: "more after the attestation object",
        kinds: NEW,
        change: Sent(|sent, dice, _| {
            edit(sent, "attestationObject", |bytes| bytes.extend(dice.number().to_be_bytes()));
        }),
        verdict: Accepted,
    },
    Mutation {
        name: "another format of attestation",
        kinds: NEW,
        change: Sent(|sent, dice, _| edit(sent, "attestationObject", |bytes| dice.flip(&mut bytes[6..10]))),
        verdict: Refused,
    },
    Mutation {
        name: "a packed attestation without a statement",
        kinds: NEW,
        change: Sent(|sent, _, _| {
            edit(sent, "attestationObject", |bytes| drop(bytes.splice(5..10, *b"\x66packed")));
        }),
        verdict: Refused,
    },
    Mutation {
        name: "a statement where none was asked for",
        kinds: NEW,
        change: Sent(|sent, _, _| {
            edit(sent, "attestationObject", |bytes| drop(bytes.splice(18..19, *b"\xa1\x63alg\x26")));
        }),
        verdict: AcceptedByUs(STATEMENT),
    },
    Mutation {
        name: "no statement",
        kinds: NEW,
        change: Sent(|sent, dice, _| {
            edit(sent, "attestationObject", |bytes| bytes[dice.of(11..18)] ^= 1);
        }),
        verdict: AcceptedByUs(STATEMENT),
    },
    Mutation {
        name: "a map of another length",
        kinds: NEW,
        change: Sent(|sent, dice, _| {
            edit(sent, "attestationObject", |bytes| bytes[0] = dice.pick(&[0xa0, 0xa1, 0xa2, 0xa4, 0x83, 0xb3]));
        }),
        verdict: Refused,
    },
    Mutation {
        name: "a key with a number that is written long",
        kinds: NEW,
        change: Sent(|sent, _, _| edit_data(sent, |data| data.insert(KEY + 1, 0x18))),
        verdict: AcceptedByUs(CBOR),
    },
    Mutation {
        name: "a key that names its algorithm twice",
        kinds: NEW,
        change: Sent(|sent, _, _| {
            edit_data(sent, |data| {
                data[KEY] += 1;
                data.extend([0x03, 0x26]);
            });
        }),
        verdict: AcceptedByUs(CBOR),
    },
    Mutation {
        name: "a letter that is not of base64, in a new key",
        kinds: NEW,
        change: Sent(|sent, dice, _| {
            let mut text = sent["response"]["attestationObject"].as_str().unwrap().to_owned();
            text.pop();
            sent["response"]["attestationObject"] = (text + dice.pick(&["!", "+", "/", " "])).into();
        }),
        verdict: AcceptedByThem(BASE64),
    },
];
