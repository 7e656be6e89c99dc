//! The middleware around actix-session: which cookies it receives, and the lifetime of its own.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use super::cookies::RequestCookies;
use super::{app_origin, settings};

/// Marks a request that opens a session: for how many seconds the browser keeps the session cookie, `None` until it is
/// closed.
pub(super) struct CookieLifetime(pub(super) Option<i64>);

/// Gives the session cookie of a response its name on this host and the lifetime of its session: actix-session has one
/// of each for all.
fn adapt_session_cookie(headers: &mut HeaderMap, of_actix: &str, name: &str, lifetime: Option<&CookieLifetime>) {
    let adapted = |cookie: &HeaderValue| {
        let value = cookie.to_str().ok()?.strip_prefix(of_actix)?.strip_prefix('=')?;
        let is_age = |part: &str| part.to_ascii_lowercase().starts_with("max-age=");
        let kept: Vec<&str> = value.split("; ").filter(|part| lifetime.is_none() || !is_age(part)).collect();
        let age =
            lifetime.and_then(|CookieLifetime(secs)| *secs).map_or_else(String::new, |s| format!("; Max-Age={s}"));
        HeaderValue::from_str(&format!("{name}={}{age}", kept.join("; "))).ok()
    };
    let all: Vec<HeaderValue> = headers.remove(SET_COOKIE).map(|cookie| adapted(&cookie).unwrap_or(cookie)).collect();
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
    let (settings, app) = (settings::of(req.request()), app_origin::of(req.request()));
    let names = settings.cookies_at(app.as_ref());
    let own = match RequestCookies::read_headers(req.headers(), &names) {
        Ok(found) => found.header(&names, &settings.cookies.session),
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
    let req = answer.request().clone();
    let (settings, app) = (settings::of(&req), app_origin::of(&req));
    let names = settings.cookies_at(app.as_ref());
    let lifetime = req.extensions_mut().remove::<CookieLifetime>();
    if lifetime.is_some() || names.session != settings.cookies.session {
        adapt_session_cookie(answer.headers_mut(), &settings.cookies.session, &names.session, lifetime.as_ref());
    }
    Ok(answer)
}
