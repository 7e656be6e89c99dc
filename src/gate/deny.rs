//! What is known of a request that is not let through: whether a person is waiting for a page, and where the way on leads.

use actix_web::http::header::{HeaderMap, REFERER};

use crate::domain::access::Decision;
use crate::domain::app_url;
use crate::domain::return_to::ReturnTo;
use crate::http::unauthenticated::sign_in_address;

/// What a navigation fetches: a page of its own, or one in a frame.
const DOCUMENTS: [&[u8]; 3] = [b"document", b"iframe", b"frame"];

/// Whether a request is a navigation: `Sec-Fetch-Mode` and `Sec-Fetch-Dest` say so, or where a browser sends none, `Accept` names
/// text/html. Never one of a script that says what it is, or one for an upgrade.
pub(super) fn is_navigation(headers: &HeaderMap) -> bool {
    // Android's WebViews send the name of their app.
    let is_script = headers.get_all("x-requested-with").any(|with| with.as_bytes().eq_ignore_ascii_case(b"xmlhttprequest"));
    if is_script || headers.contains_key("upgrade") {
        return false;
    }
    if !headers.contains_key("sec-fetch-mode") {
        return headers.get_all("accept").any(|accept| names_html(accept.as_bytes()));
    }
    headers.contains_key("sec-fetch-dest")
        && headers.get_all("sec-fetch-mode").all(|mode| mode.as_bytes() == b"navigate")
        && headers.get_all("sec-fetch-dest").all(|dest| DOCUMENTS.contains(&dest.as_bytes()))
}

/// The path to come back to after sign-in: `asked` when it was only read. What was sent must not be asked for by GET, so its way
/// back is the page of `origin` that it came from, else the start.
pub(super) fn path_back(method: &str, headers: &HeaderMap, origin: &str, asked: &str) -> String {
    if matches!(method, "GET" | "HEAD") {
        return asked.to_owned();
    }
    let mut referers = headers.get_all(REFERER);
    let page = referers.next().filter(|_| referers.next().is_none()).and_then(|referer| app_url::path_on(referer.to_str().ok()?, origin));
    page.unwrap_or_else(|| "/".to_owned())
}

fn names_html(accept: &[u8]) -> bool {
    accept.split(|byte| *byte == b',').any(|range| {
        let kind = range.split(|byte| *byte == b';').next().unwrap_or_default();
        kind.trim_ascii().eq_ignore_ascii_case(b"text/html")
    })
}

/// The path on our origin where the visitor gets on: set-up, or sign-in with the way back.
pub(super) fn destination(decision: Decision, next: Option<&ReturnTo>) -> String {
    match (decision, next) {
        (Decision::SetUp, _) => "/_auth/setup".to_owned(),
        (Decision::SignIn | Decision::Allow, next) => sign_in_address(next),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::domain::app_url::AppUrl;

    const HTML: (&str, &str) = ("accept", "application/xhtml+xml, Text/HTML;q=0.9,*/*;q=0.8");
    const NAVIGATE: (&str, &str) = ("sec-fetch-mode", "navigate");
    const DOCUMENT: (&str, &str) = ("sec-fetch-dest", "document");

    fn headers(given: &[(&str, &str)]) -> HeaderMap {
        let request = given.iter().fold(TestRequest::default(), |request, header| request.append_header(*header));
        request.to_http_request().headers().clone()
    }

    #[test]
    fn a_navigation_says_so_or_takes_html() {
        for navigation in [
            vec![NAVIGATE, DOCUMENT],
            vec![NAVIGATE, ("sec-fetch-dest", "iframe")],
            vec![NAVIGATE, ("sec-fetch-dest", "frame")],
            vec![NAVIGATE, DOCUMENT, ("accept", "*/*")],
            vec![NAVIGATE, DOCUMENT, ("x-requested-with", "com.example.webview")],
            vec![HTML],
            vec![HTML, DOCUMENT],
            vec![HTML, ("x-requested-with", "com.example.webview")],
            vec![("accept", "image/png"), ("accept", "text/html")],
        ] {
            assert!(is_navigation(&headers(&navigation)), "{navigation:?}");
        }
    }

    #[test]
    fn everything_else_is_a_script() {
        for script in [
            vec![],
            vec![("accept", "*/*")],
            vec![("accept", "text/html-sandboxed")],
            vec![("accept", "application/json; x=\"text/html\"")],
            vec![HTML, NAVIGATE],
            vec![HTML, NAVIGATE, ("sec-fetch-dest", "empty")],
            vec![HTML, NAVIGATE, ("sec-fetch-dest", "image")],
            vec![HTML, NAVIGATE, DOCUMENT, ("sec-fetch-dest", "empty")],
            vec![HTML, ("sec-fetch-mode", "cors"), DOCUMENT],
            vec![HTML, ("sec-fetch-mode", "same-origin"), ("sec-fetch-dest", "empty")],
            vec![HTML, NAVIGATE, ("sec-fetch-mode", "cors"), DOCUMENT],
            vec![HTML, ("x-requested-with", "XMLHttpRequest")],
            vec![HTML, ("x-requested-with", "xmlhttprequest")],
            vec![HTML, NAVIGATE, DOCUMENT, ("x-requested-with", "XMLHttpRequest")],
            vec![HTML, ("upgrade", "websocket")],
            vec![HTML, NAVIGATE, DOCUMENT, ("upgrade", "h2c")],
        ] {
            assert!(!is_navigation(&headers(&script)), "{script:?}");
        }
    }

    #[test]
    fn only_what_was_read_is_asked_for_again_and_what_was_sent_leads_to_its_page() {
        let origin = "https://app.example.org";
        let back = |method: &str, given: &[(&str, &str)]| path_back(method, &headers(given), origin, "/orders?x=1");
        for method in ["GET", "HEAD"] {
            assert_eq!(back(method, &[("referer", "https://app.example.org/form")]), "/orders?x=1");
        }
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "get"] {
            assert_eq!(back(method, &[("referer", "https://app.example.org/form?a=b#c")]), "/form?a=b", "{method}");
            assert_eq!(back(method, &[("referer", "https://app.example.org:443/form")]), "/form", "{method}");
        }
        for given in [
            vec![],
            vec![("referer", "https://login.example.net/authorize")],
            vec![("referer", "http://app.example.org/form")],
            vec![("referer", "https://app.example.org:8443/form")],
            vec![("referer", "https://app.example.org.evil.example/form")],
            vec![("referer", "about:blank")],
            vec![("referer", "/form")],
            vec![("referer", "https://app.example.org/a"), ("referer", "https://app.example.org/b")],
        ] {
            assert_eq!(back("POST", &given), "/", "{given:?}");
        }
    }

    #[test]
    fn the_way_back_is_one_value_of_the_sign_in_address() {
        let app_url = AppUrl::parse("https://app.example.org").unwrap();
        let next = ReturnTo::parse("/a?b=c&d=e", &app_url).unwrap();
        assert_eq!(destination(Decision::SignIn, Some(&next)), "/_auth/login?next=/a%3Fb%3Dc%26d%3De");
        assert_eq!(destination(Decision::SignIn, None), "/_auth/login");
        assert_eq!(destination(Decision::SetUp, Some(&next)), "/_auth/setup");
    }
}
