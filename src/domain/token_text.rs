//! The text of a machine token: `pc_`, 256 random bits in base62, and a checksum that tells it from what belongs to an
//! app. The checksum is no secret and protects nothing.

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// What every token begins with.
const PREFIX: &str = "pc_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of 256 bits.
const SECRET_DIGITS: usize = 43;
/// Digits of a CRC-32.
const CHECK_DIGITS: usize = 6;
/// Bytes of a token.
pub const LENGTH: usize = PREFIX.len() + SECRET_DIGITS + CHECK_DIGITS;

/// CRC-32 (ISO-HDLC), one entry for each byte.
const CRC: [u32; 256] = crc_table();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a constant, computed by the compiler"
)]
const fn crc_table() -> [u32; 256] {
    let mut table = [0_u32; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { (value >> 1) ^ 0xedb8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

fn checksum(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let [low, ..] = crc.to_le_bytes();
        CRC.get(usize::from(low ^ byte)).copied().unwrap_or_default() ^ (crc >> 8)
    };
    !bytes.iter().fold(!0, step)
}

/// `number`, most significant byte first, in exactly `digits` digits.
fn base62(number: &[u8], digits: usize) -> String {
    let mut rest = number.to_vec();
    let mut written = Vec::with_capacity(digits);
    for _ in 0..digits {
        let mut remainder = 0_u16;
        for byte in &mut rest {
            let value = remainder * 256 + u16::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or_default();
            remainder = value % 62;
        }
        written.push(ALPHABET.get(usize::from(remainder)).copied().map_or('0', char::from));
    }
    written.iter().rev().collect()
}

/// The digits of the checksum of a token that begins so; without an allocation, since every check of a token asks for
/// them.
fn check_digits(body: &[u8]) -> [u8; CHECK_DIGITS] {
    let mut rest = checksum(body);
    let mut digits = [b'0'; CHECK_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = usize::try_from(rest % 62).ok().and_then(|at| ALPHABET.get(at)).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits
}

/// The token with these random bits.
pub fn write(secret: &[u8; 32]) -> String {
    let body = format!("{PREFIX}{}", base62(secret, SECRET_DIGITS));
    let check: String = check_digits(body.as_bytes()).into_iter().map(char::from).collect();
    body + &check
}

/// `text` with what is percent-encoded in it decoded.
pub fn unescaped(text: &[u8]) -> Cow<'_, [u8]> {
    percent_decode(text).into()
}

/// Whether a token of ours stands somewhere in `text`.
pub fn is_in(text: &[u8]) -> bool {
    let ends =
        |from: usize| text.get(from..).and_then(|rest| rest.get(..LENGTH)).is_some_and(|part| read(part).is_some());
    text.windows(PREFIX.len()).enumerate().any(|(at, part)| part == PREFIX.as_bytes() && ends(at))
}

/// Whether `text` begins as tokens do.
pub fn begins(text: &[u8]) -> bool {
    text.starts_with(PREFIX.as_bytes())
}

/// The token that `text` is; `None` if it is not one of ours.
pub fn read(text: &[u8]) -> Option<&str> {
    if text.len() != LENGTH || !begins(text) {
        return None;
    }
    let (body, check) = text.split_at_checked(LENGTH - CHECK_DIGITS)?;
    let digits = body.get(PREFIX.len()..)?;
    let is_ours = digits.iter().all(u8::is_ascii_alphanumeric) && check_digits(body) == *check;
    if is_ours { std::str::from_utf8(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number that `digits` are.
    fn number(digits: &str) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        for digit in digits.bytes() {
            let mut carry = u32::try_from(ALPHABET.iter().position(|known| *known == digit).unwrap()).unwrap();
            for byte in bytes.iter_mut().rev() {
                carry += u32::from(*byte) * 62;
                *byte = u8::try_from(carry % 256).unwrap();
                carry /= 256;
            }
            assert_eq!(carry, 0, "more than 256 bits");
        }
        bytes
    }

    #[test]
    fn s118_every_secret_has_a_text_of_its_own_that_is_read_again() {
        // A generator of test values (Knuth's MMIX constants), not of secrets.
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u8::try_from(state >> 56).unwrap()
        };
        let some = (0..2000).map(|_| std::array::from_fn(|_| random()));
        for secret in [[0; 32], [255; 32]].into_iter().chain(some) {
            let text = write(&secret);
            assert_eq!(read(text.as_bytes()), Some(text.as_str()));
            assert_eq!(number(text.get(PREFIX.len()..PREFIX.len() + SECRET_DIGITS).unwrap()), secret);
        }
    }

    #[test]
    fn s119_what_was_changed_is_not_ours() {
        let text = write(&[7; 32]);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(read(&changed), None, "{at}");
        }
        for other in [
            "",
            "pc_",
            "pc_abc",
            text.trim_start_matches('p'),
            &format!("{text}0"),
            &format!(" {text}"),
            &text.to_uppercase(),
        ] {
            assert_eq!(read(other.as_bytes()), None, "{other:?}");
        }
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926, "the check value of this CRC");
    }
}
