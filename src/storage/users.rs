//! Accounts.

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::lists::{one_more, readable};
use super::schema::users::{BoxedQuery, dsl};
use super::schema::{memberships, users};
use super::{Connection, StorageError, search};
use crate::crypto::password_hash::PasswordHash;
use crate::domain::cursor::Count;
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use crate::domain::user::{DisplayName, Role, User, UserState, Username};
use crate::domain::user_list::{UserFilter, UserOrder, UserPlace, UserSort, fold_case, search_text};

/// Up to this many accounts are sorted; a longer list is read in its order.
const FEW: usize = 2_000;

/// A user with the hash, only for sign-in.
#[derive(Clone, Debug)]
pub struct UserRecord {
    /// The account.
    pub user: User,
    /// Absent until the invitation is accepted.
    pub password_hash: Option<PasswordHash>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct Row {
    id: String,
    email: String,
    username: Option<String>,
    name: String,
    role: String,
    state: String,
    password_hash: Option<String>,
    created_at: i64,
    last_sign_in_at: Option<i64>,
    language: String,
}

#[derive(Insertable)]
#[diesel(table_name = users)]
struct NewRow<'a> {
    id: &'a str,
    email: &'a str,
    username: Option<&'a str>,
    name: &'a str,
    role: &'a str,
    state: &'a str,
    password_hash: Option<&'a str>,
    created_at: i64,
    last_sign_in_at: Option<i64>,
    language: &'a str,
    search: String,
}

impl TryFrom<Row> for UserRecord {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Corrupt(format!("user {:?} has no valid {what}", row.id));
        let username = row.username.as_deref().map(Username::parse).transpose();
        let user = User {
            id: UserId::parse(&row.id).ok_or_else(|| damaged("id"))?,
            // A stored spelling that is not the canonical one would escape the unique index.
            email: Email::parse(&row.email)
                .ok()
                .filter(|email| email.as_str() == row.email)
                .ok_or_else(|| damaged("email"))?,
            username: username
                .ok()
                .filter(|username| username.as_ref().map(Username::as_str) == row.username.as_deref())
                .ok_or_else(|| damaged("user name"))?,
            name: DisplayName::parse(&row.name).map_err(|fault| damaged(&format!("name: {fault:?}")))?,
            role: Role::parse(&row.role).ok_or_else(|| damaged("role"))?,
            state: UserState::parse(&row.state).ok_or_else(|| damaged("state"))?,
            created_at: Timestamp::from_secs(row.created_at),
            last_sign_in_at: row.last_sign_in_at.map(Timestamp::from_secs),
            language: Language::parse(&row.language),
        };
        Ok(Self { user, password_hash: row.password_hash.map(PasswordHash::from_stored) })
    }
}

/// Adds an account; [`StorageError::Conflict`] if the address or the user name is taken.
pub fn insert(connection: &mut Connection, user: &User, hash: Option<&PasswordHash>) -> Result<(), StorageError> {
    let row = NewRow {
        id: user.id.as_str(),
        email: user.email.as_str(),
        username: user.username.as_ref().map(Username::as_str),
        name: user.name.as_str(),
        role: user.role.as_str(),
        state: user.state.as_str(),
        password_hash: hash.map(PasswordHash::as_str),
        created_at: user.created_at.secs(),
        last_sign_in_at: user.last_sign_in_at.map(Timestamp::secs),
        language: user.language.map_or("", Language::tag),
        search: search_text(user.name.as_str(), user.email.as_str(), user.username.as_ref().map(Username::as_str)),
    };
    diesel::insert_into(dsl::users).values(row).execute(connection)?;
    Ok(())
}

/// Reads every account; the first one that cannot be read is the error.
pub fn check_all(connection: &mut Connection) -> Result<(), StorageError> {
    let mut after = String::new();
    loop {
        let rows: Vec<Row> = dsl::users
            .filter(dsl::id.gt(&after))
            .order(dsl::id)
            .limit(1000)
            .select(Row::as_select())
            .load(connection)?;
        let Some(last) = rows.last() else { return Ok(()) };
        last.id.clone_into(&mut after);
        for row in rows {
            UserRecord::try_from(row)?;
        }
    }
}

/// The account with that canonical address.
pub fn find_by_email(connection: &mut Connection, email: &Email) -> Result<Option<UserRecord>, StorageError> {
    let row = dsl::users.filter(dsl::email.eq(email.as_str())).select(Row::as_select()).first(connection).optional()?;
    row.map(UserRecord::try_from).transpose()
}

/// Whether some account has that user name.
pub fn has_username(connection: &mut Connection, username: &Username) -> Result<bool, StorageError> {
    let there = dsl::users.filter(dsl::username.eq(username.as_str()));
    Ok(diesel::select(diesel::dsl::exists(there)).get_result(connection)?)
}

/// The account with that ID.
pub fn find_by_id(connection: &mut Connection, id: &UserId) -> Result<Option<UserRecord>, StorageError> {
    let row = dsl::users.filter(dsl::id.eq(id.as_str())).select(Row::as_select()).first(connection).optional()?;
    row.map(UserRecord::try_from).transpose()
}

type Query = BoxedQuery<'static, <Connection as diesel::Connection>::Backend>;

/// How a filter is expressed: whether the planner may use an index for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// It may.
    ByIndex,
    /// The list is read in its order, and each row is examined.
    InOrder,
}

fn filtered(filter: &UserFilter, reading: Reading) -> Query {
    let mut query = dsl::users.into_boxed();
    if !filter.query.is_empty() {
        query = query.filter(dsl::search.like(format!("%{}%", escape_like(&fold_case(&filter.query)))).escape('\\'));
    }
    if let Some(group) = &filter.group {
        let members = memberships::table
            .filter(memberships::group_name.eq(group.as_str().to_owned()))
            .select(memberships::user_id);
        query = query.filter(dsl::id.eq_any(members));
    }
    // Of two conditions only one can use an index; admins are fewer than accounts in any state, and users are more.
    let by_role = filter.role == Some(Role::Admin) || filter.state.is_none();
    if let Some(state) = filter.state.map(UserState::as_str) {
        let plain = reading == Reading::InOrder || by_role;
        query = if plain { query.filter(dsl::state.concat("").eq(state)) } else { query.filter(dsl::state.eq(state)) };
    }
    if let Some(role) = filter.role.map(Role::as_str) {
        let plain = reading == Reading::InOrder || !by_role;
        query = if plain { query.filter(dsl::role.concat("").eq(role)) } else { query.filter(dsl::role.eq(role)) };
    }
    query
}

/// The matching accounts, by ID, if SQLite finds that they are few. Its planner cannot estimate how many rows a
/// condition leaves: a few rows are best sorted, of many the first ones are found quickly in order. PostgreSQL decides
/// that by itself.
fn few(c: &mut Connection, filter: &UserFilter) -> Result<Option<Vec<String>>, StorageError> {
    if matches!(c, Connection::Postgres(_)) || filter.is_empty() {
        return Ok(None);
    }
    let mut query = filtered(filter, Reading::ByIndex);
    if let Some(ids) = search::candidates(c, &fold_case(&filter.query), FEW)? {
        query = filtered(filter, Reading::InOrder).filter(dsl::id.eq_any(ids));
    }
    let found: Vec<String> = query.select(dsl::id).limit(one_more(FEW)).load(c)?;
    Ok((found.len() <= FEW).then_some(found))
}

/// A function that orders by `$key`, then by creation, and begins after the place; `$value` is the key of that place.
macro_rules! order_by {
    ($name:ident, $key:expr, $place:ident => $value:expr) => {
        fn $name(mut query: Query, descending: bool, $place: Option<&UserPlace>) -> Query {
            // The first condition is one that an index can begin at.
            if let Some($place) = $place
                && let (Some(key), Some(same_key)) = ($value, $value)
            {
                let (at, id) = ($place.cursor.at.secs(), $place.cursor.id.clone());
                query = if descending {
                    let same = dsl::created_at.lt(at).or(dsl::created_at.eq(at).and(dsl::id.lt(id)));
                    query.filter($key.le(key).and($key.lt(same_key).or(same)))
                } else {
                    let same = dsl::created_at.gt(at).or(dsl::created_at.eq(at).and(dsl::id.gt(id)));
                    query.filter($key.ge(key).and($key.gt(same_key).or(same)))
                };
            }
            if descending {
                query.order(($key.desc(), dsl::created_at.desc(), dsl::id.desc()))
            } else {
                query.order(($key.asc(), dsl::created_at.asc(), dsl::id.asc()))
            }
        }
    };
}

order_by!(by_created, dsl::created_at, place => Some(place.cursor.at.secs()));
order_by!(by_email, dsl::email, place => Some(place.key.clone()));
order_by!(by_name, dsl::search, place => Some(place.key.clone()));
order_by!(by_role, dsl::role, place => Some(place.key.clone()));
order_by!(by_state, dsl::state, place => Some(place.key.clone()));
order_by!(by_last_sign_in, last_sign_in(), place => place.key.parse::<i64>().ok());

fn last_sign_in() -> SqlLiteral<BigInt> {
    diesel::dsl::sql("COALESCE(last_sign_in_at, 0)")
}

/// Accounts in that order, after `place`, at most `limit`; and how many match the filter.
pub fn page(
    c: &mut Connection,
    filter: &UserFilter,
    order: UserOrder,
    place: Option<&UserPlace>,
    limit: i64,
) -> Result<(Vec<User>, Count), StorageError> {
    let few = few(c, filter)?;
    let by_filter = |few: Option<&Vec<String>>, reading| match few {
        Some(ids) => dsl::users.into_boxed().filter(dsl::id.eq_any(ids.clone())),
        None => filtered(filter, reading),
    };
    let (reading, count) = match &few {
        Some(ids) => (Reading::ByIndex, Count::Exactly(ids.len())),
        None if matches!(c, Connection::Sqlite(_)) && !filter.is_empty() => (Reading::InOrder, Count::MoreThan(FEW)),
        None => {
            let counted = filtered(filter, Reading::ByIndex)
                .select(dsl::created_at)
                .limit(one_more(Count::MOST))
                .load::<i64>(c)?;
            (Reading::ByIndex, Count::up_to(Count::MOST, counted.len()))
        }
    };
    let in_order = match order.by {
        UserSort::Created => by_created,
        UserSort::Email => by_email,
        UserSort::Name => by_name,
        UserSort::Role => by_role,
        UserSort::State => by_state,
        UserSort::LastSignIn => by_last_sign_in,
    };
    let load = |limit| {
        in_order(by_filter(few.as_ref(), reading), order.descending, place)
            .limit(limit)
            .select(Row::as_select())
            .load(c)
    };
    let users = readable(limit, load, |row| UserRecord::try_from(row).map(|record| record.user))?;
    Ok((users, count))
}

/// The search text is literal, never a pattern.
fn escape_like(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

/// Replaces the hash if it is still `current`; a concurrent change wins.
pub fn upgrade_password_hash(
    connection: &mut Connection,
    id: &UserId,
    current: &PasswordHash,
    new: &PasswordHash,
) -> Result<bool, StorageError> {
    let row = dsl::users.filter(dsl::id.eq(id.as_str()).and(dsl::password_hash.eq(current.as_str())));
    Ok(diesel::update(row).set(dsl::password_hash.eq(new.as_str())).execute(connection)? == 1)
}

/// Records a sign-in of an account that is active and, if a password was proved, still has that `hash`; false if it was
/// disabled or changed meanwhile.
pub fn record_sign_in(
    connection: &mut Connection,
    id: &UserId,
    hash: Option<&PasswordHash>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let active = dsl::id.eq(id.as_str()).and(dsl::state.eq(UserState::Active.as_str()));
    let set = dsl::last_sign_in_at.eq(now.secs());
    let row = dsl::users.filter(active);
    let recorded = match hash {
        Some(hash) => diesel::update(row.filter(dsl::password_hash.eq(hash.as_str()))).set(set).execute(connection)?,
        None => diesel::update(row).set(set).execute(connection)?,
    };
    Ok(recorded == 1)
}

/// Locks the account's row until the end of the transaction.
pub fn hold(connection: &mut Connection, id: &UserId) -> Result<(), StorageError> {
    let row = dsl::users.filter(dsl::id.eq(id.as_str()));
    diesel::update(row).set(dsl::state.eq(dsl::state)).execute(connection)?;
    Ok(())
}

/// Sets a new hash and activates an invited account; false if the account is disabled or deleted, or `current` is not
/// its hash.
pub fn set_password(
    connection: &mut Connection,
    id: &UserId,
    current: Option<&PasswordHash>,
    new: &PasswordHash,
) -> Result<bool, StorageError> {
    let usable = dsl::id.eq(id.as_str()).and(dsl::state.ne(UserState::Disabled.as_str()));
    let values = (dsl::password_hash.eq(new.as_str()), dsl::state.eq(UserState::Active.as_str()));
    let changed = match current {
        Some(current) => diesel::update(dsl::users.filter(usable.and(dsl::password_hash.eq(current.as_str()))))
            .set(values)
            .execute(connection)?,
        None => diesel::update(dsl::users.filter(usable)).set(values).execute(connection)?,
    };
    Ok(changed == 1)
}

/// Sets the display name and the language.
pub fn set_profile(
    connection: &mut Connection,
    id: &UserId,
    name: &DisplayName,
    language: Option<Language>,
) -> Result<bool, StorageError> {
    let values = (dsl::name.eq(name.as_str()), dsl::language.eq(language.map_or("", Language::tag)));
    let changed = diesel::update(dsl::users.filter(dsl::id.eq(id.as_str()))).set(values).execute(connection)? == 1;
    set_search_text(connection, id)?;
    Ok(changed)
}

/// Sets the address of an active account; [`StorageError::Conflict`] if it is taken.
pub fn set_email(connection: &mut Connection, id: &UserId, email: &Email) -> Result<bool, StorageError> {
    let row = dsl::users.filter(dsl::id.eq(id.as_str()).and(dsl::state.eq(UserState::Active.as_str())));
    let changed = diesel::update(row).set(dsl::email.eq(email.as_str())).execute(connection)? == 1;
    set_search_text(connection, id)?;
    Ok(changed)
}

/// Sets or takes away the user name; one that is taken is [`StorageError::Conflict`].
pub fn set_username(
    connection: &mut Connection,
    id: &UserId,
    username: Option<&Username>,
) -> Result<bool, StorageError> {
    let row = dsl::users.filter(dsl::id.eq(id.as_str()));
    let changed = diesel::update(row).set(dsl::username.eq(username.map(Username::as_str))).execute(connection)? == 1;
    set_search_text(connection, id)?;
    Ok(changed)
}

/// Updates the search text with name and address.
fn set_search_text(connection: &mut Connection, id: &UserId) -> Result<(), StorageError> {
    let row = dsl::users.filter(dsl::id.eq(id.as_str()));
    let Some(found) = row.select(Row::as_select()).first(connection).optional()? else { return Ok(()) };
    let search = search_text(&found.name, &found.email, found.username.as_deref());
    diesel::update(row).set(dsl::search.eq(search)).execute(connection)?;
    Ok(())
}

/// Sets the state. The caller has made sure that an active admin stays.
pub fn set_state(connection: &mut Connection, id: &UserId, state: UserState) -> Result<bool, StorageError> {
    Ok(diesel::update(dsl::users.filter(dsl::id.eq(id.as_str())))
        .set(dsl::state.eq(state.as_str()))
        .execute(connection)?
        == 1)
}

/// Sets the role. The caller has made sure that an active admin stays.
pub fn set_role(connection: &mut Connection, id: &UserId, role: Role) -> Result<bool, StorageError> {
    Ok(diesel::update(dsl::users.filter(dsl::id.eq(id.as_str())))
        .set(dsl::role.eq(role.as_str()))
        .execute(connection)?
        == 1)
}

/// Deletes the account with its sessions, links, mails and devices. The caller has made sure that an active admin
/// stays.
pub fn delete(connection: &mut Connection, id: &UserId) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::users.filter(dsl::id.eq(id.as_str()))).execute(connection)? == 1)
}
