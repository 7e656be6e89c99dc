//! All accounts, and inviting people.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::groups::names_field;
use super::user::show_link;
use super::{PAGE_ROWS, count_line, cut, selected};
use crate::accounts::administer::NewAccount;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::groups::GroupName;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{Role, User, UserState};
use crate::domain::user_list::{UserFilter, UserOrder, UserPlace, UserSort, list_query};
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};
use crate::pages::form::{Choice, Field, FormPage};

/// A column that the list can be sorted by.
struct Column {
    label: &'static str,
    /// The query of the list sorted by it.
    query: String,
    /// `ascending` or `descending` if the list is sorted by it now.
    direction: Option<&'static str>,
}

const COLUMNS: [(UserSort, &str); 6] = [
    (UserSort::Email, "users-address"),
    (UserSort::Name, "name"),
    (UserSort::Role, "users-role"),
    (UserSort::State, "users-state"),
    (UserSort::LastSignIn, "users-last"),
    (UserSort::Created, "user-since"),
];

#[derive(Template)]
#[template(path = "pages/admin/users.html")]
struct UsersPage {
    layout: Layout,
    now: Timestamp,
    csrf_token: String,
    filter: UserFilter,
    order: UserOrder,
    count: Text,
    columns: Vec<Column>,
    /// The query of this list.
    list: String,
    /// The groups that the list can be filtered by.
    groups: Vec<GroupName>,
    users: Vec<User>,
    next: Option<UserPlace>,
}

/// The filter of the list.
#[derive(Deserialize)]
pub struct Query {
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    group: String,
    #[serde(default)]
    sort: String,
    before: Option<String>,
}

/// The person to invite.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewUserForm {
    email: String,
    name: String,
    role: String,
    groups: String,
}

/// The list, newest first unless sorted by a column.
pub async fn list(_admin: Admin, req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let (state, role) = (UserState::parse(&query.state), Role::parse(&query.role));
    let filter =
        UserFilter { query: query.q.trim().to_owned(), state, role, group: GroupName::parse(&query.group).ok() };
    let order = UserOrder::parse(&query.sort);
    let place = query.before.as_deref().and_then(UserPlace::parse);
    let accounts = settings::accounts(&req);
    let (rows, count) = accounts.list_users(filter.clone(), order, place, PAGE_ROWS + 1).await?;
    let (users, more) = cut(rows);
    let direction = if order.descending { "descending" } else { "ascending" };
    let column = |(by, label)| Column {
        label,
        query: list_query(&filter, order.towards(by)),
        direction: (order.by == by).then_some(direction),
    };
    let content = UsersPage {
        layout: Layout::with_menu(&req, "users-heading", Menu::Admin),
        now: accounts.clock().now(),
        csrf_token: forms::token(&req),
        count: count_line("users-count", count),
        columns: COLUMNS.into_iter().map(column).collect(),
        list: list_query(&filter, order),
        groups: accounts.list_groups().await?.into_iter().map(|group| group.name).collect(),
        next: users.last().filter(|_| more).map(|user| UserPlace::of(user, order.by)),
        order,
        filter,
        users,
    };
    Ok(page(StatusCode::OK, &content))
}

/// The invitation form.
pub async fn show_new(_admin: Admin, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    form(&req, &NewUserForm::default(), Role::User, Vec::new()).await
}

/// Invites a person: by mail if there is a mail server, else with a link that is shown immediately.
pub async fn create(
    admin: Admin,
    req: HttpRequest,
    Checked(typed): Checked<NewUserForm>,
) -> Result<HttpResponse, HttpError> {
    let Some(role) = Role::parse(if typed.role.is_empty() { "user" } else { &typed.role }) else {
        let faults = vec![FieldFault::new("role", Text::new("role-choose"))];
        return form(&req, &typed, Role::User, faults).await;
    };
    let by_mail = settings::of(&req).config.mail.server.is_some();
    let account = NewAccount { email: &typed.email, name: &typed.name, role, groups: &typed.groups };
    match settings::accounts(&req).invite_user(account, by_mail, &admin.actor(&req)).await {
        Ok((user, Some(link))) => show_link(&req, &user, &link).await,
        Ok((user, None)) => Ok(Flash::Invited.at(&format!("/_auth/admin/users/{}", user.id))),
        Err(AccountError::Rules(faults)) => form(&req, &typed, role, faults).await,
        Err(fault) => Err(fault.into()),
    }
}

async fn form(
    req: &HttpRequest,
    typed: &NewUserForm,
    role: Role,
    faults: Vec<FieldFault>,
) -> Result<HttpResponse, HttpError> {
    let mut page =
        FormPage::new(req, "invite-somebody", Menu::Admin, "/_auth/admin/users/new", "invite-somebody-submit");
    let by_mail = settings::of(req).config.mail.server.is_some();
    page.intro = vec![Text::new(if by_mail { "invite-somebody-intro" } else { "invite-somebody-intro-no-mail" })];
    let choice = |value: &'static str, label| Choice { value: value.into(), label: Text::new(label), language: None };
    page.fields = vec![
        Field::email("email", &typed.email, "off"),
        Field::text("name", "name", &typed.name, "off").with_hint(Text::new("optional")),
        Field::choice(
            "role",
            "users-role",
            role.as_str(),
            vec![choice("user", "role-user-long"), choice("admin", "role-admin-long")],
        ),
        names_field(req, &typed.groups).await?,
    ];
    page.links = vec![("/_auth/admin/users", "back-to-list")];
    page.faults = faults;
    Ok(page.answer(req))
}
