//! How proxies describe the request at the addresses of other gates (`COMPAT`), configured as those gates document it.
//!
//! Read is only what that configuration sets itself, or sets for every request so that without it nothing works: what a
//! proxy merely passes on is the client's, and counts for nothing (S72).

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HOST, HeaderMap, HeaderName, HeaderValue, X_FORWARDED_FOR, X_FORWARDED_HOST};
use actix_web::middleware::Next;

use super::dialects::{
    self, MalformedQuestion, RequestedResource, X_FORWARDED_URI, X_ORIGINAL_METHOD, X_ORIGINAL_URL, once, resource,
};
use crate::domain::dialect::Dialect;
use crate::domain::old_gates::OldAddress;
use crate::domain::origin::Origin;
use crate::domain::rules::UNKNOWN_METHOD;

static X_REAL_IP: HeaderName = HeaderName::from_static("x-real-ip");
/// A client of which nobody says where it is: it is in no network (S28).
const NOWHERE: HeaderValue = HeaderValue::from_static("0.0.0.0");
/// A method that is well-formed, until it is known that there is none.
const ANY_METHOD: Option<&str> = Some("GET");

/// Parses the question asked at `address`; `https` is the scheme of `APP_URL`, and so of every app.
pub(super) fn read(
    address: OldAddress,
    req: &HttpRequest,
    https: bool,
) -> Result<RequestedResource<'_>, MalformedQuestion> {
    match address {
        OldAddress::AutheliaAuthRequest => dialects::read(Dialect::Nginx, req),
        OldAddress::AutheliaForwardAuth | OldAddress::AuthentikTraefik | OldAddress::AuthentikCaddy => {
            dialects::read(Dialect::Traefik, req)
        }
        OldAddress::AutheliaExtAuthz => dialects::envoy_below(OldAddress::EXT_AUTHZ, req),
        OldAddress::AutheliaLegacy | OldAddress::AutheliaLegacyLeading => legacy(req),
        OldAddress::Oauth2Auth => oauth2(req.headers(), https),
        OldAddress::AuthentikNginx => dialects::original_url(ANY_METHOD, req.headers()).map(without_method),
    }
}

/// The headers of nginx or those of the others; if both are there, one of them may be the client's: they have to say
/// the same.
fn legacy(req: &HttpRequest) -> Result<RequestedResource<'_>, MalformedQuestion> {
    const TWO: MalformedQuestion = MalformedQuestion("X-Original-* and X-Forwarded-* say different things");
    let has = |name: &HeaderName| req.headers().contains_key(name);
    let (original, forwarded) = (has(&X_ORIGINAL_URL), has(&X_FORWARDED_URI) || has(&X_FORWARDED_HOST));
    match (original, forwarded) {
        (true, false) => dialects::read(Dialect::Nginx, req),
        (false, _) => dialects::read(Dialect::Traefik, req),
        (true, true) => {
            let forwarded = dialects::read(Dialect::Traefik, req)?;
            let original = dialects::original_url(Some(forwarded.method), req.headers())?;
            let mut methods = req.headers().get_all(&X_ORIGINAL_METHOD);
            let agrees = methods.all(|method| method.as_bytes() == forwarded.method.as_bytes());
            if agrees && original == forwarded { Ok(original) } else { Err(TWO) }
        }
    }
}

/// `Host` and `X-Forwarded-Uri`. That nginx sets no method, so nobody says which it was; a host that differs
/// from `Host` is the client's word.
fn oauth2(headers: &HeaderMap, https: bool) -> Result<RequestedResource<'_>, MalformedQuestion> {
    let host = once(headers, &HOST);
    if headers.contains_key(X_FORWARDED_HOST) {
        let canonical = |host: Option<&str>| Origin::parse(https, host?);
        if canonical(once(headers, &X_FORWARDED_HOST)) != canonical(host) {
            return Err(MalformedQuestion("X-Forwarded-Host is another host than Host"));
        }
    }
    let scheme = if https { "https" } else { "http" };
    resource(ANY_METHOD, Some(scheme), host, once(headers, &X_FORWARDED_URI)).map(without_method)
}

/// The request, of which nobody says the method.
fn without_method(mut resource: RequestedResource<'_>) -> RequestedResource<'_> {
    resource.method = UNKNOWN_METHOD;
    resource
}

/// Middleware: nginx as oauth2-proxy and authentik document it passes the client's `X-Forwarded-For` on, which says
/// where the client is only as it pleases. What oauth2-proxy has nginx set is `X-Real-IP`; authentik nothing.
pub async fn find_client<B: MessageBody>(
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let address = OldAddress::of(req.uri().path(), req.uri().query());
    if matches!(address, Some(OldAddress::Oauth2Auth | OldAddress::AuthentikNginx)) {
        let named = once(req.headers(), &X_REAL_IP).and_then(|ip| ip.parse::<std::net::IpAddr>().ok());
        let named = named.filter(|_| address == Some(OldAddress::Oauth2Auth));
        let value = named.and_then(|ip| HeaderValue::from_str(&ip.to_string()).ok()).unwrap_or(NOWHERE);
        req.headers_mut().insert(X_FORWARDED_FOR, value);
    }
    next.call(req).await
}
