//! `X-Portcullis-JWT`: who is there, signed for one app (S121).

use actix_web::http::header::{HeaderName, HeaderValue};
use serde::Serialize;

use super::target::Target;
use crate::domain::user::Username;
use crate::http::authenticator::{SignedFor, Verdict};
use crate::http::settings::HttpSettings;

/// The header.
pub(super) const NAME: &str = "x-portcullis-jwt";
/// The header, in an answer to another proxy.
pub(super) const ANSWERED: HeaderName = HeaderName::from_static(NAME);
/// Seconds from `iat` to `exp`.
const LIFETIME_SECS: i64 = 60;
/// Seconds for which the same JWT is sent again; it is valid for 25 seconds at least when it is sent.
const REUSED_SECS: i64 = 30;
/// Seconds by which the clock of an app may be behind: some refuse what was issued in the future.
const CLOCKS_DIFFER_SECS: i64 = 5;

#[derive(Serialize)]
struct Claims<'a> {
    iss: String,
    aud: String,
    sub: &'a str,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_username: Option<&'a str>,
    name: &'a str,
    groups: Vec<&'a str>,
    iat: i64,
    exp: i64,
}

/// The value for the app; `None` if it is not to be sent one, and empty if nobody with an account is signed in.
pub(super) fn of(verdict: Option<&Verdict>, target: &Target<'_>, settings: &HttpSettings) -> Option<HeaderValue> {
    if !target.app().signed_identity {
        return None;
    }
    let value = verdict.and_then(|verdict| signed(verdict, target, settings));
    Some(value.unwrap_or_else(|| HeaderValue::from_static("")))
}

fn signed(verdict: &Verdict, target: &Target<'_>, settings: &HttpSettings) -> Option<HeaderValue> {
    let (person, now) = (verdict.who.person()?, target.at.now);
    let key = settings.accounts.signing_key(now)?;
    let origin = target.origin();
    if let Some(value) = verdict.signed_for(origin, key.key.public().id(), now) {
        return Some(value);
    }
    let issued_at = now.plus(-CLOCKS_DIFFER_SECS);
    let claims = Claims {
        iss: settings.app_url.to_string(),
        aud: origin.to_string(),
        sub: person.id.as_str(),
        email: &person.email,
        preferred_username: person.username.as_ref().map(Username::as_str),
        name: &person.name,
        groups: person.role_and_groups().collect(),
        iat: issued_at.secs(),
        exp: issued_at.plus(LIFETIME_SECS).secs(),
    };
    let value = HeaderValue::from_str(&key.key.sign(&claims)?).ok()?;
    verdict.keep_signed(SignedFor {
        origin: origin.clone(),
        key: key.key.public().id().to_owned(),
        until: now.plus(REUSED_SECS),
        value: value.clone(),
    });
    Some(value)
}
