//! The only source of random bytes: the operating system's, through `rand`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use uuid::Builder;

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

/// A UUID of version 7 (RFC 9562), for rows of lists with the newest first: as text it sorts by `moment`, in
/// microseconds.
pub fn ordered_id(moment: u64) -> String {
    let mut rest = bytes::<10>();
    // The sub-millisecond part in 4096 steps (section 6.2, method 3); two different microseconds never share a step.
    let part = u16::try_from((moment % 1_000) * 4_096 / 1_000).unwrap_or(u16::MAX);
    [rest[0], rest[1]] = part.to_be_bytes();
    Builder::from_unix_timestamp_millis(moment / 1_000, &rest).into_uuid().to_string()
}

/// 256 random bits in 43 characters: a secret.
pub fn secret() -> String {
    URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// A random epoch increment from 1 to 2^32; concurrent ones must not collide.
pub fn step() -> i64 {
    i64::from(u32::from_be_bytes(bytes::<4>())) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordered_identifiers_sort_by_their_moment() {
        let second = 1_795_507_200_000_000;
        let within = (0..2_000).map(|micros| second + micros);
        let moments =
            [0, 1, 999, 1_000, second - 1].into_iter().chain(within).chain([second + 999_999, 4_000_000_000_000_000]);
        let ids: Vec<String> = moments.map(ordered_id).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
        assert!(ids.iter().all(|id| crate::domain::ids::UserId::parse(id).is_some()));
        assert_eq!(uuid::Uuid::parse_str(&ids[0]).unwrap().get_version_num(), 7);
        // The same moment on two nodes.
        assert_ne!(ordered_id(1), ordered_id(1));
    }
}
