//! Browsers from which somebody has signed in before: what a device cookie refers to (S25).

use diesel::prelude::*;

use super::schema::devices::{self, dsl};
use super::{Connection, StorageError};
use crate::domain::device::Device;
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;

/// Maximum devices of an account; the ones unused for longest are deleted first.
const KEPT: i64 = 50;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = devices)]
struct Row {
    id: String,
    user_id: String,
    name: String,
    source: String,
    first_seen_at: i64,
    last_seen_at: i64,
    trusted_until: Option<i64>,
}

impl Row {
    fn of(user: &UserId, device: &Device) -> Self {
        Self {
            id: device.id.clone(),
            user_id: user.to_string(),
            name: device.name.clone(),
            source: device.source.clone(),
            first_seen_at: device.first_seen_at.secs(),
            last_seen_at: device.last_seen_at.secs(),
            trusted_until: device.trusted_until.map(Timestamp::secs),
        }
    }
}

impl From<Row> for Device {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            source: row.source,
            first_seen_at: Timestamp::from_secs(row.first_seen_at),
            last_seen_at: Timestamp::from_secs(row.last_seen_at),
            trusted_until: row.trusted_until.map(Timestamp::from_secs),
        }
    }
}

/// Adds a device of `user`.
pub fn insert(connection: &mut Connection, user: &UserId, device: &Device) -> Result<(), StorageError> {
    let oldest: Option<String> = dsl::devices
        .filter(dsl::user_id.eq(user.as_str()))
        .order((dsl::last_seen_at.desc(), dsl::id.desc()))
        .offset(KEPT - 1)
        .limit(1)
        .select(dsl::id)
        .first(connection)
        .optional()?;
    if let Some(oldest) = oldest {
        diesel::delete(dsl::devices.filter(dsl::id.eq(oldest))).execute(connection)?;
    }
    diesel::insert_into(dsl::devices).values(Row::of(user, device)).execute(connection)?;
    Ok(())
}

/// Whether the device belongs to that user.
pub fn is_known(connection: &mut Connection, user: &UserId, id: &str) -> Result<bool, StorageError> {
    let found: i64 =
        dsl::devices.filter(dsl::id.eq(id).and(dsl::user_id.eq(user.as_str()))).count().get_result(connection)?;
    Ok(found > 0)
}

/// Records another sign-in; false if the device is not known (any more).
pub fn touch(
    connection: &mut Connection,
    user: &UserId,
    id: &str,
    source: &str,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let row = dsl::devices.filter(dsl::id.eq(id).and(dsl::user_id.eq(user.as_str())));
    Ok(diesel::update(row).set((dsl::source.eq(source), dsl::last_seen_at.eq(now.secs()))).execute(connection)? == 1)
}

/// Trusts a device of that user, or no longer with `None`; false if it is none of theirs.
pub fn set_trust(
    connection: &mut Connection,
    user: &UserId,
    id: &str,
    until: Option<Timestamp>,
) -> Result<bool, StorageError> {
    let row = dsl::devices.filter(dsl::id.eq(id).and(dsl::user_id.eq(user.as_str())));
    Ok(diesel::update(row).set(dsl::trusted_until.eq(until.map(Timestamp::secs))).execute(connection)? == 1)
}

/// Whether that device of the user is trusted.
pub fn is_trusted(connection: &mut Connection, user: &UserId, id: &str, now: Timestamp) -> Result<bool, StorageError> {
    let own = dsl::id.eq(id).and(dsl::user_id.eq(user.as_str()));
    let trusted = dsl::devices.filter(own.and(dsl::trusted_until.gt(now.secs())));
    Ok(diesel::select(diesel::dsl::exists(trusted)).get_result(connection)?)
}

/// Trusts no device of that user any more.
pub fn end_trust(connection: &mut Connection, user: &UserId) -> Result<(), StorageError> {
    let own = dsl::devices.filter(dsl::user_id.eq(user.as_str()).and(dsl::trusted_until.is_not_null()));
    diesel::update(own).set(dsl::trusted_until.eq(None::<i64>)).execute(connection)?;
    Ok(())
}

/// A user's devices, most recently used first.
pub fn list_of_user(connection: &mut Connection, user: &UserId) -> Result<Vec<Device>, StorageError> {
    let own = dsl::devices.filter(dsl::user_id.eq(user.as_str()));
    let rows = own.order((dsl::last_seen_at.desc(), dsl::id.desc())).select(Row::as_select()).load(connection)?;
    Ok(rows.into_iter().map(Device::from).collect())
}

/// Deletes a device of that user; false if it is none of theirs.
pub fn remove(connection: &mut Connection, user: &UserId, id: &str) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::devices.filter(dsl::id.eq(id).and(dsl::user_id.eq(user.as_str())))).execute(connection)?
        == 1)
}
