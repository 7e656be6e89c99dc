//! Who is signed in, for scripts of the app behind the gate.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::http::jwt::AnySession;
use crate::http::settings;

/// The session as JSON.
pub async fn show(session: AnySession, req: HttpRequest) -> HttpResponse {
    let (email, name, role) = session
        .who()
        .person()
        .map_or(("", "", ""), |person| (person.email.as_str(), person.name.as_str(), person.role.as_str()));
    let left = session.seconds_left(settings::accounts(&req).clock().now());
    HttpResponse::Ok().json(json!({ "user": { "email": email, "name": name, "role": role }, "expires_in": left }))
}
