//! Stores sessions in the database, or in Redis beside it, with the same functions.
//!
//! With Redis too the database decides what has ended: a tombstone for one session, a raised `session_epoch` for all of
//! a user. Both are written in the transaction that ends them; the keys are deleted afterwards, and it does not matter
//! if that fails.

use diesel::prelude::*;

use super::redis_record::StoredSession;
use super::redis_sessions::RedisSessions;
use super::schema::{tombstones, users};
use super::{Connection, StorageError, sessions};
use crate::domain::cursor::{Count, Cursor};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{MethodTimes, Session};
use crate::domain::time::Timestamp;

/// The store of sessions that `SESSION_STORE` names.
#[derive(Clone)]
pub enum SessionStore {
    /// The table `sessions`.
    Database,
    /// Redis.
    Redis(RedisSessions),
}

/// The one session of a user that does not end with the others.
pub struct Kept<'a> {
    /// Its ID.
    pub session: &'a SessionId,
    /// Added to the user's epoch; random. Redis changes before the commit, which may still fail: if another operation
    /// could then arrive at the same epoch, the session would outlive its end.
    pub step: i64,
}

/// An unreadable session authenticates nobody, but its browser may sign in again.
fn or_none<T>(found: Result<Option<T>, StorageError>) -> Result<Option<T>, StorageError> {
    match found {
        Err(StorageError::Corrupt(fault)) => {
            tracing::error!(%fault, "an unreadable session was ignored");
            Ok(None)
        }
        other => other,
    }
}

impl SessionStore {
    /// Adds a session, at the end of a sign-in's transaction except for the notices: an error of Redis undoes the
    /// sign-in.
    pub fn insert(&self, c: &mut Connection, session: &Session) -> Result<(), StorageError> {
        match self {
            Self::Database => sessions::insert(c, session),
            Self::Redis(redis) => {
                let epoch = session.user.as_ref().map(|user| epoch_of(c, user)).transpose()?.flatten().unwrap_or(0);
                redis.insert(&StoredSession { session: session.clone(), epoch, next_epoch: None }, session.created_at)
            }
        }
    }

    /// The session with that ID, if it is live: neither expired nor ended, nor a child of one that is not live.
    pub fn find_live(
        &self,
        c: &mut Connection,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Option<Session>, StorageError> {
        let Some(session) = self.find_unended(c, id, now)? else { return Ok(None) };
        let Some(child) = &session.child_of else { return Ok(Some(session)) };
        let parent = self.find_unended(c, &child.parent, now)?;
        Ok(parent.and_then(|parent| session.within(&parent)))
    }

    /// The session with that ID, if it has neither expired nor ended; its parent may have.
    fn find_unended(
        &self,
        c: &mut Connection,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Option<Session>, StorageError> {
        match self {
            Self::Database => or_none(sessions::find_live(c, id, now)),
            // First Redis, then the database: a session ended before this call is found ended.
            Self::Redis(redis) => {
                let Some(stored) = or_none(redis.find(id))? else { return Ok(None) };
                Ok(is_live(c, &stored, now)?.then_some(stored.session))
            }
        }
    }

    /// A user's live sessions, newest first.
    pub fn list_of_user(
        &self,
        c: &mut Connection,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Vec<Session>, StorageError> {
        match self {
            Self::Database => sessions::list_of_user(c, user, now),
            Self::Redis(redis) => only_live(c, redis.list_of(Some(user))?, now),
        }
    }

    /// All live sessions with the address of their user, newest first, older than `before`, at most `limit`.
    pub fn page(
        &self,
        c: &mut Connection,
        before: Option<&Cursor>,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<(Session, Option<String>)>, StorageError> {
        let Self::Redis(redis) = self else { return sessions::page(c, before, now, limit) };
        // Redis also has ended sessions, and a short page would look like the last one.
        let (mut live, mut before) = (Vec::new(), before.cloned());
        let wanted = usize::try_from(limit).unwrap_or(0);
        while live.len() < wanted {
            let found = redis.page(before.as_ref(), wanted)?;
            let Some(last) = found.last() else { break };
            before = Some(Cursor { at: last.session.created_at, id: last.session.id.to_string() });
            live.extend(only_live(c, found, now)?);
        }
        live.truncate(wanted);
        let named = live.into_iter().map(|session| {
            let email = session.user.as_ref().map(|user| email_of(c, user)).transpose()?.flatten();
            Ok((session, email))
        });
        named.collect()
    }

    /// How many sessions there are.
    pub fn count(&self, c: &mut Connection, now: Timestamp) -> Result<i64, StorageError> {
        match self {
            Self::Database => sessions::count(c, now),
            Self::Redis(redis) => redis.count(),
        }
    }

    /// How many sessions there are, as far as a list counts.
    pub fn count_for_list(&self, c: &mut Connection, now: Timestamp) -> Result<Count, StorageError> {
        match self {
            Self::Database => sessions::count_for_list(c, now),
            Self::Redis(redis) => Ok(Count::up_to(Count::MOST, usize::try_from(redis.count()?).unwrap_or(usize::MAX))),
        }
    }

    /// Records that the session is in use.
    pub fn touch(&self, c: &mut Connection, id: &SessionId, now: Timestamp) -> Result<(), StorageError> {
        match self {
            Self::Database => sessions::touch(c, id, now),
            Self::Redis(redis) => redis.touch(id, now),
        }
    }

    /// Records that the person behind a session proved their identity again.
    pub fn mark_proved(
        &self,
        c: &mut Connection,
        id: &SessionId,
        methods: &MethodTimes,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        match self {
            Self::Database => sessions::mark_proved(c, id, methods, now),
            Self::Redis(redis) => redis.mark_proved(id, methods, now),
        }
    }

    /// Ends one session, only if it belongs to `owner` if one is given; false if it had ended before, is gone, or is
    /// not theirs.
    pub fn end(&self, c: &mut Connection, id: &SessionId, owner: Option<&UserId>) -> Result<bool, StorageError> {
        match (self, owner) {
            (Self::Database, None) => sessions::end(c, id),
            (Self::Database, Some(user)) => sessions::end_of_user(c, id, user),
            (Self::Redis(redis), _) => {
                let found = or_none(redis.find(id))?
                    .filter(|stored| owner.is_none_or(|user| stored.session.user.as_ref() == Some(user)));
                found.map_or(Ok(false), |stored| insert_tombstone(c, id, stored.session.expires_at))
            }
        }
    }

    /// Ensures that a session that the store does not know stays ended, should an old copy of Redis bring it back
    /// before `until`.
    pub fn keep_ended(&self, c: &mut Connection, id: &SessionId, until: Timestamp) -> Result<(), StorageError> {
        match self {
            Self::Database => Ok(()),
            Self::Redis(_) => insert_tombstone(c, id, until).map(drop),
        }
    }

    /// Ends all sessions of a user but `except`; returns the known ones.
    ///
    /// The raised epoch ends whatever Redis has, or has again later, listed or not, even if this process keeps sessions
    /// in the database; the excepted one gets the new epoch besides the old. Without an exception this works while
    /// Redis is unavailable.
    pub fn end_all_of_user(
        &self,
        c: &mut Connection,
        user: &UserId,
        except: Option<&Kept<'_>>,
    ) -> Result<Vec<SessionId>, StorageError> {
        let step = except.map_or(1, |kept| kept.step);
        // Locks the user's row, so that sign-ins wait: what they add has the new epoch.
        diesel::update(users::table.filter(users::id.eq(user.as_str())))
            .set(users::session_epoch.eq(users::session_epoch + step))
            .execute(c)?;
        let Self::Redis(redis) = self else {
            return sessions::end_all_of_user(c, user, except.map(|kept| kept.session));
        };
        let mut ended = sessions::end_all_of_user(c, user, None)?;
        if let (Some(kept), Some(epoch)) = (except, epoch_of(c, user)?) {
            redis.set_epochs(kept.session, epoch - step, epoch)?;
        }
        let listed = known(redis.names_of(Some(user)));
        ended.extend(listed.into_iter().filter(|id| except.is_none_or(|kept| kept.session != id)));
        Ok(ended)
    }

    /// Ends the oldest sessions of a user, so that with one more there are at most `most`; returns them (S107).
    pub fn end_oldest(
        &self,
        c: &mut Connection,
        user: &UserId,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<SessionId>, StorageError> {
        let others = most.saturating_sub(1);
        let surplus = match self {
            Self::Database => sessions::older_than_newest(c, user, now, others)?,
            // What Redis lists may have expired or ended: the list is examined only if it is long enough.
            Self::Redis(redis) if redis.names_of(Some(user))?.len() <= others => Vec::new(),
            Self::Redis(redis) => only_live(c, redis.list_of(Some(user))?, now)?
                .into_iter()
                .skip(others)
                .map(|session| session.id)
                .collect(),
        };
        surplus
            .into_iter()
            .filter_map(|id| self.end(c, &id, Some(user)).map(|ended| ended.then_some(id)).transpose())
            .collect()
    }

    /// Ends the oldest children of a session, so that with one more there are at most `most`; returns them (S104).
    pub fn end_oldest_children(
        &self,
        c: &mut Connection,
        parent: &SessionId,
        most: usize,
    ) -> Result<Vec<SessionId>, StorageError> {
        let others = most.saturating_sub(1);
        let surplus = match self {
            Self::Database => sessions::older_children(c, parent, others)?,
            Self::Redis(redis) => {
                redis.children_of(parent)?.into_iter().skip(others).map(|stored| stored.session.id).collect()
            }
        };
        surplus
            .into_iter()
            .filter_map(|id| self.end(c, &id, None).map(|ended| ended.then_some(id)).transpose())
            .collect()
    }

    /// Ends every session; returns the known ones.
    pub fn end_all(&self, c: &mut Connection) -> Result<Vec<SessionId>, StorageError> {
        diesel::update(users::table).set(users::session_epoch.eq(users::session_epoch + 1)).execute(c)?;
        let Self::Redis(redis) = self else { return sessions::end_all(c) };
        sessions::end_all(c)?;
        let mut ended = self.end_legacy(c)?;
        let everybody = redis.page(None, usize::MAX >> 1);
        ended.extend(known(everybody.map(|all| all.into_iter().map(|stored| stored.session.id).collect())));
        Ok(ended)
    }

    /// Ends the sessions of the deprecated mode; returns the known ones.
    pub fn end_legacy(&self, c: &mut Connection) -> Result<Vec<SessionId>, StorageError> {
        let Self::Redis(redis) = self else { return sessions::end_legacy(c) };
        let mut ended = Vec::new();
        for stored in redis.list_of(None)? {
            if insert_tombstone(c, &stored.session.id, stored.session.expires_at)? {
                ended.push(stored.session.id);
            }
        }
        Ok(ended)
    }

    /// Moves to the next generation if `from` is still the newest; one of many callers wins (S42).
    pub fn rotate(&self, c: &mut Connection, id: &SessionId, from: i64, now: Timestamp) -> Result<bool, StorageError> {
        match self {
            Self::Database => sessions::rotate(c, id, from, now),
            Self::Redis(redis) => redis.rotate(id, from, now),
        }
    }

    /// Records that the newest refresh token was presented, once (S44).
    pub fn mark_successor_seen(
        &self,
        c: &mut Connection,
        id: &SessionId,
        generation: i64,
        now: Timestamp,
    ) -> Result<bool, StorageError> {
        match self {
            Self::Database => sessions::mark_successor_seen(c, id, generation, now),
            Self::Redis(redis) => redis.mark_successor_seen(id, generation, now),
        }
    }

    /// Deletes rows past the absolute end of their session.
    pub fn delete_expired(c: &mut Connection, now: Timestamp) -> Result<(), StorageError> {
        diesel::delete(tombstones::table.filter(tombstones::expires_at.le(now.secs()))).execute(c)?;
        sessions::delete_expired(c, now).map(drop)
    }

    /// Deletes what expired keys leave behind in Redis; slow if there are many.
    pub fn prune(&self) -> Result<(), StorageError> {
        match self {
            Self::Database => Ok(()),
            Self::Redis(redis) => redis.prune(),
        }
    }

    /// After the commit: deletes the keys of sessions that have ended. Keys left behind are invalid all the same.
    pub fn sweep(&self, ended: &[SessionId]) {
        if let Self::Redis(redis) = self
            && let Err(fault) = redis.remove(ended)
        {
            tracing::warn!(%fault, "keys of ended sessions could not be deleted from Redis; they will expire, and the \
                sessions have ended");
        }
    }

    /// Whether the store answers; the database is checked elsewhere.
    pub fn ping(&self) -> Result<(), StorageError> {
        match self {
            Self::Database => Ok(()),
            Self::Redis(redis) => redis.ping(),
        }
    }
}

/// IDs that Redis lists: they only make the cleanup complete.
fn known(names: Result<Vec<SessionId>, StorageError>) -> Vec<SessionId> {
    names.unwrap_or_else(|fault| {
        tracing::warn!(%fault, "keys of ended sessions could not be listed in Redis; the sessions have ended");
        Vec::new()
    })
}

fn epoch_of(c: &mut Connection, user: &UserId) -> Result<Option<i64>, StorageError> {
    Ok(users::table.filter(users::id.eq(user.as_str())).select(users::session_epoch).first(c).optional()?)
}

fn email_of(c: &mut Connection, user: &UserId) -> Result<Option<String>, StorageError> {
    Ok(users::table.filter(users::id.eq(user.as_str())).select(users::email).first(c).optional()?)
}

fn is_live(c: &mut Connection, stored: &StoredSession, now: Timestamp) -> Result<bool, StorageError> {
    let session = &stored.session;
    if session.expires_at <= now {
        return Ok(false);
    }
    let buried: i64 = tombstones::table.filter(tombstones::session_id.eq(session.id.as_str())).count().get_result(c)?;
    let current = match &session.user {
        // Its parent has the epoch.
        Some(_) if session.child_of.is_some() => true,
        Some(user) => epoch_of(c, user)?.is_some_and(|epoch| epoch == stored.epoch || Some(epoch) == stored.next_epoch),
        None => true,
    };
    Ok(buried == 0 && current)
}

fn only_live(c: &mut Connection, found: Vec<StoredSession>, now: Timestamp) -> Result<Vec<Session>, StorageError> {
    let mut live = Vec::new();
    for stored in found {
        if is_live(c, &stored, now)? {
            live.push(stored.session);
        }
    }
    Ok(live)
}

/// Ends a session permanently; true for one of many concurrent callers.
fn insert_tombstone(c: &mut Connection, id: &SessionId, expires_at: Timestamp) -> Result<bool, StorageError> {
    const INSERT_TOMBSTONE: &str =
        "INSERT INTO tombstones (session_id, expires_at) VALUES ($1, $2) ON CONFLICT (session_id) DO NOTHING";
    let insert = diesel::sql_query(INSERT_TOMBSTONE).bind::<diesel::sql_types::Text, _>(id.as_str());
    Ok(insert.bind::<diesel::sql_types::BigInt, _>(expires_at.secs()).execute(c)? == 1)
}
