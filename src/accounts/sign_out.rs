//! Ending sessions: one's own, one of them, all of them (S47, S50).

use super::{AccountError, Accounts};
use crate::domain::access::SignedIn;
use crate::domain::ids::SessionId;
use crate::domain::session::Session;
use crate::storage::{audit, sessions};

/// Which of one's own sessions end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// This one: signing out.
    This,
    /// Another one of one's own.
    One(SessionId),
    /// All but this one.
    Others,
    /// All.
    Everywhere,
}

impl Accounts {
    /// Ends own sessions; when the answer comes, no request of theirs is let in any more.
    pub async fn end_own(&self, who: &SignedIn, ending: Ending, source: String) -> Result<(), AccountError> {
        let (this, who) = (self.clone(), who.clone());
        self.deed(async move {
            let event = if ending == Ending::This { "logout" } else { "session.ended" };
            let line = this.audit_line(event, who.name(), who.name(), &source);
            let ended = this.0.database.write(move |c| {
                let ended = end(c, &who, &ending)?;
                if !ended.is_empty() {
                    audit::append(c, &line)?;
                }
                Ok(ended)
            });
            this.forget_ended(&ended.await?);
            Ok(())
        })
        .await
    }

    /// One's own live sessions, newest first.
    pub async fn own_sessions(&self, who: &SignedIn) -> Result<Vec<Session>, AccountError> {
        let Some(user) = who.user_id().cloned() else { return Ok(Vec::new()) };
        let now = self.0.clock.now();
        Ok(self.0.database.read(move |c| sessions::list_of_user(c, &user, now)).await?)
    }

    /// Ends a session by name alone, idempotently; for actix-session's store.
    pub async fn end_session(&self, id: &SessionId) -> Result<(), AccountError> {
        let (this, id) = (self.clone(), id.clone());
        self.deed(async move {
            let session = id.clone();
            this.0.database.write(move |c| sessions::end(c, &session)).await?;
            this.forget_ended(&[id]);
            Ok(())
        })
        .await
    }
}

fn end(c: &mut crate::storage::Connection, who: &SignedIn, ending: &Ending) -> Result<Vec<SessionId>, crate::storage::StorageError> {
    let one = |ended: bool, id: &SessionId| if ended { vec![id.clone()] } else { Vec::new() };
    match (ending, who.user_id()) {
        (Ending::One(id), Some(user)) => Ok(one(sessions::end_of_user(c, id, user)?, id)),
        (Ending::Others, Some(user)) => sessions::end_all_of_user(c, user, Some(&who.session)),
        (Ending::Everywhere, Some(user)) => sessions::end_all_of_user(c, user, None),
        (Ending::This, Some(_)) | (_, None) => Ok(one(sessions::end(c, &who.session)?, &who.session)),
    }
}
