//! Liveness, and readiness to answer requests.

use actix_web::{HttpRequest, HttpResponse};

use crate::http::error::HttpError;
use crate::http::settings;

/// The body of a positive answer.
pub const READY: &str = "ok";

/// The process is alive.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(READY)
}

/// The store answers too.
pub async fn ready(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    settings::accounts(&req).check_ready().await?;
    Ok(live().await)
}
