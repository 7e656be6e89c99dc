//! Changing the user's own password (S15).

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::form::{Field, FormPage};
use crate::accounts::passwords::NewPassword;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::text::Text;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Member;
use crate::http::settings;

/// The current password, and the new one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    current_password: String,
    new_password: String,
    confirm: String,
}

/// The form.
pub async fn show(member: Member, req: HttpRequest) -> HttpResponse {
    form(&member, &req, Vec::new())
}

/// Changes the password; the other sessions end.
pub async fn submit(
    member: Member,
    req: HttpRequest,
    Checked(typed): Checked<PasswordForm>,
) -> Result<HttpResponse, HttpError> {
    let new = NewPassword { password: typed.new_password, confirm: typed.confirm };
    match settings::accounts(&req).change_password(member.who(), typed.current_password, new, client(&req)).await {
        Ok(()) => Ok(Flash::PasswordChanged.at("/_auth/account")),
        Err(AccountError::Rules(faults)) => Ok(form(&member, &req, faults)),
        Err(fault) => Err(fault.into()),
    }
}

fn form(member: &Member, req: &HttpRequest, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new(req, "password-heading", member.menu(), "/_auth/account/password", "password-submit");
    page.intro = vec![Text::new("password-intro")];
    // Password managers store the new password under this name.
    page.hidden = vec![("username", member.who().name())];
    page.fields = vec![Field::password("current_password", "current-password", "current-password")];
    page.fields.extend(Field::new_password("new_password", settings::accounts(req).password_min_length()));
    page.links = vec![("/_auth/account", "back-to-account")];
    page.faults = faults;
    page.answer(req)
}
