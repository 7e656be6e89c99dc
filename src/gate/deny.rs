//! The answers to those who are not let through: a way to sign in for people, 401 for scripts.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, LOCATION};
use serde_json::json;

use crate::domain::access::Decision;
use crate::domain::return_to::ReturnTo;
use crate::http::security_headers;
use crate::http::settings::HttpSettings;

/// Whether a request is a navigation: `Accept` names text/html, no `X-Requested-With`, and `Sec-Fetch-Mode`, if sent, says so.
pub(super) fn is_navigation(headers: &HeaderMap) -> bool {
    let mut modes = headers.get_all("sec-fetch-mode");
    modes.all(|mode| mode.as_bytes() == b"navigate")
        && !headers.contains_key("x-requested-with")
        && !headers.contains_key("upgrade")
        && headers.get_all("accept").any(|accept| names_html(accept.as_bytes()))
}

fn names_html(accept: &[u8]) -> bool {
    accept.split(|byte| *byte == b',').any(|range| {
        let kind = range.split(|byte| *byte == b';').next().unwrap_or_default();
        kind.trim_ascii().eq_ignore_ascii_case(b"text/html")
    })
}

/// The path on our origin where the visitor gets on: set-up, or sign-in with the way back.
pub(super) fn destination(decision: &Decision, next: Option<&ReturnTo>) -> String {
    match (decision, next) {
        (Decision::SetUpFirst, _) => "/_auth/setup".to_owned(),
        (Decision::SignInFirst | Decision::Allow(_), None) => "/_auth/login".to_owned(),
        (Decision::SignInFirst | Decision::Allow(_), Some(next)) => format!("/_auth/login?next={}", next.query_escaped()),
    }
}

/// 303 to `location`, for a navigation.
pub(super) fn redirect(location: &str, settings: &HttpSettings) -> HttpResponse {
    ours(HttpResponse::SeeOther().insert_header((LOCATION, location)).finish(), settings)
}

/// 401 with the absolute sign-in address, for scripts and WebSockets.
pub(super) fn unauthenticated(destination: &str, settings: &HttpSettings) -> HttpResponse {
    let login_url = settings.app_url.join(destination);
    ours(HttpResponse::Unauthorized().json(json!({ "error": "unauthenticated", "login_url": login_url })), settings)
}

fn ours(mut answer: HttpResponse, settings: &HttpSettings) -> HttpResponse {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    security_headers::apply(answer.headers_mut(), settings, false);
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::domain::app_url::AppUrl;

    const HTML: (&str, &str) = ("accept", "application/xhtml+xml, Text/HTML;q=0.9,*/*;q=0.8");

    fn navigates(headers: &[(&str, &str)]) -> bool {
        let mut request = TestRequest::default();
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        is_navigation(request.to_http_request().headers())
    }

    #[test]
    fn a_request_that_takes_html_is_a_navigation() {
        assert!(navigates(&[HTML]));
        assert!(navigates(&[HTML, ("sec-fetch-mode", "navigate")]));
        assert!(navigates(&[("accept", "image/png"), ("accept", "text/html")]));
    }

    #[test]
    fn everything_else_is_a_script() {
        for script in [
            vec![],
            vec![("accept", "*/*")],
            vec![("accept", "text/html-sandboxed")],
            vec![("accept", "application/json; x=\"text/html\"")],
            vec![HTML, ("x-requested-with", "XMLHttpRequest")],
            vec![HTML, ("sec-fetch-mode", "cors")],
            vec![HTML, ("sec-fetch-mode", "navigate"), ("sec-fetch-mode", "cors")],
            vec![HTML, ("upgrade", "websocket")],
        ] {
            assert!(!navigates(&script), "{script:?}");
        }
    }

    #[test]
    fn the_way_back_is_one_value_of_the_sign_in_address() {
        let app_url = AppUrl::parse("https://app.example.org").unwrap();
        let next = ReturnTo::parse("/a?b=c&d=e", &app_url, None).unwrap();
        assert_eq!(destination(&Decision::SignInFirst, Some(&next)), "/_auth/login?next=/a%3Fb%3Dc%26d%3De");
        assert_eq!(destination(&Decision::SignInFirst, None), "/_auth/login");
        assert_eq!(destination(&Decision::SetUpFirst, Some(&next)), "/_auth/setup");
    }
}
