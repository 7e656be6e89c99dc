//! The mail queue, and a test of the mail server.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PAGE_ROWS, count_line, cut};
use crate::domain::cursor::Cursor;
use crate::domain::mail::QueuedMail;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};

#[derive(Template)]
#[template(path = "pages/admin/mail.html")]
struct MailPage {
    layout: Layout,
    now: Timestamp,
    csrf_token: String,
    has_mail_server: bool,
    state_line: Text,
    count: Text,
    mails: Vec<QueuedMail>,
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
    let accounts = settings::accounts(&req);
    let (mails, more) = cut(accounts.list_mails(before, PAGE_ROWS + 1).await?);
    let (queued, failed, all) = accounts.count_mails().await?;
    let next = mails.last().filter(|_| more).map(|mail| Cursor { at: mail.created_at, id: mail.id.clone() });
    let content = MailPage {
        layout: Layout::with_menu(&req, "mail-heading", Menu::Admin),
        now: settings::accounts(&req).clock().now(),
        csrf_token: forms::token(&req),
        has_mail_server: settings::of(&req).config.mail.server.is_some(),
        state_line: Text::new("mail-state-line")
            .with("destination", accounts.mail_destination())
            .with("queued", queued)
            .with("failed", failed),
        count: count_line("mail-count", all),
        mails,
        next,
    };
    Ok(page(StatusCode::OK, &content))
}

/// Queues a test mail to the admin's own address.
pub async fn test(admin: Admin, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    settings::accounts(&req).queue_test_mail(admin.who()).await?;
    let has_server = settings::of(&req).config.mail.server.is_some();
    Ok(if has_server { Flash::TestQueued } else { Flash::TestWritten }.at("/_auth/admin/mail"))
}
