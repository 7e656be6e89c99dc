//! The address that the browser apparently uses, compared with `APP_URL`: cookies and forms depend on it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpRequest;

use super::{client_address, settings};
use crate::domain::app_url::AppUrl;
use crate::domain::text::Text;

/// Headers that indicate a proxy, whose `Host` may be its own.
const FORWARDING: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

/// Maximum addresses logged; a client can make up as many as it likes.
const MAX_LOGGED: usize = 8;

/// The origin in the browser's address bar, as far as it can be determined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrowserOrigin {
    /// Scheme and host.
    Address(String),
    /// An untrusted proxy stands in between, and its headers are ignored.
    Hidden,
}

/// The origin that the browser apparently uses.
pub fn of(req: &HttpRequest) -> BrowserOrigin {
    let text = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if own_https(req) {
        return BrowserOrigin::Address(format!("https://{}", text("host").unwrap_or_default()));
    }
    let scheme = match (client_address::has_trusted_peer(req, settings::of(req)), text("x-forwarded-proto")) {
        (true, Some(forwarded)) => forwarded,
        (false, Some(_)) => return BrowserOrigin::Hidden,
        (_, None) => "http".to_owned(),
    };
    BrowserOrigin::Address(format!("{scheme}://{}", text("host").unwrap_or_default()))
}

/// Whether the gate speaks https itself: then no page is reached without it.
fn own_https(req: &HttpRequest) -> bool {
    settings::of(req).config.server.tls.is_some()
}

/// Why signing in from here may fail, as texts for the page, and where to go instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginMismatch {
    /// What is wrong.
    pub what: Text,
    /// What the operator of the site can do about it.
    pub remedy: Option<Text>,
    /// The same page at `APP_URL`.
    pub instead: String,
    /// The label of that link.
    pub open: Text,
}

/// What would make signing in from here fail, shown before anything is typed.
pub fn origin_mismatch(req: &HttpRequest) -> Option<OriginMismatch> {
    let app_url = &settings::of(req).app_url;
    let (what, remedy) = if without_https(req) {
        (Text::new("insecure-browser"), None)
    } else {
        let origin = other_address(req)?;
        let has_apps = settings::accounts(req).cached_apps().is_some_and(|apps| apps.table.apps().len() > 1);
        let remedy = match app_url.is_loopback() && !origin.is_loopback() {
            _ if has_apps => "other-address-apps",
            true => "other-address-local",
            false => "other-address-remedy",
        };
        // With this header the form is checked by it, and not by its origin.
        let works = req.headers().contains_key("sec-fetch-site");
        let what = Text::new(if works { "other-address-works" } else { "other-address" })
            .with("origin", origin.origin())
            .with("url", app_url.origin());
        (what, Some(Text::new(remedy).with("origin", origin.origin())))
    };
    let page = req.uri().path_and_query().map_or("/_auth/", |page| page.as_str());
    Some(OriginMismatch {
        what,
        remedy,
        instead: app_url.join(page),
        open: Text::new("other-address-open").with("url", app_url.origin()),
    })
}

/// Whether `APP_URL` is https and the browser uses plain http: it would drop our cookies, and people would sign in
/// without effect.
///
/// Browsers send `Sec-Fetch-Site` only to https and to loopback, even if a proxy forgets to report the scheme.
pub fn without_https(req: &HttpRequest) -> bool {
    let settings = settings::of(req);
    let secure = || {
        req.headers().contains_key("sec-fetch-site")
            || matches!(of(req), BrowserOrigin::Address(origin) if origin.starts_with("https:"))
    };
    if !settings.app_url.is_https() || secure() {
        return false;
    }
    if let BrowserOrigin::Address(origin) = of(req)
        && is_first_report(&origin)
    {
        tracing::warn!(
            seen = origin.as_str(), app_url = %settings.app_url,
            "a browser connected without https and cannot stay signed in"
        );
    }
    true
}

/// The browser's address if its host or port differs from `APP_URL`'s. Behind a proxy, whose `Host` may be its own,
/// only a trusted one is believed.
pub fn other_address(req: &HttpRequest) -> Option<AppUrl> {
    let settings = settings::of(req);
    let forwarded = |name: &str| req.headers().get(name)?.to_str().ok();
    let (scheme, host) = if !FORWARDING.iter().any(|name| req.headers().contains_key(*name)) {
        (if own_https(req) { "https" } else { "http" }, forwarded("host")?)
    } else if client_address::has_trusted_peer(req, settings::of(req)) {
        (forwarded("x-forwarded-proto")?, forwarded("x-forwarded-host")?)
    } else {
        return None;
    };
    let read_as = |scheme: &str| AppUrl::parse(&format!("{scheme}://{host}")).ok();
    let origin = read_as(scheme)?;
    if read_as(settings.app_url.scheme())?.authority() == settings.app_url.authority() {
        return None;
    }
    if is_first_report(origin.origin()) {
        tracing::warn!(seen = %origin, app_url = %settings.app_url, "a browser used an address other than APP_URL; \
            signing in may fail there");
    }
    Some(origin)
}

fn is_first_report(origin: &str) -> bool {
    static LOGGED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut logged = LOGGED.lock().unwrap_or_else(PoisonError::into_inner);
    logged.len() < MAX_LOGGED && logged.insert(origin.to_owned())
}
