//! Groups, and who is in them.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::schema::{groups, memberships, users};
use super::{Connection, StorageError};
use crate::domain::groups::GroupName;
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;

/// A group with the number of its members.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: GroupName,
    /// When it was created.
    pub created_at: Timestamp,
    /// How many people are in it.
    pub members: i64,
}

fn name_of(stored: &str) -> Result<GroupName, StorageError> {
    // The stored spelling is compared, so it has to be the canonical one.
    GroupName::parse(stored)
        .ok()
        .filter(|name| name.as_str() == stored)
        .ok_or_else(|| StorageError::Corrupt(format!("the group {stored:?} has no valid name")))
}

/// Adds a group; [`StorageError::Conflict`] if there is one with that name.
pub fn insert(connection: &mut Connection, name: &GroupName, now: Timestamp) -> Result<(), StorageError> {
    let values = (groups::name.eq(name.as_str()), groups::created_at.eq(now.secs()));
    diesel::insert_into(groups::table).values(values).execute(connection)?;
    Ok(())
}

/// Deletes a group with its memberships; false if there is none.
pub fn delete(connection: &mut Connection, name: &GroupName) -> Result<bool, StorageError> {
    Ok(diesel::delete(groups::table.filter(groups::name.eq(name.as_str()))).execute(connection)? == 1)
}

/// Whether there is such a group. Locks its row, so that it stays until the transaction ends and its members are
/// changed by one transaction at a time; lock several in the order of their names.
pub fn lock(connection: &mut Connection, name: &GroupName) -> Result<bool, StorageError> {
    let row = groups::table.filter(groups::name.eq(name.as_str()));
    // An update that changes nothing locks the row in both databases alike.
    Ok(diesel::update(row).set(groups::created_at.eq(groups::created_at)).execute(connection)? == 1)
}

/// Whether there is such an account. Locks its row like [`lock`], so that its groups are changed by one transaction at
/// a time, and not while it is deleted; lock accounts before groups, several in the order of their identifiers.
pub fn lock_member(connection: &mut Connection, id: &UserId) -> Result<bool, StorageError> {
    let row = users::table.filter(users::id.eq(id.as_str()));
    Ok(diesel::update(row).set(users::created_at.eq(users::created_at)).execute(connection)? == 1)
}

/// Every group, by name.
pub fn list(connection: &mut Connection) -> Result<Vec<Group>, StorageError> {
    let counts: Vec<(String, i64)> = memberships::table
        .group_by(memberships::group_name)
        .select((memberships::group_name, count_star()))
        .load(connection)?;
    let counts: BTreeMap<String, i64> = counts.into_iter().collect();
    let rows: Vec<(String, i64)> = groups::table.select((groups::name, groups::created_at)).load(connection)?;
    let group = |(name, created_at): (String, i64)| {
        let members = counts.get(&name).copied().unwrap_or(0);
        Ok(Group { name: name_of(&name)?, created_at: Timestamp::from_secs(created_at), members })
    };
    let mut found = rows.into_iter().map(group).collect::<Result<Vec<_>, StorageError>>()?;
    // Databases differ in the order of hyphens and underscores.
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// When the group was created; `None` if there is none.
pub fn created_at(connection: &mut Connection, name: &GroupName) -> Result<Option<Timestamp>, StorageError> {
    let row = groups::table.filter(groups::name.eq(name.as_str()));
    let found: Option<i64> = row.select(groups::created_at).first(connection).optional()?;
    Ok(found.map(Timestamp::from_secs))
}

/// The groups of a person, by name.
pub fn of_user(connection: &mut Connection, user: &UserId) -> Result<Vec<GroupName>, StorageError> {
    let own = memberships::table.filter(memberships::user_id.eq(user.as_str()));
    let names: Vec<String> = own.select(memberships::group_name).load(connection)?;
    let mut names = names.iter().map(|name| name_of(name)).collect::<Result<Vec<_>, _>>()?;
    names.sort_unstable();
    Ok(names)
}

/// The groups of everybody who is in one, by name.
pub fn of_everybody(connection: &mut Connection) -> Result<BTreeMap<String, Vec<GroupName>>, StorageError> {
    let rows: Vec<(String, String)> =
        memberships::table.select((memberships::user_id, memberships::group_name)).load(connection)?;
    let mut found: BTreeMap<String, Vec<GroupName>> = BTreeMap::new();
    for (user, name) in rows {
        found.entry(user).or_default().push(name_of(&name)?);
    }
    for names in found.values_mut() {
        names.sort_unstable();
    }
    Ok(found)
}

/// Reads every group and membership; the first one that cannot be read is the error.
pub fn check_all(connection: &mut Connection) -> Result<(), StorageError> {
    list(connection)?;
    of_everybody(connection).map(drop)
}

/// Adds a person to a group that is locked; false if they are in it already.
pub fn join(connection: &mut Connection, id: &str, name: &GroupName, user: &UserId) -> Result<bool, StorageError> {
    let own = memberships::group_name.eq(name.as_str()).and(memberships::user_id.eq(user.as_str()));
    if memberships::table.filter(own).count().get_result::<i64>(connection)? > 0 {
        return Ok(false);
    }
    let values =
        (memberships::id.eq(id), memberships::group_name.eq(name.as_str()), memberships::user_id.eq(user.as_str()));
    diesel::insert_into(memberships::table).values(values).execute(connection)?;
    Ok(true)
}

/// Removes a person from a group; false if they are not in it.
pub fn leave(connection: &mut Connection, name: &GroupName, user: &UserId) -> Result<bool, StorageError> {
    let own = memberships::group_name.eq(name.as_str()).and(memberships::user_id.eq(user.as_str()));
    Ok(diesel::delete(memberships::table.filter(own)).execute(connection)? > 0)
}
