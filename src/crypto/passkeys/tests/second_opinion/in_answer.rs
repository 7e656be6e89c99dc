//! Changes of what is signed.

use serde_json::json;

use super::super::authenticator::{PRESENT, SYNCED, VERIFIED};
use super::mutation::Change::Answer;
use super::mutation::Verdict::{Accepted, AcceptedByThem, AcceptedByUs, Refused};
use super::mutation::{ALL, Kind, Mutation, NEW, PROOFS};

const FRAMES: &str = "a page within a frame is refused here, however it says so; they look at the frame of assertions \
    alone, and only if it is named";
const HEADER: &str = "what follows the counter in signed data of the authenticator means nothing for an assertion, so \
    it is not read";

/// Another origin than the site's, by a port, a scheme, a host and so on.
const ORIGINS: &[&str] = &[
    "https://portal.example.org:8443",
    "http://portal.example.org",
    "https://example.org",
    "https://other.portal.example.org",
    "https://portal.example.org.evil.example",
    "https://portal.example.org/",
    "https://portal.example.org@evil.example",
    "https://PORTAL.example.org",
    "null",
    "",
];

pub(super) const MUTATIONS: &[Mutation] = &[
    Mutation { name: "nothing", kinds: ALL, change: Answer(|_, _| ()), verdict: Accepted },
    Mutation {
        name: "another challenge",
        kinds: ALL,
        change: Answer(|answer, dice| answer.challenge = dice.text()),
        verdict: Refused,
    },
    Mutation {
        name: "a challenge that lacks its end",
        kinds: ALL,
        change: Answer(|answer, dice| answer.challenge.truncate(dice.of(0..43))),
        verdict: Refused,
    },
    Mutation {
        name: "a padded challenge",
        kinds: ALL,
        change: Answer(|answer, _| answer.challenge.push('=')),
        verdict: Refused,
    },
    Mutation {
        name: "another origin",
        kinds: ALL,
        change: Answer(|answer, dice| answer.origin = dice.pick(ORIGINS).to_owned()),
        verdict: Refused,
    },
    Mutation {
        name: "another type",
        kinds: ALL,
        change: Answer(|answer, dice| {
            let own = answer.kind.clone();
            let other = if own == "webauthn.get" { "webauthn.create" } else { "webauthn.get" };
            answer.kind = dice.pick(&[other, "payment.get", "WebAuthn.Get", ""]).to_owned();
        }),
        verdict: Refused,
    },
    Mutation {
        name: "another site",
        kinds: ALL,
        change: Answer(|answer, dice| {
            let others = ["example.org", "evil.example", "PORTAL.example.org", "portal.example.org:443", ""];
            answer.rp_id = dice.pick(&others).to_owned();
        }),
        verdict: Refused,
    },
    Mutation {
        name: "nobody present",
        kinds: ALL,
        change: Answer(|answer, dice| answer.flags = dice.pick(&[0, VERIFIED, VERIFIED | SYNCED])),
        verdict: Refused,
    },
    Mutation {
        name: "no user verification where it is preferred",
        kinds: &[Kind::Registration, Kind::Factor],
        change: Answer(|answer, dice| answer.flags = dice.pick(&[PRESENT, PRESENT | SYNCED])),
        verdict: Accepted,
    },
    Mutation {
        name: "no user verification where it is required",
        kinds: &[Kind::SignIn],
        change: Answer(|answer, dice| answer.flags = dice.pick(&[PRESENT, PRESENT | SYNCED])),
        verdict: Refused,
    },
    Mutation {
        name: "can be synced, or is",
        kinds: ALL,
        change: Answer(|answer, dice| answer.flags |= dice.pick(&[0x08, SYNCED])),
        verdict: Accepted,
    },
    Mutation {
        name: "is synced and cannot be",
        kinds: ALL,
        change: Answer(|answer, _| answer.flags |= 0x10),
        verdict: Refused,
    },
    Mutation {
        name: "flags without a meaning",
        kinds: ALL,
        change: Answer(|answer, dice| answer.flags |= dice.pick(&[0x02, 0x20, 0x22])),
        verdict: Accepted,
    },
    Mutation {
        name: "extensions",
        kinds: ALL,
        change: Answer(|answer, dice| {
            answer.flags |= 0x80;
            answer.extensions = dice.pick(&[&b"\xa0"[..], b"\xa1\x6bcredProtect\x02", b"\xa1\x63abc\xf5"]).to_vec();
        }),
        verdict: Accepted,
    },
    Mutation {
        name: "a flag of extensions that are not there",
        kinds: NEW,
        change: Answer(|answer, _| answer.flags |= 0x80),
        verdict: Refused,
    },
    Mutation {
        name: "a flag of extensions that are not there, in an assertion",
        kinds: PROOFS,
        change: Answer(|answer, _| answer.flags |= 0x80),
        verdict: AcceptedByUs(HEADER),
    },
    Mutation {
        name: "a flag of a key that is not there",
        kinds: PROOFS,
        change: Answer(|answer, _| answer.flags |= 0x40),
        verdict: AcceptedByUs(HEADER),
    },
    Mutation {
        name: "bytes after the key",
        kinds: NEW,
        change: Answer(|answer, dice| answer.extensions = vec![0xa0; dice.of(1..9)]),
        verdict: Refused,
    },
    Mutation {
        name: "bytes after the counter",
        kinds: PROOFS,
        change: Answer(|answer, dice| answer.extensions = vec![0xa0; dice.of(1..9)]),
        verdict: AcceptedByUs(HEADER),
    },
    Mutation {
        name: "a frame",
        kinds: ALL,
        change: Answer(|answer, _| answer.more = json!({"crossOrigin": true})),
        verdict: AcceptedByThem(FRAMES),
    },
    Mutation {
        name: "a frame of a named page makes a passkey",
        kinds: NEW,
        change: Answer(|answer, dice| {
            answer.more = json!({"crossOrigin": dice.pick(&[true, false]), "topOrigin": "https://evil.example"});
        }),
        verdict: AcceptedByThem(FRAMES),
    },
    Mutation {
        name: "a frame of a named page asks for one",
        kinds: PROOFS,
        change: Answer(|answer, dice| {
            answer.more = json!({"crossOrigin": dice.pick(&[true, false]), "topOrigin": "https://evil.example"});
        }),
        verdict: Refused,
    },
    Mutation {
        name: "other members of the client data",
        kinds: ALL,
        change: Answer(|answer, dice| {
            answer.more = dice.pick(&[
                || json!({}),
                || json!({"crossOrigin": null}),
                || json!({"other_keys_can_be_added_here": "do not compare clientDataJSON against a template"}),
                || json!({"tokenBinding": {"status": "supported"}}),
            ])();
        }),
        verdict: Accepted,
    },
    Mutation {
        name: "a wrong token binding",
        kinds: ALL,
        change: Answer(|answer, _| answer.more = json!({"tokenBinding": {"status": "wrong"}})),
        verdict: AcceptedByUs("level 3 has no token binding any more, and browsers never had it"),
    },
    Mutation {
        name: "a counter that is the first",
        kinds: ALL,
        change: Answer(|answer, dice| answer.counter = dice.pick(&[1, 2, 255, 65_536, u32::MAX])),
        verdict: Accepted,
    },
    Mutation {
        name: "an algorithm that was not offered",
        kinds: NEW,
        change: Answer(|answer, dice| {
            answer.algorithm = Some(dice.pick(&[-35, -258, -36, -37, -39, -47, -48, -53, -65_535, -1]));
        }),
        verdict: Refused,
    },
    Mutation {
        name: "an algorithm that was offered, for a key of any kind",
        kinds: NEW,
        change: Answer(|answer, dice| answer.algorithm = Some(dice.pick(&[-7, -8, -257]))),
        verdict: Accepted,
    },
];
