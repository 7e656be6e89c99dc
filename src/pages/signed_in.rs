//! What all sign-in pages have in common: the box "Keep me signed in", and the response that sets the carriers.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::see_other;
use crate::accounts::opening::{NewSession, SignIn};
use crate::domain::return_to::{ReturnTo, encode_query};
use crate::domain::sign_in::MissingProof;
use crate::http::error::HttpError;
use crate::http::{carriers, settings};

/// Where the code of a second factor is asked for.
pub(super) const FACTOR: &str = "/_auth/login/factor";
/// Where a second factor is set up that is demanded.
pub(super) const ENROL: &str = "/_auth/login/enrol";

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

/// The query of a page on the way: where to go afterwards.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Next {
    pub(super) next: String,
}

/// The response to a sign-in or a claim: all carriers of the new session, and a redirect.
pub(super) fn answer(req: &HttpRequest, new: &NewSession, location: &str) -> Result<HttpResponse, HttpError> {
    let mut answer = see_other(location);
    carriers::begin(req, new, answer.headers_mut())?;
    Ok(answer)
}

/// The response to a right password: as above, or the way to the second factor, which then goes on to `next`.
pub(super) fn answer_step(
    req: &HttpRequest,
    outcome: &SignIn,
    location: &str,
    next: &str,
) -> Result<HttpResponse, HttpError> {
    let waiting = match outcome {
        SignIn::Open(new) => return answer(req, new, location),
        SignIn::Waiting(waiting) => waiting,
    };
    let page = match waiting.missing {
        MissingProof::Factor => FACTOR,
        MissingProof::Enrolment => ENROL,
    };
    let mut answer = see_other(&with_next(page, next));
    carriers::wait(req, waiting, answer.headers_mut());
    Ok(answer)
}

/// A page of ours that goes on to `next`.
pub(super) fn with_next(page: &str, next: &str) -> String {
    if next.is_empty() { page.to_owned() } else { format!("{page}?next={}", encode_query(next)) }
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
