//! Says in time that a certificate ends and could not be renewed: in the log every day, and to admins by mail.

use std::collections::BTreeMap;

use super::certificates::Issued;
use super::outgoing::Detail;
use super::{AccountError, Accounts};
use crate::domain::certificates::{MAIL_DAYS, OrderState, WARNING_DAYS, days_left};
use crate::domain::ids::UserId;
use crate::domain::mail::MailKind;
use crate::domain::time::Timestamp;
use crate::storage::{admins, certificates, users};

/// Seconds after which the same warning is logged again.
const AGAIN_SECS: i64 = 86_400;

/// What was logged, by name.
pub(super) struct CertificateWarnings(BTreeMap<String, Timestamp>);

impl CertificateWarnings {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Warns of each certificate that ends soon and whose renewal has failed.
    pub(super) async fn round(&mut self, accounts: &Accounts) -> Result<(), AccountError> {
        let now = accounts.0.clock.now();
        let mut ending = accounts.issued_certificates();
        ending.retain(|issued| days_left(issued.not_after, now) < WARNING_DAYS);
        if ending.is_empty() {
            return Ok(());
        }
        let orders: BTreeMap<String, OrderState> =
            accounts.0.database.read(certificates::orders).await?.into_iter().collect();
        for issued in ending {
            let Some(order) = orders.get(&issued.name).filter(|order| order.failures > 0) else { continue };
            let days = days_left(issued.not_after, now);
            if self.0.get(&issued.name).is_none_or(|last| now.since(*last) >= AGAIN_SECS) {
                let (name, fault) = (&issued.name, &order.last_error);
                tracing::warn!(name, days, fault, "a certificate ends soon and could not be renewed");
                self.0.insert(issued.name.clone(), now);
            }
            if days < MAIL_DAYS {
                accounts.mail_of_end(issued).await?;
            }
        }
        Ok(())
    }
}

impl Accounts {
    /// A mail to each admin, once for each certificate, from whichever node is first.
    async fn mail_of_end(&self, issued: Issued) -> Result<(), AccountError> {
        let (drafts, now) = (self.drafts(), self.0.clock.now());
        let queued = self.0.database.write(move |c| {
            if !certificates::note_mail(c, &issued.name, &issued.version, now)? {
                return Ok(false);
            }
            let until = issued.not_after.secs();
            let detail = Detail { host: issued.name.clone(), at: until, ..Detail::default() };
            for id in admins::active_admins(c)?.iter().filter_map(|id| UserId::parse(id)) {
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
