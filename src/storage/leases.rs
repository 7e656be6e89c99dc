//! Work that one node at a time does.
//!
//! Whoever has the lease keeps it as long as it is in the list of nodes, from which a node that is silent is removed by
//! the others; no clock decides.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::schema::leases;
use super::{Connection, StorageError};

/// Takes the work over, if nobody does it; false if another node does.
pub fn take(c: &mut Connection, work: &str, node: &str) -> Result<bool, StorageError> {
    const INSERT: &str = "INSERT INTO leases (work, node) VALUES ($1, '') ON CONFLICT (work) DO NOTHING";
    // SQLite numbers parameters by their first appearance.
    const TAKE: &str = "UPDATE leases SET node = $1 \
        WHERE work = $2 AND (node = $1 OR node NOT IN (SELECT id FROM nodes))";
    diesel::sql_query(INSERT).bind::<Text, _>(work).execute(c)?;
    Ok(diesel::sql_query(TAKE).bind::<Text, _>(node).bind::<Text, _>(work).execute(c)? == 1)
}

/// Whether this node still does the work. In a transaction no other one takes it over before the end of that.
pub fn hold(c: &mut Connection, work: &str, node: &str) -> Result<bool, StorageError> {
    let own = leases::table.filter(leases::work.eq(work).and(leases::node.eq(node)));
    Ok(diesel::update(own).set(leases::node.eq(node)).execute(c)? == 1)
}

/// Leaves all work of a node to whoever wants it.
pub fn release_all(c: &mut Connection, node: &str) -> Result<(), StorageError> {
    diesel::update(leases::table.filter(leases::node.eq(node))).set(leases::node.eq("")).execute(c)?;
    Ok(())
}
