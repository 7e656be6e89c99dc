//! Second factors and recovery codes (S122 to S128).

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
    secret: String,
    last_step: i64,
    created_at: i64,
    last_used_at: Option<i64>,
}

/// A factor with its sealed secret.
#[derive(Clone, Debug)]
pub struct FactorRecord {
    /// The factor.
    pub factor: Factor,
    /// The sealed secret.
    pub secret: String,
}

impl TryFrom<Row> for FactorRecord {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let damaged = || StorageError::Corrupt(format!("the second factor {:?} cannot be read", row.id));
        let factor = Factor {
            id: FactorId::parse(&row.id).ok_or_else(damaged)?,
            kind: FactorKind::parse(&row.kind).ok_or_else(damaged)?,
            name: DisplayName::parse(&row.name).map_err(|_fault| damaged())?,
            created_at: Timestamp::from_secs(row.created_at),
            last_used_at: row.last_used_at.map(Timestamp::from_secs),
        };
        Ok(Self { factor, secret: row.secret })
    }
}

/// Adds a factor of `user`; the step by which it was proved counts as used.
pub fn insert(
    c: &mut Connection,
    user: &UserId,
    FactorRecord { factor, secret }: &FactorRecord,
    step: i64,
) -> Result<(), StorageError> {
    let row = Row {
        id: factor.id.to_string(),
        user_id: user.to_string(),
        kind: factor.kind.as_str().to_owned(),
        name: factor.name.as_str().to_owned(),
        secret: secret.clone(),
        last_step: step,
        created_at: factor.created_at.secs(),
        last_used_at: factor.last_used_at.map(Timestamp::secs),
    };
    diesel::insert_into(factors::table).values(row).execute(c)?;
    Ok(())
}

/// The factors of a person, oldest first. One that cannot be read is an error: leaving it out would let its owner in
/// without it.
pub fn list_of_user(c: &mut Connection, user: &UserId) -> Result<Vec<FactorRecord>, StorageError> {
    let own = factors::table.filter(factors::user_id.eq(user.as_str()));
    let rows: Vec<Row> = own.order((factors::created_at, factors::id)).select(Row::as_select()).load(c)?;
    rows.into_iter().map(FactorRecord::try_from).collect()
}

/// Whether the person has a factor, readable or not.
pub fn has_any(c: &mut Connection, user: &UserId) -> Result<bool, StorageError> {
    let own = factors::table.filter(factors::user_id.eq(user.as_str()));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(c)?)
}

/// Uses a step of a code; false if it, or a later one, was used before: of many at once one succeeds (S123).
pub fn use_step(c: &mut Connection, id: &FactorId, step: i64, now: Timestamp) -> Result<bool, StorageError> {
    let unused = factors::table.filter(factors::id.eq(id.as_str()).and(factors::last_step.lt(step)));
    let values = (factors::last_step.eq(step), factors::last_used_at.eq(now.secs()));
    Ok(diesel::update(unused).set(values).execute(c)? == 1)
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
