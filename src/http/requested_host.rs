//! The host that a request names, for the gate and for our own addresses alike (S112).

use actix_web::HttpRequest;
use actix_web::http::header::HOST;
use actix_web::http::uri::Authority;

use super::error::HttpError;

/// The host is missing, doubled, contradictory or without a canonical form.
pub const UNCLEAR: HttpError = HttpError::BadRequest("fault-host");

/// `host[:port]` as sent, if there is one. RFC 9112, section 3.2.2: an absolute target decides; an honest request has
/// the same in `Host`. Two different ones are refused.
pub fn of(req: &HttpRequest) -> Result<Option<&str>, HttpError> {
    let mut headers = req.headers().get_all(HOST);
    let header = headers.next().map(|value| value.to_str().map_err(|_fault| UNCLEAR)).transpose()?;
    if headers.next().is_some() {
        return Err(UNCLEAR);
    }
    match req.uri().authority().map(Authority::as_str) {
        Some(target) if header.is_none_or(|header| header.eq_ignore_ascii_case(target)) => Ok(Some(target)),
        Some(_) => Err(UNCLEAR),
        None => Ok(header),
    }
}
