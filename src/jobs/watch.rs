//! The watch on the store: applies what other processes have published, which renews the lease of the cache.

use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::accounts::Accounts;
use crate::domain::notice::Notice;
use crate::storage::notice_listener::NoticeListener;
use crate::storage::{Connection, StorageError, leases, notices};

/// How often the change counter of a SQLite file is checked.
const FILE_INTERVAL: Duration = Duration::from_millis(50);
/// How often the listener to PostgreSQL is checked; docs/adr/0007 discusses the cost and the delay of alternatives.
const LISTENER_INTERVAL: Duration = Duration::from_millis(5);
/// How often a node on PostgreSQL sends a heartbeat and renews its lease.
const BEAT: Duration = Duration::from_millis(500);
/// How long to wait before a lost listener is reopened.
const REOPEN: Duration = Duration::from_millis(500);
/// Own heartbeats without one of another node, after which that node is removed from the list: ten seconds.
const SILENT_BEATS: u32 = 20;
/// How long a job pauses after a panic; longer than the lease of the cache.
pub(super) const PANIC_PAUSE: Duration = Duration::from_secs(3);

/// Applies and acknowledges the notices of other processes, and renews the lease of the cache.
///
/// As long as it lives, this process is in the list of nodes, and whoever ends a session waits for it.
pub struct Watch {
    accounts: Accounts,
    listener: Option<NoticeListener>,
    /// The number of the newest notice applied.
    applied: i64,
    /// When the store was last checked successfully.
    beaten_at: Duration,
    /// Whether the last check failed.
    blind: Arc<AtomicBool>,
    /// The heartbeat of each other node, and own heartbeats since it changed.
    others: HashMap<String, (i64, u32)>,
}

impl Watch {
    /// Registers this process as a node, and applies what others have published.
    pub fn open(accounts: Accounts) -> Result<Self, StorageError> {
        let listener = NoticeListener::open(accounts.database())?;
        let alone = matches!(listener, NoticeListener::Sqlite(_));
        let node = accounts.node().to_owned();
        // Registered before the first session is cached: whoever ends a session from now on waits for this node.
        let applied = accounts.database().write_blocking(|c| {
            if alone {
                notices::remove(c, None)?;
            }
            let newest = notices::newest(c)?;
            notices::register(c, &node, newest)?;
            Ok(newest)
        })?;
        // A claim before that did not notify this node.
        accounts.reset_caches()?;
        if accounts.database().is_pooled() {
            tracing::warn!(
                "DATABASE_URL leads through a pooler that loses notifications (transaction mode?): every check reads \
                    the store; connect directly to PostgreSQL, or use session mode, to enable the cache"
            );
        }
        let mut watch = Self {
            accounts,
            listener: Some(listener),
            applied,
            beaten_at: Duration::ZERO,
            blind: Arc::default(),
            others: HashMap::new(),
        };
        watch.round();
        Ok(watch)
    }

    pub(super) const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Whether the last check failed.
    pub(super) fn blind(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.blind)
    }

    /// Watches until `stop` is set.
    pub(super) fn run(&mut self, stop: &AtomicBool) {
        while panic::catch_unwind(AssertUnwindSafe(|| self.watch(stop))).is_err() {
            self.rest(stop);
        }
    }

    /// After a panic the progress is unknown: starts again as after a lost listener, with an empty cache, once the
    /// lease has expired.
    fn rest(&mut self, stop: &AtomicBool) {
        tracing::error!(job = "watch", "a background job panicked and is restarted");
        self.listener = None;
        self.blind.store(true, Ordering::Release);
        let mut left = PANIC_PAUSE;
        while !left.is_zero() && !stop.load(Ordering::Acquire) {
            thread::sleep(FILE_INTERVAL);
            left = left.saturating_sub(FILE_INTERVAL);
        }
    }

    fn watch(&mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Acquire) {
            let pause = match &self.listener {
                None => REOPEN,
                Some(NoticeListener::Sqlite(_)) => FILE_INTERVAL,
                Some(NoticeListener::Postgres(_)) => LISTENER_INTERVAL,
            };
            thread::sleep(pause);
            self.round();
        }
    }

    /// Checks once. An error closes the listener, and the lease expires unless it is renewed in time.
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
    fn round(&mut self) {
        match self.check() {
            Ok(()) => {
                if self.blind.swap(false, Ordering::AcqRel) {
                    tracing::info!("the store can be watched again");
                }
            }
            Err(fault) => {
                self.listener = None;
                if !self.blind.swap(true, Ordering::AcqRel) {
                    tracing::warn!(%fault, "the store cannot be watched; until it can, every check reads it");
                }
            }
        }
    }

    fn check(&mut self) -> Result<(), StorageError> {
        let begin = self.accounts.clock().monotonic();
        let reopened = self.listener.is_none();
        if reopened {
            self.listener = Some(NoticeListener::open(self.accounts.database())?);
            // Notices published meanwhile close their streams; then the whole cache is invalidated.
            let applied = self.applied;
            let notices = self.on_listener(|c| notices::since(c, applied))?;
            self.apply(notices)?;
            self.accounts.reset_caches()?;
        }
        let Some(listener) = &mut self.listener else { return Ok(()) };
        let notified = listener.has_notices()? || reopened;
        match listener {
            // The counter in shared memory is read after `begin`: if it is unchanged, nothing was committed before.
            NoticeListener::Sqlite(_) => {
                if notified {
                    let database = self.accounts.database().clone();
                    let notices = database.read_blocking(|c| notices::since(c, self.applied))?;
                    if self.apply(notices)? || reopened {
                        let (node, applied) = (self.accounts.node().to_owned(), self.applied);
                        database.write_blocking(|c| notices::acknowledge(c, &node, applied))?;
                    }
                }
                self.accounts.cache().renew_lease(begin);
            }
            NoticeListener::Postgres(_) => {
                if notified || begin.saturating_sub(self.beaten_at) >= BEAT {
                    self.beat(begin)?;
                }
            }
        }
        Ok(())
    }

    /// Reads, applies and acknowledges notices: everything committed before `begin` is then in force here.
    fn beat(&mut self, begin: Duration) -> Result<(), StorageError> {
        let applied = self.applied;
        let notices = self.on_listener(|c| notices::since(c, applied))?;
        self.apply(notices)?;
        let (node, applied) = (self.accounts.node().to_owned(), self.applied);
        if !self.on_listener(|c| notices::acknowledge(c, &node, applied))? {
            // Another node removed this one from the list as dead: nobody has waited for it since.
            self.on_listener(|c| notices::register(c, &node, applied))?;
            let missed = self.on_listener(|c| notices::since(c, applied))?;
            self.apply(missed)?;
        }
        if begin.saturating_sub(self.beaten_at) >= BEAT {
            self.remove_silent_nodes()?;
            self.beaten_at = begin;
        }
        if !self.accounts.database().is_pooled() {
            self.accounts.cache().renew_lease(begin);
        }
        Ok(())
    }

    fn on_listener<T>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let pooled = self.accounts.database().is_pooled();
        match self.listener.as_mut().and_then(NoticeListener::connection) {
            Some(connection) if !pooled => work(connection),
            // Behind a pooler nothing can be prepared outside a transaction.
            _ => self.accounts.database().write_blocking(work),
        }
    }

    /// Applies notices; true if there were any. Missing notices may have been about anything.
    fn apply(&mut self, notices: Option<Vec<(i64, Notice)>>) -> Result<bool, StorageError> {
        let Some(notices) = notices else {
            self.applied = self.on_listener(notices::newest)?;
            self.accounts.apply(&Notice::AllEnded);
            self.accounts.reset_caches()?;
            return Ok(true);
        };
        for (number, notice) in &notices {
            self.accounts.apply_notice(*number, notice)?;
            self.applied = *number;
        }
        Ok(!notices.is_empty())
    }

    /// Removes nodes from the list that have sent no heartbeat for long, counted by own heartbeats and not by any
    /// clock.
    fn remove_silent_nodes(&mut self) -> Result<(), StorageError> {
        let beats = self.on_listener(notices::beats)?;
        let before = std::mem::take(&mut self.others);
        for (node, beat) in beats {
            let missed = before.get(&node).filter(|(old, _)| *old == beat).map_or(0, |(_, missed)| missed + 1);
            if missed >= SILENT_BEATS {
                tracing::warn!(node, "a node has sent no heartbeat for ten seconds and was removed");
                self.on_listener(|c| notices::remove_silent(c, &node, beat))?;
            } else {
                self.others.insert(node, (beat, missed));
            }
        }
        Ok(())
    }
}

impl Drop for Watch {
    /// Nobody waits for a node that has stopped, neither for its answer nor for its work.
    fn drop(&mut self) {
        let node = self.accounts.node().to_owned();
        let gone = self.accounts.database().write_blocking(|c| {
            leases::release_all(c, &node)?;
            notices::remove(c, Some(&node))
        });
        if let Err(fault) = gone {
            tracing::warn!(%fault, "this server could not be removed from the list of running servers");
        }
    }
}
