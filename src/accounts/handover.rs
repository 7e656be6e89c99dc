//! Hand-over: who is signed in at the portal gets a child session on the host of an app, by a code that is good once,
//! for one browser and one origin (S116, docs/adr/0012).

use serde::{Deserialize, Serialize};

use super::opening::{AccountCarriers, NewSession};
use super::revocation::{self, Ended};
use super::session_cache::is_unused;
use super::{AccountError, Accounts, Client};
use crate::crypto::opaque_token::{PlainToken, TokenHash};
use crate::crypto::{nonce, random};
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::device;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::link::Purpose;
use crate::domain::origin::Origin;
use crate::domain::session::{MAX_CHILDREN, Session};
use crate::domain::time::Timestamp;
use crate::domain::user::UserState;
use crate::storage::tokens::TokenGrant;
use crate::storage::{Connection, StorageError, audit, tokens, users};

/// Maximum codes of one account, unused ones and used ones; the oldest are dropped (S104).
const MAX_CODES: i64 = 100;

/// What a code is bound to, as stored.
#[derive(Serialize, Deserialize)]
struct Bound {
    session: String,
    origin: String,
    bind: String,
}

/// Where a code is presented.
pub struct Entrance {
    /// The origin of the app.
    pub origin: Origin,
    /// The nonce that the browser has there.
    pub nonce: Option<String>,
    /// Maximum length of a session there, in seconds.
    pub longest: Option<i64>,
}

/// A code as it was presented.
struct Presented {
    code: TokenHash,
    /// The same code, once it was used.
    used: TokenHash,
    at: Entrance,
    client: Client,
}

/// What became of a code.
enum Outcome {
    Opened(Box<Session>, UserId, Ended),
    Reused(Ended),
    Refused(&'static str),
    Unknown,
}

impl Accounts {
    /// A code that opens a child of `who`'s session at `origin`, for the browser with the nonce of which `bind` is the
    /// digest.
    pub async fn issue_code(&self, who: &Visitor, origin: &Origin, bind: &str) -> Result<PlainToken, AccountError> {
        let named = who.user_id().cloned().zip(who.session());
        let (user, session) = named.ok_or(AccountError::NotAllowed)?;
        let bound = Bound { session: session.to_string(), origin: origin.to_string(), bind: bind.to_owned() };
        let payload = serde_json::to_string(&bound).map_err(|fault| AccountError::Internal(fault.to_string()))?;
        let (code, grant) = (PlainToken::random(), TokenGrant { user, payload });
        let (hash, until) = (self.hash_of(Purpose::HandOver, code.expose()), self.link_end(Purpose::HandOver));
        let issued = self.0.database.write(move |c| {
            tokens::insert(c, &hash, Purpose::HandOver, &grant, until)?;
            tokens::keep_newest(c, &grant.user, Purpose::HandOver, &hash, MAX_CODES - 1)
        });
        issued.await?;
        Ok(code)
    }

    /// Opens a child session by a code. [`AccountError::Link`] if the code is not good there; a second use ends what
    /// the first one opened.
    pub async fn enter(&self, code: &str, at: Entrance, client: Client) -> Result<NewSession, AccountError> {
        let presented = Presented {
            code: self.hash_of(Purpose::HandOver, code),
            used: self.hash_of(Purpose::HandedOver, code),
            at,
            client: client.clone(),
        };
        let this = self.clone();
        let outcome = self.run_uninterrupted(async move { this.use_code(presented).await }).await?;
        let is_known = !matches!(outcome, Outcome::Unknown);
        let reason = match outcome {
            Outcome::Opened(session, user, _) => return self.carriers_of_child(&session, user),
            Outcome::Reused(_) => "the code was used before; the session that it opened has ended",
            Outcome::Refused(reason) => reason,
            Outcome::Unknown => "the code is unknown or has expired",
        };
        tracing::info!(reason, "refused a hand-over");
        Err(if is_known { AccountError::Link } else { self.count_bad_link(&client).await? })
    }

    async fn use_code(&self, presented: Presented) -> Result<Outcome, AccountError> {
        let (this, now) = (self.clone(), self.0.clock.now());
        let outcome = self.0.database.write(move |c| match tokens::take(c, &presented.code, Purpose::HandOver, now)? {
            Some(grant) => this.open_child(c, &presented, &grant, now),
            None => this.end_reused(c, &presented, now),
        });
        let mut outcome = outcome.await?;
        if let Outcome::Opened(_, _, ended) | Outcome::Reused(ended) = &mut outcome {
            self.ended(std::mem::take(ended)).await;
        }
        Ok(outcome)
    }

    /// The code is right, and used up; it opens a session only where it was meant to.
    fn open_child(
        &self,
        c: &mut Connection,
        presented: &Presented,
        grant: &TokenGrant,
        now: Timestamp,
    ) -> Result<Outcome, StorageError> {
        let bound: Bound = serde_json::from_str(&grant.payload)
            .map_err(|fault| StorageError::Corrupt(format!("a code of a hand-over: {fault}")))?;
        let refusal = if bound.origin != presented.at.origin.to_string() {
            Some("the code is for another origin")
        } else if Some(bound.bind) != presented.at.nonce.as_deref().map(nonce::digest) {
            Some("the code is for another browser")
        } else {
            None
        };
        if let Some(reason) = refusal {
            self.audit_code(c, Event::HandoverRefused, presented, &grant.user)?;
            return Ok(Outcome::Refused(reason));
        }
        let Some(parent) = self.find_parent(c, &bound.session, &grant.user, now)? else {
            return Ok(Outcome::Refused("the session at the portal has ended"));
        };
        let id = SessionId::parse(&random::id()).ok_or_else(|| StorageError::Corrupt("a new identifier".to_owned()))?;
        let longest = presented.at.longest.map_or(parent.expires_at, |secs| now.plus(secs));
        let child = Session {
            expires_at: parent.expires_at.min(longest),
            source: presented.client.source.to_string(),
            device: device::shortened(&presented.client.user_agent),
            ..parent.child(id, presented.at.origin.clone(), now)
        };
        let surplus = self.0.store.end_oldest_children(c, &parent.id, MAX_CHILDREN)?;
        let used = TokenGrant { user: grant.user.clone(), payload: child.id.to_string() };
        tokens::insert(c, &presented.used, Purpose::HandedOver, &used, self.link_end(Purpose::HandedOver))?;
        tokens::keep_newest(c, &grant.user, Purpose::HandedOver, &presented.used, MAX_CODES - 1)?;
        self.0.store.insert(c, &child)?;
        let ended = if surplus.is_empty() { Ended::default() } else { revocation::sessions_ended(c, surplus, now)? };
        Ok(Outcome::Opened(Box::new(child), grant.user.clone(), ended))
    }

    /// The live session at the portal for which the code was issued.
    fn find_parent(
        &self,
        c: &mut Connection,
        session: &str,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Option<Session>, StorageError> {
        let Some(id) = SessionId::parse(session) else { return Ok(None) };
        let is_active = users::find_by_id(c, user)?.is_some_and(|record| record.user.state == UserState::Active);
        let idle = self.0.config.sessions.idle;
        let found = self.0.store.find_live(c, &id, now)?.filter(|_| is_active);
        Ok(found.filter(|parent| parent.user.as_ref() == Some(user) && !is_unused(idle, parent, now)))
    }

    /// No such code is waiting. If it was used before, two have it: what it opened ends.
    fn end_reused(&self, c: &mut Connection, presented: &Presented, now: Timestamp) -> Result<Outcome, StorageError> {
        let Some(grant) = tokens::take(c, &presented.used, Purpose::HandedOver, now)? else {
            return Ok(Outcome::Unknown);
        };
        self.audit_code(c, Event::HandoverReused, presented, &grant.user)?;
        let Some(child) = SessionId::parse(&grant.payload) else { return Ok(Outcome::Unknown) };
        self.0.store.end(c, &child, None)?;
        Ok(Outcome::Reused(revocation::sessions_ended(c, vec![child], now)?))
    }

    fn audit_code(
        &self,
        c: &mut Connection,
        event: Event,
        presented: &Presented,
        user: &UserId,
    ) -> Result<(), StorageError> {
        let subject = users::find_by_id(c, user)?.map_or_else(String::new, |record| record.user.email.to_string());
        let mut line = self.audit_line(event, "", &subject, &presented.client.source.to_string());
        line.detail = presented.at.origin.to_string();
        audit::append(c, &line)
    }

    fn carriers_of_child(&self, session: &Session, user: UserId) -> Result<NewSession, AccountError> {
        let tokens = self.tokens_of(session, &user)?;
        let account = AccountCarriers { user, tokens, device_cookie: None };
        Ok(NewSession { session: session.id.clone(), persistent: session.persistent, account: Some(account) })
    }
}
