//! Accounts.

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::schema::users::dsl;
use super::{Connection, StorageError};
use crate::crypto::password_hash::PasswordHash;
use crate::domain::cursor::Cursor;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use crate::domain::user::{DisplayName, Role, User, UserFilter, UserState};

diesel::define_sql_function! {
    /// Lower case, as far as the database knows it.
    fn lower(text: Text) -> Text;
}

/// A user with the hash, for sign-in alone.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// The account.
    pub user: User,
    /// Absent while invited.
    pub password_hash: Option<PasswordHash>,
}

type Row = (String, String, String, String, String, Option<String>, i64, Option<i64>, String);

fn to_record(row: Row) -> Result<UserRecord, StorageError> {
    let (id, email, name, role, state, hash, created_at, last, language) = row;
    let damaged = |what: &str| StorageError::Corrupt(format!("user {id}: {what}"));
    let user = User {
        email: Email::parse(&email).map_err(|fault| damaged(&format!("{fault:?}")))?,
        name: DisplayName::parse(&name).map_err(|fault| damaged(&format!("{fault:?}")))?,
        role: Role::parse(&role).ok_or_else(|| damaged("role"))?,
        state: UserState::parse(&state).ok_or_else(|| damaged("state"))?,
        created_at: Timestamp::from_secs(created_at),
        last_sign_in_at: last.map(Timestamp::from_secs),
        language: Language::parse(&language),
        id: UserId::parse(&id).ok_or_else(|| damaged("id"))?,
    };
    Ok(UserRecord { user, password_hash: hash.map(PasswordHash::from_stored) })
}

macro_rules! columns {
    () => {
        (dsl::id, dsl::email, dsl::name, dsl::role, dsl::state, dsl::password_hash, dsl::created_at, dsl::last_sign_in_at, dsl::language)
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
        dsl::last_sign_in_at.eq(user.last_sign_in_at.map(Timestamp::secs)),
        dsl::language.eq(user.language.map_or("", Language::tag)),
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

/// Accounts, newest first, older than `before`, at most `limit`.
pub fn page(connection: &mut Connection, filter: &UserFilter, before: Option<&Cursor>, limit: i64) -> Result<Vec<User>, StorageError> {
    let mut query = dsl::users.into_boxed();
    if !filter.query.is_empty() {
        let pattern = |text: &str| format!("%{}%", escape_like(text));
        let lower_case = filter.query.to_lowercase();
        let folded = pattern(&lower_case);
        // The databases fold the case of ASCII alone: a name like Ömer Öz is found as typed, and with capitals.
        let (typed, capital) = (pattern(&filter.query), pattern(&with_capitals(&lower_case)));
        let by_name = lower(dsl::name).like(folded.clone()).escape('\\');
        let by_name = by_name.or(dsl::name.like(typed).escape('\\')).or(dsl::name.like(capital).escape('\\'));
        query = query.filter(dsl::email.like(folded).escape('\\').or(by_name));
    }
    if let Some(state) = filter.state {
        query = query.filter(dsl::state.eq(state.as_str()));
    }
    if let Some(role) = filter.role {
        query = query.filter(dsl::role.eq(role.as_str()));
    }
    if let Some(Cursor { at, id }) = before {
        query = query.filter(dsl::created_at.lt(at.secs()).or(dsl::created_at.eq(at.secs()).and(dsl::id.lt(id))));
    }
    let rows: Vec<Row> = query.order((dsl::created_at.desc(), dsl::id.desc())).limit(limit).select(columns!()).load(connection)?;
    rows.into_iter().map(|row| to_record(row).map(|record| record.user)).collect()
}

/// Each word with a capital.
fn with_capitals(text: &str) -> String {
    let mut begins = true;
    let mut capital = |c: char| {
        let now = std::mem::replace(&mut begins, !c.is_alphanumeric());
        if now { c.to_uppercase().collect::<String>() } else { c.to_string() }
    };
    text.chars().map(&mut capital).collect()
}

/// What is typed is text, never a pattern.
fn escape_like(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
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

/// Sets a new hash and makes an invited account active; false when the account is disabled or gone, or `current` is not its hash.
pub fn set_password(
    connection: &mut Connection,
    id: &UserId,
    current: Option<&PasswordHash>,
    new: &PasswordHash,
) -> Result<bool, StorageError> {
    let usable = dsl::id.eq(id.as_str()).and(dsl::state.ne(UserState::Disabled.as_str()));
    let values = (dsl::password_hash.eq(new.as_str()), dsl::state.eq(UserState::Active.as_str()));
    let changed = match current {
        Some(current) => {
            diesel::update(dsl::users.filter(usable.and(dsl::password_hash.eq(current.as_str())))).set(values).execute(connection)?
        }
        None => diesel::update(dsl::users.filter(usable)).set(values).execute(connection)?,
    };
    Ok(changed == 1)
}

/// Sets the display name and the language.
pub fn set_profile(connection: &mut Connection, id: &UserId, name: &DisplayName, language: Option<Language>) -> Result<bool, StorageError> {
    let values = (dsl::name.eq(name.as_str()), dsl::language.eq(language.map_or("", Language::tag)));
    Ok(diesel::update(dsl::users.filter(dsl::id.eq(id.as_str()))).set(values).execute(connection)? == 1)
}

/// Sets the address of an active account; an address that is taken is [`StorageError::Conflict`].
pub fn set_email(connection: &mut Connection, id: &UserId, email: &Email) -> Result<bool, StorageError> {
    let row = dsl::users.filter(dsl::id.eq(id.as_str()).and(dsl::state.eq(UserState::Active.as_str())));
    Ok(diesel::update(row).set(dsl::email.eq(email.as_str())).execute(connection)? == 1)
}

/// Sets the state. The caller has made sure that an active admin stays.
pub fn set_state(connection: &mut Connection, id: &UserId, state: UserState) -> Result<bool, StorageError> {
    Ok(diesel::update(dsl::users.filter(dsl::id.eq(id.as_str()))).set(dsl::state.eq(state.as_str())).execute(connection)? == 1)
}

/// Sets the role. The caller has made sure that an active admin stays.
pub fn set_role(connection: &mut Connection, id: &UserId, role: Role) -> Result<bool, StorageError> {
    Ok(diesel::update(dsl::users.filter(dsl::id.eq(id.as_str()))).set(dsl::role.eq(role.as_str())).execute(connection)? == 1)
}

/// Deletes the account with its sessions, links, mails and devices. The caller has made sure that an active admin stays.
pub fn delete(connection: &mut Connection, id: &UserId) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::users.filter(dsl::id.eq(id.as_str()))).execute(connection)? == 1)
}

/// Whether nobody but `id` is an active admin. Locks the admins' rows, so that two deeds at once cannot remove the last two.
pub fn is_last_active_admin(connection: &mut Connection, id: &UserId) -> Result<bool, StorageError> {
    // An update that changes nothing takes the row locks on both databases alike.
    let admins = dsl::users.filter(dsl::role.eq(Role::Admin.as_str()).and(dsl::state.eq(UserState::Active.as_str())));
    let mut active: Vec<String> =
        diesel::update(admins).set(dsl::session_epoch.eq(dsl::session_epoch)).returning(dsl::id).get_results(connection)?;
    active.retain(|admin| admin != id.as_str());
    Ok(active.is_empty())
}
