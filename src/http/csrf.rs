//! Protection against cross-site requests: pages and forms are for navigations only, since scripts of the app share our
//! origin.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

use super::error::{self, Audience, HttpError};
use super::{app_origin, language, settings};

/// Middleware for pages and forms: refuses requests that are not navigations to a document, according to their headers.
pub async fn only_navigations<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let says =
        |name: &str, allowed: &str| req.headers().get_all(name).all(|value| value.as_bytes() == allowed.as_bytes());
    if says("sec-fetch-mode", "navigate")
        && says("sec-fetch-dest", "document")
        && !req.headers().contains_key("service-worker")
    {
        return next.call(req).await.map(ServiceResponse::map_into_left_body);
    }
    let refused = error::respond(
        &HttpError::Forbidden("fault-navigation"),
        Audience::Page,
        settings::of(req.request()),
        language::of(req.request()),
    );
    Ok(req.into_response(refused).map_into_right_body())
}

/// Whether an unsafe request comes from our own origin (S61): by fetch metadata, else `Origin`, else `Referer`.
pub fn check_origin(req: &HttpRequest) -> Result<(), HttpError> {
    // A repeated header cannot be trusted.
    let header = |name: &str| {
        let mut values = req.headers().get_all(name);
        let first = values.next()?;
        Some(if values.next().is_some() {
            "more than one origin"
        } else {
            first.to_str().unwrap_or("something unreadable")
        })
    };
    let app = app_origin::of(req).map(|app| app.to_string());
    let own = app.as_deref().unwrap_or_else(|| settings::of(req).app_url.origin());
    let received = header("origin").map(str::to_owned).or_else(|| header("referer").and_then(origin_of));
    let fine = match header("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => received.as_deref() == Some(own),
    };
    if fine {
        return Ok(());
    }
    tracing::info!(origin = received.as_deref().unwrap_or("none"), app_url = own, "refused a form of another origin");
    Err(HttpError::Csrf { received: received.unwrap_or_else(|| "-".to_owned()) })
}

/// Whether the browser was sent here by a page of another origin.
pub fn is_from_elsewhere(req: &HttpRequest) -> bool {
    req.headers().get_all("sec-fetch-site").any(|site| !matches!(site.as_bytes(), b"same-origin" | b"none"))
}

fn origin_of(referer: &str) -> Option<String> {
    crate::domain::app_url::origin_of(referer)
}
