//! One percent-decoding of a path, as different programs do it (S113).

use percent_encoding::percent_decode;

/// What programs make of one decoding: some decode everything, some leave encoded slashes alone, and some decode only
/// what needs no encoding (RFC 3986, section 6.2.2.2), or dots (the URL standard).
pub(super) fn decode(text: &[u8]) -> [Vec<u8>; 4] {
    let [decoded, without_overlong] = fully_decoded(text);
    let keeps_slashes = decode_where(text, |byte| !matches!(byte, b'/' | b'\\'));
    let unreserved = decode_where(text, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    [decoded, without_overlong, keeps_slashes, unreserved]
}

/// The text with everything decoded, and with overlong UTF-8 read as well.
pub(super) fn fully_decoded(text: &[u8]) -> [Vec<u8>; 2] {
    let decoded: Vec<u8> = percent_decode(text).collect();
    let without_overlong = shorten(&decoded);
    [decoded, without_overlong]
}

/// Decodes the bytes that `is_decoded` says, and leaves the others as they are encoded.
fn decode_where(text: &[u8], is_decoded: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let digit = |place: usize| after.get(place).and_then(|byte| char::from(*byte).to_digit(16));
        let code = digit(0).zip(digit(1)).filter(|_| *first == b'%');
        let byte = code.and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        if let Some(byte) = byte.filter(|byte| is_decoded(*byte)) {
            decoded.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            decoded.push(*first);
            rest = after;
        }
    }
    decoded
}

/// Replaces overlong UTF-8 encodings of ASCII characters by these characters.
fn shorten(text: &[u8]) -> Vec<u8> {
    let mut shortened = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let (byte, after) = match rest {
            [lead @ (0xc0 | 0xc1), last @ 0x80..=0xbf, after @ ..]
            | [0xe0, lead @ (0x80 | 0x81), last @ 0x80..=0xbf, after @ ..]
            | [0xf0, 0x80, lead @ (0x80 | 0x81), last @ 0x80..=0xbf, after @ ..] => {
                ((lead & 1) << 6 | (last & 0x3f), after)
            }
            _ => (*first, after),
        };
        shortened.push(byte);
        rest = after;
    }
    shortened
}
