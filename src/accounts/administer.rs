//! What the command line does to people and sessions, possibly beside a running server.
//!
//! A command that ends sessions leaves a notice in the transaction and waits until the running server has applied it, or its
//! lease has run out.

use std::time::Duration;

use super::session_cache::LEASE;
use super::{AccountError, Accounts};
use crate::crypto::random;
use crate::domain::email::Email;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::session::Session;
use crate::domain::user::{Role, User, UserState};
use crate::storage::{audit, notices, sessions, users};

/// Most rows a list command prints.
const LIST_LIMIT: i64 = 10_000;
/// How often the command looks whether the server has heard.
const LOOK: Duration = Duration::from_millis(10);

impl Accounts {
    /// Adds an account that can sign in at once.
    pub async fn add_user(&self, email: &str, name: &str, password: String, role: Role) -> Result<User, AccountError> {
        let account = self.check_account(email, name, password.clone(), &password).map_err(AccountError::Rules)?;
        let hash = self.0.hasher.hash(account.password).await?;
        let id = UserId::parse(&random::id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        let now = self.0.clock.now();
        let user =
            User { id, email: account.email, name: account.name, role, state: UserState::Active, created_at: now, last_sign_in_at: None };
        let (line, row) = (self.audit_line("user.created", "command line", user.email.as_str(), ""), user.clone());
        self.0
            .database
            .write(move |c| {
                users::insert(c, &row, Some(&hash))?;
                audit::append(c, &line)
            })
            .await?;
        Ok(user)
    }

    /// All accounts, newest first.
    pub async fn list_users(&self) -> Result<Vec<User>, AccountError> {
        Ok(self.0.database.read(|c| users::list(c, LIST_LIMIT)).await?)
    }

    /// All live sessions, newest first.
    pub async fn list_sessions(&self) -> Result<Vec<Session>, AccountError> {
        let now = self.0.clock.now();
        Ok(self.0.database.read(move |c| sessions::list(c, now, LIST_LIMIT)).await?)
    }

    /// Disables an account and ends its sessions; the last active admin stays.
    pub async fn disable_user(&self, email: &str) -> Result<(), AccountError> {
        let email = Email::parse(email).map_err(|_fault| AccountError::NotFound)?;
        let line = self.audit_line("user.disabled", "command line", email.as_str(), "");
        let now = self.0.clock.now();
        let outcome = self.0.database.write(move |c| {
            let Some(record) = users::find_by_email(c, &email)? else { return Ok(Err(AccountError::NotFound)) };
            if !users::set_state(c, &record.user.id, UserState::Disabled)? {
                return Ok(Err(AccountError::NotAllowed));
            }
            let ended = sessions::end_all_of_user(c, &record.user.id, None)?;
            audit::append(c, &line)?;
            Ok(Ok((notices::append(c, &ended, now)?, ended)))
        });
        let (number, ended) = outcome.await??;
        self.forget_ended(&ended);
        self.wait_until_heard(number).await
    }

    /// Ends a session of anybody.
    pub async fn end_any_session(&self, id: &str) -> Result<(), AccountError> {
        let id = SessionId::parse(id).ok_or(AccountError::NotFound)?;
        let line = self.audit_line("session.ended", "command line", id.as_str(), "");
        let now = self.0.clock.now();
        let number = self.0.database.write(move |c| {
            if !sessions::end(c, &id)? {
                return Ok(None);
            }
            audit::append(c, &line)?;
            notices::append(c, &[id], now).map(Some)
        });
        self.wait_until_heard(number.await?.ok_or(AccountError::NotFound)?).await
    }

    /// Ends every session, for `EXPIRE_AUTH_TOKENS_ON_RESTART` (S51).
    pub async fn end_every_session(&self) -> Result<usize, AccountError> {
        let ended = self.0.database.write(sessions::end_all).await?;
        self.forget_ended(&ended);
        Ok(ended.len())
    }

    /// Removes rows past their absolute end.
    pub async fn delete_expired_sessions(&self) -> Result<usize, AccountError> {
        let now = self.0.clock.now();
        Ok(self.0.database.write(move |c| sessions::delete_expired(c, now)).await?)
    }

    async fn wait_until_heard(&self, number: i64) -> Result<(), AccountError> {
        let begin = self.0.clock.monotonic();
        // A server that has not heard by then has lost its lease and reads the store.
        while self.0.clock.monotonic().saturating_sub(begin) < LEASE + Duration::from_millis(200) {
            if !self.0.database.read(move |c| notices::is_awaited(c, number)).await? {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }
}
