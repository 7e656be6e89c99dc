//! On the host of an app only few of our addresses exist: those of the hand-over, and what scripts of the app need.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse};

use super::error::HttpError;
use super::navigation::is_navigation;
use super::unauthenticated::redirect;
use super::{app_origin, requested_host, settings};

/// The hosts on which a page exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// The portal, that of `APP_URL`.
    Portal,
    /// Every host of an app.
    App,
    /// Both.
    Both,
}

impl Host {
    /// Whether it exists on the host of an app, or at the portal.
    pub fn has(self, on_app: bool) -> bool {
        self == Self::Both || (self == Self::App) == on_app
    }
}

/// Middleware for our own addresses: finds the app on whose host the request was sent, for [`app_origin::of`].
pub async fn find_app<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match requested_host::of(req.request()) {
        Ok(None) => {}
        Ok(Some(host)) => app_origin::look_up(req.request(), host).await,
        Err(fault) => return Ok(req.error_response(fault)),
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// The response on a host that does not have the page: the portal's page of that address, for a navigation.
pub fn elsewhere(req: &HttpRequest) -> Result<HttpResponse, HttpError> {
    if app_origin::of(req).is_none() || !is_navigation(req.headers()) {
        return Err(HttpError::NotFound);
    }
    let settings = settings::of(req);
    let page = req.uri().path_and_query().map_or("/_auth/", |page| page.as_str());
    Ok(redirect(&settings.app_url.join(page), settings))
}
