//! Says in time that a certificate ends: in the log every day, and to admins by mail.

use std::collections::BTreeMap;

use super::outgoing::Detail;
use super::{AccountError, Accounts};
use crate::domain::certificates::Validity;
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
    validity: Validity,
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
            let until = ending.validity.until;
            if ending.validity.is_urgent(now)
                && self.mailed.get(&ending.name) != Some(&until)
                && self.accounts.mail_of_end(&ending).await?
            {
                self.mailed.insert(ending.name, until);
            }
        }
        Ok(())
    }
}

impl Ending {
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are two")]
    fn log(&self, now: Timestamp) {
        let (name, days) = (&self.name, self.validity.days_left(now));
        if let Some(fault) = &self.fault {
            tracing::warn!(name, days, fault, "a certificate ends soon, or has ended, and could not be renewed");
        } else {
            tracing::warn!(name, days, "a certificate ends soon, or has ended, and its files have not been replaced");
        }
    }
}

impl Accounts {
    /// Logs it if browsers cannot open `APP_URL` with the files that were just read.
    pub fn warn_of_unfit_files(&self) {
        if let Err(fault) = self.0.certificates.check(self.app_url().host(), self.0.clock.now()) {
            tracing::warn!(%fault, "browsers cannot open APP_URL with the certificates of TLS_CERT_FILE");
        }
    }

    /// Those of an authority whose order has failed, and all of files; of names that are needed.
    async fn ending_certificates(&self, now: Timestamp) -> Result<Vec<Ending>, AccountError> {
        let apps = self.known_apps().await;
        let Some(acme) = self.acme() else {
            let hosts = self.hosts(&apps.table).into_iter();
            let ending = hosts.filter_map(|name| match self.0.certificates.check(&name, now) {
                Ok(validity) | Err(Unfit::Over(_, validity)) => {
                    validity.is_ending(now).then_some(Ending { name, validity, fault: None })
                }
                Err(Unfit::Missing(_) | Unfit::Early(..)) => None,
            });
            return Ok(ending.collect());
        };
        let (mut issued, (names, _)) = (self.issued_certificates(), self.names(acme, &apps.table));
        issued.retain(|issued| issued.validity.is_ending(now) && names.contains(&issued.name));
        if issued.is_empty() {
            return Ok(Vec::new());
        }
        let mut orders = self.certificate_orders(acme).await?;
        let ending = issued.into_iter().filter_map(|issued| {
            let order = orders.remove(&issued.name).filter(|order| order.failures > 0)?;
            Some(Ending { name: issued.name, validity: issued.validity, fault: Some(order.last_error) })
        });
        Ok(ending.collect())
    }

    /// A mail to each admin, once for each certificate, from whichever node is first. False if there is no admin yet.
    async fn mail_of_end(&self, ending: &Ending) -> Result<bool, AccountError> {
        let (drafts, until) = (self.drafts(), ending.validity.until.secs());
        let setting = format!("certificate-end:{}", ending.name);
        let detail = Detail { host: ending.name.clone(), at: until, ..Detail::default() };
        let queued = self.0.database.write(move |c| {
            let admins = admins::active_admins(c)?;
            if admins.is_empty() || !settings::change(c, &setting, &until.to_string())? {
                return Ok(!admins.is_empty());
            }
            for id in admins.iter().filter_map(|id| UserId::parse(id)) {
                if let Some(record) = users::find_by_id(c, &id)? {
                    drafts.put(c, &drafts.to_user(MailKind::CertificateEnds, &record.user, &detail))?;
                }
            }
            Ok(true)
        });
        let is_notified = queued.await?;
        self.wake_mailer();
        Ok(is_notified)
    }
}
