//! Sessions in Redis: a hash each, an index by user, an index by age; for children one by parent instead. The database
//! records what ends them (docs/adr/0007).
//!
//! Scripts do every check-then-act. Nothing here revives an ended session: only [`RedisSessions::insert`] creates a
//! key.

use std::collections::HashMap;
use std::time::Duration;

use r2d2::{ManageConnection, Pool};
use redis::{Client, Commands, ConnectionLike, RedisError, Script};
use secrecy::{ExposeSecret, SecretString};

use super::StorageError;
use super::redis_record::{StoredSession, from_fields, to_fields};
use crate::domain::cursor::Cursor;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{MethodTimes, Session};
use crate::domain::time::Timestamp;

/// Time limit for a reply.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum connections.
const POOL: u32 = 8;
/// Index of all sessions, oldest first.
const ALL: &str = "portcullis:sessions";
/// Characters of the age in a member of that index; the session's ID follows.
const AGE: usize = 16;
/// Members of that index read at once.
const STEP: isize = 500;
/// The key prefix of a session's hash; its ID follows.
const SESSION: &str = "portcullis:session:";

const INSERT: &str = "redis.call('HSET', KEYS[1], unpack(ARGV, 6))
    redis.call('EXPIRE', KEYS[1], ARGV[2])
    redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[5])
    redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
    if redis.call('TTL', KEYS[2]) < tonumber(ARGV[2]) then redis.call('EXPIRE', KEYS[2], ARGV[2]) end
    if KEYS[3] then redis.call('ZADD', KEYS[3], 0, ARGV[1] .. ARGV[3]) end
    return 1";
const ROTATE: &str = "if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
    redis.call('HSET', KEYS[1], 'generation', ARGV[2], 'rotated_at', ARGV[3], 'successor_seen_at', '')
    return 1";
const MARK_SUCCESSOR_SEEN: &str = "if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 0 end
    if redis.call('HGET', KEYS[1], 'successor_seen_at') ~= '' then return 0 end
    redis.call('HSET', KEYS[1], 'successor_seen_at', ARGV[2])
    return 1";
const EPOCH: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
    redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'next_epoch', ARGV[2])
    return 1";
const TOUCH: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
    redis.call('HSET', KEYS[1], 'last_seen_at', ARGV[1])
    return 1";
const PROVED: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
    redis.call('HSET', KEYS[1], 'methods', ARGV[1], 'authenticated_at', ARGV[2])
    return 1";

/// The Redis store; clones share the connections.
#[derive(Clone)]
pub struct RedisSessions(Pool<Manager>);

struct Manager(Client);

/// A connection, and whether its replies can still be matched to commands.
struct Link {
    connection: redis::Connection,
    broken: bool,
}

impl ManageConnection for Manager {
    type Connection = Link;
    type Error = RedisError;

    fn connect(&self) -> Result<Link, RedisError> {
        let connection = self.0.get_connection_with_timeout(TIMEOUT)?;
        connection.set_read_timeout(Some(TIMEOUT))?;
        connection.set_write_timeout(Some(TIMEOUT))?;
        Ok(Link { connection, broken: false })
    }

    fn is_valid(&self, link: &mut Link) -> Result<(), RedisError> {
        let asked = redis::cmd("PING").query::<String>(&mut link.connection);
        link.broken |= asked.as_deref() != Ok("PONG");
        asked.map(drop)
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        link.broken || !link.connection.is_open()
    }
}

/// Errors reach the caller of each command; the pool's own log would repeat them.
#[derive(Debug)]
struct DebugLog;

impl r2d2::HandleError<RedisError> for DebugLog {
    fn handle_error(&self, error: RedisError) {
        tracing::debug!(%error, "a connection to Redis could not be opened");
    }
}

impl From<RedisError> for StorageError {
    fn from(error: RedisError) -> Self {
        Self::Unavailable(format!("Redis: {error}"))
    }
}

fn key(id: &SessionId) -> String {
    format!("{SESSION}{id}")
}

fn index(user: Option<&UserId>) -> String {
    format!("portcullis:user:{}", user.map_or("", UserId::as_str))
}

fn children(parent: &SessionId) -> String {
    format!("portcullis:children:{parent}")
}

/// The index that lists the session: its parent's if it is a child, else its user's.
fn index_of(session: &Session) -> String {
    session.child_of.as_ref().map_or_else(|| index(session.user.as_ref()), |child| children(&child.parent))
}

/// Age as text that sorts.
fn age(created_at: Timestamp) -> String {
    format!("{:016x}", created_at.secs())
}

impl RedisSessions {
    /// Connects once, so that a wrong address or password is reported at the start of a server.
    pub fn try_out(url: &SecretString) -> Result<(), StorageError> {
        drop(Manager(Client::open(url.expose_secret())?).connect()?);
        Ok(())
    }

    /// Creates the store; it connects on demand, because a command that ends sessions works while Redis is unavailable.
    pub fn open(url: &SecretString) -> Result<Self, StorageError> {
        let manager = Manager(Client::open(url.expose_secret())?);
        // Every connection is tested before use: a restart of Redis fails no request, and a test costs little.
        let builder =
            Pool::builder().max_size(POOL).min_idle(Some(1)).connection_timeout(TIMEOUT).test_on_check_out(true);
        Ok(Self(
            builder.error_handler(Box::new(DebugLog)).idle_timeout(None).max_lifetime(None).build_unchecked(manager),
        ))
    }

    /// Runs commands; a connection that failed is closed, or a late reply could be taken for that of the next command.
    fn run<T>(&self, work: impl FnOnce(&mut redis::Connection) -> Result<T, RedisError>) -> Result<T, StorageError> {
        let mut link = self.0.get().map_err(|_fault| StorageError::Unavailable("Redis does not respond".to_owned()))?;
        let outcome = work(&mut link.connection);
        link.broken |= outcome.is_err();
        Ok(outcome?)
    }

    /// Adds a session; its keys expire at its absolute end.
    pub fn insert(&self, stored: &StoredSession, now: Timestamp) -> Result<(), StorageError> {
        let (session, script) = (&stored.session, Script::new(INSERT));
        let mut call = script.prepare_invoke();
        call.key(key(&session.id)).key(index_of(session));
        if session.child_of.is_none() {
            call.key(ALL);
        }
        call.arg(age(session.created_at)).arg(session.expires_at.since(now).max(1)).arg(session.id.as_str());
        call.arg(session.expires_at.secs()).arg(now.secs());
        for (field, value) in to_fields(stored) {
            call.arg(field).arg(value);
        }
        self.run(|c| call.invoke::<i64>(c)).map(drop)
    }

    /// The session with that ID, if Redis has it. The database knows whether it has ended.
    pub fn find(&self, id: &SessionId) -> Result<Option<StoredSession>, StorageError> {
        let fields: HashMap<String, String> = self.run(|c| c.hgetall(key(id)))?;
        from_fields(id, fields)
    }

    /// The newest sessions of a user; `None` is the deprecated mode.
    pub fn list_of(&self, user: Option<&UserId>) -> Result<Vec<StoredSession>, StorageError> {
        let mut found = self.find_many(&self.names_of(user)?)?;
        found.sort_by(|a, b| (b.session.created_at, &b.session.id).cmp(&(a.session.created_at, &a.session.id)));
        Ok(found)
    }

    /// IDs of a user's sessions, including those that have disappeared.
    pub fn names_of(&self, user: Option<&UserId>) -> Result<Vec<SessionId>, StorageError> {
        self.members(&index(user))
    }

    /// The children of a session, newest first.
    pub fn children_of(&self, parent: &SessionId) -> Result<Vec<StoredSession>, StorageError> {
        let mut found = self.find_many(&self.members(&children(parent))?)?;
        found.sort_by(|a, b| (b.session.created_at, &b.session.id).cmp(&(a.session.created_at, &a.session.id)));
        Ok(found)
    }

    fn members(&self, index: &str) -> Result<Vec<SessionId>, StorageError> {
        let ids: Vec<String> = self.run(|c| c.zrange(index, 0, -1))?;
        Ok(ids.iter().filter_map(|id| SessionId::parse(id)).collect())
    }

    /// One page of the index by age: members older than `before`, newest first.
    fn step(&self, before: Option<&Cursor>) -> Result<Vec<String>, StorageError> {
        let from = before.map_or_else(|| "+".to_owned(), |cursor| format!("({}{}", age(cursor.at), cursor.id));
        self.run(|c| c.zrevrangebylex_limit(ALL, from, "-", 0, STEP))
    }

    /// All sessions older than `before`, newest first, at most `limit`.
    pub fn page(&self, before: Option<&Cursor>, limit: usize) -> Result<Vec<StoredSession>, StorageError> {
        let (mut found, mut before) = (Vec::new(), before.cloned());
        while found.len() < limit {
            let members = self.step(before.as_ref())?;
            let Some(next) = members.last().and_then(|member| cursor(member)) else { break };
            let ids: Vec<SessionId> =
                members.iter().filter_map(|member| SessionId::parse(member.get(AGE..)?)).collect();
            found.extend(self.find_many(&ids)?);
            before = Some(next);
        }
        found.truncate(limit);
        Ok(found)
    }

    fn find_many(&self, ids: &[SessionId]) -> Result<Vec<StoredSession>, StorageError> {
        let mut pipe = redis::pipe();
        for id in ids {
            pipe.hgetall(key(id));
        }
        let rows: Vec<HashMap<String, String>> = if ids.is_empty() { Vec::new() } else { self.run(|c| pipe.query(c))? };
        // An unreadable entry is nobody's session, and must not hide the others.
        let readable = ids.iter().zip(rows).filter_map(|(id, fields)| {
            from_fields(id, fields).unwrap_or_else(|fault| {
                tracing::warn!(%fault, "an unreadable session in Redis was skipped");
                None
            })
        });
        Ok(readable.collect())
    }

    /// The number of sessions in the index by age.
    pub fn count(&self) -> Result<i64, StorageError> {
        self.run(|c| c.zcard(ALL))
    }

    /// Moves to the next generation if `from` is still the newest; one of many callers wins (S42).
    pub fn rotate(&self, id: &SessionId, from: i64, now: Timestamp) -> Result<bool, StorageError> {
        let done: i64 =
            self.run(|c| Script::new(ROTATE).key(key(id)).arg(from).arg(from + 1).arg(now.secs()).invoke(c))?;
        Ok(done == 1)
    }

    /// Records that the newest refresh token was presented, once (S44).
    pub fn mark_successor_seen(&self, id: &SessionId, generation: i64, now: Timestamp) -> Result<bool, StorageError> {
        let done: i64 =
            self.run(|c| Script::new(MARK_SUCCESSOR_SEEN).key(key(id)).arg(generation).arg(now.secs()).invoke(c))?;
        Ok(done == 1)
    }

    /// Keeps the session live when its user's epoch is raised.
    pub fn set_epochs(&self, id: &SessionId, now: i64, next: i64) -> Result<(), StorageError> {
        self.run(|c| Script::new(EPOCH).key(key(id)).arg(now).arg(next).invoke::<i64>(c)).map(drop)
    }

    /// Records that the session is in use.
    pub fn touch(&self, id: &SessionId, now: Timestamp) -> Result<(), StorageError> {
        self.run(|c| Script::new(TOUCH).key(key(id)).arg(now.secs()).invoke::<i64>(c)).map(drop)
    }

    /// Records that the person behind the session proved their identity again.
    pub fn mark_proved(&self, id: &SessionId, methods: &MethodTimes, now: Timestamp) -> Result<(), StorageError> {
        self.run(|c| Script::new(PROVED).key(key(id)).arg(methods.to_string()).arg(now.secs()).invoke::<i64>(c))
            .map(drop)
    }

    /// Deletes the keys of sessions whose end is recorded in the database, and of their children.
    pub fn remove(&self, ids: &[SessionId]) -> Result<(), StorageError> {
        for stored in self.find_many(ids)? {
            let session = &stored.session;
            let mut pipe = redis::pipe();
            pipe.del(key(&session.id)).zrem(index_of(session), session.id.as_str());
            for child in self.members(&children(&session.id))? {
                pipe.del(key(&child));
            }
            pipe.del(children(&session.id));
            pipe.zrem(ALL, age(session.created_at) + session.id.as_str());
            self.run(|c| pipe.query::<()>(c))?;
        }
        Ok(())
    }

    /// Removes sessions whose keys have expired from the index by age.
    pub fn prune(&self) -> Result<(), StorageError> {
        let mut before = None;
        loop {
            let members = self.step(before.as_ref())?;
            let Some(next) = members.last().and_then(|member| cursor(member)) else { return Ok(()) };
            let mut pipe = redis::pipe();
            for member in &members {
                pipe.exists(format!("{SESSION}{}", member.get(AGE..).unwrap_or_default()));
            }
            let there: Vec<bool> = self.run(|c| pipe.query(c))?;
            let gone: Vec<&String> =
                members.iter().zip(there).filter(|(_, there)| !there).map(|(member, _)| member).collect();
            if !gone.is_empty() {
                self.run(|c| c.zrem::<_, _, ()>(ALL, gone))?;
            }
            before = Some(next);
        }
    }

    /// Whether Redis answers.
    pub fn ping(&self) -> Result<(), StorageError> {
        // The pool tests a connection before it hands it out.
        self.run(|_| Ok(()))
    }
}

fn cursor(member: &str) -> Option<Cursor> {
    let (at, id) = (member.get(..AGE)?, member.get(AGE..)?);
    Some(Cursor { at: Timestamp::from_secs(i64::from_str_radix(at, 16).ok()?), id: id.to_owned() })
}
