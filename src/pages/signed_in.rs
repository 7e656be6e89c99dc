//! What every way to sign in has in common: the box "Keep me signed in", and the answer that gives the browser its
//! session.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::see_other;
use crate::accounts::opening::NewSession;
use crate::domain::return_to::ReturnTo;
use crate::http::error::HttpError;
use crate::http::{carriers, settings};

/// The box "Keep me signed in".
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Keep {
    /// "yes" where the box is ticked.
    keep: String,
    /// Sent along by the page that has the box: who sends none at all is kept signed in, as by the box as it is at
    /// first.
    keep_asked: String,
}

impl Keep {
    /// Whether the browser is to keep the session when it is closed.
    pub(super) fn is_wanted(&self) -> bool {
        self.keep == "yes" || self.keep_asked.is_empty()
    }
}

/// The answer to a sign-in or a claim: all carriers of the new session, and the way on.
pub(super) fn answer(req: &HttpRequest, new: &NewSession, location: &str) -> Result<HttpResponse, HttpError> {
    let mut answer = see_other(location);
    carriers::begin(req, new, answer.headers_mut())?;
    Ok(answer)
}

/// Where `next` leads, or home.
pub(super) fn way_back(req: &HttpRequest, next: &str) -> String {
    let settings = settings::of(req);
    let back = ReturnTo::parse(next, &settings.app_url);
    let home = if settings.has_app() { "/" } else { "/_auth/account" };
    back.map_or_else(|| home.to_owned(), |back| back.location().to_owned())
}
