//! Putting mails on the queue, in the transaction that causes them; never sending (S23, S85).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Accounts, Client};
use crate::crypto::random;
use crate::domain::email::Email;
use crate::domain::mail::{MailKind, MailState, QueuedMail};
use crate::domain::time::{Clock, Timestamp};
use crate::domain::user::User;
use crate::storage::{Connection, StorageError, mails};

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
}

/// Makes mails without a look at the store, for use inside a transaction.
#[derive(Clone)]
pub(super) struct Drafts {
    clock: Arc<dyn Clock>,
    count: u64,
}

impl Detail {
    pub(super) fn of(client: &Client, now: Timestamp) -> Self {
        Self { source: client.source.to_string(), device: super::sign_in::device_name(client), at: now.secs(), new_email: String::new() }
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
        let now = self.clock.now();
        QueuedMail {
            id: random::ordered_id(now.secs(), self.count),
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
}

/// Queues `mail`; a full queue drops it and says so in the log, never in an answer.
pub(super) fn put(c: &mut Connection, mail: &QueuedMail) -> Result<(), StorageError> {
    if !mails::insert(c, mail)? {
        tracing::error!(mail.kind = mail.kind.as_str(), "the queue of mails is full; one was dropped");
    }
    Ok(())
}

impl Accounts {
    pub(super) fn drafts(&self) -> Drafts {
        Drafts { clock: Arc::clone(&self.0.clock), count: self.next_count() }
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
