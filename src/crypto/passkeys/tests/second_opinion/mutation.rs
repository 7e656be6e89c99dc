//! What is changed in a ceremony, and the verdicts that both libraries come to.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use serde_json::Value;

use super::super::*;

/// Every ceremony.
pub(super) const ALL: &[Kind] = &[Kind::Registration, Kind::SignIn, Kind::Factor];
/// The ceremonies with a passkey that exists.
pub(super) const PROOFS: &[Kind] = &[Kind::SignIn, Kind::Factor];
/// The ceremony that makes a passkey.
pub(super) const NEW: &[Kind] = &[Kind::Registration];

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Kind {
    Registration,
    /// With user verification, by any passkey.
    SignIn,
    /// By one of somebody's passkeys, as the second factor.
    Factor,
}

impl Kind {
    pub(super) fn begin(self, own: &Passkey) -> Ceremony {
        let own = std::slice::from_ref(own);
        match self {
            Self::Registration => portal().begin_registration("ada@example.org", &[]),
            Self::SignIn => portal().begin_sign_in(),
            Self::Factor => portal().begin_second_step(own, Verification::Preferred).unwrap(),
        }
    }

    /// The type in the client data.
    pub(super) const fn of_client_data(self) -> &'static str {
        match self {
            Self::Registration => "webauthn.create",
            Self::SignIn | Self::Factor => "webauthn.get",
        }
    }
}

/// One change of a ceremony.
pub(super) struct Mutation {
    pub name: &'static str,
    /// The ceremonies that are changed so.
    pub kinds: &'static [Kind],
    pub change: Change,
    pub verdict: Verdict,
}

pub(super) enum Change {
    /// Before the authenticator signs.
    Answer(fn(&mut Answer, &mut Dice)),
    /// What the browser sends; the passkey is another person's.
    Sent(fn(&mut Value, &mut Dice, &Passkey)),
    /// What the browser sends, as text.
    Text(fn(&mut String, &mut Dice)),
    /// The passkey that was stored; the other one is another person's.
    Stored(fn(&mut Passkey, &mut Dice, &Passkey)),
}

/// What both say, or why they differ.
#[derive(Clone, Copy)]
pub(super) enum Verdict {
    /// Both accept it, and what it proves is the same.
    Accepted,
    /// Both refuse it.
    Refused,
    /// Both accept it or both refuse it, depending on which bit was changed.
    Same,
    /// We accept it and they do not, for a reason.
    AcceptedByUs(&'static str),
    /// They accept it and we do not, for a reason.
    AcceptedByThem(&'static str),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted => f.write_str("both should accept it"),
            Self::Refused => f.write_str("both should refuse it"),
            Self::Same => f.write_str("the verdicts should be the same"),
            Self::AcceptedByUs(reason) => write!(f, "only ours should accept it ({reason})"),
            Self::AcceptedByThem(reason) => write!(f, "only theirs should accept it ({reason})"),
        }
    }
}

/// A generator of numbers that are the same in each run (`SplitMix64`).
pub(super) struct Dice(pub u64);

impl Dice {
    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of the range.
    pub(super) fn of(&mut self, range: Range<usize>) -> usize {
        let width = u64::try_from(range.len()).unwrap();
        range.start + usize::try_from(self.number() % width).unwrap()
    }

    pub(super) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.of(0..all.len())]
    }

    /// Flips a bit.
    pub(super) fn flip(&mut self, bytes: &mut [u8]) {
        let at = self.of(0..bytes.len());
        bytes[at] ^= 1 << self.of(0..8);
    }

    /// 32 bytes in base64url.
    pub(super) fn text(&mut self) -> String {
        authenticator::encode([(); 4].map(|()| self.number().to_be_bytes()).concat())
    }
}
