//! The account page: the user's profile, sessions and devices, with links to change them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::legacy;
use crate::domain::device::{self, Device};
use crate::domain::session::Session;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::Username;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::jwt::{AnySession, Member};
use crate::http::page::{Layout, page};
use crate::http::{client_address, forms, settings};

struct SessionRow {
    id: String,
    device: Text,
    source: String,
    since: Timestamp,
    last_seen: Timestamp,
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
    username: Option<&'a str>,
    role: Text,
    has_mail_server: bool,
    sessions: Vec<SessionRow>,
    devices: Vec<Device>,
}

/// The page; the deprecated mode has no account and only offers to sign out.
pub async fn show(session: AnySession, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let Some(member) = session.member() else { return Ok(legacy::no_account(&req)) };
    let accounts = settings::accounts(&req);
    let (sessions, devices) = (accounts.own_sessions(member.who()).await?, accounts.own_devices(member.who()).await?);
    let person = member.who().person().ok_or(HttpError::NotFound)?;
    let content = AccountPage {
        layout: Layout::with_menu(&req, "account-heading", member.menu()),
        now: settings::accounts(&req).clock().now(),
        csrf_token: forms::token(&req),
        email: &person.email,
        name: &person.name,
        username: person.username.as_ref().map(Username::as_str),
        role: person.role.text(),
        has_mail_server: settings::of(&req).config.mail.server.is_some(),
        sessions: sessions.into_iter().map(|session| row(session, &member)).collect(),
        devices,
    };
    Ok(page(StatusCode::OK, &content))
}

fn row(session: Session, member: &Member) -> SessionRow {
    SessionRow {
        this: Some(&session.id) == member.who().session(),
        id: session.id.to_string(),
        device: device::spoken(&session.device),
        source: session.source,
        since: session.created_at,
        last_seen: session.last_seen_at,
    }
}

/// Forgets a known device.
pub async fn forget_device(member: Member, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let source = client_address::of(&req).client.to_string();
    settings::accounts(&req).forget_device(member.who(), id.into_inner(), source).await?;
    Ok(Flash::DeviceForgotten.at("/_auth/account"))
}
