//! Listens to notifications of PostgreSQL from other processes.

use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use secrecy::SecretString;

use super::StorageError;
use super::connection::open_postgres;
use super::notices::CHANNEL;

/// How long a connection through a pooler may take to prove that it receives notifications.
const ECHO: Duration = Duration::from_secs(2);

/// A connection that receives notifications.
pub(super) fn listen(url: &SecretString, pooled: bool) -> Result<PgConnection, StorageError> {
    let mut connection = open_postgres(url, pooled)?;
    connection.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    if !pooled {
        // Losing heartbeats in a crash of the database does no harm. A pooler would pass this setting on to others.
        connection.batch_execute("SET synchronous_commit = off")?;
    }
    Ok(connection)
}

/// Reads all notifications; any of them means that there are new notices.
pub(super) fn drain(connection: &mut PgConnection) -> Result<bool, StorageError> {
    let mut notified = false;
    for notification in connection.notifications_iter() {
        notification?;
        notified = true;
    }
    Ok(notified)
}

/// Whether something between us and PostgreSQL loses notifications, as a pooler in transaction mode does.
#[expect(clippy::disallowed_methods, reason = "a bounded wait at the start, for a server that has no clock yet")]
pub(super) fn loses_notifications(url: &SecretString) -> Result<bool, StorageError> {
    let (mut ear, mut mouth) = (listen(url, true)?, open_postgres(url, true)?);
    let begin = Instant::now();
    // One message: a statement prepared on one server connection could be executed on another.
    mouth.batch_execute(&format!("SELECT pg_notify('{CHANNEL}', 'echo')"))?;
    while begin.elapsed() < ECHO {
        if drain(&mut ear)? {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(true)
}
