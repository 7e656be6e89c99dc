//! Rotation of refresh tokens: the row decides, so every loser of a race receives the winner's tokens (S41 to S45).

use super::revocation::{self, Ended};
use super::session_cache::is_unused;
use super::{AccountError, Accounts, TokenPair};
use crate::crypto::jwt::{Claims, Kind};
use crate::domain::audit::{AuditLine, Event};
use crate::domain::ids::{SessionId, UserId};
use crate::domain::notice::Notice;
use crate::domain::session::{GenerationVerdict, Session};
use crate::domain::user::UserState;
use crate::storage::{StorageError, audit, users};

/// The result of presenting a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// The successor.
    Tokens(TokenPair),
    /// The session is not live, or the token does not belong to it.
    NotLive,
}

enum Outcome {
    Live(Session),
    Reused(Ended),
    NotLive,
}

/// How often a rotation is retried after another node won the race; each retry means that somebody else made progress.
const ROUNDS: u32 = 4;

impl Accounts {
    /// Exchanges a verified refresh token; a replayed one ends the session.
    pub async fn refresh(&self, claims: Claims, source: String) -> Result<Refreshed, AccountError> {
        let this = self.clone();
        self.run_uninterrupted(async move { this.rotate(claims, &source).await }).await
    }

    async fn rotate(&self, claims: Claims, source: &str) -> Result<Refreshed, AccountError> {
        let now = self.0.clock.now();
        let reused = self.audit_line_later(Event::RefreshReused, source);
        let wanted = claims.clone();
        let (store, idle) = (self.0.store.clone(), self.0.config.sessions.idle);
        let outcome = self.0.database.write(move |c| {
            for _ in 0..ROUNDS {
                let found = store.find_live(c, &wanted.session, now)?;
                let is_theirs = |session: &Session| {
                    let own = session.user.as_ref() == Some(&wanted.user) && session.origin() == wanted.origin.as_ref();
                    own && !is_unused(idle, session, now)
                };
                let Some(mut session) = found.filter(is_theirs) else {
                    return Ok(Outcome::NotLive);
                };
                let user = users::find_by_id(c, &wanted.user)?.filter(|record| record.user.state == UserState::Active);
                let Some(user) = user else { return Ok(Outcome::NotLive) };
                match session.judge_generation(wanted.generation, now) {
                    GenerationVerdict::Current => {
                        if !store.rotate(c, &session.id, session.generation, now)? {
                            // Another node was faster: its successor is used.
                            continue;
                        }
                        session.generation += 1;
                        (session.rotated_at, session.successor_seen_at) = (now, None);
                        revocation::publish_unawaited(c, Notice::SessionChanged(session.id.clone()), now)?;
                        return Ok(Outcome::Live(session));
                    }
                    GenerationVerdict::PredecessorInGrace => return Ok(Outcome::Live(session)),
                    GenerationVerdict::Reused => {
                        let ended = if store.end(c, &session.id, None)? { vec![session.id] } else { Vec::new() };
                        audit::append(c, &reused(user.user.email.as_str()))?;
                        return Ok(Outcome::Reused(revocation::sessions_ended(c, ended, now)?));
                    }
                    GenerationVerdict::Unknown => return Ok(Outcome::NotLive),
                }
            }
            Err(StorageError::Unavailable("a session is being rotated by other nodes all the time".to_owned()))
        });
        match outcome.await? {
            Outcome::Live(session) => {
                // The cached session has the old generation.
                self.0.cache.forget(&session.id);
                Ok(Refreshed::Tokens(self.tokens_of(&session, &claims.user)?))
            }
            Outcome::Reused(ended) => {
                self.ended(ended).await;
                Ok(Refreshed::NotLive)
            }
            Outcome::NotLive => Ok(Refreshed::NotLive),
        }
    }

    /// Records that the client has the newest refresh token, which starts the grace period of its predecessor (S44).
    pub async fn mark_successor_seen(&self, session: &SessionId, generation: i64) -> Result<(), AccountError> {
        let (this, id, now) = (self.clone(), session.clone(), self.0.clock.now());
        self.run_uninterrupted(async move {
            let (store, session) = (this.0.store.clone(), id.clone());
            let marked = this.0.database.write(move |c| {
                let marked = store.mark_successor_seen(c, &session, generation, now)?;
                if marked {
                    revocation::publish_unawaited(c, Notice::SessionChanged(session), now)?;
                }
                Ok(marked)
            });
            if marked.await? {
                this.0.cache.forget(&id);
            }
            Ok(())
        })
        .await
    }

    /// Both tokens of a session; derived from the row, so that the same row gives the same bytes.
    pub(super) fn tokens_of(&self, session: &Session, user: &UserId) -> Result<TokenPair, AccountError> {
        let now = self.0.clock.now();
        let lifetime = self.0.config.sessions.access_secs;
        // A predecessor may be presented late, when an access token issued at the time of rotation would be of little
        // use.
        let issued_at = if now.since(session.rotated_at) < lifetime / 2 { session.rotated_at } else { now };
        let access_end = issued_at.plus(lifetime).min(session.expires_at);
        let claims = |issued_at, expires_at| Claims {
            user: user.clone(),
            session: session.id.clone(),
            origin: session.origin().cloned(),
            issued_at,
            expires_at,
            generation: session.generation,
        };
        let signed = |kind, claims: Claims| {
            self.0
                .tokens
                .issue(kind, &claims)
                .ok_or_else(|| AccountError::Internal("a token could not be signed".to_owned()))
        };
        Ok(TokenPair {
            access: signed(Kind::Access, claims(issued_at, access_end))?,
            access_secs: access_end.since(now).max(0),
            refresh: signed(Kind::Refresh, claims(session.rotated_at, session.expires_at))?,
            refresh_secs: session.expires_at.since(now).max(0),
            persistent: session.persistent,
        })
    }

    /// An audit line whose subject is known only inside the transaction.
    fn audit_line_later(&self, event: Event, source: &str) -> impl FnOnce(&str) -> AuditLine + Send + 'static {
        let (this, source) = (self.clone(), source.to_owned());
        move |subject| this.audit_line(event, "", subject, &source)
    }
}
