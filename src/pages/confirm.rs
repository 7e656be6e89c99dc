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

use super::change::Change;
use super::confirm_page::{Asked, Question, no_factor, over};
use super::see_other;
use crate::accounts::AccountError;
use crate::accounts::ceremonies;
use crate::accounts::confirm::{Evidence, Pending};
use crate::domain::apps::AppRef;
use crate::domain::groups::GroupName;
use crate::domain::ids::UserId;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::forms::Checked;
use crate::http::jwt::{self, Member};
use crate::http::navigation::is_navigation;
use crate::http::{app_origin, forms, settings};

/// Minutes after a proof for which an app that wants a new one has it.
const JUST_NOW_MINUTES: i64 = 1;
/// Maximum size of a pending form with its address, in bytes: a page full of accounts to delete needs a third of it
/// (S104).
const MAX_BYTES: usize = 8 * 1024;

/// The fields of the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    #[serde(rename = "deed")]
    token: String,
    current_password: String,
    code: String,
    #[serde(flatten)]
    passkey: ceremonies::PasskeyAnswer,
    /// Not empty if only a second factor is an answer.
    factor: String,
    next: String,
}

/// The query of the page that somebody is led to from an app.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    next: String,
    /// Not empty if the second factor is what is missing.
    factor: String,
}

/// Middleware at the route of a change: stores the form and asks, unless the person proved their identity within the
/// last 15 minutes, with the second factor that the change needs.
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
    let needs_factor = change.is_of_own_factors() && accounts.lacks_factor(member.who()).await?;
    if !needs_factor && accounts.was_proved_recently(member.who()).await? {
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
    let pending = Pending { address, what: change.key().to_owned(), subject, fields, needs_factor };
    let token = accounts.keep_pending(member.who(), pending.clone()).await?;
    let question = Question::of(&member, req, needs_factor).await?;
    Ok(Some(question.about_form(&token, &pending, StatusCode::FORBIDDEN, Vec::new())))
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
    let (proof, needs_factor) = (member.who().proof(), !from.factor.is_empty());
    let proof = if needs_factor { proof.of_factor() } else { Some(proof) };
    let now = settings::accounts(&req).clock().now();
    if proof.is_some_and(|proof| proof.is_within(JUST_NOW_MINUTES, now)) {
        return Ok(see_other(&next));
    }
    let asked = Asked::of(&member, &req, needs_factor).await?;
    if needs_factor && asked == Asked::Password {
        return no_factor(&member, &req, &next).await;
    }
    Ok(Question::of(&member, &req, needs_factor).await?.on_the_way(&next, StatusCode::OK, Vec::new()))
}

/// Takes the proof: with the form that waited, for [`resume`], with the way back to the app, or with the page again.
pub async fn submit(
    member: Member,
    req: HttpRequest,
    Checked(proof): Checked<ConfirmForm>,
) -> Result<HttpResponse, HttpError> {
    let ConfirmForm { token, current_password: password, code, passkey, factor, next } = proof;
    let (accounts, status) = (settings::accounts(&req), StatusCode::UNPROCESSABLE_ENTITY);
    if let Some(next) = app_origin::way_back(&req, &next).await?.filter(|_| token.is_empty()) {
        let answer = Evidence { password, code, passkey, needs_factor: !factor.is_empty() };
        let needs_factor = answer.needs_factor;
        return match accounts.confirm(member.who(), None, answer, client(&req)).await {
            Ok(_) => Ok(see_other(&next)),
            Err(AccountError::Rules(faults)) => {
                Ok(Question::of(&member, &req, needs_factor).await?.on_the_way(&next, status, faults))
            }
            Err(fault) => Err(fault.into()),
        };
    }
    let answer = Evidence { password, code, passkey, ..Evidence::default() };
    match accounts.confirm(member.who(), Some(&token), answer, client(&req)).await {
        Ok(pending) => {
            let mut proved = HttpResponse::Ok().finish();
            pending.map(|pending| proved.extensions_mut().insert(pending));
            Ok(proved)
        }
        Err(AccountError::Rules(faults)) => {
            let pending = accounts.find_pending(member.who(), &token).await?;
            let question = Question::of(&member, &req, pending.needs_factor).await?;
            Ok(question.about_form(&token, &pending, status, faults))
        }
        Err(AccountError::Link) => Ok(over(&member, &req)),
        Err(fault) => Err(fault.into()),
    }
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
