//! Open streams with what they depend on, so that they can be closed when that ends or no longer lets them in.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::domain::access::{Credential, Denial, Person, Visitor};
use crate::domain::app_table::AppTable;
use crate::domain::apps::AppRef;
use crate::domain::decide::{AppRequest, Decision, decide};
use crate::domain::groups::GroupName;
use crate::domain::ids::{SessionId, TokenId, UserId};
use crate::domain::origin::Origin;
use crate::domain::rules::Circumstances;
use crate::domain::time::Timestamp;

/// An open stream.
struct Open {
    signal: watch::Sender<bool>,
    owner: StreamOwner,
    request: StreamRequest,
}

/// Whose stream it is.
#[derive(Clone, Default)]
pub struct StreamOwner {
    /// The visitor; `None` is somebody who is not signed in.
    pub visitor: Option<Arc<Visitor>>,
    /// The session with which a child session ends.
    pub parent: Option<SessionId>,
    /// The latest end.
    pub until: Option<Timestamp>,
}

impl StreamOwner {
    fn credential(&self) -> Option<&Credential> {
        self.visitor.as_ref().map(|visitor| visitor.credential())
    }

    fn user(&self) -> Option<&UserId> {
        self.visitor.as_ref().and_then(|visitor| visitor.user_id())
    }

    fn session(&self) -> Option<&SessionId> {
        self.visitor.as_ref().and_then(|visitor| visitor.session())
    }
}

/// The request that a stream belongs to, as it was judged.
#[derive(Clone)]
pub struct StreamRequest {
    /// The app.
    pub app: AppRef,
    /// The origin to which it was sent.
    pub origin: Origin,
    /// The method, as sent.
    pub method: String,
    /// The path, as sent.
    pub path: String,
    /// Whether it is a CORS preflight.
    pub is_preflight: bool,
    /// The client's address.
    pub client: IpAddr,
}

impl StreamRequest {
    /// What is decided about it for `visitor`.
    pub(super) fn judge(&self, visitor: Option<&Visitor>, apps: &AppTable, now: Timestamp) -> Decision {
        let place = apps.find(&self.origin);
        let Some(app) = place.as_ref().map(|place| place.app()).filter(|app| app.app().id == self.app) else {
            return Decision::Deny(Denial::Forbidden);
        };
        let circumstances = Circumstances { client: self.client, now };
        let (method, path, is_preflight) = (&self.method, &self.path, self.is_preflight);
        decide(visitor, &AppRequest { open: true, app, method, path, is_preflight, circumstances })
    }

    fn is_allowed(&self, visitor: Option<&Visitor>, apps: &AppTable, now: Timestamp) -> bool {
        self.judge(visitor, apps, now) == Decision::Allow
    }
}

type Table = Mutex<HashMap<u64, Open>>;

/// The registry; updated when a stream begins, when it ends, and at revocation.
#[derive(Clone)]
pub struct Streams {
    table: Arc<Table>,
    next: Arc<AtomicU64>,
    stopping: Arc<watch::Sender<bool>>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { table: Arc::default(), next: Arc::default(), stopping: Arc::new(watch::channel(false).0) }
    }
}

/// One registered stream; dropping it removes it from the registry.
pub struct StreamTicket {
    table: Arc<Table>,
    number: u64,
    signal: watch::Receiver<bool>,
    stopping: watch::Receiver<bool>,
    endless: bool,
}

impl Streams {
    /// Registers a stream; check credential and rules again afterwards, they may have changed in between.
    pub fn register(&self, owner: StreamOwner, request: StreamRequest) -> StreamTicket {
        let (sender, signal) = watch::channel(false);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let open = Open { signal: sender, owner, request };
        self.table.lock().unwrap_or_else(PoisonError::into_inner).insert(number, open);
        let (table, stopping) = (Arc::clone(&self.table), self.stopping.subscribe());
        StreamTicket { table, number, signal, stopping, endless: false }
    }

    /// How many visitors have open streams.
    pub fn len(&self) -> usize {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.values().map(|open| open.owner.credential()).collect::<HashSet<_>>().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether `user` has open streams.
    pub fn has_of(&self, user: &UserId) -> bool {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).values().any(|open| open.owner.user() == Some(user))
    }

    /// Closes the streams that the rules no longer allow.
    pub fn cut_denied(&self, apps: &AppTable, now: Timestamp) {
        self.cut_where(|open| !open.request.is_allowed(open.owner.visitor.as_deref(), apps, now));
    }

    /// Takes the visitors of open streams out of a group that no longer exists.
    pub fn forget_group(&self, group: &GroupName) {
        self.change_people(|person| person.groups.contains(group), |person| person.groups.retain(|name| name != group));
    }

    /// Changes what is known of the visitors of open streams.
    fn change_people(&self, concerns: impl Fn(&Person) -> bool, change: impl Fn(&mut Person)) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        for open in table.values_mut() {
            let Some(visitor) = &open.owner.visitor else { continue };
            if let Some(person) = visitor.person().filter(|person| concerns(person)) {
                let mut person = person.clone();
                change(&mut person);
                open.owner.visitor = Some(Arc::new(visitor.with_person(person)));
            }
        }
    }

    /// Closes the streams of `person` that the rules do not allow to them as they are now.
    pub fn cut_denied_to(&self, person: &Person, apps: &AppTable, now: Timestamp) {
        self.change_people(|known| known.id == person.id, |known| person.clone_into(known));
        self.cut_where(|open| {
            open.owner.user() == Some(&person.id) && !open.request.is_allowed(open.owner.visitor.as_deref(), apps, now)
        });
    }

    /// Closes every stream of `session` and of its children.
    pub fn cut(&self, session: &SessionId) {
        self.cut_where(|open| open.owner.session() == Some(session) || open.owner.parent.as_ref() == Some(session));
    }

    /// Closes every stream of a machine token.
    pub fn cut_token(&self, token: &TokenId) {
        self.cut_where(|open| matches!(open.owner.credential(), Some(Credential::Token(own)) if own == token));
    }

    /// Closes every stream of a user.
    pub fn cut_user(&self, user: &UserId) {
        self.cut_where(|open| open.owner.user() == Some(user));
    }

    /// Closes the streams of sessions and tokens that have expired.
    pub fn cut_expired(&self, now: Timestamp) {
        self.cut_where(|open| open.owner.until.is_some_and(|until| until <= now));
    }

    fn cut_where(&self, is_over: impl Fn(&Open) -> bool) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, open| {
            let over = is_over(open);
            if over {
                open.signal.send_replace(true);
                tracing::debug!(app = %open.request.app, "a stream was closed: its session ended, or a rule changed");
            }
            !over
        });
    }

    /// The sessions with open streams.
    pub fn sessions(&self) -> Vec<SessionId> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.values().filter_map(|open| open.owner.session().cloned()).collect::<HashSet<_>>().into_iter().collect()
    }

    /// The machine tokens with open streams.
    pub fn tokens(&self) -> Vec<TokenId> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |open: &Open| match open.owner.credential() {
            Some(Credential::Token(id)) => Some(id.clone()),
            _ => None,
        };
        table.values().filter_map(of).collect::<HashSet<_>>().into_iter().collect()
    }

    /// Closes endless streams, now and from now on: the server is stopping, and would wait for them.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Closes everything, if the store cannot be asked.
    pub fn cut_all(&self) {
        for (_, open) in self.table.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            open.signal.send_replace(true);
        }
    }
}

impl StreamTicket {
    /// Remembers the visitor as judged last.
    pub fn set_visitor(&self, visitor: Option<Arc<Visitor>>) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = table.get_mut(&self.number) {
            open.owner.visitor = visitor;
        }
    }

    /// The same for an endless stream, which a stopping server does not wait for.
    #[must_use]
    pub fn endless(mut self) -> Self {
        self.endless = true;
        self
    }

    /// Resolves when the session ends, or when the server stops and the stream is endless.
    pub async fn ended(&self) {
        let (mut signal, mut stopping) = (self.signal.clone(), self.stopping.clone());
        // An error means that the sender was removed from the registry, which happens only when the stream is closed or
        // the registry is dropped.
        let over = tokio::select! {
            cut = signal.wait_for(|cut| *cut) => cut.is_ok(),
            stop = stopping.wait_for(|stop| *stop), if self.endless => stop.is_ok(),
        };
        tracing::trace!(was_over = over, "a stream was closed");
    }
}

impl Drop for StreamTicket {
    fn drop(&mut self) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}
