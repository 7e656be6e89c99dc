//! Whether the process lives, and whether it can answer.

use actix_web::{HttpRequest, HttpResponse};

use crate::http::error::HttpError;
use crate::http::settings;

/// What a server says that is ready.
pub const READY: &str = "ok";

/// The process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(READY)
}

/// The store answers too.
pub async fn ready(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    settings::accounts(&req).check_ready().await?;
    Ok(live().await)
}
