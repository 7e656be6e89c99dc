//! Forward-auth: another proxy asks and we answer in its dialect; no token is rotated and no cookie is set (S46, S70 to
//! S74).
//!
//! Any method is answered. There is no middleware here: it would dominate the cost of a cached answer.

use std::iter;
use std::sync::{Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};

use super::admission::{Admission, Renew, admit};
use super::dialects::{self, MalformedQuestion};
use super::profile_headers::ProfileHeaders;
use super::target::{self, Target};
use super::{cookies, deny, old_answers, old_questions, request_check, signed_identity};
use crate::accounts::metrics::{Asked, Outcome};
use crate::domain::access::Denial;
use crate::domain::dialect::Dialect;
use crate::domain::language::Language;
use crate::domain::old_gates::OldAddress;
use crate::domain::time::Moment;
use crate::http::authenticator::Verdict;
use crate::http::error::{self, Audience, HttpError};
use crate::http::identity_headers::IdentityHeaders;
use crate::http::navigation::is_navigation;
use crate::http::settings::{self, HttpSettings};
use crate::http::unauthenticated::{challenge_program, redirect, unauthenticated_at_app};
use crate::http::{client_address, measured, token_carriers, unread_body};

/// Tells nginx, which turns the 401 into a redirect or an error itself, whether the request is a navigation.
const NAVIGATION: HeaderName = HeaderName::from_static("x-portcullis-navigation");
/// Envoy overwrites the headers that we name but keeps other spellings of a client, unless instructed to remove them.
const ENVOY_REMOVES: HeaderName = HeaderName::from_static("x-envoy-auth-headers-to-remove");

/// Where a proxy asks.
#[derive(Clone, Copy)]
struct Asking {
    dialect: Dialect,
    /// The address, if it is another gate's.
    old: Option<OldAddress>,
}

/// Every address below `/_auth/verify`: the raw path selects the dialect, and only dialects in `FORWARD_AUTH` are
/// answered (S103).
pub async fn verify(req: HttpRequest, payload: web::Payload) -> HttpResponse {
    let settings = settings::of(&req);
    let dialect = Dialect::of_path(req.uri().path()).filter(|dialect| is_named(*dialect, &req, settings));
    answer(&req, payload, dialect.map(|dialect| Asking { dialect, old: None })).await
}

/// The addresses of other gates that `COMPAT` names; they are no routes otherwise.
pub async fn verify_for_old(req: HttpRequest, payload: web::Payload) -> HttpResponse {
    let old = OldAddress::of(req.uri().path(), req.uri().query());
    answer(&req, payload, old.map(|old| Asking { dialect: old.dialect(), old: Some(old) })).await
}

async fn answer(req: &HttpRequest, payload: web::Payload, asking: Option<Asking>) -> HttpResponse {
    let settings = settings::of(req);
    let retained = unread_body::retain(req.headers(), &mut payload.into_inner());
    let Some(asking) = asking else {
        return unread_body::until_answered(
            retained,
            error::respond(&HttpError::NotFound, Audience::Json, settings, Language::English),
        );
    };
    let at = settings.accounts.clock().moment();
    let answer = match judge(req, settings, at, asking).await {
        Ok(answer) => answer,
        Err(fault) => refuse(&fault, req, asking.dialect, settings),
    };
    let verdict =
        if answer.status().is_redirection() { Outcome::SignIn } else { Outcome::of_status(answer.status().as_u16()) };
    measured::end(&settings.accounts, at.monotonic, Asked::Check, verdict);
    unread_body::until_answered(retained, answer)
}

/// Whether `FORWARD_AUTH` names `dialect`; logs the first request for one that it does not name.
fn is_named(dialect: Dialect, req: &HttpRequest, settings: &HttpSettings) -> bool {
    static NOTED: Mutex<Vec<Dialect>> = Mutex::new(Vec::new());
    if settings.config.gate.forward_auth.contains(&dialect) {
        return true;
    }
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !noted.contains(&dialect) {
        noted.push(dialect);
        let (peer, dialect) = (client_address::of(req).peer, dialect.name());
        tracing::info!(%peer, dialect, "refused a forward-auth request of a proxy that FORWARD_AUTH does not name; if \
            it is yours, add it there");
    }
    false
}

async fn judge(
    req: &HttpRequest,
    settings: &HttpSettings,
    at: Moment,
    asking: Asking,
) -> Result<HttpResponse, HttpError> {
    check_peer(req, settings)?;
    let refuse_malformed = |unclear: MalformedQuestion| {
        let (peer, dialect) = (client_address::of(req).peer, asking.dialect.name());
        let gate = asking.old.map(|old| old.gate().as_str());
        tracing::info!(%peer, dialect, gate, why = unclear.0, "refused a malformed forward-auth request");
        HttpError::BadRequest("fault-no-original")
    };
    let resource = match asking.old {
        None => dialects::read(asking.dialect, req),
        Some(old) => old_questions::read(old, req, settings.app_url.is_https()),
    };
    let resource = resource.map_err(refuse_malformed)?;
    request_check::check_path(resource.path())?;
    let Some(target) = target::of_forwarded(req, settings, at, &resource).await? else {
        target::note_unknown(&resource.origin().map_err(refuse_malformed)?, settings);
        return Err(HttpError::Forbidden("fault-unknown-host"));
    };
    if asking.old.is_some() && target::is_contradicted(req, settings, &target).await? {
        return Err(refuse_malformed(MalformedQuestion("Host is the address of another app")));
    }
    let (denial, verdict) = match admit(req, settings, &target, Renew::Never).await? {
        Admission::In(verdict, _) => match asking.old {
            None => return Ok(allow(req, settings, verdict.as_deref(), &target, asking.dialect)),
            Some(old) => match old_answers::check_conditions(old, req, verdict.as_deref()) {
                Ok(()) => return Ok(old_answers::allow(old, verdict.as_deref(), &target)),
                Err(denial) => (denial, verdict),
            },
        },
        Admission::Out(denial, verdict) => (denial, verdict),
    };
    // The proxy leads to sign-in whatever is missing: that would be a circle.
    let is_circle =
        matches!(denial, Denial::Factor | Denial::Prove) && asking.old.is_some_and(OldAddress::has_fixed_way_in);
    if !is_circle && deny::is_led(denial, verdict.as_deref(), req.headers()) {
        Ok(redirect_or_refuse(req, settings, asking, &target, denial))
    } else {
        Err(deny::refusal(denial, &target, verdict.as_deref()))
    }
}

/// Anybody but a trusted proxy could invent the forwarded request; they learn nothing (S72).
pub(super) fn check_peer(req: &HttpRequest, settings: &HttpSettings) -> Result<(), HttpError> {
    if client_address::has_trusted_peer(req, settings) {
        return Ok(());
    }
    tracing::warn!(peer = %client_address::of(req).peer, "refused a forward-auth request: the peer is not in \
        TRUSTED_PROXIES");
    Err(HttpError::Forbidden("fault-untrusted-proxy"))
}

/// 200 with every identity header, empty ones too, so that none of the client's remain (S70). `Cookie` contains the
/// app's cookies only: a proxy that copies it, as it copies the identity, keeps ours from the app (S79). It is omitted
/// if the built-in proxy removes them anyway, or if the asking proxy does: a page that could send this request would
/// otherwise read its app's own `HttpOnly` cookies.
fn allow(
    req: &HttpRequest,
    settings: &HttpSettings,
    verdict: Option<&Verdict>,
    target: &Target<'_>,
    dialect: Dialect,
) -> HttpResponse {
    let nobody = IdentityHeaders::nobody();
    let (identity, who) = verdict.map_or((&nobody, None), |verdict| (&verdict.headers, Some(&*verdict.who)));
    let names = ProfileHeaders::of(target.compiled());
    let mut answer = HttpResponse::new(StatusCode::OK);
    let headers = answer.headers_mut();
    for (part, name) in &names.identity {
        headers.insert(name.answer.clone(), identity.part(*part, who).into_owned());
    }
    let others = if dialect == Dialect::Caddy { &names.unused_presets[..] } else { &[] };
    for name in names.unused.iter().chain(others) {
        headers.insert(name.clone(), HeaderValue::from_static(""));
    }
    // The built-in proxy adds them itself.
    if target.app().upstream.is_none() {
        for (name, value, _) in &names.fixed {
            headers.insert(name.answer.clone(), value.clone());
        }
    }
    let signed = signed_identity::of(verdict, target, settings);
    headers.insert(signed_identity::ANSWERED, signed.unwrap_or_else(|| HeaderValue::from_static("")));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Cookie, Authorization"));
    let is_for_app = target.app().upstream.is_none();
    let cookies = if is_for_app && dialect != Dialect::Caddy { cookies::of_the_app(req.headers()) } else { None };
    answer_credentials(is_for_app.then(|| req.headers()), headers, &target.app().token_headers, dialect);
    if dialect == Dialect::Envoy {
        let removed = if cookies.is_some() { &names.other_spellings } else { &names.other_spellings_and_cookies };
        let mut with_token = token_carriers::names_with_token(req.headers(), &target.app().token_headers);
        // It removes after it has replaced.
        with_token.retain(|name| !headers.contains_key(*name));
        headers.insert(ENVOY_REMOVES, and_these(removed, &with_token));
    }
    if let Some(cookies) = cookies {
        headers.insert(COOKIE, cookies);
    }
    answer
}

/// `Authorization`, and the headers in which the app lets machine tokens come, as the app is to have them: what is
/// fixed for it, or the client's own, and never a token (S119). They are secrets of the browser, which sends the
/// credentials of HTTP Basic by itself: only that nobody but a trusted proxy is answered (S72) keeps them from the
/// scripts of an app, and where the built-in proxy serves the app, there is no `incoming`. Caddy would write the name
/// of its variable in place of a header that is missing.
fn answer_credentials(incoming: Option<&HeaderMap>, answered: &mut HeaderMap, listed: &[String], dialect: Dialect) {
    let listed_names = listed.iter().filter_map(|name| HeaderName::from_bytes(name.as_bytes()).ok());
    for name in iter::once(AUTHORIZATION).chain(listed_names) {
        if answered.contains_key(&name) {
            continue;
        }
        let theirs = incoming.and_then(|headers| token_carriers::own_of_app(headers, name.as_str(), listed));
        if let Some(theirs) = theirs {
            answered.insert(name, theirs.clone());
        } else if dialect == Dialect::Caddy {
            answered.insert(name, HeaderValue::from_static(""));
        }
    }
}

/// The value with these names at its end.
fn and_these(value: &HeaderValue, names: &[&str]) -> HeaderValue {
    if names.is_empty() {
        return value.clone();
    }
    let text = format!("{},{}", value.to_str().unwrap_or_default(), names.join(","));
    HeaderValue::from_str(&text).unwrap_or_else(|_fault| value.clone())
}

/// The redirect to sign-in. nginx passes only 401 on, and takes the address from `Location`.
fn redirect_or_refuse(
    req: &HttpRequest,
    settings: &HttpSettings,
    Asking { dialect, old }: Asking,
    target: &Target<'_>,
    denial: Denial,
) -> HttpResponse {
    // Traefik would resolve a relative address against our address inside its network.
    let location = match old {
        None => deny::destination(denial, target, req.headers(), &settings.app_url).absolute(),
        Some(old) => old_answers::destination(old, denial, target, req, &settings.app_url),
    };
    let navigation = is_navigation(req.headers());
    if dialect != Dialect::Nginx && navigation {
        let mut answer = redirect(&location, settings);
        if old.is_some() && matches!(target.method, "GET" | "HEAD") {
            *answer.status_mut() = StatusCode::FOUND;
        }
        return answer;
    }
    let mut answer = unauthenticated_at_app(&location, req.headers(), &target.app().token_headers, settings);
    if dialect == Dialect::Nginx
        && let Ok(location) = HeaderValue::from_str(&location)
    {
        answer.headers_mut().insert(LOCATION, location);
        answer.headers_mut().insert(NAVIGATION, HeaderValue::from_static(if navigation { "yes" } else { "no" }));
    }
    answer
}

/// A fault in a form the dialect understands: what nginx cannot interpret becomes 403; our own faults stay 5xx and
/// admit nobody.
fn refuse(fault: &HttpError, req: &HttpRequest, dialect: Dialect, settings: &HttpSettings) -> HttpResponse {
    let mut answer = error::respond(fault, Audience::Json, settings, Language::English);
    let status = answer.status();
    if dialect == Dialect::Nginx && status.is_client_error() && status != StatusCode::UNAUTHORIZED {
        *answer.status_mut() = StatusCode::FORBIDDEN;
    }
    if matches!(fault, HttpError::Token(_)) {
        challenge_program(req.headers(), &mut answer);
    }
    answer
}
