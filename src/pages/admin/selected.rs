//! What is done to several accounts at once: asked for with the list's boxes, done after a question.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::accounts::AccountError;
use crate::accounts::administer::UserDeed;
use crate::domain::ids::UserId;
use crate::domain::text::Text;
use crate::domain::user::User;
use crate::http::error::HttpError;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::Menu;
use crate::http::settings;
use crate::pages::form::FormPage;
use crate::pages::see_other;

const ADDRESS: &str = "/_auth/admin/users/selected";
/// What the names of the list's boxes begin with; the account's follows.
pub(super) const BOX: &str = "user-";

/// One thing that can be done to the selected accounts.
pub(super) struct Choice {
    /// The value of its button.
    pub(super) name: &'static str,
    /// The key of its button's words.
    pub(super) label: &'static str,
    deed: UserDeed,
    heading: &'static str,
    note: Option<&'static str>,
    submit: &'static str,
    flash: &'static str,
}

/// In the order of the buttons.
pub(super) const CHOICES: [Choice; 4] = [
    Choice {
        name: "enable",
        label: "user-enable",
        deed: UserDeed::Enable,
        heading: "selected-enable",
        note: None,
        submit: "user-enable",
        flash: "enabled",
    },
    Choice {
        name: "end-sessions",
        label: "user-end-all",
        deed: UserDeed::EndSessions,
        heading: "selected-end-sessions",
        note: None,
        submit: "user-end-all",
        flash: "ended",
    },
    Choice {
        name: "disable",
        label: "user-disable",
        deed: UserDeed::Disable,
        heading: "selected-disable",
        note: Some("selected-disable-note"),
        submit: "user-disable",
        flash: "disabled",
    },
    Choice {
        name: "delete",
        label: "user-delete",
        deed: UserDeed::Delete,
        heading: "selected-delete",
        note: Some("selected-delete-note"),
        submit: "selected-delete-submit",
        flash: "deleted",
    },
];

/// What to do, to whom, and whether it was asked about already.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SelectedForm {
    deed: String,
    sure: String,
    /// The query of the list that the boxes were on.
    list: String,
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

/// Who opens the address by itself is shown the list.
pub async fn back() -> HttpResponse {
    see_other("/_auth/admin/users")
}

/// Asks whether it is meant, or does it when the answer has come.
pub async fn submit(admin: Admin, req: HttpRequest, Checked(form): Checked<SelectedForm>) -> Result<HttpResponse, HttpError> {
    let choice = CHOICES.iter().find(|choice| choice.name == form.deed).ok_or(HttpError::Unprocessable("fault-choose-deed"))?;
    let ids: Vec<UserId> = form.boxes.keys().filter_map(|name| UserId::parse(name.strip_prefix(BOX)?)).collect();
    if ids.is_empty() {
        return Err(HttpError::Unprocessable("fault-none-selected"));
    }
    if form.sure != "yes" {
        return ask(&req, &form, choice, ids).await;
    }
    settings::accounts(&req).change_users(ids, choice.deed, &admin.actor(&req)).await?;
    let list = list_of(&form);
    let joint = if list.is_empty() { "" } else { "&" };
    Ok(see_other(&format!("/_auth/admin/users?{list}{joint}flash={}", choice.flash)))
}

/// The query of the list, if it is one.
fn list_of(form: &SelectedForm) -> &str {
    let list = form.list.as_str();
    if list.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') { list } else { "" }
}

async fn ask(req: &HttpRequest, form: &SelectedForm, choice: &Choice, ids: Vec<UserId>) -> Result<HttpResponse, HttpError> {
    let mut users: Vec<User> = Vec::new();
    for id in &ids {
        match settings::accounts(req).user(id).await {
            Ok(user) => users.push(user),
            Err(AccountError::NotFound) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    if users.is_empty() {
        return Err(HttpError::NotFound);
    }
    users.sort_by(|a, b| a.email.as_str().cmp(b.email.as_str()));
    let emails: Vec<&str> = users.iter().map(|user| user.email.as_str()).collect();
    let boxes: Vec<String> = users.iter().map(|user| format!("{BOX}{}", user.id)).collect();
    let back = format!("/_auth/admin/users?{}", list_of(form));
    let mut page = FormPage::new(req, choice.heading, Menu::Admin, ADDRESS, choice.submit);
    page.intro = vec![Text::new("selected-accounts").with("count", users.len()).with("emails", emails.join(", "))];
    page.intro.extend(choice.note.map(Text::new));
    page.hidden = vec![("deed", choice.name), ("sure", "yes"), ("list", list_of(form))];
    page.hidden.extend(boxes.iter().map(|name| (name.as_str(), "on")));
    page.danger = matches!(choice.deed, UserDeed::Disable | UserDeed::Delete);
    page.links = vec![(&back, "back-to-list")];
    Ok(page.answer(req))
}
