//! What operators see of certificates: on the checklist, on the command line, and in the metrics.

use std::collections::BTreeMap;

use super::{AccountError, Accounts};
use crate::config::tls::{Acme, CertificateSource};
use crate::domain::certificates::{ChallengeKind, OrderState, Validity};
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
    /// When it is valid; `None` while there is none.
    pub validity: Option<Validity>,
    /// When the next one is ordered, and why the last order failed.
    pub order: Option<OrderState>,
    /// Whether a certificate can be ordered for such a name: not for addresses with `*`, nor for private ones.
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
            let validity = Some(pair.validity);
            let of = move |name| CertificateStatus { name, authority: None, validity, order: None, is_possible: true };
            pair.names.into_iter().map(of)
        });
        status.collect()
    }

    async fn status_of_orders(&self, acme: &Acme) -> Result<Vec<CertificateStatus>, AccountError> {
        self.refresh_certificates().await?;
        let apps = self.apps().await?;
        let mut orders = self.certificate_orders(acme).await?;
        let issued = self.issued_certificates();
        let (possible, _) = self.names(acme, &apps.table);
        let status = self.hosts(&apps.table).into_iter().map(|name| {
            let is_possible = possible.contains(&name);
            let own = issued.iter().find(|issued| issued.name == name);
            let authority = own.map_or(&acme.directory_url, |issued| &issued.directory_url);
            CertificateStatus {
                authority: Some(authority.clone()),
                validity: own.map(|issued| issued.validity),
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
            Ok(validity) if validity.is_ending(now) => {
                Some(Check::advice(TITLE, say("check-certificates-soon").with("until", validity.until.words(now))))
            }
            Ok(_) => None,
            Err(Unfit::Missing(_)) => Some(Check::wrong(TITLE, say("check-certificates-none"))),
            Err(Unfit::Over(_, validity)) => {
                Some(Check::wrong(TITLE, say("check-certificates-over").with("until", validity.until.words(now))))
            }
            Err(Unfit::Early(..)) => Some(Check::wrong(TITLE, say("check-certificates-early"))),
        }
    }

    async fn checks_of_orders(&self) -> Result<Vec<Check>, AccountError> {
        let (list, now) = (self.certificate_status().await?, self.0.clock.now());
        let (wildcards, exact): (Vec<_>, Vec<_>) = list.into_iter().partition(|status| status.name.contains('*'));
        let mut checks: Vec<Check> = exact.iter().filter_map(|status| check(TITLE, status, now)).collect();
        if !wildcards.is_empty() {
            let wildcards: Vec<String> = wildcards.into_iter().map(|status| status.name).collect();
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
        let hosts = self.acme().map(|_| self.hosts(&self.0.apps.last_read().table));
        let mut days: BTreeMap<String, i64> = BTreeMap::new();
        for pair in self.0.certificates.list() {
            let left = pair.validity.days_left(now);
            // That of an app that was deleted is kept for a while.
            let is_needed = |name: &String| hosts.as_ref().is_none_or(|hosts| hosts.contains(name));
            for name in pair.names.into_iter().filter(is_needed) {
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
    match (status.validity.filter(|validity| validity.until > now), failed) {
        (None, None) => Some(Check::advice(title, say("check-certificates-ordered"))),
        (None, Some(order)) => {
            let key = if is_about_proof(order) { "check-certificates-unproved" } else { "check-certificates-missing" };
            Some(Check::wrong(title, with_fault(say(key), order)))
        }
        (Some(validity), Some(order)) => {
            let text = with_fault(say("check-certificates-ends").with("until", validity.until.words(now)), order);
            Some(if validity.is_ending(now) { Check::wrong(title, text) } else { Check::advice(title, text) })
        }
        (Some(_), None) => None,
    }
}

/// Whether the authority asked, and did not get the right answer.
fn is_about_proof(order: &OrderState) -> bool {
    let kinds = [ChallengeKind::TlsAlpn01, ChallengeKind::Http01];
    kinds.iter().any(|kind| order.last_error.starts_with(kind.as_str()))
}
