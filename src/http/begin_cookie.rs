//! The cookie of a hand-over that has begun (S116).

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;

use super::cookies::{self, CookieValue, RequestCookies};
use super::settings;
use crate::crypto::nonce as nonces;
use crate::domain::origin::Origin;

/// How long a browser may take from the beginning to the end, sign-in included, in seconds.
const BEGIN_SECS: i64 = 600;

/// The nonce of the hand-over that this browser has begun at `app`.
pub fn nonce(req: &HttpRequest, app: &Origin) -> Option<String> {
    let names = settings::of(req).cookies_at(Some(app));
    let found = RequestCookies::read(req, &names)?.begin.map(CookieValue::text)?;
    nonces::is_well_formed(found).then(|| found.to_owned())
}

/// A nonce for a browser that begins.
pub fn new_nonce() -> String {
    nonces::new()
}

/// What the portal gets to know of a nonce.
pub fn bind_of(nonce: &str) -> String {
    nonces::digest(nonce)
}

/// Whether `bind` can be what [`bind_of`] returns.
pub fn is_bind(bind: &str) -> bool {
    nonces::is_well_formed(bind)
}

/// Sets the cookie with the nonce, or removes it.
pub fn set_nonce(req: &HttpRequest, app: &Origin, nonce: Option<&str>, headers: &mut HeaderMap) {
    let names = settings::of(req).cookies_at(Some(app));
    let cookie =
        nonce.map_or_else(|| names.set(&names.begin, "", 0), |nonce| names.set(&names.begin, nonce, BEGIN_SECS));
    cookies::append(headers, cookie.into_iter().collect());
}
