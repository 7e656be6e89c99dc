//! The settings that the HTTP floor needs.

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::cookie::Key;
use actix_web::{HttpRequest, web};
use secrecy::ExposeSecret;

use super::cookies::CookieNames;
use super::static_files::StaticFiles;
use crate::accounts::Accounts;
use crate::config::Config;
use crate::crypto::csrf::CsrfKey;
use crate::domain::app_url::AppUrl;
use crate::domain::checklist::Check;
use crate::domain::origin::Origin;

/// Shared by all workers.
pub struct HttpSettings {
    /// `APP_URL`.
    pub app_url: AppUrl,
    /// The names of our cookies at the portal.
    pub cookies: CookieNames,
    /// Encrypts the session cookie.
    pub session_key: Key,
    /// What requests to apps carry, so that one that comes back is noticed.
    pub gate_name: String,
    /// Binds forms.
    pub csrf: CsrfKey,
    /// What can be said about the configuration.
    pub checks: Vec<Check>,
    /// All settings.
    pub config: Arc<Config>,
    /// The entry point to people and sessions.
    pub accounts: Accounts,
    /// The static files.
    pub files: StaticFiles,
}

impl HttpSettings {
    /// The names of our cookies on the host of an app; `None` is the portal.
    pub fn cookies_at(&self, app: Option<&Origin>) -> Cow<'_, CookieNames> {
        match app {
            // They differ in the port alone.
            Some(app) if app.port() != self.app_url.canonical().port() => Cow::Owned(CookieNames::new(app)),
            _ => Cow::Borrowed(&self.cookies),
        }
    }

    /// Whether an app is at `/` of `APP_URL`: behind the built-in proxy, or behind another one that asks us.
    pub fn has_app(&self) -> bool {
        self.config.gate.upstream.is_some() || !self.config.gate.forward_auth.is_empty()
    }
}

/// The settings of the running server. It is a search through all that is registered: a request that is answered from
/// memory does it once.
#[expect(clippy::expect_used, reason = "app/server.rs registers the settings before any route exists")]
pub fn of(req: &HttpRequest) -> &HttpSettings {
    req.app_data::<web::Data<HttpSettings>>().expect("HttpSettings are registered")
}

/// Whether `given` is `METRICS_TOKEN`, in constant time.
pub fn is_metrics_token(req: &HttpRequest, given: &str) -> bool {
    let expected = of(req).config.server.metrics_token.as_ref();
    expected.is_some_and(|expected| accounts(req).is_same_secret(given, expected.expose_secret()))
}

/// The settings, to be kept longer than the request.
#[expect(clippy::expect_used, reason = "app/server.rs registers the settings before any route exists")]
pub fn shared(req: &HttpRequest) -> web::Data<HttpSettings> {
    req.app_data::<web::Data<HttpSettings>>().expect("HttpSettings are registered").clone()
}

/// The entry point to people and sessions.
pub fn accounts(req: &HttpRequest) -> &Accounts {
    &of(req).accounts
}
