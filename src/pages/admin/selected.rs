//! Changes several accounts at once: selected with the checkboxes of the list, applied after confirmation.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::groups::names_field;
use crate::accounts::administer::UserChange;
use crate::accounts::{AccountError, FieldFault};
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
const JOIN: &str = "/_auth/admin/users/selected/join";
/// The name prefix of the checkboxes; the account's ID follows.
pub(in crate::pages) const BOX: &str = "user-";

/// A change that can be applied to the selected accounts.
pub(super) struct Choice {
    /// The value of its button.
    pub(super) name: &'static str,
    /// The key of its button's label.
    pub(super) label: &'static str,
    /// `None` to add the accounts to groups.
    change: Option<UserChange>,
    heading: &'static str,
    note: Option<&'static str>,
    submit: &'static str,
    flash: Flash,
}

/// In the order of the buttons.
pub(super) const CHOICES: [Choice; 5] = [
    Choice {
        name: "join",
        label: "selected-join-label",
        change: None,
        heading: "selected-join",
        note: None,
        submit: "group-add-submit",
        flash: Flash::UserGroups,
    },
    Choice {
        name: "enable",
        label: "user-enable",
        change: Some(UserChange::Enable),
        heading: "selected-enable",
        note: None,
        submit: "user-enable",
        flash: Flash::Enabled,
    },
    Choice {
        name: "end-sessions",
        label: "user-end-all",
        change: Some(UserChange::EndSessions),
        heading: "selected-end-sessions",
        note: None,
        submit: "user-end-all",
        flash: Flash::Ended,
    },
    Choice {
        name: "disable",
        label: "user-disable",
        change: Some(UserChange::Disable),
        heading: "selected-disable",
        note: Some("selected-disable-note"),
        submit: "user-disable",
        flash: Flash::Disabled,
    },
    Choice {
        name: "delete",
        label: "user-delete",
        change: Some(UserChange::Delete),
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
    /// The groups that the accounts are added to.
    groups: String,
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
    match choice.change {
        None | Some(UserChange::Delete) => Err(HttpError::Unprocessable("fault-choose-change")),
        Some(applied) => change(&admin, &req, &form, applied, choice.flash).await,
    }
}

/// Deletes the accounts.
pub async fn delete(
    admin: Admin,
    req: HttpRequest,
    Checked(form): Checked<SelectedForm>,
) -> Result<HttpResponse, HttpError> {
    match form.choice()? {
        Choice { change: Some(UserChange::Delete), flash, .. } => {
            change(&admin, &req, &form, UserChange::Delete, *flash).await
        }
        _ => Err(HttpError::Unprocessable("fault-choose-change")),
    }
}

/// Adds the accounts to groups.
pub async fn join(
    admin: Admin,
    req: HttpRequest,
    Checked(form): Checked<SelectedForm>,
) -> Result<HttpResponse, HttpError> {
    let choice = form.choice()?;
    if choice.change.is_some() {
        return Err(HttpError::Unprocessable("fault-choose-change"));
    }
    match settings::accounts(&req).join_groups(form.ids()?, &form.groups, &admin.actor(&req)).await {
        Ok(changed) => Ok(if changed { choice.flash } else { Flash::Unchanged }.at(&back_to(&form))),
        Err(AccountError::Rules(faults)) => question(&req, &form, choice, faults).await,
        Err(fault) => Err(fault.into()),
    }
}

async fn change(
    admin: &Admin,
    req: &HttpRequest,
    form: &SelectedForm,
    applied: UserChange,
    flash: Flash,
) -> Result<HttpResponse, HttpError> {
    settings::accounts(req).change_users(form.ids()?, applied, &admin.actor(req)).await?;
    Ok(flash.at(&back_to(form)))
}

/// The list with the checkboxes.
fn back_to(form: &SelectedForm) -> String {
    let list = list_of(form);
    let joint = if list.is_empty() { "" } else { "?" };
    format!("/_auth/admin/users{joint}{list}")
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
    question(&req, &form, form.choice()?, Vec::new()).await
}

async fn question(
    req: &HttpRequest,
    form: &SelectedForm,
    choice: &Choice,
    faults: Vec<FieldFault>,
) -> Result<HttpResponse, HttpError> {
    let ids = form.ids()?;
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
    let back = back_to(form);
    let action = match choice.change {
        None => JOIN,
        Some(UserChange::Delete) => DELETE,
        Some(_) => APPLY,
    };
    let mut page = FormPage::new(req, choice.heading, Menu::Admin, action, choice.submit);
    page.intro = vec![Text::new("selected-accounts").with("count", users.len()).with("emails", emails.join(", "))];
    page.intro.extend(choice.note.map(Text::new));
    page.hidden = vec![("deed", choice.name), ("list", list_of(form))];
    page.hidden.extend(boxes.iter().map(|name| (name.as_str(), "on")));
    if choice.change.is_none() {
        page.fields = vec![names_field(req, &form.groups).await?];
    }
    page.faults = faults;
    page.danger = matches!(choice.change, Some(UserChange::Disable | UserChange::Delete));
    page.links = vec![(&back, "back-to-list")];
    Ok(page.answer(req))
}
