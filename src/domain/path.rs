//! One canonical form for the path that is checked and forwarded (S73, S82).

use percent_encoding::percent_decode_str;

/// A path in canonical form; what was checked is what is forwarded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalPath {
    text: String,
    reserved: bool,
}

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// Does not begin with a slash.
    #[error("the path does not begin with a slash")]
    NotAbsolute,
    /// `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("the path is not properly percent-encoded")]
    Encoding,
    /// A dot segment, a backslash, an encoded separator or a control character, possibly encoded twice.
    #[error("the path is ambiguous")]
    Ambiguous,
}

impl CanonicalPath {
    /// Decodes `raw` once: encoded unreserved characters become themselves, everything ambiguous is refused,
    /// all else stays byte for byte.
    pub fn parse(raw: &str) -> Result<Self, PathFault> {
        if !raw.starts_with('/') {
            return Err(PathFault::NotAbsolute);
        }
        if is_plain(raw) {
            return Ok(Self { text: raw.to_owned(), reserved: begins_as_ours(raw) });
        }
        let (canonical, decoded) = decode_once(raw.as_bytes())?;
        let decoded = String::from_utf8(decoded).map_err(|_fault| PathFault::Encoding)?;
        let dotted = decoded.split('/').any(|segment| matches!(segment.split(';').next(), Some("." | "..")));
        if dotted || has_doubly_encoded_separator(&decoded) {
            return Err(PathFault::Ambiguous);
        }
        let text = String::from_utf8(canonical).map_err(|_fault| PathFault::Encoding)?;
        Ok(Self { text, reserved: begins_as_ours(&decoded) })
    }

    /// The path to forward.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the path is the gate's own in any spelling: empty segments, parameters and case do not matter.
    pub const fn is_reserved(&self) -> bool {
        self.reserved
    }
}

/// Whether there is one way to read `raw`, so that it is canonical as it stands.
fn is_plain(raw: &str) -> bool {
    raw.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'~' | b'.')) && !raw.contains("/.")
}

/// Whether the first segment of a decoded path that says anything besides parameters is ours, also for who decodes twice.
fn begins_as_ours(decoded: &str) -> bool {
    let mut names = decoded.split('/').map(|segment| segment.split(';').next().unwrap_or_default().trim_ascii());
    let first = percent_decode_str(names.find(|name| !name.is_empty()).unwrap_or_default()).decode_utf8_lossy();
    first.trim_ascii().get(..5).is_some_and(|head| head.eq_ignore_ascii_case("_auth"))
}

/// Whether some program might read `raw` as one of the gate's own paths: for who forwards a path as it came and not the canonical one.
pub fn is_reserved_to_some_reader(raw: &str) -> bool {
    let plain = !raw.contains('%') && !raw.as_bytes().windows(5).any(|part| part.eq_ignore_ascii_case(b"_auth"));
    if plain {
        return false;
    }
    if let Ok(path) = CanonicalPath::parse(raw) {
        return path.is_reserved();
    }
    // Ambiguous: any part of it may become the first one.
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().to_ascii_lowercase();
    let decoded = decode(&decode(raw));
    decoded.split(['/', '\\', ';']).any(|part| part.trim().starts_with("_auth"))
}

/// Returns the canonical spelling and the decoded bytes.
fn decode_once(raw: &[u8]) -> Result<(Vec<u8>, Vec<u8>), PathFault> {
    let mut canonical = Vec::with_capacity(raw.len());
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            if byte == b'\\' || byte.is_ascii_control() {
                return Err(PathFault::Ambiguous);
            }
            canonical.push(byte);
            decoded.push(byte);
            continue;
        }
        let (high, low) = rest.next().zip(rest.next()).ok_or(PathFault::Encoding)?;
        let value = hex(high).zip(hex(low)).map(|(h, l)| h * 16 + l).ok_or(PathFault::Encoding)?;
        if matches!(value, b'/' | b'\\') || value.is_ascii_control() {
            return Err(PathFault::Ambiguous);
        }
        decoded.push(value);
        if value.is_ascii_alphanumeric() || b"-._~".contains(&value) {
            canonical.push(value);
        } else {
            canonical.extend([b'%', high.to_ascii_uppercase(), low.to_ascii_uppercase()]);
        }
    }
    Ok((canonical, decoded))
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// `%252e` and its kin: an app that decodes twice would see another path.
fn has_doubly_encoded_separator(decoded: &str) -> bool {
    let lower = decoded.to_ascii_lowercase();
    ["%2e", "%2f", "%5c", "%00", "%25"].iter().any(|code| lower.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s82_whatever_somebody_may_read_as_ours_is_ours() {
        for ours in [
            "/_auth",
            "/_auth/login",
            "/_AUTH/login",
            "//_auth/x",
            "/%5fauth/login",
            "/_auth;x/login",
            "/_auth%2flogin",
            "/_auth\\login",
            "/./_auth/x",
            "/x/../_auth/x",
            "/%255fauth%252flogin",
            "/%255fauth",
            "/;/_auth",
            "/;x=1//;y/_auth/login",
        ] {
            assert!(is_reserved_to_some_reader(ours), "{ours}");
        }
        for others in ["/", "/login", "/my_auth", "/x/_auth/y", "/a%2Fb", "/a/../b", "/caf%C3%A9", "/%"] {
            assert!(!is_reserved_to_some_reader(others), "{others}");
        }
    }

    #[test]
    fn ordinary_paths_stay_as_they_are() {
        for path in ["/", "/a/b", "/a%20b", "/%C3%A9", "//double//slash", "/100%25", "/a;v=1/b", "/.well-known/x", "/a..b", "/..."] {
            assert_eq!(CanonicalPath::parse(path).map(|p| p.text).as_deref(), Ok(path));
        }
        assert_eq!(CanonicalPath::parse("/%7Euser/a%2Etxt").unwrap().as_str(), "/~user/a.txt");
    }

    #[test]
    fn s73_ambiguous_paths_are_refused() {
        for path in [
            "",
            "a",
            "/a/../b",
            "/..",
            "/./a",
            "/%2e%2e/a",
            "/.%2E/a",
            "/a%2fb",
            "/a%5Cb",
            "/a\\b",
            "/%00",
            "/%0a",
            "/%",
            "/%4",
            "/%zz",
            "/%ff",
            "/%252e%252e/a",
            "/%252fa",
            "/..;/a",
        ] {
            assert!(CanonicalPath::parse(path).is_err(), "{path:?} was accepted");
        }
    }

    #[test]
    fn s82_the_gates_prefix_is_reserved_in_every_spelling() {
        for path in [
            "/_auth",
            "/_auth/login",
            "//_auth/login",
            "/%5fauth/login",
            "/_AUTH/login",
            "/_%61uth",
            "/_auth;x/login",
            "///_Auth;/",
            "/_auth%20/x",
            "/_authx",
            "/;/_auth/login",
            "/;x//;y=1/_auth",
            "/%255fauth",
            "/%20/_auth",
        ] {
            assert!(CanonicalPath::parse(path).unwrap().is_reserved(), "{path:?} would reach the app");
        }
        for path in ["/", "/x/_auth", "/auth", "/__auth"] {
            assert!(!CanonicalPath::parse(path).unwrap().is_reserved(), "{path:?} was kept from the app");
        }
    }
}
