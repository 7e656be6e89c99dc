//! The sign-in page of the deprecated mode: one user name and password from the configuration, and no account.

use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::form::FormPage;
use super::see_other;
use super::signed_in::{self, Keep, next_of, way_back};
use crate::accounts::{AccountError, Phase};
use crate::domain::text::Text;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::forms::Checked;
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
#[derive(Default, Deserialize)]
#[serde(default)]
struct PairForm {
    legacy_username: String,
    legacy_password: String,
    next: String,
    #[serde(flatten)]
    keep: Keep,
}

/// The form while the deprecated mode guards the app, and the way to set-up once its pair is closed; `None` in any
/// other phase.
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

/// Signs in with the pair and goes on to what the form, or else the address, names as next.
pub(super) async fn submit(req: &HttpRequest, next: Option<String>) -> Result<HttpResponse, HttpError> {
    let Checked(typed) = Checked::<PairForm>::extract(req).await?;
    let (accounts, keep, next) = (settings::accounts(req), typed.keep.is_wanted(), next_of(typed.next, next));
    match accounts.sign_in_legacy(&typed.legacy_username, &typed.legacy_password, keep, client(req)).await {
        Ok(new) => signed_in::answer(req, &new, &way_back(req, &next)),
        Err(AccountError::InvalidCredentials) => {
            Ok(form(req, StatusCode::UNAUTHORIZED, &next, &typed.legacy_username, keep))
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
