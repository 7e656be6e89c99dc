//! The database as a command uses it, shared with a server or exclusively.

use std::fs::File;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::app;
use crate::config::DatabaseUrl;
use crate::storage::migrate::{self, Schema};
use crate::storage::{Connection, Database, StorageError, notices};

/// How often, and how many times, a command checks for heartbeats; each node sends two per second.
const CHECK_INTERVAL: Duration = Duration::from_millis(200);
const CHECKS: u32 = 12;

/// Why a command that needs the database for itself does nothing.
pub(super) const SERVED: &str = "a server is running on this database; stop it first";

/// An open database and its runtime.
pub(super) struct Store {
    /// The database.
    pub(super) database: Database,
    /// Nodes that have no heartbeat any more.
    silent: Vec<(String, i64)>,
    _runtime: Runtime,
    _lock: Option<File>,
}

impl Store {
    /// Opens a database to fill it: nobody else may use it meanwhile, and its schema is brought up to date.
    pub(super) fn open_to_fill(url: &DatabaseUrl) -> Result<Self, String> {
        let store = Self::open_alone(url)?;
        store.database.exclusively(|| migrate::run(&store.database)).map_err(|fault| fault.to_string())?;
        Ok(store)
    }

    /// Opens a database to move its content: nobody else may use it meanwhile, and nothing in it changes.
    pub(super) fn open_to_move(url: &DatabaseUrl) -> Result<Self, String> {
        Self::open_alone(url)?.of_this_version()
    }

    /// Opens a database to read it, also beside a running server; nothing in it changes.
    pub(super) fn open_to_read(url: &DatabaseUrl) -> Result<Self, String> {
        Self::open(url)?.of_this_version()
    }

    /// Whether still nobody else uses the database that was opened to move its content, in a transaction in which
    /// nodes that start are waited for.
    pub(super) fn is_alone(&self, c: &mut Connection) -> Result<bool, StorageError> {
        let is_sqlite = matches!(c, Connection::Sqlite(_));
        Ok(is_sqlite || notices::beats(c)?.iter().all(|beat| self.silent.contains(beat)))
    }

    fn of_this_version(self) -> Result<Self, String> {
        match migrate::schema_of(&self.database).map_err(|fault| fault.to_string())? {
            Schema::Current => Ok(self),
            Schema::Missing => Err("this is not a Portcullis database: it has no tables".to_owned()),
            Schema::Older => {
                Err("the database is from an older version; use that version, or run `portcullis migrate` \
                first"
                    .to_owned())
            }
            Schema::Newer => {
                Err("the database is from another version of Portcullis, whose migrations this one does not know; use \
                    that version"
                    .to_owned())
            }
        }
    }

    fn open_alone(url: &DatabaseUrl) -> Result<Self, String> {
        let lock = app::lock(url).map_err(|fault| fault.to_string())?;
        let mut store = Self { _lock: lock, ..Self::open(url)? };
        if matches!(url, DatabaseUrl::Postgres(_)) {
            store.silent = refuse_if_served(&store.database)?;
        }
        Ok(store)
    }

    fn open(url: &DatabaseUrl) -> Result<Self, String> {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(|fault| fault.to_string())?;
        let database = Database::open(url, runtime.handle().clone()).map_err(|fault| fault.to_string())?;
        if let DatabaseUrl::Sqlite(path) = url {
            app::narrow(path).map_err(|fault| format!("{}: {fault}", path.display()))?;
        }
        Ok(Self { database, silent: Vec::new(), _runtime: runtime, _lock: None })
    }
}

/// Refuses a database on which a node has a heartbeat; returns the nodes without one.
fn refuse_if_served(database: &Database) -> Result<Vec<(String, i64)>, String> {
    let beats = || -> Result<Vec<(String, i64)>, String> {
        let read = || database.read_blocking(notices::beats);
        match migrate::schema_of(database).map_err(|fault| fault.to_string())? {
            Schema::Missing => Ok(Vec::new()),
            Schema::Current => read().map_err(|fault| fault.to_string()),
            // A version without a list of nodes has no heartbeats.
            Schema::Older | Schema::Newer => Ok(read().unwrap_or_default()),
        }
    };
    let (before, mut checks) = (beats()?, 0);
    while !before.is_empty() && checks < CHECKS {
        thread::sleep(CHECK_INTERVAL);
        checks += 1;
        if beats()?.iter().any(|beat| !before.contains(beat)) {
            return Err(SERVED.to_owned());
        }
    }
    Ok(before)
}
