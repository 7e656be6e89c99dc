//! What the port for plain http answers: the same address with https, and nothing else (S135).

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};

use super::{app_origin, requested_host, settings, unread_body};
use crate::domain::origin::Origin;

/// Where authorities ask.
const CHALLENGES: &str = "/.well-known/acme-challenge/";

/// The redirect, for the host of `APP_URL` and those of apps. What a form has already sent in the clear is not sent on.
pub async fn lead_to_https(req: HttpRequest, payload: web::Payload) -> HttpResponse {
    let retained = unread_body::retain(req.headers(), &mut payload.into_inner());
    unread_body::until_answered(retained, answer(&req).await)
}

async fn answer(req: &HttpRequest) -> HttpResponse {
    if !matches!(*req.method(), Method::GET | Method::HEAD) {
        return say(StatusCode::FORBIDDEN, "Here only the way to https is shown: send this to the address with https.");
    }
    if let Some(token) = req.path().strip_prefix(CHALLENGES) {
        return challenge(req, token).await;
    }
    let Some(origin) = origin(req).await else {
        return say(StatusCode::NOT_FOUND, "There is nothing here under this name.");
    };
    let page = req.uri().path_and_query().map_or("/", |page| page.as_str());
    if !page.starts_with('/') {
        return say(StatusCode::BAD_REQUEST, "This is no address of a page.");
    }
    let mut answer = HttpResponse::PermanentRedirect();
    harmless(answer.insert_header((LOCATION, format!("{origin}{page}")))).finish()
}

/// The answer to an authority that asks whether the name is ours (RFC 8555, section 8.3): only to what was ordered here
/// (S133).
async fn challenge(req: &HttpRequest, token: &str) -> HttpResponse {
    let host = requested_host::of(req).ok().flatten().and_then(|host| Origin::parse(false, host));
    let Some(host) = host else { return say(StatusCode::NOT_FOUND, "There is no such challenge.") };
    match settings::accounts(req).http_challenge(host.host(), token).await {
        Ok(Some(answer)) => {
            harmless(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/octet-stream"))).body(answer)
        }
        Ok(None) => say(StatusCode::NOT_FOUND, "There is no such challenge."),
        Err(fault) => {
            tracing::warn!(%fault, "a challenge of an authority could not be answered");
            say(StatusCode::SERVICE_UNAVAILABLE, "This cannot be answered right now.")
        }
    }
}

/// The origin, with https, of the host that the request names; whatever port it names.
async fn origin(req: &HttpRequest) -> Option<String> {
    let host = Origin::parse(false, requested_host::of(req).ok()??)?;
    let app_url = &settings::of(req).app_url;
    if host.host() == app_url.canonical().host() {
        return Some(app_url.origin().to_owned());
    }
    app_origin::named(req, host.host()).await.map(|origin| origin.to_string())
}

fn say(status: StatusCode, words: &'static str) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    harmless(answer.insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))).body(format!("{words}\n"))
}

/// What every answer says (S67).
fn harmless(answer: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    answer
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((CACHE_CONTROL, "no-store"))
}
