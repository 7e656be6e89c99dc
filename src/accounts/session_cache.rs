//! Cached live sessions and machine tokens of this process, exact under revocation (docs/adr/0003).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::entry_cache::{Cacheable, Entry, EntryCache, LEASE};
use super::machine_tokens::TokenView;
use super::streams::StreamRequest;
use super::{AccountError, Accounts, Phase, pair};
use crate::domain::access::{Credential, Denial, Person, Visitor};
use crate::domain::decide::Decision;
use crate::domain::groups::GroupName;
use crate::domain::ids::{SessionId, TokenId, UserId};
use crate::domain::session::{IdleLimit, Session};
use crate::domain::time::Timestamp;
use crate::domain::user::UserState;
use crate::storage::{groups, users};

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

impl Cacheable for View {
    fn is_supported(&self, monotonic: Duration) -> bool {
        self.parent.as_ref().is_none_or(|parent| parent.usable(monotonic).is_some())
    }
}

/// A live session in memory.
pub type CachedSession = Entry<View>;

/// All cached sessions and tokens of this process.
#[derive(Default)]
pub struct SessionCache {
    sessions: EntryCache<SessionId, View>,
    pub(super) tokens: EntryCache<TokenId, TokenView>,
    lease_until_millis: AtomicU64,
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

    /// The number of sessions.
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Invalidates the entry of a session; the session itself may still be live.
    pub fn forget(&self, session: &SessionId) {
        self.sessions.forget(session);
    }

    /// Invalidates the entries of a user's sessions and tokens, and those whose user is not known yet.
    pub fn invalidate_user(&self, user: &UserId) {
        self.sessions.retain(|view| view.session.user.as_ref() != Some(user));
        self.tokens.retain(|view| view.who.user_id() != Some(user));
    }

    /// Invalidates the entries of people who are in that group, and those whose user is not known yet.
    pub fn invalidate_group(&self, group: &GroupName) {
        let is_other = |who: &Visitor| who.person().is_none_or(|person| !person.groups.contains(group));
        self.sessions.retain(|view| is_other(&view.who));
        self.tokens.retain(|view| is_other(&view.who));
    }

    /// Invalidates every entry.
    pub fn invalidate_all(&self) {
        self.sessions.invalidate_all();
        self.tokens.invalidate_all();
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
            && let Some(copy) = self.0.cache.sessions.find(id)
            && let Some(view) = copy.usable(monotonic)
            && view.session.expires_at > self.0.clock.now()
        {
            return Ok(Some(copy));
        }
        self.0.metrics.copies_missed.rise();
        self.0.cache.sessions.load(id, &*self.0.clock, || self.read_view(id)).await
    }

    /// Whether the session is live; reads through the cache.
    pub async fn is_live(&self, id: &SessionId) -> Result<bool, AccountError> {
        Ok(self.find_session(id).await?.is_some())
    }

    /// Whether the credential is still valid.
    pub async fn is_still_valid(&self, credential: &Credential) -> Result<bool, AccountError> {
        match credential {
            Credential::Session(id) => self.is_live(id).await,
            Credential::Token(id) => Ok(self.find_token(id).await?.is_some()),
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
            Some(Credential::Token(id)) => match self.find_token(id).await? {
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
    use crate::accounts::entry_cache::MAX_AGE;
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
        let copy = cache.sessions.begin(&id, Duration::ZERO);
        cache.forget(&id);
        assert!(!copy.complete(view(&id)));
        assert!(copy.usable(Duration::ZERO).is_none() && cache.sessions.find(&id).is_none());
        // If it does not end in between, the value is stored.
        let copy = cache.sessions.begin(&id, Duration::ZERO);
        assert!(copy.complete(view(&id)) && copy.usable(Duration::ZERO).is_some());
        assert!(copy.usable(MAX_AGE).is_none(), "an entry never expires");
    }

    #[test]
    fn s37_a_copy_that_was_evicted_or_replaced_is_gone_for_who_still_holds_it() {
        let (cache, id) = (SessionCache::default(), id());
        let entry = cache.sessions.begin(&id, Duration::ZERO);
        assert!(entry.complete(view(&id)));
        let newer = cache.sessions.begin(&id, Duration::ZERO);
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
            let parent = cache.sessions.begin(&id, loaded_at);
            assert!(parent.complete(view(&id)));
            let child = cache.sessions.begin(&child_id, Duration::from_secs(30));
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
