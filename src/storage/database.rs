//! The connection pools, and the two ways to use them: read and write.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection};
use r2d2::Pool;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::StorageError;
use super::connection::{AnyConnection, Link, Manager, Use, open_postgres, open_sqlite};
use super::listen::loses_notifications;
use crate::config::DatabaseUrl;
use crate::domain::measure::{Counter, Histogram};
use crate::domain::time::Timestamp;

/// Readers of a SQLite file.
const READERS: u32 = 4;
/// Connections to PostgreSQL for reading, and the same number for writing.
const POSTGRES_POOL: u32 = 4;
/// Operations that may wait or run at once; more are refused.
const WAITING: usize = 1024;
/// The name of the lock with which nodes that start at once take turns.
const START_LOCK: i64 = 7_210_061_995;

/// Time limits, by database.
struct Timeouts {
    /// Until a connection is free.
    checkout: Duration,
    /// Until an operation is done; a frozen server is not waited for.
    answer: Duration,
}

/// The store; clones share the same pools.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    url: DatabaseUrl,
    pooled: bool,
    timeouts: Timeouts,
    waiting: Arc<Semaphore>,
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    runtime: Handle,
    reads: Histogram,
    writes: Histogram,
    faults: Counter,
}

/// Errors reach the caller of each query; the pool's own log would repeat addresses.
#[derive(Debug)]
struct DebugLog;

impl r2d2::HandleError<StorageError> for DebugLog {
    fn handle_error(&self, error: StorageError) {
        tracing::debug!(%error, "a database connection could not be opened");
    }
}

impl Database {
    /// Opens the store; closures run on `runtime`'s blocking threads.
    pub fn open(url: &DatabaseUrl, runtime: Handle) -> Result<Self, StorageError> {
        // One connection first: the pools would only report "timed out".
        let (timeouts, readers, writers, pooled) = match url {
            DatabaseUrl::Sqlite(path) => {
                check_file(&mut open_sqlite(path, Use::Write)?, path)?;
                (Timeouts { checkout: Duration::from_secs(6), answer: Duration::from_secs(15) }, READERS, 1, false)
            }
            DatabaseUrl::Postgres(url) => {
                let timeouts = Timeouts { checkout: Duration::from_secs(2), answer: Duration::from_secs(6) };
                (timeouts, POSTGRES_POOL, POSTGRES_POOL, loses_notifications(url)?)
            }
        };
        let breaks = Arc::default();
        let pool = |usage, how_many| {
            let builder = Pool::builder().max_size(how_many).min_idle(Some(1)).connection_timeout(timeouts.checkout);
            let manager = Manager { url: url.clone(), usage, pooled, breaks: Arc::clone(&breaks) };
            builder.error_handler(Box::new(DebugLog)).idle_timeout(None).max_lifetime(None).build(manager)
        };
        let (readers, writers) = (pool(Use::Read, readers)?, pool(Use::Write, writers)?);
        let waiting = Arc::new(Semaphore::new(WAITING));
        Ok(Self(Arc::new(Inner {
            url: url.clone(),
            pooled,
            timeouts,
            waiting,
            readers,
            writers,
            runtime,
            reads: Histogram::default(),
            writes: Histogram::default(),
            faults: Counter::default(),
        })))
    }

    /// Runs `work` on a read connection, off the async workers.
    #[expect(clippy::disallowed_methods, reason = "how long a question takes is no time of the program")]
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let this = self.clone();
        let begin = Instant::now();
        let outcome = self.on_blocking_thread(move || this.read_blocking(work)).await;
        self.measured(&self.0.reads, begin, outcome)
    }

    /// Runs `work` in one write transaction, off the async workers; an error rolls everything back.
    #[expect(clippy::disallowed_methods, reason = "how long a question takes is no time of the program")]
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let this = self.clone();
        let begin = Instant::now();
        let outcome = self.on_blocking_thread(move || this.write_blocking(work)).await;
        self.measured(&self.0.writes, begin, outcome)
    }

    fn measured<T>(
        &self,
        times: &Histogram,
        begin: Instant,
        outcome: Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        times.note(begin.elapsed());
        if matches!(outcome, Err(StorageError::Unavailable(_) | StorageError::Corrupt(_) | StorageError::Other(_))) {
            self.0.faults.rise();
        }
        outcome
    }

    /// How long reads and writes took, and how many of them failed.
    pub fn times(&self) -> (&Histogram, &Histogram, &Counter) {
        (&self.0.reads, &self.0.writes, &self.0.faults)
    }

    /// Runs `work` on a blocking thread. Gives up after the time limit, and then work that has not started is dropped.
    async fn on_blocking_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let Ok(permit) = Arc::clone(&self.0.waiting).try_acquire_owned() else {
            return Err(StorageError::Unavailable("too many operations are waiting for it".to_owned()));
        };
        let given_up = Arc::new(AtomicBool::new(false));
        let nobody_waits = Arc::clone(&given_up);
        let task = self.0.runtime.spawn_blocking(move || {
            let _permit = permit;
            if nobody_waits.load(Ordering::Acquire) {
                return Err(StorageError::Unavailable("nobody waits for the result any more".to_owned()));
            }
            work()
        });
        if let Ok(joined) = tokio::time::timeout(self.0.timeouts.answer, task).await {
            return joined.map_err(|fault| StorageError::Unavailable(fault.to_string()))?;
        }
        given_up.store(true, Ordering::Release);
        Err(StorageError::Unavailable("it did not answer in time".to_owned()))
    }

    /// [`Self::read`] on the calling thread, for start-up and the command line.
    pub fn read_blocking<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut link = self.0.readers.get()?;
        if self.0.pooled {
            // One transaction, or a query could be prepared on one server connection and executed on another.
            return in_transaction(&mut link, "BEGIN", work);
        }
        let outcome = work(&mut link.connection);
        link.note(&outcome);
        outcome
    }

    /// [`Self::write`] on the calling thread, for start-up and the command line.
    pub fn write_blocking<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.write_if_blocking(work, |_| true)
    }

    /// [`Self::write_blocking`], which rolls everything back unless `keeps` says of the result that it is stored.
    pub fn write_if_blocking<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>,
        keeps: impl FnOnce(&T) -> bool,
    ) -> Result<T, StorageError> {
        let begin = if matches!(self.0.url, DatabaseUrl::Sqlite(_)) { "BEGIN IMMEDIATE" } else { "BEGIN" };
        in_transaction_if(&mut *self.0.writers.get()?, begin, work, keeps)
    }

    /// Runs `work` in one transaction with a consistent snapshot of the database.
    pub fn snapshot_blocking<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut link = self.0.readers.get()?;
        let begin = match self.0.url {
            DatabaseUrl::Sqlite(_) => "BEGIN",
            DatabaseUrl::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = 0",
        };
        in_transaction(&mut link, begin, work)
    }

    /// Runs `work` on the write connection, for migrations: in one transaction on PostgreSQL, in one each on SQLite.
    pub(super) fn migrate_blocking<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let mut link = self.0.writers.get()?;
        if matches!(link.connection, AnyConnection::Sqlite(_)) {
            return work(&mut link.connection);
        }
        let mut failed = None;
        // A transaction that diesel knows of: migrations begin their own within it.
        let worked = diesel::Connection::transaction(&mut link.connection, |c| {
            // Large tables take their time. A pooler would pass a session setting on to others.
            c.batch_execute("SET LOCAL statement_timeout = 0")?;
            work(c).map_err(|fault| {
                failed = Some(fault);
                diesel::result::Error::RollbackTransaction
            })
        });
        // The first error counts, not that a broken connection cannot be rolled back either.
        let outcome = failed.map_or_else(|| worked.map_err(StorageError::from), Err);
        link.note(&outcome);
        outcome
    }

    /// Runs `work` while no other starting node does: migrations, and creating the secrets.
    pub fn exclusively<T, E: From<StorageError>>(&self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let DatabaseUrl::Postgres(url) = &self.0.url else { return work() };
        let lock = || {
            let mut connection = open_postgres(url, self.0.pooled)?;
            connection.batch_execute(
                "BEGIN; SET LOCAL statement_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = 0",
            )?;
            connection.batch_execute(&format!("SELECT pg_advisory_xact_lock({START_LOCK})"))?;
            Ok::<_, StorageError>(connection)
        };
        let mut locked = lock()?;
        let outcome = work();
        locked.batch_execute("COMMIT").map_err(StorageError::from)?;
        outcome
    }

    /// Where the data is stored.
    pub(super) fn url(&self) -> &DatabaseUrl {
        &self.0.url
    }

    /// Whether something in front of PostgreSQL loses notifications: a pooler in transaction mode.
    pub fn is_pooled(&self) -> bool {
        self.0.pooled
    }

    /// The runtime whose blocking threads the store uses.
    pub fn runtime(&self) -> &Handle {
        &self.0.runtime
    }
}

/// PostgreSQL's clock, which is the same for all nodes; `None` for SQLite, which uses the clock of this machine.
pub fn shared_time(connection: &mut AnyConnection) -> Result<Option<Timestamp>, StorageError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        secs: i64,
    }
    let AnyConnection::Postgres(inner) = connection else { return Ok(None) };
    let row: Row =
        diesel::sql_query("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT) AS secs").get_result(inner)?;
    Ok(Some(Timestamp::from_secs(row.secs)))
}

fn in_transaction<T>(
    link: &mut Link,
    begin: &str,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    in_transaction_if(link, begin, work, |_| true)
}

fn in_transaction_if<T>(
    link: &mut Link,
    begin: &str,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>,
    keeps: impl FnOnce(&T) -> bool,
) -> Result<T, StorageError> {
    let connection = &mut link.connection;
    let worked = connection.batch_execute(begin).map_err(StorageError::from).and_then(|()| work(connection));
    let outcome = worked.and_then(|value| {
        let end = if keeps(&value) { "COMMIT" } else { "ROLLBACK" };
        Ok(connection.batch_execute(end).map(|()| value)?)
    });
    if outcome.is_err()
        && let Err(fault) = connection.batch_execute("ROLLBACK")
    {
        tracing::debug!(%fault, "there was nothing to roll back");
    }
    link.note(&outcome);
    outcome
}

#[derive(QueryableByName)]
struct Check {
    #[diesel(sql_type = diesel::sql_types::Text)]
    quick_check: String,
}

/// Damage is reported at the start and by name, not at the first request (S91).
fn check_file(connection: &mut SqliteConnection, path: &Path) -> Result<(), StorageError> {
    const LARGE: u64 = 64 << 20;
    let small = std::fs::metadata(path).is_ok_and(|file| file.len() <= LARGE);
    if !small {
        return Ok(());
    }
    let rows: Vec<Check> = diesel::sql_query("PRAGMA quick_check(1)").load(connection)?;
    match rows.first() {
        Some(row) if row.quick_check == "ok" => Ok(()),
        row => Err(StorageError::Corrupt(format!(
            "{}: {}",
            path.display(),
            row.map_or("no answer", |row| &row.quick_check)
        ))),
    }
}
