//! Signed links of an app.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::accounts::link_draft::LinkDraft;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::apps::{App, AppRef};
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::Menu;
use crate::http::settings;
use crate::pages::form::{Field, FormPage, MessagePage};

/// A link as typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    path: String,
    method: String,
    expires: String,
}

async fn app(req: &HttpRequest, id: &str) -> Result<App, HttpError> {
    let id = AppRef::parse(id).ok_or(HttpError::NotFound)?;
    let loaded = settings::accounts(req).apps().await?;
    loaded.table.app(&id).map(|app| app.app().clone()).ok_or(HttpError::NotFound)
}

/// The form for a new link.
pub async fn show_new(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    Ok(form(&req, &app(&req, &id).await?, &LinkForm::default(), Vec::new()))
}

/// Makes a link that has the rights of the admin who makes it, and shows it this once.
pub async fn create(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(typed): Checked<LinkForm>,
) -> Result<HttpResponse, HttpError> {
    let (accounts, app) = (settings::accounts(&req), app(&req, &id).await?);
    let owner = admin.who().user_id().ok_or(HttpError::NotFound)?;
    let draft = LinkDraft { path: typed.path.clone(), method: typed.method.clone(), expires: typed.expires.clone() };
    let (token, address) = match accounts.create_link(owner, &app.id, draft, &admin.actor(&req)).await {
        Ok((token, query)) => (token, query),
        Err(AccountError::Rules(faults)) => return Ok(form(&req, &app, &typed, faults)),
        Err(fault) => return Err(fault.into()),
    };
    let address = accounts.link_address(&app, &token, &address);
    let back = format!("/_auth/admin/apps/{}", app.id);
    let mut page = MessagePage::new(&req, "link-made", Menu::Admin);
    page.texts = vec![
        Text::new("link-made-what").with("name", token.name).with("moment", token.expires_at.exact_words()),
        Text::new("link-made-use"),
    ];
    page.link = &address;
    page.links = vec![("/_auth/admin/tokens", "back-to-list"), (&back, "back-to-app")];
    Ok(page.answer(StatusCode::OK))
}

fn form(req: &HttpRequest, app: &App, typed: &LinkForm, faults: Vec<FieldFault>) -> HttpResponse {
    let back = format!("/_auth/admin/apps/{}", app.id);
    let action = format!("{back}/links/new");
    let mut page = FormPage::new(req, "link-new", Menu::Admin, &action, "link-new-submit");
    page.intro = vec![Text::new("link-new-intro").with("app", app.name.as_str())];
    page.fields = vec![
        Field::word("path", "rule-path", &typed.path).with_hint(Text::new("link-path-hint")),
        Field::word("method", "link-method", &typed.method).with_hint(Text::new("link-method-hint")),
        Field::word("expires", "token-expires", &typed.expires).with_hint(Text::new("token-expires-hint")),
    ];
    page.links = vec![(&back, "back-to-app")];
    page.faults = faults;
    page.answer(req)
}
