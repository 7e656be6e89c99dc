//! HMAC-SHA-256 over length-framed parts, and its text form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A 32-byte key.
pub(crate) type Key = [u8; 32];

/// The MAC of `parts`; each is framed by its length, so that parts cannot run into each other.
pub(crate) fn mac(key: &Key, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| <Hmac<Sha256> as KeyInit>::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    for part in parts {
        mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// The MAC in unpadded base64url, 43 characters.
pub(crate) fn mac_text(key: &Key, parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(mac(key, parts))
}

/// Compares in constant time.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}
