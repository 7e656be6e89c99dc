//! Where a visitor is redirected who is not admitted.

use actix_web::http::header::{HeaderMap, REFERER};

use crate::domain::access::Denial;
use crate::domain::app_url;
use crate::domain::return_to::ReturnTo;
use crate::http::unauthenticated::sign_in_address;

/// The path to return to after sign-in: `asked` for a safe method. A form submission must not be repeated with GET, so
/// it returns to the page of `origin` from which it was sent, else to the start page.
pub(super) fn path_back(method: &str, headers: &HeaderMap, origin: &str, asked: &str) -> String {
    if matches!(method, "GET" | "HEAD") {
        return asked.to_owned();
    }
    let mut referers = headers.get_all(REFERER);
    let page = referers
        .next()
        .filter(|_| referers.next().is_none())
        .and_then(|referer| app_url::path_on(referer.to_str().ok()?, origin));
    page.unwrap_or_else(|| "/".to_owned())
}

/// The path to redirect to: set-up, or sign-in with the return address.
pub(super) fn destination(denial: Denial, next: Option<&ReturnTo>) -> String {
    match (denial, next) {
        (Denial::SetUp, _) => "/_auth/setup".to_owned(),
        (Denial::SignIn, next) => sign_in_address(next),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::domain::app_url::AppUrl;

    fn headers(given: &[(&str, &str)]) -> HeaderMap {
        let request = given.iter().fold(TestRequest::default(), |request, header| request.append_header(*header));
        request.to_http_request().headers().clone()
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
        assert_eq!(destination(Denial::SignIn, Some(&next)), "/_auth/login?next=/a%3Fb%3Dc%26d%3De");
        assert_eq!(destination(Denial::SignIn, None), "/_auth/login");
        assert_eq!(destination(Denial::SetUp, Some(&next)), "/_auth/setup");
    }
}
