//! Opaque tokens: random in clear, a keyed hash in the store (S52).

use std::fmt;

use super::keys::Keys;
use super::mac::{Key, mac_text, same};
use super::random;
use crate::domain::ids::TokenId;
use crate::domain::token_text;

/// A token as handed out; never stored, never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainToken(String);

/// The keyed hash of a token, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHash(String);

/// Hashes tokens and throttle names with `TOKEN_HASH_SECRET`.
#[derive(Clone)]
pub struct TokenHasher(Key);

impl PlainToken {
    /// A new token of 256 random bits in unpadded base64url.
    pub fn random() -> Self {
        Self(random::secret())
    }

    /// A new machine token, of as many bits.
    pub fn for_machines() -> Self {
        Self(token_text::write(&random::bytes()))
    }

    /// The token in clear, only for whoever is given it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl TokenHash {
    /// The hash as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The hash that was stored.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl TokenHasher {
    /// A hasher over the derived key.
    pub fn new(keys: &Keys) -> Self {
        Self(keys.token)
    }

    /// The hash of `token` for `purpose`: the same token has another hash for another purpose.
    pub fn hash(&self, purpose: &str, token: &str) -> TokenHash {
        TokenHash(mac_text(&self.0, &[purpose.as_bytes(), token.as_bytes()]))
    }

    /// The identifier of a machine token: 132 bits of a hash of its own, so that a token is found by what it is.
    pub fn token_id(&self, token: &str) -> Option<TokenId> {
        TokenId::parse(self.hash("machine-token-id", token).as_str().get(..22)?)
    }

    /// The hash of a machine token, as stored.
    pub fn machine_token(&self, token: &str) -> TokenHash {
        self.hash("machine-token", token)
    }

    /// The signature of a link over these parts.
    pub fn signed_link(&self, parts: &[&str]) -> TokenHash {
        let parts: Vec<&[u8]> =
            std::iter::once("signed-link").chain(parts.iter().copied()).map(str::as_bytes).collect();
        TokenHash(mac_text(&self.0, &parts))
    }

    /// Whether two secrets are equal, in constant time (S02).
    pub fn same_secret(&self, given: &str, expected: &str) -> bool {
        self.hash("compare", given).matches(&self.hash("compare", expected))
    }
}
