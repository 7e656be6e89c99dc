//! Choosing a new password by a link.

use actix_web::{HttpRequest, HttpResponse, web};

use super::link::{self, Choosing, ChosenPassword};
use crate::domain::link::Purpose;
use crate::http::error::HttpError;
use crate::http::forms::Checked;

const PAGE: Choosing = Choosing {
    purpose: Purpose::Reset,
    title: "reset-heading",
    intro: "reset-intro",
    submit: "reset-submit",
    done: "password-set",
};

/// The form for the token in the address; opening it changes nothing (S57).
pub async fn show(req: HttpRequest, query: web::Query<link::Query>) -> Result<HttpResponse, HttpError> {
    link::show(&req, &query, &PAGE).await
}

/// Takes the token and the new password.
pub async fn submit(req: HttpRequest, Checked(typed): Checked<ChosenPassword>) -> Result<HttpResponse, HttpError> {
    link::submit(&req, typed, &PAGE).await
}
