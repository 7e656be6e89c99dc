//! The deprecated mode: one user name and password guard the app until the claim, and open nothing else.

use super::throttle::{self, Asking};
use super::{AccountError, Accounts, Client, NewSession, Phase};
use crate::domain::access::{Identity, SignedIn};
use crate::domain::ids::SessionId;
use crate::storage::{audit, settings};

/// The name that streams of HTTP Basic visitors are registered under; there is no such row.
pub(super) fn basic_session() -> Result<SessionId, AccountError> {
    SessionId::parse("basic-----------------").ok_or_else(|| AccountError::Internal("basic id".to_owned()))
}

impl Accounts {
    /// Whether the pair is the configured one, in time that tells nothing (S02).
    pub(super) fn is_legacy_pair(&self, username: &str, password: &str) -> bool {
        let Some(legacy) = &self.0.legacy else { return false };
        let name_fits = self.0.token_hasher.same_secret(username, &legacy.username);
        let password_fits = self.0.token_hasher.same_secret(password, legacy.expose_password());
        name_fits && password_fits
    }

    /// Signs in with the deprecated pair; only before the claim.
    pub async fn sign_in_legacy(&self, username: &str, password: &str, client: Client) -> Result<NewSession, AccountError> {
        self.check_legacy(username, password, &client).await?;
        let this = self.clone();
        self.deed(async move {
            let session = this.new_session(None, &client)?;
            let (row, store) = (session.clone(), this.0.store.clone());
            let opened = this.0.database.write(move |c| {
                // The claim may have come between: its marker decides, in this transaction.
                if settings::find(c, super::CLAIMED_SETTING)?.is_some() {
                    return Ok(false);
                }
                store.insert(c, &row)?;
                Ok(true)
            });
            if opened.await? {
                Ok(NewSession { session: session.id, user: None, device_cookie: None })
            } else {
                Err(AccountError::InvalidCredentials)
            }
        })
        .await
    }

    /// Lets one request in by HTTP Basic, without a session; only before the claim.
    pub async fn check_legacy_basic(&self, username: &str, password: &str, client: &Client) -> Result<SignedIn, AccountError> {
        self.check_legacy(username, password, client).await?;
        Ok(SignedIn { session: basic_session()?, who: Identity::Legacy { username: username.to_owned() } })
    }

    async fn check_legacy(&self, username: &str, password: &str, client: &Client) -> Result<(), AccountError> {
        if self.phase() != Phase::Legacy {
            return Err(AccountError::InvalidCredentials);
        }
        let asking = Asking::of_source(&self.0.token_hasher, client);
        let now = self.0.clock.now();
        let fits = self.is_legacy_pair(username, password);
        let line = (!fits).then(|| self.audit_line("login.failed", "", "", &client.source.to_string()));
        let verdict = self.0.database.write(move |c| {
            // Another node may have been claimed a moment ago: its marker decides, whatever this one has heard.
            if settings::find(c, super::CLAIMED_SETTING)?.is_some() {
                return Ok(Asked::Closed);
            }
            let reserved = throttle::reserve(c, &asking, now)?;
            if let Ok(reservation) = &reserved {
                match &line {
                    None => throttle::succeed(c, reservation, None)?,
                    Some(line) => audit::append(c, line)?,
                }
            }
            Ok(reserved.map_or_else(Asked::TooOften, |_reservation| Asked::Evaluated))
        });
        match verdict.await? {
            Asked::TooOften(retry_after) => Err(AccountError::TooMany { retry_after }),
            Asked::Evaluated if fits => Ok(()),
            Asked::Evaluated | Asked::Closed => Err(AccountError::InvalidCredentials),
        }
    }
}

/// What became of an attempt with the pair.
enum Asked {
    /// Somebody has claimed the instance: the pair opens nothing any more.
    Closed,
    /// One of the attempts that are looked at.
    Evaluated,
    /// Too many failures; seconds until the next is looked at.
    TooOften(i64),
}
