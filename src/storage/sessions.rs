//! Live sessions; an ended one has no row, and nothing revives it.

use diesel::prelude::*;

use super::lists::{one_more, readable};
use super::schema::sessions::{self, dsl};
use super::schema::users;
use super::{Connection, StorageError};
use crate::domain::cursor::{Count, Cursor};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::origin::Origin;
use crate::domain::session::{ChildOf, MethodTimes, Session};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
struct Row {
    id: String,
    user_id: Option<String>,
    parent_id: Option<String>,
    org: Option<String>,
    created_at: i64,
    expires_at: i64,
    persistent: bool,
    methods: String,
    authenticated_at: i64,
    generation: i64,
    rotated_at: i64,
    successor_seen_at: Option<i64>,
    source: String,
    device: String,
    last_seen_at: i64,
}

impl From<&Session> for Row {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.to_string(),
            user_id: session.user.as_ref().map(ToString::to_string),
            parent_id: session.child_of.as_ref().map(|child| child.parent.to_string()),
            org: session.child_of.as_ref().map(|child| child.origin.to_string()),
            created_at: session.created_at.secs(),
            expires_at: session.expires_at.secs(),
            persistent: session.persistent,
            methods: session.methods.to_string(),
            authenticated_at: session.authenticated_at.secs(),
            generation: session.generation,
            rotated_at: session.rotated_at.secs(),
            successor_seen_at: session.successor_seen_at.map(Timestamp::secs),
            source: session.source.clone(),
            device: session.device.clone(),
            last_seen_at: session.last_seen_at.secs(),
        }
    }
}

impl TryFrom<Row> for Session {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Corrupt(format!("session {:?} has no valid {what}", row.id));
        Ok(Self {
            id: SessionId::parse(&row.id).ok_or_else(|| damaged("id"))?,
            user: row
                .user_id
                .as_deref()
                .map(|user| UserId::parse(user).ok_or_else(|| damaged("user_id")))
                .transpose()?,
            child_of: child_of(row.parent_id.as_deref(), row.org.as_deref(), || damaged("parent_id and org"))?,
            created_at: Timestamp::from_secs(row.created_at),
            expires_at: Timestamp::from_secs(row.expires_at),
            persistent: row.persistent,
            methods: MethodTimes::parse(&row.methods).ok_or_else(|| damaged("methods"))?,
            // Not known of sessions from before these columns.
            authenticated_at: Timestamp::from_secs(row.authenticated_at.max(row.created_at)),
            last_seen_at: Timestamp::from_secs(row.last_seen_at.max(row.created_at)),
            generation: row.generation,
            rotated_at: Timestamp::from_secs(row.rotated_at),
            successor_seen_at: row.successor_seen_at.map(Timestamp::from_secs),
            source: row.source,
            device: row.device,
        })
    }
}

/// Parent and origin as stored: both or neither, else `damaged`.
pub(super) fn child_of(
    parent: Option<&str>,
    origin: Option<&str>,
    damaged: impl FnOnce() -> StorageError,
) -> Result<Option<ChildOf>, StorageError> {
    if parent.is_none() && origin.is_none() {
        return Ok(None);
    }
    let (parent, origin) = (parent.and_then(SessionId::parse), origin.and_then(Origin::parse_canonical));
    let both = parent.zip(origin).map(|(parent, origin)| ChildOf { parent, origin });
    both.map(Some).ok_or_else(damaged)
}

fn to_ids(ids: &[String]) -> Vec<SessionId> {
    ids.iter().filter_map(|id| SessionId::parse(id)).collect()
}

/// Adds a session.
pub fn insert(connection: &mut Connection, session: &Session) -> Result<(), StorageError> {
    diesel::insert_into(dsl::sessions).values(Row::from(session)).execute(connection)?;
    Ok(())
}

/// The session with that ID, if its absolute end is in the future; the end of its parent is not considered.
pub fn find_live(connection: &mut Connection, id: &SessionId, now: Timestamp) -> Result<Option<Session>, StorageError> {
    let live = dsl::sessions.filter(dsl::id.eq(id.as_str()).and(dsl::expires_at.gt(now.secs())));
    let found = live.select(Row::as_select()).first(connection).optional()?.map(Session::try_from).transpose()?;
    // SQLite sorts text after every number: a time that is none would never be over.
    Ok(found.filter(|session| session.expires_at > now))
}

/// A user's live sessions, newest first; without children, like all lists and counts here.
pub fn list_of_user(connection: &mut Connection, user: &UserId, now: Timestamp) -> Result<Vec<Session>, StorageError> {
    let own = dsl::user_id.eq(user.as_str()).and(dsl::expires_at.gt(now.secs())).and(dsl::parent_id.is_null());
    let newest_first = dsl::sessions.filter(own).order((dsl::created_at.desc(), dsl::id.desc()));
    readable(500, |limit| newest_first.select(Row::as_select()).limit(limit).load(connection), Session::try_from)
}

/// A user's live sessions except the newest `newest`.
pub fn older_than_newest(
    connection: &mut Connection,
    user: &UserId,
    now: Timestamp,
    newest: usize,
) -> Result<Vec<SessionId>, StorageError> {
    let own = dsl::user_id.eq(user.as_str()).and(dsl::expires_at.gt(now.secs())).and(dsl::parent_id.is_null());
    let own = dsl::sessions.filter(own);
    let newest = i64::try_from(newest).unwrap_or(i64::MAX);
    // SQLite takes no offset without a limit.
    let older = own.order((dsl::created_at.desc(), dsl::id.desc())).offset(newest).limit(i64::MAX).select(dsl::id);
    Ok(to_ids(&older.load(connection)?))
}

/// The children of a session except the newest `newest`.
pub fn older_children(
    connection: &mut Connection,
    parent: &SessionId,
    newest: usize,
) -> Result<Vec<SessionId>, StorageError> {
    let children = dsl::sessions.filter(dsl::parent_id.eq(parent.as_str()));
    let newest = i64::try_from(newest).unwrap_or(i64::MAX);
    let older = children.order((dsl::created_at.desc(), dsl::id.desc())).offset(newest).limit(i64::MAX);
    Ok(to_ids(&older.select(dsl::id).load(connection)?))
}

/// All live sessions with the address of their user, newest first, older than `before`, at most `limit`.
pub fn page(
    connection: &mut Connection,
    before: Option<&Cursor>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<(Session, Option<String>)>, StorageError> {
    let load = |limit| {
        let live = dsl::expires_at.gt(now.secs()).and(dsl::parent_id.is_null());
        let mut query = dsl::sessions.left_join(users::table).filter(live).into_boxed();
        if let Some(Cursor { at, id }) = before {
            query = query.filter(dsl::created_at.lt(at.secs()).or(dsl::created_at.eq(at.secs()).and(dsl::id.lt(id))));
        }
        let newest_first = query.order((dsl::created_at.desc(), dsl::id.desc())).limit(limit);
        newest_first.select((Row::as_select(), users::email.nullable())).load::<(Row, Option<String>)>(connection)
    };
    readable(limit, load, |(row, email)| Ok((Session::try_from(row)?, email)))
}

/// How many live sessions there are.
pub fn count(connection: &mut Connection, now: Timestamp) -> Result<i64, StorageError> {
    let live = dsl::sessions.filter(dsl::expires_at.gt(now.secs()).and(dsl::parent_id.is_null()));
    Ok(live.count().get_result(connection)?)
}

/// How many live sessions there are, as far as a list counts.
pub fn count_for_list(connection: &mut Connection, now: Timestamp) -> Result<Count, StorageError> {
    let found = dsl::sessions
        .filter(dsl::expires_at.gt(now.secs()).and(dsl::parent_id.is_null()))
        .select(dsl::expires_at)
        .limit(one_more(Count::MOST))
        .load::<i64>(connection)?;
    Ok(Count::up_to(Count::MOST, found.len()))
}

/// Records that the session is in use.
pub fn touch(connection: &mut Connection, id: &SessionId, now: Timestamp) -> Result<(), StorageError> {
    diesel::update(dsl::sessions.filter(dsl::id.eq(id.as_str())))
        .set(dsl::last_seen_at.eq(now.secs()))
        .execute(connection)?;
    Ok(())
}

/// Records that the person proved their identity again.
pub fn mark_proved(
    connection: &mut Connection,
    id: &SessionId,
    methods: &MethodTimes,
    now: Timestamp,
) -> Result<(), StorageError> {
    let values = (dsl::methods.eq(methods.to_string()), dsl::authenticated_at.eq(now.secs()));
    diesel::update(dsl::sessions.filter(dsl::id.eq(id.as_str()))).set(values).execute(connection)?;
    Ok(())
}

/// Ends one session; false if it had ended before.
pub fn end(connection: &mut Connection, id: &SessionId) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::sessions.filter(dsl::id.eq(id.as_str()))).execute(connection)? == 1)
}

/// Ends one session of that user; false if it is not theirs.
pub fn end_of_user(connection: &mut Connection, id: &SessionId, user: &UserId) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::sessions.filter(dsl::id.eq(id.as_str()).and(dsl::user_id.eq(user.as_str()))))
        .execute(connection)?
        == 1)
}

/// Ends all sessions of a user but `except` and its children; returns the ended ones.
pub fn end_all_of_user(
    connection: &mut Connection,
    user: &UserId,
    except: Option<&SessionId>,
) -> Result<Vec<SessionId>, StorageError> {
    let except = except.map_or("", SessionId::as_str);
    let others_child = dsl::parent_id.is_null().or(dsl::parent_id.ne(except));
    let doomed = dsl::sessions.filter(dsl::user_id.eq(user.as_str()).and(dsl::id.ne(except)).and(others_child));
    Ok(to_ids(&diesel::delete(doomed).returning(dsl::id).get_results(connection)?))
}

/// Ends every session.
pub fn end_all(connection: &mut Connection) -> Result<Vec<SessionId>, StorageError> {
    Ok(to_ids(&diesel::delete(dsl::sessions).returning(dsl::id).get_results(connection)?))
}

/// Ends the sessions of the deprecated mode.
pub fn end_legacy(connection: &mut Connection) -> Result<Vec<SessionId>, StorageError> {
    Ok(to_ids(
        &diesel::delete(dsl::sessions.filter(dsl::user_id.is_null())).returning(dsl::id).get_results(connection)?,
    ))
}

/// Moves to the next generation if `from` is still the newest; succeeds for one of many concurrent callers (S42).
pub fn rotate(connection: &mut Connection, id: &SessionId, from: i64, now: Timestamp) -> Result<bool, StorageError> {
    let row =
        dsl::sessions.filter(dsl::id.eq(id.as_str()).and(dsl::generation.eq(from)).and(dsl::expires_at.gt(now.secs())));
    let next = (dsl::generation.eq(from + 1), dsl::rotated_at.eq(now.secs()), dsl::successor_seen_at.eq(None::<i64>));
    Ok(diesel::update(row).set(next).execute(connection)? == 1)
}

/// Records that the newest refresh token was presented, once (S44).
pub fn mark_successor_seen(
    connection: &mut Connection,
    id: &SessionId,
    generation: i64,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let row = dsl::sessions
        .filter(dsl::id.eq(id.as_str()).and(dsl::generation.eq(generation)).and(dsl::successor_seen_at.is_null()));
    Ok(diesel::update(row).set(dsl::successor_seen_at.eq(now.secs())).execute(connection)? == 1)
}

/// Deletes rows past their absolute end, and children whose parent has ended.
pub fn delete_expired(connection: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    let expired = diesel::delete(dsl::sessions.filter(dsl::expires_at.le(now.secs()))).execute(connection)?;
    let all = diesel::alias!(sessions as all);
    let orphans = dsl::sessions.filter(dsl::parent_id.ne_all(all.select(all.field(sessions::id).nullable())));
    Ok(expired + diesel::delete(orphans).execute(connection)?)
}
