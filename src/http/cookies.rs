//! Our cookies: parsed from raw bytes by exact names, written in one place (S39, S64, S65, S104).

use actix_web::cookie::{Cookie, CookieJar, Key};
use actix_web::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::{HttpMessage, HttpRequest};
use memchr::memchr;

use crate::accounts::TokenPair;
use crate::accounts::opening::NewSession;
use crate::domain::ids::SessionId;
use crate::domain::link::SIGN_IN_SECS;
use crate::domain::origin::Origin;

/// Ten years, for the device cookie, in seconds.
const DEVICE_SECS: i64 = 315_360_000;
/// A form is valid for at most a day, in seconds.
const FORM_SECS: i64 = 86_400;
/// Maximum length of our cookies, name and value, in bytes: browsers store no longer ones, so a longer one is not from
/// us (S104).
const MAX_BYTES: usize = 4096;

/// Why the cookies of a request are not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CookieFault {
    /// One of our names occurs twice: one of the cookies is somebody else's (S39).
    #[error("one of our cookies is duplicated")]
    Twice,
    /// Longer than any cookie we set (S104).
    #[error("one of our cookies is longer than 4096 bytes")]
    TooLong,
}

/// The names of our cookies and the attributes they are written with.
#[derive(Clone, Debug)]
pub struct CookieNames {
    /// The access JWT.
    pub access: String,
    /// The refresh JWT.
    pub refresh: String,
    /// actix-session's cookie.
    pub session: String,
    /// Binds forms before sign-in.
    pub form: String,
    /// Marks a browser that has signed in before.
    pub device: String,
    /// Binds a hand-over to the browser, on the host of an app.
    pub begin: String,
    /// Goes on with a sign-in whose second factor is missing.
    pub pending: String,
    attributes: String,
}

/// Our cookies in a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestCookies<'a> {
    /// The access JWT.
    pub access: Option<CookieValue<'a>>,
    /// The refresh JWT.
    pub refresh: Option<CookieValue<'a>>,
    /// The encrypted session cookie.
    pub session: Option<CookieValue<'a>>,
    /// The form cookie.
    pub form: Option<CookieValue<'a>>,
    /// The device cookie.
    pub device: Option<CookieValue<'a>>,
    /// The cookie of a hand-over that has begun.
    pub begin: Option<CookieValue<'a>>,
    /// The cookie of a sign-in that waits.
    pub pending: Option<CookieValue<'a>>,
}

/// The raw value of one of our cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieValue<'a>(&'a [u8]);

impl<'a> From<&'a str> for CookieValue<'a> {
    fn from(text: &'a str) -> Self {
        Self(text.as_bytes())
    }
}

impl<'a> CookieValue<'a> {
    /// The bytes.
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text; empty if it is not valid UTF-8, which our cookies always are. Decoded only on demand: a cached verdict
    /// needs the bytes alone.
    pub fn text(self) -> &'a str {
        std::str::from_utf8(self.0).unwrap_or("")
    }
}

impl CookieNames {
    /// Names and attributes: `__Host-` on https, no prefix on plain http, and never a `Domain`. Cookies ignore ports,
    /// so the port of the address is part of the names: two gates on one host must not sign each other out.
    pub fn new(address: &Origin) -> Self {
        let prefix = if address.is_https() { "__Host-" } else { "" };
        let port = address.port().map_or_else(String::new, |port| format!("_{port}"));
        let name = |what: &str| format!("{prefix}portcullis_{what}{port}");
        let secure = if address.is_https() { "; Secure" } else { "" };
        Self {
            access: name("access"),
            refresh: name("refresh"),
            session: name("session"),
            form: name("form"),
            device: name("device"),
            begin: name("begin"),
            pending: name("pending"),
            attributes: format!("; Path=/; HttpOnly; SameSite=Lax{secure}"),
        }
    }

    /// A cookie for `max_age` seconds; 0 removes it with the attributes it was set with (S47).
    pub fn set(&self, name: &str, value: &str, max_age: i64) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}={value}{}; Max-Age={max_age}", self.attributes)).ok()
    }

    /// A cookie that is removed when the browser is closed.
    fn set_until_closed(&self, name: &str, value: &str) -> Option<HeaderValue> {
        HeaderValue::from_str(&format!("{name}={value}{}", self.attributes)).ok()
    }

    /// The form cookie.
    pub fn set_form(&self, value: &str) -> Option<HeaderValue> {
        self.set(&self.form, value, FORM_SECS)
    }

    /// Both tokens.
    pub fn set_tokens(&self, tokens: &TokenPair) -> Vec<HeaderValue> {
        let set = |name, value, secs| {
            if tokens.persistent { self.set(name, value, secs) } else { self.set_until_closed(name, value) }
        };
        let access = set(&self.access, &tokens.access, tokens.access_secs);
        let refresh = set(&self.refresh, &tokens.refresh, tokens.refresh_secs);
        access.into_iter().chain(refresh).collect()
    }

    /// The cookies of a new session besides actix-session's own.
    pub fn set_new_session(&self, new: &NewSession) -> Vec<HeaderValue> {
        let mut cookies = Vec::new();
        if let Some(account) = &new.account {
            cookies.extend(self.set_tokens(&account.tokens));
            cookies.extend(account.device_cookie.as_ref().and_then(|value| self.set(&self.device, value, DEVICE_SECS)));
        }
        cookies.extend([&self.form, &self.pending].into_iter().filter_map(|name| self.set(name, "", 0)));
        cookies
    }

    /// The cookie of a sign-in that waits for its second factor.
    pub fn set_pending(&self, token: &str) -> Option<HeaderValue> {
        self.set(&self.pending, token, SIGN_IN_SECS)
    }

    /// The cookies removed at sign-out; the device cookie stays.
    pub fn remove_session(&self) -> Vec<HeaderValue> {
        [&self.access, &self.refresh, &self.session].into_iter().filter_map(|name| self.set(name, "", 0)).collect()
    }
}

/// The parts of a `Cookie` header. It is most of a request, and scanned each time.
pub fn pairs(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(header);
    std::iter::from_fn(move || {
        let all = rest?;
        let (pair, after) = all.split_at(memchr(b';', all).unwrap_or(all.len()));
        rest = after.get(1..);
        Some(pair)
    })
}

impl<'a> RequestCookies<'a> {
    /// Parses our cookies; `None` if they are not accepted.
    pub fn read(req: &'a HttpRequest, names: &CookieNames) -> Option<Self> {
        if req.extensions().contains::<CookieFault>() {
            return None;
        }
        Self::read_headers(req.headers(), names).ok()
    }

    /// Parses our cookies, or says why they are not accepted.
    pub fn read_headers(headers: &'a HeaderMap, names: &CookieNames) -> Result<Self, CookieFault> {
        let mut found = Self::default();
        for header in headers.get_all(COOKIE) {
            for pair in pairs(header.as_bytes()) {
                let pair = pair.strip_prefix(b" ").unwrap_or(pair);
                let Some((name, value)) =
                    memchr(b'=', pair).and_then(|at| Some((pair.get(..at)?, pair.get(at + 1..)?)))
                else {
                    continue;
                };
                let slot = match name {
                    name if name == names.access.as_bytes() => &mut found.access,
                    name if name == names.refresh.as_bytes() => &mut found.refresh,
                    name if name == names.session.as_bytes() => &mut found.session,
                    name if name == names.form.as_bytes() => &mut found.form,
                    name if name == names.device.as_bytes() => &mut found.device,
                    name if name == names.begin.as_bytes() => &mut found.begin,
                    name if name == names.pending.as_bytes() => &mut found.pending,
                    _ => continue,
                };
                if name.len() + value.len() > MAX_BYTES {
                    return Err(CookieFault::TooLong);
                }
                if slot.replace(CookieValue(value)).is_some() {
                    return Err(CookieFault::Twice);
                }
            }
        }
        Ok(found)
    }

    /// The same as one `Cookie` header, with the session cookie under the name by which actix-session knows it as well;
    /// `None` if there are none.
    pub(super) fn header(&self, names: &CookieNames, of_actix: &str) -> Option<HeaderValue> {
        let renamed = String::from(of_actix);
        let all = [
            (&renamed, self.session.filter(|_| of_actix != names.session)),
            (&names.access, self.access),
            (&names.refresh, self.refresh),
            (&names.session, self.session),
            (&names.form, self.form),
            (&names.device, self.device),
            (&names.begin, self.begin),
            (&names.pending, self.pending),
        ];
        let pairs: Vec<String> =
            all.iter().filter_map(|(name, value)| Some(format!("{name}={}", (*value)?.text()))).collect();
        if pairs.is_empty() { None } else { HeaderValue::from_str(&pairs.join("; ")).ok() }
    }
}

/// The session named by actix-session's private cookie, which is sealed under its name at the portal on every host; a
/// cookie that cannot be decrypted is treated as absent.
#[expect(clippy::disallowed_methods, reason = "this is the one place that handles cookies")]
pub fn open_session_cookie(names: &CookieNames, key: &Key, value: &str) -> Option<SessionId> {
    let cookie = Cookie::parse_encoded(format!("{}={value}", names.session)).ok()?.into_owned();
    let mut jar = CookieJar::new();
    jar.add_original(Cookie::new(names.session.clone(), cookie.value().to_owned()));
    SessionId::parse(jar.private(key).get(&names.session)?.value())
}

/// Appends `Set-Cookie` headers and forbids caching.
pub fn append(headers: &mut HeaderMap, cookies: Vec<HeaderValue>) {
    if cookies.is_empty() {
        return;
    }
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    headers.insert(actix_web::http::header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::app_url::AppUrl;

    fn names(url: &str) -> CookieNames {
        CookieNames::new(AppUrl::parse(url).unwrap().canonical())
    }

    fn headers(cookie: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_bytes(cookie).unwrap());
        headers
    }

    #[test]
    fn s64_s65_attributes_and_prefixes_follow_app_url() {
        let text = |names: CookieNames| names.set(&names.access, "v", 60).unwrap().to_str().unwrap().to_owned();
        assert_eq!(text(names("http://localhost")), "portcullis_access=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
        assert_eq!(
            text(names("https://a.example.org")),
            "__Host-portcullis_access=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60"
        );
    }

    #[test]
    fn s65_a_port_in_app_url_is_part_of_every_name() {
        let all = |url: &str| {
            let names = names(url);
            [names.access, names.refresh, names.session, names.form, names.device]
        };
        let named = |prefix: &str, end: &str| {
            ["access", "refresh", "session", "form", "device"].map(|what| format!("{prefix}portcullis_{what}{end}"))
        };
        assert_eq!(all("http://localhost:3000"), named("", "_3000"));
        assert_eq!(all("http://[::1]:3001"), named("", "_3001"));
        assert_eq!(all("https://a.example.org:8443"), named("__Host-", "_8443"));
        for default in ["http://localhost", "http://localhost:80", "http://[::1]"] {
            assert_eq!(all(default), named("", ""), "{default}");
        }
        assert_eq!(all("https://a.example.org:443"), named("__Host-", ""));
    }

    #[test]
    fn s104_a_cookie_of_ours_over_4096_bytes_is_no_sign_in() {
        let names = names("http://localhost");
        for name in ["portcullis_access", "portcullis_session", "portcullis_form", "portcullis_device"] {
            let of = |length: usize| headers(format!("x=1; {name}={}", "a".repeat(length - name.len())).as_bytes());
            assert!(RequestCookies::read_headers(&of(4096), &names).is_ok(), "{name}");
            assert_eq!(RequestCookies::read_headers(&of(4097), &names).unwrap_err(), CookieFault::TooLong, "{name}");
        }
        let theirs = headers(format!("theirs={}; portcullis_access=a", "a".repeat(9000)).as_bytes());
        assert_eq!(RequestCookies::read_headers(&theirs, &names).unwrap().access.unwrap().text(), "a");
    }

    #[test]
    fn s39_two_cookies_of_one_of_our_names_are_none() {
        let names = names("http://localhost");
        let twice = headers(b"portcullis_access=a; x=1; portcullis_access=b");
        assert_eq!(RequestCookies::read_headers(&twice, &names).unwrap_err(), CookieFault::Twice);
        let one = headers(b"x=1; portcullis_access=a=b; bad\xff=1");
        assert_eq!(RequestCookies::read_headers(&one, &names).unwrap().access.unwrap().text(), "a=b");
    }

    #[test]
    fn s64_look_alike_names_are_not_ours() {
        let names = names("https://localhost");
        for other in [
            "portcullis_access=a",
            "__Host-Portcullis_access=a",
            "\u{2000}__Host-portcullis_access=a",
            "__Host-portcullis%5Faccess=a",
            "  __Host-portcullis_access=a",
            "__Host-portcullis_access =a",
        ] {
            let headers = headers(other.as_bytes());
            assert!(RequestCookies::read_headers(&headers, &names).unwrap().access.is_none(), "{other:?}");
        }
    }
}
