//! Responses to visitors who have to sign in: a redirect for people, 401 for scripts.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, LOCATION, ORIGIN, USER_AGENT, WWW_AUTHENTICATE};
use serde_json::json;

use super::security_headers;
use super::settings::HttpSettings;
use super::token_carriers::has_mistyped;
use crate::accounts::Phase;
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::return_to::ReturnTo;
use crate::domain::text::Text;
use crate::texts;

/// What every browser calls itself.
const MOZILLA: &[u8] = b"Mozilla/";

/// The path of the sign-in page, with the return address.
pub fn sign_in_address(next: Option<&ReturnTo>) -> String {
    next.map_or_else(|| "/_auth/login".to_owned(), |next| format!("/_auth/login?next={}", next.query_escaped()))
}

/// The absolute address where somebody signs in to use the host of `app`, and returns to its start page; `None` is the
/// portal.
pub fn sign_in_url(app: Option<&Origin>, settings: &HttpSettings) -> String {
    app.map_or_else(|| settings.app_url.join(&sign_in_address(None)), |app| format!("{app}/_auth/begin"))
}

/// 303 to `location`, for a navigation.
pub fn redirect(location: &str, settings: &HttpSettings) -> HttpResponse {
    ours(HttpResponse::SeeOther().insert_header((LOCATION, location)).finish(), settings)
}

/// 401 with the absolute address of sign-in, for scripts and WebSockets.
pub fn unauthenticated(login_url: &str, settings: &HttpSettings) -> HttpResponse {
    ours(HttpResponse::Unauthorized().json(json!({ "error": "unauthenticated", "login_url": login_url })), settings)
}

/// [`unauthenticated`] for an app whose clients can send a machine token, in the headers that are `listed` too. One
/// that was mistyped belongs to the app (S119), but if nothing else lets the client in, it is worth a word.
pub fn unauthenticated_at_app(
    login_url: &str,
    request: &HeaderMap,
    listed: &[String],
    settings: &HttpSettings,
) -> HttpResponse {
    if settings.accounts.phase() != Phase::Claimed {
        return unauthenticated(login_url, settings);
    }
    let mut answer = if has_mistyped(request, listed) {
        let message = texts::say(Language::English, &Text::new("fault-token-mistyped"));
        let body = json!({ "error": "unauthenticated", "login_url": login_url, "message": message });
        ours(HttpResponse::Unauthorized().json(body), settings)
    } else {
        unauthenticated(login_url, settings)
    };
    challenge_program(request, &mut answer);
    answer
}

/// Tells a program that is no browser that it can send a machine token, with 401: calendar clients and git send their
/// credentials only when they are asked for them, and browsers would ask the person for a password.
pub fn challenge_program(request: &HeaderMap, answer: &mut HttpResponse) {
    const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"Portcullis\", charset=\"UTF-8\"");
    let agent = request.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_browser = request.contains_key("sec-fetch-mode")
        || request.contains_key(ORIGIN)
        || agent.windows(MOZILLA.len()).any(|part| part == MOZILLA);
    if !is_browser && answer.status() == StatusCode::UNAUTHORIZED {
        answer.headers_mut().insert(WWW_AUTHENTICATE, CHALLENGE);
    }
}

fn ours(mut answer: HttpResponse, settings: &HttpSettings) -> HttpResponse {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    security_headers::apply(answer.headers_mut(), settings, false);
    answer
}
