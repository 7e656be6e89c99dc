//! Periodic maintenance: deletes what has expired, and records which sessions are in use.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::session_cache::is_unused;
use super::throttle::{IN_A_ROW, MAX_BUCKETS};
use super::{AccountError, Accounts};
use crate::domain::audit::Event;
use crate::domain::ids::SessionId;
use crate::domain::session::{IdleLimit, LAST_SEEN_PRECISION_SECS, Session};
use crate::domain::throttle::LONGEST_WINDOW_SECS;
use crate::domain::time::Timestamp;
use crate::storage::session_store::SessionStore;
use crate::storage::{
    Connection, StorageError, acme, attempts, audit, machine_tokens, mails, notices, passkeys, settings, shared_time,
    tokens,
};

/// Seconds for which finished mails stay on the admin page: thirty days.
const MAILS_KEPT_SECS: i64 = 30 * 86_400;
/// Seconds for which expired machine tokens stay in lists: thirty days.
const EXPIRED_TOKENS_KEPT_SECS: i64 = 30 * 86_400;
/// Seconds for which used challenges are kept after they expired: a node whose clock is behind would still accept their
/// answers.
const CHALLENGES_KEPT_SECS: i64 = 3600;
/// The setting that stores the configuration of the last start.
const CONFIGURATION: &str = "configuration";
/// Seconds for which notices are kept; a node that was away for longer invalidates its whole cache.
const NOTICES_KEPT_SECS: i64 = 3600;
/// Seconds by which the clocks of a node and of the database may differ without a warning.
const CLOCKS_DIFFER_SECS: i64 = 60;

/// Passkeys that do not work, because they were made for hosts that `APP_URL` had before.
#[derive(Clone, Debug)]
pub struct LostPasskeys {
    /// How many passkeys there are.
    pub count: i64,
    /// The hosts for which they were made, separated by commas.
    pub hosts: String,
}

impl Accounts {
    /// Deletes what has expired or exceeds its limit. A failing step does not keep the others from running.
    pub async fn clean_up(&self) {
        let Some(now) = self.cleaning_time().await else { return };
        let keys = self.0.store.clone();
        self.clean("sessions", move |c| SessionStore::delete_expired(c, now)).await;
        self.clean("notices", move |c| notices::delete_older(c, now.plus(-NOTICES_KEPT_SECS))).await;
        self.clean("links", move |c| tokens::delete_expired(c, now)).await;
        self.clean("challenges", move |c| passkeys::delete_expired(c, now.plus(-CHALLENGES_KEPT_SECS))).await;
        self.clean("answers to authorities", move |c| acme::delete_expired(c, now)).await;
        self.clean("tokens", move |c| machine_tokens::delete_expired(c, now.plus(-EXPIRED_TOKENS_KEPT_SECS))).await;
        self.clean("attempts", move |c| attempts::trim(c, now.plus(-LONGEST_WINDOW_SECS), &IN_A_ROW, MAX_BUCKETS))
            .await;
        self.clean_certificates(now).await;
        self.clean("mails", move |c| mails::delete_done(c, now.plus(-MAILS_KEPT_SECS))).await;
        if let Some(days) = self.0.config.audit_days {
            self.clean("audit lines", move |c| audit::delete_older(c, now.plus(-days * 86_400))).await;
        }
        // This scans all of Redis: no connection and no lock of the database is kept meanwhile.
        let pruned = self.0.database.runtime().spawn_blocking(move || keys.prune()).await;
        note("keys", pruned.unwrap_or_else(|fault| Err(StorageError::Unavailable(fault.to_string()))));
    }

    async fn clean_certificates(&self, now: Timestamp) {
        if let Err(fault) = self.forget_certificates(now).await {
            tracing::warn!(%fault, what = "certificates", "a maintenance step failed and will be retried");
        }
    }

    /// Deletes notices that every node has applied: a signed-in user can cause hundreds a second.
    pub async fn delete_applied_notices(&self) {
        self.clean("notices", notices::delete_applied).await;
    }

    /// The time before which things must have expired to be deleted permanently: the earlier one of this node's and the
    /// database's clock, or one node whose clock is far ahead would delete what is live for all others. `None` if the
    /// database does not answer.
    async fn cleaning_time(&self) -> Option<Timestamp> {
        let own = self.0.clock.now();
        let shared = self.0.database.read(shared_time).await;
        let shared = shared.inspect_err(
            |fault| tracing::warn!(%fault, what = "everything", "a maintenance step failed and will be retried"),
        );
        let there = shared.ok()?.unwrap_or(own);
        let ahead = own.since(there);
        let differ = ahead.saturating_abs() > CLOCKS_DIFFER_SECS;
        if differ && !self.0.clocks_differ.load(Ordering::Relaxed) {
            tracing::warn!(
                seconds = ahead,
                "the clocks of this node and the database differ; the earlier one decides what has expired"
            );
        }
        self.0.clocks_differ.store(differ, Ordering::Relaxed);
        Some(own.min(there))
    }

    async fn clean<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&mut Connection) -> Result<T, StorageError> + Send + 'static,
    ) {
        note(what, self.0.database.write(work).await);
    }

    /// Closes open streams whose sessions and tokens are no longer in the store, for whatever reason.
    pub async fn close_streams_of_ended_sessions(&self) -> Result<(), AccountError> {
        for session in self.0.streams.sessions() {
            let (store, now, id, idle) =
                (self.0.store.clone(), self.0.clock.now(), session.clone(), self.0.config.sessions.idle);
            let found = self.0.database.read(move |c| store.find_live(c, &id, now)).await?;
            if found.is_none_or(|session| is_unused(idle, &session, now)) {
                self.0.cache.forget(&session);
                self.0.streams.cut(&session);
            }
        }
        for token in self.0.streams.tokens() {
            if self.read_token(&token).await?.is_none() {
                self.0.cache.tokens.forget(&token);
                self.0.streams.cut_token(&token);
            }
        }
        Ok(())
    }

    /// Compares the configuration with that of the previous start, and audits which variables differ; never their
    /// values.
    pub async fn record_configuration(&self, current: BTreeMap<String, String>) -> Result<(), AccountError> {
        let mut line = self.audit_line(Event::ConfigChanged, "", "", "");
        let noted = self.0.database.write(move |c| {
            let before: Option<BTreeMap<String, String>> =
                settings::find(c, CONFIGURATION)?.and_then(|text| serde_json::from_str(&text).ok());
            if before.as_ref() == Some(&current) {
                return Ok(());
            }
            settings::put(c, CONFIGURATION, &serde_json::to_string(&current).unwrap_or_default())?;
            let Some(before) = before else { return Ok(()) };
            let changed =
                current.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name.as_str());
            line.detail = changed.collect::<Vec<_>>().join(", ");
            audit::append(c, &line)
        });
        Ok(noted.await?)
    }

    /// The value of a variable at the last start of the server; `None` before the first start.
    pub async fn noted(&self, name: &'static str) -> Result<Option<String>, AccountError> {
        Ok(self.0.database.read(|c| noted(c, name)).await?)
    }

    /// The passkeys that were made for another host than that of `APP_URL`.
    pub async fn lost_passkeys(&self) -> Result<Option<LostPasskeys>, AccountError> {
        let host = self.app_url().host().to_owned();
        let found = self.0.database.read(move |c| passkeys::count_of_other_hosts(c, &host)).await?;
        let hosts: Vec<&str> = found.iter().map(|(host, _)| host.as_str()).collect();
        let lost = LostPasskeys { count: found.iter().map(|(_, count)| count).sum(), hosts: hosts.join(", ") };
        Ok(Some(lost).filter(|lost| lost.count > 0))
    }

    /// Records that a session is in use, every few minutes. If idle sessions expire, the request waits for it;
    /// otherwise it happens concurrently.
    pub(super) async fn record_use(&self, session: &Session, now: Timestamp) {
        let idle = self.0.config.sessions.idle;
        if now.since(session.last_seen_at) < idle.map_or(LAST_SEEN_PRECISION_SECS, IdleLimit::note_secs) {
            return;
        }
        if idle.is_some() {
            return self.touch(session.id.clone(), now).await;
        }
        let (this, id) = (self.clone(), session.id.clone());
        drop(self.0.database.runtime().spawn(async move { this.touch(id, now).await }));
    }

    async fn touch(&self, id: SessionId, now: Timestamp) {
        let store = self.0.store.clone();
        if let Err(fault) = self.0.database.write(move |c| store.touch(c, &id, now)).await {
            tracing::debug!(%fault, "the last use of a session could not be recorded");
        }
    }
}

/// [`Accounts::noted`] in a transaction.
pub(super) fn noted(c: &mut Connection, name: &str) -> Result<Option<String>, StorageError> {
    let noted: Option<BTreeMap<String, String>> =
        settings::find(c, CONFIGURATION)?.and_then(|text| serde_json::from_str(&text).ok());
    Ok(noted.and_then(|mut noted| noted.remove(name)))
}

/// Logs that a step of the maintenance failed.
fn note<T>(what: &str, done: Result<T, StorageError>) {
    if let Err(fault) = done {
        tracing::warn!(%fault, what, "a maintenance step failed and will be retried");
    }
}
