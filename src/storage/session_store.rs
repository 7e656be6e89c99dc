//! Where sessions live: in the database, or in Redis beside it. One set of verbs for both.
//!
//! In Redis too the database decides what has ended: a tombstone for one session, a raised `session_epoch` for all of a user.
//! Both are written in the transaction of the deed; the keys are removed after it, and it does not matter if that fails.

use diesel::prelude::*;

use super::redis_record::StoredSession;
use super::redis_sessions::RedisSessions;
use super::schema::{tombstones, users};
use super::{Connection, StorageError, sessions};
use crate::domain::cursor::{Count, Cursor};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{Methods, Session};
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
    /// Its name.
    pub session: &'a SessionId,
    /// How far away the user's next epoch is; random. Redis is told of it before the commit, and perhaps there is none: if others
    /// could come to the same epoch later, the session would outlive its end then.
    pub step: i64,
}

/// A session that cannot be read lets nobody in, but its browser may sign in anew.
fn or_none<T>(found: Result<Option<T>, StorageError>) -> Result<Option<T>, StorageError> {
    match found {
        Err(StorageError::Corrupt(fault)) => {
            tracing::error!(%fault, "a session cannot be read and lets nobody in");
            Ok(None)
        }
        other => other,
    }
}

impl SessionStore {
    /// Adds a session, last but for the notices in the transaction of a sign-in: a Redis that fails undoes the sign-in.
    pub fn insert(&self, c: &mut Connection, session: &Session) -> Result<(), StorageError> {
        match self {
            Self::Database => sessions::insert(c, session),
            Self::Redis(redis) => {
                let epoch = session.user.as_ref().map(|user| epoch_of(c, user)).transpose()?.flatten().unwrap_or(0);
                redis.insert(&StoredSession { session: session.clone(), epoch, next_epoch: None }, session.created_at)
            }
        }
    }

    /// The session of that name, if it is live: neither over nor ended.
    pub fn find_live(
        &self,
        c: &mut Connection,
        id: &SessionId,
        now: Timestamp,
    ) -> Result<Option<Session>, StorageError> {
        match self {
            Self::Database => or_none(sessions::find_live(c, id, now)),
            // First Redis, then the database: what was ended before this question is found ended.
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
        // Redis knows ended ones too, and a short page would be taken for the last.
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

    /// Notes that the session is in use.
    pub fn touch(&self, c: &mut Connection, id: &SessionId, now: Timestamp) -> Result<(), StorageError> {
        match self {
            Self::Database => sessions::touch(c, id, now),
            Self::Redis(redis) => redis.touch(id, now),
        }
    }

    /// Notes that the person behind a session proved anew who they are.
    pub fn mark_proved(
        &self,
        c: &mut Connection,
        id: &SessionId,
        methods: &Methods,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        match self {
            Self::Database => sessions::mark_proved(c, id, methods, now),
            Self::Redis(redis) => redis.mark_proved(id, methods, now),
        }
    }

    /// Ends one session, of `owner` alone if one is given; false when it had ended before, is gone, or is not theirs.
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

    /// Sees to it that a session that the store does not know stays ended, should an old copy of Redis bring it back before `until`.
    pub fn keep_ended(&self, c: &mut Connection, id: &SessionId, until: Timestamp) -> Result<(), StorageError> {
        match self {
            Self::Database => Ok(()),
            Self::Redis(_) => insert_tombstone(c, id, until).map(drop),
        }
    }

    /// Ends all sessions of a user but `except`; returns the ones it knows of.
    ///
    /// The raised epoch ends whatever Redis has, or has again later, listed or not, and also where this process keeps sessions in the
    /// database; the one that stays is given the new epoch beside the old. Without an exception this works while Redis is away.
    pub fn end_all_of_user(
        &self,
        c: &mut Connection,
        user: &UserId,
        except: Option<&Kept<'_>>,
    ) -> Result<Vec<SessionId>, StorageError> {
        let step = except.map_or(1, |kept| kept.step);
        // Holds the user's row, so that sign-ins wait: what they add has the new epoch.
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
            // What Redis lists may be gone or ended: only a list that is long enough is looked through.
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

    /// Ends every session; returns the ones it knows of.
    pub fn end_all(&self, c: &mut Connection) -> Result<Vec<SessionId>, StorageError> {
        diesel::update(users::table).set(users::session_epoch.eq(users::session_epoch + 1)).execute(c)?;
        let Self::Redis(redis) = self else { return sessions::end_all(c) };
        sessions::end_all(c)?;
        let mut ended = self.end_legacy(c)?;
        let everybody = redis.page(None, usize::MAX >> 1);
        ended.extend(known(everybody.map(|all| all.into_iter().map(|stored| stored.session.id).collect())));
        Ok(ended)
    }

    /// Ends the sessions of the deprecated mode; returns the ones it knows of.
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

    /// Notes that the newest refresh token was presented, once (S44).
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

    /// Removes rows that are past the absolute end of their session, of either store.
    pub fn delete_expired(c: &mut Connection, now: Timestamp) -> Result<(), StorageError> {
        diesel::delete(tombstones::table.filter(tombstones::expires_at.le(now.secs()))).execute(c)?;
        sessions::delete_expired(c, now).map(drop)
    }

    /// Removes from Redis what its keys leave behind when they go; takes long where there are many.
    pub fn prune(&self) -> Result<(), StorageError> {
        match self {
            Self::Database => Ok(()),
            Self::Redis(redis) => redis.prune(),
        }
    }

    /// After the commit: removes the keys of sessions that have ended. What stays behind is dead all the same.
    pub fn sweep(&self, ended: &[SessionId]) {
        if let Self::Redis(redis) = self
            && let Err(fault) = redis.remove(ended)
        {
            tracing::warn!(%fault, "the keys of ended sessions stay in Redis until they expire; the sessions have ended");
        }
    }

    /// Whether the store answers; the database is asked elsewhere.
    pub fn ping(&self) -> Result<(), StorageError> {
        match self {
            Self::Database => Ok(()),
            Self::Redis(redis) => redis.ping(),
        }
    }
}

/// The names that Redis could give: they only make the sweep complete.
fn known(names: Result<Vec<SessionId>, StorageError>) -> Vec<SessionId> {
    names.unwrap_or_else(|fault| {
        tracing::warn!(%fault, "the keys of ended sessions cannot be listed; the sessions have ended");
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

/// Ends a session for good; true for one of many callers.
fn insert_tombstone(c: &mut Connection, id: &SessionId, expires_at: Timestamp) -> Result<bool, StorageError> {
    const INSERT_TOMBSTONE: &str =
        "INSERT INTO tombstones (session_id, expires_at) VALUES ($1, $2) ON CONFLICT (session_id) DO NOTHING";
    let insert = diesel::sql_query(INSERT_TOMBSTONE).bind::<diesel::sql_types::Text, _>(id.as_str());
    Ok(insert.bind::<diesel::sql_types::BigInt, _>(expires_at.secs()).execute(c)? == 1)
}
