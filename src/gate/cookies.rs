//! Keeps our cookies and the app's separate: the app never receives ours and can neither set nor delete them (S79).

use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue};

use crate::http::cookies::pairs;

/// The prefix of the names of all our cookies, whatever port they end with.
const OURS: &[u8] = b"portcullis_";
/// The replacement for `Clear-Site-Data: "*"` of an app that does not own the cookies.
const ALL_BUT_COOKIES: &str =
    "\"cache\", \"storage\", \"executionContexts\", \"clientHints\", \"prefetchCache\", \"prerenderCache\"";

/// Whether `name` is one of ours or could be mistaken for one: trimmed, in any case, with any prefix. Browsers
/// interpret what stands between `__` and a dash (`__Host-`, `__Secure-`, `__Http-`, `__Host-Http-`), and add new
/// prefixes now and then.
fn is_ours(name: &[u8]) -> bool {
    let bare = name.trim_ascii();
    begins_as_ours(bare)
        || (bare.starts_with(b"__") && bare.split_inclusive(|byte| *byte == b'-').skip(1).any(begins_as_ours))
}

fn begins_as_ours(name: &[u8]) -> bool {
    name.get(..OURS.len()).is_some_and(|head| head.eq_ignore_ascii_case(OURS))
}

fn name_of(pair: &[u8]) -> &[u8] {
    pair.split(|byte| *byte == b'=').next().unwrap_or_default()
}

/// A `Cookie` header without ours, otherwise unchanged; `None` if nothing is left.
pub(super) fn cut(header: &[u8]) -> Option<Vec<u8>> {
    if !pairs(header).any(|pair| is_ours(name_of(pair))) {
        return Some(header.to_vec());
    }
    let theirs: Vec<&[u8]> = pairs(header).filter(|pair| !is_ours(name_of(pair))).collect();
    let theirs = theirs.join(&b";"[..]);
    let theirs = theirs.trim_ascii_start();
    (!theirs.is_empty()).then(|| theirs.to_vec())
}

/// The app's own cookies from all `Cookie` headers of a request, as one header; `None` if there are none, without any
/// allocation.
pub(super) fn of_the_app(headers: &HeaderMap) -> Option<HeaderValue> {
    let is_theirs = |pair: &&[u8]| !pair.trim_ascii().is_empty() && !is_ours(name_of(pair));
    let theirs = || headers.get_all(COOKIE).flat_map(|value| pairs(value.as_bytes())).filter(is_theirs);
    theirs().next()?;
    let pairs: Vec<&[u8]> = theirs().map(<[u8]>::trim_ascii).collect();
    HeaderValue::from_bytes(&pairs.join(&b"; "[..])).ok()
}

/// Whether this `Set-Cookie` may be forwarded to the browser.
pub(super) fn may_set(header: &[u8]) -> bool {
    let pair = header.split(|byte| *byte == b';').next().unwrap_or_default();
    // Browsers send a cookie without a name as its value alone, which then parses as the name and value in it.
    let mut rest = pair.trim_ascii();
    while let Some(after) = rest.strip_prefix(b"=") {
        rest = after.trim_ascii();
    }
    !is_ours(name_of(rest))
}

/// `Clear-Site-Data` without directives that would delete our cookies; `None` if nothing is left.
pub(super) fn without_cookies(header: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(header).to_ascii_lowercase();
    if text.contains('*') {
        return Some(ALL_BUT_COOKIES.as_bytes().to_vec());
    }
    if !text.contains("cookies") {
        return Some(header.to_vec());
    }
    let harmless = |part: &&[u8]| !String::from_utf8_lossy(part).to_ascii_lowercase().contains("cookies");
    let kept: Vec<&[u8]> = header.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(harmless).collect();
    (!kept.is_empty()).then(|| kept.join(&b", "[..]))
}

/// Whether `Service-Worker-Allowed` excludes our prefix from the widest scope. Scopes are compared as text, so only a
/// plain path can be judged.
pub(super) fn scope_is_harmless(header: &[u8]) -> bool {
    let Ok(scope) = std::str::from_utf8(header) else { return false };
    let plain = scope.starts_with('/')
        && !scope.starts_with("//")
        && !scope.contains("/.")
        && scope.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.' | b'~'));
    plain && !"/_auth/".starts_with(scope) && !scope.starts_with("/_auth")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_text(header: &str) -> Option<String> {
        cut(header.as_bytes()).map(|rest| String::from_utf8(rest).unwrap())
    }

    #[test]
    fn s79_the_app_never_sees_our_cookies() {
        assert_eq!(
            cut_text("a=1; __Host-portcullis_access=x; b=2=3; portcullis_refresh=y").as_deref(),
            Some("a=1; b=2=3")
        );
        assert_eq!(cut_text("portcullis_session=x;a=1 ;  b=\"2\"").as_deref(), Some("a=1 ;  b=\"2\""));
        for ours in [
            "__Host-portcullis_access=x",
            "__Secure-portcullis_form=",
            "PORTCULLIS_DEVICE=x",
            "__host-__Host-portcullis_access=x",
            "portcullis_access_3000=x",
            "__Host-portcullis_refresh_8443=x",
            "__Host-Http-portcullis_session=x",
            "__Http-__Host-Http-portcullis_session_3001=x",
            "__hOsT-hTTp-Portcullis_session=x",
            "__Later-portcullis_session=x",
        ] {
            assert_eq!(cut_text(ours), None, "{ours}");
            assert_eq!(cut_text(&format!("{ours}; \tportcullis_x=1")), None, "{ours}");
        }
    }

    #[test]
    fn s79_a_proxy_receives_only_the_cookies_of_the_app() {
        let kept = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(COOKIE, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            of_the_app(&headers).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        assert_eq!(kept(&[]), None);
        assert_eq!(kept(&["__Host-portcullis_access=x; PORTCULLIS_refresh=y", "portcullis_form=z;"]), None);
        assert_eq!(
            kept(&["a=1; __Host-portcullis_access=x; b=2=3", "portcullis_x=y;c=\u{fc}"]).as_deref(),
            Some("a=1; b=2=3; c=\u{fc}")
        );
    }

    #[test]
    fn s79_other_cookies_pass_byte_for_byte() {
        for theirs in [
            "a=1;b=2;;  c",
            "session=1; access=2",
            "xportcullis_access=1",
            "__Host-app=1",
            "a=portcullis_access=1",
            "=",
            "",
        ]
        .into_iter()
        .chain([
            "__Host-app-portcullis=1",
            "my-portcullis_access=1",
            "_Host-portcullis_access=1",
            "__portcullis_access=1",
        ]) {
            assert_eq!(cut_text(theirs).as_deref(), Some(theirs));
        }
        assert_eq!(cut(b"a=\xff\xfe").as_deref(), Some(&b"a=\xff\xfe"[..]));
        assert_eq!(cut(b"portcullis_access=\xff; a=\xfe").as_deref(), Some(&b"a=\xfe"[..]));
    }

    #[test]
    fn s79_the_app_cannot_set_or_delete_our_cookies() {
        for forged in [
            "__Host-portcullis_access=; Max-Age=0",
            "portcullis_session=x",
            "__HOST-Portcullis_Access=x",
            " \tportcullis_form =x",
            "=__Host-portcullis_access=x",
            " = portcullis_access=x",
            "==portcullis_access=x",
            "portcullis_access",
            "portcullis_future=1",
            "portcullis_access_3000=x",
            "__Host-portcullis_session_3001=; Max-Age=0",
            "__Host-Http-portcullis_access=x",
            "__HOST-HTTP-portcullis_access_3000=x; Path=/; Secure; HttpOnly",
            "__Http-portcullis_access=x",
            " =__Secure-__Http-__Host-Http-portcullis_access=x",
        ] {
            assert!(!may_set(forged.as_bytes()), "{forged}");
        }
        for own in ["session=1; Path=/", "a=portcullis_access; Secure", "=a", "", "id=x; Comment=portcullis_access=1"] {
            assert!(may_set(own.as_bytes()), "{own}");
        }
    }

    #[test]
    fn s79_clear_site_data_loses_its_cookies_part() {
        let without = |text: &str| without_cookies(text.as_bytes()).map(|kept| String::from_utf8(kept).unwrap());
        assert_eq!(without("\"cache\", \"cookies\",\"storage\"").as_deref(), Some("\"cache\", \"storage\""));
        assert_eq!(without("\"cookies\""), None);
        assert_eq!(without("\"Cookies\""), None);
        assert_eq!(without("\"cache\",\"storage\"").as_deref(), Some("\"cache\",\"storage\""));
        let all = without("\"*\"").unwrap();
        assert!(
            all.contains("\"cache\"") && all.contains("\"storage\"") && !all.contains("cookies") && !all.contains('*')
        );
    }

    #[test]
    fn a_service_worker_scope_over_our_prefix_is_cut() {
        for wide in [
            "/",
            "/_",
            "/_auth",
            "/_auth/",
            "/_auth/x",
            "",
            "./",
            "../",
            "//",
            "/a/../",
            "/%5fauth/",
            "https://x/",
            "/\t",
            "\\",
        ] {
            assert!(!scope_is_harmless(wide.as_bytes()), "{wide}");
        }
        for fine in ["/app/", "/a", "/_app/"] {
            assert!(scope_is_harmless(fine.as_bytes()), "{fine}");
        }
    }
}
