//! What we answer at the addresses of other gates (`COMPAT`): their statuses and names of headers.
//!
//! Browsers can reach most of these addresses themselves, as those gates document it. So the answer has only what the
//! visitor may see: no cookies, no fixed headers, no signed identity (S103).

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, VARY};
use actix_web::{HttpRequest, HttpResponse};

use super::deny;
use super::profile_headers::ProfileHeaders;
use super::target::Target;
use crate::domain::access::Denial;
use crate::domain::app_url::AppUrl;
use crate::domain::header_profile::Part;
use crate::domain::old_gates::{OldAddress, OldPart, unmet_condition};
use crate::domain::user::Username;
use crate::http::authenticator::Verdict;
use crate::http::identity_headers::IdentityHeaders;

/// The request is let in, for that visitor: the headers of the app's page, and those of the other gate. A name of the
/// app's own says what its page says.
pub(super) fn allow(address: OldAddress, verdict: Option<&Verdict>, target: &Target<'_>) -> HttpResponse {
    let nobody = IdentityHeaders::nobody();
    let (identity, who) = verdict.map_or((&nobody, None), |verdict| (&verdict.headers, Some(&*verdict.who)));
    let names = ProfileHeaders::of(target.compiled());
    let status = StatusCode::from_u16(address.allowed()).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::new(status);
    let headers = answer.headers_mut();
    for (part, name) in &names.identity {
        headers.insert(name.answer.clone(), identity.part(*part, who).into_owned());
    }
    for name in names.unused.iter().chain(&names.unused_presets) {
        headers.insert(name.clone(), HeaderValue::from_static(""));
    }
    for (part, name) in address.gate().headers() {
        if target.app().headers.own.iter().any(|(_, own)| own == name) {
            continue;
        }
        let value = match part {
            OldPart::Same(part) => identity.part(*part, who).into_owned(),
            OldPart::Nothing => HeaderValue::from_static(""),
            OldPart::Login => {
                let username = identity.part(Part::Username, who);
                if username.is_empty() { identity.user.clone() } else { username.into_owned() }
            }
        };
        headers.insert(HeaderName::from_static(name), value);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Cookie, Authorization"));
    answer
}

/// Whom the address lets in at most: oauth2-proxy's takes conditions in its query, which the proxy sends.
pub(super) fn check_conditions(
    address: OldAddress,
    req: &HttpRequest,
    verdict: Option<&Verdict>,
) -> Result<(), Denial> {
    let query = req.uri().query().unwrap_or_default();
    if address != OldAddress::Oauth2Auth || query.is_empty() {
        return Ok(());
    }
    let person = verdict.and_then(|verdict| verdict.who.person());
    let groups: Vec<&str> = person.iter().flat_map(|person| person.role_and_groups()).collect();
    let username = person.and_then(|person| person.username.as_ref()).map_or("", Username::as_str);
    let names = [person.map_or("", |person| &person.email), username];
    let Some(condition) = unmet_condition(query, names, &groups) else { return Ok(()) };
    let Some(person) = person else { return Err(Denial::SignIn) };
    let who = &person.email;
    tracing::info!(condition, who, "refused a request by a condition in the query of /oauth2/auth");
    Err(Denial::Forbidden)
}

/// Where a visitor is led who is not let in. On the host of an app sign-in begins where the proxy sends the gate's own
/// requests.
pub(super) fn destination(
    address: OldAddress,
    denial: Denial,
    target: &Target<'_>,
    req: &HttpRequest,
    app_url: &AppUrl,
) -> String {
    if denial != Denial::SignIn || target.app_origin().is_none() {
        return deny::destination(denial, target, req.headers(), app_url).absolute();
    }
    let origin = target.origin().to_string();
    let back = deny::path_back(target.method, req.headers(), &origin, target.path_and_query);
    format!("{origin}{}", address.gate().begin(&back))
}
