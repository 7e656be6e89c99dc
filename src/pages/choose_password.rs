//! Choosing a password with a link: the same page for a reset and for an invitation.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::form::{Field, FormPage, MessagePage};
use super::{login, signed_in};
use crate::accounts::passwords::NewPassword;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::link::Purpose;
use crate::domain::text::Text;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::page::Menu;
use crate::http::settings;

/// The differences between the two pages; texts by their keys.
pub struct Choosing {
    pub(super) purpose: Purpose,
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) submit: &'static str,
    /// The message on the sign-in page afterwards.
    pub(super) done: Flash,
}

/// The token of the link.
#[derive(Deserialize)]
pub struct Query {
    #[serde(default)]
    token: String,
}

impl Query {
    /// The token; empty if there is none.
    pub(super) fn token(&self) -> &str {
        &self.token
    }
}

/// The password chosen by a link.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ChosenPassword {
    token: String,
    password: String,
    confirm: String,
}

/// The form if the link is valid; otherwise what to do, and no password field (S55).
pub(super) async fn show(req: &HttpRequest, query: &Query, page: &Choosing) -> Result<HttpResponse, HttpError> {
    if query.token.is_empty() {
        return Ok(invalid_link(req, page.purpose, StatusCode::OK));
    }
    match settings::accounts(req).open_link(page.purpose, &query.token, &client(req)).await {
        Ok(open) => Ok(form(req, page, &query.token, open.user.email.as_str(), Vec::new())),
        Err(AccountError::Link) => Ok(invalid_link(req, page.purpose, StatusCode::GONE)),
        Err(fault) => Err(fault.into()),
    }
}

/// Sets the password; after a refused one the link is still valid (S58).
pub(super) async fn submit(
    req: &HttpRequest,
    typed: ChosenPassword,
    page: &Choosing,
) -> Result<HttpResponse, HttpError> {
    let ChosenPassword { token, password, confirm } = typed;
    let new = NewPassword { password, confirm };
    let accounts = settings::accounts(req);
    let outcome = if page.purpose == Purpose::Invitation {
        accounts.accept_invitation(&token, new, client(req)).await
    } else {
        accounts.reset_password(&token, new, client(req)).await.map(|email| (email, None))
    };
    match outcome {
        Ok((_, Some(outcome))) => signed_in::answer_step(req, &outcome, &signed_in::way_back(req, ""), ""),
        Ok((email, None)) => Ok(login::after(page.done, &email)),
        Err(AccountError::Rules(faults)) => {
            // The form as before: with the name under which password managers store the password.
            match accounts.open_link(page.purpose, &token, &client(req)).await {
                Ok(open) => Ok(form(req, page, &token, open.user.email.as_str(), faults)),
                Err(AccountError::Link) => Ok(invalid_link(req, page.purpose, StatusCode::GONE)),
                Err(fault) => Err(fault.into()),
            }
        }
        Err(AccountError::Link) => Ok(invalid_link(req, page.purpose, StatusCode::GONE)),
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, page: &Choosing, token: &str, email: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let mut form = FormPage::new(req, page.title, Menu::None, page.purpose.path(), page.submit);
    form.intro = vec![Text::new(page.intro).with("site", settings::of(req).config.site.name.as_str())];
    form.hidden = vec![("token", token)];
    if !email.is_empty() {
        form.intro.insert(0, Text::new("link-for").with("email", email));
        // Password managers store the new password under this name.
        form.hidden.push(("username", email));
    }
    form.fields = Field::new_password("password", settings::accounts(req).password_min_length()).into();
    form.faults = faults;
    form.answer(req)
}

/// The link is invalid, or no longer valid.
pub(super) fn invalid_link(req: &HttpRequest, purpose: Purpose, status: StatusCode) -> HttpResponse {
    let (text, link) = match purpose {
        Purpose::Invitation => ("link-dead-invitation", ("/_auth/login", "link-to-sign-in")),
        Purpose::Reset => ("link-dead-reset", ("/_auth/forgot", "link-ask-again")),
        Purpose::EmailChange => ("link-dead-email", ("/_auth/account", "link-to-account")),
        Purpose::Confirmation => ("prove-over", ("/_auth/", "error-start")),
        Purpose::SignIn | Purpose::FactorSetup => ("factor-over", ("/_auth/login", "link-to-sign-in")),
        Purpose::HandOver | Purpose::HandedOver => ("fault-handover", ("/", "menu-app")),
    };
    let mut page = MessagePage::new(req, "link-dead-heading", Menu::None);
    page.texts = vec![Text::new("link-dead"), Text::new(text)];
    page.links = vec![link];
    page.answer(status)
}
