//! `/_auth/`: the start page of the gate.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use askama::Template;

use super::see_other;
use crate::accounts::Phase;
use crate::domain::access::Visitor;
use crate::domain::apps::{App, AppRef};
use crate::domain::factors::SecondFactor;
use crate::domain::image::Icon;
use crate::domain::rules::Circumstances;
use crate::http::authenticator::Authentication;
use crate::http::error::HttpError;
use crate::http::page::{Layout, Menu, page};
use crate::http::{client_address, settings};

/// An app to open.
struct AppLink {
    name: String,
    address: String,
    icon: Option<String>,
    is_default: bool,
}

#[derive(Template)]
#[template(path = "pages/home.html")]
struct HomePage {
    layout: Layout,
    email: String,
    apps: Vec<AppLink>,
    /// Whether to advise a second factor.
    lacks_factor: bool,
}

/// Signed in: links to the pages; otherwise sign-in or set-up.
pub async fn show(authentication: Authentication, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    if settings::accounts(&req).phase() == Phase::Unclaimed {
        return Ok(see_other("/_auth/setup"));
    }
    match authentication {
        Authentication::Anonymous => Ok(see_other("/_auth/login")),
        Authentication::SignedIn(verdict) => ways(&req, &verdict.who).await,
    }
}

/// The apps and the pages for a signed-in visitor; in the deprecated mode only the app.
async fn ways(req: &HttpRequest, who: &Visitor) -> Result<HttpResponse, HttpError> {
    let Some(user) = who.user_id() else {
        return Ok(see_other(if settings::of(req).has_app() { "/" } else { "/_auth/account" }));
    };
    let accounts = settings::accounts(req);
    let content = HomePage {
        layout: Layout::with_menu(req, "home-heading", Menu::of(who)),
        email: who.name().to_owned(),
        apps: apps_of(req, who).await?,
        lacks_factor: accounts.second_factor() != SecondFactor::Off && !accounts.has_factor(user).await?,
    };
    Ok(page(StatusCode::OK, &content))
}

/// The apps that `who` may enter, at least in part and after a proof.
async fn apps_of(req: &HttpRequest, who: &Visitor) -> Result<Vec<AppLink>, HttpError> {
    let accounts = settings::accounts(req);
    let at = Circumstances { client: client_address::of(req).client, now: accounts.clock().now() };
    let scheme = settings::of(req).app_url.scheme();
    let (loaded, icons) = (accounts.apps().await?, accounts.icons().await?);
    let open = loaded.table.apps().iter().filter(|app| app.app().enabled && app.app().shown && app.may_enter(who, at));
    let link = |app: &App| {
        // One with a wildcard is the address of many hosts.
        let address = app.addresses.iter().find(|address| !address.has_wildcard())?;
        let is_default = app.id == AppRef::Default;
        let address = if is_default { "/".to_owned() } else { format!("{scheme}://{}/", address.as_str()) };
        let icon = icons.get(&app.id).map(Icon::data_url);
        Some(AppLink { name: app.name.clone(), address, icon, is_default })
    };
    let mut links: Vec<AppLink> = open.filter_map(|app| link(app.app())).collect();
    links.sort_by_key(|link| (!link.is_default, link.name.to_lowercase()));
    Ok(links)
}

/// `/.well-known/change-password`, which password managers open.
pub async fn change_password() -> HttpResponse {
    see_other("/_auth/account/password")
}

/// `/_auth/admin`: the first of the admin pages.
pub async fn admin() -> HttpResponse {
    see_other("/_auth/admin/users")
}

/// Everything else below `/_auth`.
pub async fn not_found() -> Result<HttpResponse, HttpError> {
    Err(HttpError::NotFound)
}

/// A method that a listed address does not have.
pub async fn wrong_method() -> Result<HttpResponse, HttpError> {
    Err(HttpError::MethodNotAllowed)
}
