//! Other gates whose addresses we answer, so that people change over without touching their proxy (`COMPAT`): which
//! addresses, and the names of headers.

use percent_encoding::percent_decode_str;

use super::dialect::Dialect;
use super::header_profile::Part;
use super::return_to::encode_query;
use super::words::words;

words! {
    /// Another gate.
    pub enum OldGate {
        /// Authelia.
        Authelia = "authelia",
        /// oauth2-proxy.
        Oauth2Proxy = "oauth2-proxy",
        /// authentik, with its proxy outpost.
        Authentik = "authentik",
    }
}

/// An address of another gate at which proxies ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldAddress {
    /// Authelia's for nginx.
    AutheliaAuthRequest,
    /// Authelia's for Traefik, Caddy and HAProxy.
    AutheliaForwardAuth,
    /// Authelia's for Envoy; the path asked about follows.
    AutheliaExtAuthz,
    /// Authelia's for every proxy, from before it had one for each, as nginx and HAProxy ask.
    AutheliaLegacy,
    /// The same with `rd` in the query, as Traefik and Caddy ask: its answers lead to sign-in.
    AutheliaLegacyLeading,
    /// oauth2-proxy's.
    Oauth2Auth,
    /// authentik's for nginx.
    AuthentikNginx,
    /// authentik's for Traefik.
    AuthentikTraefik,
    /// authentik's for Caddy.
    AuthentikCaddy,
}

/// What a header of another gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldPart {
    /// The user name, or the address of an account without one: that gate knew everybody by a user name.
    Login,
    /// What one of ours says.
    Same(Part),
    /// What we do not have: sent empty, so that nothing of the client's is left.
    Nothing,
}

use OldPart::{Login, Nothing, Same};

const AUTHELIA: &[(OldPart, &str)] = &[
    (Login, "remote-user"),
    (Same(Part::Groups), "remote-groups"),
    (Same(Part::Name), "remote-name"),
    (Same(Part::Email), "remote-email"),
];
const OAUTH2_PROXY: &[(OldPart, &str)] = &[
    (Login, "x-auth-request-user"),
    (Same(Part::Email), "x-auth-request-email"),
    (Same(Part::Groups), "x-auth-request-groups"),
    (Login, "x-auth-request-preferred-username"),
    (Nothing, "x-auth-request-access-token"),
];
const AUTHENTIK: &[(OldPart, &str)] = &[
    (Login, "x-authentik-username"),
    (Same(Part::PipedGroups), "x-authentik-groups"),
    (Same(Part::Email), "x-authentik-email"),
    (Same(Part::Name), "x-authentik-name"),
    (Same(Part::Id), "x-authentik-uid"),
    (Nothing, "x-authentik-entitlements"),
    (Nothing, "x-authentik-jwt"),
    (Nothing, "x-authentik-meta-jwks"),
    (Nothing, "x-authentik-meta-outpost"),
    (Nothing, "x-authentik-meta-provider"),
    (Nothing, "x-authentik-meta-app"),
    (Nothing, "x-authentik-meta-version"),
];

impl OldGate {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Authelia, Self::Oauth2Proxy, Self::Authentik];

    /// The headers that say who is there.
    pub const fn headers(self) -> &'static [(OldPart, &'static str)] {
        match self {
            Self::Authelia => AUTHELIA,
            Self::Oauth2Proxy => OAUTH2_PROXY,
            Self::Authentik => AUTHENTIK,
        }
    }

    /// What all its addresses on the hosts of apps begin with; Authelia has none there.
    pub const fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Authelia => None,
            Self::Oauth2Proxy => Some("/oauth2"),
            Self::Authentik => Some("/outpost.goauthentik.io"),
        }
    }

    /// The addresses at which proxies ask it, as patterns of routes.
    pub const fn asked_at(self) -> &'static [&'static str] {
        match self {
            Self::Authelia => {
                &["/api/authz/auth-request", "/api/authz/forward-auth", "/api/authz/ext-authz/{path:.*}", "/api/verify"]
            }
            Self::Oauth2Proxy => &["/oauth2/auth"],
            Self::Authentik => &[
                "/outpost.goauthentik.io/auth/nginx",
                "/outpost.goauthentik.io/auth/traefik",
                "/outpost.goauthentik.io/auth/caddy",
            ],
        }
    }

    /// The gate to which a path of [`OldGate::prefix`] belongs; all others are Authelia's.
    pub fn of_path(path: &str) -> Self {
        let has = |gate: &Self| gate.prefix().is_some_and(|prefix| path.starts_with(prefix));
        Self::ALL.into_iter().find(has).unwrap_or(Self::Authelia)
    }

    /// The address on the host of an app where sign-in begins, to return to `page`. [`page_asked_for`] recognises by
    /// its first sign that the page is encoded.
    pub fn begin(self, page: &str) -> String {
        let page = encode_query(page);
        match self.prefix() {
            None => format!("/_auth/begin?next={page}"),
            Some(prefix) => format!("{prefix}/start?rd={}", page.replace('/', "%2F")),
        }
    }

    /// The address on the host of an app where sign-in ends.
    pub fn enter(self) -> String {
        self.prefix().map_or_else(|| "/_auth/enter".to_owned(), |prefix| format!("{prefix}/callback"))
    }
}

impl std::fmt::Display for OldGate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl OldAddress {
    /// What Envoy puts before the path asked about.
    pub const EXT_AUTHZ: &'static str = "/api/authz/ext-authz";

    /// The address with that raw path: exactly that, in this one spelling (S103).
    pub fn of(path: &str, query: Option<&str>) -> Option<Self> {
        let leads = || query.is_some_and(|query| query.split('&').any(|pair| pair.starts_with("rd=")));
        Some(match path {
            "/api/authz/auth-request" => Self::AutheliaAuthRequest,
            "/api/authz/forward-auth" => Self::AutheliaForwardAuth,
            "/api/verify" if leads() => Self::AutheliaLegacyLeading,
            "/api/verify" => Self::AutheliaLegacy,
            "/oauth2/auth" => Self::Oauth2Auth,
            "/outpost.goauthentik.io/auth/nginx" => Self::AuthentikNginx,
            "/outpost.goauthentik.io/auth/traefik" => Self::AuthentikTraefik,
            "/outpost.goauthentik.io/auth/caddy" => Self::AuthentikCaddy,
            _ => {
                let rest = path.strip_prefix(Self::EXT_AUTHZ)?;
                return rest.starts_with('/').then_some(Self::AutheliaExtAuthz);
            }
        })
    }

    /// The gate that had it.
    pub const fn gate(self) -> OldGate {
        match self {
            Self::AutheliaAuthRequest
            | Self::AutheliaForwardAuth
            | Self::AutheliaExtAuthz
            | Self::AutheliaLegacy
            | Self::AutheliaLegacyLeading => OldGate::Authelia,
            Self::Oauth2Auth => OldGate::Oauth2Proxy,
            Self::AuthentikNginx | Self::AuthentikTraefik | Self::AuthentikCaddy => OldGate::Authentik,
        }
    }

    /// The dialect of the answers.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::AutheliaAuthRequest | Self::AutheliaLegacy | Self::Oauth2Auth | Self::AuthentikNginx => {
                Dialect::Nginx
            }
            Self::AutheliaForwardAuth | Self::AutheliaLegacyLeading | Self::AuthentikTraefik => Dialect::Traefik,
            Self::AuthentikCaddy => Dialect::Caddy,
            Self::AutheliaExtAuthz => Dialect::Envoy,
        }
    }

    /// Whether the proxy, configured as that gate documents it, leads whoever is not let in to one fixed address.
    pub const fn has_fixed_way_in(self) -> bool {
        matches!(self, Self::Oauth2Auth | Self::AuthentikNginx)
    }

    /// The status of an answer that lets a request in.
    pub const fn allowed(self) -> u16 {
        if matches!(self, Self::Oauth2Auth) { 202 } else { 200 }
    }
}

/// The page to return to, in the query of an address where sign-in begins. Proxies put it there as it came, where its
/// own query cannot be separated from the rest: then all that follows is of it.
pub fn page_asked_for(query: &str) -> Option<String> {
    let at = if query.starts_with("rd=") { 0 } else { query.find("&rd=")? + 1 };
    let rest = query.get(at + "rd=".len()..)?;
    if ["/", "http://", "https://"].iter().any(|begin| rest.starts_with(begin)) {
        return Some(rest.to_owned());
    }
    let value = rest.split('&').next()?;
    Some(percent_decode_str(value).decode_utf8().ok()?.into_owned()).filter(|page| !page.is_empty())
}

/// The first condition in a query of oauth2-proxy's address that a person with this address, user name and groups does
/// not meet. Caddy adds the query of the visitor, which can be anything: it can only keep them out.
pub fn unmet_condition(query: &str, names: [&str; 2], groups: &[&str]) -> Option<&'static str> {
    const CONDITIONS: [&str; 4] = ["allowed_groups", "allowed_emails", "allowed_email_domains", "allowed_users"];
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let [email, username] = names;
    let domain = email.rsplit('@').next().unwrap_or_default();
    let is_met = |condition: &str, allowed: &str| match condition {
        "allowed_groups" => groups.contains(&allowed),
        "allowed_emails" => allowed.eq_ignore_ascii_case(email),
        "allowed_email_domains" => allowed.eq_ignore_ascii_case(domain),
        _ => [email, username].contains(&allowed),
    };
    let unmet = pairs.iter().find_map(|(name, value)| {
        let condition = CONDITIONS.into_iter().find(|condition| condition == name)?;
        let mut allowed = value.split(',').map(str::trim).filter(|allowed| !allowed.is_empty());
        (!allowed.any(|allowed| is_met(condition, allowed))).then_some(condition)
    });
    let has = |name: &str, value: &str| pairs.iter().any(|pair| pair.0 == name && pair.1 == value);
    let has_some = pairs.iter().any(|(name, _)| CONDITIONS.contains(&&**name));
    unmet
        .or_else(|| has("require_all_matches", "false").then_some("require_all_matches"))
        .or_else(|| (has("constraints_required", "true") && !has_some).then_some("constraints_required"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s103_each_old_address_has_one_spelling() {
        for path in [
            "/api/authz/auth-request",
            "/api/authz/forward-auth",
            "/api/authz/ext-authz/",
            "/api/authz/ext-authz/a/..%2fb",
            "/api/verify",
            "/oauth2/auth",
            "/outpost.goauthentik.io/auth/nginx",
            "/outpost.goauthentik.io/auth/traefik",
            "/outpost.goauthentik.io/auth/caddy",
        ] {
            assert!(OldAddress::of(path, None).is_some(), "{path}");
        }
        for path in [
            "/api/authz/auth-request/",
            "/api/authz/Auth-Request",
            "/api/authz/auth-request/basic",
            "/api/authz/ext-authz",
            "/api/authz/ext-authzx",
            "/api/%61uthz/forward-auth",
            "//api/verify",
            "/oauth2/auth/",
            "/oauth2/./auth",
            "/outpost.goauthentik.io/auth/envoy",
            "/outpost.goauthentik.io/auth/nginx;x",
        ] {
            assert_eq!(OldAddress::of(path, None), None, "{path}");
        }
        let legacy = |query| OldAddress::of("/api/verify", Some(query));
        assert_eq!(legacy("x=1&rd=https://a/"), Some(OldAddress::AutheliaLegacyLeading));
        assert_eq!(legacy("ard=1"), Some(OldAddress::AutheliaLegacy));
    }
    #[test]
    fn the_page_to_return_to_may_have_been_put_there_as_it_came() {
        for (query, page) in [
            ("rd=/page", Some("/page")),
            ("rd=/page?a=b&c=/d", Some("/page?a=b&c=/d")),
            ("rd=https://app.example.org/page?a=b&c=d", Some("https://app.example.org/page?a=b&c=d")),
            ("rd=%2Fpage%3Fa%3Db%26c%3Dd&x=y", Some("/page?a=b&c=d")),
            ("x=y&rd=https%3A%2F%2Fapp.example.org%2F", Some("https://app.example.org/")),
            ("rd=/caf%C3%A9", Some("/caf%C3%A9")),
            ("rd=", None),
            ("ard=/page", None),
            ("rd=%ff", None),
            ("", None),
        ] {
            assert_eq!(page_asked_for(query).as_deref(), page, "{query}");
        }
    }

    #[test]
    fn a_condition_of_oauth2_proxy_is_met_or_lets_nobody_in() {
        let unmet = |query: &str| unmet_condition(query, ["ada@example.org", "ada"], &["user", "dev"]);
        for met in [
            "",
            "a=b&c=/d",
            "allowed_groups=ops,dev",
            "allowed_emails=Ada%40example.org",
            "allowed_email_domains=example.net,EXAMPLE.org&allowed_groups=dev",
            "require_all_matches=true&allowed_groups=dev&constraints_required=true",
            "allowed_users=eve,ada",
        ] {
            assert_eq!(unmet(met), None, "{met}");
        }
        for (query, name) in [
            ("allowed_groups=ops", "allowed_groups"),
            ("allowed_groups=", "allowed_groups"),
            ("allowed_groups", "allowed_groups"),
            ("allowed_groups=dev&allowed_groups=ops", "allowed_groups"),
            ("allowed%5Fgroups=ops", "allowed_groups"),
            ("allowed_emails=eve@example.org", "allowed_emails"),
            ("allowed_email_domains=ample.org", "allowed_email_domains"),
            ("require_all_matches=false&allowed_groups=dev", "require_all_matches"),
            ("allowed_users=eve", "allowed_users"),
            ("constraints_required=true", "constraints_required"),
        ] {
            assert_eq!(unmet(query), Some(name), "{query}");
        }
    }
}
