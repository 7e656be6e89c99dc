//! The three carriers of a session (docs/adr/0002): whether they agree, how they are set and how they are removed.

use actix_identity::{Identity, IdentityExt};
use actix_session::SessionExt;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpMessage, HttpRequest};

use super::cookies::{self, RequestCookies};
use super::error::HttpError;
use super::own_cookies::CookieLifetime;
use super::session_store::SID;
use super::{app_origin, settings};
use crate::accounts::AccountError;
use crate::accounts::opening::{NewSession, WaitingSignIn};
use crate::crypto::jwt::{Claims, TokenFault};
use crate::domain::ids::SessionId;

/// What actix-session opened for this request; reused, so that the cookie is not decrypted twice.
struct ByActixSession(Option<SessionCarrier>);

/// The content of the session cookie.
#[derive(Clone, Debug)]
pub(super) struct SessionCarrier {
    /// The session.
    pub(super) session: SessionId,
    /// actix-identity's user, of a live session.
    user: Option<String>,
}

/// The session and user that one carrier names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Named<'a> {
    /// The session.
    pub(super) session: &'a SessionId,
    user: Option<&'a str>,
}

impl<'a> From<&'a SessionCarrier> for Named<'a> {
    fn from(carrier: &'a SessionCarrier) -> Self {
        Self { session: &carrier.session, user: carrier.user.as_deref() }
    }
}

impl<'a> Named<'a> {
    /// The content of a verified token, even an expired one.
    pub(super) fn by_token(token: Option<&'a Result<Claims, TokenFault>>) -> Option<Self> {
        let claims = claims_of(token?)?;
        Some(Self { session: &claims.session, user: Some(claims.user.as_str()) })
    }
}

/// The claims of a verified token, even an expired one.
pub(super) fn claims_of(token: &Result<Claims, TokenFault>) -> Option<&Claims> {
    match token {
        Ok(claims) => Some(claims),
        Err(TokenFault::Expired(claims)) => Some(claims),
        Err(TokenFault::Invalid) => None,
    }
}

/// Whether all carriers name the same session and user: access token, refresh token, and the session cookie with
/// actix-identity's user, which is unknown if the session has ended (S39).
pub(super) fn agree(named: &[Named<'_>]) -> bool {
    let session = named.first().map(|first| first.session);
    let user = named.iter().find_map(|named| named.user);
    named.iter().all(|named| Some(named.session) == session && (named.user.is_none() || named.user == user))
}

/// Makes the checks of this request read the session cookie through actix-session and actix-identity; for routes behind
/// them.
pub fn use_actix_session(req: &HttpRequest) {
    let session = req.get_session().get::<String>(SID).ok().flatten().and_then(|id| SessionId::parse(&id));
    let user = req.get_identity().ok().and_then(|identity| identity.id().ok());
    req.extensions_mut().insert(ByActixSession(session.map(|session| SessionCarrier { session, user })));
}

pub(super) fn open_session(req: &HttpRequest, found: &RequestCookies<'_>) -> Option<SessionCarrier> {
    if let Some(ByActixSession(opened)) = req.extensions().get() {
        return opened.clone();
    }
    let settings = settings::of(req);
    let session = cookies::open_session_cookie(&settings.cookies, &settings.session_key, found.session?.text())?;
    Some(SessionCarrier { session, user: None })
}

/// Sets the carriers of a new session in the browser.
pub fn begin(req: &HttpRequest, new: &NewSession, headers: &mut HeaderMap) -> Result<(), HttpError> {
    let internal = |fault: String| HttpError::Account(AccountError::Internal(fault));
    let session = req.get_session();
    session.clear();
    session.insert(SID, new.session.as_str()).map_err(|fault| internal(fault.to_string()))?;
    match &new.account {
        Some(account) => drop(
            Identity::login(&req.extensions(), account.user.as_str().to_owned())
                .map_err(|fault| internal(fault.to_string()))?,
        ),
        None => session.renew(),
    }
    if !new.persistent {
        req.extensions_mut().insert(CookieLifetime(None));
    } else if let Some(account) = &new.account {
        req.extensions_mut().insert(CookieLifetime(Some(account.tokens.refresh_secs)));
    }
    let app = app_origin::of(req);
    cookies::append(headers, settings::of(req).cookies_at(app.as_ref()).set_new_session(new));
    Ok(())
}

/// Lets this browser go on with a sign-in whose second factor is missing. It is no carrier: nothing but the pages of
/// the factor accepts it (S122).
pub fn wait(req: &HttpRequest, waiting: &WaitingSignIn, headers: &mut HeaderMap) {
    let cookie = settings::of(req).cookies.set_pending(waiting.token.expose());
    cookies::append(headers, cookie.into_iter().collect());
}

/// The token of the sign-in with which this browser may go on.
pub fn waiting(req: &HttpRequest) -> Option<String> {
    let found = RequestCookies::read(req, &settings::of(req).cookies)?.pending?;
    Some(found.text().to_owned()).filter(|token| !token.is_empty())
}

/// Removes the carriers of an ended session from the browser; the device cookie stays. Not done through actix-session:
/// it would end the session in the store once more, and a fault there would be the answer to a sign-out that has
/// succeeded.
pub fn end(req: &HttpRequest, headers: &mut HeaderMap) {
    let names = &settings::of(req).cookies;
    cookies::append(headers, names.remove_session());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s39_every_carrier_names_the_same_session_and_the_same_user() {
        let [one, other] = ["a", "b"].map(|letter| SessionId::parse(&letter.repeat(22)).unwrap());
        let named = |session, user| Named { session, user };
        let token = named(&one, Some("ada"));
        assert!(agree(&[]) && agree(&[token]));
        assert!(agree(&[token, token, named(&one, Some("ada"))]));
        assert!(agree(&[token, named(&one, None)]), "actix-identity knows nobody where the session is over");
        assert!(!agree(&[token, named(&one, Some("bob"))]), "actix-identity has another user");
        assert!(!agree(&[token, named(&other, None)]), "the session cookie is another session's");
        assert!(!agree(&[token, named(&other, Some("ada")), token]));
        assert!(!agree(&[named(&one, None), token, named(&one, Some("bob"))]));
    }
}
