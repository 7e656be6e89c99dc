//! "Is it you?": before a change that gives power, whoever signed in a while ago proves who they are again (S130, ASVS 7.5.3).
//!
//! What was asked for waits under a token of its own, bound to the session, and is handed out once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::session_cache::SessionCopy;
use super::{AccountError, Accounts, Client, revocation};
use crate::crypto::opaque_token::PlainToken;
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::link::{CONFIRMATION_SECS, Purpose};
use crate::domain::notice::Notice;
use crate::domain::session::Method;
use crate::storage::tokens::TokenGrant;
use crate::storage::{audit, tokens};

/// Forms of one account that wait at most; the oldest makes room.
const MAX_WAITING: i64 = 10;

/// A form that was sent and waits for the proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Path and query that it was sent to.
    pub address: String,
    /// What is about to happen, in a word of the page that asks.
    pub what: String,
    /// Whom it concerns.
    pub subject: String,
    /// Its fields.
    pub fields: BTreeMap<String, String>,
}

/// What is stored: the form, and the session that sent it.
#[derive(Serialize, Deserialize)]
struct Stored {
    session: String,
    pending: Pending,
}

impl Stored {
    fn of(who: &Visitor, grant: &TokenGrant) -> Option<Pending> {
        let stored: Self = serde_json::from_str(&grant.payload).ok()?;
        let is_theirs = who.session().is_some_and(|session| stored.session == session.as_str())
            && Some(&grant.user) == who.user_id();
        is_theirs.then_some(stored.pending)
    }
}

/// Whose session it is, and which; the deprecated mode has no account to prove.
fn named(who: &Visitor) -> Result<(UserId, SessionId), AccountError> {
    who.user_id().cloned().zip(who.session().cloned()).ok_or(AccountError::NotAllowed)
}

impl Accounts {
    /// Whether the person behind the session proved who they are within the last 15 minutes. A copy that says no may be older than
    /// the proof: then the store is asked.
    pub async fn was_proved_recently(&self, who: &Visitor) -> Result<bool, AccountError> {
        let (now, (_, session)) = (self.0.clock.now(), named(who)?);
        let is_recent = |copy: &SessionCopy| copy.view().is_some_and(|view| view.session.was_proved_recently(now));
        if self.find_session(&session).await?.is_some_and(|copy| is_recent(&copy)) {
            return Ok(true);
        }
        self.0.cache.forget(&session);
        Ok(self.find_session(&session).await?.is_some_and(|copy| is_recent(&copy)))
    }

    /// Keeps a form for ten minutes; the token that is returned stands for it.
    pub async fn keep_pending(&self, who: &Visitor, pending: Pending) -> Result<String, AccountError> {
        let (user, session) = named(who)?;
        let stored = Stored { session: session.as_str().to_owned(), pending };
        let payload = serde_json::to_string(&stored).map_err(|fault| AccountError::Internal(fault.to_string()))?;
        let token = PlainToken::random();
        let hash = self.hash_of(Purpose::Confirmation, token.expose());
        let until = self.0.clock.now().plus(CONFIRMATION_SECS);
        let grant = TokenGrant { user, payload };
        let waiting = self.0.database.write(move |c| {
            tokens::insert(c, &hash, Purpose::Confirmation, &grant, until)?;
            tokens::keep_newest(c, &grant.user, Purpose::Confirmation, &hash, MAX_WAITING - 1)
        });
        waiting.await?;
        Ok(token.expose().to_owned())
    }

    /// The form that `token` stands for; [`AccountError::Link`] when it is over, used, or of another session.
    pub async fn find_pending(&self, who: &Visitor, token: &str) -> Result<Pending, AccountError> {
        let (hash, now) = (self.hash_of(Purpose::Confirmation, token), self.0.clock.now());
        let grant = self.0.database.read(move |c| tokens::find(c, &hash, Purpose::Confirmation, now)).await?;
        grant.and_then(|grant| Stored::of(who, &grant)).ok_or(AccountError::Link)
    }

    /// Checks the current password, and hands out the form, once; the session counts as proved now.
    pub async fn confirm(
        &self,
        who: &Visitor,
        token: &str,
        password: String,
        client: Client,
    ) -> Result<Pending, AccountError> {
        let pending = self.find_pending(who, token).await?;
        let (_, session) = named(who)?;
        let copy = self.find_session(&session).await?.ok_or(AccountError::Link)?;
        let before = copy.view().map(|view| view.session.methods.clone()).unwrap_or_default();
        let (user, _hash, turn) = self.prove_current(who, password, Event::ConfirmFailed, &client).await?;
        drop(turn);
        let methods = before.with(&Method::Password.into());
        let (this, hash) = (self.clone(), self.hash_of(Purpose::Confirmation, token));
        self.run_uninterrupted(async move {
            let now = this.0.clock.now();
            let line =
                this.audit_line(Event::ConfirmOk, user.email.as_str(), user.email.as_str(), &client.source.to_string());
            let (store, id) = (this.0.store.clone(), session.clone());
            let proved = this.0.database.write(move |c| {
                if tokens::take(c, &hash, Purpose::Confirmation, now)?.is_none() {
                    return Ok(false);
                }
                audit::append(c, &line)?;
                store.mark_proved(c, &id, &methods, now)?;
                // No node has to hear of it before the answer: one that does not know asks the store.
                revocation::mention(c, Notice::SessionChanged(id), now)?;
                Ok(true)
            });
            if !proved.await? {
                return Err(AccountError::Link);
            }
            this.0.cache.forget(&session);
            Ok(pending)
        })
        .await
    }
}
