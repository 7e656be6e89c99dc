//! Connections to either database, their pools, and the two ways in: read and write.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::{Connection as _, SimpleConnection};
use diesel::r2d2::R2D2Connection;
use diesel::sql_types::BigInt;
use diesel::{ConnectionResult, MultiConnection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use r2d2::{ManageConnection, Pool};
use secrecy::ExposeSecret;
use tokio::runtime::Handle;

use super::StorageError;
use crate::config::DatabaseUrl;

/// Longest wait for a free connection.
const CHECKOUT: Duration = Duration::from_secs(6);
/// Readers of a SQLite file.
const READERS: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_POOL: u32 = 8;

/// A connection to one of the two databases.
#[derive(MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Read,
    Write,
}

struct Manager {
    url: DatabaseUrl,
    usage: Use,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = StorageError;

    fn connect(&self) -> Result<AnyConnection, StorageError> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path, self.usage),
            DatabaseUrl::Postgres(url) => open_postgres(url.expose_secret()),
        }
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), StorageError> {
        Ok(connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        std::thread::panicking()
            || match connection {
                AnyConnection::Postgres(inner) => inner.is_broken(),
                AnyConnection::Sqlite(inner) => inner.is_broken(),
            }
    }
}

fn connected<C>(result: ConnectionResult<C>, what: &str) -> Result<C, StorageError> {
    // The driver's text may quote the address with its password.
    result.map_err(|fault| match fault.to_string() {
        text if what.is_empty() => {
            StorageError::Unavailable(text.lines().next().unwrap_or_default().chars().filter(|c| *c != '@').collect())
        }
        text => StorageError::Unavailable(format!("{what}: {text}")),
    })
}

fn open_sqlite(path: &Path, usage: Use) -> Result<AnyConnection, StorageError> {
    let name = path.display().to_string();
    let mut connection = connected(SqliteConnection::establish(&name), &name)?;
    let pragmas = match usage {
        Use::Write => "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        Use::Read => "PRAGMA busy_timeout = 1000; PRAGMA foreign_keys = ON; PRAGMA query_only = ON;",
    };
    connection.batch_execute(pragmas)?;
    Ok(AnyConnection::Sqlite(connection))
}

fn open_postgres(url: &str) -> Result<AnyConnection, StorageError> {
    let joint = if url.contains('?') { '&' } else { '?' };
    let mut connection = connected(PgConnection::establish(&format!("{url}{joint}connect_timeout=5")), "")?;
    connection.batch_execute("SET statement_timeout = '5s'")?;
    Ok(AnyConnection::Postgres(connection))
}

/// The store; clones share the same pools.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    url: DatabaseUrl,
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    runtime: Handle,
}

/// Faults reach the caller of each query; the pool's own log would repeat addresses.
#[derive(Debug)]
struct Quiet;

impl r2d2::HandleError<StorageError> for Quiet {
    fn handle_error(&self, error: StorageError) {
        tracing::debug!(%error, "a database connection could not be made");
    }
}

impl Database {
    /// Opens the store; closures run on `runtime`'s blocking threads.
    pub fn open(url: &DatabaseUrl, runtime: Handle) -> Result<Self, StorageError> {
        // One connection at once: the pools would only say "timed out".
        let mut first = Manager { url: url.clone(), usage: Use::Write }.connect()?;
        if let DatabaseUrl::Sqlite(path) = url {
            check_file(&mut first, path)?;
        }
        drop(first);
        let (reads, writes) = match url {
            DatabaseUrl::Sqlite(_) => (READERS, 1),
            DatabaseUrl::Postgres(_) => (POSTGRES_POOL / 2, POSTGRES_POOL / 2),
        };
        let pool = |usage, size| {
            let builder = Pool::builder().max_size(size).min_idle(Some(1)).connection_timeout(CHECKOUT).test_on_check_out(false);
            builder.error_handler(Box::new(Quiet)).idle_timeout(None).max_lifetime(None).build(Manager { url: url.clone(), usage })
        };
        Ok(Self(Arc::new(Inner { url: url.clone(), readers: pool(Use::Read, reads)?, writers: pool(Use::Write, writes)?, runtime })))
    }

    /// Runs `work` on a read connection, off the async workers.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let this = self.clone();
        let task = self.0.runtime.spawn_blocking(move || this.read_blocking(work));
        task.await.map_err(|fault| StorageError::Unavailable(fault.to_string()))?
    }

    /// Runs `work` in one write transaction, off the async workers; an error rolls everything back.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let this = self.clone();
        let task = self.0.runtime.spawn_blocking(move || this.write_blocking(work));
        task.await.map_err(|fault| StorageError::Unavailable(fault.to_string()))?
    }

    /// [`Self::read`] on the calling thread, for start-up and the command line.
    pub fn read_blocking<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>) -> Result<T, StorageError> {
        work(&mut *self.0.readers.get()?)
    }

    /// [`Self::write`] on the calling thread, for start-up and the command line.
    pub fn write_blocking<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>) -> Result<T, StorageError> {
        let mut connection = self.0.writers.get()?;
        connection.batch_execute(match &*connection {
            AnyConnection::Sqlite(_) => "BEGIN IMMEDIATE",
            AnyConnection::Postgres(_) => "BEGIN",
        })?;
        let outcome = work(&mut connection).and_then(|value| Ok(connection.batch_execute("COMMIT").map(|()| value)?));
        if outcome.is_err()
            && let Err(fault) = connection.batch_execute("ROLLBACK")
        {
            tracing::debug!(%fault, "there was nothing to roll back");
        }
        outcome
    }

    /// Runs `work` on the write connection without a transaction, for migrations, which bring their own.
    pub(super) fn migrate_blocking<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StorageError>) -> Result<T, StorageError> {
        work(&mut *self.0.writers.get()?)
    }

    /// The runtime whose blocking threads the store uses.
    pub fn runtime(&self) -> &Handle {
        &self.0.runtime
    }

    /// A watch for commits of other processes; none on PostgreSQL.
    pub fn change_watch(&self) -> Result<Option<ChangeWatch>, StorageError> {
        match &self.0.url {
            DatabaseUrl::Sqlite(path) => Ok(Some(ChangeWatch { connection: open_sqlite(path, Use::Read)?, version: -1 })),
            DatabaseUrl::Postgres(_) => Ok(None),
        }
    }
}

#[derive(QueryableByName)]
struct Check {
    #[diesel(sql_type = diesel::sql_types::Text)]
    quick_check: String,
}

/// Damage shows at the start and by name, not at the first request (S91).
fn check_file(connection: &mut AnyConnection, path: &Path) -> Result<(), StorageError> {
    const LARGE: u64 = 64 << 20;
    let small = std::fs::metadata(path).is_ok_and(|file| file.len() <= LARGE);
    if !small {
        return Ok(());
    }
    let rows: Vec<Check> = diesel::sql_query("PRAGMA quick_check(1)").load(connection)?;
    match rows.first() {
        Some(row) if row.quick_check == "ok" => Ok(()),
        row => Err(StorageError::Corrupt(format!("{}: {}", path.display(), row.map_or("no answer", |row| &row.quick_check)))),
    }
}

/// Notices commits of other connections to the same SQLite file, for the price of a look at shared memory.
pub struct ChangeWatch {
    connection: AnyConnection,
    version: i64,
}

impl ChangeWatch {
    /// Whether anything was committed since the last call; true at the first.
    pub fn changed(&mut self) -> Result<bool, StorageError> {
        #[derive(QueryableByName)]
        struct Version {
            #[diesel(sql_type = BigInt)]
            data_version: i64,
        }
        let row: Version = diesel::sql_query("PRAGMA data_version").get_result(&mut self.connection)?;
        let changed = row.data_version != self.version;
        self.version = row.data_version;
        Ok(changed)
    }
}
