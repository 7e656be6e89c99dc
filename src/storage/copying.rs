//! Copies every row worth keeping between databases of either kind.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, to_value};

use super::schema::{attempts, audit_events, devices, mails, sessions, settings, tokens, tombstones, users};
use super::{Connection, StorageError};
use crate::domain::mail::MailState;
use crate::domain::time::Timestamp;

/// Rows read at once.
const STEP: i64 = 2_000;
/// Settings that belong to their database.
const OWN_SETTINGS: [&str; 1] = ["notices"];

/// A table that is copied.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in the order of a row's values.
    pub columns: &'static [&'static str],
    read: fn(&mut Connection, &str) -> Result<Vec<Row>, StorageError>,
    write: fn(&mut Connection, &mut NamedRow<'_>) -> Result<(), StorageError>,
}

/// Values in the order of the columns.
type Row = Vec<Value>;
type NamedRow<'a> = BTreeMap<&'a str, Value>;

macro_rules! table {
    ($table:ident: $key:ident, $($column:ident: $kind:ty),+) => {
        Table {
            name: stringify!($table),
            columns: &[stringify!($key), $(stringify!($column)),+],
            read: |c, after| {
                let rows: Vec<(String, $($kind),+)> = $table::table
                    .filter($table::$key.gt(after))
                    .order($table::$key.asc())
                    .limit(STEP)
                    .select(($table::$key, $($table::$column),+))
                    .load(c)?;
                let to_values = |($key, $($column),+)| Ok(vec![to_value($key)?, $(to_value($column)?),+]);
                rows.into_iter().map(to_values).collect::<Result<_, _>>().map_err(unreadable)
            },
            write: |c, row| {
                // A missing column gets the default of the table.
                $(let $column: Option<$kind> = taken(row, stringify!($column))?;)+
                let $key: Option<String> = taken(row, stringify!($key))?;
                let values = ($key.map(|value| $table::$key.eq(value)), $($column.map(|value| $table::$column.eq(value))),+);
                diesel::insert_into($table::table).values(values).execute(c)?;
                Ok(())
            },
        }
    };
}

/// The tables, referenced ones first. Without notices and nodes, which describe running servers.
pub const TABLES: &[Table] = &[
    table!(users: id, email: String, username: Option<String>, name: String, role: String, state: String, password_hash: Option<String>,
        session_epoch: i64, created_at: i64, last_sign_in_at: Option<i64>, language: String),
    table!(settings: name, value: String),
    table!(audit_events: id, at: i64, event: String, actor: String, subject: String, source: String, detail: String),
    table!(devices: id, user_id: String, name: String, source: String, first_seen_at: i64, last_seen_at: i64),
    table!(attempts: bucket, failures: i64, window_start: i64, last_failure: i64),
    table!(mails: id, kind: String, recipient: String, user_id: Option<String>, detail: String, state: String,
        created_at: i64, next_try_at: i64, tries: i64, last_error: String),
    table!(tokens: hash, purpose: String, user_id: String, payload: String, expires_at: i64),
    table!(sessions: id, user_id: Option<String>, created_at: i64, expires_at: i64, persistent: bool, methods: String,
        authenticated_at: i64, generation: i64, rotated_at: i64, successor_seen_at: Option<i64>, source: String, device: String,
        last_seen_at: i64),
    table!(tombstones: session_id, expires_at: i64),
];

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn unreadable(fault: serde_json::Error) -> StorageError {
    StorageError::Corrupt(format!("a row cannot be read: {fault}"))
}

fn taken<T: DeserializeOwned>(row: &mut NamedRow<'_>, column: &str) -> Result<Option<T>, StorageError> {
    row.remove(column).map(|value| serde_json::from_value(value).map_err(unreadable)).transpose()
}

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
        return Err(refused("it has not as many values as columns"));
    }
    let mut named: NamedRow<'_> = columns.zip(row).collect();
    (table.write)(c, &mut named)?;
    named.keys().next().map_or(Ok(()), |column| Err(refused(&format!("it has an unknown column {column}"))))
}

/// Whether the database has users or an audit trail: then nothing may be copied into it.
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

/// Ends what an old backup must not bring back: sessions and links that have ended since, including those that Redis
/// may still have.
pub fn end_what_was_open(c: &mut Connection, now: Timestamp) -> Result<(), StorageError> {
    diesel::delete(sessions::table).execute(c)?;
    diesel::delete(tokens::table).execute(c)?;
    // A queued mail would create its link when it is sent.
    diesel::delete(mails::table.filter(mails::state.eq(MailState::Queued.as_str()))).execute(c)?;
    diesel::update(users::table).set(users::session_epoch.eq(users::session_epoch + now.secs())).execute(c)?;
    Ok(())
}
