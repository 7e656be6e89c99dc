//! How an end is heard everywhere before its deed is answered (docs/adr/0007).
//!
//! A deed leaves its news in its own transaction, as the last of it. After the commit this process applies them, and the deed
//! is answered when every other node has applied them too, or can hold no lease any more that is older than the commit.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::session_cache::LEASE;
use super::{Accounts, CLAIMED_SETTING, Phase};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::notice::Notice;
use crate::domain::time::Timestamp;
use crate::storage::{Connection, StorageError, notices, settings};

/// How often a deed looks whether the nodes have heard.
const LOOK: Duration = Duration::from_millis(4);
/// What a deed waits beyond the lease, for the two clocks to differ.
const MARGIN: Duration = Duration::from_millis(200);

/// What a transaction ended, and the number of its newest notice, or of the newest there was when it found nothing to do; 0 when
/// nobody has to hear of anything.
#[derive(Default)]
#[must_use = "other nodes hear of an end only by Accounts::ended"]
pub(super) struct Ended {
    sessions: Vec<SessionId>,
    news: Vec<Notice>,
    number: i64,
}

/// Leaves the end of single sessions, last in the transaction that ended them; without any it is [`done_before`].
pub(super) fn sessions_ended(
    c: &mut Connection,
    sessions: Vec<SessionId>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    let news: Vec<Notice> = sessions.iter().cloned().map(Notice::SessionEnded).collect();
    if news.is_empty() { done_before(c) } else { leave(c, sessions, news, now) }
}

/// For a deed that found done what it was to do: its answer has to hold on every node too, and those may not have heard yet of who
/// did it, not even this one.
pub(super) fn done_before(c: &mut Connection) -> Result<Ended, StorageError> {
    Ok(Ended { number: notices::newest(c)?, ..Ended::default() })
}

/// Leaves the end of `user`'s other sessions, last in the transaction that ended them: those known by name are cut, and of the
/// rest no copy stays.
pub(super) fn others_ended(
    c: &mut Connection,
    user: &UserId,
    sessions: Vec<SessionId>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    let mut news = vec![Notice::UserChanged(user.clone())];
    news.extend(sessions.iter().cloned().map(Notice::SessionEnded));
    leave(c, sessions, news, now)
}

/// Leaves the end of all sessions of `user`, known by name or not, last in the transaction that ended them.
pub(super) fn user_ended(
    c: &mut Connection,
    user: &UserId,
    sessions: Vec<SessionId>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    leave(c, sessions, vec![Notice::UserEnded(user.clone())], now)
}

/// Leaves any other news, last in the transaction of what they tell; `sessions` are those that ended by it.
pub(super) fn leave(
    c: &mut Connection,
    sessions: Vec<SessionId>,
    news: Vec<Notice>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    let number = notices::append(c, &news, now)?;
    Ok(Ended { sessions, news, number })
}

/// Leaves news that other nodes hear in their time: nothing ends by it. A SQLite file has no other node.
pub(super) fn mention(c: &mut Connection, news: Notice, now: Timestamp) -> Result<(), StorageError> {
    match c {
        Connection::Sqlite(_) => Ok(()),
        Connection::Postgres(_) => notices::append(c, &[news], now).map(drop),
    }
}

/// Numbers of notices that this process left and applied itself, so that its watch need not apply them again: by then the
/// same user may have signed in anew.
#[derive(Default)]
pub(super) struct Heard(Mutex<BTreeSet<i64>>);

impl Heard {
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
        // The watch goes through the numbers in order: what is below was skipped by it, in a gap.
        *numbers = numbers.split_off(&number);
        own
    }
}

impl Accounts {
    /// Applies a notice that the watch found, unless the deed that left it has.
    pub fn hear_notice(&self, number: i64, news: &Notice) {
        if !self.0.heard.take(number) {
            self.hear(news);
        }
    }

    /// Forgets every copy, and which notices were heard, and looks whether somebody has claimed the instance: for a node that
    /// was just registered, has missed notices, or may be connected to another database than before, by a failover.
    pub fn start_over(&self) -> Result<(), StorageError> {
        self.0.heard.forget();
        self.0.cache.forget_all();
        if self.0.database.read_blocking(|c| settings::find(c, CLAIMED_SETTING))?.is_some() {
            self.hear(&Notice::Claimed);
        }
        Ok(())
    }

    /// Applies what somebody did to the copies and the open streams of this process.
    pub fn hear(&self, news: &Notice) {
        let (cache, streams) = (&self.0.cache, &self.0.streams);
        match news {
            Notice::SessionEnded(id) => {
                cache.forget(id);
                streams.cut(id);
            }
            Notice::SessionChanged(id) => cache.forget(id),
            Notice::UserEnded(user) => {
                cache.forget_user(user);
                streams.cut_user(user);
            }
            Notice::UserChanged(user) => cache.forget_user(user),
            Notice::AllEnded => {
                cache.forget_all();
                streams.cut_all();
            }
            // Heard twice where it happened: by the deed and by the watch.
            Notice::Claimed if self.phase() == Phase::Claimed => {}
            Notice::Claimed => {
                self.set_phase(Phase::Claimed);
                self.keep_claim_marker();
                cache.forget_all();
                streams.cut_all();
            }
        }
    }

    /// Tells this process and the others what ended, and waits until no node can let it in any more.
    ///
    /// The deed is done whatever happens here. A node that has not heard after the lease and the margin has none: each lease
    /// ends two seconds after a moment at which its node had applied everything committed before.
    pub(super) async fn ended(&self, ended: Ended) {
        ended.news.iter().for_each(|news| self.hear(news));
        // Only now: until it is noted the watch applies it as well, and acknowledges nothing that is not in force here.
        self.0.heard.note(ended.number, ended.news.len());
        if !ended.sessions.is_empty() {
            let (store, sessions) = (self.0.store.clone(), ended.sessions);
            drop(self.0.database.runtime().spawn_blocking(move || store.sweep(&sessions)));
        }
        let begin = self.0.clock.monotonic();
        while ended.number > 0 && self.0.clock.monotonic().saturating_sub(begin) < LEASE + MARGIN {
            let own = if ended.news.is_empty() { String::new() } else { self.0.node.clone() };
            let number = ended.number;
            // A store that cannot be asked is no answer: then the lease has to run out.
            if let Ok(false) = self.0.database.read(move |c| notices::is_awaited(c, number, &own)).await {
                return;
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
