//! All live sessions.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PAGE_ROWS, act, actor, count_line, cut, enter};
use crate::domain::cursor::Cursor;
use crate::domain::ids::SessionId;
use crate::domain::session::Session;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::http::error::HttpError;
use crate::http::page::{Layout, page};
use crate::http::{forms, settings};
use crate::pages::see_other;

#[derive(Template)]
#[template(path = "pages/admin/sessions.html")]
struct SessionsPage {
    layout: Layout,
    now: Timestamp,
    csrf_token: String,
    flash: Option<String>,
    count: Text,
    sessions: Vec<(Session, Option<String>)>,
    next: Option<Cursor>,
}

/// Where the page begins.
#[derive(Deserialize)]
pub struct Query {
    before: Option<String>,
    flash: Option<String>,
}

/// The list, newest first.
pub async fn list(req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let visit = match enter(&req).await? {
        Ok(visit) => visit,
        Err(answer) => return Ok(answer),
    };
    let before = query.before.as_deref().and_then(Cursor::parse);
    let (sessions, more) = cut(settings::accounts(&req).list_sessions(before, PAGE_ROWS + 1).await?);
    let next = sessions.last().filter(|_| more).map(|(session, _)| Cursor { at: session.created_at, id: session.id.to_string() });
    let content = SessionsPage {
        layout: Layout::with_menu(&req, "sessions-heading", visit.menu()),
        now: settings::accounts(&req).clock().now(),
        csrf_token: forms::token(&req, &visit.standing).value,
        flash: crate::pages::flash(&req, query.flash.as_deref()),
        count: count_line("sessions-count", settings::accounts(&req).count_sessions().await?),
        sessions,
        next,
    };
    let answer = page(StatusCode::OK, &content);
    Ok(visit.answer(&req, answer).await)
}

/// Ends a session of anybody.
pub async fn end(req: HttpRequest, payload: web::Payload, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let (visit, _fields) = match act(&req, payload).await? {
        Ok(done) => done,
        Err(answer) => return Ok(answer),
    };
    let id = SessionId::parse(&id).ok_or(HttpError::NotFound)?;
    settings::accounts(&req).end_any_session(&id, &actor(&req, &visit)).await?;
    Ok(see_other("/_auth/admin/sessions?flash=ended"))
}
