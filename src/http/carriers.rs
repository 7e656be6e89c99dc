//! Beginning and ending a session in the browser: all three carriers at once (docs/adr/0002).

use actix_identity::Identity;
use actix_session::SessionExt;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpMessage, HttpRequest};

use super::error::HttpError;
use super::session_store::SID;
use super::{cookies, settings};
use crate::accounts::{AccountError, NewSession};

/// Gives the browser the carriers of a new session.
pub fn begin(req: &HttpRequest, new: &NewSession, headers: &mut HeaderMap) -> Result<(), HttpError> {
    let internal = |fault: String| HttpError::Account(AccountError::Internal(fault));
    let session = req.get_session();
    session.clear();
    session.insert(SID, new.session.as_str()).map_err(|fault| internal(fault.to_string()))?;
    match &new.user {
        Some((user, _)) => drop(Identity::login(&req.extensions(), user.as_str().to_owned()).map_err(|fault| internal(fault.to_string()))?),
        None => session.renew(),
    }
    cookies::append(headers, settings::of(req).cookies.set_new_session(new));
    Ok(())
}

/// Takes the carriers of an ended session from the browser; the device cookie stays. actix-session is not asked to: it would have
/// the store end the session once more, and a fault of that would be the answer to a sign-out that is done.
pub fn end(req: &HttpRequest, headers: &mut HeaderMap) {
    let names = &settings::of(req).cookies;
    cookies::append(headers, names.remove_session());
}
