//! Which proxy answers, as far as it can be recognised.

use crate::domain::dialect::Dialect;

/// What stands between the client and the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// The built-in proxy, perhaps with another one in front.
    BuiltIn,
    /// A proxy that asks the gate.
    Asking(Dialect),
    /// A proxy that asks the gate, but it is not clear which one.
    Unknown,
}

impl Front {
    /// The proxy before an app that has, or has not, an upstream; `named` are those in `FORWARD_AUTH`, and `server` is
    /// what an answer says of its server.
    pub fn find(has_upstream: bool, named: &[Dialect], server: &str) -> Self {
        if has_upstream {
            return Self::BuiltIn;
        }
        let server = server.to_ascii_lowercase();
        let said = [Dialect::Nginx, Dialect::Caddy, Dialect::Envoy];
        if let Some(dialect) = said.into_iter().find(|dialect| server.contains(dialect.name())) {
            return Self::Asking(dialect);
        }
        // The others say nothing of themselves.
        let mut silent = named.iter().filter(|dialect| !said.contains(dialect));
        match (silent.next(), silent.next(), named) {
            (Some(only), None, _) | (None, None, [only]) => Self::Asking(*only),
            _ => Self::Unknown,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BuiltIn => "portcullis",
            Self::Asking(dialect) => dialect.name(),
            Self::Unknown => "proxy",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_known_by_what_it_says_or_by_being_the_only_one() {
        let all = Dialect::ALL;
        assert_eq!(Front::find(true, &all, "nginx"), Front::BuiltIn);
        assert_eq!(Front::find(false, &all, "nginx/1.22.1"), Front::Asking(Dialect::Nginx));
        assert_eq!(Front::find(false, &[], "Caddy"), Front::Asking(Dialect::Caddy));
        assert_eq!(Front::find(false, &[Dialect::Haproxy], ""), Front::Asking(Dialect::Haproxy));
        assert_eq!(Front::find(false, &[Dialect::Nginx, Dialect::Traefik], "app/1"), Front::Asking(Dialect::Traefik));
        assert_eq!(Front::find(false, &[Dialect::Nginx], ""), Front::Asking(Dialect::Nginx));
        assert_eq!(Front::find(false, &all, ""), Front::Unknown);
        assert_eq!(Front::find(false, &[], ""), Front::Unknown);
    }
}
