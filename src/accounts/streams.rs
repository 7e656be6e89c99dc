//! Open streams by the credential of their visitor, so that they can be closed when it becomes invalid.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::domain::access::Credential;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::time::Timestamp;

/// The streams of one credential.
struct Open {
    signal: watch::Sender<bool>,
    count: usize,
    user: Option<UserId>,
    /// The parent of a child session.
    parent: Option<SessionId>,
    until: Option<Timestamp>,
}

/// On what a stream depends besides its credential.
#[derive(Default)]
pub struct StreamOwner<'a> {
    /// The account.
    pub user: Option<&'a UserId>,
    /// The session with which a child session ends.
    pub parent: Option<&'a SessionId>,
    /// The latest end.
    pub until: Option<Timestamp>,
}

/// By what authenticates the visitor; `None` is somebody who is not signed in.
type Table = Mutex<HashMap<Option<Credential>, Open>>;

/// The registry; updated when a stream begins, when it ends, and at revocation.
#[derive(Clone)]
pub struct Streams {
    table: Arc<Table>,
    stopping: Arc<watch::Sender<bool>>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { table: Arc::default(), stopping: Arc::new(watch::channel(false).0) }
    }
}

/// One registered stream; dropping it removes it from the registry.
pub struct StreamTicket {
    table: Arc<Table>,
    credential: Option<Credential>,
    signal: watch::Receiver<bool>,
    stopping: watch::Receiver<bool>,
    endless: bool,
}

impl Streams {
    /// Registers a stream; check the credential again afterwards, it may have become
    /// invalid in between.
    pub fn register(&self, credential: Option<&Credential>, owner: &StreamOwner<'_>) -> StreamTicket {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Open {
            signal: watch::channel(false).0,
            count: 0,
            user: owner.user.cloned(),
            parent: owner.parent.cloned(),
            until: owner.until,
        };
        let entry = table.entry(credential.cloned()).or_insert_with(new);
        entry.count += 1;
        StreamTicket {
            table: Arc::clone(&self.table),
            credential: credential.cloned(),
            signal: entry.signal.subscribe(),
            stopping: self.stopping.subscribe(),
            endless: false,
        }
    }

    /// How many sessions have open streams.
    pub fn len(&self) -> usize {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Closes every stream of `session` and of its children.
    pub fn cut(&self, session: &SessionId) {
        self.cut_where(|credential, open| {
            matches!(credential, Some(Credential::Session(id)) if id == session)
                || open.parent.as_ref() == Some(session)
        });
    }

    /// Closes every stream of a user.
    pub fn cut_user(&self, user: &UserId) {
        self.cut_where(|_, open| open.user.as_ref() == Some(user));
    }

    /// Closes the streams of sessions that have expired.
    pub fn cut_expired(&self, now: Timestamp) {
        self.cut_where(|_, open| open.until.is_some_and(|until| until <= now));
    }

    fn cut_where(&self, is_over: impl Fn(Option<&Credential>, &Open) -> bool) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).retain(|credential, open| {
            let over = is_over(credential.as_ref(), open);
            if over {
                open.signal.send_replace(true);
                tracing::debug!(session.streams = open.count, "the streams of an ended session were closed");
            }
            !over
        });
    }

    /// The sessions with open streams.
    pub fn sessions(&self) -> Vec<SessionId> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let session = |credential: &Option<Credential>| match credential {
            Some(Credential::Session(id)) => Some(id.clone()),
            Some(Credential::Pair) | None => None,
        };
        table.keys().filter_map(session).collect()
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
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        // After closing, the entry may be a newer one, of streams that do not include this ticket.
        let own = |open: &&mut Open| open.signal.subscribe().same_channel(&self.signal);
        if let Some(entry) = table.get_mut(&self.credential).filter(own) {
            entry.count = entry.count.saturating_sub(1);
            if entry.count == 0 {
                table.remove(&self.credential);
            }
        }
    }
}
