//! Groups: the list, one group with its members, and the groups of an account.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PAGE_ROWS, count_line, cut};
use crate::accounts::groups::{Group, Membership};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::groups::{GroupName, joined};
use crate::domain::ids::UserId;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{User, UserState};
use crate::domain::user_list::{UserFilter, UserOrder, UserPlace, UserSort};
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};
use crate::pages::form::{Field, FormPage};

const LIST: &str = "/_auth/admin/groups";
const NEW: &str = "/_auth/admin/groups/new";

#[derive(Template)]
#[template(path = "pages/admin/groups.html")]
struct GroupsPage {
    layout: Layout,
    now: Timestamp,
    groups: Vec<Group>,
}

#[derive(Template)]
#[template(path = "pages/admin/group.html")]
struct GroupPage {
    layout: Layout,
    now: Timestamp,
    csrf_token: String,
    name: GroupName,
    created_at: Timestamp,
    count: Text,
    members: Vec<User>,
    next: Option<UserPlace>,
}

/// Where a page of members begins.
#[derive(Deserialize)]
pub struct Query {
    before: Option<String>,
}

/// A new group.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewGroupForm {
    name: String,
}

/// The addresses of the new members.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct MembersForm {
    email: String,
}

/// The groups of an account. The field has to be sent: a form without it takes nobody's groups away.
#[derive(Deserialize)]
pub struct GroupsForm {
    groups: String,
}

fn parse(name: &str) -> Result<GroupName, HttpError> {
    GroupName::parse(name).map_err(|_fault| HttpError::NotFound)
}

fn address_of(name: &GroupName) -> String {
    format!("{LIST}/{}", name.as_str())
}

/// The list.
pub async fn list(_admin: Admin, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    let content = GroupsPage {
        layout: Layout::with_menu(&req, "groups-heading", Menu::Admin),
        now: accounts.clock().now(),
        groups: accounts.list_groups().await?,
    };
    Ok(page(StatusCode::OK, &content))
}

/// The form for a new group.
pub async fn show_new(_admin: Admin, req: HttpRequest) -> HttpResponse {
    new_form(&req, "", Vec::new())
}

/// Creates a group.
pub async fn create(
    admin: Admin,
    req: HttpRequest,
    Checked(typed): Checked<NewGroupForm>,
) -> Result<HttpResponse, HttpError> {
    match settings::accounts(&req).create_group(&typed.name, &admin.actor(&req)).await {
        Ok(name) => Ok(Flash::GroupCreated.at(&address_of(&name))),
        Err(AccountError::Rules(faults)) => Ok(new_form(&req, &typed.name, faults)),
        Err(fault) => Err(fault.into()),
    }
}

fn new_form(req: &HttpRequest, name: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new(req, "group-new", Menu::Admin, NEW, "group-new-submit");
    page.intro = vec![Text::new("groups-intro")];
    page.fields = vec![Field::word("name", "name", name).with_hint(Text::new("group-name-hint"))];
    page.links = vec![(LIST, "back-to-list")];
    page.faults = faults;
    page.answer(req)
}

/// One group with its members, by address.
pub async fn show(
    _admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    query: web::Query<Query>,
) -> Result<HttpResponse, HttpError> {
    let (accounts, name) = (settings::accounts(&req), parse(&id)?);
    let created_at = accounts.group_created_at(&name).await?;
    let filter = UserFilter { group: Some(name.clone()), ..UserFilter::default() };
    let order = UserOrder { by: UserSort::Email, descending: false };
    let place = query.before.as_deref().and_then(UserPlace::parse);
    let (rows, count) = accounts.list_users(filter, order, place, PAGE_ROWS + 1).await?;
    let (members, more) = cut(rows);
    let content = GroupPage {
        layout: Layout::with_menu(&req, "group-title", Menu::Admin),
        now: accounts.clock().now(),
        csrf_token: forms::token(&req),
        name,
        created_at,
        count: count_line("users-count", count),
        next: members.last().filter(|_| more).map(|user| UserPlace::of(user, order.by)),
        members,
    };
    Ok(page(StatusCode::OK, &content))
}

/// The form for new members, which is on the page of the group as well.
pub async fn show_add(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let name = parse(&id)?;
    settings::accounts(&req).group_created_at(&name).await?;
    Ok(members_form(&req, &name, "", Vec::new()))
}

/// Adds people to the group: all of them, or nobody if one has no account.
pub async fn add(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(typed): Checked<MembersForm>,
) -> Result<HttpResponse, HttpError> {
    let (accounts, name) = (settings::accounts(&req), parse(&id)?);
    accounts.group_created_at(&name).await?;
    let users = match accounts.users_by_email(&typed.email).await {
        Ok(users) => users,
        Err(AccountError::Rules(faults)) => return Ok(members_form(&req, &name, &typed.email, faults)),
        Err(fault) => return Err(fault.into()),
    };
    let joins = users.into_iter().map(|user| Membership::Join(name.clone(), user.id)).collect();
    let changed = accounts.change_memberships(joins, &admin.actor(&req)).await?;
    Ok(members_changed(changed).at(&address_of(&name)))
}

/// Removes one member.
pub async fn remove(
    admin: Admin,
    req: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, HttpError> {
    let (name, user) = (parse(&path.0)?, UserId::parse(&path.1).ok_or(HttpError::NotFound)?);
    let accounts = settings::accounts(&req);
    accounts.group_created_at(&name).await?;
    let changed = accounts.change_memberships(vec![Membership::Leave(name.clone(), user)], &admin.actor(&req)).await?;
    Ok(members_changed(changed).at(&address_of(&name)))
}

const fn members_changed(changed: bool) -> Flash {
    if changed { Flash::Members } else { Flash::Unchanged }
}

fn members_form(req: &HttpRequest, name: &GroupName, typed: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let back = address_of(name);
    let action = format!("{back}/members/add");
    let mut page = FormPage::new(req, "group-add", Menu::Admin, &action, "group-add-submit");
    page.intro = vec![Text::new("group-add-intro").with("group", name.as_str())];
    page.fields = vec![Field::lines("email", "group-add-emails", typed).with_hint(Text::new("group-add-hint"))];
    page.links = vec![(&back, "back-to-group")];
    page.faults = faults;
    page.answer(req)
}

/// Asks before deleting.
pub async fn ask_delete(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let name = parse(&id)?;
    settings::accounts(&req).group_created_at(&name).await?;
    let back = address_of(&name);
    let action = format!("{back}/delete");
    let mut form = FormPage::new(&req, "group-delete-heading", Menu::Admin, &action, "delete-submit");
    form.intro = vec![Text::new("group-delete-intro").with("group", name.as_str())];
    let rules = settings::accounts(&req).rules_with(&name).await?;
    form.intro.extend((!rules.is_empty()).then(|| Text::new("group-delete-rules").with("rules", rules.join(", "))));
    form.danger = true;
    form.links = vec![(&back, "group-keep")];
    Ok(form.answer(&req))
}

/// Deletes the group.
pub async fn delete(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    settings::accounts(&req).delete_group(&parse(&id)?, &admin.actor(&req)).await?;
    Ok(Flash::Deleted.at(LIST))
}

/// The form for the groups of an account.
pub async fn show_of_user(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let user = find_user(&req, &id).await?;
    let groups = settings::accounts(&req).groups_of(&user.id).await?;
    of_user_form(&req, &user, &joined(&groups), Vec::new()).await
}

/// Changes the groups of an account.
pub async fn submit_of_user(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(typed): Checked<GroupsForm>,
) -> Result<HttpResponse, HttpError> {
    let user = find_user(&req, &id).await?;
    match settings::accounts(&req).set_groups(&user.id, &typed.groups, &admin.actor(&req)).await {
        Ok(changed) => {
            let flash = if changed { Flash::UserGroups } else { Flash::Unchanged };
            Ok(flash.at(&format!("/_auth/admin/users/{}", user.id)))
        }
        Err(AccountError::Rules(faults)) => of_user_form(&req, &user, &typed.groups, faults).await,
        Err(fault) => Err(fault.into()),
    }
}

async fn find_user(req: &HttpRequest, id: &str) -> Result<User, HttpError> {
    let id = UserId::parse(id).ok_or(HttpError::NotFound)?;
    Ok(settings::accounts(req).user(&id).await?)
}

async fn of_user_form(
    req: &HttpRequest,
    user: &User,
    typed: &str,
    faults: Vec<FieldFault>,
) -> Result<HttpResponse, HttpError> {
    let back = format!("/_auth/admin/users/{}", user.id);
    let action = format!("{back}/groups");
    let mut page = FormPage::new(req, "user-groups", Menu::Admin, &action, "save");
    page.intro = vec![Text::new("user-groups-intro").with("email", user.email.as_str())];
    page.fields = vec![names_field(req, typed).await?];
    page.links = vec![(&back, "back-to-user"), (LIST, "user-groups-all")];
    page.faults = faults;
    Ok(page.answer(req))
}

/// A field for the names of groups, with a hint that lists them.
pub(super) async fn names_field(req: &HttpRequest, typed: &str) -> Result<Field, HttpError> {
    let groups = settings::accounts(req).list_groups().await?;
    let names = joined(groups.iter().map(|group| &group.name));
    let hint = Text::new("groups-hint").with("count", groups.len()).with("groups", names);
    Ok(Field::word("groups", "menu-groups", typed).with_hint(hint))
}
