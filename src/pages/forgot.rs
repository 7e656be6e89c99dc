//! Requesting a reset mail.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::form::{Field, FormPage, MessagePage};
use super::see_other;
use crate::accounts::{AccountError, FieldFault, Phase};
use crate::domain::link::Purpose;
use crate::domain::text::Text;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::forms::Checked;
use crate::http::page::Menu;
use crate::http::settings;

/// The account's address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ForgotForm {
    email: String,
}

/// The form.
pub async fn show(req: HttpRequest) -> HttpResponse {
    if settings::accounts(&req).phase() != Phase::Claimed {
        return see_other("/_auth/login");
    }
    form(&req, "", Vec::new())
}

/// The same response for every address (S23).
pub async fn submit(req: HttpRequest, Checked(typed): Checked<ForgotForm>) -> Result<HttpResponse, HttpError> {
    match settings::accounts(&req).request_reset(&typed.email, client(&req)).await {
        Ok(()) => Ok(see_other("/_auth/forgot/sent")),
        Err(AccountError::Rules(faults)) => Ok(form(&req, &typed.email, faults)),
        Err(fault) => Err(fault.into()),
    }
}

/// What happens next.
pub async fn sent(req: HttpRequest) -> HttpResponse {
    if !has_mail_server(&req) {
        let mut page = MessagePage::new(&req, "forgot-noted-heading", Menu::None);
        page.texts = vec![Text::new("forgot-noted")];
        page.texts.extend(without_mail());
        page.links = vec![("/_auth/login", "back-to-sign-in")];
        return page.answer(StatusCode::OK);
    }
    let minutes = settings::accounts(&req).link_secs(Purpose::Reset) / 60;
    let mut page = MessagePage::new(&req, "forgot-sent-heading", Menu::None);
    page.texts = vec![Text::new("forgot-sent").with("minutes", minutes), Text::new("forgot-sent-nothing")];
    page.links = vec![("/_auth/login", "back-to-sign-in"), ("/_auth/forgot", "forgot-again")];
    page.answer(StatusCode::OK)
}

/// Without a mail server the form promises no mail: the request is recorded in the audit log, and nobody is notified.
fn form(req: &HttpRequest, email: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let submit = if has_mail_server(req) { "forgot-submit" } else { "forgot-submit-note" };
    let mut page = FormPage::new(req, "forgot-heading", Menu::None, "/_auth/forgot", submit);
    page.intro = if has_mail_server(req) { vec![Text::new("forgot-intro")] } else { without_mail() };
    page.fields = vec![Field::email("email", email, "username")];
    page.links = vec![("/_auth/login", "back-to-sign-in")];
    page.faults = faults;
    page.answer(req)
}

fn has_mail_server(req: &HttpRequest) -> bool {
    settings::of(req).config.mail.server.is_some()
}

/// Whom to contact if no mail arrives; the last sentence is for people who have nobody to ask.
fn without_mail() -> Vec<Text> {
    vec![
        Text::new("forgot-no-mail"),
        Text::new("forgot-no-mail-operator").with("command", "portcullis user reset-link name@example.org"),
    ]
}
