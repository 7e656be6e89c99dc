//! What operators see of certificates: on the checklist, on the command line, and in the metrics.

use std::collections::BTreeMap;

use super::{AccountError, Accounts};
use crate::config::tls::{Acme, CertificateSource};
use crate::domain::certificates::{OrderState, WARNING_DAYS, days_left};
use crate::domain::checklist::Check;
use crate::domain::measure::{self, Exposition};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::tls::certificates::Unfit;

/// The title of the lines on the checklist.
const TITLE: &str = "check-certificates";

/// The certificate of one name, or why there is none.
#[derive(Clone, Debug)]
pub struct CertificateStatus {
    /// The name.
    pub name: String,
    /// Who issues it: the directory of an authority, or none for files.
    pub authority: Option<String>,
    /// Until when it is valid; `None` while there is none.
    pub until: Option<Timestamp>,
    /// When the next one is ordered, and why the last order failed.
    pub order: Option<OrderState>,
    /// Whether this authority gives certificates for such a name.
    pub is_possible: bool,
}

impl Accounts {
    /// The certificates of files, of the authority, and those that are missing, by name.
    pub async fn certificate_status(&self) -> Result<Vec<CertificateStatus>, AccountError> {
        let mut list = match self.acme() {
            Some(acme) => self.status_of_orders(acme).await?,
            None => self.status_of_files(),
        };
        list.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(list)
    }

    fn status_of_files(&self) -> Vec<CertificateStatus> {
        let pairs = self.0.certificates.list().into_iter();
        let status = pairs.flat_map(|pair| {
            let until = Some(pair.not_after);
            let of = move |name| CertificateStatus { name, authority: None, until, order: None, is_possible: true };
            pair.names.into_iter().map(of)
        });
        status.collect()
    }

    async fn status_of_orders(&self, acme: &Acme) -> Result<Vec<CertificateStatus>, AccountError> {
        self.refresh_certificates().await?;
        let apps = self.apps().await?;
        let mut orders = self.certificate_orders().await?;
        let issued = self.issued_certificates();
        let (possible, impossible) = self.names(acme, &apps.table);
        let possible = possible.into_iter().map(|name| (name, true));
        let all = possible.chain(impossible.into_iter().map(|name| (name, false)));
        let status = all.map(|(name, is_possible)| {
            let own = issued.iter().find(|issued| issued.name == name);
            let authority = own.map_or(&acme.directory_url, |issued| &issued.directory_url);
            CertificateStatus {
                authority: Some(authority.clone()),
                until: own.map(|issued| issued.not_after),
                order: orders.remove(&name),
                is_possible,
                name,
            }
        });
        Ok(status.collect())
    }

    /// Lines of the checklist about certificates; none where the gate does not speak https itself.
    pub async fn certificate_checks(&self) -> Result<Vec<Check>, AccountError> {
        match self.0.config.server.tls.as_ref().map(|tls| &tls.source) {
            None => Ok(Vec::new()),
            Some(CertificateSource::Acme(_)) => self.checks_of_orders().await,
            Some(CertificateSource::Files(_)) => self.checks_of_files().await,
        }
    }

    async fn checks_of_files(&self) -> Result<Vec<Check>, AccountError> {
        let (apps, now) = (self.apps().await?, self.0.clock.now());
        let checks: Vec<Check> =
            self.hosts(&apps.table).iter().filter_map(|host| self.check_of_files(host, now)).collect();
        Ok(if checks.is_empty() { vec![Check::good(TITLE, Text::new("check-certificates-files"))] } else { checks })
    }

    fn check_of_files(&self, host: &str, now: Timestamp) -> Option<Check> {
        let say = |key| Text::new(key).with("name", host);
        match self.0.certificates.check(host, now) {
            Ok(until) if days_left(until, now) < WARNING_DAYS => {
                Some(Check::advice(TITLE, say("check-certificates-soon").with("until", until.words(now))))
            }
            Ok(_) => None,
            Err(Unfit::Missing(_)) => Some(Check::wrong(TITLE, say("check-certificates-none"))),
            Err(Unfit::Over(_, until)) => {
                Some(Check::wrong(TITLE, say("check-certificates-over").with("until", until.words(now))))
            }
            Err(Unfit::Early(..)) => Some(Check::wrong(TITLE, say("check-certificates-early"))),
        }
    }

    async fn checks_of_orders(&self) -> Result<Vec<Check>, AccountError> {
        let (list, now) = (self.certificate_status().await?, self.0.clock.now());
        let mut checks: Vec<Check> = list.iter().filter_map(|status| check(TITLE, status, now)).collect();
        let apps = self.apps().await?;
        let wildcards: Vec<String> = Self::wildcards(&apps.table).into_iter().collect();
        if !wildcards.is_empty() {
            let text = Text::new("check-certificates-wildcard").with("names", wildcards.join(", "));
            checks.push(Check::advice(TITLE, text));
        }
        if checks.is_empty() {
            checks.push(Check::good(TITLE, Text::new("check-certificates-good")));
        }
        Ok(checks)
    }

    /// The days that each certificate is valid for, by name.
    pub(super) fn write_certificates(&self, page: &mut Exposition) {
        const NAME: &str = "portcullis_certificate_days_left";
        let now = self.0.clock.now();
        let mut days: BTreeMap<String, i64> = BTreeMap::new();
        for pair in self.0.certificates.list() {
            let left = days_left(pair.not_after, now);
            for name in pair.names {
                let known = days.entry(name).or_insert(left);
                // Of two the one that is valid for longer is shown.
                *known = left.max(*known);
            }
        }
        page.begin(NAME, "gauge", "Whole days until a certificate ends.");
        for (name, left) in days {
            page.value(NAME, &measure::label("name", &name), left);
        }
    }
}

fn check(title: &'static str, status: &CertificateStatus, now: Timestamp) -> Option<Check> {
    let say = |key| Text::new(key).with("name", &status.name);
    if !status.is_possible {
        return Some(Check::advice(title, say("check-certificates-private")));
    }
    let failed = status.order.as_ref().filter(|order| order.failures > 0);
    let with_fault =
        |text: Text, order: &OrderState| text.with("fault", &order.last_error).with("next", order.due_at.words(now));
    match (status.until.filter(|until| *until > now), failed) {
        (None, None) => Some(Check::advice(title, say("check-certificates-ordered"))),
        (None, Some(order)) => Some(Check::wrong(title, with_fault(say("check-certificates-missing"), order))),
        (Some(until), Some(order)) => {
            let text = with_fault(say("check-certificates-ends").with("until", until.words(now)), order);
            let is_soon = days_left(until, now) < WARNING_DAYS;
            Some(if is_soon { Check::wrong(title, text) } else { Check::advice(title, text) })
        }
        (Some(_), None) => None,
    }
}
