//! The keys that sign identities for apps (S121).

use diesel::prelude::*;

use super::schema::signing_keys;
use super::{Connection, StorageError};
use crate::domain::time::Timestamp;

/// A key as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Its identifier.
    pub id: String,
    /// The private half, sealed.
    pub sealed: String,
    /// When it begins to sign; it is published before.
    pub signs_from: Timestamp,
}

/// All keys, in the order in which they sign.
pub fn all(c: &mut Connection) -> Result<Vec<StoredKey>, StorageError> {
    let rows: Vec<(String, String, i64)> = signing_keys::table
        .order((signing_keys::signs_from, signing_keys::id))
        .select((signing_keys::id, signing_keys::sealed, signing_keys::signs_from))
        .load(c)?;
    let key = |(id, sealed, from)| StoredKey { id, sealed, signs_from: Timestamp::from_secs(from) };
    Ok(rows.into_iter().map(key).collect())
}

/// Adds a key.
pub fn insert(c: &mut Connection, key: &StoredKey) -> Result<(), StorageError> {
    let values = (
        signing_keys::id.eq(&key.id),
        signing_keys::sealed.eq(&key.sealed),
        signing_keys::signs_from.eq(key.signs_from.secs()),
    );
    diesel::insert_into(signing_keys::table).values(values).execute(c)?;
    Ok(())
}

/// Deletes a key.
pub fn delete(c: &mut Connection, id: &str) -> Result<(), StorageError> {
    diesel::delete(signing_keys::table.filter(signing_keys::id.eq(id))).execute(c)?;
    Ok(())
}

/// Replaces what is sealed of a key.
pub fn replace(c: &mut Connection, id: &str, sealed: &str) -> Result<(), StorageError> {
    diesel::update(signing_keys::table.filter(signing_keys::id.eq(id)))
        .set(signing_keys::sealed.eq(sealed))
        .execute(c)?;
    Ok(())
}
