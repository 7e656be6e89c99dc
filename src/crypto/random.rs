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

/// An identifier that sorts by `moment`, in microseconds: 11 characters of it and 66 random bits. For lists with the newest first,
/// where many rows are made in one second. Digits before small letters is the order of every collation of PostgreSQL.
pub fn ordered_id(moment: u64) -> String {
    const SORTED: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let digit = |place: u32| SORTED.get(usize::try_from((moment >> (5 * place)) & 31).unwrap_or(0)).copied().map_or('0', char::from);
    let random = id();
    (0..11).rev().map(digit).chain(random.chars().take(11)).collect()
}

/// 256 random bits in 43 characters: a secret.
pub fn secret() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// A number from 1 to 2^32, for a step to where nobody else comes by chance.
pub fn step() -> i64 {
    i64::from(u32::from_be_bytes(bytes::<4>())) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordered_identifiers_sort_by_their_moment() {
        let moments = [0, 1, 31, 32, 1_795_507_200_000_000, 1_795_507_200_000_001, 1_795_507_200_999_999, 4_000_000_000_000_000];
        let ids: Vec<String> = moments.iter().map(|moment| ordered_id(*moment)).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.len() == 22 && crate::domain::ids::UserId::parse(id).is_some()));
        assert_ne!(ordered_id(1), ordered_id(1));
    }
}
