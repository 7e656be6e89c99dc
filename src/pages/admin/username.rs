//! The user name of an account.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::accounts::{AccountError, FieldFault};
use crate::domain::ids::UserId;
use crate::domain::text::Text;
use crate::domain::user::{User, Username};
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::Menu;
use crate::http::settings;
use crate::pages::form::{Field, FormPage};

/// The user name; empty for none. It has to be sent: a form without the field takes nobody's user name away.
#[derive(Deserialize)]
pub struct UsernameForm {
    username: String,
}

/// The form.
pub async fn show(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let user = find(&req, &id).await?;
    let username = user.username.as_ref().map_or("", Username::as_str);
    Ok(form(&req, &user, username, Vec::new()))
}

/// Sets or removes it.
pub async fn submit(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(typed): Checked<UsernameForm>,
) -> Result<HttpResponse, HttpError> {
    let user = find(&req, &id).await?;
    match settings::accounts(&req).set_username(&user.id, &typed.username, &admin.actor(&req)).await {
        Ok(changed) => {
            let flash = if changed { Flash::Username } else { Flash::Unchanged };
            Ok(flash.at(&format!("/_auth/admin/users/{}", user.id)))
        }
        Err(AccountError::Rules(faults)) => Ok(form(&req, &user, &typed.username, faults)),
        Err(fault) => Err(fault.into()),
    }
}

async fn find(req: &HttpRequest, id: &str) -> Result<User, HttpError> {
    let id = UserId::parse(id).ok_or(HttpError::NotFound)?;
    Ok(settings::accounts(req).user(&id).await?)
}

fn form(req: &HttpRequest, user: &User, username: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let back = format!("/_auth/admin/users/{}", user.id);
    let action = format!("{back}/username");
    let mut page = FormPage::new(req, "username", Menu::Admin, &action, "save");
    page.intro = vec![Text::new("username-intro").with("email", user.email.as_str()), Text::new("username-note")];
    page.fields = vec![Field::text("username", "username", username, "off").with_hint(Text::new("username-hint"))];
    page.links = vec![(&back, "back-to-user")];
    page.faults = faults;
    page.answer(req)
}
