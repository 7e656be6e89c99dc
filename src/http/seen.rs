//! What a browser seems to see of this gate, compared with `APP_URL`: cookies and forms depend on it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use actix_web::HttpRequest;

use super::{client_address, settings};

/// Addresses that are told to the log at most; a client makes up as many as it likes.
const MOST_TOLD: usize = 8;

/// The address in the browser's bar, as far as it can be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Scheme and host.
    Address(String),
    /// A proxy that nobody trusts stands in between, and what it says is not believed.
    Hidden,
}

/// What the browser seems to see.
pub fn of(req: &HttpRequest) -> Seen {
    let text = |name: &str| req.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let scheme = match (client_address::has_trusted_peer(req), text("x-forwarded-proto")) {
        (true, Some(said)) => said,
        (false, Some(_)) => return Seen::Hidden,
        (_, None) => "http".to_owned(),
    };
    Seen::Address(format!("{scheme}://{}", text("host").unwrap_or_default()))
}

/// `APP_URL`, when it is https and the browser came by plain http: it would drop our cookies, and people would sign in for nothing.
///
/// Browsers send `Sec-Fetch-Site` to https and to loopback alone, whatever a proxy forgets to say.
pub fn without_https(req: &HttpRequest) -> Option<String> {
    let settings = settings::of(req);
    let secure = || req.headers().contains_key("sec-fetch-site") || matches!(of(req), Seen::Address(seen) if seen.starts_with("https:"));
    if !settings.app_url.is_https() || secure() {
        return None;
    }
    if let Seen::Address(seen) = of(req)
        && is_news(&seen)
    {
        tracing::warn!(seen = ?seen, app_url = %settings.app_url, "a browser came without https, and cannot stay signed in");
    }
    Some(settings.app_url.to_string())
}

fn is_news(seen: &str) -> bool {
    static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    told.len() < MOST_TOLD && told.insert(seen.to_owned())
}
