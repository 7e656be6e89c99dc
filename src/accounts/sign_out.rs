//! Ending sessions: the current one, another one, all of them (S47, S50).

use super::{AccountError, Accounts, links, revocation};
use crate::crypto::random;
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::link::Purpose;
use crate::domain::session::Session;
use crate::storage::session_store::{Kept, SessionStore};
use crate::storage::{Connection, StorageError, audit, tokens};

/// Which of the user's own sessions end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The current one: signing out.
    This,
    /// Another session of the same user.
    One(SessionId),
    /// All but the current one.
    Others,
    /// All.
    Everywhere,
}

impl Accounts {
    /// Ends the user's own sessions; when this returns, no request with them is accepted any more.
    pub async fn end_own(&self, who: &Visitor, ending: Ending, source: String) -> Result<(), AccountError> {
        // HTTP Basic in the deprecated mode has no session to end.
        let Some(session) = who.session().cloned() else { return Ok(()) };
        let (this, who) = (self.clone(), who.clone());
        self.run_uninterrupted(async move {
            let event = if ending == Ending::This { Event::Logout } else { Event::SessionEnded };
            let line = this.audit_line(event, who.name(), who.name(), &source);
            let (store, now) = (this.0.store.clone(), this.0.clock.now());
            let until = now.plus(this.0.config.sessions.refresh_secs);
            let ended = this.0.database.write(move |c| {
                let ended = end(c, &store, &session, who.user_id(), &ending)?;
                if !ended.is_empty() {
                    audit::append(c, &line)?;
                }
                match (&ending, who.user_id()) {
                    (Ending::Everywhere, Some(user)) => revocation::user_ended(c, user, ended, now),
                    // Published even if the store did not know the session: caches and streams may.
                    (Ending::Others | Ending::One(_), Some(user)) => revocation::others_ended(c, user, ended, now),
                    (Ending::This, _) | (_, None) => {
                        store.keep_ended(c, &session, until)?;
                        revocation::sessions_ended(c, vec![session], now)
                    }
                }
            });
            this.ended(ended.await?).await;
            Ok(())
        })
        .await
    }

    /// The user's own live sessions, newest first.
    pub async fn own_sessions(&self, who: &Visitor) -> Result<Vec<Session>, AccountError> {
        let Some(user) = who.user_id().cloned() else { return Ok(Vec::new()) };
        self.sessions_of(&user).await
    }

    /// Ends a session by its ID alone, idempotently; for actix-session's store.
    pub async fn end_session(&self, id: &SessionId) -> Result<(), AccountError> {
        let (this, id) = (self.clone(), id.clone());
        self.run_uninterrupted(async move {
            let (store, now) = (this.0.store.clone(), this.0.clock.now());
            let until = now.plus(this.0.config.sessions.refresh_secs);
            let ended = this.0.database.write(move |c| {
                store.end(c, &id, None)?;
                store.keep_ended(c, &id, until)?;
                revocation::sessions_ended(c, vec![id], now)
            });
            this.ended(ended.await?).await;
            Ok(())
        })
        .await
    }
}

fn end(
    c: &mut Connection,
    store: &SessionStore,
    session: &SessionId,
    user: Option<&UserId>,
    ending: &Ending,
) -> Result<Vec<SessionId>, StorageError> {
    let one = |ended: bool, id: &SessionId| if ended { vec![id.clone()] } else { Vec::new() };
    match (ending, user) {
        (Ending::One(id), Some(user)) => Ok(one(store.end(c, id, Some(user))?, id)),
        (Ending::Others, Some(user)) => {
            tokens::void_others(c, user, Purpose::SignIn, None)?;
            store.end_all_of_user(c, user, Some(&Kept { session, step: random::step() }))
        }
        (Ending::Everywhere, Some(user)) => {
            links::void_begun(c, user)?;
            store.end_all_of_user(c, user, None)
        }
        (Ending::This, Some(_)) | (_, None) => Ok(one(store.end(c, session, None)?, session)),
    }
}
