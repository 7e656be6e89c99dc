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

/// An identifier that sorts by `secs` and then by `count`: 8 characters of both and 84 random bits. For lists with the newest first,
/// where many rows are made in one second.
pub fn ordered_id(secs: i64, count: u64) -> String {
    // The characters of base64url in the order of their bytes.
    const SORTED: &[u8; 64] = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    let position = (u64::try_from(secs).unwrap_or(0) << 14) | (count & 0x3fff);
    let digit = |place: u32| SORTED.get(usize::try_from((position >> (6 * place)) & 63).unwrap_or(0)).copied().map_or('-', char::from);
    let random = id();
    (0..8).rev().map(digit).chain(random.chars().take(14)).collect()
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
    fn ordered_identifiers_sort_by_time_and_count() {
        let ids: Vec<String> = [(1, 0), (1, 1), (1, 63), (1, 64), (2, 0), (1_795_507_200, 5), (4_000_000_000, 0)]
            .iter()
            .map(|(secs, count)| ordered_id(*secs, *count))
            .collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(ids.iter().all(|id| id.len() == 22 && crate::domain::ids::UserId::parse(id).is_some()));
        assert_ne!(ordered_id(1, 0), ordered_id(1, 0));
    }
}
