//! An authenticator in software and the browser before it, for the unit tests of `crypto::passkeys` too.
//!
//! [`Answer`] has what both say in its fields, so that a test can change one of them before it is signed.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Flags of authenticator data (WebAuthn level 3, section 6.1).
pub const PRESENT: u8 = 0x01;
pub const VERIFIED: u8 = 0x04;
pub const SYNCED: u8 = 0x18;
const HAS_KEY: u8 = 0x40;

pub enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl Key {
    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    pub fn eddsa() -> Self {
        Self::EdDsa(Ed25519KeyPair::generate().unwrap())
    }

    pub fn rs256() -> Self {
        Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    pub fn algorithm(&self) -> i32 {
        match self {
            Self::Es256(_) => -7,
            Self::EdDsa(_) => -8,
            Self::Rs256(_) => -257,
        }
    }

    /// The COSE key (RFC 9053) that says `algorithm`.
    fn cose(&self, algorithm: &[u8]) -> Vec<u8> {
        let head = |entries: u8, kind: u8| [&[0xa0 | entries, 0x01, kind, 0x03], algorithm].concat();
        match self {
            Self::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                [&head(5, 2)[..], &[0x20, 0x01, 0x21], &bytes(x), &[0x22], &bytes(y)].concat()
            }
            Self::EdDsa(pair) => [&head(4, 1)[..], &[0x20, 0x06, 0x21], &bytes(pair.public_key().as_ref())].concat(),
            Self::Rs256(pair) => {
                let public = pair.public_key();
                let modulus = public.modulus().big_endian_without_leading_zero();
                let exponent = public.exponent().big_endian_without_leading_zero();
                [&head(4, 3)[..], &[0x20], &bytes(modulus), &[0x21], &bytes(exponent)].concat()
            }
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        }
    }
}

/// One credential in an authenticator.
pub struct Authenticator {
    pub key: Key,
    pub id: Vec<u8>,
    pub aaguid: [u8; 16],
    pub user_handle: Option<String>,
}

impl Authenticator {
    pub fn new(key: Key) -> Self {
        let mut id = vec![0; 32];
        aws_lc_rs::rand::fill(&mut id).unwrap();
        Self { key, id, aaguid: [0; 16], user_handle: None }
    }

    /// The JSON of a browser that was asked to make a passkey, and remembers for whom.
    pub fn create(&mut self, options: &str, origin: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        self.user_handle = Some(text(&options["user"]["id"]));
        self.register(&Answer::new("webauthn.create", &options, &text(&options["rp"]["id"]), origin))
    }

    /// The JSON of a browser that was asked for a passkey.
    pub fn get(&self, options: &str, origin: &str, counter: u32) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let answer = Answer::new("webauthn.get", &options, &text(&options["rpId"]), origin);
        self.assert(&Answer { counter, ..answer })
    }

    /// `RegistrationResponseJSON`, with no attestation.
    pub fn register(&self, answer: &Answer) -> String {
        let algorithm = answer.algorithm.unwrap_or_else(|| self.key.algorithm());
        let key = self.key.cose(&integer(algorithm));
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data = [&answer.data(HAS_KEY)[..], &self.aaguid, &length, &self.id, &key, &answer.extensions].concat();
        self.json(&json!({
            "clientDataJSON": encode(answer.client_data()),
            "attestationObject": encode(attestation(&data)),
            "transports": ["internal", "hybrid", "of-tomorrow"],
        }))
    }

    /// `AuthenticationResponseJSON`.
    pub fn assert(&self, answer: &Answer) -> String {
        let data = [answer.data(0), answer.extensions.clone()].concat();
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, answer.client_data().as_bytes()).as_ref());
        self.json(&json!({
            "clientDataJSON": encode(answer.client_data()),
            "authenticatorData": encode(data),
            "signature": encode(self.key.sign(&signed)),
            "userHandle": self.user_handle,
        }))
    }

    fn json(&self, response: &Value) -> String {
        let id = encode(&self.id);
        let answer = json!({
            "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        });
        answer.to_string()
    }
}

/// What is said and signed.
#[derive(Clone)]
pub struct Answer {
    pub kind: String,
    pub challenge: String,
    pub origin: String,
    /// More members of the client data.
    pub more: Value,
    pub rp_id: String,
    pub flags: u8,
    pub counter: u32,
    /// What a new key says of itself, if not the truth.
    pub algorithm: Option<i32>,
    /// What follows in the authenticator data.
    pub extensions: Vec<u8>,
}

impl Answer {
    pub fn new(kind: &str, options: &Value, rp_id: &str, origin: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            challenge: text(&options["challenge"]),
            origin: origin.to_owned(),
            more: json!({"crossOrigin": false}),
            rp_id: rp_id.to_owned(),
            flags: PRESENT | VERIFIED,
            counter: 0,
            algorithm: None,
            extensions: Vec::new(),
        }
    }

    fn client_data(&self) -> String {
        let mut data = json!({"type": self.kind, "challenge": self.challenge, "origin": self.origin});
        data.as_object_mut().unwrap().extend(self.more.as_object().unwrap().clone());
        data.to_string()
    }

    fn data(&self, more_flags: u8) -> Vec<u8> {
        let site = digest(&SHA256, self.rp_id.as_bytes());
        [site.as_ref(), &[self.flags | more_flags], &self.counter.to_be_bytes()].concat()
    }
}

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The attestation object of format "none" around authenticator data.
pub fn attestation(data: &[u8]) -> Vec<u8> {
    [&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData"[..], &bytes(data)].concat()
}

/// A byte string in CBOR (RFC 8949).
fn bytes(content: &[u8]) -> Vec<u8> {
    [&head(0x40, content.len()), content].concat()
}

/// A negative integer in CBOR.
fn integer(value: i32) -> Vec<u8> {
    head(0x20, usize::try_from(-1 - value).unwrap())
}

/// The first bytes of an item in CBOR, as short as they can be: CTAP2 has no other form.
fn head(kind: u8, argument: usize) -> Vec<u8> {
    match (u8::try_from(argument), u16::try_from(argument).unwrap().to_be_bytes()) {
        (Ok(small), _) if small < 24 => vec![kind | small],
        (Ok(small), _) => vec![kind | 0x18, small],
        (Err(_large), [high, low]) => vec![kind | 0x19, high, low],
    }
}
