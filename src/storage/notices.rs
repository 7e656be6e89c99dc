//! Notices that a process publishes for the others, and the nodes that apply them.

use diesel::dsl::{max, min};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::schema::{nodes, notices};
use super::{Connection, StorageError};
use crate::domain::notice::Notice;
use crate::domain::time::Timestamp;

/// The channel on which PostgreSQL notifies the listeners.
pub(super) const CHANNEL: &str = "portcullis";
/// Notices that are kept although every node has applied them.
const KEPT: i64 = 10_000;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = notices)]
struct Row {
    number: i64,
    kind: String,
    subject: String,
    at: i64,
}

#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = Text)]
    value: String,
}

/// Publishes `notices` for the other nodes, in the transaction that they are about; returns the newest number.
///
/// Must come last in its transaction: the counter's row is locked until the commit, so that the numbers have the order
/// of the commits, and nothing may be waited for under that lock.
pub fn append(connection: &mut Connection, notices: &[Notice], now: Timestamp) -> Result<i64, StorageError> {
    // Never at or below a number that a node has acknowledged: the database may have lost its last commits in a
    // failover.
    const COUNT: &str = "UPDATE settings SET value = CAST($1 + CASE
            WHEN CAST(value AS BIGINT) < (SELECT COALESCE(MAX(acknowledged), 0) FROM nodes)
            THEN (SELECT COALESCE(MAX(acknowledged), 0) FROM nodes) ELSE CAST(value AS BIGINT) END AS TEXT)
        WHERE name = 'notices' RETURNING value";
    if notices.is_empty() {
        return Ok(0);
    }
    let how_many = i64::try_from(notices.len()).unwrap_or(i64::MAX);
    let counter: Counter = diesel::sql_query(COUNT).bind::<BigInt, _>(how_many).get_result(connection)?;
    let newest: i64 = counter.value.parse().map_err(|_fault| {
        StorageError::Corrupt(
            "the setting notices is not a \
            number"
                .to_owned(),
        )
    })?;
    for (number, notice) in (newest - how_many + 1..).zip(notices) {
        let (kind, subject) = notice.to_parts();
        let row = Row { number, kind: kind.to_owned(), subject: subject.to_owned(), at: now.secs() };
        diesel::insert_into(notices::table).values(row).execute(connection)?;
    }
    if matches!(connection, Connection::Postgres(_)) {
        diesel::sql_query("SELECT pg_notify($1, '')").bind::<Text, _>(CHANNEL).execute(connection)?;
    }
    Ok(newest)
}

/// The number of the newest notice ever published, 0 if there is none.
pub fn newest(connection: &mut Connection) -> Result<i64, StorageError> {
    let value = super::settings::find(connection, "notices")?;
    Ok(value.and_then(|text| text.parse().ok()).unwrap_or(0))
}

/// The notices after `number`, oldest first; `None` if some of them have been deleted.
pub fn since(connection: &mut Connection, number: i64) -> Result<Option<Vec<(i64, Notice)>>, StorageError> {
    let at_least = newest(connection)?;
    if at_least < number {
        // The database lost its last commits in a failover: what came since may have any number.
        return Ok(None);
    }
    let later = notices::table.filter(notices::number.gt(number)).order(notices::number.asc());
    let rows = later.select(Row::as_select()).load(connection)?;
    let last = rows.last().map_or(number, |row| row.number);
    let complete = last >= at_least && i64::try_from(rows.len()) == Ok(last - number);
    Ok(complete
        .then(|| rows.into_iter().map(|row| (row.number, Notice::from_parts(&row.kind, &row.subject))).collect()))
}

/// Deletes notices up to the newest one published at or before `before`; a node that has not applied them finds a gap.
pub fn delete_older(connection: &mut Connection, before: Timestamp) -> Result<usize, StorageError> {
    let last: Option<i64> =
        notices::table.filter(notices::at.le(before.secs())).select(max(notices::number)).first(connection)?;
    let Some(last) = last else { return Ok(0) };
    Ok(diesel::delete(notices::table.filter(notices::number.le(last))).execute(connection)?)
}

/// Deletes what every registered node has applied, except the newest ten thousand, which are for a node that was
/// removed from the list and comes back: it would find a gap, and invalidate its whole cache for nothing. Counted,
/// because clocks differ.
pub fn delete_applied(connection: &mut Connection) -> Result<usize, StorageError> {
    let applied: Option<i64> = nodes::table.select(min(nodes::acknowledged)).first(connection)?;
    let Some(applied) = applied else { return Ok(0) };
    Ok(diesel::delete(notices::table.filter(notices::number.le(applied - KEPT))).execute(connection)?)
}

/// Registers a node that has applied everything up to `number`.
pub fn register(connection: &mut Connection, node: &str, number: i64) -> Result<(), StorageError> {
    let values = (nodes::id.eq(node), nodes::acknowledged.eq(number), nodes::beat.eq(0));
    diesel::insert_into(nodes::table).values(values).execute(connection)?;
    Ok(())
}

/// Records that a node is alive and has applied everything up to `number`; false if it is not registered (any more).
pub fn acknowledge(connection: &mut Connection, node: &str, number: i64) -> Result<bool, StorageError> {
    let values = (nodes::acknowledged.eq(number), nodes::beat.eq(nodes::beat + 1));
    Ok(diesel::update(nodes::table.filter(nodes::id.eq(node))).set(values).execute(connection)? == 1)
}

/// Every registered node with its heartbeat.
pub fn beats(connection: &mut Connection) -> Result<Vec<(String, i64)>, StorageError> {
    Ok(nodes::table.select((nodes::id, nodes::beat)).load(connection)?)
}

/// Removes a node that has sent no heartbeat since `beat`.
pub fn remove_silent(connection: &mut Connection, node: &str, beat: i64) -> Result<(), StorageError> {
    diesel::delete(nodes::table.filter(nodes::id.eq(node).and(nodes::beat.eq(beat)))).execute(connection)?;
    Ok(())
}

/// Removes nodes: one, or all when a server starts on a database for a single node.
pub fn remove(connection: &mut Connection, node: Option<&str>) -> Result<(), StorageError> {
    match node {
        Some(node) => diesel::delete(nodes::table.filter(nodes::id.eq(node))).execute(connection)?,
        None => diesel::delete(nodes::table).execute(connection)?,
    };
    Ok(())
}

/// Whether a registered node other than `own` has not applied `number` yet.
pub fn is_awaited(connection: &mut Connection, number: i64, own: &str) -> Result<bool, StorageError> {
    let behind: i64 =
        nodes::table.filter(nodes::acknowledged.lt(number).and(nodes::id.ne(own))).count().get_result(connection)?;
    Ok(behind > 0)
}
