//! "Is it you?": before a sensitive change, people who signed in a while ago confirm their identity (S130, ASVS 7.5.3).
//!
//! The submitted form is stored under a token of its own, bound to the session, and is returned once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::session_cache::CachedSession;
use super::{AccountError, Accounts, Client, revocation};
use crate::crypto::opaque_token::PlainToken;
use crate::crypto::sealed::Sealer;
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::link::{CONFIRMATION_SECS, Purpose};
use crate::domain::notice::Notice;
use crate::domain::session::Method;
use crate::storage::tokens::TokenGrant;
use crate::storage::{audit, tokens};

/// Maximum pending forms of one account; the oldest are dropped.
const MAX_WAITING: i64 = 10;

/// What a pending form is sealed as: it may have secrets of apps.
const PURPOSE: &str = "pending form";

/// A submitted form that waits for confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Path and query to which it was submitted.
    pub address: String,
    /// The change that the page asks about, as a word.
    pub what: String,
    /// Whom it concerns.
    pub subject: String,
    /// Its fields.
    pub fields: BTreeMap<String, String>,
}

/// What is stored: the form, and the session that submitted it.
#[derive(Serialize, Deserialize)]
struct Stored {
    session: String,
    pending: Pending,
}

impl Stored {
    fn of(who: &Visitor, grant: &TokenGrant, sealer: &Sealer) -> Option<Pending> {
        let payload = sealer.open(PURPOSE, &grant.payload)?;
        let stored: Self = serde_json::from_slice(&payload).ok()?;
        let is_theirs = who.session().is_some_and(|session| stored.session == session.as_str())
            && Some(&grant.user) == who.user_id();
        is_theirs.then_some(stored.pending)
    }
}

/// The user and the session; the deprecated mode has no account that could confirm.
pub(super) fn named(who: &Visitor) -> Result<(UserId, SessionId), AccountError> {
    who.user_id().cloned().zip(who.session().cloned()).ok_or(AccountError::NotAllowed)
}

impl Accounts {
    /// Whether the person behind the session proved their identity within the last 15 minutes. A cached session may be
    /// older than the proof, so the store is asked before this returns false.
    pub async fn was_proved_recently(&self, who: &Visitor) -> Result<bool, AccountError> {
        let (now, (_, session)) = (self.0.clock.now(), named(who)?);
        let is_recent = |copy: &CachedSession| copy.view().is_some_and(|view| view.session.was_proved_recently(now));
        if self.find_session(&session).await?.is_some_and(|copy| is_recent(&copy)) {
            return Ok(true);
        }
        self.0.cache.forget(&session);
        Ok(self.find_session(&session).await?.is_some_and(|copy| is_recent(&copy)))
    }

    /// Stores a form for ten minutes and returns the token that refers to it.
    pub async fn keep_pending(&self, who: &Visitor, pending: Pending) -> Result<String, AccountError> {
        let (user, session) = named(who)?;
        let stored = Stored { session: session.as_str().to_owned(), pending };
        let payload = serde_json::to_vec(&stored).map_err(|fault| AccountError::Internal(fault.to_string()))?;
        let payload = self.0.sealer.seal(PURPOSE, &payload);
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

    /// The form that `token` refers to; [`AccountError::Link`] if it has expired, was used or belongs to another
    /// session.
    pub async fn find_pending(&self, who: &Visitor, token: &str) -> Result<Pending, AccountError> {
        let (hash, now) = (self.hash_of(Purpose::Confirmation, token), self.0.clock.now());
        let grant = self.0.database.read(move |c| tokens::find(c, &hash, Purpose::Confirmation, now)).await?;
        grant.and_then(|grant| Stored::of(who, &grant, &self.0.sealer)).ok_or(AccountError::Link)
    }

    /// Checks the current password, records the proof on the session, and returns the form, once, if `token` refers to
    /// one.
    pub async fn confirm(
        &self,
        who: &Visitor,
        token: Option<&str>,
        password: String,
        client: Client,
    ) -> Result<Option<Pending>, AccountError> {
        let pending = match token {
            Some(token) => Some(self.find_pending(who, token).await?),
            None => None,
        };
        let (_, session) = named(who)?;
        let copy = self.find_session(&session).await?.ok_or(AccountError::Link)?;
        let before = copy.view().map(|view| view.session.methods.clone()).unwrap_or_default();
        let (user, _hash, permit) = self.prove_current(who, password, Event::ConfirmFailed, &client).await?;
        drop(permit);
        let methods = before.with(&Method::Password.into());
        let hash = token.map(|token| self.hash_of(Purpose::Confirmation, token));
        let this = self.clone();
        self.run_uninterrupted(async move {
            let now = this.0.clock.now();
            let line =
                this.audit_line(Event::ConfirmOk, user.email.as_str(), user.email.as_str(), &client.source.to_string());
            let (store, id) = (this.0.store.clone(), session.clone());
            let proved = this.0.database.write(move |c| {
                if let Some(hash) = hash
                    && tokens::take(c, &hash, Purpose::Confirmation, now)?.is_none()
                {
                    return Ok(false);
                }
                audit::append(c, &line)?;
                store.mark_proved(c, &id, &methods, now)?;
                // The answer need not wait for other nodes: a node that has not applied it yet asks again.
                revocation::publish_unawaited(c, Notice::SessionChanged(id), now)?;
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
