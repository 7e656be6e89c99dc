//! Which app a request is for, by canonical origin (S112).

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, ORIGIN};

use super::dialects::RequestedResource;
use crate::accounts::AccountError;
use crate::domain::app_table::{AppTable, CompiledApp, Place};
use crate::domain::app_url::AppUrl;
use crate::domain::apps::App;
use crate::domain::origin::Origin;
use crate::http::error::HttpError;
use crate::http::requested_host::{self, UNCLEAR};
use crate::http::settings::{self, HttpSettings};

static REQUEST_METHOD: HeaderName = HeaderName::from_static("access-control-request-method");

/// What a visitor requested.
pub(super) struct Target<'a> {
    /// The app, and the address at which a browser names it.
    place: Arc<Place>,
    /// The number of changes of apps and rules before the app was found.
    pub(super) apps_changes: u64,
    /// Whether the rules are certainly up to date; if not, nobody may be let in by them.
    pub(super) is_certain: bool,
    /// The method, as sent.
    pub(super) method: &'a str,
    /// The path, as sent.
    pub(super) path: &'a str,
    /// Path and query, as sent.
    pub(super) path_and_query: &'a str,
    /// Whether a browser asks whether a script of another origin may send a request: it sends no cookies then.
    pub(super) is_preflight: bool,
}

impl Target<'_> {
    /// The app and its rules.
    pub(super) fn compiled(&self) -> &CompiledApp {
        self.place.app()
    }

    /// The app.
    pub(super) fn app(&self) -> &App {
        self.place.app().app()
    }

    /// The origin, as a browser names it.
    pub(super) fn origin(&self) -> &Origin {
        self.place.origin()
    }

    /// The origin where the app's sessions are good; `None` is `APP_URL`'s, where the portal is.
    pub(super) fn app_origin(&self) -> Option<&Origin> {
        self.place.app_origin()
    }
}

/// The app that the built-in proxy forwards `req` to (S112). The host is in the target or in `Host`; two that differ,
/// and one without a canonical form, are refused.
pub(super) async fn of_proxied(req: &HttpRequest) -> Result<Target<'_>, HttpError> {
    let (settings, named) = (settings::of(req), requested_host::of(req)?.ok_or(UNCLEAR)?);
    let apps_changes = settings::accounts(req).apps_changes();
    let (found, is_certain) = among_apps(req, |apps| proxied_among(settings, named, apps)).await;
    let place = match found {
        Err(HttpError::NoApp) if !is_certain => return Err(unavailable()),
        found => found?,
    };
    Ok(Target {
        place,
        apps_changes,
        is_certain,
        method: req.method().as_str(),
        path: req.uri().path(),
        path_and_query: req.uri().path_and_query().map_or("/", |asked| asked.as_str()),
        is_preflight: is_preflight(req.method().as_str(), req.headers()),
    })
}

/// What `find` finds among the apps, and whether they are certainly up to date.
async fn among_apps<T>(req: &HttpRequest, find: impl Fn(&AppTable) -> T) -> (T, bool) {
    let accounts = settings::accounts(req);
    if let Some(found) = accounts.cached_apps().map(|apps| find(&apps.table)) {
        return (found, true);
    }
    let (apps, is_certain) = accounts.apps_if_possible().await;
    (find(&apps.table), is_certain)
}

/// The store cannot be asked: nobody is let in, and nobody is said to be wrong (S92).
pub(super) fn unavailable() -> HttpError {
    HttpError::Account(AccountError::of_text("the apps cannot be read"))
}

fn proxied_among(settings: &HttpSettings, named: &str, apps: &AppTable) -> Result<Arc<Place>, HttpError> {
    if let Some(place) = apps.find_spelled(named) {
        return Ok(Arc::clone(place));
    }
    let origin = Origin::parse(settings.app_url.is_https(), named).ok_or(UNCLEAR)?;
    let is_other_name = || !apps.is_taken(&origin) && is_this_machine(&origin, &settings.app_url);
    apps.find_forwarded(&origin)
        .or_else(|| apps.at_portal().filter(|_| is_other_name()).cloned())
        .ok_or_else(|| unknown(&origin, settings))
}

/// The app that another proxy asks about; `None` if there is none.
pub(super) async fn of_forwarded<'a>(
    req: &HttpRequest,
    resource: &RequestedResource<'a>,
) -> Result<Option<Target<'a>>, HttpError> {
    let apps_changes = settings::accounts(req).apps_changes();
    let find = |apps: &AppTable| {
        let place = apps.find_forwarded(&resource.origin)?;
        if apps.shares_host(&place) {
            let (app, origin) = (&place.app().app().name, &resource.origin);
            tracing::warn!(app, %origin, "refused a question of a proxy about an app whose host another app has at \
                another port; give each a host name of its own");
            return None;
        }
        Some(place)
    };
    let (found, is_certain) = among_apps(req, find).await;
    let Some(place) = found else {
        if !is_certain {
            return Err(unavailable());
        }
        unknown(&resource.origin, settings::of(req));
        return Ok(None);
    };
    let (method, path, path_and_query) = (resource.method, resource.path(), resource.path_and_query);
    let is_preflight = is_preflight(method, req.headers());
    Ok(Some(Target { place, apps_changes, is_certain, method, path, path_and_query, is_preflight }))
}

/// Whether `origin` is another name of this machine, like that of `APP_URL`: who develops uses `localhost` and
/// `127.0.0.1` alike.
fn is_this_machine(origin: &Origin, app_url: &AppUrl) -> bool {
    app_url.is_loopback() && origin.is_loopback()
}

/// Says nothing of what there is.
fn unknown(origin: &Origin, settings: &HttpSettings) -> HttpError {
    tracing::info!(%origin, app_url = %settings.app_url, "refused a request for a host of no app; if a proxy is in \
        front, it has to pass the Host on");
    HttpError::NoApp
}

/// A CORS preflight (Fetch, section 4.8).
fn is_preflight(method: &str, headers: &HeaderMap) -> bool {
    method == "OPTIONS" && headers.contains_key(ORIGIN) && headers.contains_key(&REQUEST_METHOD)
}
