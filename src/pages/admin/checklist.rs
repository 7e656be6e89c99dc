//! `/_auth/admin/checklist`: whether everything is set up properly.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::checklist::{Check, CheckText, in_order};
use crate::domain::factors::SecondFactor;
use crate::domain::text::Text;
use crate::http::browser_origin::{self, BrowserOrigin};
use crate::http::error::HttpError;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::{client_address, probe, settings};

#[derive(Template)]
#[template(path = "pages/admin/checklist.html")]
struct ChecklistPage {
    layout: Layout,
    checks: Vec<Check>,
}

/// The list.
pub async fn show(admin: Admin, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let settings = settings::of(&req);
    let no_proxy = settings.config.server.trusted_proxies.is_empty() || !settings.config.gate.is_asked();
    let apps = settings::accounts(&req).apps().await?;
    let idle = no_proxy && apps.table.apps().len() == 1;
    let mut checks = vec![browser(&req), probe::app(settings.config.gate.upstream.as_deref(), idle).await];
    checks.extend(probe::other_apps(apps.table.apps()).await);
    checks.extend(probe::mail(settings.config.mail.address().as_deref()).await);
    checks.extend(settings.checks.iter().cloned());
    checks.extend(lost_passkeys(&req).await?);
    checks.extend(settings::accounts(&req).certificate_checks().await?);
    checks.extend(own_factor(&admin, &req).await?);
    let content =
        ChecklistPage { layout: Layout::with_menu(&req, "checklist-heading", Menu::Admin), checks: in_order(checks) };
    Ok(page(StatusCode::OK, &content))
}

/// Says how many passkeys another host in `APP_URL` has made useless.
async fn lost_passkeys(req: &HttpRequest) -> Result<Option<Check>, HttpError> {
    let Some(lost) = settings::accounts(req).lost_passkeys().await? else { return Ok(None) };
    let text = Text::new("check-passkeys-lost").with("count", lost.count).with("hosts", lost.hosts);
    Ok(Some(Check::advice("check-passkeys", text.with("url", settings::of(req).app_url.to_string()))))
}

/// Advises an admin without a second factor to set one up.
async fn own_factor(admin: &Admin, req: &HttpRequest) -> Result<Option<Check>, HttpError> {
    let accounts = settings::accounts(req);
    let Some(user) = admin.who().user_id().filter(|_| accounts.second_factor() != SecondFactor::Off) else {
        return Ok(None);
    };
    let has_none = !accounts.has_factor(user).await?;
    let advice = || Check::advice("check-own-factor", Text::new("check-own-factor-none"));
    Ok(has_none.then(|| advice().with_link("/_auth/account/factors", "factors-heading")))
}

/// Whether the browser uses the address in `APP_URL`: cookies and forms depend on it.
fn browser(req: &HttpRequest) -> Check {
    let (title, settings) = ("check-browser", settings::of(req));
    let BrowserOrigin::Address(origin) = browser_origin::of(req) else {
        let peer = client_address::of(req).peer.to_string();
        return Check::advice(title, Text::new("check-browser-proxy").with("peer", peer));
    };
    let expected = settings.app_url.origin();
    if origin.eq_ignore_ascii_case(expected) {
        return Check::good(title, Text::new("check-browser-good").with("url", expected));
    }
    Check::wrong(title, Text::new("check-browser-other").with("origin", origin).with("url", expected))
}
