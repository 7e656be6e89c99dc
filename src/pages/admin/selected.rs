//! Changes several accounts at once: selected with the checkboxes of the list, applied after confirmation.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::accounts::AccountError;
use crate::accounts::administer::UserChange;
use crate::domain::ids::UserId;
use crate::domain::text::Text;
use crate::domain::user::User;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::Menu;
use crate::http::settings;
use crate::pages::form::FormPage;
use crate::pages::see_other;

const APPLY: &str = "/_auth/admin/users/selected/apply";
const DELETE: &str = "/_auth/admin/users/selected/delete";
/// The name prefix of the checkboxes; the account's ID follows.
pub(in crate::pages) const BOX: &str = "user-";

/// A change that can be applied to the selected accounts.
pub(super) struct Choice {
    /// The value of its button.
    pub(super) name: &'static str,
    /// The key of its button's label.
    pub(super) label: &'static str,
    change: UserChange,
    heading: &'static str,
    note: Option<&'static str>,
    submit: &'static str,
    flash: Flash,
}

/// In the order of the buttons.
pub(super) const CHOICES: [Choice; 4] = [
    Choice {
        name: "enable",
        label: "user-enable",
        change: UserChange::Enable,
        heading: "selected-enable",
        note: None,
        submit: "user-enable",
        flash: Flash::Enabled,
    },
    Choice {
        name: "end-sessions",
        label: "user-end-all",
        change: UserChange::EndSessions,
        heading: "selected-end-sessions",
        note: None,
        submit: "user-end-all",
        flash: Flash::Ended,
    },
    Choice {
        name: "disable",
        label: "user-disable",
        change: UserChange::Disable,
        heading: "selected-disable",
        note: Some("selected-disable-note"),
        submit: "user-disable",
        flash: Flash::Disabled,
    },
    Choice {
        name: "delete",
        label: "user-delete",
        change: UserChange::Delete,
        heading: "selected-delete",
        note: Some("selected-delete-note"),
        submit: "selected-delete-submit",
        flash: Flash::Deleted,
    },
];

/// The change, and the accounts.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SelectedForm {
    #[serde(rename = "deed")]
    choice: String,
    /// The query of the list with the checkboxes.
    list: String,
    #[serde(flatten)]
    boxes: BTreeMap<String, String>,
}

impl SelectedForm {
    fn choice(&self) -> Result<&'static Choice, HttpError> {
        CHOICES.iter().find(|choice| choice.name == self.choice).ok_or(HttpError::Unprocessable("fault-choose-change"))
    }

    fn ids(&self) -> Result<Vec<UserId>, HttpError> {
        let ids: Vec<UserId> = self.boxes.keys().filter_map(|name| UserId::parse(name.strip_prefix(BOX)?)).collect();
        if ids.is_empty() { Err(HttpError::Unprocessable("fault-none-selected")) } else { Ok(ids) }
    }
}

/// Opening the address directly leads to the list.
pub async fn back() -> HttpResponse {
    see_other("/_auth/admin/users")
}

/// Applies the change, except for deletion.
pub async fn apply(
    admin: Admin,
    req: HttpRequest,
    Checked(form): Checked<SelectedForm>,
) -> Result<HttpResponse, HttpError> {
    let choice = form.choice()?;
    if choice.change == UserChange::Delete {
        return Err(HttpError::Unprocessable("fault-choose-change"));
    }
    change(&admin, &req, &form, choice).await
}

/// Deletes the accounts.
pub async fn delete(
    admin: Admin,
    req: HttpRequest,
    Checked(form): Checked<SelectedForm>,
) -> Result<HttpResponse, HttpError> {
    let deletes = form.choice()?;
    if deletes.change != UserChange::Delete {
        return Err(HttpError::Unprocessable("fault-choose-change"));
    }
    change(&admin, &req, &form, deletes).await
}

async fn change(
    admin: &Admin,
    req: &HttpRequest,
    form: &SelectedForm,
    choice: &Choice,
) -> Result<HttpResponse, HttpError> {
    settings::accounts(req).change_users(form.ids()?, choice.change, &admin.actor(req)).await?;
    let list = list_of(form);
    let joint = if list.is_empty() { "" } else { "?" };
    Ok(choice.flash.at(&format!("/_auth/admin/users{joint}{list}")))
}

/// The query of the list, if it is valid.
fn list_of(form: &SelectedForm) -> &str {
    let list = form.list.as_str();
    if list.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') { list } else { "" }
}

/// Asks for confirmation.
pub async fn ask(
    _admin: Admin,
    req: HttpRequest,
    Checked(form): Checked<SelectedForm>,
) -> Result<HttpResponse, HttpError> {
    let (choice, ids, req, form) = (form.choice()?, form.ids()?, &req, &form);
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
    let action = if choice.change == UserChange::Delete { DELETE } else { APPLY };
    let mut page = FormPage::new(req, choice.heading, Menu::Admin, action, choice.submit);
    page.intro = vec![Text::new("selected-accounts").with("count", users.len()).with("emails", emails.join(", "))];
    page.intro.extend(choice.note.map(Text::new));
    page.hidden = vec![("deed", choice.name), ("list", list_of(form))];
    page.hidden.extend(boxes.iter().map(|name| (name.as_str(), "on")));
    page.danger = matches!(choice.change, UserChange::Disable | UserChange::Delete);
    page.links = vec![(&back, "back-to-list")];
    Ok(page.answer(req))
}
