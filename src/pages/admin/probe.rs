//! Asks the address of an app from outside, and shows what a proxy in front does wrong.

use std::net::SocketAddr;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use tokio::sync::Semaphore;

use super::apps::{address_of, find};
use crate::domain::app_address::AppAddress;
use crate::domain::apps::App;
use crate::http::error::HttpError;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};
use crate::probe::codes::Level;
use crate::probe::{self, Plan, Report};

/// One at a time: what the button sets going must not be a burden to anybody.
static RUNNING: Semaphore = Semaphore::const_new(1);

#[derive(Template)]
#[template(path = "pages/admin/probe.html")]
struct ProbePage {
    layout: Layout,
    csrf_token: String,
    app: App,
    back: String,
    /// `None` if every address has a `*`.
    url: Option<String>,
    is_busy: bool,
    report: Option<Report>,
}

impl ProbePage {
    fn of(req: &HttpRequest, app: App) -> Self {
        let layout = Layout::with_menu(req, "doctor-heading", Menu::Admin);
        let (back, url) = (address_of(&app.id), url_of(req, &app));
        let csrf_token = forms::token(req);
        Self { layout, csrf_token, app, back, url, is_busy: false, report: None }
    }

    /// The command that sees more.
    fn command(&self) -> String {
        // The command listens at an address of this machine.
        let upstream = self.app.upstream.as_ref().map_or("", |upstream| upstream.url.authority());
        let upstream = upstream.parse::<SocketAddr>().map_or("127.0.0.1:8080", |_address| upstream);
        format!("portcullis probe {} --echo {upstream}", self.url.as_deref().unwrap_or_default())
    }
}

/// The first address of the app that names one host: nothing else is ever asked from here.
fn url_of(req: &HttpRequest, app: &App) -> Option<String> {
    let host = app.addresses.iter().map(AppAddress::as_str).find(|host| !host.contains('*'))?;
    Some(format!("{}://{host}", settings::of(req).app_url.scheme()))
}

/// The key of what a level means.
fn level_text(level: Level) -> &'static str {
    match level {
        Level::Note => "doctor-note",
        Level::Warning => "doctor-warning",
        Level::Fault => "doctor-fault",
        Level::Unable => "doctor-unable",
    }
}

/// The look of a level.
fn level_class(level: Level) -> &'static str {
    match level {
        Level::Note => "good",
        Level::Warning | Level::Unable => "advice",
        Level::Fault => "wrong",
    }
}

/// The button.
pub async fn show(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let app = find(&req, &id).await?.app().clone();
    Ok(page(StatusCode::OK, &ProbePage::of(&req, app)))
}

/// Asks, and shows what was found.
pub async fn run(admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let app = find(&req, &id).await?.app().clone();
    let mut content = ProbePage::of(&req, app);
    let Some(url) = content.url.clone() else { return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &content)) };
    let Ok(_running) = RUNNING.try_acquire() else {
        content.is_busy = true;
        return Ok(page(StatusCode::CONFLICT, &content));
    };
    let (owner, actor) = (admin.who().user_id().cloned(), admin.actor(&req));
    let plan = Plan { url: &url, place: None, listener: None, owner, proxy: None, actor: &actor };
    content.report = Some(Box::pin(probe::run(settings::accounts(&req), plan)).await?);
    Ok(page(StatusCode::OK, &content))
}
