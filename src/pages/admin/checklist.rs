//! `/_auth/admin/checklist`: whether everything is set up as it should be.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use tokio::net::TcpStream;

use super::enter;
use crate::domain::check::{Check, Said};
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::page::{Layout, page};
use crate::http::{client_address, settings};

/// How long the app behind may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Template)]
#[template(path = "pages/admin/checklist.html")]
struct ChecklistPage {
    layout: Layout,
    checks: Vec<Check>,
}

/// The list.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let visit = match enter(&req).await? {
        Ok(visit) => visit,
        Err(answer) => return Ok(answer),
    };
    let mut checks = vec![browser(&req), app(&req).await];
    checks.extend(settings::of(&req).checks.iter().cloned());
    let content = ChecklistPage { layout: Layout::with_menu(&req, "checklist-heading", visit.menu()), checks };
    Ok(visit.answer(&req, page(StatusCode::OK, &content)).await)
}

/// Whether the browser sees the address that `APP_URL` says: cookies and forms depend on it.
fn browser(req: &HttpRequest) -> Check {
    let (title, settings) = ("check-browser", settings::of(req));
    let text = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let address = client_address::of(req);
    let scheme = match (address.peer_trusted, text("x-forwarded-proto")) {
        (true, said) => said.unwrap_or_else(|| "http".to_owned()),
        (false, Some(_)) => return Check::advice(title, Text::new("check-browser-proxy").with("peer", address.peer.to_string())),
        (false, None) => "http".to_owned(),
    };
    let (seen, expected) = (format!("{scheme}://{}", text("host").unwrap_or_default()), settings.app_url.origin());
    if seen.eq_ignore_ascii_case(expected) {
        return Check::good(title, Text::new("check-browser-good").with("url", expected));
    }
    Check::wrong(title, Text::new("check-browser-other").with("seen", seen).with("url", expected))
}

async fn app(req: &HttpRequest) -> Check {
    let title = "check-app";
    let Some(upstream) = &settings::of(req).upstream else {
        return Check::good(title, Text::new("check-app-none"));
    };
    let say = |key| Text::new(key).with("upstream", upstream);
    match tokio::time::timeout(PATIENCE, TcpStream::connect(upstream.as_str())).await {
        Ok(Ok(_stream)) => Check::good(title, say("check-app-good")),
        Ok(Err(fault)) => Check::wrong(title, say("check-app-silent").with("fault", fault.to_string())),
        Err(_late) => Check::wrong(title, say("check-app-slow")),
    }
}
