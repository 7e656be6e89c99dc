//! Security headers on all our responses, redirects and errors included (S66, S67).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
};
use actix_web::middleware::Next;
use actix_web::web::Query;
use actix_web::{Error, HttpRequest};

use super::settings::{self, HttpSettings};
use super::{app_origin, browser_origin};
use crate::domain::app_url::{self, AppUrl};
use crate::domain::origin::Origin;

/// Our `Strict-Transport-Security`, valid for a year.
pub const ONLY_HTTPS: &str = "max-age=31536000";

/// Pages and redirects of a hand-over: their addresses are nobody else's business, not even as an origin (S116).
const ADDRESSES_WITH_SECRETS: [&str; 3] = ["/_auth/begin", "/_auth/handover", "/_auth/enter"];

/// Pages whose forms may lead to the host of an app.
const FORMS_ON_THE_WAY: [&str; 3] = ["/_auth/login", "/_auth/login/factor", "/_auth/confirm"];

/// Adds the headers; those that a response has set itself are kept.
pub fn apply(headers: &mut HeaderMap, settings: &HttpSettings, html: bool) {
    let mut set = |name: &'static str, value: &str| {
        let name = HeaderName::from_static(name);
        if let (false, Ok(value)) = (headers.contains_key(&name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    };
    set("content-security-policy", &policy(settings, &settings.app_url, None));
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

/// The policy of a page that was opened at `origin`, and whose form may lead to the host of `app`.
fn policy(settings: &HttpSettings, origin: &AppUrl, app: Option<&Origin>) -> String {
    // Only our one script and no other file of this origin, which we share with the app (S66).
    let script = origin.join(&settings.files.script.path);
    let app = app.map_or_else(String::new, |app| format!(" {app}"));
    format!(
        "default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; form-action 'self'{app}; \
            base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )
}

/// The app to which the form of a sign-in or of a proof leads, by hand-over or straight: browsers apply `form-action`
/// to the redirects after a form, too.
async fn app_after_form(req: &HttpRequest) -> Option<Origin> {
    let value = |address: &str, name: &str| {
        let query = address.split_once('?')?.1;
        let fields = Query::<Vec<(String, String)>>::from_query(query).ok()?.into_inner();
        fields.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    };
    let next = value(FORMS_ON_THE_WAY.contains(&req.path()).then(|| req.uri().path_and_query())??.as_str(), "next")?;
    let origin =
        if next.starts_with("/_auth/handover?") { value(&next, "origin")? } else { app_url::origin_of(&next)? };
    let origin = Origin::parse_canonical(&origin)?;
    app_origin::app_at(req, &origin).await.ok()?.map(|_app| origin)
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
    if html {
        let (other, app) = (browser_origin::other_address(&request), app_after_form(&request).await);
        let policy = policy(settings, other.as_ref().unwrap_or(&settings.app_url), app.as_ref());
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
        }
    }
    if ADDRESSES_WITH_SECRETS.contains(&request.path()) {
        response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    apply(response.headers_mut(), settings, html);
    Ok(response)
}
