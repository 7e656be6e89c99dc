//! How a server learns immediately that another process published notices.

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl, SqliteConnection};

use super::connection::{AnyConnection, Use, open_sqlite};
use super::listen::{drain, listen};
use super::{Database, StorageError};
use crate::config::DatabaseUrl;

/// A connection of its own that detects notices of other processes.
pub enum NoticeListener {
    /// Detects commits of other connections to the same file by a counter in shared memory.
    Sqlite(FileWatch),
    /// `LISTEN`.
    Postgres(AnyConnection),
}

/// Detects commits of other connections to one SQLite file.
pub struct FileWatch {
    connection: SqliteConnection,
    version: i64,
}

impl NoticeListener {
    /// Connects. A new listener has missed everything before.
    pub fn open(database: &Database) -> Result<Self, StorageError> {
        match database.url() {
            DatabaseUrl::Sqlite(path) => {
                Ok(Self::Sqlite(FileWatch { connection: open_sqlite(path, Use::Read)?, version: -1 }))
            }
            DatabaseUrl::Postgres(url) => {
                Ok(Self::Postgres(AnyConnection::Postgres(listen(url, database.is_pooled())?)))
            }
        }
    }

    /// Whether there may be notices since the last call; does not wait.
    pub fn has_notices(&mut self) -> Result<bool, StorageError> {
        match self {
            Self::Sqlite(watch) => watch.changed(),
            Self::Postgres(AnyConnection::Postgres(connection)) => drain(connection),
            Self::Postgres(AnyConnection::Sqlite(_)) => Ok(false),
        }
    }

    /// The connection to PostgreSQL, for the heartbeat: it proves that this listener works, and no busy pool delays it.
    pub fn connection(&mut self) -> Option<&mut AnyConnection> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(connection) => Some(connection),
        }
    }
}

impl FileWatch {
    fn changed(&mut self) -> Result<bool, StorageError> {
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
