//! Choosing passwords: with a link (reset, invitation) or with the current one (S15, S52 to S60, S100).

use super::opening::SignIn;
use super::outgoing::Detail;
use super::throttle::{self, Asking};
use super::{AccountError, Accounts, Client, FieldFault};
use super::{links, revocation};
use crate::crypto::hash_workers::HashPermit;
use crate::crypto::password_hash::PasswordHash;
use crate::crypto::random;
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::email::Email;
use crate::domain::link::Purpose;
use crate::domain::mail::MailKind;
use crate::domain::password::{self, Password, PasswordContext};
use crate::domain::text::Text;
use crate::domain::throttle::{FORGOT_PER_ACCOUNT, FORGOT_PER_SOURCE, MAIL_WINDOW_SECS, Verdict, judge};
use crate::domain::user::{User, UserState};
use crate::storage::session_store::Kept;
use crate::storage::{attempts, audit, tokens, users};

/// A new password, typed twice.
pub struct NewPassword {
    /// As typed.
    pub password: String,
    /// Repeated.
    pub confirm: String,
}

impl Accounts {
    /// Requests a reset mail. Reveals nothing about who has an account, by content, by timing (S23) or by what follows
    /// (S108), and changes nothing (S60).
    pub async fn request_reset(&self, email: &str, client: Client) -> Result<(), AccountError> {
        let email =
            Email::parse(email).map_err(|fault| AccountError::Rules(vec![FieldFault::new("email", fault.text())]))?;
        let now = self.0.clock.now();
        let hasher = &self.0.token_hasher;
        let source = format!("forgot-source:{}", Asking::source_of(hasher, &client));
        let account = format!("forgot:{}", hasher.hash("account", email.as_str()).as_str());
        let line = self.audit_line(Event::PasswordResetRequested, "", email.as_str(), &client.source.to_string());
        let (mails, window_over) = (self.drafts(), now.plus(-MAIL_WINDOW_SECS));
        let waits = self.0.database.write(move |c| {
            if let Verdict::Wait { secs } =
                judge(Some(&attempts::hold(c, &source, now)?), FORGOT_PER_SOURCE, MAIL_WINDOW_SECS, now)
            {
                return Ok(Some(secs));
            }
            attempts::add(c, &source, now, window_over)?;
            let bucket = attempts::hold(c, &account, now)?;
            attempts::add(c, &account, now, window_over)?;
            audit::append(c, &line)?;
            if judge(Some(&bucket), FORGOT_PER_ACCOUNT, MAIL_WINDOW_SECS, now) != Verdict::Go {
                mails.leave_out(MailKind::Reset);
                return Ok(None);
            }
            let mail = match users::find_by_email(c, &email)?.map(|record| record.user) {
                Some(user) if user.state == UserState::Active => {
                    mails.to_user(MailKind::Reset, &user, &Detail::default())
                }
                Some(user) if user.state == UserState::Invited => {
                    mails.to_user(MailKind::Invitation, &user, &Detail::default())
                }
                _ => mails.decoy(MailKind::Reset, email),
            };
            mails.put(c, &mail)?;
            Ok(None)
        });
        if let Some(retry_after) = waits.await? {
            return Err(AccountError::TooMany { retry_after });
        }
        self.wake_mailer();
        Ok(())
    }

    /// Sets a new password with a reset link: ends every session and creates none (S58). Returns the account's address.
    pub async fn reset_password(&self, token: &str, new: NewPassword, client: Client) -> Result<Email, AccountError> {
        self.choose_by_link(Purpose::Reset, token, new, client).await
    }

    /// Accepts an invitation with the first password, and signs in as the sign-in form does: the link proved the
    /// mailbox, and the password was just chosen. Returns no session if the sign-in is refused; the invitation is
    /// accepted all the same.
    pub async fn accept_invitation(
        &self,
        token: &str,
        new: NewPassword,
        client: Client,
    ) -> Result<(Email, Option<SignIn>), AccountError> {
        let password = new.password.clone();
        let email = self.choose_by_link(Purpose::Invitation, token, new, client.clone()).await?;
        let signed_in = self.sign_in(email.as_str(), password, true, client).await;
        let session = signed_in
            .inspect_err(|fault| tracing::info!(reason = %fault, "an invitation was accepted, but the sign-in failed"));
        Ok((email, session.ok()))
    }

    async fn choose_by_link(
        &self,
        purpose: Purpose,
        token: &str,
        new: NewPassword,
        client: Client,
    ) -> Result<Email, AccountError> {
        let open = self.open_link(purpose, token, &client).await?;
        self.count_use(Asking::right_link_of(&self.0.token_hasher, &open.user.id)).await?;
        // The password is judged before the link is used up: after a refused password the link is still valid.
        let permit = self.hash_permit(&client, Some(&open.user.email)).await?;
        let password = self.check_new_password(&permit, &open.user, new, "password").await?;
        let hash = self.0.hasher.hash(&permit, password).await?;
        drop(permit);
        let (token_hash, email) = (self.hash_of(purpose, token), open.user.email.clone());
        let this = self.clone();
        self.run_uninterrupted(async move { this.use_link(purpose, token_hash, open.user, hash, client).await })
            .await?;
        Ok(email)
    }

    async fn use_link(
        &self,
        purpose: Purpose,
        token: crate::crypto::opaque_token::TokenHash,
        user: User,
        hash: PasswordHash,
        client: Client,
    ) -> Result<(), AccountError> {
        let now = self.0.clock.now();
        let (event, kind) = if purpose == Purpose::Invitation {
            (Event::UserCreated, None)
        } else {
            (Event::PasswordReset, Some(MailKind::ResetDone))
        };
        let line = self.audit_line(event, user.email.as_str(), user.email.as_str(), &client.source.to_string());
        let (account, right) = (self.account_bucket(&user.email), Asking::right_of(&self.0.token_hasher, &user.id));
        let (mails, detail) = (self.drafts(), Detail::of(&client, now));
        let store = self.0.store.clone();
        let outcome = self.0.database.write(move |c| {
            attempts::hold(c, &right, now)?;
            if tokens::take(c, &token, purpose, now)?.is_none() || !users::set_password(c, &user.id, None, &hash)? {
                return Ok(None);
            }
            links::void_all_links(c, &user.id)?;
            let ended = store.end_all_of_user(c, &user.id, None)?;
            // Whoever used up the attempts for the old password does not know the new one.
            attempts::clear(c, &right)?;
            attempts::clear(c, &account)?;
            audit::append(c, &line)?;
            if let Some(kind) = kind {
                mails.queue(c, &mails.to_user(kind, &user, &detail))?;
            }
            revocation::user_ended(c, &user.id, ended, now).map(Some)
        });
        let ended = outcome.await?.ok_or(AccountError::Link)?;
        self.wake_mailer();
        self.ended(ended).await;
        Ok(())
    }

    /// Changes the user's own password; their other sessions end (S15).
    pub async fn change_password(
        &self,
        who: &Visitor,
        current: String,
        new: NewPassword,
        client: Client,
    ) -> Result<(), AccountError> {
        let (user, old, permit) = self.prove_current(who, current, Event::LoginFailed, &client).await?;
        let password = self.check_new_password(&permit, &user, new, "new_password").await?;
        let hash = self.0.hasher.hash(&permit, password).await?;
        drop(permit);
        let (this, who) = (self.clone(), who.clone());
        self.run_uninterrupted(async move {
            let now = this.0.clock.now();
            let line = this.audit_line(
                Event::PasswordChanged,
                user.email.as_str(),
                user.email.as_str(),
                &client.source.to_string(),
            );
            let (mails, detail) = (this.drafts(), Detail::of(&client, now));
            let (store, step) = (this.0.store.clone(), random::step());
            let outcome = this.0.database.write(move |c| {
                if !users::set_password(c, &user.id, Some(&old), &hash)? {
                    return Ok(None);
                }
                links::void_all_links(c, &user.id)?;
                let kept = who.session().map(|session| Kept { session, step });
                let ended = store.end_all_of_user(c, &user.id, kept.as_ref())?;
                audit::append(c, &line)?;
                mails.queue(c, &mails.to_user(MailKind::PasswordChanged, &user, &detail))?;
                revocation::others_ended(c, &user.id, ended, now).map(Some)
            });
            // The password was changed in the meantime: what was verified is no longer the current one.
            let ended = outcome.await?.ok_or_else(wrong_current)?;
            this.wake_mailer();
            this.ended(ended).await;
            Ok(())
        })
        .await
    }

    /// Verifies the current password of the signed-in user, within a limit of its own (S31); right ones are counted too
    /// (S105). A wrong one is audited as the event `failed`.
    pub(super) async fn prove_current(
        &self,
        who: &Visitor,
        current: String,
        failed: Event,
        client: &Client,
    ) -> Result<(User, PasswordHash, HashPermit), AccountError> {
        let id = who.user_id().cloned().ok_or(AccountError::NotAllowed)?;
        let wanted = id.clone();
        let record =
            self.0.database.read(move |c| users::find_by_id(c, &wanted)).await?.ok_or(AccountError::NotFound)?;
        let asking = Asking::of_account(&self.0.token_hasher, &id);
        let reservation = self.reserve(asking, Event::LoginThrottled, record.user.email.as_str(), client).await?;
        let typed = Password::take(current);
        let verified = match (typed, &record.password_hash) {
            (Ok(typed), Some(hash)) => self.verify(client, Some(&record.user.email), typed, Some(hash.clone())).await,
            _ => return Err(wrong_current()),
        };
        let (permit, verified) = match verified {
            Ok(verified) => verified,
            Err(fault) => {
                self.release(reservation).await?;
                return Err(fault);
            }
        };
        if !verified.matches {
            drop(permit);
            let line = self.audit_line(
                failed,
                record.user.email.as_str(),
                record.user.email.as_str(),
                &client.source.to_string(),
            );
            self.0.database.write(move |c| audit::append(c, &line)).await?;
            return Err(wrong_current());
        }
        let (now, hasher) = (self.0.clock.now(), &self.0.token_hasher);
        let (row, right) = (Asking::row_of(hasher, &id), Asking::right_of(hasher, &id));
        let waits = self.0.database.write(move |c| {
            let waits = throttle::count_right(c, &right, now)?;
            throttle::succeed(c, &reservation, Some(&row))?;
            Ok(waits)
        });
        if let Some(retry_after) = waits.await? {
            return Err(AccountError::TooMany { retry_after });
        }
        let hash = record.password_hash.ok_or_else(wrong_current)?;
        Ok((record.user, hash, permit))
    }

    /// Judges a new password for `user`, whose form field is `field`, on the hash workers: the checks take a while, and
    /// requests must not wait for them.
    async fn check_new_password(
        &self,
        permit: &HashPermit,
        user: &User,
        new: NewPassword,
        field: &'static str,
    ) -> Result<Password, AccountError> {
        let (this, user) = (self.clone(), user.clone());
        let judge = move || this.judge_new_password(&user, new, field);
        permit.run(judge).await?.map_err(AccountError::Rules)
    }

    /// [`Self::check_new_password`], on the calling thread.
    fn judge_new_password(
        &self,
        user: &User,
        new: NewPassword,
        field: &'static str,
    ) -> Result<Password, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let same = new.password == new.confirm;
        let context = PasswordContext {
            min_length: self.0.config.passwords.min_length,
            email: user.email.as_str(),
            name: user.name.as_str(),
            host: self.0.config.server.app_url.host(),
        };
        let judged = Password::take(new.password).and_then(|typed| password::check(&typed, &context).map(|()| typed));
        let judged = judged.map_err(|fault| faults.push(FieldFault::new(field, fault.text()))).ok();
        if !same {
            faults.push(FieldFault::new("confirm", Text::new("password-differs")));
        }
        judged.filter(|_| faults.is_empty()).ok_or(faults)
    }
}

fn wrong_current() -> AccountError {
    AccountError::Rules(vec![FieldFault::new("current_password", Text::new("password-not-current"))])
}
