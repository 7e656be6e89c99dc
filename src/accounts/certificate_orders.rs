//! Orders certificates, on one node at a time (S133, S136).
//!
//! A lease in the database says which node orders. What comes of an order is stored under the lease alone, so that a
//! node that was believed dead changes nothing any more.

use std::collections::BTreeMap;
use std::time::Duration;

use super::certificates::{Issued, purpose};
use super::{AccountError, Accounts};
use crate::acme::order::{Answer, Authority, Issued as IssuedPair};
use crate::acme::{AcmeFault, FaultKind};
use crate::config::DatabaseUrl;
use crate::config::tls::Acme;
use crate::crypto::random;
use crate::domain::audit::Event;
use crate::domain::certificates::{ChallengeKind, OrderState, is_to_be_renewed, ways};
use crate::domain::time::Timestamp;
use crate::storage::acme::{self, StoredAccount, StoredChallenge};
use crate::storage::certificates::{self, StoredCertificate};
use crate::storage::leases::{self, Holder};
use crate::storage::{Connection, StorageError, audit};
use crate::tls::pair::Pair;

/// The name of the lease.
const WORK: &str = "certificates";
/// How long another node may show nothing until this one takes over.
const SILENCE: Duration = Duration::from_secs(30);
/// How often a node shows that it is still at it.
const BEAT: Duration = Duration::from_secs(5);
/// Time limit for an order.
const ORDER: Duration = Duration::from_mins(5);
/// How long nothing is ordered after an error of the store: what came of the last order may not be known.
const REST: Duration = Duration::from_mins(1);
/// Seconds for which a challenge is answered; no authority asks later.
const CHALLENGE_SECS: i64 = 900;
/// The shortest time for which a certificate must be valid: others would be ordered again and again.
const SHORTEST_SECS: i64 = 3600;
/// Seconds by which a certificate may begin later than this clock says.
const AHEAD_SECS: i64 = 300;
/// Seconds until the next order where an authority issues certificates that end soon.
const SOON_AGAIN_SECS: i64 = 12 * 3600;

/// Orders in rounds.
pub struct CertificateOrders {
    accounts: Accounts,
    /// Who had the lease, and since when that has not changed.
    holder: Option<(Holder, Duration)>,
    /// Nothing is ordered before.
    rests_until: Duration,
}

/// Why there is no certificate.
enum OrderFault {
    /// The authority.
    Acme(AcmeFault),
    /// The store: what came of it cannot be noted.
    Store(AccountError),
}

impl From<AcmeFault> for OrderFault {
    fn from(fault: AcmeFault) -> Self {
        Self::Acme(fault)
    }
}

impl From<StorageError> for OrderFault {
    fn from(fault: StorageError) -> Self {
        Self::Store(fault.into())
    }
}

impl CertificateOrders {
    /// None yet.
    pub const fn new(accounts: Accounts) -> Self {
        Self { accounts, holder: None, rests_until: Duration::ZERO }
    }

    /// Shows what is stored, and orders what is due, unless another node does.
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
    pub async fn round(&mut self) {
        let accounts = self.accounts.clone();
        let Some(acme) = accounts.acme() else { return };
        if let Err(fault) = accounts.refresh_certificates().await {
            tracing::debug!(%fault, "the certificates could not be read");
            return;
        }
        if accounts.0.clock.monotonic() < self.rests_until {
            return;
        }
        if let Err(fault) = self.order_all(acme).await {
            tracing::warn!(%fault, "certificates could not be ordered and will be later: the store does not answer");
            self.rests_until = accounts.0.clock.monotonic().saturating_add(REST);
        }
    }

    async fn order_all(&mut self, acme: &Acme) -> Result<(), AccountError> {
        if self.accounts.due_certificates(acme).await?.is_empty() || !self.take_lease().await? {
            return Ok(());
        }
        // Read again: another node may have ordered until a moment ago.
        self.accounts.refresh_certificates().await?;
        for (name, before) in self.accounts.due_certificates(acme).await? {
            let work = self.accounts.order_certificate(acme, &name, before);
            tokio::select! {
                done = work => done?,
                lost = self.keep_lease() => return lost,
            }
            self.accounts.refresh_certificates().await?;
        }
        let node = self.accounts.0.node.clone();
        Ok(self.accounts.0.database.write(move |c| leases::release_all(c, &node)).await?)
    }

    /// Whether this node may order. Whoever has the lease is believed dead when its number has not risen for long.
    async fn take_lease(&mut self) -> Result<bool, AccountError> {
        let (accounts, monotonic) = (&self.accounts, self.accounts.0.clock.monotonic());
        let found = accounts.0.database.read(|c| leases::find(c, WORK)).await?;
        let since = match &self.holder {
            Some((holder, since)) if *holder == found => *since,
            _ => monotonic,
        };
        self.holder = Some((found.clone(), since));
        let alone = matches!(accounts.0.config.database, DatabaseUrl::Sqlite(_));
        let is_free = alone || found.node.is_empty() || found.node == accounts.0.node;
        if !is_free && monotonic.saturating_sub(since) < SILENCE {
            return Ok(false);
        }
        let node = accounts.0.node.clone();
        Ok(accounts.0.database.write(move |c| leases::take(c, WORK, &found, &node)).await?)
    }

    /// Ends only when another node has taken over.
    async fn keep_lease(&self) -> Result<(), AccountError> {
        loop {
            tokio::time::sleep(BEAT).await;
            let node = self.accounts.0.node.clone();
            let kept = self.accounts.0.database.write(move |c| leases::renew(c, WORK, &node)).await;
            match kept {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(fault) => tracing::debug!(%fault, "the lease of the orders could not be renewed"),
            }
        }
    }
}

impl Accounts {
    /// What is to be ordered, or failed the last time, by name.
    pub(super) async fn certificate_orders(&self) -> Result<BTreeMap<String, OrderState>, AccountError> {
        Ok(self.0.database.read(certificates::orders).await?.into_iter().collect())
    }

    /// The names whose certificate is to be ordered now, with what came of earlier orders; the oldest failure last.
    async fn due_certificates(&self, acme: &Acme) -> Result<Vec<(String, OrderState)>, AccountError> {
        let (now, apps) = (self.0.clock.now(), self.known_apps().await);
        let (names, _) = self.names(acme, &apps.table);
        let mut orders = self.certificate_orders().await?;
        let issued: BTreeMap<String, Issued> =
            self.issued_certificates().into_iter().map(|issued| (issued.name.clone(), issued)).collect();
        let is_good = |name: &String| {
            issued.get(name).is_some_and(|issued| {
                issued.directory_url == acme.directory_url
                    && !is_to_be_renewed(issued.not_before, issued.not_after, now)
            })
        };
        let due = names.into_iter().filter_map(|name| match orders.remove(&name) {
            Some(order) => (order.due_at <= now).then_some((name, order)),
            None => (!is_good(&name)).then(|| (name, OrderState::default())),
        });
        let mut due: Vec<_> = due.collect();
        due.sort_by_key(|(_, order)| order.due_at);
        Ok(due)
    }

    /// Orders a certificate and stores it, or when to try again. An error means that nothing could be stored.
    async fn order_certificate(&self, acme: &Acme, name: &str, before: OrderState) -> Result<(), AccountError> {
        let ordered = tokio::time::timeout(ORDER, self.order_with_an_account(acme, name, &before)).await;
        let late = |_elapsed| Err(AcmeFault::unavailable("the authority did not finish in time").into());
        match ordered.unwrap_or_else(late) {
            Ok(certificate) => self.store_certificate(certificate).await,
            Err(OrderFault::Acme(fault)) => self.note_failure(name, &before, fault).await,
            Err(OrderFault::Store(fault)) => Err(fault),
        }
    }

    /// Where the authority has forgotten the account, another one is registered.
    async fn order_with_an_account(
        &self,
        acme: &Acme,
        name: &str,
        before: &OrderState,
    ) -> Result<StoredCertificate, OrderFault> {
        match self.try_to_order(acme, name, before).await {
            Err(OrderFault::Acme(fault)) if fault.kind == FaultKind::NoAccount => {
                tracing::warn!(%fault, "the authority does not know the account any more");
                let directory = acme.directory_url.clone();
                self.0.database.write(move |c| acme::delete_account(c, &directory)).await?;
                self.try_to_order(acme, name, before).await
            }
            done => done,
        }
    }

    async fn try_to_order(
        &self,
        acme: &Acme,
        name: &str,
        before: &OrderState,
    ) -> Result<StoredCertificate, OrderFault> {
        let authority = self.authority(acme).await?;
        let reachable_by_http = self.0.config.server.tls.as_ref().is_some_and(|tls| tls.http_port != 0);
        let ways: Vec<ChallengeKind> = ways(before.failures)
            .into_iter()
            .filter(|way| reachable_by_http || *way != ChallengeKind::Http01)
            .collect();
        let mut failed = None;
        let publish = async |answer: Answer| {
            let published = self.publish_challenge(name, answer).await;
            published.map_err(|fault| {
                let unpublished = AcmeFault::unavailable(&fault.to_string());
                failed = Some(fault);
                unpublished
            })
        };
        let ordered = authority.order(name, &ways, publish).await;
        if let Some(fault) = failed {
            return Err(OrderFault::Store(fault));
        }
        let issued = ordered?;
        let pair = self.check_issued(name, &issued)?;
        Ok(StoredCertificate {
            name: name.to_owned(),
            version: random::id(),
            directory_url: acme.directory_url.clone(),
            sealed_key: self.0.sealer.seal(&purpose(name), issued.key.as_bytes()),
            chain: issued.chain,
            not_before: pair.not_before,
            not_after: pair.not_after,
        })
    }

    /// An authority may send anything; what is stored is for this name alone, has the key that was made here, and is
    /// valid now.
    fn check_issued(&self, name: &str, issued: &IssuedPair) -> Result<Pair, AcmeFault> {
        let now = self.0.clock.now();
        let pair = Pair::parse(issued.chain.as_bytes(), issued.key.as_bytes());
        let pair =
            pair.map_err(|fault| AcmeFault::refused(&format!("the authority sent a wrong certificate: {fault}")))?;
        let wrong = |why: &str| Err(AcmeFault::refused(&format!("the authority sent a wrong certificate: {why}")));
        if pair.names != [name] {
            return wrong("it is for other names");
        }
        if pair.not_after.since(now) < SHORTEST_SECS {
            return wrong("it has expired, or will within the hour");
        }
        if pair.not_before.since(now) > AHEAD_SECS {
            return wrong("it is not valid yet; is the clock of this machine right?");
        }
        Ok(pair)
    }

    /// The account at the authority: the one that was registered, or a new one.
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
    async fn authority(&self, acme: &Acme) -> Result<Authority, OrderFault> {
        let url = acme.directory_url.clone();
        let stored = self.0.database.read(move |c| acme::account(c, &url)).await?;
        let opened = stored.and_then(|stored| {
            let opened = self.0.sealer.open(&of_account(&acme.directory_url), &stored.sealed_credentials);
            Some((stored, opened?))
        });
        let Some((mut stored, credentials)) = opened else {
            let (authority, credentials) =
                Authority::register(&acme.directory_url, &acme.email, self.acme_ca_file()).await?;
            let sealed = self.0.sealer.seal(&of_account(&acme.directory_url), credentials.as_bytes());
            let account = StoredAccount {
                directory_url: acme.directory_url.clone(),
                contact: acme.email.clone(),
                sealed_credentials: sealed,
            };
            self.0.database.write(move |c| acme::put_account(c, &account)).await?;
            tracing::info!(authority = acme.directory_url, "an account at the authority was registered");
            return Ok(authority);
        };
        let authority = Authority::resume(&credentials, self.acme_ca_file()).await?;
        if stored.contact != acme.email {
            match authority.change_contact(&acme.email).await {
                Ok(()) => {
                    stored.contact.clone_from(&acme.email);
                    self.0.database.write(move |c| acme::put_account(c, &stored)).await?;
                }
                Err(fault) => tracing::warn!(%fault, "the authority did not take the new ACME_EMAIL"),
            }
        }
        Ok(authority)
    }

    /// Makes every node answer a challenge.
    async fn publish_challenge(&self, name: &str, answer: Answer) -> Result<(), AccountError> {
        let challenge = StoredChallenge {
            token: answer.token,
            name: name.to_owned(),
            kind: answer.kind,
            key_authorization: answer.key_authorization,
            expires_at: self.0.clock.now().plus(CHALLENGE_SECS),
        };
        Ok(self.0.database.write(move |c| acme::put_challenge(c, &challenge)).await?)
    }

    /// Stores a certificate in place of the earlier one, unless another node has taken over.
    async fn store_certificate(&self, certificate: StoredCertificate) -> Result<(), AccountError> {
        let (node, now) = (self.0.node.clone(), self.0.clock.now());
        let (name, until) = (certificate.name.clone(), certificate.not_after);
        let mut line = self.audit_line(Event::CertificateOrdered, "", &name, "");
        let stored = self.0.database.write(move |c| {
            if !leases::renew(c, WORK, &node)? {
                return Ok(false);
            }
            let is_first = certificates::put(c, &certificate)?;
            finish(c, &certificate, now)?;
            if !is_first {
                Event::CertificateRenewed.as_str().clone_into(&mut line.event);
            }
            line.detail = certificate.not_after.to_string();
            audit::append(c, &line)?;
            Ok(true)
        });
        if stored.await? {
            tracing::info!(name, %until, "a certificate was issued");
        }
        Ok(())
    }

    /// Notes when to try again. The certificate that there is stays.
    async fn note_failure(&self, name: &str, before: &OrderState, fault: AcmeFault) -> Result<(), AccountError> {
        let now = self.0.clock.now();
        let jitter = u16::from_be_bytes(random::bytes());
        let asked_for = (fault.kind == FaultKind::RateLimited).then(|| fault.wait_secs.unwrap_or(0));
        let after = before.failed(now, fault.text.clone(), asked_for, jitter);
        tracing::warn!(name, fault = fault.text, next = %after.due_at, "a certificate could not be ordered");
        let mut line = self.audit_line(Event::CertificateFailed, "", name, "");
        line.detail.clone_from(&fault.text);
        let (node, name) = (self.0.node.clone(), name.to_owned());
        let noted = self.0.database.write(move |c| {
            if !leases::renew(c, WORK, &node)? {
                return Ok(());
            }
            acme::delete_challenges(c, &name)?;
            certificates::put_order(c, &name, &after)?;
            audit::append(c, &line)
        });
        Ok(noted.await?)
    }

    /// Makes the certificate of a name due now; the server orders it. False if it is none of the names that get one.
    pub async fn renew_certificate(&self, name: &str) -> Result<bool, AccountError> {
        let Some(acme) = self.acme() else { return Ok(false) };
        let (apps, now) = (self.apps().await?, self.0.clock.now());
        let name = name.to_ascii_lowercase();
        if !self.names(acme, &apps.table).0.contains(&name) {
            return Ok(false);
        }
        let due = OrderState { due_at: now, ..OrderState::default() };
        self.0.database.write(move |c| certificates::put_order(c, &name, &due)).await?;
        Ok(true)
    }
}

/// What the sealed credentials of an account are good for.
pub(super) fn of_account(directory_url: &str) -> String {
    format!("ACME account {directory_url}")
}

/// Nothing is left to do for a name, unless its new certificate ends soon as well.
fn finish(c: &mut Connection, certificate: &StoredCertificate, now: Timestamp) -> Result<(), StorageError> {
    acme::delete_challenges(c, &certificate.name)?;
    if is_to_be_renewed(certificate.not_before, certificate.not_after, now) {
        let again = OrderState { due_at: now.plus(SOON_AGAIN_SECS), ..OrderState::default() };
        return certificates::put_order(c, &certificate.name, &again);
    }
    certificates::delete_order(c, &certificate.name)
}
