//! The admin pages. Each begins with `enter` or `act`, which check the role on the server (S98).

pub mod audit;
pub mod checklist;
pub mod mail;
pub mod selected;
pub mod sessions;
pub mod user;
pub mod users;

use actix_web::{HttpRequest, HttpResponse, web};

use super::{Visit, to_sign_in};
use crate::accounts::administer::Actor;
use crate::domain::cursor::Count;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::forms::Fields;
use crate::http::signed_in::client;

/// Rows of one page of a list.
const PAGE_ROWS: i64 = 50;
const NOT_ADMIN: HttpError = HttpError::Forbidden("fault-admins-only");

/// An admin who opens a page, or the way to sign-in.
async fn enter(req: &HttpRequest) -> Result<Result<Visit, HttpResponse>, HttpError> {
    match Visit::open(req).await? {
        None => Ok(Err(to_sign_in(req))),
        Some(visit) if visit.is_admin() => Ok(Ok(visit)),
        Some(_) => Err(NOT_ADMIN),
    }
}

/// An admin who posts a form, or the way to sign-in.
async fn act(req: &HttpRequest, payload: web::Payload) -> Result<Result<(Visit, Fields), HttpResponse>, HttpError> {
    match Visit::post(req, payload).await? {
        None => Ok(Err(to_sign_in(req))),
        Some((visit, fields)) if visit.is_admin() => Ok(Ok((visit, fields))),
        Some(_) => Err(NOT_ADMIN),
    }
}

/// Who does it, for the audit trail.
fn actor(req: &HttpRequest, visit: &Visit) -> Actor {
    Actor::admin(visit.who.name(), &client(req))
}

/// How many rows a list has in all: `key` is the key of the words for it.
fn count_line(key: &'static str, count: Count) -> Text {
    match count {
        Count::Exactly(count) => Text::new(key).with("count", count),
        Count::MoreThan(count) => Text::new("list-count-more").with("count", count),
    }
}

/// The rows of this page, and whether there are more behind it.
fn cut<T>(mut rows: Vec<T>) -> (Vec<T>, bool) {
    let limit = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    (rows, more)
}
