//! Background work: the watch on the store, sending mails, certificates, and maintenance.

mod watch;

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::FutureExt;
use watch::PANIC_PAUSE;
pub use watch::Watch;

use crate::accounts::Accounts;
use crate::accounts::certificate_orders::CertificateOrders;
use crate::accounts::certificate_warnings::CertificateWarnings;
use crate::storage::StorageError;
use crate::tls::files::WatchedFiles;

/// How often notices that every node has applied are deleted.
const MINUTE: Duration = Duration::from_mins(1);
/// How often expired rows are deleted.
const CLEANING_MINUTES: u32 = 10;
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
/// How often a stopping server checks whether its watch has ended.
const SHUTDOWN_INTERVAL: Duration = Duration::from_millis(5);
/// How long a stopping server waits for a watch that may be blocked in a query.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// The running jobs; dropping this stops them.
pub struct Jobs {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Jobs {
    /// Starts the jobs of a node.
    pub fn start(watch: Watch, files: Option<WatchedFiles>) -> Result<Self, StorageError> {
        let stop = Arc::new(AtomicBool::new(false));
        let accounts = &watch.accounts().clone();
        let (stopped, blind) = (Arc::clone(&stop), watch.blind());
        let runtime = accounts.database().runtime().clone();
        let thread = thread::Builder::new().name("watch".to_owned()).spawn(move || {
            // The runtime tells its log lines from those of another server in this process.
            let _entered = runtime.enter();
            let mut watch = watch;
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
        if accounts.has_own_https() {
            tasks.push(runtime.spawn(restart_on_panic("certificates", accounts.clone(), keep_certificates)));
        }
        Ok(Self { stop, thread: Some(thread), tasks })
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        // A mail that is being sent stays claimed for a while and is retried by the next server.
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
        self.stop.store(true, Ordering::Release);
        let Some(thread) = self.thread.take() else { return };
        let mut left = SHUTDOWN_TIMEOUT;
        while !thread.is_finished() && !left.is_zero() {
            thread::sleep(SHUTDOWN_INTERVAL);
            left = left.saturating_sub(SHUTDOWN_INTERVAL);
        }
        if thread.is_finished() && thread.join().is_err() {
            tracing::error!("the watch on the store panicked while stopping");
        }
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
        match tokio::task::spawn_blocking(check).await {
            Ok(true) => accounts.warn_of_unfit_files(),
            Ok(false) => {}
            Err(fault) => panic::resume_unwind(Box::new(fault.to_string())),
        }
    }
}

/// Shows the certificates that other nodes have stored, orders those that are missing or end soon, and warns of those
/// that end all the same.
async fn keep_certificates(accounts: Accounts) {
    let (mut orders, mut warnings) = (CertificateOrders::new(accounts.clone()), CertificateWarnings::new(accounts));
    loop {
        orders.round().await;
        warnings.round().await;
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
