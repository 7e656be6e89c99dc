//! SHA-256 over a file as it is written or read.

use sha2::{Digest, Sha256};

/// SHA-256.
pub fn sha_256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A running checksum.
#[derive(Clone, Default)]
pub struct Checksum(Sha256);

impl Checksum {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The sum so far, in hexadecimal digits.
    pub fn text(&self) -> String {
        let digits = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        self.0.clone().finalize().iter().flat_map(|byte| [digits(byte >> 4), digits(byte & 15)]).collect()
    }
}
