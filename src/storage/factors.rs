//! Second factors, whatever their kind, and recovery codes (S122 to S128).

use diesel::prelude::*;

use super::schema::{factors, recovery_codes};
use super::{Connection, StorageError};
use crate::crypto::opaque_token::TokenHash;
use crate::domain::factors::{Factor, FactorKind};
use crate::domain::ids::{FactorId, UserId};
use crate::domain::time::Timestamp;
use crate::domain::user::DisplayName;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = factors)]
struct Row {
    id: String,
    user_id: String,
    kind: String,
    name: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl TryFrom<Row> for Factor {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let damaged = || StorageError::Corrupt(format!("the second factor {:?} cannot be read", row.id));
        Ok(Self {
            id: FactorId::parse(&row.id).ok_or_else(damaged)?,
            kind: FactorKind::parse(&row.kind).ok_or_else(damaged)?,
            name: DisplayName::parse(&row.name).map_err(|_fault| damaged())?,
            created_at: Timestamp::from_secs(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp::from_secs),
        })
    }
}

/// Adds a factor of `user`, without what is of its kind.
pub fn insert(c: &mut Connection, user: &UserId, factor: &Factor) -> Result<(), StorageError> {
    let row = Row {
        id: factor.id.to_string(),
        user_id: user.to_string(),
        kind: factor.kind.as_str().to_owned(),
        name: factor.name.as_str().to_owned(),
        created_at: factor.created_at.secs(),
        last_used_at: factor.last_used_at.map(Timestamp::secs),
    };
    diesel::insert_into(factors::table).values(row).execute(c)?;
    Ok(())
}

/// The factors of a person, oldest first. One that cannot be read is an error: leaving it out would let its owner in
/// without it.
pub fn list_of_user(c: &mut Connection, user: &UserId) -> Result<Vec<Factor>, StorageError> {
    let own = factors::table.filter(factors::user_id.eq(user.as_str()));
    let rows: Vec<Row> = own.order((factors::created_at, factors::id)).select(Row::as_select()).load(c)?;
    rows.into_iter().map(Factor::try_from).collect()
}

/// How many factors a person has, readable or not.
pub fn count_of_user(c: &mut Connection, user: &UserId) -> Result<usize, StorageError> {
    let found: i64 = factors::table.filter(factors::user_id.eq(user.as_str())).count().get_result(c)?;
    Ok(usize::try_from(found).unwrap_or(usize::MAX))
}

/// How many factors of that kind all people have.
pub fn count_of_kind(c: &mut Connection, kind: FactorKind) -> Result<i64, StorageError> {
    Ok(factors::table.filter(factors::kind.eq(kind.as_str())).count().get_result(c)?)
}

/// Whether the person has a factor, readable or not.
pub fn has_any(c: &mut Connection, user: &UserId) -> Result<bool, StorageError> {
    let own = factors::table.filter(factors::user_id.eq(user.as_str()));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(c)?)
}

/// Notes that a factor was just used.
pub fn note_use(c: &mut Connection, id: &FactorId, now: Timestamp) -> Result<(), StorageError> {
    let used = factors::table.filter(factors::id.eq(id.as_str()));
    diesel::update(used).set(factors::last_used_at.eq(now.secs())).execute(c)?;
    Ok(())
}

/// Gives a factor of that person another name; false if it is none of theirs.
pub fn rename(c: &mut Connection, user: &UserId, id: &FactorId, name: &DisplayName) -> Result<bool, StorageError> {
    let own = factors::table.filter(factors::id.eq(id.as_str()).and(factors::user_id.eq(user.as_str())));
    Ok(diesel::update(own).set(factors::name.eq(name.as_str())).execute(c)? == 1)
}

/// Deletes a factor of that person; false if it is none of theirs.
pub fn remove(c: &mut Connection, user: &UserId, id: &FactorId) -> Result<bool, StorageError> {
    let own = factors::table.filter(factors::id.eq(id.as_str()).and(factors::user_id.eq(user.as_str())));
    Ok(diesel::delete(own).execute(c)? == 1)
}

/// Deletes everything that a person has besides the password; returns how many factors there were.
pub fn remove_all(c: &mut Connection, user: &UserId) -> Result<usize, StorageError> {
    replace_recovery_codes(c, user, &[])?;
    Ok(diesel::delete(factors::table.filter(factors::user_id.eq(user.as_str()))).execute(c)?)
}

/// Replaces the recovery codes of a person.
pub fn replace_recovery_codes(c: &mut Connection, user: &UserId, codes: &[TokenHash]) -> Result<(), StorageError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user.as_str()))).execute(c)?;
    for code in codes {
        let values = (recovery_codes::hash.eq(code.as_str()), recovery_codes::user_id.eq(user.as_str()));
        diesel::insert_into(recovery_codes::table).values(values).execute(c)?;
    }
    Ok(())
}

/// Uses up a recovery code; of many at once one succeeds (S128).
pub fn take_recovery_code(c: &mut Connection, user: &UserId, code: &TokenHash) -> Result<bool, StorageError> {
    let own = recovery_codes::hash.eq(code.as_str()).and(recovery_codes::user_id.eq(user.as_str()));
    Ok(diesel::delete(recovery_codes::table.filter(own)).execute(c)? == 1)
}

/// How many recovery codes a person has left.
pub fn count_recovery_codes(c: &mut Connection, user: &UserId) -> Result<usize, StorageError> {
    let own = recovery_codes::table.filter(recovery_codes::user_id.eq(user.as_str()));
    let found: i64 = own.count().get_result(c)?;
    Ok(usize::try_from(found).unwrap_or(0))
}
