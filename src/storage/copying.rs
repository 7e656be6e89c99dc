//! Copies every row worth keeping between databases of either kind.

use diesel::prelude::*;
use serde_json::Value;

pub use super::schema::TABLES;
use super::schema::{attempts, audit_events, devices, mails, sessions, settings, tokens, users};
pub use super::tables::Table;
use super::tables::{NamedRow, Row};
use super::{Connection, StorageError};
use crate::domain::mail::MailState;
use crate::domain::time::Timestamp;

/// Settings that belong to their database.
const OWN_SETTINGS: [&str; 2] = ["notices", "apps"];

/// The key of a row: its first value.
fn key(row: &[Value]) -> &str {
    row.first().and_then(Value::as_str).unwrap_or_default()
}

fn is_own_setting(table: &Table, row: &[Value]) -> bool {
    table.name == "settings" && OWN_SETTINGS.contains(&key(row))
}

/// Passes every row to `work`, table by table; call it inside [`super::Database::snapshot_blocking`], or the rows are
/// from different moments.
pub fn each_row<E: From<StorageError>>(
    c: &mut Connection,
    mut row_of: impl FnMut(&Table, Row) -> Result<(), E>,
) -> Result<(), E> {
    for table in TABLES {
        let mut after = String::new();
        loop {
            let rows = (table.read)(c, &after)?;
            let Some(last) = rows.last() else { break };
            key(last).clone_into(&mut after);
            for row in rows.into_iter().filter(|row| !is_own_setting(table, row)) {
                row_of(table, row)?;
            }
        }
    }
    Ok(())
}

/// Adds a row whose values are those of `columns`; missing columns get the default of the table, or the row is refused.
pub fn put<'a>(
    c: &mut Connection,
    table: &Table,
    columns: impl ExactSizeIterator<Item = &'a str>,
    row: Row,
) -> Result<(), StorageError> {
    let refused = |why: &str| StorageError::Corrupt(format!("a row of {} cannot be stored: {why}", table.name));
    if columns.len() != row.len() {
        return Err(refused("the number of values differs from that of the columns"));
    }
    let mut named: NamedRow<'_> = columns.zip(row).collect();
    (table.write)(c, &mut named)?;
    named.keys().next().map_or(Ok(()), |column| Err(refused(&format!("it has an unknown column {column}"))))
}

/// Whether the database has users or an audit log: then nothing may be copied into it.
pub fn has_data(c: &mut Connection) -> Result<bool, StorageError> {
    let lines: i64 = audit_events::table.count().get_result(c)?;
    Ok(lines > 0 || has_people(c)?)
}

/// Whether there are accounts.
pub fn has_people(c: &mut Connection) -> Result<bool, StorageError> {
    Ok(users::table.count().get_result::<i64>(c)? > 0)
}

/// Deletes what a first start left in an empty database.
pub fn clear(c: &mut Connection) -> Result<(), StorageError> {
    diesel::delete(attempts::table).execute(c)?;
    diesel::delete(settings::table.filter(settings::name.ne_all(OWN_SETTINGS))).execute(c)?;
    Ok(())
}

/// Ends what an old backup must not bring back: sessions, links and trust in browsers that have ended since, including
/// sessions that Redis may still have.
pub fn end_what_was_open(c: &mut Connection, now: Timestamp) -> Result<(), StorageError> {
    diesel::delete(sessions::table).execute(c)?;
    diesel::delete(tokens::table).execute(c)?;
    // A queued mail would create its link when it is sent.
    diesel::delete(mails::table.filter(mails::state.eq(MailState::Queued.as_str()))).execute(c)?;
    let trusted = devices::table.filter(devices::trusted_until.is_not_null());
    diesel::update(trusted).set(devices::trusted_until.eq(None::<i64>)).execute(c)?;
    diesel::update(users::table).set(users::session_epoch.eq(users::session_epoch + now.secs())).execute(c)?;
    Ok(())
}
