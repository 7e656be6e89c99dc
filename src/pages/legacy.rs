//! The sign-in page of the deprecated mode: one user name and password from the configuration, and no account.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::form::FormPage;
use super::see_other;
use super::signed_in::{self, Keep};
use crate::accounts::{AccountError, Phase};
use crate::domain::text::Text;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};

#[derive(Template)]
#[template(path = "pages/login_legacy.html")]
struct LegacyPage<'a> {
    layout: Layout,
    csrf_token: String,
    next: &'a str,
    username: &'a str,
    refused: bool,
    keep: bool,
}

/// The user name and password of the deprecated mode.
#[derive(Deserialize)]
pub struct PairForm {
    legacy_username: String,
    legacy_password: String,
    #[serde(default)]
    pub(super) next: String,
    #[serde(flatten)]
    keep: Keep,
}

/// The form while the deprecated mode protects the app, or a redirect to set-up once its pair is disabled; else `None`.
pub(super) async fn show(req: &HttpRequest, next: &str) -> Result<Option<HttpResponse>, HttpError> {
    let accounts = settings::accounts(req);
    if accounts.phase() != Phase::Legacy {
        return Ok(None);
    }
    if accounts.is_pair_closed().await? {
        return Ok(Some(see_other("/_auth/setup")));
    }
    Ok(Some(form(req, StatusCode::OK, next, "", true)))
}

/// Signs in with the pair and goes to `location`; `next` is kept where it is refused. `None` once the instance
/// is claimed: then people sign in with their accounts.
pub(super) async fn submit(
    req: &HttpRequest,
    typed: PairForm,
    next: &str,
    location: &str,
) -> Result<Option<HttpResponse>, HttpError> {
    let (accounts, keep) = (settings::accounts(req), typed.keep.is_wanted());
    match accounts.sign_in_legacy(&typed.legacy_username, &typed.legacy_password, keep, client(req)).await {
        Ok(new) => signed_in::answer(req, &new, location).map(Some),
        Err(AccountError::InvalidCredentials) if accounts.phase() != Phase::Legacy => Ok(None),
        Err(AccountError::InvalidCredentials) => {
            Ok(Some(form(req, StatusCode::UNAUTHORIZED, next, &typed.legacy_username, keep)))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, status: StatusCode, next: &str, username: &str, keep: bool) -> HttpResponse {
    let content = LegacyPage {
        layout: Layout::new(req, "sign-in"),
        csrf_token: forms::token(req),
        next,
        username,
        refused: status != StatusCode::OK,
        keep,
    };
    page(status, &content)
}

/// The account page of whoever has no account: it is only offered to sign out, and to claim the instance.
pub(super) fn no_account(req: &HttpRequest) -> HttpResponse {
    let mut page = FormPage::new(req, "no-account-heading", Menu::None, "/_auth/logout", "sign-out");
    page.intro = vec![Text::new("no-account-intro")];
    page.links.extend(settings::of(req).has_app().then_some(("/", "menu-app")));
    page.links.push(("/_auth/setup", "no-account-setup"));
    page.answer_with(StatusCode::FORBIDDEN, req)
}
