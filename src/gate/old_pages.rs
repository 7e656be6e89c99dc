//! Authelia has no address on the hosts of apps, so its proxies send none of our pages there to us. But what they are
//! answered goes to the browser, so a question about one of our pages on the host of an app is answered with that page.
//!
//! nginx alone does not hand answers on: its configuration needs a location for our pages (docs/COMPAT.md).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Path, ServiceRequest, ServiceResponse, Url};
use actix_web::guard::GuardContext;
use actix_web::http::header::{HOST, HeaderValue, LOCATION};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

use super::dialects::X_FORWARDED_URI;
use super::{forward_auth, old_questions, target};
use crate::domain::old_gates::OldAddress;
use crate::domain::origin::Origin;
use crate::http::error::{self, Audience, HttpError};
use crate::http::{language, settings};

/// What the addresses of all our pages begin with.
const PREFIX: &str = "/_auth";

/// Whether a question is about one of our pages, and its answer goes to the browser.
pub fn is_about_one(context: &GuardContext<'_>) -> bool {
    let head = context.head();
    let path = match OldAddress::of(head.uri.path(), head.uri.query()) {
        Some(OldAddress::AutheliaForwardAuth | OldAddress::AutheliaLegacyLeading) => {
            head.headers.get(&X_FORWARDED_URI).map_or(&b""[..], HeaderValue::as_bytes)
        }
        Some(OldAddress::AutheliaExtAuthz) => {
            head.uri.path().strip_prefix(OldAddress::EXT_AUTHZ).unwrap_or_default().as_bytes()
        }
        _ => b"",
    };
    path.strip_prefix(PREFIX.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"))
}

/// Whether a request is one for Authelia's portal with a page to return to, on the host of ours.
pub fn is_at_portal(context: &GuardContext<'_>, portal: &str) -> bool {
    let head = context.head();
    let is_here = head.headers.get(HOST).is_some_and(|host| host.as_bytes().eq_ignore_ascii_case(portal.as_bytes()));
    is_here && head.uri.path() == "/" && head.uri.query().is_some_and(|query| query.starts_with("rd="))
}

/// The page that is asked about, and how.
struct Page {
    origin: Origin,
    method: Method,
    uri: Uri,
}

/// Middleware: makes of the question the request that it is about.
pub async fn ask_for_it<B: MessageBody + 'static>(
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let page = match read(req.request()).await {
        Ok(page) => page,
        Err(fault) => {
            let answer =
                error::respond(&fault, Audience::Json, settings::of(req.request()), language::of(req.request()));
            return Ok(req.into_response(answer));
        }
    };
    let authority = HeaderValue::from_str(page.origin.authority());
    req.headers_mut().insert(HOST, authority.unwrap_or_else(|_fault| HeaderValue::from_static("")));
    // Routing begins once more behind the prefix of the pages.
    let mut path = Path::new(Url::new(page.uri.clone()));
    path.skip(u16::try_from(PREFIX.len()).unwrap_or_default());
    *req.match_info_mut() = path;
    req.head_mut().uri = page.uri;
    req.head_mut().method = page.method;
    let mut answer = next.call(req).await?.map_into_boxed_body();
    // Traefik would resolve a relative address against ours inside its network.
    let absolute = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let absolute = absolute.filter(|location| location.starts_with('/'));
    if let Some(absolute) = absolute.and_then(|path| HeaderValue::from_str(&format!("{}{path}", page.origin)).ok()) {
        answer.headers_mut().insert(LOCATION, absolute);
    }
    Ok(answer)
}

/// Only a page on the host of an app is meant: the portal's own host goes to us whole.
async fn read(req: &HttpRequest) -> Result<Page, HttpError> {
    let settings = settings::of(req);
    forward_auth::check_peer(req, settings)?;
    let old = OldAddress::of(req.uri().path(), req.uri().query()).ok_or(HttpError::NotFound)?;
    let resource = old_questions::read(old, req, settings.app_url.is_https())
        .map_err(|_unclear| HttpError::BadRequest("fault-no-original"))?;
    let at = settings.accounts.clock().moment();
    let found = target::of_forwarded(req, settings, at, &resource).await?;
    let target = found.ok_or(HttpError::Forbidden("fault-unknown-host"))?;
    if target.app_origin().is_none() || target::is_contradicted(req, settings, &target).await? {
        return Err(HttpError::NotFound);
    }
    let method = match resource.method {
        "GET" => Method::GET,
        "HEAD" => Method::HEAD,
        _ => return Err(HttpError::NotFound),
    };
    let uri = Uri::try_from(resource.path_and_query).map_err(|_fault| HttpError::NotFound)?;
    if !uri.path().starts_with(PREFIX) {
        return Err(HttpError::NotFound);
    }
    Ok(Page { origin: target.origin().clone(), method, uri })
}
