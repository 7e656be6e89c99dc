//! What is done to several accounts at once: asked for with the list's boxes, done after a question.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{act, actor};
use crate::accounts::AccountError;
use crate::accounts::administer::UserDeed;
use crate::domain::ids::UserId;
use crate::domain::text::Text;
use crate::domain::user::User;
use crate::http::error::HttpError;
use crate::http::forms::Fields;
use crate::http::settings;
use crate::pages::form::FormPage;
use crate::pages::{Visit, see_other};

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

/// Who opens the address by itself is shown the list.
pub async fn back() -> HttpResponse {
    see_other("/_auth/admin/users")
}

/// Asks whether it is meant, or does it when the answer has come.
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let (visit, fields) = match act(&req, payload).await? {
        Ok(done) => done,
        Err(answer) => return Ok(answer),
    };
    let choice = CHOICES.iter().find(|choice| choice.name == fields.get("deed")).ok_or(HttpError::Unprocessable("fault-choose-deed"))?;
    let ids: Vec<UserId> = fields.names_after(BOX).filter_map(UserId::parse).collect();
    if ids.is_empty() {
        return Err(HttpError::Unprocessable("fault-none-selected"));
    }
    if fields.get("sure") != "yes" {
        return ask(&req, &visit, &fields, choice, ids).await;
    }
    settings::accounts(&req).change_users(ids, choice.deed, &actor(&req, &visit)).await?;
    let list = list_of(&fields);
    let joint = if list.is_empty() { "" } else { "&" };
    Ok(see_other(&format!("/_auth/admin/users?{list}{joint}flash={}", choice.flash)))
}

/// The query of the list that the boxes were on.
fn list_of(fields: &Fields) -> &str {
    let list = fields.get("list");
    if list.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') { list } else { "" }
}

async fn ask(req: &HttpRequest, visit: &Visit, fields: &Fields, choice: &Choice, ids: Vec<UserId>) -> Result<HttpResponse, HttpError> {
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
    let back = format!("/_auth/admin/users?{}", list_of(fields));
    let mut page = FormPage::new(req, choice.heading, visit.menu(), ADDRESS, choice.submit);
    page.intro = vec![Text::new("selected-accounts").with("count", users.len()).with("emails", emails.join(", "))];
    page.intro.extend(choice.note.map(Text::new));
    page.hidden = vec![("deed", choice.name), ("sure", "yes"), ("list", list_of(fields))];
    page.hidden.extend(boxes.iter().map(|name| (name.as_str(), "on")));
    page.danger = matches!(choice.deed, UserDeed::Disable | UserDeed::Delete);
    page.links = vec![(&back, "back-to-list")];
    Ok(page.answer(req, &visit.standing))
}
