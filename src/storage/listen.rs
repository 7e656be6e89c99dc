//! Listening to PostgreSQL for what other processes notify.

use std::time::{Duration, Instant};

use diesel::PgConnection;
use diesel::connection::SimpleConnection;
use secrecy::SecretString;

use super::StorageError;
use super::connection::open_postgres;
use super::notices::CHANNEL;

/// How long a connection through a pooler may take to prove that it hears.
const ECHO: Duration = Duration::from_secs(2);

/// A connection on which notices are notified.
pub(super) fn listen(url: &SecretString, pooled: bool) -> Result<PgConnection, StorageError> {
    let mut connection = open_postgres(url, pooled)?;
    connection.batch_execute(&format!("LISTEN {CHANNEL}"))?;
    if !pooled {
        // What the heartbeat writes need not survive a crash of the database. A pooler would hand this setting to others.
        connection.batch_execute("SET synchronous_commit = off")?;
    }
    Ok(connection)
}

/// Takes what has come in; any of it means: look.
pub(super) fn drain(connection: &mut PgConnection) -> Result<bool, StorageError> {
    let mut notified = false;
    for notification in connection.notifications_iter() {
        notification?;
        notified = true;
    }
    Ok(notified)
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
