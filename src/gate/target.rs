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
use crate::domain::time::Moment;
use crate::http::error::HttpError;
use crate::http::requested_host::{self, UNCLEAR};
use crate::http::settings::HttpSettings;

static REQUEST_METHOD: HeaderName = HeaderName::from_static("access-control-request-method");

/// What a visitor requested.
pub(super) struct Target<'a> {
    /// The app, and the address at which a browser names it.
    place: Arc<Place>,
    /// The number of changes of apps and rules before the app was found.
    pub(super) apps_changes: u64,
    /// When the request was read.
    pub(super) at: Moment,
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
pub(super) async fn of_proxied<'a>(
    req: &'a HttpRequest,
    settings: &HttpSettings,
    at: Moment,
) -> Result<Target<'a>, HttpError> {
    let named = requested_host::of(req)?.ok_or(UNCLEAR)?;
    let apps_changes = settings.accounts.apps_changes();
    let Found { value: found, is_certain, at } =
        among_apps(settings, at, |apps| proxied_among(settings, named, apps)).await;
    let place = match found {
        Err(HttpError::NoApp) if !is_certain => return Err(unavailable()),
        found => found?,
    };
    Ok(Target {
        place,
        apps_changes,
        at,
        is_certain,
        method: req.method().as_str(),
        path: req.uri().path(),
        path_and_query: req.uri().path_and_query().map_or("/", |asked| asked.as_str()),
        is_preflight: is_preflight(req.method().as_str(), req.headers()),
    })
}

/// What was found among the apps, whether they are certainly up to date, and when that was.
struct Found<T> {
    value: T,
    is_certain: bool,
    at: Moment,
}

/// What `find` finds among the apps, from memory `at` that moment, or from the store.
async fn among_apps<T>(settings: &HttpSettings, at: Moment, find: impl Fn(&AppTable) -> T) -> Found<T> {
    let accounts = &settings.accounts;
    if let Some(found) = accounts.cached_apps_at(at.monotonic).map(|apps| find(&apps.table)) {
        return Found { value: found, is_certain: true, at };
    }
    let (apps, is_certain) = accounts.apps_if_possible().await;
    Found { value: find(&apps.table), is_certain, at: accounts.clock().moment() }
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
    apps.find_forwarded(&origin).or_else(|| apps.at_portal().filter(|_| is_other_name()).cloned()).ok_or_else(|| {
        note_unknown(&origin, settings);
        HttpError::NoApp
    })
}

/// The app that another proxy asks about; `None` if there is none. The host is parsed unless it is spelled as the
/// address of the app is.
pub(super) async fn of_forwarded<'a>(
    req: &HttpRequest,
    settings: &HttpSettings,
    at: Moment,
    resource: &RequestedResource<'a>,
) -> Result<Option<Target<'a>>, HttpError> {
    let apps_changes = settings.accounts.apps_changes();
    let find = |apps: &AppTable| {
        let place = match apps.find_spelled(resource.host) {
            Some(place) => Arc::clone(place),
            None => apps.find_forwarded(&resource.origin().ok()?)?,
        };
        if apps.shares_host(&place) {
            let (app, host) = (&place.app().app().name, resource.host);
            tracing::warn!(
                app,
                host,
                "refused a question of a proxy about an app whose host another app has at \
                another port; give each a host name of its own"
            );
            return None;
        }
        Some(place)
    };
    let Found { value: found, is_certain, at } = among_apps(settings, at, find).await;
    let Some(place) = found else {
        if !is_certain {
            return Err(unavailable());
        }
        return Ok(None);
    };
    let (method, path, path_and_query) = (resource.method, resource.path(), resource.path_and_query);
    let is_preflight = is_preflight(method, req.headers());
    Ok(Some(Target { place, apps_changes, at, is_certain, method, path, path_and_query, is_preflight }))
}

/// Whether the `Host` of a question is the address of another app than it asks about. Some proxies leave the visitor's
/// `Host` on it while they believe some visitors about `X-Forwarded-Host`.
pub(super) async fn is_contradicted(
    req: &HttpRequest,
    settings: &HttpSettings,
    target: &Target<'_>,
) -> Result<bool, HttpError> {
    let Some(host) = requested_host::of(req)? else { return Ok(false) };
    let find = |apps: &AppTable| apps.find_forwarded(&Origin::parse(settings.app_url.is_https(), host)?);
    let named = among_apps(settings, target.at, find).await.value;
    let origin = named.as_ref().and_then(|place| place.app_origin());
    Ok(origin.is_some_and(|origin| origin != target.origin()))
}

/// Whether `origin` is another name of this machine, like that of `APP_URL`: who develops uses `localhost` and
/// `127.0.0.1` alike.
fn is_this_machine(origin: &Origin, app_url: &AppUrl) -> bool {
    app_url.is_loopback() && origin.is_loopback()
}

/// Logs a request for a host of no app.
pub(super) fn note_unknown(origin: &Origin, settings: &HttpSettings) {
    tracing::info!(%origin, app_url = %settings.app_url, "refused a request for a host of no app; if a proxy is in \
        front, it has to pass the Host on");
}

/// A CORS preflight (Fetch, section 4.8).
fn is_preflight(method: &str, headers: &HeaderMap) -> bool {
    method == "OPTIONS" && headers.contains_key(ORIGIN) && headers.contains_key(&REQUEST_METHOD)
}
