//! Who is signed in, for scripts of the app behind.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::domain::access::Identity;
use crate::http::error::HttpError;
use crate::http::signed_in::{Passport, Standing, guard};
use crate::http::{fetch_metadata, settings};

/// The session as JSON, without rotating.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    match guard(&req).check(&req).await? {
        Standing::SignedIn(passport) => Ok(describe(&req, &passport)),
        Standing::Anonymous => Ok(unauthenticated(&req)),
    }
}

/// The session as JSON after a refresh where one is due; checked by origin alone.
pub async fn refresh(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    fetch_metadata::check_origin(&req)?;
    let (standing, renewal) = guard(&req).check_and_refresh(&req).await?;
    let mut answer = match standing {
        Standing::SignedIn(passport) => describe(&req, &passport),
        Standing::Anonymous => unauthenticated(&req),
    };
    guard(&req).append_renewal(&req, renewal, answer.headers_mut()).await;
    Ok(answer)
}

fn describe(req: &HttpRequest, passport: &Passport) -> HttpResponse {
    let (email, name, role) = match &passport.who.who {
        Identity::User { email, name, role, .. } => (email.as_str(), name.as_str(), role.as_str()),
        Identity::Legacy { .. } => ("", "", ""),
    };
    let left = passport.seconds_left(settings::accounts(req).clock().now());
    HttpResponse::Ok().json(json!({ "user": { "email": email, "name": name, "role": role }, "expires_in": left }))
}

fn unauthenticated(req: &HttpRequest) -> HttpResponse {
    HttpResponse::Unauthorized().json(json!({ "error": "unauthenticated", "login_url": settings::of(req).app_url.join("/_auth/login") }))
}
