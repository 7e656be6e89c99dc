//! Security headers on all our responses, redirects and errors included (S66, S67).

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use actix_web::middleware::Next;

use super::browser_origin;
use super::settings::{self, HttpSettings};
use crate::domain::app_url::AppUrl;

/// Our `Strict-Transport-Security`, valid for a year.
pub const ONLY_HTTPS: &str = "max-age=31536000";

/// Adds the headers; those that a response has set itself are kept.
pub fn apply(headers: &mut HeaderMap, settings: &HttpSettings, html: bool) {
    let mut set = |name: &'static str, value: &str| {
        let name = HeaderName::from_static(name);
        if let (false, Ok(value)) = (headers.contains_key(&name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    };
    set("content-security-policy", &policy(settings, &settings.app_url));
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "strict-origin");
    set("x-frame-options", "DENY");
    set("cross-origin-resource-policy", "same-origin");
    if html {
        set("cross-origin-opener-policy", "same-origin");
    }
    if settings.app_url.is_https() {
        set("strict-transport-security", ONLY_HTTPS);
        // The app shares our origin: none of its policies may have our URLs reported to others.
        set("nel", r#"{"report_to":"none","max_age":0}"#);
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// The policy of a page that was opened at `origin`.
fn policy(settings: &HttpSettings, origin: &AppUrl) -> String {
    // Only our one script and no other file of this origin, which we share with the app (S66).
    let script = origin.join(&settings.files.script.path);
    format!(
        "default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri \
            'none'; object-src 'none'; frame-ancestors 'none'"
    )
}

/// Middleware for everything below `/_auth`.
pub async fn add(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(req).await?;
    let request = response.request().clone();
    let html = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let settings = settings::of(&request);
    if html
        && let Some(origin) = browser_origin::other_address(&request)
        && let Ok(policy) = HeaderValue::from_str(&policy(settings, &origin))
    {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    apply(response.headers_mut(), settings, html);
    Ok(response)
}
