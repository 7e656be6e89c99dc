//! `/_auth/metrics` for Prometheus: with the token where one is set, else from loopback without a proxy in between.

use actix_web::{HttpRequest, HttpResponse};

use crate::http::error::HttpError;
use crate::http::{client_address, settings};

/// Headers that only a proxy writes; a request with one of them did not begin on this machine.
const OF_PROXIES: [&str; 6] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// The page of counts.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    if !may(&req) {
        return Err(HttpError::Forbidden("fault-metrics"));
    }
    let page = settings::accounts(&req).exposition().await;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(page))
}

fn may(req: &HttpRequest) -> bool {
    let forwarded = OF_PROXIES.iter().any(|name| req.headers().contains_key(*name));
    let has_token = settings::of(req).metrics_token.is_some();
    if !has_token && client_address::of(req).peer.is_loopback() && !forwarded {
        return true;
    }
    let given = req.headers().get("authorization").and_then(|value| value.to_str().ok()?.split_once(' '));
    given.is_some_and(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && settings::is_metrics_token(req, token.trim()))
}
