//! Apps as typed, on a page, a command line or in a file, and what they mean.

use std::time::Duration;

use super::{FieldFault, ca_file};
use crate::config::Server;
use crate::crypto::sealed::Sealer;
use crate::domain::app_address::{AppAddress, MAX_ADDRESSES};
use crate::domain::app_table::AppTable;
use crate::domain::app_url::{self, AppUrl};
use crate::domain::apps::{self, App, AppRef, DefaultAccess, HostHeader, Mode, Upstream};
use crate::domain::invisible::is_invisible;
use crate::domain::lists::{entries, lines};
use crate::domain::origin::Origin;
use crate::domain::text::Text;
use crate::domain::upstream::UpstreamUrl;

/// Bytes of a mebibyte.
const MEBIBYTE: u64 = 1024 * 1024;
/// Maximum time limit for a response, in seconds: a day.
const MAX_TIMEOUT: u64 = 86_400;
/// Maximum size of an upload, in mebibytes: a tebibyte.
const MAX_UPLOAD: u64 = 1024 * 1024;
/// Maximum length of a session, in hours: a year.
const MAX_SESSION: u64 = 8_760;

/// An app as typed. Lists are separated by commas or white space; an empty text means the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a form with switches")]
pub struct AppDraft {
    /// Its name.
    pub name: String,
    /// Its addresses.
    pub addresses: String,
    /// `proxy` or `forward-auth`; empty for what `upstream` suggests.
    pub mode: String,
    /// Where it listens: `http://`, `https://` or `unix:`.
    pub upstream: String,
    /// The file with the certificates of its authority.
    pub ca_file: String,
    /// The `Host` it is sent: empty for its address, `upstream`, or a text.
    pub host: String,
    /// Time limit for the head of a response, in seconds.
    pub timeout: String,
    /// Maximum size of an upload, in mebibytes.
    pub max_upload: String,
    /// Other origins whose pages may open WebSockets.
    pub websocket_origins: String,
    /// `signed-in` or `nobody`: who is let in where it has no rule.
    pub default_access: String,
    /// Maximum length of a session there, in hours.
    pub session_hours: String,
    /// Whether CORS preflights reach it without a sign-in.
    pub preflight: bool,
    /// Whether it is sent the identity in a signed JWT as well.
    pub signed_identity: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Whether it is on the start page.
    pub shown: bool,
    /// The names of headers that tell it who is there: a preset, empty for `remote`.
    pub headers: String,
    /// Names of its own: `part = name`, one a line.
    pub header_map: String,
    /// Headers with the same value in every request: `name: value`, or the name alone if the value stays; one a line.
    pub fixed_headers: String,
    /// Headers besides the usual ones in which its clients send machine tokens.
    pub token_headers: String,
}

impl AppDraft {
    /// What would be typed for `app`.
    pub fn of(app: &App) -> Self {
        let upstream = app.upstream.as_ref();
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        Self {
            name: app.name.clone(),
            addresses: lines(&app.addresses),
            mode: app.mode().as_str().to_owned(),
            upstream: upstream.map(|upstream| upstream.url.to_string()).unwrap_or_default(),
            ca_file: upstream.and_then(|upstream| upstream.ca_file.clone()).unwrap_or_default(),
            host: upstream.map(|upstream| upstream.host.as_str().to_owned()).unwrap_or_default(),
            timeout: number(upstream.and_then(|upstream| upstream.answer).map(|answer| answer.as_secs())),
            max_upload: number(upstream.and_then(|upstream| upstream.max_upload).map(|bytes| bytes / MEBIBYTE)),
            websocket_origins: upstream.map(|upstream| lines(&upstream.websocket_origins)).unwrap_or_default(),
            default_access: app.default_access.as_str().to_owned(),
            session_hours: number(app.session_secs.and_then(|secs| u64::try_from(secs / 3600).ok())),
            preflight: app.preflight,
            signed_identity: app.signed_identity,
            enabled: app.enabled,
            shown: app.shown,
            headers: app.headers.preset.as_str().to_owned(),
            header_map: app.headers.typed(),
            fixed_headers: lines(app.headers.fixed.iter().map(|fixed| &fixed.name)),
            token_headers: lines(&app.token_headers),
        }
    }

    /// The same without secrets, to be shown: whoever typed them types them again.
    #[must_use]
    pub fn without_values(mut self) -> Self {
        let name = |line: &str| line.split(':').next().unwrap_or_default().trim().to_owned();
        self.fixed_headers = lines(self.fixed_headers.lines().map(name).collect::<Vec<_>>());
        self
    }

    /// The app that is meant, if it goes together with the others of `table`; else every fault. Its fixed headers may
    /// stay those that it had `before`.
    pub(super) fn parse(
        &self,
        id: AppRef,
        before: Option<&App>,
        table: &AppTable,
        (server, sealer): (&Server, &Sealer),
    ) -> Result<App, Vec<FieldFault>> {
        let mut faults = Faults(Vec::new());
        let upstream = self.parse_upstream(server, &mut faults);
        let headers = self.parse_headers(&id, before, sealer, &mut faults);
        let session_hours = faults.number("session_hours", &self.session_hours, MAX_SESSION);
        let app = App {
            name: self.parse_name(&id, table, &mut faults),
            addresses: self.parse_addresses(&id, table, &server.app_url, upstream.is_none(), &mut faults),
            upstream,
            default_access: faults.word(
                "default_access",
                &self.default_access,
                DefaultAccess::SignedIn,
                DefaultAccess::parse,
            ),
            preflight: self.preflight,
            signed_identity: self.signed_identity,
            enabled: self.enabled,
            shown: self.shown,
            session_secs: session_hours.and_then(|hours| i64::try_from(hours * 3600).ok()),
            headers,
            token_headers: self.parse_token_headers(&mut faults),
            id,
        };
        if faults.0.is_empty() { Ok(app) } else { Err(faults.0) }
    }

    fn parse_name(&self, id: &AppRef, table: &AppTable, faults: &mut Faults) -> String {
        let name = self.name.trim();
        let length = name.chars().count();
        let is_taken = |app: &App| app.id != *id && app.name.to_lowercase() == name.to_lowercase();
        if length == 0 || length > apps::MAX_NAME || name.chars().any(is_invisible) {
            faults.add("name", Text::new("app-name-invalid").with("max", i64::try_from(apps::MAX_NAME).unwrap_or(0)));
        } else if name.eq_ignore_ascii_case(apps::DEFAULT) || table.apps().iter().any(|app| is_taken(app.app())) {
            faults.add("name", Text::new("app-name-taken"));
        }
        name.to_owned()
    }

    fn parse_addresses(
        &self,
        id: &AppRef,
        table: &AppTable,
        app_url: &AppUrl,
        asks: bool,
        faults: &mut Faults,
    ) -> Vec<AppAddress> {
        let mut addresses: Vec<AppAddress> = Vec::new();
        let portal = AppAddress::of(app_url.canonical());
        for text in entries(&self.addresses) {
            let fault = match AppAddress::parse(text, app_url.is_https()) {
                Err(fault) => fault.text().with("scheme", app_url.scheme().to_owned()),
                Ok(address) if address == portal => Text::new("address-portal"),
                Ok(address) => {
                    let behind_a_proxy = |app: &&App| asks || is_behind_a_proxy(app);
                    let shared = table.sharing(&address, id).find(behind_a_proxy).map(|app| ("address-shared", app));
                    let taken = table.collision(&address, id).map(|(app, _)| ("address-taken", app));
                    let Some((key, app)) = taken.or(shared) else {
                        if !addresses.contains(&address) {
                            addresses.push(address);
                        }
                        continue;
                    };
                    Text::new(key).with("app", app.name.clone())
                }
            };
            faults.add("addresses", fault.with("address", text.to_owned()));
        }
        let overlap = |address: &AppAddress| {
            addresses.iter().any(|other| {
                other != address && other.has_wildcard() == address.has_wildcard() && other.overlaps(address)
            })
        };
        if entries(&self.addresses).next().is_none() || addresses.len() > MAX_ADDRESSES {
            let max = i64::try_from(MAX_ADDRESSES).unwrap_or(0);
            faults.add("addresses", Text::new("addresses-count").with("max", max));
        } else if let Some(address) = addresses.iter().find(|address| overlap(address)) {
            faults.add("addresses", Text::new("addresses-overlap").with("address", address.to_string()));
        }
        addresses
    }

    fn parse_upstream(&self, server: &Server, faults: &mut Faults) -> Option<Upstream> {
        let given = self.upstream.trim();
        let suggested = if given.is_empty() { Mode::ForwardAuth } else { Mode::Proxy };
        let mode = faults.word("mode", &self.mode, suggested, Mode::parse);
        let url = UpstreamUrl::parse(given);
        let ca_file = Some(self.ca_file.trim()).filter(|path| !path.is_empty());
        let answer = faults.number("timeout", &self.timeout, MAX_TIMEOUT).map(Duration::from_secs);
        let max_upload = faults.number("max_upload", &self.max_upload, MAX_UPLOAD).map(|size| size * MEBIBYTE);
        let host = self.parse_host(faults);
        let websocket_origins = self.parse_websocket_origins(faults);
        match (mode, url) {
            (Mode::ForwardAuth, _) if given.is_empty() => {
                if self.mode.trim().is_empty() {
                    faults.add("upstream", Text::new("upstream-or-forward-auth"));
                }
                self.refuse_settings_of_upstreams(faults);
                None
            }
            (Mode::ForwardAuth, _) => {
                faults.add("upstream", Text::new("upstream-of-forward-auth"));
                None
            }
            (Mode::Proxy, None) => {
                faults.add("upstream", Text::new("upstream-invalid"));
                None
            }
            (Mode::Proxy, Some(url)) if server.is_at(url.authority()) => {
                faults.add("upstream", Text::new("upstream-itself"));
                None
            }
            (Mode::Proxy, Some(url)) => {
                if let Some(path) = ca_file {
                    check_ca_file(path, &url, faults);
                }
                let ca_file = ca_file.map(str::to_owned);
                Some(Upstream { url, ca_file, host, answer, max_upload, websocket_origins })
            }
        }
    }

    /// What only the built-in proxy can do is refused, not forgotten.
    fn refuse_settings_of_upstreams(&self, faults: &mut Faults) {
        for (field, text) in [
            ("ca_file", &self.ca_file),
            ("host", &self.host),
            ("timeout", &self.timeout),
            ("max_upload", &self.max_upload),
            ("websocket_origins", &self.websocket_origins),
        ] {
            if !text.trim().is_empty() {
                faults.add(field, Text::new("setting-of-upstreams"));
            }
        }
    }

    fn parse_host(&self, faults: &mut Faults) -> HostHeader {
        let host = HostHeader::parse(self.host.trim());
        if matches!(&host, HostHeader::Fixed(text) if Origin::parse(false, text).is_none()) {
            faults.add("host", Text::new("app-host-invalid"));
        }
        host
    }

    fn parse_websocket_origins(&self, faults: &mut Faults) -> Vec<String> {
        let mut origins = Vec::new();
        for text in entries(&self.websocket_origins) {
            match app_url::origin_of(text).filter(|origin| text.trim_end_matches('/').eq_ignore_ascii_case(origin)) {
                Some(origin) => origins.push(origin),
                None => {
                    faults.add("websocket_origins", Text::new("app-origin-invalid").with("origin", text.to_owned()));
                }
            }
        }
        origins
    }
}

/// Whether another proxy asks about the app; that of the configuration is one only if proxies may ask.
fn is_behind_a_proxy(app: &App) -> bool {
    app.upstream.is_none() && (app.id != AppRef::Default || app.shown)
}

fn contains(content: &[u8], part: &[u8]) -> bool {
    content.windows(part.len()).any(|window| window == part)
}

fn check_ca_file(path: &str, url: &UpstreamUrl, faults: &mut Faults) {
    let has_certificate = || ca_file::read(path).is_ok_and(|file| contains(&file, b"BEGIN CERTIFICATE"));
    if !matches!(url, UpstreamUrl::Https(_)) {
        faults.add("ca_file", Text::new("ca-file-without-https"));
    } else if !path.starts_with('/') || !has_certificate() {
        faults.add("ca_file", Text::new("ca-file-unreadable"));
    }
}

/// The faults found so far.
pub(super) struct Faults(pub(super) Vec<FieldFault>);

impl Faults {
    pub(super) fn add(&mut self, field: &'static str, message: Text) {
        self.0.push(FieldFault::new(field, message));
    }

    pub(super) fn add_all(&mut self, field: &'static str, messages: Vec<Text>) {
        self.0.extend(messages.into_iter().map(|message| FieldFault::new(field, message)));
    }

    /// A number from 1 to `max`, if one is given.
    pub(super) fn number(&mut self, field: &'static str, text: &str, max: u64) -> Option<u64> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number| (1..=max).contains(number));
        if number.is_none() {
            self.add(field, Text::new("number-invalid").with("max", max.to_string()));
        }
        number
    }

    /// One of some words, or `default` if none is given.
    pub(super) fn word<T>(
        &mut self,
        field: &'static str,
        text: &str,
        default: T,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        match text.trim() {
            "" => default,
            text => parse(text).unwrap_or_else(|| {
                self.add(field, Text::new("choice-invalid"));
                default
            }),
        }
    }
}
