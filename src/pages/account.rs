//! The account page: who am I, where am I signed in, what can I change.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::FormPage;
use super::{Visit, see_other, to_sign_in};
use crate::domain::access::Identity;
use crate::domain::device::{self, Device};
use crate::domain::session::Session;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::http::error::HttpError;
use crate::http::page::{Layout, Menu, page};
use crate::http::signed_in::{Standing, guard};
use crate::http::{client_address, forms, settings};

struct SessionRow {
    id: String,
    device: Text,
    source: String,
    since: Timestamp,
    seen: Timestamp,
    this: bool,
}

#[derive(Template)]
#[template(path = "pages/account.html")]
struct AccountPage<'a> {
    layout: Layout,
    now: Timestamp,
    csrf_token: String,
    email: &'a str,
    name: &'a str,
    role: Text,
    has_mail_server: bool,
    flash: Option<String>,
    sessions: Vec<SessionRow>,
    devices: Vec<Device>,
}

/// What to say at the top.
#[derive(Deserialize)]
pub struct Query {
    flash: Option<String>,
}

/// The page; the deprecated mode has no account and is only offered to sign out.
pub async fn show(req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let (standing, renewal) = guard(&req).check_and_refresh(&req).await?;
    if let Standing::SignedIn(passport) = &standing
        && passport.who.user_id().is_none()
    {
        return Ok(no_account(&req, &standing));
    }
    let Some(visit) = Visit::of(standing, renewal)? else { return Ok(to_sign_in(&req)) };
    let accounts = settings::accounts(&req);
    let (sessions, devices) = (accounts.own_sessions(&visit.who).await?, accounts.own_devices(&visit.who).await?);
    let Identity::User { email, name, role, .. } = &visit.who.who else { return Err(HttpError::NotFound) };
    let content = AccountPage {
        layout: Layout::with_menu(&req, "account-heading", visit.menu()),
        now: settings::accounts(&req).clock().now(),
        csrf_token: forms::token(&req, &visit.standing).value,
        email,
        name,
        role: role.text(),
        has_mail_server: settings::of(&req).mail_server.is_some(),
        flash: super::flash(&req, query.flash.as_deref()),
        sessions: sessions.into_iter().map(|session| row(session, &visit)).collect(),
        devices,
    };
    let answer = page(StatusCode::OK, &content);
    Ok(visit.answer(&req, answer).await)
}

fn row(session: Session, visit: &Visit) -> SessionRow {
    SessionRow {
        this: session.id == visit.who.session,
        id: session.id.to_string(),
        device: device::spoken(&session.device),
        source: session.source,
        since: session.created_at,
        seen: session.last_seen_at,
    }
}

fn no_account(req: &HttpRequest, standing: &Standing) -> HttpResponse {
    let mut page = FormPage::new(req, "no-account-heading", Menu::None, "/_auth/logout", "sign-out");
    page.intro = vec![Text::new("no-account-intro")];
    page.links.extend(settings::of(req).has_app().then_some(("/", "menu-app")));
    page.links.push(("/_auth/setup", "no-account-setup"));
    page.answer_with(StatusCode::FORBIDDEN, req, standing)
}

/// Forgets a known device.
pub async fn forget_device(req: HttpRequest, payload: web::Payload, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let Some((visit, _fields)) = Visit::post(&req, payload).await? else { return Ok(to_sign_in(&req)) };
    let source = client_address::of(&req).client.to_string();
    settings::accounts(&req).forget_device(&visit.who, id.into_inner(), source).await?;
    Ok(see_other("/_auth/account?flash=device-forgotten"))
}
