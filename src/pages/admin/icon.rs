//! The icon of an app.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::apps::{address_of, find_created};
use crate::accounts::FieldFault;
use crate::domain::apps::AppRef;
use crate::domain::image::{Icon, IconFault, MAX_ICON};
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::Menu;
use crate::http::settings;
use crate::pages::form::{Field, FormPage};

/// A file in Base64, or a tick for none.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct IconForm {
    icon: String,
    remove: String,
}

/// The form for another icon.
pub async fn show(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let found = find_created(&req, &id).await?;
    form(&req, &found.app().id, None).await
}

/// Gives the app the icon, or takes it away.
pub async fn submit(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(typed): Checked<IconForm>,
) -> Result<HttpResponse, HttpError> {
    let found = find_created(&req, &id).await?;
    let id = &found.app().id;
    let icon = if typed.remove.is_empty() { Icon::parse(&typed.icon).map(Some) } else { Ok(None) };
    match icon {
        Ok(icon) => {
            settings::accounts(&req).set_icon(id, icon, &admin.actor(&req)).await?;
            Ok(Flash::AppSaved.at(&address_of(id)))
        }
        Err(fault) => form(&req, id, Some(fault)).await,
    }
}

async fn form(req: &HttpRequest, id: &AppRef, fault: Option<IconFault>) -> Result<HttpResponse, HttpError> {
    let back = address_of(id);
    let action = format!("{back}/icon");
    let has_icon = settings::accounts(req).icons().await?.contains_key(id);
    let hint = Text::new("app-icon-hint").with("size", MAX_ICON / 1024);
    let mut page = FormPage::new(req, "app-icon", Menu::Admin, &action, "save");
    page.fields = vec![Field::file("icon", "app-icon-file", "image/svg+xml,image/png").with_hint(hint)];
    page.fields.extend(has_icon.then(|| Field::tick("remove", "app-icon-remove", false)));
    page.faults.extend(fault.map(|fault| FieldFault::new("icon", fault.text())));
    page.links = vec![(&back, "back-to-app")];
    Ok(page.answer(req))
}
