//! Orders certificates, on one node at a time (S133, S136).
//!
//! A lease in the database says which node orders. What comes of an order is stored under the lease alone, so that a
//! node that was believed dead changes nothing any more.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;

use super::certificate_lease::OrderFault;
use super::certificates::{Issued, purpose};
use super::{AccountError, Accounts};
use crate::acme::order::{Answer, Authority, Issued as IssuedPair};
use crate::acme::{AcmeFault, FaultKind};
use crate::config::tls::Acme;
use crate::crypto::random;
use crate::domain::audit::Event;
use crate::domain::certificates::{ChallengeKind, OrderState, Validity, ways};
use crate::domain::origin::Origin;
use crate::storage::acme::{self, StoredChallenge};
use crate::storage::certificates::{self, StoredCertificate};
use crate::storage::{audit, leases};
use crate::tls::pair::Pair;

/// Time limit for an order.
const ORDER: Duration = Duration::from_mins(5);
/// How long nothing is ordered after an error of the store: what came of the last order may not be known.
const REST: Duration = Duration::from_mins(1);
/// Seconds for which a challenge is answered; no authority asks later.
const CHALLENGE_SECS: i64 = 900;
/// The shortest time for which a certificate must be valid: others would be ordered again and again.
const SHORTEST_SECS: i64 = 3600;
/// Bytes of the longest chain that is accepted; usual ones have a few thousand.
const MAX_CHAIN: usize = 64 * 1024;
/// Seconds by which names that only had to wait are ordered before the one for which there were too many orders.
const EARLIER_SECS: i64 = 60;
/// Seconds by which a certificate may begin later than this clock says.
const AHEAD_SECS: i64 = 300;

/// Orders in rounds.
pub struct CertificateOrders {
    accounts: Accounts,
    /// Nothing is ordered before.
    rests_until: Duration,
}

/// What came of an order.
enum Outcome {
    /// It is stored: a certificate, or when to try again.
    Done,
    /// The same, and the authority says that there were too many orders.
    Limited(OrderState),
}

impl CertificateOrders {
    /// None yet.
    pub const fn new(accounts: Accounts) -> Self {
        Self { accounts, rests_until: Duration::ZERO }
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
        if let Err(OrderFault::Store(fault)) = self.order_all(acme).await {
            tracing::warn!(%fault, "certificates could not be ordered and will be later: the store does not answer");
            self.rests_until = accounts.0.clock.monotonic().saturating_add(REST);
        }
    }

    async fn order_all(&self, acme: &Acme) -> Result<(), OrderFault> {
        let accounts = &self.accounts;
        if accounts.due_certificates(acme).await?.is_empty() || !accounts.take_lease().await? {
            return Ok(());
        }
        // Read again: another node may have ordered until a moment ago.
        accounts.refresh_certificates().await?;
        let mut due = accounts.due_certificates(acme).await?.into_iter();
        while let Some((name, before)) = due.next() {
            match accounts.order_certificate(acme, &name, before).await? {
                Outcome::Done => accounts.refresh_certificates().await?,
                // The limit is the account's, not the name's.
                Outcome::Limited(state) => return accounts.postpone(acme, due.collect(), state).await,
            }
        }
        let node = accounts.0.node.clone();
        accounts.write_as_holder(move |c| leases::release_all(c, &node)).await
    }
}

impl Accounts {
    /// What is to be ordered, or failed the last time, by name.
    pub(super) async fn certificate_orders(&self, acme: &Acme) -> Result<BTreeMap<String, OrderState>, AccountError> {
        let url = acme.directory_url.clone();
        Ok(self.0.database.read(move |c| certificates::orders(c, &url)).await?.into_iter().collect())
    }

    /// The names whose certificate is to be ordered now, with what came of earlier orders.
    async fn due_certificates(&self, acme: &Acme) -> Result<Vec<(String, OrderState)>, AccountError> {
        let (now, apps) = (self.0.clock.now(), self.known_apps().await);
        let (names, _) = self.names(acme, &apps.table);
        let mut orders = self.certificate_orders(acme).await?;
        let issued: BTreeMap<String, Issued> =
            self.issued_certificates().into_iter().map(|issued| (issued.name.clone(), issued)).collect();
        let is_good = |name: &String| {
            issued.get(name).is_some_and(|issued| {
                issued.directory_url == acme.directory_url && !issued.validity.is_to_be_renewed(now)
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
    async fn order_certificate(&self, acme: &Acme, name: &str, before: OrderState) -> Result<Outcome, OrderFault> {
        // What the authority sends may find a fault of a library; that is a failure as well, after which is waited.
        let work = AssertUnwindSafe(self.order_with_an_account(acme, name, &before)).catch_unwind();
        let ordered = match tokio::time::timeout(ORDER, work).await {
            Ok(Ok(ordered)) => ordered,
            Ok(Err(_panic)) => Err(AcmeFault::refused("what the authority sent ended the order by a panic").into()),
            Err(_elapsed) => Err(AcmeFault::unavailable("the authority did not finish in time").into()),
        };
        match ordered {
            Ok((certificate, validity)) => self.store_certificate(certificate, validity).await,
            Err(OrderFault::Acme(fault)) => self.note_failure(acme, name, &before, fault).await,
            Err(fault) => Err(fault),
        }
    }

    /// Where the authority has forgotten the account, another one is registered.
    async fn order_with_an_account(
        &self,
        acme: &Acme,
        name: &str,
        before: &OrderState,
    ) -> Result<(StoredCertificate, Validity), OrderFault> {
        match self.try_to_order(&self.authority(acme).await?, acme, name, before).await {
            Err(OrderFault::Acme(fault)) if fault.kind == FaultKind::NoAccount => {
                tracing::warn!(%fault, "the authority does not know the account any more");
                self.try_to_order(&self.register(acme).await?, acme, name, before).await
            }
            done => done,
        }
    }

    async fn try_to_order(
        &self,
        authority: &Authority,
        acme: &Acme,
        name: &str,
        before: &OrderState,
    ) -> Result<(StoredCertificate, Validity), OrderFault> {
        let reachable_by_http = self.0.config.server.tls.as_ref().is_some_and(|tls| tls.http_port != 0);
        let ways: Vec<ChallengeKind> = ways(before.failures)
            .into_iter()
            .filter(|way| reachable_by_http || *way != ChallengeKind::Http01)
            .collect();
        let publish = async |answer: Answer| self.publish_challenge(name, answer).await;
        let issued = authority.order(name, &ways, publish).await?;
        let pair = self.check_issued(name, &issued)?;
        let certificate = StoredCertificate {
            name: name.to_owned(),
            version: random::id(),
            directory_url: acme.directory_url.clone(),
            sealed_key: self.0.sealer.seal(&purpose(name), issued.key.as_bytes()),
            chain: issued.chain,
        };
        Ok((certificate, pair.validity))
    }

    /// An authority may send anything; what is stored is for this name alone, has the key that was made here, and is
    /// valid now.
    fn check_issued(&self, name: &str, issued: &IssuedPair) -> Result<Pair, AcmeFault> {
        let now = self.0.clock.now();
        let wrong = |why: &str| AcmeFault::refused(&format!("the authority sent a wrong certificate: {why}"));
        let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        if issued.chain.len() > MAX_CHAIN || !issued.chain.bytes().all(is_text) {
            return Err(wrong("its chain is too long, or no text"));
        }
        let pair = Pair::parse(issued.chain.as_bytes(), issued.key.as_bytes());
        let pair = pair.map_err(|fault| wrong(&fault.to_string()))?;
        if pair.names != [name] {
            return Err(wrong("it is for other names"));
        }
        let Validity { from, until } = pair.validity;
        if from.since(now) > AHEAD_SECS {
            return Err(wrong("it is not valid yet; is the clock of this machine right?"));
        }
        if until.since(now) < SHORTEST_SECS || pair.validity.is_to_be_renewed(now) {
            return Err(wrong("it has expired, or most of its time is over; is the clock of this machine right?"));
        }
        pair.check_chain(name, now.max(from)).map_err(|fault| wrong(&fault))?;
        Ok(pair)
    }

    /// Makes every node answer a challenge.
    async fn publish_challenge(&self, name: &str, answer: Answer) -> Result<(), OrderFault> {
        let challenge = StoredChallenge {
            token: answer.token,
            name: name.to_owned(),
            kind: answer.kind,
            key_authorization: answer.key_authorization,
            expires_at: self.0.clock.now().plus(CHALLENGE_SECS),
        };
        self.write_as_holder(move |c| acme::put_challenge(c, &challenge)).await
    }

    /// Stores a certificate in place of the earlier one.
    async fn store_certificate(
        &self,
        certificate: StoredCertificate,
        validity: Validity,
    ) -> Result<Outcome, OrderFault> {
        let (name, until) = (certificate.name.clone(), validity.until);
        let mut line = self.audit_line(Event::CertificateOrdered, "", &name, "");
        line.detail = until.to_string();
        let stored = self.write_as_holder(move |c| {
            acme::delete_challenges(c, &certificate.name)?;
            certificates::delete_order(c, &certificate.name)?;
            if !certificates::put(c, &certificate)? {
                Event::CertificateRenewed.as_str().clone_into(&mut line.event);
            }
            audit::append(c, &line)
        });
        stored.await?;
        tracing::info!(name, %until, "a certificate was issued");
        Ok(Outcome::Done)
    }

    /// Notes when to try again. The certificate that there is stays.
    async fn note_failure(
        &self,
        acme: &Acme,
        name: &str,
        before: &OrderState,
        fault: AcmeFault,
    ) -> Result<Outcome, OrderFault> {
        let now = self.0.clock.now();
        let jitter = u16::from_be_bytes(random::bytes());
        let is_limited = fault.kind == FaultKind::RateLimited;
        let asked_for = is_limited.then(|| fault.wait_secs.unwrap_or(0));
        let after = before.failed(now, fault.text.clone(), asked_for, jitter);
        let mut line = self.audit_line(Event::CertificateFailed, "", name, "");
        line.detail.clone_from(&fault.text);
        let (of, url, stored) = (name.to_owned(), acme.directory_url.clone(), after.clone());
        let noted = self.write_as_holder(move |c| {
            acme::delete_challenges(c, &of)?;
            certificates::put_order(c, &of, &url, &stored)?;
            audit::append(c, &line)
        });
        noted.await?;
        tracing::warn!(name, fault = fault.text, next = %after.due_at, "a certificate could not be ordered");
        Ok(if is_limited { Outcome::Limited(after) } else { Outcome::Done })
    }

    /// Lets other names wait nearly as long as the one for which the authority said that there were too many orders:
    /// they are first then, since that may have been about this name alone.
    async fn postpone(&self, acme: &Acme, due: Vec<(String, OrderState)>, until: OrderState) -> Result<(), OrderFault> {
        let (url, node) = (acme.directory_url.clone(), self.0.node.clone());
        let postponed = self.write_as_holder(move |c| {
            let due_at = until.due_at.plus(-EARLIER_SECS);
            for (name, before) in due {
                let state = OrderState { failures: before.failures.max(1), due_at, ..until.clone() };
                certificates::put_order(c, &name, &url, &state)?;
            }
            leases::release_all(c, &node)
        });
        postponed.await
    }

    /// Makes the certificate of a name due now; the server orders it. False if it is none of the names that get one.
    pub async fn renew_certificate(&self, name: &str) -> Result<bool, AccountError> {
        let Some(acme) = self.acme() else { return Ok(false) };
        let (apps, now) = (self.apps().await?, self.0.clock.now());
        let name = Origin::parse(true, name).map(|origin| origin.host().to_owned()).unwrap_or_default();
        if !self.names(acme, &apps.table).0.contains(&name) {
            return Ok(false);
        }
        // What has failed stays known: the ways to prove the name are tried by turns.
        let before = self.certificate_orders(acme).await?.remove(&name).unwrap_or_default();
        let due = OrderState { due_at: now, ..before };
        let url = acme.directory_url.clone();
        self.0.database.write(move |c| certificates::put_order(c, &name, &url, &due)).await?;
        Ok(true)
    }
}
