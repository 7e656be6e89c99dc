//! All live sessions.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PAGE_ROWS, count_line, cut};
use crate::domain::cursor::Cursor;
use crate::domain::ids::SessionId;
use crate::domain::session::Session;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};

#[derive(Template)]
#[template(path = "pages/admin/sessions.html")]
struct SessionsPage {
    layout: Layout,
    now: Timestamp,
    csrf_token: String,
    count: Text,
    sessions: Vec<(Session, Option<String>)>,
    next: Option<Cursor>,
}

/// Where the page begins in the list.
#[derive(Deserialize)]
pub struct Query {
    before: Option<String>,
}

/// The list, newest first.
pub async fn list(_admin: Admin, req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let before = query.before.as_deref().and_then(Cursor::parse);
    let (sessions, more) = cut(settings::accounts(&req).list_sessions(before, PAGE_ROWS + 1).await?);
    let next = sessions
        .last()
        .filter(|_| more)
        .map(|(session, _)| Cursor { at: session.created_at, id: session.id.to_string() });
    let content = SessionsPage {
        layout: Layout::with_menu(&req, "sessions-heading", Menu::Admin),
        now: settings::accounts(&req).clock().now(),
        csrf_token: forms::token(&req),
        count: count_line("sessions-count", settings::accounts(&req).count_sessions().await?),
        sessions,
        next,
    };
    Ok(page(StatusCode::OK, &content))
}

/// Ends any session.
pub async fn end(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let id = SessionId::parse(&id).ok_or(HttpError::NotFound)?;
    settings::accounts(&req).end_any_session(&id, &admin.actor(&req)).await?;
    Ok(Flash::Ended.at("/_auth/admin/sessions"))
}
