//! The audit log: filters, pagination, and export as CSV.

use std::collections::VecDeque;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;

use super::{PAGE_ROWS, count_line, cut};
use crate::accounts::{AccountError, Accounts};
use crate::domain::access::Credential;
use crate::domain::audit::{AuditFilter, AuditLine, EVENTS};
use crate::domain::csv;
use crate::domain::email::Email;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::settings;

/// Lines read at a time for the export.
const EXPORT_ROWS: i64 = 1000;

#[derive(Template)]
#[template(path = "pages/admin/audit.html")]
struct AuditPage<'a> {
    layout: Layout,
    event: &'a str,
    person: &'a str,
    all_events: &'static [(&'static str, &'static str)],
    count: Text,
    events: Vec<AuditLine>,
    next: Option<String>,
}

/// The filter of the list.
#[derive(Deserialize)]
pub struct Query {
    #[serde(default)]
    event: String,
    #[serde(default)]
    person: String,
    before: Option<String>,
}

impl Query {
    fn filter(&self) -> AuditFilter {
        let typed = self.person.trim();
        let person =
            Email::parse(typed).map_or_else(|_fault| typed.to_ascii_lowercase(), |email| email.as_str().to_owned());
        AuditFilter { event: self.event.trim().to_owned(), person }
    }
}

/// The list, newest first.
pub async fn list(_admin: Admin, req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let filter = query.filter();
    let (events, more) =
        cut(settings::accounts(&req).list_audit(filter.clone(), query.before.clone(), PAGE_ROWS + 1).await?);
    let next = events.last().filter(|_| more).map(|line| line.id.clone());
    let content = AuditPage {
        layout: Layout::with_menu(&req, "audit-heading", Menu::Admin),
        event: &filter.event,
        person: &filter.person,
        all_events: EVENTS,
        count: count_line("audit-count", settings::accounts(&req).count_audit(filter.clone()).await?),
        events,
        next,
    };
    Ok(page(StatusCode::OK, &content))
}

/// All lines that match the filter, as CSV, streamed.
pub async fn export(admin: Admin, req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    let head = csv::row(["time", "event", "subject", "actor", "source", "detail"]);
    let pages = Export {
        accounts: settings::accounts(&req).clone(),
        credential: admin.who().credential().clone(),
        filter: query.filter(),
        before: None,
        ready: VecDeque::from([head]),
        done: false,
    };
    let body = stream::unfold(pages, |mut pages| async move { pages.next().await.map(|piece| (piece, pages)) });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""))
        .streaming(body))
}

struct Export {
    accounts: Accounts,
    credential: Credential,
    filter: AuditFilter,
    before: Option<String>,
    ready: VecDeque<String>,
    done: bool,
}

impl Export {
    async fn next(&mut self) -> Option<Result<Bytes, AccountError>> {
        if let Some(piece) = self.ready.pop_front() {
            return Some(Ok(Bytes::from(piece)));
        }
        if self.done {
            return None;
        }
        // A long download stops with the right to it: at the end of the session, which a change of role ends too.
        if !self.accounts.is_still_valid(&self.credential).await.unwrap_or(false) {
            self.done = true;
            return Some(Err(AccountError::InvalidCredentials));
        }
        match self.accounts.list_audit(self.filter.clone(), self.before.take(), EXPORT_ROWS).await {
            Ok(lines) => {
                self.before = lines.last().map(|line| line.id.clone());
                self.done = self.before.is_none();
                let rows = lines.iter().map(|line| {
                    csv::row([
                        line.at.to_string().as_str(),
                        &line.event,
                        &line.subject,
                        &line.actor,
                        &line.source,
                        &line.detail,
                    ])
                });
                Some(Ok(Bytes::from(rows.collect::<String>())))
            }
            Err(fault) => {
                self.done = true;
                Some(Err(fault))
            }
        }
    }
}
