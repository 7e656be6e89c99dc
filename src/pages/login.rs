//! Signing in.

use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::legacy;
use super::passkey_button::Button;
use super::see_other;
use super::signed_in::{self, Keep, next_of, way_back};
use crate::accounts::{AccountError, Phase};
use crate::domain::email::Email;
use crate::domain::return_to::encode_query;
use crate::http::authenticator::{Authentication, client};
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::page::{Layout, page};
use crate::http::{forms, settings};

#[derive(Template)]
#[template(path = "pages/login.html")]
struct LoginPage<'a> {
    layout: Layout,
    csrf_token: String,
    next: &'a str,
    email: &'a str,
    refused: bool,
    keep: bool,
    passkey: Option<Button>,
}

/// Where to go afterwards, and who is expected.
#[derive(Deserialize)]
pub struct Query {
    next: Option<String>,
    email: Option<String>,
}

/// Address and password.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AccountForm {
    email: String,
    password: String,
    next: String,
    #[serde(flatten)]
    keep: Keep,
}

/// What the form shows.
struct Shown<'a> {
    next: &'a str,
    email: &'a str,
    refused: bool,
    keep: bool,
}

/// The form; a signed-in visitor is redirected.
pub async fn show(
    authentication: Authentication,
    req: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, HttpError> {
    if settings::accounts(&req).phase() == Phase::Unclaimed {
        return Ok(see_other("/_auth/setup"));
    }
    let next = query.next.as_deref().unwrap_or("");
    if matches!(authentication, Authentication::SignedIn(_)) {
        return Ok(see_other(&way_back(&req, next)));
    }
    if let Some(answer) = legacy::show(&req, next).await? {
        return Ok(answer);
    }
    let email = query.email.as_deref().and_then(|email| Email::parse(email).ok());
    let shown = Shown { next, email: email.as_ref().map_or("", Email::as_str), refused: false, keep: true };
    form(&req, StatusCode::OK, &shown)
}

/// Signs in and goes back to the page asked for. The form posts to its own address, whose `#fragment` the browser then
/// carries on.
pub async fn submit(req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    match accounts.phase() {
        Phase::Unclaimed => return Ok(see_other("/_auth/setup")),
        Phase::Legacy => return legacy::submit(&req, query.into_inner().next).await,
        Phase::Claimed => {}
    }
    let Checked(typed) = Checked::<AccountForm>::extract(&req).await?;
    let next = next_of(typed.next, query.into_inner().next);
    let keep = typed.keep.is_wanted();
    match accounts.sign_in(&typed.email, typed.password, keep, client(&req)).await {
        Ok(outcome) => signed_in::answer_step(&req, &outcome, &way_back(&req, &next), &next),
        Err(AccountError::InvalidCredentials) => {
            let shown = Shown { next: &next, email: &typed.email, refused: true, keep };
            form(&req, StatusCode::UNAUTHORIZED, &shown)
        }
        Err(AccountError::TooMany { retry_after }) => Err(HttpError::SignInThrottled { retry_after }),
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, status: StatusCode, shown: &Shown<'_>) -> Result<HttpResponse, HttpError> {
    let &Shown { next, email, refused, keep } = shown;
    let (layout, csrf_token, passkey) = (Layout::new(req, "sign-in"), forms::token(req), Button::sign_in(req)?);
    Ok(page(status, &LoginPage { layout, csrf_token, next, email, refused, keep, passkey }))
}

/// The sign-in page for somebody who has just chosen a password or an address.
pub(super) fn after(flash: Flash, email: &Email) -> HttpResponse {
    flash.at(&format!("/_auth/login?email={}", encode_query(email.as_str())))
}
