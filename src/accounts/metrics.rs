//! What operators can count: requests, sign-ins, queues, copies and the stores.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::{AccountError, Accounts};
use crate::domain::factors::FactorKind;
use crate::domain::mail::MailState;
use crate::domain::measure::{Counter, Exposition, Histogram};
use crate::storage::{Connection, StorageError, factors, mails, notices};

/// How long a scrape waits for what only the store knows: less than any scraper does.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How long what was counted in the store is kept: in large tables counting takes longer than all the rest.
const KEPT: Duration = Duration::from_mins(1);

/// Who was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Forward-auth.
    Check,
    /// The app behind the proxy.
    Proxy,
    /// A page or the JSON of ours.
    Page,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Let through, or answered.
    Allowed,
    /// Sent to sign-in.
    SignIn,
    /// Refused: a mistake of who asked, or no right to it.
    Refused,
    /// A fault of ours or of what stands behind.
    Unavailable,
}

const ASKED: [(Asked, &str); 3] = [(Asked::Check, "check"), (Asked::Proxy, "proxy"), (Asked::Page, "page")];
const OUTCOMES: [(Outcome, &str); 4] = [
    (Outcome::Allowed, "allowed"),
    (Outcome::SignIn, "sign_in"),
    (Outcome::Refused, "refused"),
    (Outcome::Unavailable, "unavailable"),
];

/// One for each pair of [`ASKED`] and [`OUTCOMES`].
#[derive(Debug, Default)]
struct Requests([[Histogram; OUTCOMES.len()]; ASKED.len()]);

/// The counts of one server.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Requests,
    signed_in: Counter,
    failed: Counter,
    throttled: Counter,
    busy: Counter,
    unavailable: Counter,
    pub(super) copies_missed: Counter,
    pub(super) mails_over_limit: Counter,
    pub(super) mails_dropped: Counter,
    pub(super) tokens_refused: Counter,
    factors_right: Counter,
    factors_wrong: Counter,
    kept: Mutex<Option<(Duration, Counted)>>,
}

/// What was counted in the store.
#[derive(Clone, Copy, Debug)]
struct Counted {
    factors: [i64; FactorKind::ALL.len()],
    sessions: i64,
    queued: i64,
    failed: i64,
}

impl Outcome {
    /// What an answer of ours with that status says.
    pub const fn of_status(status: u16) -> Self {
        match status {
            500.. => Self::Unavailable,
            401 => Self::SignIn,
            400.. => Self::Refused,
            _ => Self::Allowed,
        }
    }
}

impl Metrics {
    /// Notes one request.
    pub fn request(&self, asked: Asked, verdict: Outcome, took: Duration) {
        let row = self.requests.0.iter().zip(ASKED).find(|(_, (which, _))| *which == asked).map(|(row, _)| row);
        let cell = row
            .and_then(|row| row.iter().zip(OUTCOMES).find(|(_, (which, _))| *which == verdict).map(|(cell, _)| cell));
        if let Some(cell) = cell {
            cell.note(took);
        }
    }

    pub(super) fn sign_in<T>(&self, outcome: &Result<T, AccountError>) {
        match outcome {
            Ok(_) => self.signed_in.rise(),
            Err(AccountError::TooMany { .. }) => self.throttled.rise(),
            Err(AccountError::Busy { .. }) => self.busy.rise(),
            Err(AccountError::Unavailable(_) | AccountError::Internal(_)) => self.unavailable.rise(),
            Err(_) => self.failed.rise(),
        }
    }

    /// Notes one answer to the second step of a sign-in.
    pub(super) fn second_step<T>(&self, outcome: &Result<T, AccountError>) {
        match outcome {
            Ok(_) => self.factors_right.rise(),
            Err(AccountError::Rules(_) | AccountError::Link) => self.factors_wrong.rise(),
            Err(_) => {}
        }
    }

    /// What was counted last, if that is not too long ago.
    fn kept(&self, now: Duration) -> Option<Counted> {
        let kept = *self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.filter(|(at, _)| now.saturating_sub(*at) < KEPT).map(|(_, counted)| counted)
    }

    fn write(&self, page: &mut Exposition) {
        page.begin("portcullis_request_seconds", "histogram", "Requests by endpoint and outcome.");
        for (row, (_, asked)) in self.requests.0.iter().zip(ASKED) {
            for (cell, (_, verdict)) in row.iter().zip(OUTCOMES) {
                page.histogram("portcullis_request_seconds", &format!("asked=\"{asked}\",verdict=\"{verdict}\""), cell);
            }
        }
        page.begin("portcullis_sign_ins_total", "counter", "Sign-ins by outcome.");
        let outcomes = [
            ("ok", &self.signed_in),
            ("failed", &self.failed),
            ("throttled", &self.throttled),
            ("busy", &self.busy),
            ("unavailable", &self.unavailable),
        ];
        for (outcome, counter) in outcomes {
            page.counter("portcullis_sign_ins_total", &format!("outcome=\"{outcome}\""), counter);
        }
        page.begin("portcullis_second_steps_total", "counter", "Answers to the second step of a sign-in by outcome.");
        page.counter("portcullis_second_steps_total", "outcome=\"ok\"", &self.factors_right);
        page.counter("portcullis_second_steps_total", "outcome=\"failed\"", &self.factors_wrong);
        page.begin("portcullis_copies_missed_total", "counter", "Checks that had to read the store.");
        page.counter("portcullis_copies_missed_total", "", &self.copies_missed);
        page.begin("portcullis_tokens_refused_total", "counter", "Requests with a machine token that was refused.");
        page.counter("portcullis_tokens_refused_total", "", &self.tokens_refused);
        page.begin("portcullis_mails_left_out_total", "counter", "Mails that were not queued, by reason.");
        page.counter("portcullis_mails_left_out_total", "reason=\"limit\"", &self.mails_over_limit);
        page.counter("portcullis_mails_left_out_total", "reason=\"full\"", &self.mails_dropped);
    }
}

impl Accounts {
    /// The counts of this server.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Everything that can be counted, for Prometheus. What only the store knows is left out while it does not answer.
    pub async fn exposition(&self) -> String {
        let mut page = Exposition::default();
        page.begin("portcullis_build_info", "gauge", "The running version.");
        page.value("portcullis_build_info", concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""), 1);
        self.0.metrics.write(&mut page);
        self.write_decisions(&mut page);
        self.write_certificates(&mut page);
        let lease = self.0.cache.has_lease(self.0.clock.monotonic());
        let gauge = |page: &mut Exposition, name: &str, help: &str, value: usize| {
            page.begin(name, "gauge", help);
            page.value(name, "", i64::try_from(value).unwrap_or(i64::MAX));
        };
        gauge(&mut page, "portcullis_copies", "Sessions cached in memory.", self.0.cache.len());
        gauge(
            &mut page,
            "portcullis_lease",
            "1 while the cache may be used, 0 while every check reads the store.",
            usize::from(lease),
        );
        gauge(&mut page, "portcullis_streams", "Sessions with open WebSockets or streams.", self.0.streams.len());
        gauge(&mut page, "portcullis_hash_queue", "Password checks that wait or run.", self.0.hasher.waiting());
        page.begin(
            "portcullis_store_seconds",
            "histogram",
            "Database operations, including the wait for a connection.",
        );
        let (reads, writes, faults) = self.0.database.times();
        page.histogram("portcullis_store_seconds", "use=\"read\"", reads);
        page.histogram("portcullis_store_seconds", "use=\"write\"", writes);
        page.begin("portcullis_store_faults_total", "counter", "Failed database operations.");
        page.counter("portcullis_store_faults_total", "", faults);
        let (counted, answers) = tokio::join!(self.counted(), timeout(TIMEOUT, self.check_ready()));
        if let Some((Counted { factors, sessions, queued, failed }, nodes)) = counted {
            page.begin("portcullis_factors", "gauge", "Second factors of all people by kind.");
            for (kind, count) in FactorKind::ALL.iter().zip(factors) {
                page.value("portcullis_factors", &format!("kind=\"{}\"", kind.as_str()), count);
            }
            page.begin("portcullis_sessions", "gauge", "Live sessions.");
            page.value("portcullis_sessions", "", sessions);
            page.begin("portcullis_mails", "gauge", "Mails by state.");
            page.value("portcullis_mails", "state=\"queued\"", queued);
            page.value("portcullis_mails", "state=\"failed\"", failed);
            gauge(&mut page, "portcullis_nodes", "Running nodes.", nodes);
        }
        gauge(
            &mut page,
            "portcullis_store_up",
            "1 if the store is available.",
            usize::from(matches!(answers, Ok(Ok(())))),
        );
        page.into_text()
    }

    /// Live sessions and mails, as they were within the last minute, and the nodes; none when the store does not say
    /// soon.
    async fn counted(&self) -> Option<(Counted, usize)> {
        let (store, now, monotonic) = (self.0.store.clone(), self.0.clock.now(), self.0.clock.monotonic());
        let kept = self.0.metrics.kept(monotonic);
        let count = self.0.database.read(move |c| {
            let counted = match kept {
                Some(counted) => counted,
                None => Counted {
                    factors: count_factors(c)?,
                    sessions: store.count(c, now)?,
                    queued: mails::count(c, MailState::Queued)?,
                    failed: mails::count(c, MailState::Failed)?,
                },
            };
            Ok((counted, notices::beats(c)?.len()))
        });
        let counted =
            timeout(TIMEOUT, count).await.unwrap_or_else(|late| Err(StorageError::Unavailable(late.to_string())));
        let counted =
            counted.inspect_err(|fault| tracing::warn!(%fault, "the store did not answer for the metrics")).ok()?;
        if kept.is_none() {
            *self.0.metrics.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((monotonic, counted.0));
        }
        Some(counted)
    }
}

/// How many factors there are of each kind.
fn count_factors(c: &mut Connection) -> Result<[i64; FactorKind::ALL.len()], StorageError> {
    let mut counts = [0; FactorKind::ALL.len()];
    for (count, kind) in counts.iter_mut().zip(FactorKind::ALL) {
        *count = factors::count_of_kind(c, *kind)?;
    }
    Ok(counts)
}
