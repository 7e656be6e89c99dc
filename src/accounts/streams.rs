//! Open streams by what lets their visitor in, so that they can be cut when it does no more.

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
    until: Option<Timestamp>,
}

type Table = Mutex<HashMap<Credential, Open>>;

/// The registry; touched at a stream's start, its end, and at revocation.
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

/// One registered stream; dropping it takes it off the registry.
pub struct StreamTicket {
    table: Arc<Table>,
    credential: Credential,
    signal: watch::Receiver<bool>,
    stopping: watch::Receiver<bool>,
    endless: bool,
}

impl Streams {
    /// Registers a stream that may last until then; check the credential again afterwards, it may have ended meanwhile.
    pub fn register(&self, credential: &Credential, user: Option<&UserId>, until: Option<Timestamp>) -> StreamTicket {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Open { signal: watch::channel(false).0, count: 0, user: user.cloned(), until };
        let entry = table.entry(credential.clone()).or_insert_with(new);
        entry.count += 1;
        StreamTicket {
            table: Arc::clone(&self.table),
            credential: credential.clone(),
            signal: entry.signal.subscribe(),
            stopping: self.stopping.subscribe(),
            endless: false,
        }
    }

    /// How many sessions have open streams.
    pub fn len(&self) -> usize {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether there is no open stream.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Cuts every stream of `session`.
    pub fn cut(&self, session: &SessionId) {
        let entry =
            self.table.lock().unwrap_or_else(PoisonError::into_inner).remove(&Credential::Session(session.clone()));
        if let Some(open) = entry {
            open.signal.send_replace(true);
            tracing::debug!(session.streams = open.count, "streams of an ended session were cut");
        }
    }

    /// Cuts every stream of a user.
    pub fn cut_user(&self, user: &UserId) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, open| {
            let others = open.user.as_ref() != Some(user);
            if !others {
                open.signal.send_replace(true);
            }
            others
        });
    }

    /// Cuts the streams of sessions whose absolute end has come.
    pub fn cut_expired(&self, now: Timestamp) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, open| {
            let over = open.until.is_some_and(|until| until <= now);
            if over {
                open.signal.send_replace(true);
            }
            !over
        });
    }

    /// The sessions with open streams.
    pub fn sessions(&self) -> Vec<SessionId> {
        let table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let session = |credential: &Credential| match credential {
            Credential::Session(id) => Some(id.clone()),
            Credential::Pair => None,
        };
        table.keys().filter_map(session).collect()
    }

    /// Cuts the streams that have no end of their own, now and from now on: the server stops, and would wait for them.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Cuts everything, for a store that cannot be asked.
    pub fn cut_all(&self) {
        for (_, open) in self.table.lock().unwrap_or_else(PoisonError::into_inner).drain() {
            open.signal.send_replace(true);
        }
    }
}

impl StreamTicket {
    /// The same for a stream that has no end of its own, which a server that stops does not wait for.
    #[must_use]
    pub fn endless(mut self) -> Self {
        self.endless = true;
        self
    }

    /// Resolves when the session ends, or the server stops and the stream is endless.
    pub async fn ended(&self) {
        let (mut signal, mut stopping) = (self.signal.clone(), self.stopping.clone());
        // An error means that the sender was taken off the registry, which happens only when it is cut, or that all is over.
        let over = tokio::select! {
            cut = signal.wait_for(|cut| *cut) => cut.is_ok(),
            stop = stopping.wait_for(|stop| *stop), if self.endless => stop.is_ok(),
        };
        tracing::trace!(was_told = over, "a stream was cut");
    }
}

impl Drop for StreamTicket {
    fn drop(&mut self) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        // After a cut the entry may be a newer one, of streams that this ticket does not count among.
        let own = |open: &&mut Open| open.signal.subscribe().same_channel(&self.signal);
        if let Some(entry) = table.get_mut(&self.credential).filter(own) {
            entry.count = entry.count.saturating_sub(1);
            if entry.count == 0 {
                table.remove(&self.credential);
            }
        }
    }
}
