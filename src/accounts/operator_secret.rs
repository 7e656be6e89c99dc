//! What only the operator has: the set-up token, or the user name and password of the deprecated mode (S01, S02).

use std::sync::atomic::Ordering;

use super::throttle::{self, Asking, Guess, Guessed};
use super::{AccountError, Accounts, CLAIMED_SETTING, Client, pair};
use crate::crypto::random;
use crate::domain::audit::Event;
use crate::storage::{Connection, StorageError, audit, settings};

/// The setting that the set-up token is derived from.
const SETUP_SALT: &str = "setup_salt";

/// The secret that only the operator has (S01).
pub enum OperatorSecret {
    /// The token of the printed link.
    Token(String),
    /// The deprecated user name and password.
    Pair {
        /// `FLOWISE_USERNAME`.
        username: String,
        /// `FLOWISE_PASSWORD`.
        password: String,
    },
}

impl Accounts {
    /// Checks the operator's secret. A wrong one, and the first refusal of a source in a window, are audited as the
    /// two `events`.
    pub(super) async fn check_operator_secret(
        &self,
        secret: OperatorSecret,
        events: (Event, Event),
        client: &Client,
    ) -> Result<(), AccountError> {
        let (this, now, source) =
            (self.clone(), self.0.clock.now(), Asking::of_source(&self.0.token_hasher, client).source);
        let [wrong, refused] =
            [events.0, events.1].map(|event| self.audit_line(event, "", "", &client.source.to_string()));
        let wrong_pair = match &secret {
            OperatorSecret::Pair { username, password } => !self.is_configured_pair(username, password),
            OperatorSecret::Token(_) => false,
        };
        if wrong_pair {
            self.0.uncounted_guesses.fetch_add(1, Ordering::SeqCst);
        }
        let judge = move |c: &mut Connection| {
            // Another node may have been claimed a moment ago: its marker decides, whatever this node knows.
            if settings::find(c, CLAIMED_SETTING)?.is_some() {
                return Ok(None);
            }
            let guess = this.guess_of(c, secret, source)?;
            let judged = throttle::guess(c, &guess, now)?;
            match judged {
                Guessed::Right => {}
                Guessed::Wrong => audit::append(c, &wrong)?,
                Guessed::TooOften(_) | Guessed::PairClosed => {
                    if throttle::is_first_refusal(c, &guess.source, now)? {
                        audit::append(c, &refused)?;
                    }
                }
            }
            Ok(Some(judged))
        };
        let accounts = self.clone();
        let counted = self.run_uninterrupted(async move {
            let judged = accounts.0.database.write(judge).await?;
            // A guess that could not be counted stays pending: no right one skips the count until the next start.
            if wrong_pair {
                accounts.0.uncounted_guesses.fetch_sub(1, Ordering::SeqCst);
            }
            Ok(judged)
        });
        match counted.await? {
            None => Err(AccountError::Closed),
            Some(Guessed::Right) => Ok(()),
            Some(Guessed::Wrong) => Err(AccountError::InvalidCredentials),
            Some(Guessed::TooOften(retry_after)) => Err(AccountError::TooMany { retry_after }),
            Some(Guessed::PairClosed) => Err(AccountError::PairClosed),
        }
    }

    /// The pair is asked for if it is configured; the token if it is not, or is disabled.
    fn guess_of(&self, c: &mut Connection, secret: OperatorSecret, source: String) -> Result<Guess, StorageError> {
        let pair = self.pair_bucket();
        Ok(match secret {
            OperatorSecret::Pair { username, password } => {
                Guess { source, pair, fits: self.is_configured_pair(&username, &password) }
            }
            OperatorSecret::Token(given) => {
                let expected = self.setup_token(c)?;
                let counts = pair.map_or(Ok(true), |bucket| pair::is_closed(c, &bucket))?;
                Guess { source, pair: None, fits: self.0.token_hasher.same_secret(given.trim(), &expected) && counts }
            }
        })
    }

    /// Whether the pair is the configured one, in constant time (S02).
    pub(super) fn is_configured_pair(&self, username: &str, password: &str) -> bool {
        let Some(legacy) = &self.0.config.legacy else { return false };
        let name_fits = self.0.token_hasher.same_secret(username, &legacy.username);
        let password_fits = self.0.token_hasher.same_secret(password, legacy.expose_password());
        name_fits && password_fits
    }

    /// The bucket for wrong guesses at the pair, by form, HTTP Basic and claim, from everywhere. Another pair has
    /// another bucket.
    pub(super) fn pair_bucket(&self) -> Option<String> {
        let legacy = self.0.config.legacy.as_ref()?;
        let pair = format!("{}\0{}", legacy.username, legacy.expose_password());
        Some(format!("pair:{}", self.0.token_hasher.hash("pair", &pair).as_str()))
    }

    /// The token of the set-up link; every node derives the same one.
    pub(super) fn setup_token(&self, c: &mut Connection) -> Result<String, StorageError> {
        settings::put_if_absent(c, SETUP_SALT, &random::secret())?;
        let salt = settings::find(c, SETUP_SALT)?.unwrap_or_default();
        Ok(self.0.token_hasher.hash("setup", &salt).as_str().to_owned())
    }
}
