//! Whether a person or a script is waiting for the response.

use actix_web::http::header::HeaderMap;

/// The destinations of a navigation: a page, or one in a frame.
const DOCUMENTS: [&[u8]; 3] = [b"document", b"iframe", b"frame"];

/// Whether a request is a navigation: according to `Sec-Fetch-Mode` and `Sec-Fetch-Dest` or, without them, if `Accept`
/// names text/html. Never a request that a script marks as its own, nor an upgrade request.
pub fn is_navigation(headers: &HeaderMap) -> bool {
    // Android's WebViews send the name of their app.
    let is_script =
        headers.get_all("x-requested-with").any(|with| with.as_bytes().eq_ignore_ascii_case(b"xmlhttprequest"));
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

fn names_html(accept: &[u8]) -> bool {
    accept.split(|byte| *byte == b',').any(|range| {
        let kind = range.split(|byte| *byte == b';').next().unwrap_or_default();
        kind.trim_ascii().eq_ignore_ascii_case(b"text/html")
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

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
}
