//! The middleware around actix-session: which cookies it receives, and the lifetime of its own.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use super::cookies::{CookieNames, RequestCookies};
use super::settings;

/// Marks a request whose new session ends when the browser is closed.
pub(super) struct UntilClosed;

/// Removes the lifetime from the session cookie: actix-session has one setting for all sessions.
fn shorten_session_cookie(headers: &mut HeaderMap, names: &CookieNames) {
    let shortened = |cookie: &HeaderValue| {
        let text = cookie
            .to_str()
            .ok()
            .filter(|text| text.strip_prefix(names.session.as_str()).is_some_and(|rest| rest.starts_with('=')))?;
        let kept: Vec<&str> =
            text.split("; ").filter(|part| !part.to_ascii_lowercase().starts_with("max-age=")).collect();
        HeaderValue::from_str(&kept.join("; ")).ok()
    };
    let all: Vec<HeaderValue> = headers.remove(SET_COOKIE).map(|cookie| shortened(&cookie).unwrap_or(cookie)).collect();
    for cookie in all {
        headers.append(SET_COOKIE, cookie);
    }
}

/// Middleware for the pages: keeps only the cookies that we accept as ours. actix-session parses `Cookie` headers
/// itself: it trims and decodes names, takes the first of several, and finds none at all next to invalid UTF-8. This
/// way both find the same (S39).
pub async fn keep_own(
    mut req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let names = &settings::of(req.request()).cookies;
    let own = match RequestCookies::read_headers(req.headers(), names) {
        Ok(found) => found.header(names),
        Err(fault) => {
            req.extensions_mut().insert(fault);
            None
        }
    };
    let headers = req.headers_mut();
    headers.remove(COOKIE);
    if let Some(own) = own {
        headers.insert(COOKIE, own);
    }
    let mut answer = next.call(req).await?;
    if answer.request().extensions().contains::<UntilClosed>() {
        let req = answer.request().clone();
        shorten_session_cookie(answer.headers_mut(), &settings::of(&req).cookies);
    }
    Ok(answer)
}
