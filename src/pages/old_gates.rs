//! The addresses of other gates that browsers are sent to (`COMPAT`): where sign-in begins, and where people sign out.

use actix_web::{HttpRequest, HttpResponse};

use super::{handover, see_other};
use crate::domain::old_gates::{OldGate, page_asked_for};
use crate::domain::return_to::ReturnTo;
use crate::http::error::HttpError;
use crate::http::unauthenticated::sign_in_address;
use crate::http::{app_origin, settings};

/// What to do before a page is opened: on the host of an app the hand-over begins; at the portal people sign in, or are
/// led to the host of the app that they came from.
pub async fn start(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let gate = OldGate::of_path(req.path());
    let asked = page_asked_for(req.uri().query().unwrap_or_default()).unwrap_or_default();
    let (host, page) = split(&asked);
    let origin = match host {
        Some(host) => app_origin::named(&req, host).await,
        None => None,
    };
    if let Some(here) = app_origin::of(&req) {
        let is_here = host.is_none() || origin.as_ref() == Some(&here);
        return handover::begin_at(&req, here, if is_here { page } else { "/" }, Some(gate)).await;
    }
    if let Some(app) = origin {
        return Ok(see_other(&format!("{app}{}", gate.begin(page))));
    }
    let next = ReturnTo::parse(&asked, &settings::of(&req).app_url);
    Ok(see_other(&sign_in_address(next.as_ref())))
}

/// The page with the button: nothing signs out by being opened.
pub async fn sign_out(req: HttpRequest) -> HttpResponse {
    see_other(&settings::of(&req).app_url.join("/_auth/logout"))
}

/// The host in an address, if it names one, and the rest.
fn split(address: &str) -> (Option<&str>, &str) {
    let Some((_, rest)) = address.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https")) else {
        return (None, address);
    };
    let (host, page) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    (Some(host), if page.starts_with('/') { page } else { "/" })
}
