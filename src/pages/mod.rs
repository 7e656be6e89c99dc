//! The gate's own pages: take, call, match, answer.
//!
//! No SQL, no hashing, no cookie building and no clock here.

pub mod account;
pub mod home;
pub mod login;
pub mod logout;
pub mod setup;

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;

/// 303: a deed is done, or the way leads elsewhere.
fn see_other(location: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, location)).finish()
}
