//! How programs may interpret a path, and which paths belong to the gate (S73, S82).
//!
//! Paths are forwarded unchanged, and apps and proxies interpret them differently. A path that any of these
//! interpretations places under `/_auth` belongs to the gate and never to the app.

use percent_encoding::percent_decode;

use super::path_decoding::{decode, fully_decoded};

/// The first segment of every path of the gate.
const OURS: &[u8] = b"_auth";

/// Maximum length of a path, in bytes, whose interpretations are all examined.
const LONGEST_READ: usize = 2 * 1024;

/// Maximum decodings, and paths, that are judged.
const MAX_TEXTS: usize = 96;
const MAX_MEANINGS: usize = 256;

const BACKSLASH: u8 = 1;
const PARAMETERS: u8 = 2;
const EMPTY_SEGMENTS: u8 = 4;
const DOT_SEGMENTS: u8 = 8;
const CUT: u8 = 16;

/// One interpretation of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading(Vec<u8>);

impl Reading {
    /// Every segment, in order, empty ones too except the last.
    fn all_segments(&self) -> impl Iterator<Item = &[u8]> {
        let text = self.0.strip_suffix(b"/").unwrap_or(&self.0);
        text.split(|byte| *byte == b'/').skip(1)
    }

    /// The path if the first segment after two slashes is taken for a host, as in a URL without its scheme.
    fn after_authority(&self) -> Option<Vec<u8>> {
        let mut rest = self.0.strip_prefix(b"//")?;
        while let Some(more) = rest.strip_prefix(b"/") {
            rest = more;
        }
        let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
        rest.get(end..).map(<[u8]>::to_vec)
    }

    /// The significant segments, in order.
    pub fn segments(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|byte| *byte == b'/').filter(|segment| !segment.is_empty())
    }
}

/// Whether `raw` can be the path of a request: it begins with a slash and contains no byte that HTTP forbids there.
pub fn is_well_formed(raw: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'<' | b'>' | b'?' | b'`');
    raw.starts_with('/') && raw.bytes().all(allowed)
}

/// Whether `raw` is literally `/_auth` or below it, in any case.
pub fn is_reserved(raw: &str) -> bool {
    raw.as_bytes().split(|byte| *byte == b'/').nth(1).is_some_and(is_our_segment)
}

/// Whether some program may interpret `raw` as `/_auth` or something below it. Ordinary paths cost no allocation. An
/// ambiguous path that mentions `_auth` anywhere and is long, or has too many interpretations, is treated as such
/// without examination: anybody may send it, and examining it is expensive (S104).
pub fn may_be_reserved(raw: &str) -> bool {
    if is_unambiguous(raw) {
        return is_reserved(raw);
    }
    // Interpretations cut, drop and resolve segments but never join two: a path that does not contain `_auth` cannot
    // mean it.
    let names_ours = |text: &[u8]| text.windows(OURS.len()).any(|part| part.eq_ignore_ascii_case(OURS));
    if !plain_decodings(raw).iter().any(|text| names_ours(text)) {
        return false;
    }
    let means_ours = |reading: Reading| {
        let after_authority = reading.after_authority().map(Reading);
        let begins_with_ours = |reading: &Reading| reading.segments().next().is_some_and(is_our_segment);
        begins_with_ours(&reading) || after_authority.as_ref().is_some_and(begins_with_ours)
    };
    let examined = || decodings(raw, MAX_TEXTS);
    raw.len() > LONGEST_READ
        || match examined() {
            texts if texts.len() > MAX_TEXTS => true,
            texts => readings_of(texts).any(means_ours),
        }
}

/// Whether some program may interpret `prefix` followed by `raw` as something that is not below `prefix`: a path that
/// climbs above its own start. `prefix` itself is unambiguous.
pub fn climbs_out_of(prefix: &str, raw: &str) -> bool {
    if is_unambiguous(raw) || !plain_decodings(raw).iter().any(|text| text.windows(2).any(|pair| pair == b"..")) {
        return false;
    }
    if raw.len() > LONGEST_READ {
        return true;
    }
    let segments: Vec<&[u8]> = prefix.as_bytes().split(|byte| *byte == b'/').skip(1).collect();
    let stays = |reading: &Reading| reading.segments().take(segments.len()).eq(segments.iter().copied());
    let texts = decodings(&format!("{prefix}{raw}"), MAX_TEXTS);
    texts.len() > MAX_TEXTS || !readings_of(texts).all(|reading| stays(&reading))
}

/// `raw`, and what two full decodings make of it: enough to see which characters it can mean.
fn plain_decodings(raw: &str) -> Vec<Vec<u8>> {
    let once = fully_decoded(raw.as_bytes());
    let twice = once.iter().flat_map(|text| fully_decoded(text));
    [raw.as_bytes().to_vec()].into_iter().chain(once.iter().cloned()).chain(twice).collect()
}

fn is_our_segment(segment: &[u8]) -> bool {
    segment.eq_ignore_ascii_case(OURS)
}

/// Whether every program interprets `raw` the same way.
fn is_unambiguous(raw: &str) -> bool {
    let mut before = 0;
    raw.bytes().all(|byte| {
        let after_slash = std::mem::replace(&mut before, byte) == b'/';
        let plain =
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~' | b'@' | b':' | b'+' | b',' | b'=');
        plain || (matches!(byte, b'/' | b'.') && !after_slash)
    })
}

/// Every interpretation of a path with these decodings: in each, `\` treated as `/` or not, parameters after `;`
/// removed from segments or not, empty segments dropped or not, dot segments resolved or not, also before decoding; and
/// in the decoded ones the rest after `?`, `#` or NUL removed or not. Overlong UTF-8 is also read as the character it
/// encodes.
fn readings_of(decodings: Vec<Vec<u8>>) -> impl Iterator<Item = Reading> {
    decodings.into_iter().enumerate().flat_map(|(number, text)| {
        let all_ways = relevant_options(&text, number > 0);
        (0..=all_ways).filter(move |ways| ways & !all_ways == 0).map(move |ways| read(&text, ways))
    })
}

/// How the path of a request is judged by rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Every program interprets it the same way.
    Plain,
    /// The paths that programs may mean, each without a final slash and empty for `/`.
    Several(Vec<Vec<u8>>),
    /// It changes in a third decoding, contains NUL, or has too many interpretations to examine.
    Unclear,
}

/// What programs may mean by `raw`: every interpretation of [`readings_of`], with empty segments and without (S113).
pub fn meaning(raw: &str) -> Meaning {
    if is_unambiguous(raw) {
        return Meaning::Plain;
    }
    if raw.len() > LONGEST_READ || changes_in_third_decoding(raw.as_bytes()) {
        return Meaning::Unclear;
    }
    let texts = decodings(raw, MAX_TEXTS);
    if texts.len() > MAX_TEXTS || texts.iter().any(|text| text.contains(&0)) {
        return Meaning::Unclear;
    }
    let mut paths: Vec<Vec<u8>> = Vec::new();
    for reading in readings_of(texts) {
        let behind = reading.after_authority().map(|path| joined(Reading(path).segments()));
        for path in [joined(reading.all_segments()), joined(reading.segments())].into_iter().chain(behind) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        if paths.len() > MAX_MEANINGS {
            return Meaning::Unclear;
        }
    }
    Meaning::Several(paths)
}

fn changes_in_third_decoding(raw: &[u8]) -> bool {
    let mut twice = fully_decoded(raw).into_iter().flat_map(|once| fully_decoded(&once));
    twice.any(|text| percent_decode(&text).ne(text.iter().copied()))
}

fn joined<'a>(segments: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    segments.flat_map(|segment| b"/".iter().chain(segment)).copied().collect()
}

/// `raw` itself first, then its possible decodings, without duplicates; stops soon after finding more than `enough`.
fn decodings(raw: &str, enough: usize) -> Vec<Vec<u8>> {
    let mut found = vec![raw.as_bytes().to_vec()];
    let mut newest = 0..1;
    for _time in 0..2 {
        let texts = found.get(newest.clone()).unwrap_or_default().to_vec();
        // A program may resolve dots before it decodes, and again afterwards.
        let resolved = texts.iter().enumerate().filter(|(_, text)| text.contains(&b'%')).flat_map(|(number, text)| {
            let all_ways = relevant_options(text, newest.start + number > 0);
            (1..=all_ways).filter(move |ways| ways & !all_ways == 0).map(|ways| read(text, ways).0)
        });
        let begin = found.len();
        for text in texts.iter().cloned().chain(resolved).flat_map(|text| decode(&text)) {
            if !found.contains(&text) {
                found.push(text);
            }
            if found.len() > enough {
                return found;
            }
        }
        newest = begin..found.len();
    }
    found
}

/// The ways of interpretation that can make a difference for `text`.
fn relevant_options(text: &[u8], decoded: bool) -> u8 {
    let when = |has: bool, way: u8| if has { way } else { 0 };
    let (backslash, parameters) = (text.contains(&b'\\'), text.contains(&b';'));
    let dots = text.split(|byte| matches!(byte, b'/' | b'\\')).any(|segment| segment.starts_with(b"."));
    // Empty segments make a difference only where `..` removes one.
    let empty = dots && (backslash || parameters || text.windows(2).any(|pair| pair == b"//"));
    when(backslash, BACKSLASH)
        | when(parameters, PARAMETERS)
        | when(empty, EMPTY_SEGMENTS)
        | when(dots, DOT_SEGMENTS)
        | when(decoded && text.iter().any(|byte| matches!(byte, b'?' | b'#' | 0)), CUT)
}

fn read(text: &[u8], ways: u8) -> Reading {
    let does = |way: u8| ways & way != 0;
    let whole = |byte: &u8| does(CUT) && matches!(byte, b'?' | b'#' | 0);
    let text = text.split(whole).next().unwrap_or_default();
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in text.split(|byte| *byte == b'/' || (*byte == b'\\' && does(BACKSLASH))).skip(1) {
        let parameters = |byte: &u8| *byte == b';' && does(PARAMETERS);
        match segment.split(parameters).next().unwrap_or_default() {
            b"" if does(EMPTY_SEGMENTS) => {}
            b"." if does(DOT_SEGMENTS) => {}
            b".." if does(DOT_SEGMENTS) => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    Reading(segments.iter().flat_map(|segment| b"/".iter().chain(*segment)).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s82_what_some_program_reads_as_ours_is_ours() {
        for ours in [
            "/_auth",
            "/_auth/",
            "/_auth/login",
            "/_AUTH/login",
            "//_auth/x",
            "/%5fauth/login",
            "/_%61uth",
            "/_auth;x/login",
            "/;x//;y=1/_auth/login",
            "/_auth%2flogin",
            "/_auth\\login",
            "/\\_auth",
            "/%5c_auth",
            "/./_auth/x",
            "/x/../_auth/x",
            "/x/%2e%2e/_auth",
            "/x/.%2E/_auth",
            "/x/..;a=1/_auth",
            "/x%2f..%2f_auth/login",
            "/x/..\\_auth",
            "/x//../_auth",
            "/%255fauth%252flogin",
            "/x/..%252f_auth",
            "/x/..%25c0%25af_auth",
            "/x/%c0%ae%c0%ae/_auth",
            "/x/%e0%80%ae%e0%80%ae/_auth",
            "/%c1%9fauth",
            "/_auth%3Fx",
            "/_auth%23",
            "/_auth%00.png",
            "/x/%2e%2e/_auth%253fy",
            "/b/../_auth/x/..;/../y",
            "/x/../_auth//../y",
            "/a/..//_auth//../y",
            "/b/../_auth/%c0%ae%c0%ae/y",
            "/..%2f..%2f_auth",
        ] {
            assert!(may_be_reserved(ours), "{ours}");
        }
    }

    #[test]
    fn s82_everything_else_is_the_apps() {
        for others in [
            "/",
            "/_authors",
            "/_auth0/x",
            "/_auth.html",
            "/_authors/../x",
            "/my_auth",
            "/x/_auth/y",
            "/x%2f_auth",
            "/@scope%2fpkg",
            "/api/queues/%2F/q",
            "/a%5Cb.txt",
            "/file%252Fname",
            "/a/./b",
            "/a/../b",
            "/x/.%2e./y",
            "/caf%E9.txt",
            "/caf%C3%A9",
            "/50%2525off",
            "/%",
            "/%zz",
            "/a%00b",
            "/%20/_auth",
            "/_auth%20/x",
            "/.well-known/x",
            "/x/..%25c0%25af",
            "//double//slash",
            "/a;v=1/b",
        ] {
            assert!(!may_be_reserved(others), "{others}");
        }
    }

    #[test]
    fn s104_a_long_path_of_several_readings_that_names_ours_is_ours_unread() {
        let long =
            |begin: &str, end: &str| format!("{begin}{}{end}", "a".repeat(LONGEST_READ + 1 - begin.len() - end.len()));
        for named in [long("/x/;/", "/_auth"), long("/x%2f", "/%5fAUTH/y"), long("/a//./", "_authors")] {
            assert!(may_be_reserved(&named));
        }
        assert!(!may_be_reserved("/x/;/a/_auth"), "a shorter one is read");
        for other in [long("/x/", "/_auth"), long("/x/;/", "/auth"), long("/x%2f", "/y")] {
            assert!(!may_be_reserved(&other));
        }
    }

    fn all(raw: &str) -> Vec<String> {
        let mut all: Vec<String> = readings_of(decodings(raw, usize::MAX))
            .map(|reading| String::from_utf8_lossy(&reading.0).into_owned())
            .collect();
        all.sort();
        all.dedup();
        all
    }

    #[test]
    fn s73_an_ordinary_path_has_one_reading_and_others_have_each_of_theirs() {
        for plain in ["/a/b", "/a.b/c..d", "/@scope/pkg:1,2=3", "/_authors"] {
            assert!(is_unambiguous(plain), "{plain}");
            assert_eq!(all(plain), [plain]);
        }
        assert_eq!(all("/a/../b"), ["/a/../b", "/b"]);
        assert_eq!(all("/a%2fb"), ["/a%2fb", "/a/b"]);
        assert_eq!(all("/a%252fb"), ["/a%252fb", "/a%2fb", "/a/b"]);
        assert_eq!(all("/a;v/b"), ["/a/b", "/a;v/b"]);
        assert_eq!(all("/a%3fb"), ["/a", "/a%3fb", "/a?b"]);
        assert_eq!(all("/a\\b"), ["/a/b", "/a\\b"]);
        assert_eq!(
            readings_of(decodings("/x//y", usize::MAX)).next().unwrap().segments().collect::<Vec<_>>(),
            [b"x", b"y"]
        );
        for overlong in ["/x%c0%afy", "/x%e0%80%afy", "/x%f0%80%80%afy", "/x%25c0%25afy"] {
            assert!(all(overlong).contains(&"/x/y".to_owned()), "{overlong}");
        }
    }

    #[test]
    fn s73_what_http_does_not_allow_in_a_path_is_not_well_formed() {
        for good in ["/", "/a\\b", "/{x}", "/a|b^c", "/caf%E9", "//x"] {
            assert!(is_well_formed(good), "{good}");
        }
        for bad in ["", "a", "*", "/a b", "/a#b", "/a?b", "/<x>", "/\u{e9}", "/a\tb", "/\u{7f}"] {
            assert!(!is_well_formed(bad), "{bad:?}");
        }
    }
}
