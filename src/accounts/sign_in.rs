//! Signing in with address and password, and the last step of every sign-in (S16 to S31).

use super::opening::{NewSession, SignIn};
use super::outgoing::Detail;
use super::revocation::{self, Ended};
use super::throttle::{self, Asking, Reservation};
use super::{AccountError, Accounts, Client};
use crate::crypto::password_hash::PasswordHash;
use crate::domain::audit::{AuditLine, Event};
use crate::domain::device::{Device, TRUST_SECS};
use crate::domain::email::Email;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::mail::{MailKind, QueuedMail};
use crate::domain::password::Password;
use crate::domain::session::{MAX_SESSIONS, Method};
use crate::domain::sign_in::{Besides, CompleteProofs, check_complete};
use crate::domain::time::Timestamp;
use crate::domain::user::{User, UserState};
use crate::storage::users::UserRecord;
use crate::storage::{Connection, StorageError, attempts, audit, devices, factors, users};

impl Accounts {
    /// Signs in; every failure gives the same neutral answer after the same work (S21, S22).
    ///
    /// A session that is not `persistent` ends when the browser is closed, and after twelve hours.
    pub async fn sign_in(
        &self,
        email: &str,
        password: String,
        persistent: bool,
        client: Client,
    ) -> Result<SignIn, AccountError> {
        let outcome = self.sign_in_by_steps(email, password, persistent, client).await;
        if !matches!(outcome, Ok(SignIn::Waiting(_))) {
            self.0.metrics.sign_in(&outcome);
        }
        outcome
    }

    async fn sign_in_by_steps(
        &self,
        email: &str,
        password: String,
        persistent: bool,
        client: Client,
    ) -> Result<SignIn, AccountError> {
        let proof = self.prove_password(email, password, &client).await?;
        let (this, id, policy) = (self.clone(), proof.record.user.id.clone(), self.0.config.second_factor);
        let (device, now) = (proof.device.clone(), self.0.clock.now());
        let besides = self.0.database.read(move |c| besides_of(c, &id, device.as_deref(), now)).await?;
        let checked = check_complete(&proof.record.user, Method::Password.into(), besides, policy);
        let opening = async move {
            match checked {
                Ok(proofs) => {
                    // Judged again while nobody can change it: a factor, the role, or the trust in this browser.
                    let (id, device) = (proof.record.user.id.clone(), proof.device.clone());
                    let still = move |c: &mut Connection| {
                        let Some(record) = users::find_by_id(c, &id)? else {
                            return Ok(Err(AccountError::InvalidCredentials));
                        };
                        let besides = besides_of(c, &id, device.as_deref(), now)?;
                        let checked = check_complete(&record.user, Method::Password.into(), besides, policy);
                        Ok(checked.map(drop).map_err(|_missing| AccountError::InvalidCredentials))
                    };
                    this.open_session(proof, proofs, persistent, client, still).await.map(SignIn::Open)
                }
                Err(missing) => this.keep_sign_in(proof, missing, persistent, &client).await.map(SignIn::Waiting),
            }
        };
        self.run_uninterrupted(opening).await
    }

    /// The first step: the account whose password it is. Nothing is recorded yet but the attempt.
    async fn prove_password(
        &self,
        email: &str,
        password: String,
        client: &Client,
    ) -> Result<ProvedAccount, AccountError> {
        let Ok(password) = Password::take(password) else { return Err(AccountError::InvalidCredentials) };
        let email = Email::parse(email).ok();
        let (record, device) = self.find_account(email.clone(), client).await?;
        let subject = email.as_ref().map_or("", Email::as_str);
        let mut asking = Asking::of_source(&self.0.token_hasher, client);
        asking.account = email.as_ref().map(|email| self.account_bucket(email));
        asking.device = device.as_ref().map(|device| format!("device:{device}"));
        asking.right = Some(Asking::right_of_or_decoy(
            &self.0.token_hasher,
            record.as_ref().map(|record| &record.user.id),
            subject,
        ));
        let account = asking.account.clone();
        let reservation = self.reserve(asking, Event::LoginThrottled, subject, client).await?;

        let hash = record
            .as_ref()
            .filter(|record| record.user.state == UserState::Active)
            .and_then(|record| record.password_hash.clone());
        let (permit, verified) = match self.verify(client, email.as_ref(), password.clone(), hash.clone()).await {
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
        // The next sign-in of the account need not wait for the store and the other nodes.
        drop(permit);
        let (Some(record), Some(hash), true) = (record, hash, verified.matches) else {
            return Err(self.refuse(subject, client).await);
        };
        let password = Some(RightPassword { hash, upgraded });
        Ok(ProvedAccount { record, password, reservation, account, device, earlier: Earlier::default() })
    }

    /// The account with that address, and the known device that the browser is.
    async fn find_account(
        &self,
        email: Option<Email>,
        client: &Client,
    ) -> Result<(Option<UserRecord>, Option<String>), AccountError> {
        self.find_with_device(client, |c| Ok(email.map(|email| users::find_by_email(c, &email)).transpose()?.flatten()))
            .await
    }

    /// The account that `find` finds, and the known device that the browser is.
    pub(super) async fn find_with_device(
        &self,
        client: &Client,
        find: impl FnOnce(&mut Connection) -> Result<Option<UserRecord>, StorageError> + Send + 'static,
    ) -> Result<(Option<UserRecord>, Option<String>), AccountError> {
        let (keys, cookie) = (self.0.devices.clone(), client.device_cookie.clone());
        let found = self.0.database.read(move |c| {
            let Some(record) = find(c)? else { return Ok((None, None)) };
            let named = cookie.and_then(|cookie| keys.device_of(&record.user.id, &cookie));
            let device = match named {
                Some(device) if devices::is_known(c, &record.user.id, &device)? => Some(device),
                _ => None,
            };
            Ok((Some(record), device))
        });
        Ok(found.await?)
    }

    /// Audits a refusal, and returns the error for the visitor.
    pub(super) async fn refuse(&self, subject: &str, client: &Client) -> AccountError {
        let line = self.audit_line(Event::LoginFailed, "", subject, &client.source.to_string());
        let audited = self.0.database.write(move |c| audit::append(c, &line)).await;
        audited.err().map_or(AccountError::InvalidCredentials, AccountError::from)
    }

    /// The last step: records the sign-in and stores the session, in one write, of which `step` is the first part: what
    /// it refuses opens nothing, though what it wrote stays.
    pub(super) async fn open_session(
        &self,
        proof: ProvedAccount,
        proofs: CompleteProofs,
        persistent: bool,
        client: Client,
        step: impl FnOnce(&mut Connection) -> Result<Result<(), AccountError>, StorageError> + Send + 'static,
    ) -> Result<NewSession, AccountError> {
        let ProvedAccount { record, password, reservation, account, device: known, earlier } = proof;
        let Earlier { trusts, notice: of_factor } = earlier;
        let now = self.0.clock.now();
        let user = record.user;
        let mut line =
            self.audit_line(Event::LoginOk, user.email.as_str(), user.email.as_str(), &client.source.to_string());
        line.detail = proofs.words();
        let trusted = trusts.then(|| self.audit_line(Event::TrustedAdded, &line.actor, &line.subject, &line.source));
        let (id, old, is_known) = (user.id.clone(), client.old_sessions.clone(), known.is_some());
        let opening = self.prepare_session(proofs, persistent, known, &client)?;
        let (row, device) = (opening.session.clone(), opening.device.clone());
        let current_password_row = Asking::row_of(&self.0.token_hasher, &user.id);
        let right = Asking::right_of(&self.0.token_hasher, &user.id);
        // The owner need not be notified of the very first sign-in.
        let mails = self.drafts();
        let notice = (!is_known && user.last_sign_in_at.is_some())
            .then(|| mails.to_user(MailKind::NewDevice, &user, &Detail::of(&client, now)));
        let (this, user_then, store, brought_none) = (self.clone(), user.clone(), self.0.store.clone(), old.is_empty());
        let signed_in = self.0.database.write(move |c| {
            if let Some(secs) = throttle::judge_right(c, &right, now)? {
                throttle::give_back(c, &reservation)?;
                return Ok(Recorded::TooMany(secs));
            }
            // Whoever changes the account, or its factors, is waited for.
            users::hold(c, &id)?;
            if let Err(fault) = step(c)? {
                return Ok(Recorded::Refused(fault));
            }
            throttle::count_right(c, &right, now)?;
            if !users::record_sign_in(c, &id, password.as_ref().map(|password| &password.hash), now)? {
                return Ok(Recorded::Outdated);
            }
            throttle::succeed(c, &reservation, account.as_deref())?;
            if let Some(RightPassword { hash, upgraded: Some(new) }) = &password {
                users::upgrade_password_hash(c, &id, hash, new)?;
            }
            let ended = this.end_replaced(c, &user_then, old, now)?;
            if password.is_some() {
                attempts::clear(c, &current_password_row)?;
            }
            note_device(c, &id, (&device, is_known), trusted.as_ref(), now)?;
            for mail in notice.iter().chain(&of_factor) {
                mails.queue(c, mail)?;
            }
            audit::append(c, &line)?;
            store.insert(c, &row)?;
            let nothing = brought_none && ended.is_empty();
            Ok(Recorded::Done(if nothing { Ended::default() } else { revocation::sessions_ended(c, ended, now)? }))
        });
        let ended = match signed_in.await? {
            Recorded::Done(ended) => ended,
            Recorded::Outdated => return Err(self.refuse(user.email.as_str(), &client).await),
            Recorded::Refused(fault) => return Err(fault),
            Recorded::TooMany(retry_after) => return Err(AccountError::TooMany { retry_after }),
        };
        self.ended(ended).await;
        self.wake_mailer();
        self.carriers_of(&opening)
    }

    /// Ends the sessions that a new one replaces: the browser's earlier ones (S19), and the oldest of an account that
    /// has too many (S107).
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
}

/// Records the device of a sign-in, and the trust in it if `trusted` is to be audited.
fn note_device(
    c: &mut Connection,
    user: &UserId,
    (device, is_known): (&Device, bool),
    trusted: Option<&AuditLine>,
    now: Timestamp,
) -> Result<(), StorageError> {
    if !(is_known && devices::touch(c, user, &device.id, &device.source, now)?) {
        devices::insert(c, user, device)?;
    }
    if let Some(line) = trusted {
        devices::set_trust(c, user, &device.id, Some(now.plus(TRUST_SECS)))?;
        audit::append(c, line)?;
    }
    Ok(())
}

/// Whose account it is, as was just proved, and what was found meanwhile.
pub(super) struct ProvedAccount {
    pub(super) record: UserRecord,
    /// The password that was right, if it was proved by one.
    pub(super) password: Option<RightPassword>,
    pub(super) reservation: Reservation,
    /// The bucket of the account's failures.
    pub(super) account: Option<String>,
    /// The known device that the browser is.
    pub(super) device: Option<String>,
    /// What the step of the second factor adds.
    pub(super) earlier: Earlier,
}

/// A password that was right.
pub(super) struct RightPassword {
    /// What is stored of it, by which is seen whether it was changed meanwhile.
    pub(super) hash: PasswordHash,
    /// The same password hashed at the configured cost, if the stored hash has a lower one.
    pub(super) upgraded: Option<PasswordHash>,
}

/// What the step of a second factor knows besides the password, which was right a step earlier.
#[derive(Default)]
pub(super) struct Earlier {
    /// Whether the factor is not to be asked for in this browser for a while.
    pub(super) trusts: bool,
    /// A mail about the factor.
    pub(super) notice: Option<QueuedMail>,
}

/// What that account has besides its password, on that device.
fn besides_of(
    c: &mut Connection,
    user: &UserId,
    device: Option<&str>,
    now: Timestamp,
) -> Result<Besides, StorageError> {
    if !factors::has_any(c, user)? {
        return Ok(Besides::Nothing);
    }
    let is_trusted = device.map(|device| devices::is_trusted(c, user, device, now)).transpose()?.unwrap_or_default();
    Ok(if is_trusted { Besides::TrustedBrowser } else { Besides::Factor })
}

/// The result of the last step.
enum Recorded {
    /// The session exists, and these ended.
    Done(Ended),
    /// The account was disabled, or the password changed, while the old one was verified.
    Outdated,
    /// A step before the last was not taken.
    Refused(AccountError),
    /// The account has reached its maximum for the window; seconds to wait.
    TooMany(i64),
}
