//! Says in time that a certificate ends: in the log every day, and to admins by mail.

use std::collections::BTreeMap;

use super::outgoing::Detail;
use super::{AccountError, Accounts};
use crate::domain::certificates::{MAIL_DAYS, WARNING_DAYS, days_left};
use crate::domain::ids::UserId;
use crate::domain::mail::MailKind;
use crate::domain::time::Timestamp;
use crate::storage::{admins, settings, users};
use crate::tls::certificates::Unfit;

/// Seconds after which the same warning is logged again.
const AGAIN_SECS: i64 = 86_400;

/// Warns in rounds.
pub struct CertificateWarnings {
    accounts: Accounts,
    /// When the last warning was logged, by name.
    logged_at: BTreeMap<String, Timestamp>,
    /// The ends that mails were about, by name.
    mailed: BTreeMap<String, Timestamp>,
}

/// A certificate that ends soon, or has ended, and was not renewed.
struct Ending {
    name: String,
    until: Timestamp,
    /// Why the last order failed; `None` where nothing is ordered.
    fault: Option<String>,
}

impl CertificateWarnings {
    /// None yet.
    pub const fn new(accounts: Accounts) -> Self {
        Self { accounts, logged_at: BTreeMap::new(), mailed: BTreeMap::new() }
    }

    /// Warns of each certificate that ends soon and should have been renewed.
    pub async fn round(&mut self) {
        if let Err(fault) = self.warn().await {
            tracing::debug!(%fault, "admins could not be notified of certificates that end");
        }
    }

    async fn warn(&mut self) -> Result<(), AccountError> {
        let now = self.accounts.0.clock.now();
        for ending in self.accounts.ending_certificates(now).await? {
            if self.logged_at.get(&ending.name).is_none_or(|last| now.since(*last) >= AGAIN_SECS) {
                ending.log(now);
                self.logged_at.insert(ending.name.clone(), now);
            }
            if days_left(ending.until, now) < MAIL_DAYS && self.mailed.get(&ending.name) != Some(&ending.until) {
                self.accounts.mail_of_end(&ending).await?;
                self.mailed.insert(ending.name, ending.until);
            }
        }
        Ok(())
    }
}

impl Ending {
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are two")]
    fn log(&self, now: Timestamp) {
        let (name, days) = (&self.name, days_left(self.until, now));
        if let Some(fault) = &self.fault {
            tracing::warn!(name, days, fault, "a certificate ends soon and could not be renewed");
        } else {
            tracing::warn!(name, days, "a certificate ends soon and its files have not been replaced");
        }
    }
}

impl Accounts {
    /// Those of an authority whose order has failed, and all of files.
    async fn ending_certificates(&self, now: Timestamp) -> Result<Vec<Ending>, AccountError> {
        let is_soon = |until| days_left(until, now) < WARNING_DAYS;
        if self.acme().is_none() {
            let hosts = self.hosts(&self.known_apps().await.table).into_iter();
            let ending = hosts.filter_map(|name| match self.0.certificates.check(&name, now) {
                Ok(until) | Err(Unfit::Over(_, until)) => is_soon(until).then_some(Ending { name, until, fault: None }),
                Err(Unfit::Missing(_) | Unfit::Early(..)) => None,
            });
            return Ok(ending.collect());
        }
        let mut issued = self.issued_certificates();
        issued.retain(|issued| is_soon(issued.not_after));
        if issued.is_empty() {
            return Ok(Vec::new());
        }
        let mut orders = self.certificate_orders().await?;
        let ending = issued.into_iter().filter_map(|issued| {
            let order = orders.remove(&issued.name).filter(|order| order.failures > 0)?;
            Some(Ending { name: issued.name, until: issued.not_after, fault: Some(order.last_error) })
        });
        Ok(ending.collect())
    }

    /// A mail to each admin, once for each certificate, from whichever node is first.
    async fn mail_of_end(&self, ending: &Ending) -> Result<(), AccountError> {
        let (drafts, setting, until) = (self.drafts(), format!("certificate-end:{}", ending.name), ending.until.secs());
        let detail = Detail { host: ending.name.clone(), at: until, ..Detail::default() };
        let queued = self.0.database.write(move |c| {
            let admins = admins::active_admins(c)?;
            if admins.is_empty() || !settings::change(c, &setting, &until.to_string())? {
                return Ok(false);
            }
            for id in admins.iter().filter_map(|id| UserId::parse(id)) {
                if let Some(record) = users::find_by_id(c, &id)? {
                    drafts.put(c, &drafts.to_user(MailKind::CertificateEnds, &record.user, &detail))?;
                }
            }
            Ok(true)
        });
        if queued.await? {
            self.wake_mailer();
        }
        Ok(())
    }
}
