//! "Is it you?": sensitive changes need a proof of identity that is less than 15 minutes old (S130).
//!
//! [`ask`] wraps the routes of such changes, inside the JWT middleware. [`submit`] handles the answer of its page, and
//! [`resume`], which wraps all pages, then processes the pending form.

use std::collections::BTreeMap;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::form::{Field, FormPage, MessagePage};
use super::see_other;
use crate::accounts::confirm::Pending;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::apps::AppRef;
use crate::domain::groups::GroupName;
use crate::domain::ids::UserId;
use crate::domain::lists::entries;
use crate::domain::text::Text;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::forms::Checked;
use crate::http::jwt::{self, Member};

use crate::http::navigation::is_navigation;
use crate::http::page::ADMIN_PAGES;
use crate::http::{app_origin, forms, settings};

const ADDRESS: &str = "/_auth/confirm";
/// Minutes after a proof for which an app that wants a new one has it.
const JUST_NOW_MINUTES: i64 = 1;
/// Maximum size of a pending form with its address, in bytes: a page full of accounts to delete needs a third of it
/// (S104).
const MAX_BYTES: usize = 8 * 1024;

/// A sensitive change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another role for an account.
    Role,
    /// Another user name for an account: it may be an account in an app.
    Username,
    /// A new account, or a new invitation for one.
    Invite,
    /// A link for setting a password.
    ResetLink,
    /// Deleting an account.
    Delete,
    /// Deleting several accounts.
    DeleteSeveral,
    /// Other groups for an account.
    Groups,
    /// Adding several accounts to groups.
    GroupsOfSeveral,
    /// A new group.
    GroupNew,
    /// Adding people to a group.
    GroupJoin,
    /// Deleting a group.
    GroupDelete,
    /// A new second factor.
    FactorNew,
    /// Removing a second factor.
    FactorRemove,
    /// New recovery codes.
    RecoveryNew,
    /// Removing all second factors of somebody else.
    FactorReset,
    /// A new machine token.
    TokenNew,
    /// A new signed link of an app.
    LinkNew,
    /// A new app.
    AppNew,
    /// Other settings for an app.
    App,
    /// Deleting an app.
    AppDelete,
    /// A new rule.
    RuleNew,
    /// Another rule in place of one.
    Rule,
    /// Deleting a rule.
    RuleDelete,
}

impl Change {
    const ALL: [Self; 23] = [
        Self::Role,
        Self::Username,
        Self::Invite,
        Self::ResetLink,
        Self::Delete,
        Self::DeleteSeveral,
        Self::Groups,
        Self::GroupsOfSeveral,
        Self::GroupNew,
        Self::GroupJoin,
        Self::GroupDelete,
        Self::FactorNew,
        Self::FactorRemove,
        Self::RecoveryNew,
        Self::FactorReset,
        Self::TokenNew,
        Self::LinkNew,
        Self::AppNew,
        Self::App,
        Self::AppDelete,
        Self::RuleNew,
        Self::Rule,
        Self::RuleDelete,
    ];

    /// Whether the ID in the address is that of a group, not of an account.
    const fn is_of_group(self) -> bool {
        matches!(self, Self::GroupJoin | Self::GroupDelete)
    }

    /// Whether the ID in the address is that of an app.
    const fn is_of_app(self) -> bool {
        matches!(self, Self::LinkNew | Self::App | Self::AppDelete | Self::RuleNew | Self::Rule | Self::RuleDelete)
    }

    /// The key of the description of the change; `email`, `group`, `role` and `count` are its placeholders.
    const fn key(self) -> &'static str {
        match self {
            Self::Role => "prove-role",
            Self::Username => "prove-username",
            Self::Invite => "prove-invite",
            Self::ResetLink => "prove-reset-link",
            Self::Delete => "prove-delete",
            Self::DeleteSeveral => "prove-delete-several",
            Self::Groups => "prove-groups",
            Self::GroupsOfSeveral => "prove-groups-of-several",
            Self::GroupNew => "prove-group-new",
            Self::GroupJoin => "prove-group-join",
            Self::GroupDelete => "prove-group-delete",
            Self::FactorNew => "prove-factor-new",
            Self::FactorRemove => "prove-factor-remove",
            Self::RecoveryNew => "prove-recovery-new",
            Self::FactorReset => "prove-factor-reset",
            Self::TokenNew => "prove-token-new",
            Self::LinkNew => "prove-link-new",
            Self::AppNew => "prove-app-new",
            Self::App => "prove-app",
            Self::AppDelete => "prove-app-delete",
            Self::RuleNew | Self::Rule => "prove-rule",
            Self::RuleDelete => "prove-rule-delete",
        }
    }
}

/// The fields of the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Proof {
    #[serde(rename = "deed")]
    token: String,
    current_password: String,
    next: String,
}

/// The query of the page that somebody is led to from an app.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    next: String,
}

/// Middleware at the route of a change: stores the form and asks, unless the person proved their identity within the
/// last 15 minutes.
pub async fn ask<B: MessageBody + 'static>(
    change: Change,
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if *req.method() != Method::POST {
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    match question(change, &mut req).await {
        Ok(None) => Ok(next.call(req).await?.map_into_boxed_body()),
        Ok(Some(answer)) => Ok(req.into_response(answer)),
        Err(fault) => Ok(req.error_response(fault)),
    }
}

async fn question(change: Change, req: &mut ServiceRequest) -> Result<Option<HttpResponse>, HttpError> {
    let member = req.extract::<Member>().await?;
    let req = req.request();
    let accounts = settings::accounts(req);
    if accounts.was_proved_recently(member.who()).await? {
        return Ok(None);
    }
    if !is_navigation(req.headers()) {
        return Ok(Some(HttpResponse::Forbidden().json(json!({ "error": "confirm" }))));
    }
    let fields = forms::fields(req);
    let subject = subject(change, req, &fields).await?;
    if let Some(field) = fields.keys().find(|name| name.contains("password") || name.contains("secret")) {
        // Pending forms are stored, so they must hold no secrets.
        tracing::info!(field = field.as_str(), "refused to keep a form with a secret until its sender has confirmed");
        return Err(HttpError::BadRequest("fault-form-malformed"));
    }
    let length: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    if length + req.uri().path_and_query().map_or(0, |address| address.as_str().len()) > MAX_BYTES {
        return Err(HttpError::TooLarge);
    }
    let address = req.uri().path_and_query().map_or("/_auth/", |address| address.as_str()).to_owned();
    let pending = Pending { address, what: change.key().to_owned(), subject, fields };
    let token = accounts.keep_pending(member.who(), pending.clone()).await?;
    Ok(Some(page(&member, req, &token, &pending, StatusCode::FORBIDDEN, Vec::new())))
}

/// The account, the group or the app that the change is about, which has to exist.
async fn subject(change: Change, req: &HttpRequest, fields: &BTreeMap<String, String>) -> Result<String, HttpError> {
    let (accounts, id) = (settings::accounts(req), req.match_info().get("id"));
    if let Some(name) = id.filter(|_| change.is_of_group()) {
        let name = GroupName::parse(name).map_err(|_fault| HttpError::NotFound)?;
        accounts.group_created_at(&name).await?;
        return Ok(name.as_str().to_owned());
    }
    if let Some(app) = id.filter(|_| change.is_of_app()) {
        let id = AppRef::parse(app).ok_or(HttpError::NotFound)?;
        let loaded = accounts.apps().await?;
        return loaded.table.app(&id).map(|app| app.app().name.clone()).ok_or(HttpError::NotFound);
    }
    // One's own factor: the form shows whether it is there.
    let id = id.filter(|_| change != Change::FactorRemove);
    match id.and_then(UserId::parse) {
        Some(id) => Ok(accounts.user(&id).await?.email.to_string()),
        None => Ok(fields.get("email").cloned().unwrap_or_default()),
    }
}

/// Asks somebody whom an app wants to prove their identity again; who opens the address by itself is shown their
/// account.
pub async fn show(member: Member, req: HttpRequest, from: web::Query<From>) -> Result<HttpResponse, HttpError> {
    let Some(next) = app_origin::way_back(&req, &from.next).await? else { return Ok(see_other("/_auth/account")) };
    let now = settings::accounts(&req).clock().now();
    if member.who().proof().is_within(JUST_NOW_MINUTES, now) {
        return Ok(see_other(&next));
    }
    Ok(page_for_app(&member, &req, &next, StatusCode::OK, Vec::new()))
}

/// Takes the proof: with the form that waited, for [`resume`], with the way back to the app, or with the page again.
pub async fn submit(
    member: Member,
    req: HttpRequest,
    Checked(proof): Checked<Proof>,
) -> Result<HttpResponse, HttpError> {
    let Proof { token, current_password, next } = proof;
    let accounts = settings::accounts(&req);
    if let Some(next) = app_origin::way_back(&req, &next).await?.filter(|_| token.is_empty()) {
        return match accounts.confirm(member.who(), None, current_password, client(&req)).await {
            Ok(_) => Ok(see_other(&next)),
            Err(AccountError::Rules(faults)) => {
                Ok(page_for_app(&member, &req, &next, StatusCode::UNPROCESSABLE_ENTITY, faults))
            }
            Err(fault) => Err(fault.into()),
        };
    }
    match accounts.confirm(member.who(), Some(&token), current_password, client(&req)).await {
        Ok(pending) => {
            let mut proved = HttpResponse::Ok().finish();
            pending.map(|pending| proved.extensions_mut().insert(pending));
            Ok(proved)
        }
        Err(AccountError::Rules(faults)) => {
            let pending = accounts.find_pending(member.who(), &token).await?;
            Ok(page(&member, &req, &token, &pending, StatusCode::UNPROCESSABLE_ENTITY, faults))
        }
        Err(AccountError::Link) => {
            let mut page = MessagePage::new(&req, "prove-heading", member.menu());
            page.texts = vec![Text::new("prove-over")];
            page.links = vec![("/_auth/", "error-start")];
            Ok(page.answer(StatusCode::GONE))
        }
        Err(fault) => Err(fault.into()),
    }
}

fn page_for_app(
    member: &Member,
    req: &HttpRequest,
    next: &str,
    status: StatusCode,
    faults: Vec<FieldFault>,
) -> HttpResponse {
    let mut page = FormPage::new(req, "prove-heading", member.menu(), ADDRESS, "prove-submit");
    let is_ours = next.starts_with("/_auth/");
    page.intro = vec![Text::new(if is_ours { "prove-for-page" } else { "prove-for-app" })];
    page.hidden = vec![("next", next), ("username", member.who().name())];
    page.fields = vec![Field::password("current_password", "current-password", "current-password")];
    page.links = vec![("/_auth/forgot", "forgot-link")];
    page.faults = faults;
    page.answer_with(status, req)
}

/// Middleware for the pages: after the proof the pending form is processed, once, as if it had just been submitted.
pub async fn resume<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut answer = next.call(req).await?.map_into_boxed_body();
    let Some(pending) = answer.response_mut().extensions_mut().remove::<Pending>() else { return Ok(answer) };
    let (req, _) = answer.into_parts();
    match jwt::resume(ServiceRequest::from_request(req), pending).await {
        Ok(req) => Ok(next.call(req).await?.map_into_boxed_body()),
        Err(answer) => Ok(answer),
    }
}

fn page(
    member: &Member,
    req: &HttpRequest,
    token: &str,
    pending: &Pending,
    status: StatusCode,
    faults: Vec<FieldFault>,
) -> HttpResponse {
    let mut page = FormPage::new(req, "prove-heading", member.menu(), ADDRESS, "prove-submit");
    let change = Change::ALL.into_iter().find(|change| change.key() == pending.what);
    let count = pending.fields.keys().filter(|name| name.starts_with(super::admin::selected::BOX)).count();
    let field = |name| pending.fields.get(name).map_or("", |value| value.trim());
    let removes = if field("username").is_empty() { "yes" } else { "no" };
    let (email, group) = match change {
        Some(Change::GroupNew) => (String::new(), field("name")),
        Some(change) if change.is_of_group() => {
            (entries(field("email")).collect::<Vec<_>>().join(", "), pending.subject.as_str())
        }
        _ => (pending.subject.clone(), ""),
    };
    let app = if change == Some(Change::AppNew) { field("name") } else { pending.subject.as_str() };
    let what = change.map(|change| {
        let what = Text::new(change.key()).with("email", email).with("group", group).with("count", count);
        let what = what.with("app", app).with("path", field("path")).with("name", field("name"));
        what.with("role", field("role")).with("username", field("username")).with("removes", removes)
    });
    let in_groups = Some(field("groups")).filter(|names| !names.is_empty());
    let in_groups = in_groups.map(|names| Text::new("prove-in-groups").with("groups", names));
    page.intro = what.into_iter().chain(in_groups).chain([Text::new("prove-intro")]).collect();
    // Password managers find the password under this name.
    page.hidden = vec![("deed", token), ("username", member.who().name())];
    page.fields = vec![Field::password("current_password", "current-password", "current-password")];
    let of_list = ADMIN_PAGES.iter().find(|list| pending.address.starts_with(list.path));
    page.links = vec![("/_auth/forgot", "forgot-link"), (of_list.map_or("/_auth/", |list| list.path), "prove-cancel")];
    page.faults = faults;
    page.answer_with(status, req)
}
