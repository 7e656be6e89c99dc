//! The one source of random bytes: the operating system's, through `rand`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;

/// `N` random bytes from a cryptographically secure generator.
#[expect(clippy::disallowed_methods, reason = "this is the one place for randomness")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut buffer = [0; N];
    rand::rng().fill_bytes(&mut buffer);
    buffer
}

/// 128 random bits in 22 characters: an identifier.
pub fn id() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<16>())
}

/// 256 random bits in 43 characters: a secret.
pub fn secret() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}
