//! Signing in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::see_other;
use crate::accounts::opening::NewSession;
use crate::accounts::{AccountError, Phase};
use crate::domain::email::Email;
use crate::domain::return_to::{ReturnTo, encode_query};
use crate::http::authenticator::{Authentication, client};
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::page::{Layout, page};
use crate::http::{carriers, forms, settings};

#[derive(Template)]
#[template(path = "pages/login.html")]
struct LoginPage<'a> {
    layout: Layout,
    csrf_token: String,
    next: &'a str,
    email: &'a str,
    legacy: bool,
    refused: bool,
    keep: bool,
}

/// Where to go afterwards, what to say, and who is expected.
#[derive(Deserialize)]
pub struct Query {
    next: Option<String>,
    email: Option<String>,
}

/// Who wants to sign in, and where to.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    email: String,
    password: String,
    legacy_username: String,
    legacy_password: String,
    next: String,
    /// "yes" where the box is ticked.
    keep: String,
    /// Sent along by the page that has the box: who sends none at all is kept signed in, as by the box as it is at first.
    keep_asked: String,
}

impl SignInForm {
    fn keeps(&self) -> bool {
        self.keep == "yes" || self.keep_asked.is_empty()
    }
}

/// What the form shows.
struct Shown<'a> {
    next: &'a str,
    email: &'a str,
    refused: bool,
    keep: bool,
}

/// The form; who is signed in goes on at once.
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
    if settings::accounts(&req).is_pair_closed().await? {
        return Ok(see_other("/_auth/setup"));
    }
    let email = query.email.as_deref().and_then(|email| Email::parse(email).ok());
    let shown = Shown { next, email: email.as_ref().map_or("", Email::as_str), refused: false, keep: true };
    Ok(form(&req, StatusCode::OK, shown))
}

/// Signs in and goes back to the page asked for. The form posts to its own address, whose `#fragment` the browser then carries on.
pub async fn submit(
    req: HttpRequest,
    query: web::Query<Query>,
    Checked(typed): Checked<SignInForm>,
) -> Result<HttpResponse, HttpError> {
    let (accounts, keep) = (settings::accounts(&req), typed.keeps());
    let outcome = if accounts.phase() == Phase::Legacy {
        accounts.sign_in_legacy(&typed.legacy_username, &typed.legacy_password, keep, client(&req)).await
    } else {
        accounts.sign_in(&typed.email, typed.password, keep, client(&req)).await
    };
    let next = Some(typed.next.as_str()).filter(|next| !next.is_empty()).or(query.next.as_deref()).unwrap_or("");
    match outcome {
        Ok(new) => signed_in(&req, &new, &way_back(&req, next)),
        Err(AccountError::InvalidCredentials) => {
            let email = if accounts.phase() == Phase::Legacy { &typed.legacy_username } else { &typed.email };
            Ok(form(&req, StatusCode::UNAUTHORIZED, Shown { next, email, refused: true, keep }))
        }
        Err(AccountError::TooMany { retry_after }) if accounts.phase() != Phase::Legacy => {
            Err(HttpError::SignInThrottled { retry_after })
        }
        Err(fault) => Err(fault.into()),
    }
}

/// The answer to a sign-in or a claim: all carriers of the new session, and the way on.
pub(super) fn signed_in(req: &HttpRequest, new: &NewSession, location: &str) -> Result<HttpResponse, HttpError> {
    let mut answer = see_other(location);
    carriers::begin(req, new, answer.headers_mut())?;
    Ok(answer)
}

/// Where `next` leads, or home.
pub(super) fn way_back(req: &HttpRequest, next: &str) -> String {
    let settings = settings::of(req);
    let back = ReturnTo::parse(next, &settings.app_url);
    let home = if settings.has_app() { "/" } else { "/_auth/account" };
    back.map_or_else(|| home.to_owned(), |back| back.location().to_owned())
}

fn form(req: &HttpRequest, status: StatusCode, shown: Shown<'_>) -> HttpResponse {
    let legacy = settings::accounts(req).phase() == Phase::Legacy;
    let Shown { next, email, refused, keep } = shown;
    let content = LoginPage {
        layout: Layout::new(req, "sign-in"),
        csrf_token: forms::token(req),
        next,
        email,
        legacy,
        refused,
        keep,
    };
    page(status, &content)
}

/// The sign-in page that greets who has just chosen a password or an address.
pub(super) fn after(flash: Flash, email: &Email) -> HttpResponse {
    flash.at(&format!("/_auth/login?email={}", encode_query(email.as_str())))
}
