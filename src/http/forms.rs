//! Forms: read within limits, and accepted only from our own pages (S18, S61 to S63, S95, S96). The middleware at the
//! route ([`super::jwt::require`]) reads and checks them; handlers take [`Checked`].

use std::collections::BTreeMap;
use std::future::{Ready, ready};
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceResponse};
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde::de::value::MapDeserializer;

use super::authenticator::{Authentication, authentication};
use super::cookies::{self, CookieValue, RequestCookies};
use super::error::HttpError;
use super::{browser_origin, csrf, multipart, settings};
use crate::accounts::AccountError;
use crate::crypto::random;

/// Maximum size of a form, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Maximum size of a form with a file, in bytes.
const MAX_WITH_FILE: usize = 256 * 1024;
/// The buffer of every form that is being received; a longer one needs a place in [`LONG_FORMS`].
const SHORT_FORM: usize = 4 * 1024;
/// Longer forms that a worker receives at once.
const LONG_FORMS: usize = 64;
/// Maximum fields of a form.
const MAX_FIELDS: usize = 64;
/// Time limit for receiving a form.
const MAX_TIME: Duration = Duration::from_secs(30);

/// The fields cannot be read.
const MALFORMED: HttpError = HttpError::BadRequest("fault-form-malformed");

/// The fields of a form that was checked.
#[derive(Debug)]
pub(super) struct Fields(BTreeMap<String, String>);

impl From<BTreeMap<String, String>> for Fields {
    fn from(fields: BTreeMap<String, String>) -> Self {
        Self(fields)
    }
}

/// The fields of this request's form, to be submitted again; without the token.
pub fn fields(req: &HttpRequest) -> BTreeMap<String, String> {
    let mut fields = req.extensions().get::<Fields>().map(|fields| fields.0.clone()).unwrap_or_default();
    fields.remove("csrf_token");
    fields
}

/// A form from our own page, as the fields of `T`; a field without a default has to be sent.
#[derive(Debug)]
pub struct Checked<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Checked<T> {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(typed(req).map(Self))
    }
}

/// The fields of the form of this request; a handler takes them as [`Checked`].
pub fn typed<T: DeserializeOwned>(req: &HttpRequest) -> Result<T, HttpError> {
    let unguarded = || HttpError::Account(AccountError::Internal(format!("no form was checked at {}", req.path())));
    let Fields(fields) = req.extensions_mut().remove::<Fields>().ok_or_else(unguarded)?;
    let fields: MapDeserializer<'_, _, serde::de::value::Error> = MapDeserializer::new(fields.into_iter());
    T::deserialize(fields).map_err(|fault| {
        tracing::info!(%fault, "refused a form with unexpected fields");
        MALFORMED
    })
}

/// What the forms of a page before sign-in are bound to; the response sets it as a cookie.
struct FormBinding(String);

/// The hidden `csrf_token` for the forms of a page.
pub fn token(req: &HttpRequest) -> String {
    let settings = settings::of(req);
    if let Some(session) = authentication(req).session() {
        return settings.csrf.issue(&format!("session:{session}"));
    }
    settings.csrf.issue(&format!("form:{}", binding(req)))
}

/// What the forms of pages before sign-in are bound to in this browser.
pub fn binding(req: &HttpRequest) -> String {
    let cookies = RequestCookies::read(req, &settings::of(req).cookies);
    let existing = cookies.and_then(|cookies| cookies.form).map(CookieValue::text).filter(|value| value.len() == 22);
    existing.map_or_else(|| new_binding(req), str::to_owned)
}

fn new_binding(req: &HttpRequest) -> String {
    let mut extensions = req.extensions_mut();
    if let Some(FormBinding(binding)) = extensions.get() {
        return binding.clone();
    }
    let fresh = random::id();
    extensions.insert(FormBinding(fresh.clone()));
    fresh
}

/// Sets the form cookie if a page of this response is the first to need it.
pub(super) fn append_cookie(answer: &mut ServiceResponse<BoxBody>) {
    let cookie = {
        let extensions = answer.request().extensions();
        extensions.get().and_then(|FormBinding(binding)| settings::of(answer.request()).cookies.set_form(binding))
    };
    cookies::append(answer.headers_mut(), cookie.into_iter().collect());
}

/// Reads and checks a form.
pub(super) async fn take(
    req: &HttpRequest,
    payload: Payload,
    authentication: &Authentication,
    takes_file: bool,
) -> Result<Fields, HttpError> {
    let kind = header(req, CONTENT_TYPE);
    let boundary = if takes_file { multipart::boundary(kind) } else { None };
    let max = if boundary.is_some() { MAX_WITH_FILE } else { MAX_BYTES };
    check_head(req, boundary.is_some() || is_urlencoded(kind), max)?;
    csrf::check_origin(req)?;
    let body = tokio::time::timeout(MAX_TIME, collect(payload, max)).await.map_err(|_late| HttpError::TooSlow)??;
    let fields = match boundary {
        Some(boundary) => multipart::parse(&body, boundary, MAX_FIELDS).map(Fields).ok_or(MALFORMED)?,
        None => parse(&body)?,
    };
    check_token(req, authentication, fields.0.get("csrf_token").map_or("", String::as_str))?;
    Ok(fields)
}

/// The hidden token belongs to the session or, without one, to the cookie set by the form's page.
fn check_token(req: &HttpRequest, authentication: &Authentication, given: &str) -> Result<(), HttpError> {
    let settings = settings::of(req);
    let cookies = RequestCookies::read(req, &settings.cookies);
    let binding = match (authentication.session(), cookies.map(|cookies| cookies.form.map(CookieValue::text))) {
        (Some(session), _) => Some(format!("session:{session}")),
        (None, Some(Some(form))) => Some(format!("form:{form}")),
        (None, Some(None)) => {
            tracing::info!("refused a form without the cookie that its page set");
            return Err(HttpError::FormWithoutCookie { insecure: browser_origin::without_https(req) });
        }
        (None, None) => None,
    };
    if binding.is_some_and(|binding| settings.csrf.is_valid(&binding, given)) {
        return Ok(());
    }
    tracing::info!("refused a form with a token of another page or session");
    Err(HttpError::FormOutOfDate)
}

fn header(req: &HttpRequest, name: HeaderName) -> &str {
    req.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

fn is_urlencoded(content_type: &str) -> bool {
    let mut kind = content_type.split(';').map(str::trim);
    let is_form = kind.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    let is_utf8 = kind
        .all(|parameter| parameter.is_empty() || parameter.to_ascii_lowercase().replace('"', "") == "charset=utf-8");
    is_form && is_utf8
}

/// The announced length is checked before any of the body is read.
fn check_head(req: &HttpRequest, is_form: bool, max: usize) -> Result<(), HttpError> {
    if !is_form || !matches!(header(req, CONTENT_ENCODING), "" | "identity") {
        return Err(HttpError::MediaType);
    }
    if header(req, CONTENT_LENGTH).parse::<usize>().is_ok_and(|length| length > max) {
        return Err(HttpError::TooLarge);
    }
    Ok(())
}

thread_local! {
    /// One more reference for each long form that this worker receives.
    static LONG: Rc<()> = Rc::default();
}

/// Reads the body. Anonymous visitors can send one, so the total size of unfinished ones is limited (S104).
async fn collect(mut payload: Payload, max: usize) -> Result<Vec<u8>, HttpError> {
    let (mut body, mut place) = (Vec::new(), None);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_fault| HttpError::BadRequest("fault-form-cut"))?;
        let length = body.len() + chunk.len();
        if length > max {
            return Err(HttpError::TooLarge);
        }
        if length > SHORT_FORM && place.is_none() {
            place = Some(take_place().ok_or(AccountError::Busy { retry_after: 5 })?);
        }
        body.reserve_exact(chunk.len());
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn take_place() -> Option<Rc<()>> {
    let place = LONG.with(Rc::clone);
    if Rc::strong_count(&place) > LONG_FORMS + 1 {
        tracing::info!("refused a form: it is long, and too many long ones are still incomplete");
        return None;
    }
    Some(place)
}

fn parse(body: &[u8]) -> Result<Fields, HttpError> {
    let mut fields = BTreeMap::new();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let name = decode(pair.get(..at).unwrap_or_default()).ok_or(MALFORMED)?;
        let value = decode(pair.get(at + 1..).unwrap_or_default()).ok_or(MALFORMED)?;
        if fields.insert(name, value).is_some() || fields.len() > MAX_FIELDS {
            return Err(MALFORMED);
        }
    }
    Ok(Fields(fields))
}

/// Decodes strictly: invalid percent-encoded UTF-8 is refused, not repaired.
fn decode(text: &[u8]) -> Option<String> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => digit(rest.next()?)? * 16 + digit(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn s18_forms_are_decoded_strictly() {
        assert_eq!(parse(b"a=b+c%20%C3%A9&d=").unwrap().0["a"], "b c \u{e9}");
        for bad in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=1&a=2"] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn s96_a_form_has_at_most_64_fields() {
        let fields = |count: usize| (0..count).map(|n| format!("f{n}=x")).collect::<Vec<_>>().join("&");
        assert!(parse(fields(64).as_bytes()).is_ok());
        assert!(parse(fields(65).as_bytes()).is_err());
    }

    async fn collected(length: usize) -> Result<usize, HttpError> {
        let (_, payload) = TestRequest::post().set_payload(vec![b'a'; length]).to_http_parts();
        collect(payload, MAX_BYTES).await.map(|body| body.len())
    }

    #[actix_web::test]
    async fn s104_long_forms_that_are_still_arriving_are_few_at_once() {
        let mut places: Vec<_> = (0..LONG_FORMS).map(|_| take_place().unwrap()).collect();
        assert_eq!(collected(SHORT_FORM).await.unwrap(), SHORT_FORM, "short ones need no place");
        let refused = collected(SHORT_FORM + 1).await.unwrap_err();
        assert!(matches!(refused, HttpError::Account(AccountError::Busy { .. })), "{refused:?}");
        places.pop();
        for length in [SHORT_FORM + 1, MAX_BYTES] {
            assert_eq!(collected(length).await.unwrap(), length, "the place is free again each time");
        }
        assert!(matches!(collected(MAX_BYTES + 1).await, Err(HttpError::TooLarge)));
    }
}
