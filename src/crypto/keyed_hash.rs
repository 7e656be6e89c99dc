//! A short keyed hash (SipHash-1-3, 128 bits) under a random key that never leaves the process: it identifies bytes
//! that are too long to store. Without the key nobody can search for two inputs with the same hash, and no output is
//! ever shown.

use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher13};

use super::random;

/// Computes hashes under one key.
pub struct KeyedHash(SipHasher13);

impl Default for KeyedHash {
    fn default() -> Self {
        Self(SipHasher13::new_with_key(&random::bytes()))
    }
}

impl KeyedHash {
    /// The hash of `parts`; each is framed by its length, and an absent one differs from an empty one.
    pub fn name_of(&self, parts: [Option<&[u8]>; 3]) -> u128 {
        let mut hasher = self.0;
        for part in parts {
            hasher.write_u64(part.and_then(|part| u64::try_from(part.len()).ok()).unwrap_or(u64::MAX));
            hasher.write(part.unwrap_or_default());
        }
        hasher.finish128().as_u128()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s104_a_name_depends_on_every_byte_and_its_place_and_on_the_key() {
        let hash = KeyedHash::default();
        let inputs: [[Option<&[u8]>; 3]; 8] = [
            [None, None, None],
            [Some(b""), None, None],
            [None, Some(b""), None],
            [Some(b"ab"), Some(b"c"), None],
            [Some(b"a"), Some(b"bc"), None],
            [Some(b"a"), Some(b"b"), Some(b"c")],
            [Some(b"a"), None, Some(b"bc")],
            [Some(b"abc"), None, None],
        ];
        for (at, one) in inputs.iter().enumerate() {
            assert_eq!(hash.name_of(*one), hash.name_of(*one));
            assert_ne!(hash.name_of(*one), KeyedHash::default().name_of(*one), "the key is not random");
            assert!(inputs.iter().skip(at + 1).all(|other| hash.name_of(*one) != hash.name_of(*other)), "{one:?}");
        }
    }
}
