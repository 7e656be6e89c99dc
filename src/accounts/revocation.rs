//! How a revocation reaches every node before the request that caused it is answered (docs/adr/0007).
//!
//! An operation writes its notices at the end of its own transaction. After the commit this process applies them. The
//! operation returns when every other node has applied them too, or can no longer hold a lease from before the commit.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::entry_cache::LEASE;
use super::{Accounts, CLAIMED_SETTING, Phase};
use crate::domain::access::Person;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::notice::Notice;
use crate::domain::time::Timestamp;
use crate::storage::{Connection, StorageError, groups, notices, settings, users};

/// How often an operation checks whether the other nodes have caught up.
const POLL_INTERVAL: Duration = Duration::from_millis(4);
/// How long an operation waits beyond the lease, in case the two clocks differ.
const MARGIN: Duration = Duration::from_millis(200);

/// What a transaction ended, and the number of its newest notice, or of the newest existing one if it found nothing to
/// do; 0 if no node has to be notified.
#[derive(Default)]
#[must_use = "other nodes are notified only by Accounts::ended"]
pub(super) struct Ended {
    sessions: Vec<SessionId>,
    notices: Vec<Notice>,
    number: i64,
}

/// Publishes the end of single sessions, at the end of the transaction that ended them; without any it is
/// [`already_done`].
pub(super) fn sessions_ended(
    c: &mut Connection,
    sessions: Vec<SessionId>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    let notices: Vec<Notice> = sessions.iter().cloned().map(Notice::SessionEnded).collect();
    if notices.is_empty() { already_done(c) } else { publish(c, sessions, notices, now) }
}

/// For an operation that found nothing to do: its answer must hold on every node too, and some nodes, even this one,
/// may not have applied the earlier change yet.
pub(super) fn already_done(c: &mut Connection) -> Result<Ended, StorageError> {
    Ok(Ended { number: notices::newest(c)?, ..Ended::default() })
}

/// Publishes the end of `user`'s other sessions, at the end of the transaction that ended them: streams of the listed
/// sessions are closed, and cached sessions of the user are invalidated.
pub(super) fn others_ended(
    c: &mut Connection,
    user: &UserId,
    sessions: Vec<SessionId>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    let mut notices = vec![Notice::UserChanged(user.clone())];
    notices.extend(sessions.iter().cloned().map(Notice::SessionEnded));
    publish(c, sessions, notices, now)
}

/// Publishes the end of all sessions of `user`, listed or not, at the end of the transaction that ended them.
pub(super) fn user_ended(
    c: &mut Connection,
    user: &UserId,
    sessions: Vec<SessionId>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    publish(c, sessions, vec![Notice::UserEnded(user.clone())], now)
}

/// Publishes any other notices, at the end of their transaction; `sessions` are those that it ended.
pub(super) fn publish(
    c: &mut Connection,
    sessions: Vec<SessionId>,
    notices: Vec<Notice>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    let number = notices::append(c, &notices, now)?;
    Ok(Ended { sessions, notices, number })
}

/// Publishes a notice that nobody waits for, since it ends nothing. A SQLite file has no other node.
pub(super) fn publish_unawaited(c: &mut Connection, notice: Notice, now: Timestamp) -> Result<(), StorageError> {
    match c {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(_) => notices::append(c, &[notice], now).map(drop),
    }
}

/// Numbers of notices that this process published and applied itself, so that its watch does not apply them again: by
/// then the same user may have signed in again.
#[derive(Default)]
pub(super) struct AppliedNotices(Mutex<BTreeSet<i64>>);

impl AppliedNotices {
    fn note(&self, newest: i64, how_many: usize) {
        let first = newest - i64::try_from(how_many).unwrap_or(0) + 1;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(first..=newest);
    }

    fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn take(&self, number: i64) -> bool {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = numbers.remove(&number);
        // The watch processes the numbers in order: it skipped the lower ones, in a gap.
        *numbers = numbers.split_off(&number);
        own
    }
}

impl Accounts {
    /// Applies a notice that the watch found, unless the operation that published it has.
    pub fn apply_notice(&self, number: i64, notice: &Notice) -> Result<(), StorageError> {
        if self.0.applied_notices.take(number) {
            return Ok(());
        }
        self.apply(notice);
        self.judge_streams(notice)
    }

    /// Closes the open streams whose session, or whose permission by a rule, has expired.
    pub fn cut_expired_streams(&self) {
        let now = self.0.clock.now();
        self.0.streams.cut_expired(now);
        if let Some(apps) = self.cached_apps().filter(|apps| apps.table.has_ends()) {
            self.0.streams.cut_denied(&apps.table, now);
        }
    }

    /// Closes the open streams that what `notice` is about no longer allows; blocks while it reads the store.
    fn judge_streams(&self, notice: &Notice) -> Result<(), StorageError> {
        let (streams, now) = (&self.0.streams, self.0.clock.now());
        let apps = || self.0.database.read_blocking(|c| self.apps_from_store(c));
        match notice {
            Notice::AppsChanged if !streams.is_empty() => streams.cut_denied(&apps()?.table, now),
            Notice::UserChanged(user) if streams.has_of(user) => {
                let found = self.0.database.read_blocking(|c| {
                    let Some(record) = users::find_by_id(c, user)? else { return Ok(None) };
                    Ok(Some(Person::new(record.user, groups::of_user(c, user)?)))
                })?;
                match found {
                    Some(person) => streams.cut_denied_to(&person, &apps()?.table, now),
                    None => streams.cut_user(user),
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Drops every cached session and the record of applied notices, and checks whether somebody has claimed the
    /// instance: for a node that was just registered, has missed notices, or may be connected to another database than
    /// before, after a failover.
    pub fn reset_caches(&self) -> Result<(), StorageError> {
        self.0.applied_notices.forget();
        self.0.cache.invalidate_all();
        self.0.apps.invalidate();
        if self.0.database.read_blocking(|c| settings::find(c, CLAIMED_SETTING))?.is_some() {
            self.apply(&Notice::Claimed);
        }
        self.judge_streams(&Notice::AppsChanged)
    }

    /// Applies a notice to the cached sessions and open streams of this process.
    pub fn apply(&self, notice: &Notice) {
        let (cache, streams) = (&self.0.cache, &self.0.streams);
        match notice {
            Notice::SessionEnded(id) => {
                cache.forget(id);
                streams.cut(id);
            }
            Notice::SessionChanged(id) => cache.forget(id),
            Notice::TokenEnded(id) => {
                cache.tokens.forget(id);
                streams.cut_token(id);
            }
            Notice::UserEnded(user) => {
                cache.invalidate_user(user);
                streams.cut_user(user);
            }
            Notice::UserChanged(user) => cache.invalidate_user(user),
            Notice::AppsChanged => self.0.apps.invalidate(),
            // The rules lose the group as well, which closes the streams.
            Notice::GroupDeleted(group) => {
                cache.invalidate_group(group);
                streams.forget_group(group);
            }
            Notice::AllEnded => {
                cache.invalidate_all();
                streams.cut_all();
            }
            // Applied twice on the node where it happened: by the operation and by the watch.
            Notice::Claimed if self.phase() == Phase::Claimed => {}
            Notice::Claimed => {
                self.set_phase(Phase::Claimed);
                self.keep_claim_marker();
                cache.invalidate_all();
                streams.cut_all();
            }
        }
    }

    /// Applies the notices in this process, and waits until no other node can accept what ended.
    ///
    /// The operation is committed whatever happens here. After the lease and the margin a node that has not caught up
    /// has no lease: each lease ends two seconds after a moment at which its node had applied everything committed
    /// before.
    pub(super) async fn ended(&self, ended: Ended) {
        ended.notices.iter().for_each(|notice| self.apply(notice));
        let (this, published) = (self.clone(), ended.notices.clone());
        let judge = move || published.iter().try_for_each(|notice| this.judge_streams(notice));
        if !self.0.streams.is_empty() && !matches!(self.0.database.runtime().spawn_blocking(judge).await, Ok(Ok(()))) {
            self.0.streams.cut_all();
        }
        // Only now: until this is recorded the watch applies the notices as well, so it never acknowledges anything
        // that is not in force here.
        self.0.applied_notices.note(ended.number, ended.notices.len());
        if !ended.sessions.is_empty() {
            let (store, sessions) = (self.0.store.clone(), ended.sessions);
            drop(self.0.database.runtime().spawn_blocking(move || store.sweep(&sessions)));
        }
        let begin = self.0.clock.monotonic();
        while ended.number > 0 && self.0.clock.monotonic().saturating_sub(begin) < LEASE + MARGIN {
            let own = if ended.notices.is_empty() { String::new() } else { self.0.node.clone() };
            let number = ended.number;
            // If the store cannot be asked, the lease has to run out.
            if let Ok(false) = self.0.database.read(move |c| notices::is_awaited(c, number, &own)).await {
                return;
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}
