//! `/_auth/admin/checklist`: whether everything is set up as it should be.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use tokio::net::TcpStream;

use super::enter;
use crate::domain::check::Check;
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
    let content = ChecklistPage { layout: Layout::with_menu("Check-list", visit.menu()), checks };
    Ok(visit.answer(&req, page(StatusCode::OK, &content)).await)
}

/// Whether the browser sees the address that `APP_URL` says: cookies and forms depend on it.
fn browser(req: &HttpRequest) -> Check {
    let (title, settings) = ("Your browser", settings::of(req));
    let text = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let address = client_address::of(req);
    let seen = match (address.peer_trusted, text("x-forwarded-proto")) {
        (true, said) => said.unwrap_or_else(|| "http".to_owned()),
        (false, Some(_)) => {
            return Check::advice(
                title,
                format!(
                    "A proxy at {} stands between your browser and the gate, and TRUSTED_PROXIES does not name it: what it says about visitors is \
                     not believed. If it is yours, set TRUSTED_PROXIES={}.",
                    address.peer, address.peer
                ),
            );
        }
        (false, None) => "http".to_owned(),
    };
    let host = text("host").unwrap_or_default();
    let (seen, expected) = (format!("{seen}://{host}"), settings.app_url.origin());
    if seen.eq_ignore_ascii_case(expected) {
        return Check::good(title, format!("It reaches the gate at {expected}, as APP_URL says."));
    }
    Check::wrong(
        title,
        format!(
            "It seems to reach the gate at {seen}, and APP_URL is {expected}. Links in mails lead to APP_URL, and forms from another address are \
             refused: set APP_URL to what people type, or let the proxy pass on Host and X-Forwarded-Proto."
        ),
    )
}

async fn app(req: &HttpRequest) -> Check {
    let title = "The app";
    let Some(upstream) = &settings::of(req).upstream else {
        return Check::good(title, "UPSTREAM_URL is not set: the gate answers forward-auth and its own pages.");
    };
    match tokio::time::timeout(PATIENCE, TcpStream::connect(upstream.as_str())).await {
        Ok(Ok(_stream)) => Check::good(title, format!("Something listens at {upstream}.")),
        Ok(Err(fault)) => Check::wrong(title, format!("Nothing answers at {upstream} ({fault}). Start the app, or mend UPSTREAM_URL.")),
        Err(_late) => Check::wrong(title, format!("{upstream} does not answer within two seconds. Is a firewall in between?")),
    }
}
