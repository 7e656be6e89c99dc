//! The gate's own pages: take, call, match, answer.
//!
//! No SQL, no hashing, no cookie building and no clock here.

pub mod account;
pub mod admin;
pub mod email;
pub mod forgot;
mod form;
pub mod home;
pub mod invite;
pub mod link;
pub mod login;
pub mod logout;
pub mod password;
pub mod profile;
pub mod reset;
pub mod setup;

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::access::SignedIn;
use crate::domain::return_to::ReturnTo;
use crate::domain::text::Text;
use crate::domain::user::Role;
use crate::http::error::HttpError;
use crate::http::forms::{self, Fields};
use crate::http::page::Menu;
use crate::http::signed_in::{Renewal, Standing, guard};
use crate::http::{language, settings};
use crate::texts;

/// A user on one of the pages that want somebody signed in.
struct Visit {
    standing: Standing,
    who: Arc<SignedIn>,
    renewal: Option<Renewal>,
}

impl Visit {
    /// Who opens a page; `None` when nobody is signed in. The deprecated mode has no pages of its own.
    async fn open(req: &HttpRequest) -> Result<Option<Self>, HttpError> {
        let (standing, renewal) = guard(req).check_and_refresh(req).await?;
        Self::of(standing, renewal)
    }

    /// Who posts a form, and its fields.
    async fn post(req: &HttpRequest, payload: web::Payload) -> Result<Option<(Self, Fields)>, HttpError> {
        let Some(visit) = Self::of(guard(req).check(req).await?, None)? else { return Ok(None) };
        let fields = forms::take(req, payload, &visit.standing).await?;
        Ok(Some((visit, fields)))
    }

    fn of(standing: Standing, renewal: Option<Renewal>) -> Result<Option<Self>, HttpError> {
        let Standing::SignedIn(passport) = &standing else { return Ok(None) };
        let who = Arc::clone(&passport.who);
        if who.user_id().is_none() {
            return Err(HttpError::Forbidden("fault-configured"));
        }
        Ok(Some(Self { standing, who, renewal }))
    }

    fn is_admin(&self) -> bool {
        self.who.role() == Some(Role::Admin)
    }

    fn menu(&self) -> Menu {
        if self.is_admin() { Menu::Admin } else { Menu::User }
    }

    /// The answer with the tokens that the visit renewed.
    async fn answer(self, req: &HttpRequest, mut answer: HttpResponse) -> HttpResponse {
        guard(req).append_renewal(req, self.renewal, answer.headers_mut()).await;
        answer
    }
}

/// The ends of addresses at which the form is that is posted there.
const HAVE_A_FORM: [&str; 5] = ["/account/profile", "/account/password", "/account/email", "/users/new", "/delete"];

/// To sign-in, and back to this page afterwards; from a form that was posted, to the page of that form.
fn to_sign_in(req: &HttpRequest) -> HttpResponse {
    let settings = settings::of(req);
    let here = req.uri().path_and_query().map_or("/_auth/", |here| here.as_str());
    let here = if matches!(*req.method(), Method::GET | Method::HEAD) || HAVE_A_FORM.iter().any(|end| here.ends_with(end)) {
        here
    } else {
        "/_auth/account"
    };
    let next = ReturnTo::parse(here, &settings.app_url, None).map_or_else(String::new, |back| format!("?next={}", back.query_escaped()));
    see_other(&format!("/_auth/login{next}"))
}

/// What a code in the address says at the top of a page; other codes say nothing.
fn flash(req: &HttpRequest, code: Option<&str>) -> Option<String> {
    let key = match code? {
        "signed-out" => "flash-signed-out",
        "password-set" => "flash-password-set",
        "welcome" => "flash-welcome",
        "password-changed" => "flash-password-changed",
        "profile-saved" => "flash-profile-saved",
        "email-asked" if settings::of(req).mail_server.is_some() => "flash-email-asked",
        "email-asked" => "flash-email-asked-no-mail",
        "email-changed" => "flash-email-changed",
        "device-forgotten" => "flash-device-forgotten",
        "ended" => "flash-ended",
        "invited" => "flash-invited",
        "disabled" => "flash-disabled",
        "enabled" => "flash-enabled",
        "deleted" => "flash-deleted",
        "role" => "flash-role",
        "test-queued" if settings::of(req).mail_server.is_some() => "flash-test-queued",
        "test-queued" => "flash-test-written",
        _ => return None,
    };
    Some(texts::say(language::of(req), &Text::new(key)))
}

/// 303: a deed is done, or the way leads elsewhere.
fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, location)).finish()
}
