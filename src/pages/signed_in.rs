//! What all sign-in pages have in common: the box "Keep me signed in", and the response that sets the carriers.

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
    /// "yes" if the box is ticked.
    keep: String,
    /// Sent by pages with the box: without it the person stays signed in, as with the box in its initial state.
    keep_asked: String,
}

impl Keep {
    /// Whether the browser should keep the session after it is closed.
    pub(super) fn is_wanted(&self) -> bool {
        self.keep == "yes" || self.keep_asked.is_empty()
    }
}

/// The response to a sign-in or a claim: all carriers of the new session, and a redirect.
pub(super) fn answer(req: &HttpRequest, new: &NewSession, location: &str) -> Result<HttpResponse, HttpError> {
    let mut answer = see_other(location);
    carriers::begin(req, new, answer.headers_mut())?;
    Ok(answer)
}

/// What comes next, by the form, or else by the address that it was posted to.
pub(super) fn next_of(typed: String, in_address: Option<String>) -> String {
    Some(typed).filter(|next| !next.is_empty()).or(in_address).unwrap_or_default()
}

/// Where `next` leads, or home.
pub(super) fn way_back(req: &HttpRequest, next: &str) -> String {
    let settings = settings::of(req);
    let back = ReturnTo::parse(next, &settings.app_url);
    let home = if settings.has_app() { "/" } else { "/_auth/account" };
    back.map_or_else(|| home.to_owned(), |back| back.location().to_owned())
}
