//! All accounts, and inviting somebody.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::user::show_link;
use super::{PAGE_ROWS, Visit, act, actor, cut, enter};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::cursor::Cursor;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{Role, User, UserFilter, UserState};
use crate::http::error::HttpError;
use crate::http::page::{Layout, page};
use crate::http::settings;
use crate::pages::form::{Choice, Field, FormPage};
use crate::pages::see_other;

#[derive(Template)]
#[template(path = "pages/admin/users.html")]
struct UsersPage<'a> {
    layout: Layout,
    now: Timestamp,
    flash: Option<String>,
    query: &'a str,
    state: &'a str,
    users: Vec<User>,
    next: Option<Cursor>,
}

/// What the list shows.
#[derive(Deserialize)]
pub struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    before: Option<String>,
    flash: Option<String>,
}

/// The list, newest first.
pub async fn list(req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let visit = match enter(&req).await? {
        Ok(visit) => visit,
        Err(answer) => return Ok(answer),
    };
    let filter = UserFilter { query: query.q.trim().to_owned(), state: UserState::parse(&query.state), role: None };
    let before = query.before.as_deref().and_then(Cursor::parse);
    let (users, more) = cut(settings::accounts(&req).list_users(filter, before, PAGE_ROWS + 1).await?);
    let next = users.last().filter(|_| more).map(|user| Cursor { at: user.created_at, id: user.id.to_string() });
    let content = UsersPage {
        layout: Layout::with_menu(&req, "users-heading", visit.menu()),
        now: settings::accounts(&req).clock().now(),
        flash: crate::pages::flash(&req, query.flash.as_deref()),
        query: query.q.trim(),
        state: UserState::parse(&query.state).map_or("", UserState::as_str),
        users,
        next,
    };
    let answer = page(StatusCode::OK, &content);
    Ok(visit.answer(&req, answer).await)
}

/// The form for an invitation.
pub async fn show_new(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let visit = match enter(&req).await? {
        Ok(visit) => visit,
        Err(answer) => return Ok(answer),
    };
    let answer = form(&req, &visit, ("", ""), Role::User, Vec::new());
    Ok(visit.answer(&req, answer).await)
}

/// Invites somebody: by mail where there is a mail server, else by a link that is shown at once.
pub async fn create(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let (visit, mut fields) = match act(&req, payload).await? {
        Ok(done) => done,
        Err(answer) => return Ok(answer),
    };
    let (email, name) = (fields.take("email"), fields.take("name"));
    let typed = fields.take("role");
    let Some(role) = Role::parse(if typed.is_empty() { "user" } else { &typed }) else {
        let faults = vec![FieldFault::new("role", Text::new("role-choose"))];
        return Ok(form(&req, &visit, (&email, &name), Role::User, faults));
    };
    let by_mail = settings::of(&req).mail_server.is_some();
    match settings::accounts(&req).invite_user(&email, &name, role, by_mail, &actor(&req, &visit)).await {
        Ok((user, Some(link))) => Ok(show_link(&req, visit.menu(), &user, &link)),
        Ok((user, None)) => Ok(see_other(&format!("/_auth/admin/users/{}?flash=invited", user.id))),
        Err(AccountError::Rules(faults)) => Ok(form(&req, &visit, (&email, &name), role, faults)),
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, visit: &Visit, (email, name): (&str, &str), role: Role, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new(req, "invite-somebody", visit.menu(), "/_auth/admin/users/new", "invite-somebody-submit");
    let by_mail = settings::of(req).mail_server.is_some();
    page.intro = vec![Text::new(if by_mail { "invite-somebody-intro" } else { "invite-somebody-intro-no-mail" })];
    let choice = |value, label| Choice { value, label: Text::new(label), language: None };
    page.fields = vec![
        Field::email("email", email, "off"),
        Field::text("name", "name", name, "off").with_hint(Text::new("optional")),
        Field::choice("role", "users-role", role.as_str(), vec![choice("user", "role-user-long"), choice("admin", "role-admin-long")]),
    ];
    page.links = vec![("/_auth/admin/users", "back-to-list")];
    page.faults = faults;
    page.answer(req, &visit.standing)
}
