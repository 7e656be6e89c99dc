//! Single values: the claim marker, key fingerprints.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::schema::settings::dsl;
use super::{Connection, StorageError};

/// The value of that setting.
pub fn find(connection: &mut Connection, name: &str) -> Result<Option<String>, StorageError> {
    Ok(dsl::settings.filter(dsl::name.eq(name)).select(dsl::value).first(connection).optional()?)
}

/// Writes the value if there is none; true for exactly one of many concurrent callers (S03).
pub fn put_if_absent(connection: &mut Connection, name: &str, value: &str) -> Result<bool, StorageError> {
    let insert = diesel::sql_query("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
    Ok(insert.bind::<Text, _>(name).bind::<Text, _>(value).execute(connection)? == 1)
}

/// Writes the value, replacing an existing one.
pub fn put(connection: &mut Connection, name: &str, value: &str) -> Result<(), StorageError> {
    let upsert = diesel::sql_query(
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
    );
    upsert.bind::<Text, _>(name).bind::<Text, _>(value).execute(connection)?;
    Ok(())
}

/// Writes the value; true if there was none or another one, for exactly one of many concurrent callers.
pub fn change(connection: &mut Connection, name: &str, value: &str) -> Result<bool, StorageError> {
    let upsert = diesel::sql_query(
        "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2 \
        WHERE settings.value <> $2",
    );
    Ok(upsert.bind::<Text, _>(name).bind::<Text, _>(value).execute(connection)? == 1)
}
