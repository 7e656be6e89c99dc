//! Changing one's own address: asked for with the password, made by a link to the new address.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::form::{Field, FormPage};
use super::link::{Query, dead_end};
use super::{Visit, login, see_other, to_sign_in};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::link::Purpose;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::page::Menu;
use crate::http::signed_in::{client, guard};
use crate::http::{carriers, forms, settings};

/// The form.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let Some(visit) = Visit::open(&req).await? else { return Ok(to_sign_in(&req)) };
    let answer = form(&req, &visit, "", Vec::new());
    Ok(visit.answer(&req, answer).await)
}

/// Mails a link to the new address.
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let Some((visit, mut fields)) = Visit::post(&req, payload).await? else { return Ok(to_sign_in(&req)) };
    let (current, email) = (fields.take("current_password"), fields.take("email"));
    match settings::accounts(&req).request_email_change(&visit.who, current, &email, client(&req)).await {
        Ok(()) => Ok(see_other("/_auth/account?flash=email-asked")),
        Err(AccountError::Rules(faults)) => Ok(form(&req, &visit, &email, faults)),
        Err(fault) => Err(fault.into()),
    }
}

/// The page of the link; opening it changes nothing.
pub async fn show_confirm(req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let standing = guard(&req).check(&req).await?;
    match settings::accounts(&req).open_link(Purpose::EmailChange, query.token(), &client(&req)).await {
        Ok(open) => {
            let mut page = FormPage::new(&req, "confirm-heading", Menu::None, Purpose::EmailChange.path(), "confirm-submit");
            page.intro = vec![
                Text::new("confirm-intro").with("old", open.user.email.as_str()).with("new", &open.payload),
                Text::new("confirm-ends"),
                Text::new("email-warning"),
            ];
            page.hidden = vec![("token", query.token())];
            Ok(page.answer(&req, &standing))
        }
        Err(AccountError::Link) => Ok(dead_end(&req, Purpose::EmailChange, StatusCode::GONE)),
        Err(fault) => Err(fault.into()),
    }
}

/// Makes the change.
pub async fn confirm(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let standing = guard(&req).check(&req).await?;
    let mut fields = forms::take(&req, payload, &standing).await?;
    match settings::accounts(&req).confirm_email(&fields.take("token"), client(&req)).await {
        Ok(email) => {
            let mut answer = see_other(&login::address_after("email-changed", &email));
            carriers::end(&req, answer.headers_mut());
            Ok(answer)
        }
        Err(AccountError::Link | AccountError::Rules(_)) => Ok(dead_end(&req, Purpose::EmailChange, StatusCode::GONE)),
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, visit: &Visit, email: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new(req, "email-heading", visit.menu(), "/_auth/account/email", "email-submit");
    let has_mail_server = settings::of(req).mail_server.is_some();
    page.intro = vec![Text::new(if has_mail_server { "email-intro" } else { "email-intro-no-mail" }), Text::new("email-warning")];
    page.fields =
        vec![Field::password("current_password", "current-password", "current-password"), Field::email("email-new", email, "email")];
    page.links = vec![("/_auth/account", "back-to-account")];
    page.faults = faults;
    page.answer(req, &visit.standing)
}
