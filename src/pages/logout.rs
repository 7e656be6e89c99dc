//! Signing out: POST only (S48), here and everywhere.

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::form::FormPage;
use super::see_other;
use crate::accounts::sign_out::Ending;
use crate::domain::ids::SessionId;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::jwt::AnySession;
use crate::http::page::Menu;
use crate::http::{carriers, client_address, settings};

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// The one button, for whoever was led here by the host of an app.
pub async fn show(session: AnySession, req: HttpRequest) -> HttpResponse {
    FormPage::new(&req, "sign-out", Menu::of(session.who()), "/_auth/logout", "sign-out").answer(&req)
}

/// Ends this session, and with it those on the hosts of apps.
pub async fn submit(session: AnySession, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    end(&session, &req, Ending::This, Flash::SignedOut.at("/_auth/login")).await
}

/// Ends all of the user's sessions.
pub async fn end_all(session: AnySession, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    end(&session, &req, Ending::Everywhere, Flash::SignedOut.at("/_auth/login")).await
}

/// Ends the user's sessions in other browsers.
pub async fn end_others(session: AnySession, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    end(&session, &req, Ending::Others, see_other("/_auth/account")).await
}

/// Ends one of the user's sessions.
pub async fn end_one(session: AnySession, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let id = SessionId::parse(&id).ok_or(HttpError::NotFound)?;
    end(&session, &req, Ending::One(id), see_other("/_auth/account")).await
}

async fn end(
    session: &AnySession,
    req: &HttpRequest,
    ending: Ending,
    mut answer: HttpResponse,
) -> Result<HttpResponse, HttpError> {
    let leaves = matches!(ending, Ending::This | Ending::Everywhere);
    settings::accounts(req).end_own(session.who(), ending, client_address::of(req).client.to_string()).await?;
    if leaves {
        carriers::end(req, answer.headers_mut());
        // Pages of the app in the browser's cache must not be shown to the next person.
        answer.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    }
    Ok(answer)
}
