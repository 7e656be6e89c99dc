//! Cached live sessions of this process, exact under revocation (docs/adr/0003).
//!
//! An entry is registered as loading before the store is read, and becomes valid by compare-and-swap. A revocation
//! marks it as gone, so that a read that raced with it cannot make it valid again. Entries are used only under a lease
//! that the watch on the store renews, and for a minute at most.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::streams::StreamRequest;
use super::{AccountError, Accounts, Phase, pair};
use crate::domain::access::{Credential, Denial, Person, Visitor};
use crate::domain::decide::Decision;
use crate::domain::groups::GroupName;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::{IdleLimit, MAX_CACHED_SECS, Session};
use crate::domain::time::Timestamp;
use crate::domain::user::UserState;
use crate::storage::{groups, users};

const SHARDS: usize = 16;
/// Maximum entries of a shard.
const SHARD_LIMIT: usize = 8192;
/// How long an entry may be used.
const MAX_AGE: Duration = Duration::from_secs(MAX_CACHED_SECS);
/// How long entries may be used after the store was last checked.
pub const LEASE: Duration = Duration::from_secs(2);

const LOADING: u8 = 0;
const GOOD: u8 = 1;
const GONE: u8 = 2;

/// What is known of a live session.
#[derive(Clone, Debug)]
pub struct View {
    /// The row as read.
    pub session: Session,
    /// Whose it is.
    pub who: Arc<Visitor>,
    /// The entry of its parent, if it is a child: this one is usable only while that one is.
    parent: Option<Arc<CachedSession>>,
}

/// One entry, shared by all workers.
#[derive(Debug)]
pub struct CachedSession {
    state: AtomicU8,
    view: OnceLock<View>,
    loaded_at: Duration,
}

/// All cached sessions of this process.
pub struct SessionCache {
    shards: Vec<Mutex<HashMap<SessionId, Arc<CachedSession>>>>,
    hasher: RandomState,
    lease_until_millis: AtomicU64,
}

impl Default for SessionCache {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            lease_until_millis: AtomicU64::new(0),
        }
    }
}

impl CachedSession {
    /// The loaded value, whether or not it is still valid.
    pub fn view(&self) -> Option<&View> {
        self.view.get()
    }

    /// Stores what was read after the entry was registered; false if the session was invalidated in the meantime.
    fn complete(&self, view: View) -> bool {
        // Another reader that registered earlier may have been faster; its view is just as recent.
        drop(self.view.set(view));
        let outcome = self.state.compare_exchange(LOADING, GOOD, Ordering::AcqRel, Ordering::Acquire);
        outcome.is_ok() || outcome == Err(GOOD)
    }

    /// The view, if the entry may be used at `monotonic`.
    pub fn usable(&self, monotonic: Duration) -> Option<&View> {
        let fresh = monotonic.saturating_sub(self.loaded_at) < MAX_AGE;
        let view = if fresh && self.state.load(Ordering::Acquire) == GOOD { self.view.get()? } else { return None };
        view.parent.as_ref().is_none_or(|parent| parent.usable(monotonic).is_some()).then_some(view)
    }
}

impl SessionCache {
    /// Whether entries may be used at all at `monotonic`.
    pub fn has_lease(&self, monotonic: Duration) -> bool {
        u64::try_from(monotonic.as_millis()).is_ok_and(|now| now < self.lease_until_millis.load(Ordering::Acquire))
    }

    /// Extends the lease: everything committed before `watched_at` has been applied.
    pub fn renew_lease(&self, watched_at: Duration) {
        self.lease_until_millis.store(u64::try_from((watched_at + LEASE).as_millis()).unwrap_or(0), Ordering::Release);
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Invalidates the entry of a session; the session itself may still be live.
    pub fn forget(&self, session: &SessionId) {
        if let Some(copy) =
            self.shard(session).and_then(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).remove(session))
        {
            copy.state.store(GONE, Ordering::Release);
        }
    }

    /// Invalidates the entries of a user's sessions, and those whose user is not known yet.
    pub fn invalidate_user(&self, user: &UserId) {
        self.retain(|view| view.session.user.as_ref() != Some(user));
    }

    /// Invalidates the entries of people who are in that group, and those whose user is not known yet.
    pub fn invalidate_group(&self, group: &GroupName) {
        self.retain(|view| view.who.person().is_none_or(|person| !person.groups.contains(group)));
    }

    /// Invalidates entries that are still loading, and those whose view is not among the others.
    fn retain(&self, is_other: impl Fn(&View) -> bool) {
        for shard in &self.shards {
            shard.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, copy| {
                let others = copy.view.get().is_some_and(&is_other);
                if !others {
                    copy.state.store(GONE, Ordering::Release);
                }
                others
            });
        }
    }

    /// Invalidates every entry.
    pub fn invalidate_all(&self) {
        for shard in &self.shards {
            clear(&mut shard.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn shard(&self, session: &SessionId) -> Option<&Mutex<HashMap<SessionId, Arc<CachedSession>>>> {
        let number = self.hasher.hash_one(session) % u64::try_from(SHARDS).unwrap_or(1);
        self.shards.get(usize::try_from(number).unwrap_or(0))
    }

    fn find(&self, session: &SessionId) -> Option<Arc<CachedSession>> {
        self.shard(session)?.lock().unwrap_or_else(PoisonError::into_inner).get(session).map(Arc::clone)
    }

    /// Registers an entry before the store is read; concurrent readers share it.
    fn begin(&self, session: &SessionId, monotonic: Duration) -> Arc<CachedSession> {
        if let Some(loading) = self.find(session).filter(|copy| copy.state.load(Ordering::Acquire) == LOADING) {
            return loading;
        }
        let copy =
            Arc::new(CachedSession { state: AtomicU8::new(LOADING), view: OnceLock::new(), loaded_at: monotonic });
        if let Some(shard) = self.shard(session) {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            if shard.len() >= SHARD_LIMIT {
                clear(&mut shard);
            }
            if let Some(old) = shard.insert(session.clone(), Arc::clone(&copy)) {
                old.state.store(GONE, Ordering::Release);
            }
        }
        copy
    }

    /// Removes the entry of a session that turned out not to be live.
    fn discard(&self, session: &SessionId, copy: &Arc<CachedSession>) {
        copy.state.store(GONE, Ordering::Release);
        if let Some(shard) = self.shard(session) {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            if shard.get(session).is_some_and(|current| Arc::ptr_eq(current, copy)) {
                shard.remove(session);
            }
        }
    }
}

/// Eviction invalidates first: a worker may still hold the entry.
fn clear(shard: &mut HashMap<SessionId, Arc<CachedSession>>) {
    for (_, copy) in shard.drain() {
        copy.state.store(GONE, Ordering::Release);
    }
}

/// Whether `session` has ended because it was idle.
pub(super) fn is_unused(idle: Option<IdleLimit>, session: &Session, now: Timestamp) -> bool {
    idle.is_some_and(|limit| limit.is_over(session, now))
}

impl Accounts {
    /// The live session with that ID, from the cache or from the store.
    pub async fn find_session(&self, id: &SessionId) -> Result<Option<Arc<CachedSession>>, AccountError> {
        let monotonic = self.0.clock.monotonic();
        if self.0.cache.has_lease(monotonic)
            && let Some(copy) = self.0.cache.find(id)
            && let Some(view) = copy.usable(monotonic)
            && view.session.expires_at > self.0.clock.now()
        {
            return Ok(Some(copy));
        }
        self.0.metrics.copies_missed.rise();
        // Another round only if the session was invalidated while it was read.
        for _ in 0..3 {
            let copy = self.0.cache.begin(id, self.0.clock.monotonic());
            let read = self.read_view(id).await;
            let Ok(Some(view)) = read else {
                self.0.cache.discard(id, &copy);
                return read.map(|_none| None);
            };
            if copy.complete(view) {
                return Ok(Some(copy));
            }
        }
        // The session keeps changing: answer from the store alone, with an entry that nobody can use again.
        let view = self.read_view(id).await?;
        Ok(view.map(|view| {
            Arc::new(CachedSession {
                state: AtomicU8::new(GONE),
                view: OnceLock::from(view),
                loaded_at: Duration::ZERO,
            })
        }))
    }

    /// Whether the session is live; reads through the cache.
    pub async fn is_live(&self, id: &SessionId) -> Result<bool, AccountError> {
        Ok(self.find_session(id).await?.is_some())
    }

    /// Whether the credential is still valid.
    pub async fn is_still_valid(&self, credential: &Credential) -> Result<bool, AccountError> {
        match credential {
            Credential::Session(id) => self.is_live(id).await,
            Credential::Pair => Ok(self.phase() == Phase::Legacy),
        }
    }

    /// Judges a request again: the visitor as they are now, or why they are not let in any more.
    pub async fn judge_again(
        &self,
        credential: Option<&Credential>,
        request: &StreamRequest,
    ) -> Result<Result<Option<Arc<Visitor>>, Denial>, AccountError> {
        let visitor = match credential {
            Some(Credential::Session(id)) => match self.find_session(id).await? {
                Some(copy) => copy.view().map(|view| Arc::clone(&view.who)),
                None => return Ok(Err(Denial::SignIn)),
            },
            Some(Credential::Pair) if self.phase() != Phase::Legacy => return Ok(Err(Denial::SignIn)),
            Some(Credential::Pair) => Some(Arc::new(self.pair_of_one_request())),
            None => None,
        };
        let apps = self.apps().await?;
        Ok(match request.judge(visitor.as_deref(), &apps.table, self.0.clock.now()) {
            Decision::Allow => Ok(visitor),
            Decision::Deny(denial) => Err(denial),
        })
    }

    async fn read_view(&self, id: &SessionId) -> Result<Option<View>, AccountError> {
        let (store, id, now, idle) =
            (self.0.store.clone(), id.clone(), self.0.clock.now(), self.0.config.sessions.idle);
        let found = self.0.database.read(move |c| {
            let Some(session) = store.find_live(c, &id, now)?.filter(|session| !is_unused(idle, session, now)) else {
                return Ok(None);
            };
            if session.user.is_none() && pair::is_over(c)? {
                return Ok(None);
            }
            let record = session.user.as_ref().map(|user| users::find_by_id(c, user)).transpose()?.flatten();
            let groups = session.user.as_ref().map(|user| groups::of_user(c, user)).transpose()?;
            Ok(Some((session, record, groups.unwrap_or_default())))
        });
        let Some((session, record, groups)) = found.await? else { return Ok(None) };
        let parent = if let Some(child) = &session.child_of {
            // Read after the child: a parent that ends from now on makes both unusable. It records their use.
            let Some(parent) = Box::pin(self.find_session(&child.parent)).await? else { return Ok(None) };
            Some(parent)
        } else {
            self.record_use(&session, now).await;
            None
        };
        let who = match (&session.user, record) {
            (Some(_), Some(record)) if record.user.state == UserState::Active => {
                let person = Person::new(record.user, groups);
                Some(Visitor::with_account(Credential::Session(session.id.clone()), session.proof(), person))
            }
            (Some(_), _) => None,
            (None, _) => self.pair_visitor(session.id.clone()),
        };
        Ok(who.map(|who| View { session, who: Arc::new(who), parent }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::Methods;

    fn view(id: &SessionId) -> View {
        let zero = Timestamp::from_secs(0);
        let session = Session::new(id.clone(), None, Methods::default(), zero, zero);
        let who = Visitor::without_account(Credential::Session(id.clone()), String::new());
        View { session, who: Arc::new(who), parent: None }
    }

    fn id() -> SessionId {
        SessionId::parse("aaaaaaaaaaaaaaaaaaaaaa").unwrap()
    }

    #[test]
    fn s37_a_read_that_raced_with_the_end_never_becomes_good() {
        let (cache, id) = (SessionCache::default(), id());
        // A miss registers and reads the row; the session ends; only then the miss stores what it read.
        let copy = cache.begin(&id, Duration::ZERO);
        cache.forget(&id);
        assert!(!copy.complete(view(&id)));
        assert!(copy.usable(Duration::ZERO).is_none() && cache.find(&id).is_none());
        // If it does not end in between, the value is stored.
        let copy = cache.begin(&id, Duration::ZERO);
        assert!(copy.complete(view(&id)) && copy.usable(Duration::ZERO).is_some());
        assert!(copy.usable(MAX_AGE).is_none(), "an entry never expires");
    }

    #[test]
    fn s37_a_copy_that_was_evicted_or_replaced_is_gone_for_who_still_holds_it() {
        let (cache, id) = (SessionCache::default(), id());
        let entry = cache.begin(&id, Duration::ZERO);
        assert!(entry.complete(view(&id)));
        let newer = cache.begin(&id, Duration::ZERO);
        assert!(entry.usable(Duration::ZERO).is_none());
        assert!(newer.complete(view(&id)));
        cache.invalidate_all();
        assert!(newer.usable(Duration::ZERO).is_none());
    }

    #[test]
    fn s37_a_child_is_usable_only_while_its_parent_is() {
        let (cache, id) = (SessionCache::default(), id());
        let child_id = SessionId::parse(&"c".repeat(22)).unwrap();
        let load = |loaded_at| {
            let parent = cache.begin(&id, loaded_at);
            assert!(parent.complete(view(&id)));
            let child = cache.begin(&child_id, Duration::from_secs(30));
            assert!(child.complete(View { parent: Some(parent), ..view(&child_id) }));
            child
        };
        let child = load(Duration::ZERO);
        assert!(child.usable(Duration::from_secs(59)).is_some());
        assert!(child.usable(MAX_AGE).is_none(), "the parent has not been read for so long");
        let child = load(Duration::from_secs(30));
        assert!(child.usable(MAX_AGE).is_some());
        cache.forget(&id);
        assert!(child.usable(MAX_AGE).is_none(), "the parent has ended or changed");
    }

    #[test]
    fn s37_without_a_lease_no_copy_is_used() {
        let cache = SessionCache::default();
        assert!(!cache.has_lease(Duration::ZERO));
        cache.renew_lease(Duration::from_secs(10));
        assert!(cache.has_lease(Duration::from_millis(11_999)) && !cache.has_lease(Duration::from_secs(12)));
    }
}
