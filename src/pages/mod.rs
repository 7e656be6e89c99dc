//! The gate's own pages: each handler takes its input, calls `accounts`, matches the result and responds.
//!
//! No SQL, no hashing, no cookie building and no clock here.

pub mod account;
pub mod admin;
pub mod change;
pub mod choose_password;
pub mod confirm;
mod confirm_page;
pub mod email;
pub mod factor_step;
pub mod forgot;
mod form;
pub mod handover;
pub mod home;
pub mod invite;
mod legacy;
pub mod login;
pub mod logout;
pub mod old_gates;
mod passkey_button;
pub mod passkeys;
pub mod password;
pub mod profile;
pub mod reset;
pub mod second_factors;
pub mod setup;
mod signed_in;
pub mod tokens;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

/// 303: something was done, or the page is elsewhere.
fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, location)).finish()
}
