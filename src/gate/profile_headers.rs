//! The headers that tell one app who is there, prepared once for each change of apps.

use std::sync::Arc;

use actix_web::http::header::{HeaderName, HeaderValue};
// actix speaks an older version of the same types.
use hyper::http::{HeaderName as AppName, HeaderValue as AppValue};

use super::signed_identity;
use crate::domain::app_table::CompiledApp;
use crate::domain::header_profile::{Part, Preset, REMOTE, folded, other_spellings};

/// A name, for the answer to a proxy and for the built-in proxy.
pub(super) struct Name {
    pub(super) answer: HeaderName,
    pub(super) request: AppName,
}

impl Name {
    fn of_preset(name: &'static str) -> Self {
        Self { answer: HeaderName::from_static(name), request: AppName::from_static(name) }
    }

    fn of(name: &str) -> Option<Self> {
        let (answer, request) = (HeaderName::from_bytes(name.as_bytes()), AppName::from_bytes(name.as_bytes()));
        Some(Self { answer: answer.ok()?, request: request.ok()? })
    }
}

/// What an app is sent besides the headers of the request.
pub(super) struct ProfileHeaders {
    /// What says who is there.
    pub(super) identity: Vec<(Part, Name)>,
    /// What is the same in every request.
    pub(super) fixed: Vec<(Name, HeaderValue, AppValue)>,
    /// The usual names that this app is not sent: a proxy that copies them has to find them, empty.
    pub(super) unused: Vec<HeaderName>,
    /// The other names that this app is not sent: Caddy would write the name of its variable in place of one that is
    /// missing.
    pub(super) unused_presets: Vec<HeaderName>,
    /// What Envoy has to remove: other spellings of these names.
    pub(super) other_spellings: HeaderValue,
    /// And the cookies.
    pub(super) other_spellings_and_cookies: HeaderValue,
    /// Names that only this app is sent, as letters and digits.
    special: Vec<String>,
}

impl ProfileHeaders {
    /// Those of an app; made once.
    pub(super) fn of(app: &CompiledApp) -> Arc<Self> {
        app.prepared(|| Self::new(app))
    }

    fn new(app: &CompiledApp) -> Self {
        let profile = &app.app().headers;
        let preset = profile.preset.headers().iter().map(|(part, name)| (*part, Name::of_preset(name)));
        let own = profile.own.iter().filter_map(|(part, name)| Some((*part, Name::of(name)?)));
        let identity: Vec<(Part, Name)> = preset.chain(own).collect();
        let fixed = app.fixed_values().iter().filter_map(|(name, value)| {
            let (mut answer, mut request) =
                (HeaderValue::from_str(value.expose()).ok()?, AppValue::from_str(value.expose()).ok()?);
            answer.set_sensitive(true);
            request.set_sensitive(true);
            Some((Name::of(name)?, answer, request))
        });
        let fixed: Vec<_> = fixed.collect();
        let names = identity.iter().map(|(_, name)| name).chain(fixed.iter().map(|(name, ..)| name));
        let names: Vec<&str> = names.map(|name| name.answer.as_str()).collect();
        let unused = REMOTE.iter().map(|(_, name)| *name).filter(|name| !names.contains(name));
        let unused: Vec<HeaderName> = unused.map(HeaderName::from_static).collect();
        let presets = Preset::ALL.iter().flat_map(|preset| preset.headers()).map(|(_, name)| *name);
        let unused_presets = presets.filter(|name| !names.contains(name) && !unused.iter().any(|known| known == *name));
        let unused_presets: Vec<HeaderName> = unused_presets.map(HeaderName::from_static).collect();
        let spelled = names.iter().copied().chain(unused.iter().map(HeaderName::as_str)).flat_map(other_spellings);
        let spelled = spelled.chain(other_spellings(signed_identity::NAME));
        let spelled = spelled.chain(app.app().token_headers.iter().flat_map(|name| other_spellings(name)));
        let spelled = spelled.collect::<Vec<_>>().join(",");
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_fault| HeaderValue::from_static(""));
        Self {
            other_spellings: value(&spelled),
            other_spellings_and_cookies: value(&format!("{spelled},cookie")),
            special: profile.special_names().map(folded).collect(),
            identity,
            fixed,
            unused,
            unused_presets,
        }
    }

    /// Whether a program may take this name for one that only this app is sent (S78).
    pub(super) fn is_special(&self, name: &str) -> bool {
        let letters = || name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
        self.special.iter().any(|special| letters().eq(special.bytes()))
    }
}
