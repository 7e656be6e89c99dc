//! The table of certificates: by the name that the client asks for (SNI, RFC 6066), exchanged while the server runs.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::pair::Pair;
use crate::domain::certificates::Validity;
use crate::domain::time::Timestamp;

/// Why browsers do not accept what is shown for a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing is shown.
    #[error("no certificate is for {0}")]
    Missing(String),
    /// It has ended.
    #[error("the certificate for {0} has ended")]
    Over(String, Validity),
    /// It is not valid yet.
    #[error("the certificate for {0} is not valid yet")]
    Early(String, Timestamp),
}

/// What the server shows; clones share one table.
#[derive(Clone, Debug)]
pub struct Certificates(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    table: ArcSwap<Table>,
    /// The host of `APP_URL`, if it is an address: browsers send no name for one.
    without_name: Option<String>,
}

#[derive(Debug, Default)]
struct Table {
    pairs: Vec<Pair>,
    /// Where each name's pair is.
    by_name: HashMap<String, usize>,
}

impl Table {
    fn of(&self, name: &str) -> Option<&Pair> {
        let wildcard = || self.by_name.get(&format!("*.{}", name.split_once('.')?.1));
        self.pairs.get(*self.by_name.get(name).or_else(wildcard)?)
    }
}

impl Certificates {
    /// None yet; `host` is that of `APP_URL`.
    pub fn new(host: &str) -> Self {
        let bare = host.trim_matches(['[', ']']);
        let without_name = bare.parse::<std::net::IpAddr>().ok().map(|address| address.to_string());
        Self(Arc::new(Shared { table: ArcSwap::default(), without_name }))
    }

    /// Exchanges all certificates at once; open connections go on with theirs. Of two for one name the one that is
    /// valid for longer is shown.
    pub fn replace(&self, mut pairs: Vec<Pair>) {
        pairs.sort_by_key(|pair| pair.validity.until);
        let named = pairs.iter().enumerate();
        let by_name = named.flat_map(|(at, pair)| pair.names.iter().map(move |name| (name.clone(), at))).collect();
        self.0.table.store(Arc::new(Table { pairs, by_name }));
    }

    /// All certificates.
    pub fn list(&self) -> Vec<Pair> {
        self.0.table.load().pairs.clone()
    }

    /// When the one for a name is valid, if browsers accept it now.
    pub fn check(&self, name: &str, now: Timestamp) -> Result<Validity, Unfit> {
        let name = name.trim_matches(['[', ']']);
        match self.0.table.load().of(name).map(|pair| pair.validity) {
            None => Err(Unfit::Missing(name.to_owned())),
            Some(validity) if validity.until <= now => Err(Unfit::Over(name.to_owned(), validity)),
            Some(validity) if validity.from > now => Err(Unfit::Early(name.to_owned(), validity.from)),
            Some(validity) => Ok(validity),
        }
    }

    /// The one for a name: its own, else that of `*` and the rest; none of another name (S131).
    pub fn of(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        self.0.table.load().of(name).map(|pair| Arc::clone(&pair.key))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // rustls hands names over in lower case.
        match hello.server_name() {
            Some(name) => self.of(name),
            None => self.of(self.0.without_name.as_deref()?),
        }
    }
}
