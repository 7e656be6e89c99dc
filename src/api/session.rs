//! Who is signed in, for scripts of the app behind.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::domain::access::Identity;
use crate::http::jwt::AnySession;
use crate::http::settings;

/// The session as JSON.
pub async fn show(session: AnySession, req: HttpRequest) -> HttpResponse {
    let (email, name, role) = match &session.who().who {
        Identity::User { email, name, role, .. } => (email.as_str(), name.as_str(), role.as_str()),
        Identity::Legacy { .. } => ("", "", ""),
    };
    let left = session.seconds_left(settings::accounts(&req).clock().now());
    HttpResponse::Ok().json(json!({ "user": { "email": email, "name": name, "role": role }, "expires_in": left }))
}
