//! Signing out: POST alone (S48), here and everywhere.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::see_other;
use crate::accounts::sign_out::Ending;
use crate::domain::ids::SessionId;
use crate::http::error::HttpError;
use crate::http::signed_in::{Standing, guard};
use crate::http::{carriers, client_address, forms, settings};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// Ends this session.
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    end(&req, payload, Ending::This, "/_auth/login?flash=signed-out").await
}

/// Ends every own session.
pub async fn end_all(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    end(&req, payload, Ending::Everywhere, "/_auth/login?flash=signed-out").await
}

/// Ends the own sessions of other browsers.
pub async fn end_others(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    end(&req, payload, Ending::Others, "/_auth/account").await
}

/// Ends one own session.
pub async fn end_one(req: HttpRequest, payload: web::Payload, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let id = SessionId::parse(&id).ok_or(HttpError::NotFound)?;
    end(&req, payload, Ending::One(id), "/_auth/account").await
}

async fn end(req: &HttpRequest, payload: web::Payload, ending: Ending, location: &str) -> Result<HttpResponse, HttpError> {
    let standing = guard(req).check(req).await?;
    let Standing::SignedIn(passport) = &standing else { return Ok(see_other("/_auth/login")) };
    forms::take(req, payload, &standing).await?;
    let leaves = matches!(ending, Ending::This | Ending::Everywhere);
    settings::accounts(req).end_own(&passport.who, ending, client_address::of(req).client.to_string()).await?;
    let mut answer = see_other(location);
    if leaves {
        carriers::end(req, answer.headers_mut());
        // Pages of the app that the browser kept are not for who comes next.
        answer.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    }
    Ok(answer)
}
