//! Signing in with address and password (S16 to S31).

use super::outgoing::Detail;
use super::revocation::{self, Ended};
use super::throttle::{self, Asking, Reservation};
use super::{AccountError, Accounts, Client, NewSession};
use crate::crypto::password_hash::PasswordHash;
use crate::crypto::random;
use crate::domain::audit::Event;
use crate::domain::device::{self, Device};
use crate::domain::email::Email;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::mail::MailKind;
use crate::domain::password::Password;
use crate::domain::session::{BROWSER_SESSION_SECS, MAX_SESSIONS, Method, Session};
use crate::domain::time::Timestamp;
use crate::domain::user::{User, UserState};
use crate::storage::users::UserRecord;
use crate::storage::{Connection, StorageError, attempts, audit, devices, users};

impl Accounts {
    /// Signs in; every way to fail gives one neutral answer after the same work (S21, S22).
    ///
    /// A session that is not `persistent` ends with the browser's run, and after twelve hours.
    pub async fn sign_in(
        &self,
        email: &str,
        password: String,
        persistent: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let outcome = self.prove_and_open(email, password, persistent, client).await;
        self.0.metrics.sign_in(&outcome);
        outcome
    }

    async fn prove_and_open(
        &self,
        email: &str,
        password: String,
        persistent: bool,
        client: Client,
    ) -> Result<NewSession, AccountError> {
        let Ok(password) = Password::take(password) else { return Err(AccountError::InvalidCredentials) };
        let email = Email::parse(email).ok();
        let (record, device) = self.find_account(email.clone(), &client).await?;
        let subject = email.as_ref().map_or("", Email::as_str);
        let mut asking = Asking::of_source(&self.0.token_hasher, &client);
        asking.account = email.as_ref().map(|email| self.account_bucket(email));
        asking.device = device.as_ref().map(|device| format!("device:{device}"));
        asking.right = Some(Asking::right_of_or_decoy(
            &self.0.token_hasher,
            record.as_ref().map(|record| &record.user.id),
            subject,
        ));
        let account = asking.account.clone();
        let reservation = self.reserve(asking, Event::LoginThrottled, subject, &client).await?;

        let hash = record
            .as_ref()
            .filter(|record| record.user.state == UserState::Active)
            .and_then(|record| record.password_hash.clone());
        let (permit, verified) = match self.verify(&client, email.as_ref(), password.clone(), hash.clone()).await {
            Ok(verified) => verified,
            Err(fault) => {
                self.release(reservation).await?;
                return Err(fault);
            }
        };
        let upgraded = if verified.matches && verified.needs_upgrade {
            self.0.hasher.hash(&permit, password).await.ok()
        } else {
            None
        };
        // The next one of the account need not wait for the store and the other nodes.
        drop(permit);
        let (Some(record), Some(hash), true) = (record, hash, verified.matches) else {
            return self.refuse(subject, &client).await;
        };
        let session = self.new_session(Some(record.user.id.clone()), Method::Password, persistent, &client)?;
        let this = self.clone();
        self.run_uninterrupted(async move {
            this.open_session(session, Proven { record, hash, upgraded, reservation, account, device }, client).await
        })
        .await
    }

    /// The account with that address, and the known device of it that the browser is.
    async fn find_account(
        &self,
        email: Option<Email>,
        client: &Client,
    ) -> Result<(Option<UserRecord>, Option<String>), AccountError> {
        let (keys, cookie) = (self.0.devices.clone(), client.device_cookie.clone());
        let found = self.0.database.read(move |c| {
            let Some(record) = email.map(|email| users::find_by_email(c, &email)).transpose()?.flatten() else {
                return Ok((None, None));
            };
            let named = cookie.and_then(|cookie| keys.device_of(&record.user.id, &cookie));
            let device = match named {
                Some(device) if devices::is_known(c, &record.user.id, &device)? => Some(device),
                _ => None,
            };
            Ok((Some(record), device))
        });
        Ok(found.await?)
    }

    async fn refuse(&self, subject: &str, client: &Client) -> Result<NewSession, AccountError> {
        let line = self.audit_line(Event::LoginFailed, "", subject, &client.source.to_string());
        self.0.database.write(move |c| audit::append(c, &line)).await?;
        Err(AccountError::InvalidCredentials)
    }

    async fn open_session(&self, session: Session, proven: Proven, client: Client) -> Result<NewSession, AccountError> {
        let Proven { record, hash, upgraded, reservation, account, device } = proven;
        let now = self.0.clock.now();
        let user = record.user;
        let line =
            self.audit_line(Event::LoginOk, user.email.as_str(), user.email.as_str(), &client.source.to_string());
        let (id, old, row) = (user.id.clone(), client.old_sessions.clone(), session.clone());
        let current_password_row = Asking::row_of(&self.0.token_hasher, &user.id);
        let right = Asking::right_of(&self.0.token_hasher, &user.id);
        let (known, device) = (device.is_some(), self.device_of(&client, device));
        // The very first sign-in is no news to its owner.
        let mails = self.drafts();
        let notice = (!known && user.last_sign_in_at.is_some())
            .then(|| mails.to_user(MailKind::NewDevice, &user, &Detail::of(&client, now)));
        let device_cookie = self.0.devices.issue(&device.id, &user.id);
        let (this, user_then, store, brought_none) = (self.clone(), user.clone(), self.0.store.clone(), old.is_empty());
        let signed_in = self.0.database.write(move |c| {
            if let Some(secs) = throttle::count_right(c, &right, now)? {
                throttle::give_back(c, &reservation)?;
                return Ok(Opening::TooMany(secs));
            }
            if !users::record_sign_in(c, &id, Some(&hash), now)? {
                return Ok(Opening::Outdated);
            }
            throttle::succeed(c, &reservation, account.as_deref())?;
            if let Some(new) = &upgraded {
                users::upgrade_password_hash(c, &id, &hash, new)?;
            }
            let ended = this.end_replaced(c, &user_then, old, now)?;
            attempts::clear(c, &current_password_row)?;
            if !(known && devices::touch(c, &id, &device.id, &device.source, now)?) {
                devices::insert(c, &id, &device)?;
            }
            if let Some(mail) = &notice {
                mails.queue(c, mail)?;
            }
            audit::append(c, &line)?;
            store.insert(c, &row)?;
            let nothing = brought_none && ended.is_empty();
            Ok(Opening::Done(if nothing { Ended::default() } else { revocation::sessions_ended(c, ended, now)? }))
        });
        let ended = match signed_in.await? {
            Opening::Done(ended) => ended,
            Opening::Outdated => return self.refuse(user.email.as_str(), &client).await,
            Opening::TooMany(retry_after) => return Err(AccountError::TooMany { retry_after }),
        };
        self.ended(ended).await;
        self.wake_mailer();
        let tokens = self.tokens_of(&session, &user.id)?;
        let persistent = session.persistent;
        Ok(NewSession {
            session: session.id,
            persistent,
            user: Some((user.id.clone(), tokens)),
            device_cookie: Some(device_cookie),
        })
    }

    /// Ends what a new session takes the place of: the browser's earlier ones (S19), and the oldest of an account that has many (S107).
    fn end_replaced(
        &self,
        c: &mut Connection,
        user: &User,
        old: Vec<SessionId>,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, StorageError> {
        let mut ended = Vec::new();
        for old in old {
            if self.0.store.end(c, &old, None)? {
                ended.push(old);
            }
        }
        for surplus in self.0.store.end_oldest(c, &user.id, now, MAX_SESSIONS)? {
            let mut line = self.audit_line(Event::SessionEnded, "", user.email.as_str(), "");
            line.detail = format!("the oldest of more than {MAX_SESSIONS}");
            audit::append(c, &line)?;
            ended.push(surplus);
        }
        Ok(ended)
    }

    /// The browser as a device: the known one, or a new one.
    pub(super) fn device_of(&self, client: &Client, known: Option<String>) -> Device {
        let now = self.0.clock.now();
        Device {
            id: known.unwrap_or_else(random::id),
            name: device::shortened(&client.user_agent),
            source: client.source.to_string(),
            first_seen_at: now,
            last_seen_at: now,
        }
    }

    /// A session row that begins now; not stored yet.
    pub(super) fn new_session(
        &self,
        user: Option<UserId>,
        method: Method,
        persistent: bool,
        client: &Client,
    ) -> Result<Session, AccountError> {
        let now = self.0.clock.now();
        let lifetime = self.0.config.sessions.refresh_secs;
        let id = SessionId::parse(&random::id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        Ok(Session {
            id,
            user,
            created_at: now,
            expires_at: now.plus(if persistent { lifetime } else { lifetime.min(BROWSER_SESSION_SECS) }),
            persistent,
            methods: method.into(),
            authenticated_at: now,
            generation: 0,
            rotated_at: now,
            successor_seen_at: None,
            source: client.source.to_string(),
            device: device::shortened(&client.user_agent),
            last_seen_at: now,
        })
    }
}

/// A right password, and what it was found right with.
struct Proven {
    record: UserRecord,
    hash: PasswordHash,
    /// The same password with as many rounds as are configured, where the stored hash has fewer.
    upgraded: Option<PasswordHash>,
    reservation: Reservation,
    /// The bucket of the account's failures.
    account: Option<String>,
    /// The known device that the browser is.
    device: Option<String>,
}

/// What became of a right password.
enum Opening {
    /// The session is there, and these ended.
    Done(Ended),
    /// Disabled, or the password changed, while the old one was verified.
    Outdated,
    /// One more than the account has in a window; seconds to wait.
    TooMany(i64),
}
