//! The gate's own pages: take, call, match, answer.
//!
//! No SQL, no hashing, no cookie building and no clock here.

pub mod account;
pub mod admin;
pub mod choose_password;
pub mod confirm;
pub mod email;
pub mod forgot;
mod form;
pub mod home;
pub mod invite;
pub mod login;
pub mod logout;
pub mod password;
pub mod profile;
pub mod reset;
pub mod setup;

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::text::Text;
use crate::http::{language, settings};
use crate::texts;

/// What a code in the address says at the top of a page; other codes say nothing.
fn flash(req: &HttpRequest, code: Option<&str>) -> Option<String> {
    let key = match code? {
        "signed-out" => "flash-signed-out",
        "password-set" => "flash-password-set",
        "welcome" => "flash-welcome",
        "password-changed" => "flash-password-changed",
        "profile-saved" => "flash-profile-saved",
        "email-asked" if settings::of(req).config.mail.server.is_some() => "flash-email-asked",
        "email-asked" => "flash-email-asked-no-mail",
        "email-changed" => "flash-email-changed",
        "device-forgotten" => "flash-device-forgotten",
        "ended" => "flash-ended",
        "invited" => "flash-invited",
        "disabled" => "flash-disabled",
        "enabled" => "flash-enabled",
        "deleted" => "flash-deleted",
        "role" => "flash-role",
        "username" => "flash-username",
        "unchanged" => "flash-unchanged",
        "test-queued" if settings::of(req).config.mail.server.is_some() => "flash-test-queued",
        "test-queued" => "flash-test-written",
        _ => return None,
    };
    Some(texts::say(language::of(req), &Text::new(key)))
}

/// 303: a deed is done, or the way leads elsewhere.
fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, location)).finish()
}
