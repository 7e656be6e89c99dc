//! Changing one's own password (S15).

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::{Field, FormPage};
use super::{Visit, see_other, to_sign_in};
use crate::accounts::passwords::NewPassword;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::settings;
use crate::http::signed_in::client;

/// The form.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let Some(visit) = Visit::open(&req).await? else { return Ok(to_sign_in(&req)) };
    let answer = form(&req, &visit, Vec::new());
    Ok(visit.answer(&req, answer).await)
}

/// Changes the password; the other sessions end.
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let Some((visit, mut fields)) = Visit::post(&req, payload).await? else { return Ok(to_sign_in(&req)) };
    let current = fields.take("current_password");
    let new = NewPassword { password: fields.take("new_password"), confirm: fields.take("confirm") };
    match settings::accounts(&req).change_password(&visit.who, current, new, client(&req)).await {
        Ok(()) => Ok(see_other("/_auth/account?flash=password-changed")),
        Err(AccountError::Rules(faults)) => Ok(form(&req, &visit, faults)),
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, visit: &Visit, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new(req, "password-heading", visit.menu(), "/_auth/account/password", "password-submit");
    page.intro = vec![Text::new("password-intro")];
    // Password managers file the new password under this name.
    page.hidden = vec![("username", visit.who.name())];
    page.fields = vec![Field::password("current_password", "current-password", "current-password")];
    page.fields.extend(Field::new_password("new_password", settings::accounts(req).password_min_length()));
    page.links = vec![("/_auth/account", "back-to-account")];
    page.faults = faults;
    page.answer(req, &visit.standing)
}
