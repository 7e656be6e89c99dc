//! Work that one node at a time does.
//!
//! No clock decides whether a node is still at it, since clocks differ: its number rises while it works, and another
//! node takes over when it has read the same number for long.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::schema::leases;
use super::{Connection, StorageError};

/// Who does the work, and how far its number has risen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The node; empty if none does.
    pub node: String,
    /// Rises while it works.
    pub beat: i64,
}

/// Who does the work.
pub fn find(c: &mut Connection, work: &str) -> Result<Holder, StorageError> {
    let row = leases::table.filter(leases::work.eq(work)).select((leases::node, leases::beat));
    let found: Option<(String, i64)> = row.first(c).optional()?;
    let (node, beat) = found.unwrap_or_default();
    Ok(Holder { node, beat })
}

/// Takes the work over from whom [`find`] found; false if that node went on, or another one was faster.
pub fn take(c: &mut Connection, work: &str, from: &Holder, node: &str) -> Result<bool, StorageError> {
    const INSERT: &str = "INSERT INTO leases (work, node, beat) VALUES ($1, '', 0) ON CONFLICT (work) DO NOTHING";
    diesel::sql_query(INSERT).bind::<Text, _>(work).execute(c)?;
    let same = leases::work.eq(work).and(leases::node.eq(&from.node)).and(leases::beat.eq(from.beat));
    let values = (leases::node.eq(node), leases::beat.eq(leases::beat + 1));
    Ok(diesel::update(leases::table.filter(same)).set(values).execute(c)? == 1)
}

/// Shows that this node is still at it; false if another one has taken over.
pub fn renew(c: &mut Connection, work: &str, node: &str) -> Result<bool, StorageError> {
    let own = leases::work.eq(work).and(leases::node.eq(node));
    Ok(diesel::update(leases::table.filter(own)).set(leases::beat.eq(leases::beat + 1)).execute(c)? == 1)
}

/// Leaves all work of a node to whoever wants it.
pub fn release_all(c: &mut Connection, node: &str) -> Result<(), StorageError> {
    diesel::update(leases::table.filter(leases::node.eq(node))).set(leases::node.eq("")).execute(c)?;
    Ok(())
}
