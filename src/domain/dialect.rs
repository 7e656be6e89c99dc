//! The proxies that forward-auth supports, with the names used in `FORWARD_AUTH` and in the verify addresses.

/// The protocol of one proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `auth_request`.
    Nginx,
    /// `ForwardAuth`.
    Traefik,
    /// `forward_auth`.
    Caddy,
    /// `packaging/haproxy.lua`.
    Haproxy,
    /// `ext_authz` over HTTP.
    Envoy,
}

impl Dialect {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::Nginx, Self::Traefik, Self::Caddy, Self::Haproxy, Self::Envoy];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Traefik => "traefik",
            Self::Caddy => "caddy",
            Self::Haproxy => "haproxy",
            Self::Envoy => "envoy",
        }
    }

    /// The dialect with that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.name() == name)
    }

    /// The dialect of the raw request path `path`: exactly its verify address; for Envoy the path asked about follows
    /// it. Only one spelling is accepted, so that no two programs on the way can disagree about which dialect is meant
    /// (S103).
    pub fn of_path(path: &str) -> Option<Self> {
        let name = path.strip_prefix("/_auth/verify/")?;
        match name.strip_prefix(Self::Envoy.name()) {
            Some(rest) if rest.starts_with('/') => Some(Self::Envoy),
            _ => Self::of_name(name),
        }
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s103_each_verify_address_has_one_spelling() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::of_path(&format!("/_auth/verify/{}", dialect.name())), Some(dialect));
        }
        assert_eq!(Dialect::of_path("/_auth/verify/envoy/..%2fx"), Some(Dialect::Envoy));
        for other in [
            "/_auth/verify/",
            "/_auth/verify/Nginx",
            "/_auth/%76erify/nginx",
            "/_auth/verify/ngin%78",
            "/_auth/verify/nginx/",
            "/_auth/verify//nginx",
            "/_auth/./verify/nginx",
            "//_auth/verify/nginx",
            "/_auth/verify/nginx;x",
            "/_auth/verify/envoyx",
            "/_auth/verify/env%6fy/x",
            "/_auth/verify%2fenvoy/x",
            "/x/../_auth/verify/nginx",
        ] {
            assert_eq!(Dialect::of_path(other), None, "{other}");
        }
    }
}
