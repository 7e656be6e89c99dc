//! Where a visitor is redirected who is not admitted.

use actix_web::http::header::{HeaderMap, REFERER};

use super::target::Target;
use crate::domain::access::Denial;
use crate::domain::app_url::{self, AppUrl};
use crate::domain::link_query;
use crate::domain::return_to::{ReturnTo, encode_query};
use crate::http::authenticator::Verdict;
use crate::http::error::HttpError;
use crate::http::navigation::is_navigation;
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

/// Where a visitor is led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    origin: String,
    path: String,
    is_here: bool,
}

impl Destination {
    /// The absolute address.
    pub(super) fn absolute(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// The value of `Location` for a browser that is on the host of the app.
    pub(super) fn location(&self) -> String {
        if self.is_here { self.path.clone() } else { self.absolute() }
    }
}

/// Whether the visitor is led to the step that is missing. Only people can prove a second factor: scripts are refused,
/// and so is the deprecated mode, which has no account.
pub(super) fn is_led(denial: Denial, verdict: Option<&Verdict>, headers: &HeaderMap) -> bool {
    match denial {
        Denial::SetUp | Denial::SignIn | Denial::Prove => true,
        Denial::Factor => is_navigation(headers) && verdict.is_some_and(|verdict| verdict.who.person().is_some()),
        Denial::Forbidden | Denial::Token => false,
    }
}

/// Where the visitor of `target` is led: to set-up, to a new proof of their identity, or to sign-in, with the return
/// address. All are at the portal; on the host of another app sign-in begins with the hand-over.
pub(super) fn destination(denial: Denial, target: &Target<'_>, headers: &HeaderMap, app_url: &AppUrl) -> Destination {
    let origin = target.origin().to_string();
    let is_at_portal = target.app_origin().is_none();
    let back = || {
        let path = path_back(target.method, headers, &origin, target.path_and_query);
        link_query::without_tokens(&path).into_owned()
    };
    let at_portal = |path: String| Destination { origin: app_url.origin().to_owned(), path, is_here: is_at_portal };
    match denial {
        Denial::SetUp => at_portal("/_auth/setup".to_owned()),
        Denial::Prove | Denial::Factor => {
            let next = if is_at_portal { back() } else { format!("{origin}{}", back()) };
            let factor = if denial == Denial::Factor { "&factor=on" } else { "" };
            at_portal(format!("/_auth/confirm?next={}{factor}", encode_query(&next)))
        }
        _ if is_at_portal => at_portal(sign_in_address(ReturnTo::parse(&back(), app_url).as_ref())),
        _ => {
            let path = format!("/_auth/begin?next={}", encode_query(&back()));
            Destination { origin, path, is_here: true }
        }
    }
}

/// Why a visitor whom no sign-in would help is refused.
pub(super) fn refusal(denial: Denial, target: &Target<'_>, verdict: Option<&Verdict>) -> HttpError {
    let (app, who) = (target.app().name.clone(), verdict.map(|verdict| verdict.who.name().to_owned()));
    tracing::info!(app, who, reason = ?denial, "refused a request by the rules of the app");
    match denial {
        Denial::Factor => HttpError::Forbidden("fault-needs-factor"),
        Denial::SetUp | Denial::SignIn | Denial::Prove | Denial::Forbidden | Denial::Token => {
            HttpError::NotForYou { app, who }
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

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
}
