//! Choosing a new password with a link.

use actix_web::{HttpRequest, HttpResponse, web};

use super::choose_password::{self, Choosing, ChosenPassword};
use crate::domain::link::Purpose;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;

const PAGE: Choosing = Choosing {
    purpose: Purpose::Reset,
    title: "reset-heading",
    intro: "reset-intro",
    submit: "reset-submit",
    done: Flash::PasswordSet,
};

/// The form for the token in the address; opening it changes nothing (S57).
pub async fn show(req: HttpRequest, query: web::Query<choose_password::Query>) -> Result<HttpResponse, HttpError> {
    choose_password::show(&req, &query, &PAGE).await
}

/// Takes the token and the new password.
pub async fn submit(req: HttpRequest, Checked(typed): Checked<ChosenPassword>) -> Result<HttpResponse, HttpError> {
    choose_password::submit(&req, typed, &PAGE).await
}
