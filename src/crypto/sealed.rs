//! Secrets that must be read again, encrypted at rest: AES-256-GCM (NIST SP 800-38D) with a key derived from
//! `TOKEN_HASH_SECRET`.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::keys::Keys;
use super::random;

/// A secret that was opened; wiped when it is dropped.
pub type PlainSecret = Zeroizing<Vec<u8>>;

/// Seals and opens. With random nonces the key is good for 2^32 secrets.
pub struct Sealer(LessSafeKey);

impl Sealer {
    /// The one of these keys.
    #[expect(clippy::expect_used, reason = "the key has the length of the cipher's, by its type")]
    pub fn new(keys: &Keys) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &keys.sealing).expect("the key has 32 bytes")))
    }

    /// The secret as text that tells nothing but its length. It can be opened only as the same `purpose`: the row and
    /// the column, so that nobody who can write to the database makes one secret out of another.
    #[expect(clippy::expect_used, reason = "encryption fails only for secrets of 64 GiB")]
    pub fn seal(&self, purpose: &str, secret: &[u8]) -> String {
        let nonce = random::bytes::<NONCE_LEN>();
        let mut sealed = secret.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut sealed)
            .expect("the secret is short");
        URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
    }

    /// The secret; `None` if it was sealed by another key or as another purpose, or was changed.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<PlainSecret> {
        let mut all = Zeroizing::new(URL_SAFE_NO_PAD.decode(sealed).ok()?);
        let (nonce, sealed) = all.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let secret = self.0.open_in_place(nonce, Aad::from(purpose.as_bytes()), sealed).ok()?;
        Some(Zeroizing::new(secret.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::SecretMaterial;

    fn sealer(token_hash: &str) -> Sealer {
        let [jwt_auth, jwt_refresh, express_session, password_key] = ["a", "b", "c", "d"];
        Sealer::new(&Keys::derive(&SecretMaterial { jwt_auth, jwt_refresh, express_session, password_key, token_hash }))
    }

    #[test]
    fn what_was_sealed_is_opened_by_the_same_key_for_the_same_purpose_alone() {
        let (own, other) = (sealer("e"), sealer("f"));
        for secret in [&b""[..], b"Basic YTpi", &[0; 5000]] {
            let sealed = own.seal("row 1", secret);
            assert_eq!(own.open("row 1", &sealed).unwrap().as_slice(), secret);
            assert!(own.open("row 2", &sealed).is_none());
            assert!(other.open("row 1", &sealed).is_none());
            assert_ne!(own.seal("row 1", secret), sealed, "the nonce is used twice");
        }
    }

    #[test]
    fn what_was_changed_is_not_opened() {
        let own = sealer("e");
        let sealed = own.seal("row", b"secret");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(own.open("row", std::str::from_utf8(&changed).unwrap()).is_none(), "{at}");
        }
        for garbage in ["", "A", "AAAA", "AAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAA", "%"] {
            assert!(own.open("row", garbage).is_none(), "{garbage}");
        }
    }
}
