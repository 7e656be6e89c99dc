//! Queues mails in the transaction that causes them; never sends (S23, S85).

use serde::{Deserialize, Serialize};

use super::{Accounts, Actor, Client};
use crate::crypto::random;
use crate::domain::device;
use crate::domain::email::Email;
use crate::domain::mail::{MailKind, MailState, QueuedMail};
use crate::domain::throttle::{MAIL_WINDOW_SECS, Verdict, judge};
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::storage::{Connection, StorageError, attempts, mails};

/// What a mail mentions besides the account; stored with it as JSON, contains no token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Detail {
    /// Client address of the event.
    pub(super) source: String,
    /// The browser of the event.
    pub(super) device: String,
    /// When it happened, in unix seconds.
    pub(super) at: i64,
    /// The address that replaces the old one.
    pub(super) new_email: String,
    /// The address of the inviting admin; empty for the operator.
    pub(super) inviter: String,
    /// The name of the token that was made.
    pub(super) token: String,
    /// The name of the app that it is for.
    pub(super) app: String,
    /// The name whose certificate ends.
    pub(super) host: String,
}

/// Creates mails and queues them, for use inside a transaction.
#[derive(Clone)]
pub(super) struct Drafts {
    accounts: Accounts,
    moment: u64,
}

impl Detail {
    pub(super) fn of(client: &Client, now: Timestamp) -> Self {
        Self {
            source: client.source.to_string(),
            device: device::shortened(&client.user_agent),
            at: now.secs(),
            ..Self::default()
        }
    }

    /// The details of an invitation.
    pub(super) fn of_inviter(actor: &Actor) -> Self {
        // The operator on the command line has no address.
        Self {
            inviter: Email::parse(&actor.name).map(|email| email.to_string()).unwrap_or_default(),
            ..Self::default()
        }
    }
}

impl Drafts {
    /// A mail to the user's stored address only (S59).
    pub(super) fn to_user(&self, kind: MailKind, user: &User, detail: &Detail) -> QueuedMail {
        let detail = serde_json::to_string(detail).unwrap_or_default();
        QueuedMail { user: Some(user.id.clone()), detail, ..self.to_address(kind, user.email.clone()) }
    }

    /// A mail that belongs to no account.
    pub(super) fn to_address(&self, kind: MailKind, recipient: Email) -> QueuedMail {
        let now = self.accounts.0.clock.now();
        QueuedMail {
            id: random::ordered_id(self.moment),
            kind,
            recipient,
            user: None,
            detail: String::new(),
            state: MailState::Queued,
            created_at: now,
            next_try_at: now,
            tries: 0,
            last_error: String::new(),
        }
    }

    /// A decoy for an address that receives no mail: it causes the same work, and delays later requests by the same
    /// time (S108).
    pub(super) fn decoy(&self, kind: MailKind, recipient: Email) -> QueuedMail {
        self.to_address(kind, recipient)
    }

    /// Queues `mail`, unless its account has had the maximum of that kind in the last hour: then returns the seconds
    /// until the next is allowed.
    pub(super) fn queue(&self, c: &mut Connection, mail: &QueuedMail) -> Result<Option<i64>, StorageError> {
        let waits = self.count(c, mail)?;
        if waits.is_none() {
            self.put(c, mail)?;
        }
        Ok(waits)
    }

    /// Counts a mail of an account, or returns how long to wait (S107).
    pub(super) fn count(&self, c: &mut Connection, mail: &QueuedMail) -> Result<Option<i64>, StorageError> {
        let (Some(user), now) = (&mail.user, self.accounts.0.clock.now()) else { return Ok(None) };
        let bucket = format!("mail:{}:{user}", mail.kind.as_str());
        if let Verdict::Wait { secs } =
            judge(Some(&attempts::hold(c, &bucket, now)?), mail.kind.per_hour(), MAIL_WINDOW_SECS, now)
        {
            self.leave_out(mail.kind);
            return Ok(Some(secs));
        }
        attempts::add(c, &bucket, now, now.plus(-MAIL_WINDOW_SECS))?;
        Ok(None)
    }

    /// Logs that a mail was not queued because there were too many of its kind.
    pub(super) fn leave_out(&self, kind: MailKind) {
        self.accounts.0.metrics.mails_over_limit.rise();
        tracing::info!(
            mail.kind = kind.as_str(),
            "a mail was not sent: its recipient has reached the hourly limit for this kind"
        );
    }

    /// Queues `mail` regardless of the limits. If the queue is full, it is dropped, which is logged but never shown in
    /// an answer.
    pub(super) fn put(&self, c: &mut Connection, mail: &QueuedMail) -> Result<(), StorageError> {
        if !mails::insert(c, mail)? && !mail.is_decoy() {
            self.accounts.0.metrics.mails_dropped.rise();
            tracing::error!(mail.kind = mail.kind.as_str(), "a mail was dropped: the queue is full");
        }
        Ok(())
    }
}

impl Accounts {
    pub(super) fn drafts(&self) -> Drafts {
        Drafts { accounts: self.clone(), moment: self.next_moment() }
    }

    /// Wakes the mail worker of this process.
    pub(super) fn wake_mailer(&self) {
        self.0.mail_waiting.notify_one();
    }

    /// Waits until a mail is queued in this process.
    pub async fn mail_waiting(&self) {
        self.0.mail_waiting.notified().await;
    }
}
