//! How a server hears at once that another process left notices.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use secrecy::SecretString;

use super::connection::{AnyConnection, Use, open_postgres, open_sqlite};
use super::notices::CHANNEL;
use super::{Database, StorageError};
use crate::config::DatabaseUrl;

/// How long a connection through a pooler may take to prove that it hears.
const ECHO: Duration = Duration::from_secs(2);

/// A connection of its own on which news of other processes are heard.
pub enum Wire {
    /// Commits of other connections to the same file show in a number in shared memory.
    Sqlite(FileWatch),
    /// `LISTEN`.
    Postgres(AnyConnection),
}

/// Notices commits of other connections to one SQLite file.
pub struct FileWatch {
    connection: SqliteConnection,
    version: i64,
}

impl Wire {
    /// Connects. A wire that was just opened has missed whatever came before.
    pub fn open(database: &Database) -> Result<Self, StorageError> {
        match database.url() {
            DatabaseUrl::Sqlite(path) => Ok(Self::Sqlite(FileWatch { connection: open_sqlite(path, Use::Read)?, version: -1 })),
            DatabaseUrl::Postgres(url) => Ok(Self::Postgres(AnyConnection::Postgres(listen(url, database.is_pooled())?))),
        }
    }

    /// Whether something may have been left since the last call; does not wait.
    pub fn heard(&mut self) -> Result<bool, StorageError> {
        match self {
            Self::Sqlite(watch) => watch.changed(),
            Self::Postgres(AnyConnection::Postgres(connection)) => drain(connection),
            Self::Postgres(AnyConnection::Sqlite(_)) => Ok(false),
        }
    }

    /// The connection of PostgreSQL, for the heartbeat: it shows that this very wire works, and no busy pool delays it.
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

fn listen(url: &SecretString, pooled: bool) -> Result<PgConnection, StorageError> {
    let mut connection = open_postgres(url, pooled)?;
    connection.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    if !pooled {
        // What the heartbeat writes need not survive a crash of the database. A pooler would hand this setting to others.
        connection.batch_execute("SET synchronous_commit = off")?;
    }
    Ok(connection)
}

/// Takes what has come in; any of it means: look.
fn drain(connection: &mut PgConnection) -> Result<bool, StorageError> {
    let mut heard = false;
    for notification in connection.notifications_iter() {
        notification?;
        heard = true;
    }
    Ok(heard)
}

/// Whether something stands between us and PostgreSQL that loses notifications, as a pooler in transaction mode does.
#[expect(clippy::disallowed_methods, reason = "a bounded wait at the start, for a server that has no clock yet")]
pub(super) fn loses_notifications(url: &SecretString) -> Result<bool, StorageError> {
    let (mut ear, mut mouth) = (listen(url, true)?, open_postgres(url, true)?);
    let begin = Instant::now();
    // One message: what is prepared on one server could be executed on another.
    mouth.batch_execute(&format!("SELECT pg_notify('{CHANNEL}', 'echo')"))?;
    while begin.elapsed() < ECHO {
        if drain(&mut ear)? {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(true)
}
