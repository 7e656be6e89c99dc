//! The user's own name, language, address and known devices.

use super::outgoing::Detail;
use super::{AccountError, Accounts, Client, FieldFault};
use super::{links, revocation};
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::device::Device;
use crate::domain::email::Email;
use crate::domain::language::Language;
use crate::domain::link::Purpose;
use crate::domain::mail::{MailKind, QueuedMail};
use crate::domain::notice::Notice;
use crate::domain::text::Text;
use crate::domain::throttle::{MAIL_WINDOW_SECS, Verdict, judge};
use crate::domain::user::DisplayName;
use crate::storage::{attempts, audit, devices, tokens, users};

impl Accounts {
    /// Sets the user's own display name, which the app receives with the next request, and language; `None` follows the
    /// browser.
    pub async fn set_own_profile(
        &self,
        who: &Visitor,
        name: &str,
        language: Option<Language>,
    ) -> Result<(), AccountError> {
        let id = who.user_id().cloned().ok_or(AccountError::NotAllowed)?;
        let name = DisplayName::parse(name)
            .map_err(|fault| AccountError::Rules(vec![FieldFault::new("name", fault.text())]))?;
        let this = self.clone();
        self.run_uninterrupted(async move {
            let now = this.0.clock.now();
            let renamed = this.0.database.write(move |c| {
                users::set_profile(c, &id, &name, language)?;
                // The sessions stay live; only their cached views are read again.
                revocation::publish(c, Vec::new(), vec![Notice::UserChanged(id)], now)
            });
            this.ended(renamed.await?).await;
            Ok(())
        })
        .await
    }

    /// Requests another address: verified by a mail to it, and neutral about whether somebody has it already (S21).
    pub async fn request_email_change(
        &self,
        who: &Visitor,
        current: String,
        email: &str,
        client: Client,
    ) -> Result<(), AccountError> {
        let email =
            Email::parse(email).map_err(|fault| AccountError::Rules(vec![FieldFault::new("email", fault.text())]))?;
        let (user, _hash, permit) = self.prove_current(who, current, Event::LoginFailed, &client).await?;
        drop(permit);
        if user.email == email {
            return Err(AccountError::Rules(vec![FieldFault::new("email", Text::new("email-same"))]));
        }
        let now = self.0.clock.now();
        let (mails, detail) = (self.drafts(), Detail::of(&client, now));
        // A signed-in user could otherwise have us flood strangers with mail.
        let bucket = format!("email-change:{}", user.id);
        let queued = self.0.database.write(move |c| {
            if let Verdict::Wait { secs } =
                judge(Some(&attempts::hold(c, &bucket, now)?), MailKind::ConfirmEmail.per_hour(), MAIL_WINDOW_SECS, now)
            {
                return Ok(Some(secs));
            }
            attempts::add(c, &bucket, now, now.plus(-MAIL_WINDOW_SECS))?;
            let mail = if users::find_by_email(c, &email)?.is_some() {
                mails.decoy(MailKind::ConfirmEmail, email)
            } else {
                QueuedMail { recipient: email, ..mails.to_user(MailKind::ConfirmEmail, &user, &detail) }
            };
            mails.put(c, &mail)?;
            Ok(None)
        });
        if let Some(retry_after) = queued.await? {
            return Err(AccountError::TooMany { retry_after });
        }
        self.wake_mailer();
        Ok(())
    }

    /// Uses the link that verifies a new address; every session ends, so that no carrier refers to the old one. Returns
    /// the new address.
    pub async fn confirm_email(&self, token: &str, client: Client) -> Result<Email, AccountError> {
        let open = self.open_link(Purpose::EmailChange, token, &client).await?;
        let new = Email::parse(&open.payload).map_err(|fault| AccountError::Internal(format!("{fault:?}")))?;
        let hash = self.hash_of(Purpose::EmailChange, token);
        let this = self.clone();
        self.run_uninterrupted(async move {
            let now = this.0.clock.now();
            let user = open.user;
            let mut line =
                this.audit_line(Event::EmailChanged, user.email.as_str(), new.as_str(), &client.source.to_string());
            line.detail = format!("was {}", user.email);
            let mut detail = Detail::of(&client, now);
            detail.new_email = new.to_string();
            let mails = this.drafts();
            let mail = mails.to_user(MailKind::EmailChanged, &user, &detail);
            let (store, set) = (this.0.store.clone(), new.clone());
            let outcome = this.0.database.write(move |c| {
                if tokens::take(c, &hash, Purpose::EmailChange, now)?.is_none() || !users::set_email(c, &user.id, &set)?
                {
                    return Ok(None);
                }
                links::void_all_links(c, &user.id)?;
                let ended = store.end_all_of_user(c, &user.id, None)?;
                audit::append(c, &line)?;
                mails.queue(c, &mail)?;
                revocation::user_ended(c, &user.id, ended, now).map(Some)
            });
            let ended = outcome.await?.ok_or(AccountError::Link)?;
            this.wake_mailer();
            this.ended(ended).await;
            Ok(new)
        })
        .await
    }

    /// The browsers that have signed in to the user's account.
    pub async fn own_devices(&self, who: &Visitor) -> Result<Vec<Device>, AccountError> {
        let Some(user) = who.user_id().cloned() else { return Ok(Vec::new()) };
        Ok(self.0.database.read(move |c| devices::list_of_user(c, &user)).await?)
    }

    /// Forgets one of the user's own devices: its next sign-in is announced like that of a new one.
    pub async fn forget_device(&self, who: &Visitor, id: String, source: String) -> Result<(), AccountError> {
        let user = who.user_id().cloned().ok_or(AccountError::NotAllowed)?;
        let line = self.audit_line(Event::DeviceForgotten, who.name(), who.name(), &source);
        let removed = self.0.database.write(move |c| {
            let removed = devices::remove(c, &user, &id)?;
            if removed {
                audit::append(c, &line)?;
            }
            Ok(removed)
        });
        if removed.await? { Ok(()) } else { Err(AccountError::NotFound) }
    }
}
