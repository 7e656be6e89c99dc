//! Single connections to either database, and what a pool has to know about them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::connection::{CacheSize, Connection as _, SimpleConnection};
use diesel::r2d2::R2D2Connection;
use diesel::{MultiConnection, PgConnection, SqliteConnection};
use r2d2::ManageConnection;
use secrecy::{ExposeSecret, SecretString};

use super::StorageError;
use crate::config::DatabaseUrl;

/// Time limit of a statement in PostgreSQL.
const STATEMENT_TIMEOUT: &str = "SET statement_timeout = '5s'";

/// A connection to one of the two databases.
#[derive(MultiConnection)]
pub enum AnyConnection {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// The purpose of a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
}

/// Creates the connections of one pool.
pub(super) struct Manager {
    pub(super) url: DatabaseUrl,
    pub(super) usage: Use,
    /// Whether a pooler may use another server connection for each transaction, so that no session state survives.
    pub(super) pooled: bool,
    /// Incremented when a connection turns out to be broken; those created before are then tested before use.
    pub(super) breaks: Arc<AtomicU64>,
}

/// A pooled connection, and the number of breaks when it was last known to work.
pub(super) struct Link {
    pub(super) connection: AnyConnection,
    good_at: u64,
    suspect: bool,
}

impl Link {
    /// Examines the result of work on it. The driver does not report whether the other side is still there, so every
    /// error that may come from there closes the connection to PostgreSQL.
    pub(super) fn note<T>(&mut self, outcome: &Result<T, StorageError>) {
        let fault =
            matches!(outcome, Err(StorageError::Unavailable(_) | StorageError::Corrupt(_) | StorageError::Other(_)));
        self.suspect |= fault && matches!(self.connection, AnyConnection::Postgres(_));
    }
}

impl ManageConnection for Manager {
    type Connection = Link;
    type Error = StorageError;

    fn connect(&self) -> Result<Link, StorageError> {
        let good_at = self.breaks.load(Ordering::Acquire);
        let connection = match &self.url {
            DatabaseUrl::Sqlite(path) => AnyConnection::Sqlite(open_sqlite(path, self.usage)?),
            DatabaseUrl::Postgres(url) => AnyConnection::Postgres(open_postgres(url, self.pooled)?),
        };
        Ok(Link { connection, good_at, suspect: false })
    }

    fn is_valid(&self, link: &mut Link) -> Result<(), StorageError> {
        let breaks = self.breaks.load(Ordering::Acquire);
        if link.good_at != breaks {
            link.connection.batch_execute("SELECT 1")?;
            link.good_at = breaks;
        }
        Ok(())
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        let broken = std::thread::panicking()
            || link.suspect
            || match &mut link.connection {
                AnyConnection::Postgres(inner) => inner.is_broken(),
                AnyConnection::Sqlite(inner) => inner.is_broken(),
            };
        if broken {
            self.breaks.fetch_add(1, Ordering::AcqRel);
        }
        broken
    }
}

/// Opens a SQLite file, which is created if missing.
pub(super) fn open_sqlite(path: &Path, usage: Use) -> Result<SqliteConnection, StorageError> {
    let name = path.display().to_string();
    let mut connection =
        SqliteConnection::establish(&name).map_err(|fault| StorageError::Unavailable(format!("{name}: {fault}")))?;
    let pragmas = match usage {
        Use::Write => {
            "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = \
                ON;"
        }
        Use::Read => "PRAGMA busy_timeout = 1000; PRAGMA foreign_keys = ON; PRAGMA query_only = ON;",
    };
    connection.batch_execute(pragmas)?;
    Ok(connection)
}

/// Connects to PostgreSQL. A server that does not respond is given up after five seconds, one that disappeared after
/// about ten.
pub(super) fn open_postgres(url: &SecretString, pooled: bool) -> Result<PgConnection, StorageError> {
    const TIMEOUT: [(&str, &str); 5] = [
        ("connect_timeout", "5"),
        ("keepalives_idle", "5"),
        ("keepalives_interval", "2"),
        ("keepalives_count", "3"),
        ("tcp_user_timeout", "10000"),
    ];
    let mut address = url.expose_secret().to_owned();
    for (name, value) in TIMEOUT {
        if !address.contains(&format!("{name}=")) {
            let joint = if address.contains('?') { '&' } else { '?' };
            address = format!("{address}{joint}{name}={value}");
        }
    }
    let mut connection = PgConnection::establish(&address)
        .map_err(|fault| StorageError::Unavailable(redact(&fault.to_string(), url)))?;
    if pooled {
        connection.set_prepared_statement_cache_size(CacheSize::Disabled);
    }
    connection.batch_execute(STATEMENT_TIMEOUT)?;
    connection.batch_execute("SET idle_in_transaction_session_timeout = '10s'")?;
    Ok(connection)
}

/// The first line of the driver's error, which may contain the address, without the password.
fn redact(text: &str, url: &SecretString) -> String {
    let first = text.lines().next().unwrap_or_default();
    let user =
        url.expose_secret().split_once("://").and_then(|(_, rest)| rest.rsplit_once('@')).map_or("", |(user, _)| user);
    match user.split_once(':') {
        Some((_, password)) if !password.is_empty() => {
            let plain = password.replace("%40", "@").replace("%3A", ":");
            first.replace(password, "[hidden]").replace(&plain, "[hidden]")
        }
        _ => first.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s88_a_fault_of_the_driver_does_not_show_the_password() {
        let url = SecretString::from("postgres://gate:hun:t%40er2@db.example.org/x");
        let said = redact("cannot use \"postgres://gate:hun:t%40er2@db.example.org/x\" or hun:t@er2\nmore", &url);
        assert_eq!(said, "cannot use \"postgres://gate:[hidden]@db.example.org/x\" or [hidden]");
        assert_eq!(redact("connection refused", &SecretString::from("postgres://db/x")), "connection refused");
    }
}
