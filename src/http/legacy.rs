//! The deprecated mode in a request: only the session cookie, or HTTP Basic.

use std::sync::Arc;

use actix_web::HttpRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::error::HttpError;
use super::{csrf, settings};
use crate::accounts::session_cache::CachedSession;
use crate::accounts::{AccountError, Client};
use crate::domain::access::Visitor;
use crate::domain::ids::SessionId;

/// A visitor of the deprecated mode.
pub(super) enum Found {
    /// With a session.
    Session(Arc<CachedSession>),
    /// With the user name and password in this request.
    Pair(Visitor),
}

/// The visitor: by the session that the cookie names, or else by the request itself.
pub(super) async fn find(
    req: &HttpRequest,
    session: Option<SessionId>,
    client: impl FnOnce(&HttpRequest) -> Client,
) -> Result<Option<Found>, HttpError> {
    let accounts = settings::accounts(req);
    if let Some(id) = session {
        let copy = accounts.find_session(&id).await?;
        return Ok(copy.filter(|copy| copy.view().is_some_and(|view| view.session.user.is_none())).map(Found::Session));
    }
    // Another site could make the visitor's browser send wrong ones, which would count against the visitor (S109).
    let basic = basic_credentials(req).filter(|_| !csrf::is_from_elsewhere(req));
    let Some((username, password)) = basic else { return Ok(None) };
    match accounts.check_legacy_basic(&username, &password, &client(req)).await {
        Ok(who) => Ok(Some(Found::Pair(who))),
        Err(AccountError::InvalidCredentials) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

fn basic_credentials(req: &HttpRequest) -> Option<(String, String)> {
    let header = req.headers().get("authorization")?.to_str().ok()?;
    let (scheme, rest) = header.split_once(' ')?;
    let text = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let (username, password) = text.split_once(':')?;
    scheme.eq_ignore_ascii_case("basic").then(|| (username.to_owned(), password.to_owned()))
}
