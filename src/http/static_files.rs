//! Embedded static files under names that carry a hash of their content.

use std::sync::OnceLock;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};

use super::error::HttpError;

const CSS: &str = include_str!("../../static/app.css");
const LOGO: &str = include_str!("../../static/favicon.svg");

/// The address of the stylesheet.
pub fn css_path() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| format!("/_auth/static/app-{:016x}.css", fingerprint(CSS)))
}

/// The address of the logo, which is the icon too.
pub fn logo_path() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| format!("/_auth/static/logo-{:016x}.svg", fingerprint(LOGO)))
}

/// Serves one of the files, for good.
pub async fn serve(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let (kind, content) = match req.path() {
        path if path == css_path() => ("text/css; charset=utf-8", CSS),
        path if path == logo_path() => ("image/svg+xml", LOGO),
        _ => return Err(HttpError::NotFound),
    };
    Ok(HttpResponse::Ok().content_type(kind).insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable")).body(content))
}

/// FNV-1a: tells versions apart, no more.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
