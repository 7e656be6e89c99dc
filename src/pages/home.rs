//! `/_auth/`: the start page of the gate.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use super::form::MessagePage;
use super::see_other;
use crate::accounts::Phase;
use crate::domain::access::Visitor;
use crate::domain::text::Text;
use crate::domain::user::Role;
use crate::http::authenticator::Authentication;
use crate::http::error::HttpError;
use crate::http::page::{ADMIN_PAGES, Menu};
use crate::http::settings;

/// Signed in: links to the pages; otherwise sign-in or set-up.
pub async fn show(authentication: Authentication, req: HttpRequest) -> HttpResponse {
    if settings::accounts(&req).phase() == Phase::Unclaimed {
        return see_other("/_auth/setup");
    }
    match authentication {
        Authentication::Anonymous => see_other("/_auth/login"),
        Authentication::SignedIn(verdict) => ways(&req, &verdict.who),
    }
}

/// The pages for a signed-in visitor; in the deprecated mode only the app.
fn ways(req: &HttpRequest, who: &Visitor) -> HttpResponse {
    let app = settings::of(req).has_app();
    if who.user_id().is_none() {
        return see_other(if app { "/" } else { "/_auth/account" });
    }
    let admin = who.role() == Some(Role::Admin);
    let mut page = MessagePage::new(req, "home-heading", Menu::of(who));
    page.texts = vec![Text::new("home-signed-in").with("email", who.name())];
    page.links.extend(app.then_some(("/", "menu-app")));
    page.links.push(("/_auth/account", "home-account"));
    page.links.extend(ADMIN_PAGES.iter().filter(|_| admin).map(|page| (page.path, page.about)));
    page.answer(StatusCode::OK)
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
