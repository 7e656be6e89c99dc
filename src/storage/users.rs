//! Accounts.

use diesel::prelude::*;

use super::schema::users::dsl;
use super::{Connection, StorageError};
use crate::crypto::password_hash::PasswordHash;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;
use crate::domain::user::{DisplayName, Role, User, UserState};

/// A user with the hash, for sign-in alone.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// The account.
    pub user: User,
    /// Absent while invited.
    pub password_hash: Option<PasswordHash>,
}

type Row = (String, String, String, String, String, Option<String>, i64, Option<i64>);

fn to_record(row: Row) -> Result<UserRecord, StorageError> {
    let (id, email, name, role, state, hash, created_at, last) = row;
    let damaged = |what: &str| StorageError::Corrupt(format!("user {id}: {what}"));
    let user = User {
        email: Email::parse(&email).map_err(|fault| damaged(&fault.to_string()))?,
        name: DisplayName::parse(&name).map_err(|fault| damaged(&fault.to_string()))?,
        role: Role::parse(&role).ok_or_else(|| damaged("role"))?,
        state: UserState::parse(&state).ok_or_else(|| damaged("state"))?,
        created_at: Timestamp::from_secs(created_at),
        last_sign_in_at: last.map(Timestamp::from_secs),
        id: UserId::parse(&id).ok_or_else(|| damaged("id"))?,
    };
    Ok(UserRecord { user, password_hash: hash.map(PasswordHash::from_stored) })
}

macro_rules! columns {
    () => {
        (dsl::id, dsl::email, dsl::name, dsl::role, dsl::state, dsl::password_hash, dsl::created_at, dsl::last_sign_in_at)
    };
}

/// Adds an account; an address that is taken is [`StorageError::Conflict`].
pub fn insert(connection: &mut Connection, user: &User, hash: Option<&PasswordHash>) -> Result<(), StorageError> {
    let values = (
        dsl::id.eq(user.id.as_str()),
        dsl::email.eq(user.email.as_str()),
        dsl::name.eq(user.name.as_str()),
        dsl::role.eq(user.role.as_str()),
        dsl::state.eq(user.state.as_str()),
        dsl::password_hash.eq(hash.map(PasswordHash::as_str)),
        dsl::created_at.eq(user.created_at.secs()),
    );
    diesel::insert_into(dsl::users).values(values).execute(connection)?;
    Ok(())
}

/// The account with that canonical address.
pub fn find_by_email(connection: &mut Connection, email: &Email) -> Result<Option<UserRecord>, StorageError> {
    let row: Option<Row> = dsl::users.filter(dsl::email.eq(email.as_str())).select(columns!()).first(connection).optional()?;
    row.map(to_record).transpose()
}

/// The account of that name.
pub fn find_by_id(connection: &mut Connection, id: &UserId) -> Result<Option<UserRecord>, StorageError> {
    let row: Option<Row> = dsl::users.filter(dsl::id.eq(id.as_str())).select(columns!()).first(connection).optional()?;
    row.map(to_record).transpose()
}

/// All accounts, newest first, at most `limit`.
pub fn list(connection: &mut Connection, limit: i64) -> Result<Vec<User>, StorageError> {
    let rows: Vec<Row> = dsl::users.order((dsl::created_at.desc(), dsl::id.desc())).limit(limit).select(columns!()).load(connection)?;
    rows.into_iter().map(|row| to_record(row).map(|record| record.user)).collect()
}

/// Replaces the hash if it is still `current`; a change made meanwhile wins.
pub fn upgrade_password_hash(
    connection: &mut Connection,
    id: &UserId,
    current: &PasswordHash,
    new: &PasswordHash,
) -> Result<bool, StorageError> {
    let row = dsl::users.filter(dsl::id.eq(id.as_str()).and(dsl::password_hash.eq(current.as_str())));
    Ok(diesel::update(row).set(dsl::password_hash.eq(new.as_str())).execute(connection)? == 1)
}

/// Notes a sign-in of an account that is active and still has `hash`; false when it was disabled or changed meanwhile.
pub fn record_sign_in(connection: &mut Connection, id: &UserId, hash: Option<&PasswordHash>, now: Timestamp) -> Result<bool, StorageError> {
    let row = dsl::users.filter(
        dsl::id.eq(id.as_str()).and(dsl::state.eq(UserState::Active.as_str())).and(dsl::password_hash.eq(hash.map(PasswordHash::as_str))),
    );
    Ok(diesel::update(row).set(dsl::last_sign_in_at.eq(now.secs())).execute(connection)? == 1)
}

/// Sets the state; the last active admin cannot be disabled (false then, and when there is no such user).
pub fn set_state(connection: &mut Connection, id: &UserId, state: UserState) -> Result<bool, StorageError> {
    let target = find_by_id(connection, id)?;
    let is_admin = target.is_some_and(|record| record.user.role == Role::Admin && record.user.state == UserState::Active);
    if state != UserState::Active && is_admin && count_active_admins(connection)? <= 1 {
        return Ok(false);
    }
    Ok(diesel::update(dsl::users.filter(dsl::id.eq(id.as_str()))).set(dsl::state.eq(state.as_str())).execute(connection)? == 1)
}

/// How many admins can sign in.
pub fn count_active_admins(connection: &mut Connection) -> Result<i64, StorageError> {
    let admins = dsl::users.filter(dsl::role.eq(Role::Admin.as_str()).and(dsl::state.eq(UserState::Active.as_str())));
    Ok(admins.count().get_result(connection)?)
}
