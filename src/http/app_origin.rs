//! Which app a request for one of our own addresses is for: by its `Host`, as the proxy goes by it.

use std::sync::Arc;

use actix_web::{HttpMessage, HttpRequest};

use super::settings;
use crate::accounts::AccountError;
use crate::domain::app_table::CompiledApp;
use crate::domain::app_url;
use crate::domain::origin::Origin;
use crate::domain::return_to::ReturnTo;

/// What [`look_up`] found.
struct Found(Origin);

/// The origin of the app on whose host the request was sent; `None` at the portal, and on a host that is no app's.
pub fn of(req: &HttpRequest) -> Option<Origin> {
    req.extensions().get().map(|Found(origin)| origin.clone())
}

/// Finds out what [`of`] returns from the host that `req` names; once for each request.
pub(super) async fn look_up(req: &HttpRequest, host: &str) {
    // As the gate finds it: some proxies leave out the port.
    if let Some(found) = named(req, host).await {
        req.extensions_mut().insert(Found(found));
    }
}

/// The origin of the app, not the portal, that a proxy means by `host`.
pub async fn named(req: &HttpRequest, host: &str) -> Option<Origin> {
    let origin = Origin::parse(settings::of(req).app_url.is_https(), host)?;
    let apps = settings::accounts(req).known_apps().await;
    apps.table.find_forwarded(&origin)?.app_origin().cloned()
}

/// The app, not the portal, that has exactly that address.
pub async fn app_at(req: &HttpRequest, origin: &Origin) -> Result<Option<Arc<CompiledApp>>, AccountError> {
    let app_url = &settings::of(req).app_url;
    if origin == app_url.canonical() || origin.is_https() != app_url.is_https() {
        return Ok(None);
    }
    let apps = settings::accounts(req).apps().await?;
    Ok(apps.table.find(origin).map(|place| Arc::clone(place.app())))
}

/// Where `next` leads from the portal, if it is safe: a path there, or an address of an app.
pub async fn way_back(req: &HttpRequest, next: &str) -> Result<Option<String>, AccountError> {
    let app_url = &settings::of(req).app_url;
    let origin = app_url::origin_of(next).filter(|origin| origin != app_url.origin());
    let Some(authority) = origin.as_deref().and_then(|origin| origin.split_once("://")).map(|(_, host)| host) else {
        return Ok(ReturnTo::parse(next, app_url).map(|back| back.location().to_owned()));
    };
    let Some(origin) = Origin::parse(app_url.is_https(), authority) else { return Ok(None) };
    if app_at(req, &origin).await?.is_none() {
        return Ok(None);
    }
    Ok(ReturnTo::parse_on(next, &origin).map(|back| format!("{origin}{}", back.location())))
}
