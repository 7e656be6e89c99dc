//! The deprecated mode: one user name and password guard the app until the claim, and open nothing else.

use std::sync::atomic::Ordering;

use super::opening::NewSession;
use super::operator_secret::OperatorSecret;
use super::throttle::Asking;
use super::{AccountError, Accounts, Client, Phase, pair};
use crate::domain::access::{Credential, Visitor};
use crate::domain::audit::Event;
use crate::domain::ids::SessionId;
use crate::domain::throttle::{self, Verdict};
use crate::storage::attempts;

impl Accounts {
    /// Signs in with the deprecated pair; only before the claim.
    pub async fn sign_in_legacy(
        &self,
        username: &str,
        password: &str,
        persistent: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        self.check_legacy(username, password, &client).await?;
        let this = self.clone();
        self.run_uninterrupted(async move {
            let session = this.prepare_pair_session(persistent, &client)?;
            let (row, store) = (session.clone(), this.0.store.clone());
            let opened = this.0.database.write(move |c| {
                // The claim may have happened in between: its marker decides, in this transaction.
                if pair::is_over(c)? {
                    return Ok(false);
                }
                store.insert(c, &row)?;
                Ok(true)
            });
            if opened.await? {
                Ok(NewSession { session: session.id, persistent, account: None })
            } else {
                Err(AccountError::InvalidCredentials)
            }
        })
        .await
    }

    /// Admits one request with HTTP Basic, without a session; only before the claim.
    pub async fn check_legacy_basic(
        &self,
        username: &str,
        password: &str,
        client: &Client,
    ) -> Result<Visitor, AccountError> {
        self.check_legacy(username, password, client).await?;
        Ok(Visitor::without_account(Credential::Pair, username.to_owned()))
    }

    /// The visitor of a request with HTTP Basic that was admitted.
    pub(super) fn pair_of_one_request(&self) -> Visitor {
        let username = self.0.config.legacy.as_ref().map_or("", |legacy| &legacy.username);
        Visitor::without_account(Credential::Pair, username.to_owned())
    }

    /// The visitor of a session that was opened with the pair; `None` after the claim.
    pub(super) fn pair_visitor(&self, session: SessionId) -> Option<Visitor> {
        let legacy = self.0.config.legacy.as_ref().filter(|_| self.phase() == Phase::Legacy)?;
        Some(Visitor::without_account(Credential::Session(session), legacy.username.clone()))
    }

    async fn check_legacy(&self, username: &str, password: &str, client: &Client) -> Result<(), AccountError> {
        if self.phase() != Phase::Legacy {
            return Err(AccountError::InvalidCredentials);
        }
        if self.is_configured_pair(username, password) && self.needs_no_permit(client).await? {
            return Ok(());
        }
        let secret = OperatorSecret::Pair { username: username.to_owned(), password: password.to_owned() };
        match self.check_operator_secret(secret, (Event::LoginFailed, Event::LoginThrottled), client).await {
            // Another node was claimed a moment ago, and this one has not applied the notice yet.
            Err(AccountError::Closed) => Err(AccountError::InvalidCredentials),
            outcome => outcome,
        }
    }

    /// Whether the right pair is accepted without locking the counts, which changes nothing in them: no wrong guess of
    /// this node is being counted, and neither the source nor the pair is at its limit. Otherwise guesses are judged
    /// one by one, or the right one among many concurrent ones would escape the limits (S29).
    async fn needs_no_permit(&self, client: &Client) -> Result<bool, AccountError> {
        let Some(pair) = self.pair_bucket() else { return Ok(false) };
        let (this, now, source) =
            (self.clone(), self.0.clock.now(), Asking::of_source(&self.0.token_hasher, client).source);
        let judged = self.0.database.read(move |c| {
            // Checked before the counts: guesses pending until then are included in them.
            Ok(this.0.uncounted_guesses.load(Ordering::SeqCst) == 0
                && !pair::is_over(c)?
                && !pair::is_closed(c, &pair)?
                && throttle::judge_source(attempts::find(c, &source)?.as_ref(), now) == Verdict::Go)
        });
        Ok(judged.await?)
    }

    /// Whether the pair is disabled after too many guesses.
    pub async fn is_pair_closed(&self) -> Result<bool, AccountError> {
        let Some(bucket) = self.pair_bucket().filter(|_| self.phase() == Phase::Legacy) else { return Ok(false) };
        Ok(self.0.database.read(move |c| pair::is_closed(c, &bucket)).await?)
    }
}
