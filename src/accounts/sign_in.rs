//! Signing in with address and password (S16 to S31).

use super::throttle::{self, Asking, Reservation};
use super::{AccountError, Accounts, Client, NewSession};
use crate::crypto::password_hash::PasswordHash;
use crate::crypto::random;
use crate::domain::email::Email;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::password::Password;
use crate::domain::session::Session;
use crate::domain::user::UserState;
use crate::storage::users::UserRecord;
use crate::storage::{audit, sessions, users};

/// Characters of `User-Agent` and address kept with a session.
const MAX_DEVICE_CHARS: usize = 200;

impl Accounts {
    /// Signs in; every way to fail gives one neutral answer after the same work (S21, S22).
    pub async fn sign_in(&self, email: &str, password: String, client: Client) -> Result<NewSession, AccountError> {
        let Ok(password) = Password::take(password) else { return Err(AccountError::InvalidCredentials) };
        let email = Email::parse(email).ok();
        let wanted = email.clone();
        let record = self.0.database.read(move |c| wanted.map(|email| users::find_by_email(c, &email)).transpose()).await?.flatten();
        let (asking, account) = self.asking(email.as_ref(), record.as_ref(), &client);
        let subject = email.as_ref().map_or("", Email::as_str);
        let reservation = self.reserve(asking, "login.throttled", subject, &client).await?;

        let hash = record.as_ref().filter(|record| record.user.state == UserState::Active).and_then(|record| record.password_hash.clone());
        let verified = match self.0.hasher.verify(password.clone(), hash.clone()).await {
            Ok(verified) => verified,
            Err(busy) => {
                self.release(reservation).await?;
                return Err(busy.into());
            }
        };
        let (Some(record), Some(hash), true) = (record, hash, verified.matches) else {
            return self.refuse(subject, &client).await;
        };
        let upgraded = if verified.needs_upgrade { self.0.hasher.hash(password).await.ok() } else { None };
        let this = self.clone();
        self.deed(async move { this.open_session(record, hash, upgraded, reservation, account, client).await }).await
    }

    /// The buckets of this attempt, and the name of the account's.
    fn asking(&self, email: Option<&Email>, record: Option<&UserRecord>, client: &Client) -> (Asking, Option<String>) {
        let hasher = &self.0.token_hasher;
        let mut asking = Asking::of_source(hasher, client);
        // Keyed by the canonical address whether or not somebody has it, so that waits tell nothing (S21, S27).
        let account = email.map(|email| format!("account:{}", hasher.hash("account", email.as_str()).as_str()));
        asking.account.clone_from(&account);
        let device =
            record.zip(client.device_cookie.as_deref()).and_then(|(record, cookie)| self.0.devices.device_of(&record.user.id, cookie));
        asking.device = device.map(|device| format!("device:{device}"));
        (asking, account)
    }

    async fn refuse(&self, subject: &str, client: &Client) -> Result<NewSession, AccountError> {
        let line = self.audit_line("login.failed", "", subject, &client.source.to_string());
        self.0.database.write(move |c| audit::append(c, &line)).await?;
        Err(AccountError::InvalidCredentials)
    }

    async fn open_session(
        &self,
        record: UserRecord,
        hash: PasswordHash,
        upgraded: Option<PasswordHash>,
        reservation: Reservation,
        account: Option<String>,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let now = self.0.clock.now();
        let user = record.user;
        let session = self.new_session(Some(user.id.clone()), &client)?;
        let line = self.audit_line("login.ok", user.email.as_str(), user.email.as_str(), &client.source.to_string());
        let (id, old, row) = (user.id.clone(), client.old_session.clone(), session.clone());
        let signed_in = self.0.database.write(move |c| {
            if !users::record_sign_in(c, &id, Some(&hash), now)? {
                return Ok(false);
            }
            if let Some(new) = &upgraded {
                users::upgrade_password_hash(c, &id, &hash, new)?;
            }
            if let Some(old) = &old {
                sessions::end(c, old)?;
            }
            sessions::insert(c, &row)?;
            throttle::succeed(c, &reservation, account.as_deref())?;
            audit::append(c, &line)?;
            Ok(true)
        });
        if !signed_in.await? {
            // Disabled, or the password changed, while the old one was verified.
            return self.refuse(user.email.as_str(), &client).await;
        }
        self.forget_ended(client.old_session.as_slice());
        let tokens = self.tokens_of(&session, &user.id)?;
        Ok(NewSession { session: session.id, user: Some((user.id.clone(), tokens)), device_cookie: Some(self.0.devices.issue(&user.id)) })
    }

    /// A session row that begins now; not stored yet.
    pub(super) fn new_session(&self, user: Option<UserId>, client: &Client) -> Result<Session, AccountError> {
        let now = self.0.clock.now();
        let id = SessionId::parse(&random::id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        Ok(Session {
            id,
            user,
            created_at: now,
            expires_at: now.plus(self.0.sessions.refresh_secs),
            generation: 0,
            rotated_at: now,
            successor_seen_at: None,
            source: client.source.to_string(),
            device: client.user_agent.chars().filter(|c| !c.is_control()).take(MAX_DEVICE_CHARS).collect(),
        })
    }
}
