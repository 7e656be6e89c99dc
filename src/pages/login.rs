//! Signing in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::legacy::{self, PairForm};
use super::see_other;
use super::signed_in::{self, Keep, way_back};
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
}

/// Where to go afterwards, which message to show, and who is expected.
#[derive(Deserialize)]
pub struct Query {
    next: Option<String>,
    email: Option<String>,
}

/// Who wants to sign in, and where to: with an account, or with the pair of the deprecated mode.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum SignInForm {
    /// With the pair; first, since every field of the other form may be missing.
    Pair(PairForm),
    /// With an account.
    Account(AccountForm),
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

/// The values shown in the form.
#[derive(Default)]
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
    Ok(form(&req, StatusCode::OK, shown))
}

/// Signs in and returns to the requested page. The form posts to its own address, so that the browser preserves the
/// `#fragment`.
pub async fn submit(
    req: HttpRequest,
    query: web::Query<Query>,
    Checked(typed): Checked<SignInForm>,
) -> Result<HttpResponse, HttpError> {
    let typed_next = match &typed {
        SignInForm::Pair(typed) => typed.next.clone(),
        SignInForm::Account(typed) => typed.next.clone(),
    };
    let next = Some(typed_next).filter(|next| !next.is_empty()).or(query.into_inner().next).unwrap_or_default();
    let location = way_back(&req, &next);
    let typed = match typed {
        SignInForm::Account(typed) => typed,
        SignInForm::Pair(typed) => match legacy::submit(&req, typed, &next, &location).await? {
            Some(answer) => return Ok(answer),
            None => {
                return Ok(form(
                    &req,
                    StatusCode::UNAUTHORIZED,
                    Shown { next: &next, refused: true, ..Shown::default() },
                ));
            }
        },
    };
    let (accounts, keep) = (settings::accounts(&req), typed.keep.is_wanted());
    match accounts.sign_in(&typed.email, typed.password, keep, client(&req)).await {
        Ok(new) => signed_in::answer(&req, &new, &location),
        Err(AccountError::InvalidCredentials) => {
            let shown = Shown { next: &next, email: &typed.email, refused: true, keep };
            Ok(form(&req, StatusCode::UNAUTHORIZED, shown))
        }
        Err(AccountError::TooMany { retry_after }) => Err(HttpError::SignInThrottled { retry_after }),
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, status: StatusCode, shown: Shown<'_>) -> HttpResponse {
    let Shown { next, email, refused, keep } = shown;
    let content =
        LoginPage { layout: Layout::new(req, "sign-in"), csrf_token: forms::token(req), next, email, refused, keep };
    page(status, &content)
}

/// The sign-in page for somebody who has just chosen a password or an address.
pub(super) fn after(flash: Flash, email: &Email) -> HttpResponse {
    flash.at(&format!("/_auth/login?email={}", encode_query(email.as_str())))
}
