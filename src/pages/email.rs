//! Changing the user's own address: requested with the password, made with a link to the new address.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::choose_password::{Query, invalid_link};
use super::form::{Field, FormPage};
use super::login;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::link::Purpose;
use crate::domain::text::Text;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Member;
use crate::http::page::Menu;
use crate::http::{carriers, settings};

/// The new address, and the password that authorises the change.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    current_password: String,
    email: String,
}

/// The form.
pub async fn show(member: Member, req: HttpRequest) -> HttpResponse {
    form(&member, &req, "", Vec::new())
}

/// Mails a link to the new address.
pub async fn submit(
    member: Member,
    req: HttpRequest,
    Checked(typed): Checked<AddressForm>,
) -> Result<HttpResponse, HttpError> {
    match settings::accounts(&req)
        .request_email_change(member.who(), typed.current_password, &typed.email, client(&req))
        .await
    {
        Ok(()) => {
            let has_server = settings::of(&req).config.mail.server.is_some();
            Ok(if has_server { Flash::EmailAsked } else { Flash::EmailAskedNoMail }.at("/_auth/account"))
        }
        Err(AccountError::Rules(faults)) => Ok(form(&member, &req, &typed.email, faults)),
        Err(fault) => Err(fault.into()),
    }
}

/// The page of the link; opening it changes nothing.
pub async fn show_confirm(req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    match settings::accounts(&req).open_link(Purpose::EmailChange, query.token(), &client(&req)).await {
        Ok(open) => {
            let mut page =
                FormPage::new(&req, "confirm-heading", Menu::None, Purpose::EmailChange.path(), "confirm-submit");
            page.intro = vec![
                Text::new("confirm-intro").with("old", open.user.email.as_str()).with("new", &open.payload),
                Text::new("confirm-ends"),
                Text::new("email-warning"),
            ];
            page.hidden = vec![("token", query.token())];
            Ok(page.answer(&req))
        }
        Err(AccountError::Link) => Ok(invalid_link(&req, Purpose::EmailChange, StatusCode::GONE)),
        Err(fault) => Err(fault.into()),
    }
}

/// Changes the address.
pub async fn confirm(req: HttpRequest, Checked(typed): Checked<Query>) -> Result<HttpResponse, HttpError> {
    match settings::accounts(&req).confirm_email(typed.token(), client(&req)).await {
        Ok(email) => {
            let mut answer = login::after(Flash::EmailChanged, &email);
            carriers::end(&req, answer.headers_mut());
            Ok(answer)
        }
        Err(AccountError::Link | AccountError::Rules(_)) => {
            Ok(invalid_link(&req, Purpose::EmailChange, StatusCode::GONE))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn form(member: &Member, req: &HttpRequest, email: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new(req, "email-heading", member.menu(), "/_auth/account/email", "email-submit");
    let has_mail_server = settings::of(req).config.mail.server.is_some();
    page.intro = vec![
        Text::new(if has_mail_server { "email-intro" } else { "email-intro-no-mail" }),
        Text::new("email-warning"),
    ];
    page.fields = vec![
        Field::password("current_password", "current-password", "current-password"),
        Field::email("email-new", email, "email"),
    ];
    page.links = vec![("/_auth/account", "back-to-account")];
    page.faults = faults;
    page.answer(req)
}
