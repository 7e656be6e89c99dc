//! Work beside requests: hearing what other processes did, which keeps the copies' lease, mails, and cleaning up.

use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::FutureExt;

use crate::accounts::Accounts;
use crate::domain::notice::Notice;
use crate::storage::notice_listener::NoticeListener;
use crate::storage::{Connection, StorageError, notices};

/// How often the number of a SQLite file is looked at.
const FILE_INTERVAL: Duration = Duration::from_millis(50);
/// How often the listener to PostgreSQL is looked at; the price and the delay of others are in docs/adr/0007.
const LISTENER_INTERVAL: Duration = Duration::from_millis(5);
/// How often a node on PostgreSQL shows that it lives, and renews its lease.
const BEAT: Duration = Duration::from_millis(500);
/// How long a lost listener is left alone before it is opened again.
const REOPEN: Duration = Duration::from_millis(500);
/// Own beats without one of another node, after which that one is taken off the list: ten seconds.
const SILENT_BEATS: u32 = 20;
/// How often notices are forgotten that everybody has notified.
const MINUTE: Duration = Duration::from_mins(1);
/// How often expired rows are looked for.
const CLEANING_MINUTES: u32 = 10;
/// How long a job rests after a panic; longer than the lease of the copies.
const PANIC_PAUSE: Duration = Duration::from_secs(3);
/// How often the queue of mails is looked at for mails of other processes and for retries.
const MAIL_INTERVAL: Duration = Duration::from_millis(500);
/// How long the mailer waits after a fault of the store.
const MAIL_PAUSE: Duration = Duration::from_secs(2);
/// How often it is looked whether streams may go on.
const STREAM_INTERVAL: Duration = Duration::from_secs(1);
/// How often it is looked whether the sessions of open streams are still in the store, in looks: ten seconds.
const STREAM_ROUNDS_PER_STORE_CHECK: u32 = 10;
/// SessionPolling in a row at a store that cannot be asked, after which open streams are cut: thirty seconds.
const STREAM_ROUNDS_WITHOUT_STORE: u32 = 30;
/// How long a stopping server waits for a watch that may hang in a question to the store.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The running jobs; dropping it stops them.
pub struct Jobs {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Jobs {
    /// Registers this process as a node and starts its jobs.
    pub fn start(accounts: &Accounts) -> Result<Self, StorageError> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut watch = Watch::open(accounts.clone())?;
        let (stopped, blind) = (Arc::clone(&stop), Arc::clone(&watch.blind));
        let runtime = accounts.database().runtime().clone();
        let thread = thread::Builder::new().name("watch".to_owned()).spawn(move || {
            // What it logs is told from the lines of another server in this process by its runtime.
            let _entered = runtime.enter();
            watch.run(&stopped);
        });
        let thread = thread.map_err(|fault| StorageError::Unavailable(fault.to_string()))?;
        let runtime = accounts.database().runtime();
        let tasks = vec![
            runtime.spawn(restart_on_panic("mails", accounts.clone(), deliver)),
            runtime.spawn(restart_on_panic("streams", accounts.clone(), move |accounts| {
                close_stale_streams(accounts, Arc::clone(&blind))
            })),
            runtime.spawn(restart_on_panic("cleaning", accounts.clone(), clean)),
        ];
        Ok(Self { stop, thread: Some(thread), tasks })
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A mail that is on its way stays claimed for a while and is tried again by the next server.
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
        let Some(thread) = self.thread.take() else { return };
        let mut left = SHUTDOWN_TIMEOUT;
        while !thread.is_finished() && !left.is_zero() {
            thread::sleep(LISTENER_INTERVAL);
            left = left.saturating_sub(LISTENER_INTERVAL);
        }
        if thread.is_finished() && thread.join().is_err() {
            tracing::error!("the watch on the store ended by a panic");
        }
    }
}

/// Hears what other processes did, applies and acknowledges it, and renews the lease of the copies.
struct Watch {
    accounts: Accounts,
    listener: Option<NoticeListener>,
    /// The newest notice applied.
    applied: i64,
    /// When the store was last looked at, successfully.
    beaten_at: Duration,
    /// Whether the last look failed.
    blind: Arc<AtomicBool>,
    /// The beat of each other node, and own beats since it changed.
    others: HashMap<String, (i64, u32)>,
}

impl Watch {
    fn open(accounts: Accounts) -> Result<Self, StorageError> {
        let listener = NoticeListener::open(accounts.database())?;
        let alone = matches!(listener, NoticeListener::Sqlite(_));
        let node = accounts.node().to_owned();
        // Registered before the first copy: whoever ends a session from now on waits for this node.
        let applied = accounts.database().write_blocking(|c| {
            if alone {
                notices::remove(c, None)?;
            }
            let newest = notices::newest(c)?;
            notices::register(c, &node, newest)?;
            Ok(newest)
        })?;
        // Whoever claimed the instance before that told nobody here.
        accounts.reset_caches()?;
        if accounts.database().is_pooled() {
            tracing::warn!(
                "DATABASE_URL leads through a pooler that loses notifications (transaction mode?): every check reads the store; \
                 connect to PostgreSQL itself, or use session mode, to have checks answered from memory"
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

    fn run(&mut self, stop: &AtomicBool) {
        while panic::catch_unwind(AssertUnwindSafe(|| self.watch(stop))).is_err() {
            self.rest(stop);
        }
        // A node that stopped is not waited for.
        let node = self.accounts.node().to_owned();
        let gone = self.accounts.database().write_blocking(|c| notices::remove(c, Some(&node)));
        if let Err(fault) = gone {
            tracing::warn!(%fault, "this server could not be taken off the list of running servers");
        }
    }

    /// After a panic nobody knows how far the work came: it begins as after a lost listener, without any copy, when the lease is over.
    fn rest(&mut self, stop: &AtomicBool) {
        tracing::error!(job = "watch", "work in the background ended by a panic and is begun again");
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

    /// SessionPolling once. A fault costs the listener, and the lease runs out unless it can be laid anew in time.
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
    fn round(&mut self) {
        match self.look() {
            Ok(()) => {
                if self.blind.swap(false, Ordering::AcqRel) {
                    tracing::info!("the store can be watched again");
                }
            }
            Err(fault) => {
                self.listener = None;
                if !self.blind.swap(true, Ordering::AcqRel) {
                    tracing::warn!(%fault, "the store cannot be watched; every check reads it until it can");
                }
            }
        }
    }

    fn look(&mut self) -> Result<(), StorageError> {
        let begin = self.accounts.clock().monotonic();
        let reopened = self.listener.is_none();
        if reopened {
            self.listener = Some(NoticeListener::open(self.accounts.database())?);
            // What was left meanwhile cuts its streams; then every copy goes, whatever it was about.
            let applied = self.applied;
            let notices = self.on_listener(|c| notices::since(c, applied))?;
            self.apply(notices)?;
            self.accounts.reset_caches()?;
        }
        let Some(listener) = &mut self.listener else { return Ok(()) };
        let notified = listener.has_notices()? || reopened;
        match listener {
            // The number in shared memory is read after `begin`: without a change nothing was committed before.
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

    /// Reads what was left, applies and acknowledges it: all that was committed before `begin` is then in force here.
    fn beat(&mut self, begin: Duration) -> Result<(), StorageError> {
        let applied = self.applied;
        let notices = self.on_listener(|c| notices::since(c, applied))?;
        self.apply(notices)?;
        let (node, applied) = (self.accounts.node().to_owned(), self.applied);
        if !self.on_listener(|c| notices::acknowledge(c, &node, applied))? {
            // Taken off the list by somebody who thought this node dead: nobody waited for it since.
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

    /// Applies notices; true when there were any. Notices that are missing may have said anything.
    fn apply(&mut self, notices: Option<Vec<(i64, Notice)>>) -> Result<bool, StorageError> {
        let Some(notices) = notices else {
            self.applied = self.on_listener(notices::newest)?;
            self.accounts.apply(&Notice::AllEnded);
            self.accounts.reset_caches()?;
            return Ok(true);
        };
        for (number, notice) in &notices {
            self.accounts.apply_notice(*number, notice);
            self.applied = *number;
        }
        Ok(!notices.is_empty())
    }

    /// Takes nodes off the list that have not beaten for long, counted by own beats and not by any clock.
    fn remove_silent_nodes(&mut self) -> Result<(), StorageError> {
        let beats = self.on_listener(notices::beats)?;
        let before = std::mem::take(&mut self.others);
        for (node, beat) in beats {
            let missed = before.get(&node).filter(|(old, _)| *old == beat).map_or(0, |(_, missed)| missed + 1);
            if missed >= SILENT_BEATS {
                tracing::warn!(node, "a node has not shown itself for ten seconds and is no longer waited for");
                self.on_listener(|c| notices::remove_silent(c, &node, beat))?;
            } else {
                self.others.insert(node, (beat, missed));
            }
        }
        Ok(())
    }
}

/// Runs a job, and runs it again after a pause when it panicked, which is a fault of ours and must not end it for good.
async fn restart_on_panic<F: Future<Output = ()>>(job: &'static str, accounts: Accounts, run: impl Fn(Accounts) -> F) {
    while AssertUnwindSafe(run(accounts.clone())).catch_unwind().await.is_err() {
        tracing::error!(job, "work in the background ended by a panic and is begun again");
        tokio::time::sleep(PANIC_PAUSE).await;
    }
}

/// Sends mails as they come, this process's at once and those of others within half a second.
async fn deliver(accounts: Accounts) {
    loop {
        match accounts.deliver_next().await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(fault) => {
                tracing::warn!(%fault, "the queue of mails cannot be worked off at the moment");
                tokio::time::sleep(MAIL_PAUSE).await;
            }
        }
        drop(tokio::time::timeout(MAIL_INTERVAL, accounts.mail_waiting()).await);
    }
}

/// Cuts open streams when nobody could have said for half a minute that their sessions ended.
///
/// Beside that, streams end with the absolute end of their session, and with a session that is gone without any notices.
async fn close_stale_streams(accounts: Accounts, blind: Arc<AtomicBool>) {
    let (mut looks, mut since_store) = (0, 0);
    loop {
        tokio::time::sleep(STREAM_INTERVAL).await;
        accounts.streams().cut_expired(accounts.clock().now());
        since_store += 1;
        if since_store >= STREAM_ROUNDS_PER_STORE_CHECK {
            since_store = 0;
            if let Err(fault) = accounts.close_streams_of_ended_sessions().await {
                tracing::debug!(%fault, "the sessions of open streams could not be looked up");
            }
        }
        // A watch that hangs in a question never says that it is blind; then the lease runs out.
        let hangs = !accounts.database().is_pooled() && !accounts.cache().has_lease(accounts.clock().monotonic());
        looks = if hangs || blind.load(Ordering::Acquire) { looks + 1 } else { 0 };
        if looks >= STREAM_ROUNDS_WITHOUT_STORE {
            accounts.streams().cut_all();
            looks = 0;
        }
    }
}

async fn clean(accounts: Accounts) {
    loop {
        accounts.clean_up().await;
        for _ in 0..CLEANING_MINUTES {
            accounts.delete_applied_notices().await;
            tokio::time::sleep(MINUTE).await;
        }
    }
}
