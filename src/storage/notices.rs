//! What one process ended and the running servers must hear, and which of them have.

use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::{nodes, notices};
use super::{Connection, StorageError};
use crate::domain::ids::SessionId;
use crate::domain::time::Timestamp;

/// Notices `sessions` as ended, in the transaction that ends them; returns the newest number.
pub fn append(connection: &mut Connection, sessions: &[SessionId], now: Timestamp) -> Result<i64, StorageError> {
    let mut number = newest(connection)?;
    for session in sessions {
        number += 1;
        let values = (notices::number.eq(number), notices::session_id.eq(session.as_str()), notices::at.eq(now.secs()));
        diesel::insert_into(notices::table).values(values).execute(connection)?;
    }
    Ok(number)
}

/// The newest number, 0 when there is none.
pub fn newest(connection: &mut Connection) -> Result<i64, StorageError> {
    Ok(notices::table.select(max(notices::number)).first::<Option<i64>>(connection)?.unwrap_or(0))
}

/// The notices after `number`, oldest first.
pub fn since(connection: &mut Connection, number: i64) -> Result<Vec<(i64, Option<SessionId>)>, StorageError> {
    let rows: Vec<(i64, Option<String>)> = notices::table
        .filter(notices::number.gt(number))
        .order(notices::number.asc())
        .select((notices::number, notices::session_id))
        .load(connection)?;
    Ok(rows.into_iter().map(|(number, session)| (number, session.and_then(|id| SessionId::parse(&id)))).collect())
}

/// Registers a running server that has applied everything up to `number`.
pub fn register(connection: &mut Connection, node: &str, number: i64) -> Result<(), StorageError> {
    diesel::insert_into(nodes::table).values((nodes::id.eq(node), nodes::acknowledged.eq(number))).execute(connection)?;
    Ok(())
}

/// Notes that a server has applied everything up to `number`.
pub fn acknowledge(connection: &mut Connection, node: &str, number: i64) -> Result<(), StorageError> {
    diesel::update(nodes::table.filter(nodes::id.eq(node))).set(nodes::acknowledged.eq(number)).execute(connection)?;
    Ok(())
}

/// Forgets servers: one, or all when a new one starts on a database for a single node.
pub fn remove(connection: &mut Connection, node: Option<&str>) -> Result<(), StorageError> {
    match node {
        Some(node) => diesel::delete(nodes::table.filter(nodes::id.eq(node))).execute(connection)?,
        None => diesel::delete(nodes::table).execute(connection)?,
    };
    Ok(())
}

/// Whether a registered server has not applied `number` yet.
pub fn is_awaited(connection: &mut Connection, number: i64) -> Result<bool, StorageError> {
    let behind: i64 = nodes::table.filter(nodes::acknowledged.lt(number)).count().get_result(connection)?;
    Ok(behind > 0)
}
