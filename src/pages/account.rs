//! The account page: who am I, where am I signed in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::see_other;
use crate::domain::access::Identity;
use crate::http::error::HttpError;
use crate::http::page::{Layout, page};
use crate::http::signed_in::{Standing, guard};
use crate::http::{forms, settings};

struct SessionRow {
    id: String,
    device: String,
    source: String,
    since: String,
    this: bool,
}

#[derive(Template)]
#[template(path = "pages/account.html")]
struct AccountPage<'a> {
    layout: Layout,
    csrf_token: String,
    email: &'a str,
    name: &'a str,
    role: &'static str,
    has_upstream: bool,
    sessions: Vec<SessionRow>,
}

/// The page; for users alone, the deprecated mode has no account.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let (standing, renewal) = guard(&req).check_and_refresh(&req).await?;
    let Standing::SignedIn(passport) = &standing else { return Ok(see_other("/_auth/login?next=%2F_auth%2Faccount")) };
    let Identity::User { email, name, role, .. } = &passport.who.who else {
        return Err(HttpError::Forbidden("The configured user name and password open the app and nothing else."));
    };
    let sessions = settings::accounts(&req).own_sessions(&passport.who).await?.into_iter().map(|session| SessionRow {
        this: session.id == passport.who.session,
        id: session.id.to_string(),
        device: if session.device.is_empty() { "Unknown device".to_owned() } else { session.device },
        source: session.source,
        since: session.created_at.to_string(),
    });
    let content = AccountPage {
        layout: Layout::new("Your account"),
        csrf_token: forms::token(&req, &standing).value,
        email,
        name,
        role: role.as_str(),
        has_upstream: settings::of(&req).has_upstream,
        sessions: sessions.collect(),
    };
    let mut answer = page(StatusCode::OK, &content);
    guard(&req).append_renewal(&req, renewal, answer.headers_mut()).await;
    Ok(answer)
}
