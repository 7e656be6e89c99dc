//! Live sessions; an ended one has no row, and nothing revives it.

use diesel::prelude::*;

use super::schema::sessions::{self, dsl};
use super::schema::users;
use super::users::one_more;
use super::{Connection, StorageError};
use crate::domain::cursor::{Count, Cursor};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::Session;
use crate::domain::time::Timestamp;

type Row = (String, Option<String>, i64, i64, i64, i64, Option<i64>, String, String, i64);

fn to_session(row: Row) -> Result<Session, StorageError> {
    let (id, user, created_at, expires_at, generation, rotated_at, seen, source, device, last_seen_at) = row;
    let damaged = || StorageError::Corrupt("a session row has a malformed id".to_owned());
    Ok(Session {
        id: SessionId::parse(&id).ok_or_else(damaged)?,
        user: user.map(|user| UserId::parse(&user).ok_or_else(damaged)).transpose()?,
        created_at: Timestamp::from_secs(created_at),
        expires_at: Timestamp::from_secs(expires_at),
        generation,
        rotated_at: Timestamp::from_secs(rotated_at),
        successor_seen_at: seen.map(Timestamp::from_secs),
        source,
        device,
        last_seen_at: Timestamp::from_secs(last_seen_at.max(created_at)),
    })
}

fn to_ids(ids: &[String]) -> Vec<SessionId> {
    ids.iter().filter_map(|id| SessionId::parse(id)).collect()
}

/// Adds a session.
pub fn insert(connection: &mut Connection, session: &Session) -> Result<(), StorageError> {
    let values = (
        dsl::id.eq(session.id.as_str()),
        dsl::user_id.eq(session.user.as_ref().map(UserId::as_str)),
        dsl::created_at.eq(session.created_at.secs()),
        dsl::expires_at.eq(session.expires_at.secs()),
        dsl::generation.eq(session.generation),
        dsl::rotated_at.eq(session.rotated_at.secs()),
        dsl::successor_seen_at.eq(session.successor_seen_at.map(Timestamp::secs)),
        dsl::source.eq(&session.source),
        dsl::device.eq(&session.device),
        dsl::last_seen_at.eq(session.last_seen_at.secs()),
    );
    diesel::insert_into(dsl::sessions).values(values).execute(connection)?;
    Ok(())
}

/// The session of that name, if its absolute end is not reached.
pub fn find_live(connection: &mut Connection, id: &SessionId, now: Timestamp) -> Result<Option<Session>, StorageError> {
    let row: Option<Row> =
        dsl::sessions.filter(dsl::id.eq(id.as_str()).and(dsl::expires_at.gt(now.secs()))).first(connection).optional()?;
    row.map(to_session).transpose()
}

/// A user's live sessions, newest first.
pub fn list_of_user(connection: &mut Connection, user: &UserId, now: Timestamp) -> Result<Vec<Session>, StorageError> {
    let own = dsl::sessions.filter(dsl::user_id.eq(user.as_str()).and(dsl::expires_at.gt(now.secs())));
    let rows: Vec<Row> = own.order((dsl::created_at.desc(), dsl::id.desc())).limit(500).load(connection)?;
    rows.into_iter().map(to_session).collect()
}

/// A user's live sessions but the newest ones, of which there are `newest`.
pub fn older_than_newest(
    connection: &mut Connection,
    user: &UserId,
    now: Timestamp,
    newest: usize,
) -> Result<Vec<SessionId>, StorageError> {
    let own = dsl::sessions.filter(dsl::user_id.eq(user.as_str()).and(dsl::expires_at.gt(now.secs())));
    let newest = i64::try_from(newest).unwrap_or(i64::MAX);
    // SQLite takes no offset without a limit.
    let older = own.order((dsl::created_at.desc(), dsl::id.desc())).offset(newest).limit(i64::MAX).select(dsl::id);
    Ok(to_ids(&older.load(connection)?))
}

/// All live sessions with the address of their user, newest first, older than `before`, at most `limit`.
pub fn page(
    connection: &mut Connection,
    before: Option<&Cursor>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(Session, Option<String>)>, StorageError> {
    let mut query = dsl::sessions.left_join(users::table).filter(dsl::expires_at.gt(now.secs())).into_boxed();
    if let Some(Cursor { at, id }) = before {
        query = query.filter(dsl::created_at.lt(at.secs()).or(dsl::created_at.eq(at.secs()).and(dsl::id.lt(id))));
    }
    let rows: Vec<(Row, Option<String>)> = query
        .order((dsl::created_at.desc(), dsl::id.desc()))
        .limit(limit)
        .select((sessions::all_columns, users::email.nullable()))
        .load(connection)?;
    rows.into_iter().map(|(row, email)| Ok((to_session(row)?, email))).collect()
}

/// How many live sessions there are.
pub fn count(connection: &mut Connection, now: Timestamp) -> Result<i64, StorageError> {
    Ok(dsl::sessions.filter(dsl::expires_at.gt(now.secs())).count().get_result(connection)?)
}

/// How many live sessions there are, as far as a list counts.
pub fn count_for_list(connection: &mut Connection, now: Timestamp) -> Result<Count, StorageError> {
    let found = dsl::sessions
        .filter(dsl::expires_at.gt(now.secs()))
        .select(dsl::expires_at)
        .limit(one_more(Count::MOST))
        .load::<i64>(connection)?;
    Ok(Count::up_to(Count::MOST, found.len()))
}

/// Notes that the session is in use.
pub fn touch(connection: &mut Connection, id: &SessionId, now: Timestamp) -> Result<(), StorageError> {
    diesel::update(dsl::sessions.filter(dsl::id.eq(id.as_str()))).set(dsl::last_seen_at.eq(now.secs())).execute(connection)?;
    Ok(())
}

/// Ends one session; false when it had ended before.
pub fn end(connection: &mut Connection, id: &SessionId) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::sessions.filter(dsl::id.eq(id.as_str()))).execute(connection)? == 1)
}

/// Ends one session of that user alone; false when it is not theirs.
pub fn end_of_user(connection: &mut Connection, id: &SessionId, user: &UserId) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::sessions.filter(dsl::id.eq(id.as_str()).and(dsl::user_id.eq(user.as_str())))).execute(connection)? == 1)
}

/// Ends all sessions of a user but `except`; returns the ended ones.
pub fn end_all_of_user(connection: &mut Connection, user: &UserId, except: Option<&SessionId>) -> Result<Vec<SessionId>, StorageError> {
    let except = except.map_or("", SessionId::as_str);
    let doomed = dsl::sessions.filter(dsl::user_id.eq(user.as_str()).and(dsl::id.ne(except)));
    Ok(to_ids(&diesel::delete(doomed).returning(dsl::id).get_results(connection)?))
}

/// Ends every session.
pub fn end_all(connection: &mut Connection) -> Result<Vec<SessionId>, StorageError> {
    Ok(to_ids(&diesel::delete(dsl::sessions).returning(dsl::id).get_results(connection)?))
}

/// Ends the sessions of the deprecated mode.
pub fn end_legacy(connection: &mut Connection) -> Result<Vec<SessionId>, StorageError> {
    Ok(to_ids(&diesel::delete(dsl::sessions.filter(dsl::user_id.is_null())).returning(dsl::id).get_results(connection)?))
}

/// Moves to the next generation if `from` is still the newest; one of many callers wins (S42).
pub fn rotate(connection: &mut Connection, id: &SessionId, from: i64, now: Timestamp) -> Result<bool, StorageError> {
    let row = dsl::sessions.filter(dsl::id.eq(id.as_str()).and(dsl::generation.eq(from)).and(dsl::expires_at.gt(now.secs())));
    let next = (dsl::generation.eq(from + 1), dsl::rotated_at.eq(now.secs()), dsl::successor_seen_at.eq(None::<i64>));
    Ok(diesel::update(row).set(next).execute(connection)? == 1)
}

/// Notes that the newest refresh token was presented, once (S44).
pub fn mark_successor_seen(connection: &mut Connection, id: &SessionId, generation: i64, now: Timestamp) -> Result<bool, StorageError> {
    let row = dsl::sessions.filter(dsl::id.eq(id.as_str()).and(dsl::generation.eq(generation)).and(dsl::successor_seen_at.is_null()));
    Ok(diesel::update(row).set(dsl::successor_seen_at.eq(now.secs())).execute(connection)? == 1)
}

/// Removes rows past their absolute end.
pub fn delete_expired(connection: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    Ok(diesel::delete(dsl::sessions.filter(dsl::expires_at.le(now.secs()))).execute(connection)?)
}
