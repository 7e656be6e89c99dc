//! One account: its details, and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::AccountError;
use crate::accounts::administer::UserChange;
use crate::accounts::second_factors::OwnFactors;
use crate::domain::audit::{AuditFilter, AuditLine};
use crate::domain::groups::GroupName;
use crate::domain::ids::UserId;
use crate::domain::session::Session;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{Role, User, UserState};
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};
use crate::pages::form::{FormPage, MessagePage};
use crate::pages::see_other;

/// Recent events shown.
const EVENTS_SHOWN: i64 = 20;

#[derive(Template)]
#[template(path = "pages/admin/user.html")]
struct UserPage {
    layout: Layout,
    now: Timestamp,
    csrf_token: String,
    user: User,
    groups: Vec<GroupName>,
    /// `None` while the session store does not answer: the account can be managed without the list.
    sessions: Option<Vec<Session>>,
    events: Vec<AuditLine>,
    /// When another account last had this address.
    address_before: Option<Timestamp>,
    has_mail_server: bool,
    own: OwnFactors,
    /// Whether it is the reader's own account.
    is_own: bool,
}

impl UserPage {
    fn is(&self, state: &str) -> bool {
        self.user.state.as_str() == state
    }
}

/// The new role.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

/// How the invitation is delivered.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct InvitationForm {
    by: String,
}

fn parse(id: &str) -> Result<UserId, HttpError> {
    UserId::parse(id).ok_or(HttpError::NotFound)
}

/// Asks before all second factors are removed; nobody removes all of their own.
pub async fn ask_reset_factors(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, HttpError> {
    let user = settings::accounts(&req).user(&parse(&id)?).await?;
    if admin.who().user_id() == Some(&user.id) {
        return Ok(see_other("/_auth/account/factors"));
    }
    let (action, back) = (format!("/_auth/admin/users/{id}/factors/reset"), format!("/_auth/admin/users/{id}"));
    let mut form = FormPage::new(&req, "factors-reset-heading", Menu::Admin, &action, "user-reset-factors");
    let intro = Text::new("factors-reset-intro").with("email", user.email.as_str());
    form.intro = vec![intro, Text::new("factors-reset-note")];
    form.danger = true;
    form.links = vec![(&back, "factors-reset-keep")];
    Ok(form.answer(&req))
}

/// Removes all second factors of the account and ends its sessions.
pub async fn reset_factors(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let id = parse(&id)?;
    settings::accounts(&req).reset_factors(&id, &admin.actor(&req)).await?;
    Ok(Flash::FactorsReset.at(&format!("/_auth/admin/users/{id}")))
}

/// The page.
pub async fn show(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let (accounts, id) = (settings::accounts(&req), parse(&id)?);
    let user = accounts.user(&id).await?;
    let sessions = match accounts.sessions_of(&id).await {
        Ok(sessions) => Some(sessions),
        Err(AccountError::Unavailable(_)) => None,
        Err(fault) => return Err(fault.into()),
    };
    let filter = AuditFilter { person: user.email.to_string(), ..AuditFilter::default() };
    let content = UserPage {
        layout: Layout::with_menu(&req, "user-title", Menu::Admin),
        now: settings::accounts(&req).clock().now(),
        csrf_token: forms::token(&req),
        groups: accounts.groups_of(&id).await?,
        own: accounts.factors_of(&id).await?,
        is_own: admin.who().user_id() == Some(&id),
        sessions,
        events: accounts.list_audit(filter, None, EVENTS_SHOWN).await?,
        address_before: accounts.last_use_of_address(&user).await?,
        has_mail_server: settings::of(&req).config.mail.server.is_some(),
        user,
    };
    Ok(page(StatusCode::OK, &content))
}

/// Disables the account.
pub async fn disable(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    change(&admin, &req, &id, UserChange::Disable, Flash::Disabled).await
}

/// Enables the account.
pub async fn enable(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    change(&admin, &req, &id, UserChange::Enable, Flash::Enabled).await
}

/// Ends all sessions of the account.
pub async fn end_sessions(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    change(&admin, &req, &id, UserChange::EndSessions, Flash::Ended).await
}

async fn change(
    admin: &Admin,
    req: &HttpRequest,
    id: &str,
    change_of_account: UserChange,
    flash: Flash,
) -> Result<HttpResponse, HttpError> {
    let changed = settings::accounts(req).change_user(&parse(id)?, change_of_account, &admin.actor(req)).await?;
    Ok(if changed { flash } else { Flash::Unchanged }.at(&format!("/_auth/admin/users/{id}")))
}

/// Changes the role.
pub async fn set_role(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(form): Checked<RoleForm>,
) -> Result<HttpResponse, HttpError> {
    let role = Role::parse(&form.role).ok_or(HttpError::Unprocessable("role-choose"))?;
    change(&admin, &req, &id, UserChange::SetRole(role), Flash::Role).await
}

/// Asks before deleting.
pub async fn ask_delete(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let user = settings::accounts(&req).user(&parse(&id)?).await?;
    let (action, back) = (format!("/_auth/admin/users/{id}/delete"), format!("/_auth/admin/users/{id}"));
    let mut form = FormPage::new(&req, "delete-heading", Menu::Admin, &action, "delete-submit");
    form.intro = vec![Text::new("delete-intro").with("email", user.email.as_str()), Text::new("delete-note")];
    form.danger = true;
    form.links = vec![(&back, "delete-keep")];
    Ok(form.answer(&req))
}

/// Deletes the account.
pub async fn delete(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    settings::accounts(&req).change_user(&parse(&id)?, UserChange::Delete, &admin.actor(&req)).await?;
    Ok(Flash::Deleted.at("/_auth/admin/users"))
}

/// Creates a link for a new password and shows it once.
pub async fn reset_link(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let (user, link) = settings::accounts(&req).make_link(&parse(&id)?, &admin.actor(&req)).await?;
    show_link(&req, &user, &link).await
}

/// Sends the invitation again, or shows its link: according to the field `by`, else depending on whether there is a
/// mail server.
pub async fn invite(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(form): Checked<InvitationForm>,
) -> Result<HttpResponse, HttpError> {
    let (accounts, id, actor) = (settings::accounts(&req), parse(&id)?, admin.actor(&req));
    let by_mail = match form.by.as_str() {
        "mail" => true,
        "link" => false,
        _ => settings::of(&req).config.mail.server.is_some(),
    };
    if accounts.user(&id).await?.state != UserState::Invited {
        return Err(HttpError::Unprocessable("fault-no-invitation"));
    }
    if by_mail {
        accounts.send_invitation(&id, &actor).await?;
        return Ok(Flash::Invited.at(&format!("/_auth/admin/users/{id}")));
    }
    let (user, link) = accounts.make_link(&id, &actor).await?;
    show_link(&req, &user, &link).await
}

/// The page with a link to copy, which is shown only this once; with a warning if another account had the address.
pub(super) async fn show_link(req: &HttpRequest, user: &User, link: &str) -> Result<HttpResponse, HttpError> {
    let back = format!("/_auth/admin/users/{}", user.id);
    let accounts = settings::accounts(req);
    let until = accounts.link_lasts_until(user);
    let mut page = MessagePage::new(req, "copy-heading", Menu::Admin);
    let before = accounts.last_use_of_address(user).await?;
    page.warning = before.map(|at| Text::new("user-address-before").with("moment", at.exact_words()));
    page.texts = vec![
        Text::new("copy-give").with("email", user.email.as_str()),
        Text::new("copy-until").with("moment", until.exact_words()),
        Text::new("copy-earlier"),
    ];
    page.link = link;
    page.links = vec![(&back, "back-to-user")];
    Ok(page.answer(StatusCode::OK))
}
