//! The public keys with which apps verify signed identities (S121; RFC 7517).

use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::http::settings;

/// Apps read the keys again after five minutes; a new one is published an hour before it signs.
const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The keys, on every host: an app may ask by an address of its network.
pub async fn show(req: HttpRequest) -> HttpResponse {
    let accounts = settings::accounts(&req);
    let (known, now) = (accounts.known_apps().await, accounts.clock().now());
    let keys: Vec<_> = known.keys.published(now).collect();
    HttpResponse::Ok().insert_header((CACHE_CONTROL, CACHING)).json(json!({ "keys": keys }))
}
