//! The nonce of a hand-over: the app's host gives it to the browser, the portal gets its digest alone (S116).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::random;

/// A new nonce of 256 random bits in unpadded base64url.
pub fn new() -> String {
    random::secret()
}

/// SHA-256 of a nonce, in unpadded base64url.
pub fn digest(nonce: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(nonce))
}

/// Whether `text` is 32 bytes in unpadded base64url, as nonces and their digests are.
pub fn is_well_formed(text: &str) -> bool {
    text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s116_the_digest_is_sha_256_in_base64url() {
        assert_eq!(digest("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
        let nonce = new();
        assert!(is_well_formed(&nonce) && is_well_formed(&digest(&nonce)) && nonce != new());
        let shorter: String = nonce.chars().skip(1).collect();
        for bad in [String::new(), shorter.clone(), format!("{nonce}A"), format!("{shorter}="), "+".repeat(43)] {
            assert!(!is_well_formed(&bad), "{bad:?}");
        }
    }
}
