//! Work beside requests: the watch on the store that keeps the copies' lease, and cleaning up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::accounts::Accounts;
use crate::storage::{ChangeWatch, StorageError, notices};

/// How often the store is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Looks between two clean-ups: ten minutes.
const LOOKS_PER_CLEANING: u32 = 12_000;
/// How often the queue of mails is looked at for mails of other processes and for retries.
const MAIL_LOOK: Duration = Duration::from_millis(500);
/// How long the mailer waits after a fault of the store.
const MAIL_PAUSE: Duration = Duration::from_secs(2);
/// The name of the one server on a SQLite database.
const NODE: &str = "local";
/// Looks without a lease after which open streams are cut: thirty seconds.
const LOOKS_BEFORE_CUT: u32 = 600;

/// The running jobs; dropping it stops them.
pub struct Jobs {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    mailer: tokio::task::JoinHandle<()>,
}

impl Jobs {
    /// Starts the watch. On PostgreSQL there is none yet: no lease, every check reads the store.
    pub fn start(accounts: &Accounts) -> Result<Self, StorageError> {
        let stop = Arc::new(AtomicBool::new(false));
        let mailer = accounts.database().runtime().spawn(deliver(accounts.clone()));
        let Some(watch) = accounts.database().change_watch()? else { return Ok(Self { stop, thread: None, mailer }) };
        let newest = accounts.database().write_blocking(|c| {
            let newest = notices::newest(c)?;
            notices::remove(c, Some(NODE))?;
            notices::register(c, NODE, newest)?;
            Ok(newest)
        })?;
        let (accounts, stopped) = (accounts.clone(), Arc::clone(&stop));
        let thread = thread::Builder::new().name("watch".to_owned()).spawn(move || run(&accounts, watch, newest, &stopped));
        let thread = thread.map_err(|fault| StorageError::Unavailable(fault.to_string()))?;
        Ok(Self { stop, thread: Some(thread), mailer })
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A mail that is on its way stays claimed for a while and is tried again by the next server.
        self.mailer.abort();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the watch on the store ended by a panic");
        }
    }
}

#[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
fn run(accounts: &Accounts, mut watch: ChangeWatch, mut applied: i64, stop: &AtomicBool) {
    let (mut looks, mut blind) = (0_u32, 0_u32);
    while !stop.load(Ordering::Acquire) {
        let begin = accounts.clock().monotonic();
        match look(accounts, &mut watch, &mut applied) {
            Ok(()) => {
                accounts.cache().renew_lease(begin);
                blind = 0;
            }
            Err(fault) => {
                blind = blind.saturating_add(1);
                if blind == 1 {
                    tracing::warn!(%fault, "the store cannot be watched; every check reads it until it can");
                }
                if blind == LOOKS_BEFORE_CUT {
                    accounts.streams().cut_all();
                }
            }
        }
        looks += 1;
        if looks % LOOKS_PER_CLEANING == 1 {
            clean(accounts);
        }
        thread::sleep(LOOK);
    }
    // A server that stopped is not waited for.
    if let Err(fault) = accounts.database().write_blocking(|c| notices::remove(c, Some(NODE))) {
        tracing::warn!(%fault, "this server could not be taken off the list of running servers");
    }
}

/// Applies what other processes ended, and says so.
fn look(accounts: &Accounts, watch: &mut ChangeWatch, applied: &mut i64) -> Result<(), StorageError> {
    if !watch.changed()? {
        return Ok(());
    }
    let known = *applied;
    let news = accounts.database().read_blocking(|c| notices::since(c, known))?;
    let Some(newest) = news.last().map(|(number, _)| *number) else { return Ok(()) };
    let ended: Vec<_> = news.into_iter().filter_map(|(_, session)| session).collect();
    accounts.forget_ended(&ended);
    *applied = newest;
    accounts.database().write_blocking(|c| notices::acknowledge(c, NODE, newest))
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
        drop(tokio::time::timeout(MAIL_LOOK, accounts.mail_waiting()).await);
    }
}

fn clean(accounts: &Accounts) {
    if let Err(fault) = accounts.database().runtime().block_on(accounts.clean_up()) {
        tracing::warn!(%fault, "cleaning up failed and is tried again later");
    }
}
