//! Browsers that have signed in to an account before: what a device cookie names (S25).

use diesel::prelude::*;

use super::schema::devices::dsl;
use super::{Connection, StorageError};
use crate::domain::device::Device;
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;

/// Devices kept for an account; the ones not seen for longest go first.
const KEPT: i64 = 50;

type Row = (String, String, String, String, i64, i64);

fn to_device((id, _user, name, source, first, last): Row) -> Device {
    Device { id, name, source, first_seen_at: Timestamp::from_secs(first), last_seen_at: Timestamp::from_secs(last) }
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
    let values = (
        dsl::id.eq(&device.id),
        dsl::user_id.eq(user.as_str()),
        dsl::name.eq(&device.name),
        dsl::source.eq(&device.source),
        dsl::first_seen_at.eq(device.first_seen_at.secs()),
        dsl::last_seen_at.eq(device.last_seen_at.secs()),
    );
    diesel::insert_into(dsl::devices).values(values).execute(connection)?;
    Ok(())
}

/// Whether the device is one of that user's.
pub fn is_known(connection: &mut Connection, user: &UserId, id: &str) -> Result<bool, StorageError> {
    let found: i64 = dsl::devices.filter(dsl::id.eq(id).and(dsl::user_id.eq(user.as_str()))).count().get_result(connection)?;
    Ok(found > 0)
}

/// Notes another sign-in; false when the device is not known (any more).
pub fn touch(connection: &mut Connection, user: &UserId, id: &str, source: &str, now: Timestamp) -> Result<bool, StorageError> {
    let row = dsl::devices.filter(dsl::id.eq(id).and(dsl::user_id.eq(user.as_str())));
    Ok(diesel::update(row).set((dsl::source.eq(source), dsl::last_seen_at.eq(now.secs()))).execute(connection)? == 1)
}

/// A user's devices, the newest seen first.
pub fn list_of_user(connection: &mut Connection, user: &UserId) -> Result<Vec<Device>, StorageError> {
    let own = dsl::devices.filter(dsl::user_id.eq(user.as_str()));
    let rows: Vec<Row> = own.order((dsl::last_seen_at.desc(), dsl::id.desc())).load(connection)?;
    Ok(rows.into_iter().map(to_device).collect())
}

/// Forgets a device of that user; false when it is none of theirs.
pub fn remove(connection: &mut Connection, user: &UserId, id: &str) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::devices.filter(dsl::id.eq(id).and(dsl::user_id.eq(user.as_str())))).execute(connection)? == 1)
}
