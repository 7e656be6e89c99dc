//! Background work: applying the notices of other processes, which renews the lease of the cache, sending mails, and
//! maintenance.

use std::collections::HashMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::FutureExt;

use crate::accounts::Accounts;
use crate::accounts::certificate_orders::CertificateOrders;
use crate::domain::notice::Notice;
use crate::storage::notice_listener::NoticeListener;
use crate::storage::{Connection, StorageError, notices};
use crate::tls::files::WatchedFiles;

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
/// How often notices that every node has applied are deleted.
const MINUTE: Duration = Duration::from_mins(1);
/// How often expired rows are deleted.
const CLEANING_MINUTES: u32 = 10;
/// How long a job pauses after a panic; longer than the lease of the cache.
const PANIC_PAUSE: Duration = Duration::from_secs(3);
/// How often the mail queue is checked for mails of other processes and for retries.
const MAIL_INTERVAL: Duration = Duration::from_millis(500);
/// How long the mailer pauses after a storage error.
const MAIL_PAUSE: Duration = Duration::from_secs(2);
/// How often open streams are checked.
const STREAM_INTERVAL: Duration = Duration::from_secs(1);
/// How often the sessions of open streams are looked up in the store, in rounds: ten seconds.
const STREAM_ROUNDS_PER_STORE_CHECK: u32 = 10;
/// Rounds without access to the store after which open streams are closed: thirty seconds.
const STREAM_ROUNDS_WITHOUT_STORE: u32 = 30;
/// How often the files of certificates are read.
const FILES_INTERVAL: Duration = Duration::from_secs(2);
/// How often certificates of authorities are looked after.
const CERTIFICATES_INTERVAL: Duration = Duration::from_secs(2);
/// How long a stopping server waits for a watch that may be blocked in a query.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The running jobs; dropping this stops them.
pub struct Jobs {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Jobs {
    /// Registers this process as a node and starts its jobs.
    pub fn start(accounts: &Accounts, files: Option<WatchedFiles>) -> Result<Self, StorageError> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut watch = Watch::open(accounts.clone())?;
        let (stopped, blind) = (Arc::clone(&stop), Arc::clone(&watch.blind));
        let runtime = accounts.database().runtime().clone();
        let thread = thread::Builder::new().name("watch".to_owned()).spawn(move || {
            // The runtime tells its log lines from those of another server in this process.
            let _entered = runtime.enter();
            watch.run(&stopped);
        });
        let thread = thread.map_err(|fault| StorageError::Unavailable(fault.to_string()))?;
        let runtime = accounts.database().runtime();
        let mut tasks = vec![
            runtime.spawn(restart_on_panic("mails", accounts.clone(), deliver)),
            runtime.spawn(restart_on_panic("streams", accounts.clone(), move |accounts| {
                close_stale_streams(accounts, Arc::clone(&blind))
            })),
            runtime.spawn(restart_on_panic("cleaning", accounts.clone(), clean)),
        ];
        tasks.extend(files.map(|files| {
            let files = Arc::new(Mutex::new(files));
            let watch = move |accounts| watch_files(accounts, Arc::clone(&files));
            runtime.spawn(restart_on_panic("certificate files", accounts.clone(), watch))
        }));
        if accounts.acme().is_some() {
            tasks.push(runtime.spawn(restart_on_panic("certificates", accounts.clone(), keep_certificates)));
        }
        Ok(Self { stop, thread: Some(thread), tasks })
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A mail that is being sent stays claimed for a while and is retried by the next server.
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
        let Some(thread) = self.thread.take() else { return };
        let mut left = SHUTDOWN_TIMEOUT;
        while !thread.is_finished() && !left.is_zero() {
            thread::sleep(LISTENER_INTERVAL);
            left = left.saturating_sub(LISTENER_INTERVAL);
        }
        if thread.is_finished() && thread.join().is_err() {
            tracing::error!("the watch on the store panicked while stopping");
        }
    }
}

/// Applies and acknowledges the notices of other processes, and renews the lease of the cache.
struct Watch {
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
    fn open(accounts: Accounts) -> Result<Self, StorageError> {
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

    fn run(&mut self, stop: &AtomicBool) {
        while panic::catch_unwind(AssertUnwindSafe(|| self.watch(stop))).is_err() {
            self.rest(stop);
        }
        // Nobody waits for a node that stopped.
        let node = self.accounts.node().to_owned();
        let gone = self.accounts.database().write_blocking(|c| notices::remove(c, Some(&node)));
        if let Err(fault) = gone {
            tracing::warn!(%fault, "this server could not be removed from the list of running servers");
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

/// Runs a job, and restarts it after a pause if it panicked, since a bug must not end it permanently.
async fn restart_on_panic<F: Future<Output = ()>>(job: &'static str, accounts: Accounts, run: impl Fn(Accounts) -> F) {
    while AssertUnwindSafe(run(accounts.clone())).catch_unwind().await.is_err() {
        tracing::error!(job, "a background job panicked and is restarted");
        tokio::time::sleep(PANIC_PAUSE).await;
    }
}

/// Sends queued mails, those of this process immediately and those of others within half a second.
async fn deliver(accounts: Accounts) {
    loop {
        match accounts.deliver_next().await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(fault) => {
                tracing::warn!(%fault, "the mail queue could not be processed");
                tokio::time::sleep(MAIL_PAUSE).await;
            }
        }
        drop(tokio::time::timeout(MAIL_INTERVAL, accounts.mail_waiting()).await);
    }
}

/// Closes open streams when their sessions could not have been checked for half a minute.
///
/// Besides that, streams are closed at the absolute end of their session, and when their session has disappeared
/// without a notice.
async fn close_stale_streams(accounts: Accounts, blind: Arc<AtomicBool>) {
    let (mut failed_rounds, mut since_store) = (0, 0);
    loop {
        tokio::time::sleep(STREAM_INTERVAL).await;
        accounts.cut_expired_streams();
        since_store += 1;
        if since_store >= STREAM_ROUNDS_PER_STORE_CHECK {
            since_store = 0;
            if let Err(fault) = accounts.close_streams_of_ended_sessions().await {
                tracing::debug!(%fault, "the sessions of open streams could not be looked up");
            }
        }
        // A watch that is blocked in a query never reports the failure; in that case the lease expires.
        let hangs = !accounts.database().is_pooled() && !accounts.cache().has_lease(accounts.clock().monotonic());
        failed_rounds = if hangs || blind.load(Ordering::Acquire) { failed_rounds + 1 } else { 0 };
        if failed_rounds >= STREAM_ROUNDS_WITHOUT_STORE {
            accounts.streams().cut_all();
            failed_rounds = 0;
        }
    }
}

/// Shows the certificates that are in the files now.
async fn watch_files(accounts: Accounts, files: Arc<Mutex<WatchedFiles>>) {
    loop {
        tokio::time::sleep(FILES_INTERVAL).await;
        let (certificates, files) = (accounts.certificates().clone(), Arc::clone(&files));
        let check = move || files.lock().unwrap_or_else(PoisonError::into_inner).check(&certificates);
        if let Err(fault) = tokio::task::spawn_blocking(check).await {
            panic::resume_unwind(Box::new(fault.to_string()));
        }
    }
}

/// Shows the certificates that other nodes have stored, and orders those that are missing or end soon.
async fn keep_certificates(accounts: Accounts) {
    let mut orders = CertificateOrders::new(accounts);
    loop {
        orders.round().await;
        tokio::time::sleep(CERTIFICATES_INTERVAL).await;
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
