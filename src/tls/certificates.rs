//! The table of certificates: by the name that the client asks for (SNI, RFC 6066), exchanged while the server runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::pair::Pair;
use crate::domain::time::Timestamp;

/// Where certificates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `TLS_CERT_FILE` and `TLS_KEY_FILE`.
    Files,
    /// An authority, by ACME.
    Acme,
}

/// Why browsers do not accept what is shown for a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing is shown.
    #[error("no certificate is for {0}")]
    Missing(String),
    /// It has ended.
    #[error("the certificate for {0} has ended")]
    Over(String, Timestamp),
    /// It is not valid yet.
    #[error("the certificate for {0} is not valid yet")]
    Early(String, Timestamp),
}

/// What the server shows; clones share one table.
#[derive(Clone, Debug)]
pub struct Certificates(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    by_source: Mutex<HashMap<Source, Vec<Pair>>>,
    by_name: ArcSwap<HashMap<String, Arc<CertifiedKey>>>,
    /// The host of `APP_URL`, if it is an address: browsers send no name for one.
    without_name: Option<String>,
}

impl Certificates {
    /// None yet; `host` is that of `APP_URL`.
    pub fn new(host: &str) -> Self {
        let bare = host.trim_matches(['[', ']']);
        let without_name = bare.parse::<std::net::IpAddr>().ok().map(|address| address.to_string());
        Self(Arc::new(Shared { by_source: Mutex::default(), by_name: ArcSwap::default(), without_name }))
    }

    /// Exchanges all certificates of a source at once; open connections go on with theirs. Of two for one name the one
    /// that is valid for longer is shown.
    pub fn replace(&self, source: Source, pairs: Vec<Pair>) {
        let mut by_source = self.0.by_source.lock().unwrap_or_else(PoisonError::into_inner);
        by_source.insert(source, pairs);
        let mut all: Vec<&Pair> = by_source.values().flatten().collect();
        all.sort_by_key(|pair| pair.not_after);
        let named = all.iter().flat_map(|pair| pair.names.iter().map(|name| (name.clone(), Arc::clone(&pair.key))));
        self.0.by_name.store(Arc::new(named.collect()));
    }

    /// All certificates with where they come from.
    pub fn list(&self) -> Vec<(Source, Pair)> {
        let by_source = self.0.by_source.lock().unwrap_or_else(PoisonError::into_inner);
        by_source.iter().flat_map(|(source, pairs)| pairs.iter().map(|pair| (*source, pair.clone()))).collect()
    }

    /// Until when browsers accept the one for a name.
    pub fn check(&self, name: &str, now: Timestamp) -> Result<Timestamp, Unfit> {
        let name = name.trim_matches(['[', ']']);
        let shown = self.of(name).ok_or_else(|| Unfit::Missing(name.to_owned()))?;
        let by_source = self.0.by_source.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = by_source.values().flatten().find(|pair| Arc::ptr_eq(&pair.key, &shown));
        match pair.map(|pair| (pair.not_before, pair.not_after)) {
            None => Err(Unfit::Missing(name.to_owned())),
            Some((_, until)) if until <= now => Err(Unfit::Over(name.to_owned(), until)),
            Some((from, _)) if from > now => Err(Unfit::Early(name.to_owned(), from)),
            Some((_, until)) => Ok(until),
        }
    }

    /// The one for a name: its own, else that of `*` and the rest; none of another name (S131).
    pub fn of(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let by_name = self.0.by_name.load();
        let wildcard = || by_name.get(&format!("*.{}", name.split_once('.')?.1));
        by_name.get(name).or_else(wildcard).cloned()
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
