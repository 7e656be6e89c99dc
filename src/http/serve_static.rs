//! The handler that serves the static files.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse};

use super::error::HttpError;
use super::settings;

/// Serves one of the files, cacheable for ever.
pub async fn serve(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let file = settings::of(&req).files.find(req.path()).ok_or(HttpError::NotFound)?;
    let answer = HttpResponse::Ok()
        .content_type(file.kind)
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(file.content.clone());
    Ok(answer)
}
