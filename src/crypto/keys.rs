//! Keys derived from the configured secrets: HKDF-SHA-256, empty salt, one info string per purpose (S35).

use std::fmt;

use hkdf::Hkdf;
use sha2::Sha256;

use super::mac::Key;

/// The five configured secrets as text.
#[derive(Clone, Copy)]
pub struct SecretMaterial<'a> {
    /// `JWT_AUTH_TOKEN_SECRET`.
    pub jwt_auth: &'a str,
    /// `JWT_REFRESH_TOKEN_SECRET`.
    pub jwt_refresh: &'a str,
    /// `EXPRESS_SESSION_SECRET`.
    pub express_session: &'a str,
    /// `PASSWORD_KEY`.
    pub password_key: &'a str,
    /// `TOKEN_HASH_SECRET`.
    pub token_hash: &'a str,
}

/// Every key the program uses; prints as `[hidden]`.
#[derive(Clone)]
pub struct Keys {
    pub(crate) access: Key,
    pub(crate) refresh: Key,
    pub(crate) form: Key,
    pub(crate) device: Key,
    pub(crate) token: Key,
    pub(crate) password: Key,
    pub(crate) sealing: [u8; 32],
    session: [u8; 64],
    gate: [u8; 16],
    fingerprints: Vec<(&'static str, String)>,
}

impl Keys {
    /// Derives all keys.
    pub fn derive(secrets: &SecretMaterial<'_>) -> Self {
        let named = [
            ("JWT_AUTH_TOKEN_SECRET", secrets.jwt_auth),
            ("JWT_REFRESH_TOKEN_SECRET", secrets.jwt_refresh),
            ("EXPRESS_SESSION_SECRET", secrets.express_session),
            ("PASSWORD_KEY", secrets.password_key),
            ("TOKEN_HASH_SECRET", secrets.token_hash),
        ];
        let fingerprints = named.map(|(name, secret)| {
            let print: [u8; 16] = expand(secret, &format!("portcullis/fingerprint/{name}/v1"));
            (name, hex(&print))
        });
        Self {
            access: expand(secrets.jwt_auth, "portcullis/access/v1"),
            refresh: expand(secrets.jwt_refresh, "portcullis/refresh/v1"),
            form: expand(secrets.express_session, "portcullis/form/v1"),
            session: expand(secrets.express_session, "portcullis/session/v1"),
            gate: expand(secrets.express_session, "portcullis/gate/v1"),
            device: expand(secrets.token_hash, "portcullis/device/v1"),
            token: expand(secrets.token_hash, "portcullis/token/v1"),
            sealing: expand(secrets.token_hash, "portcullis/sealing/v1"),
            password: expand(secrets.password_key, "portcullis/password/v1"),
            fingerprints: fingerprints.to_vec(),
        }
    }

    /// 64 bytes for the private session cookie.
    pub const fn session_cookie(&self) -> &[u8; 64] {
        &self.session
    }

    /// The name of this instance in requests to apps, the same on every node; no secret.
    pub fn gate_name(&self) -> String {
        hex(&self.gate)
    }

    /// Variable name and fingerprint of each secret; the database stores them so that a changed key is noticed.
    pub fn fingerprints(&self) -> &[(&'static str, String)] {
        &self.fingerprints
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

#[expect(clippy::expect_used, reason = "HKDF fails only for outputs over 8160 bytes, and N is at most 64")]
fn expand<const N: usize>(secret: &str, info: &str) -> [u8; N] {
    let mut key = [0; N];
    Hkdf::<Sha256>::new(None, secret.as_bytes()).expand(info.as_bytes(), &mut key).expect("N is short enough");
    key
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s35_one_secret_for_both_tokens_still_gives_two_keys() {
        let keys = Keys::derive(&SecretMaterial {
            jwt_auth: "same",
            jwt_refresh: "same",
            express_session: "s",
            password_key: "p",
            token_hash: "t",
        });
        assert_ne!(keys.access, keys.refresh);
        assert_eq!(format!("{keys:?}"), "[hidden]");
    }

    #[test]
    fn the_derivation_is_the_documented_one() {
        // HKDF-SHA-256(ikm = "secret", salt = empty, info = "portcullis/access/v1"), computed independently.
        let keys = Keys::derive(&SecretMaterial {
            jwt_auth: "secret",
            jwt_refresh: "secret",
            express_session: "s",
            password_key: "p",
            token_hash: "t",
        });
        assert_eq!(hex(&keys.access), "940db56504d744c49784aa0c6de75ec6ebb9f42d6c4964a78835b363198ea59e");
    }
}
