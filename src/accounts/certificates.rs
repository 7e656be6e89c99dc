//! Certificates that an authority issued for this instance: which names have one, and what every node shows and answers
//! (S132, S133, S136).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::sign::CertifiedKey;
use tokio::sync::Mutex;

use super::{AccountError, Accounts};
use crate::acme::{alpn, order};
use crate::config::tls::{Acme, CertificateSource};
use crate::crypto::checksum::sha_256;
use crate::crypto::sealed::Sealer;
use crate::domain::app_table::AppTable;
use crate::domain::certificates::{ChallengeKind, Validity};
use crate::domain::time::Timestamp;
use crate::storage::acme;
use crate::storage::certificates::{self, StoredCertificate};
use crate::tls::pair::Pair;

/// The certificates as this process has read them.
#[derive(Default)]
pub(super) struct IssuedCertificates {
    read: ArcSwap<Read>,
    refreshing: Mutex<()>,
}

#[derive(Default)]
struct Read {
    /// What was in the store, usable or not.
    versions: Vec<(String, String)>,
    usable: Vec<Issued>,
}

/// A certificate that can be used.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The name it is for.
    pub name: String,
    /// The directory of the authority.
    pub directory_url: String,
    /// When it is valid.
    pub validity: Validity,
}

/// What a sealed key is good for.
pub(super) fn purpose(name: &str) -> String {
    format!("certificate key {name}")
}

impl Accounts {
    /// Whether the gate speaks https itself.
    pub fn has_own_https(&self) -> bool {
        self.0.config.server.tls.is_some()
    }

    /// The authority, where certificates come from one.
    pub fn acme(&self) -> Option<&Acme> {
        match &self.0.config.server.tls.as_ref()?.source {
            CertificateSource::Acme(acme) => Some(acme),
            CertificateSource::Files(_) => None,
        }
    }

    /// Where tests have their authority's authority.
    pub(super) fn acme_ca_file(&self) -> Option<&Path> {
        self.0.acme_ca_file.as_deref()
    }

    /// The names that get a certificate: the host of `APP_URL` and the exact addresses of apps; and those that cannot
    /// get one from this authority.
    pub(super) fn names(&self, acme: &Acme, apps: &AppTable) -> (BTreeSet<String>, BTreeSet<String>) {
        let exact = self.hosts(apps).into_iter().filter(|host| !host.contains('*'));
        exact.partition(|host| acme.can_certify(host))
    }

    /// The hosts that people open: that of `APP_URL` and those of apps, `*.example.org` among them.
    pub(super) fn hosts(&self, apps: &AppTable) -> BTreeSet<String> {
        let addresses = apps.apps().iter().flat_map(|app| &app.app().addresses);
        let own = self.app_url().canonical().host().to_owned();
        addresses.map(|address| address.host().to_owned()).chain([own]).collect()
    }

    /// The certificates of the authority that can be used.
    pub fn issued_certificates(&self) -> Vec<Issued> {
        self.0.issued.read.load().usable.clone()
    }

    /// Forgets what was ordered for names that are none of ours any more; a certificate when it would be renewed, since
    /// an app may come back.
    pub(super) async fn forget_certificates(&self, now: Timestamp) -> Result<(), AccountError> {
        let Some(acme) = self.acme() else { return Ok(()) };
        let (names, _) = self.names(acme, &self.apps().await?.table);
        let fresh = self.issued_certificates().into_iter().filter(|issued| !issued.validity.is_to_be_renewed(now));
        let fresh: BTreeSet<String> = fresh.map(|issued| issued.name).collect();
        let forget = move |c: &mut crate::storage::Connection| {
            for name in certificates::ordered_names(c)?.iter().filter(|name| !names.contains(*name)) {
                acme::delete_challenges(c, name)?;
                certificates::delete_order(c, name)?;
            }
            for (name, _) in certificates::versions(c)? {
                if !names.contains(&name) && !fresh.contains(&name) {
                    certificates::delete(c, &name)?;
                }
            }
            Ok(())
        };
        Ok(self.0.database.write(forget).await?)
    }

    /// Shows the certificates that are in the store now.
    pub async fn refresh_certificates(&self) -> Result<(), AccountError> {
        if self.acme().is_none() {
            return Ok(());
        }
        // One at a time: what is shown is what was read last.
        let _alone = self.0.issued.refreshing.lock().await;
        let before = self.0.issued.read.load_full();
        let read = move |c: &mut crate::storage::Connection| {
            let is_same = certificates::versions(c)? == before.versions;
            if is_same { Ok(None) } else { certificates::all(c).map(Some) }
        };
        let Some(stored) = self.0.database.read(read).await? else { return Ok(()) };
        let versions = stored.iter().map(|row| (row.name.clone(), row.version.clone())).collect();
        let opened: Vec<(Issued, Pair)> = stored.iter().filter_map(|row| open(&self.0.sealer, row)).collect();
        let (usable, pairs) = opened.into_iter().unzip();
        self.0.certificates.replace(pairs);
        self.0.issued.read.store(Arc::new(Read { versions, usable }));
        Ok(())
    }

    /// The certificate that answers an authority that asks by TLS-ALPN-01; none if nothing was ordered for `host`.
    pub async fn alpn_challenge(&self, host: &str) -> Result<Option<Arc<CertifiedKey>>, AccountError> {
        let Some(answer) = self.answer(ChallengeKind::TlsAlpn01, host, None).await? else { return Ok(None) };
        alpn::answer(&host.to_ascii_lowercase(), sha_256(answer.as_bytes())).map(Some).map_err(AccountError::Internal)
    }

    /// What answers an authority that asks by HTTP-01; none if nothing was ordered with that token.
    pub async fn http_challenge(&self, host: &str, token: &str) -> Result<Option<String>, AccountError> {
        if !order::is_token(token) {
            return Ok(None);
        }
        self.answer(ChallengeKind::Http01, host, Some(token.to_owned())).await
    }

    /// The key authorization, on whichever node the order is made. The store is asked for names of this instance alone.
    async fn answer(
        &self,
        kind: ChallengeKind,
        host: &str,
        token: Option<String>,
    ) -> Result<Option<String>, AccountError> {
        let Some(acme) = self.acme() else { return Ok(None) };
        let (host, now) = (host.to_ascii_lowercase(), self.0.clock.now());
        let apps = self.known_apps().await;
        if !self.names(acme, &apps.table).0.contains(&host) {
            return Ok(None);
        }
        let find = move |c: &mut crate::storage::Connection| acme::find_answer(c, kind, &host, token.as_deref(), now);
        Ok(self.0.database.read(find).await?)
    }
}

/// The certificate with its key, if the row was not damaged or changed: then another one is ordered.
fn open(sealer: &Sealer, row: &StoredCertificate) -> Option<(Issued, Pair)> {
    let unusable = |why: &str| tracing::warn!(name = row.name, why, "a stored certificate is not used");
    let Some(key) = sealer.open(&purpose(&row.name), &row.sealed_key) else {
        unusable("its key cannot be opened");
        return None;
    };
    let pair = Pair::parse(row.chain.as_bytes(), &key).inspect_err(|fault| unusable(&fault.to_string())).ok()?;
    if pair.names != [row.name.as_str()] {
        unusable("it is for another name");
        return None;
    }
    let issued = Issued { name: row.name.clone(), directory_url: row.directory_url.clone(), validity: pair.validity };
    Some((issued, pair))
}
