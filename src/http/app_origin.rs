//! Which app a request for one of our own addresses is for: by its `Host`, as the proxy goes by it.

use actix_web::HttpRequest;
use actix_web::http::header::HOST;

use super::settings;
use crate::domain::origin::Origin;

/// The origin of the app on whose host the request was sent; `None` at the portal, and on a host that is no app's.
pub fn of(req: &HttpRequest) -> Option<Origin> {
    let mut hosts = req.headers().get_all(HOST);
    let host = hosts.next().filter(|_| hosts.next().is_none())?.to_str().ok()?;
    let app_url = &settings::of(req).app_url;
    let origin = Origin::parse(app_url.is_https(), host)?;
    (origin != *app_url.canonical() && is_app(req, &origin)).then_some(origin)
}

/// Whether an app has that address.
const fn is_app(_req: &HttpRequest, _origin: &Origin) -> bool {
    false
}
