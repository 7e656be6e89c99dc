//! Putting mails on the queue, in the transaction that causes them; never sending (S23, S85).

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

/// What a mail says beside the account; stored with it as JSON, holds no token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Detail {
    /// Client address of the deed.
    pub(super) source: String,
    /// The browser of the deed.
    pub(super) device: String,
    /// When it was done, in unix seconds.
    pub(super) at: i64,
    /// The address that replaces the old one.
    pub(super) new_email: String,
    /// The address of who invited; empty for the operator.
    pub(super) inviter: String,
}

/// Makes mails and queues them, for use inside a transaction.
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

    /// Of an invitation.
    pub(super) fn of_inviter(actor: &Actor) -> Self {
        // The operator at the command line has no address.
        Self {
            inviter: Email::parse(&actor.name).map(|email| email.to_string()).unwrap_or_default(),
            ..Self::default()
        }
    }
}

impl Drafts {
    /// A mail to the user's stored address alone (S59).
    pub(super) fn to_user(&self, kind: MailKind, user: &User, detail: &Detail) -> QueuedMail {
        let detail = serde_json::to_string(detail).unwrap_or_default();
        QueuedMail { user: Some(user.id.clone()), detail, ..self.to_address(kind, user.email.clone()) }
    }

    /// A mail that concerns no account.
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

    /// A mail to nobody, for an address that gets none: it causes the same work, and what somebody asks for next takes as long (S108).
    pub(super) fn decoy(&self, kind: MailKind, recipient: Email) -> QueuedMail {
        self.to_address(kind, recipient)
    }

    /// Queues `mail`, unless its account has had as many of that kind as it may have in an hour: then the seconds until the next one.
    pub(super) fn queue(&self, c: &mut Connection, mail: &QueuedMail) -> Result<Option<i64>, StorageError> {
        let waits = self.count(c, mail)?;
        if waits.is_none() {
            self.put(c, mail)?;
        }
        Ok(waits)
    }

    /// Counts a mail of an account, or says how long to wait (S107).
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

    /// Says that a mail is not queued because there were many of its kind.
    pub(super) fn leave_out(&self, kind: MailKind) {
        self.accounts.0.metrics.mails_over_limit.rise();
        tracing::info!(
            mail.kind = kind.as_str(),
            "a mail was left out: its address has had as many of that kind as it may have in an hour"
        );
    }

    /// Queues `mail` whatever its account has had. A full queue drops it and says so in the log, never in an answer.
    pub(super) fn put(&self, c: &mut Connection, mail: &QueuedMail) -> Result<(), StorageError> {
        if !mails::insert(c, mail)? && !mail.is_decoy() {
            self.accounts.0.metrics.mails_dropped.rise();
            tracing::error!(mail.kind = mail.kind.as_str(), "the queue of mails is full; one was dropped");
        }
        Ok(())
    }
}

impl Accounts {
    pub(super) fn drafts(&self) -> Drafts {
        Drafts { accounts: self.clone(), moment: self.next_moment() }
    }

    /// Lets the worker of this process look at the queue at once.
    pub(super) fn wake_mailer(&self) {
        self.0.mail_waiting.notify_one();
    }

    /// Waits until a mail was queued in this process.
    pub async fn mail_waiting(&self) {
        self.0.mail_waiting.notified().await;
    }
}
