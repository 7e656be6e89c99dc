//! Sends queued mails: a worker claims a mail, creates its token when it sends it, and records the outcome.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;

use super::links::Link;
use super::mail_content::{self, Facts};
use super::outgoing::Detail;
use super::{AccountError, Accounts};
use crate::crypto::opaque_token::TokenHash;
use crate::domain::access::Visitor;
use crate::domain::audit::Event;
use crate::domain::cursor::{Count, Cursor};
use crate::domain::email::Email;
use crate::domain::language::Language;
use crate::domain::link::Purpose;
use crate::domain::mail::{MailKind, MailState, QueuedMail};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{User, UserState};
use crate::mail::{MailContent, MailError, Outgoing};
use crate::storage::mails::{self, Due};
use crate::storage::tokens::{self, TokenGrant};
use crate::storage::{audit, users};
use crate::texts;

/// Seconds for which a worker claims a mail; longer than any attempt takes.
const LEASE_SECS: i64 = 120;
/// A decoy takes no longer than this, however long the last mail took.
const LONGEST_DECOY: Duration = Duration::from_secs(5);
/// Decoys processed at once; the others wait in their own part of the queue.
pub(super) const DECOYS_AT_ONCE: usize = 16;
/// The error recorded for a row that is damaged or from a newer version.
const UNREADABLE: &str = "it is unreadable";

/// The content of a mail, and the token in it.
struct Prepared {
    content: MailContent,
    token: Option<(Purpose, TokenHash, User)>,
}

impl Accounts {
    /// Sends one mail that is due; false if there is none. A mail and a decoy cause the same write transactions: one
    /// that claims it, and one that records the outcome (S108). The latter also stores the token of a mail; a decoy has
    /// no account for one.
    pub async fn deliver_next(&self) -> Result<bool, AccountError> {
        let now = self.0.clock.now();
        let place = Arc::clone(&self.0.decoys).try_acquire_owned().ok();
        let decoys = place.is_some();
        let mut mail = match self.0.database.read(move |c| mails::find_due(c, now, decoys)).await? {
            None => return Ok(false),
            Some(Due::Mail(mail)) => mail,
            Some(Due::Unreadable(id)) => return self.give_up(id).await.map(|()| true),
        };
        let prepared = self.prepare(&mail).await?;
        let token = prepared.as_ref().and_then(|prepared| prepared.token.as_ref()).map(|(purpose, hash, user)| {
            let payload = if *purpose == Purpose::EmailChange { mail.recipient.to_string() } else { String::new() };
            (*purpose, hash.clone(), TokenGrant { user: user.id.clone(), payload }, self.link_end(*purpose))
        });
        let as_found = mail.clone();
        let claimed = self.0.database.write(move |c| {
            let claimed = mails::claim(c, &as_found, now.plus(LEASE_SECS))?;
            if let Some((purpose, hash, grant, end)) = token.filter(|_| claimed) {
                tokens::insert(c, &hash, purpose, &grant, end)?;
            }
            Ok(claimed)
        });
        if !claimed.await? {
            return Ok(true);
        }
        mail.tries += 1;
        let Some(prepared) = prepared else {
            self.settle(&mail, None, Err(MailError::Refused("the account was deleted or cannot use it".to_owned())))
                .await?;
            return Ok(true);
        };
        if let Some(place) = place.filter(|_place| mail.is_decoy()) {
            drop(self.0.database.runtime().spawn(self.clone().discard(mail, prepared.content, place)));
            return Ok(true);
        }
        let sent = self.send(&mail, &prepared.content).await;
        self.settle(&mail, prepared.token, sent).await?;
        Ok(true)
    }

    /// Does for a decoy what a mail causes on this machine, and takes as long as the last mail did; no mail waits for
    /// it.
    #[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
    async fn discard(self, mail: QueuedMail, content: MailContent, place: OwnedSemaphorePermit) {
        let begin = self.0.clock.monotonic();
        let outgoing = Outgoing { id: mail.id.clone(), to: mail.recipient, date: mail.created_at, content };
        if let Err(fault) = self.0.mail.send_decoy(&outgoing) {
            tracing::debug!(%fault, "a decoy mail could not be written");
        }
        let last = Duration::from_millis(self.0.last_mail_millis.load(Ordering::Relaxed));
        tokio::time::sleep(last.saturating_sub(self.0.clock.monotonic().saturating_sub(begin))).await;
        if let Err(fault) = self.0.database.write(move |c| mails::remove_decoy(c, &mail.id)).await {
            tracing::debug!(%fault, "a decoy mail stays in the queue for another attempt");
        }
        drop(place);
        self.wake_mailer();
    }

    /// Marks an unreadable row as failed, so that it does not block others.
    async fn give_up(&self, id: String) -> Result<(), AccountError> {
        tracing::warn!(mail.id = id, "a queued mail could not be read and was marked as failed");
        let mut line = self.audit_line(Event::MailFailed, "", "", "");
        line.detail = format!("{id}: {UNREADABLE}");
        let given_up = self
            .0
            .database
            .write(move |c| if mails::give_up(c, &id, UNREADABLE)? { audit::append(c, &line) } else { Ok(()) });
        Ok(given_up.await?)
    }

    async fn send(&self, mail: &QueuedMail, content: &MailContent) -> Result<(), MailError> {
        let outgoing = Outgoing {
            id: mail.id.clone(),
            to: mail.recipient.clone(),
            date: mail.created_at,
            content: content.clone(),
        };
        let begin = self.0.clock.monotonic();
        let sent = self.0.mail.send(&outgoing).await;
        let took = self.0.clock.monotonic().saturating_sub(begin).min(LONGEST_DECOY);
        self.0.last_mail_millis.store(u64::try_from(took.as_millis()).unwrap_or(0), Ordering::Relaxed);
        sent
    }

    /// The content and its token, which becomes valid once it is stored.
    async fn prepare(&self, mail: &QueuedMail) -> Result<Option<Prepared>, AccountError> {
        let (id, recipient) = (mail.user.clone(), mail.recipient.clone());
        let found = self.0.database.read(move |c| match id {
            Some(id) => users::find_by_id(c, &id),
            None => users::find_by_email(c, &recipient),
        });
        let found = found.await?;
        if mail.is_decoy() {
            let link = self.new_link(Purpose::Reset);
            return Ok(Some(Prepared {
                content: self.content(mail, None, Some((&link, self.link_end(Purpose::Reset)))),
                token: None,
            }));
        }
        let Some(user) = found.map(|record| record.user) else {
            return Ok((mail.kind == MailKind::Test)
                .then(|| Prepared { content: self.content(mail, None, None), token: None }));
        };
        let purpose = match (mail.kind, user.state) {
            // Never to an address that the account has given up since the mail was requested.
            (MailKind::Reset, UserState::Active) if mail.recipient == user.email => Purpose::Reset,
            (MailKind::Invitation, UserState::Invited) if mail.recipient == user.email => Purpose::Invitation,
            (MailKind::ConfirmEmail, UserState::Active) => Purpose::EmailChange,
            (MailKind::Reset | MailKind::Invitation | MailKind::ConfirmEmail, _) => return Ok(None),
            _ => return Ok(Some(Prepared { content: self.content(mail, Some(&user), None), token: None })),
        };
        let link = self.new_link(purpose);
        let content = self.content(mail, Some(&user), Some((&link, self.link_end(purpose))));
        Ok(Some(Prepared { content, token: Some((purpose, link.hash, user)) }))
    }

    /// Records the outcome of an attempt. A token that was sent voids the earlier ones of its kind; one that was not
    /// sent is deleted. If the outcome is unknown, the token stays valid and voids none.
    async fn settle(
        &self,
        mail: &QueuedMail,
        token: Option<(Purpose, TokenHash, User)>,
        sent: Result<(), MailError>,
    ) -> Result<(), AccountError> {
        if let Err(fault) = &sent {
            tracing::warn!(mail.kind = mail.kind.as_str(), mail.tries = mail.tries, %fault, "a mail was not confirmed \
                as delivered");
        }
        let (state, next, error) = judge(mail, &sent, self.0.clock.now());
        let mut line = self.audit_line(Event::MailFailed, "", mail.recipient.as_str(), "");
        line.detail = format!("{}: {error}", mail.kind.as_str());
        let (id, certain) = (mail.id.clone(), sent.is_ok());
        let settled = self.0.database.write(move |c| {
            let still_wanted = mails::settle(c, &id, state, next, &error)?;
            match token {
                // The mail was not delivered, or a newer link replaced it in the meantime.
                Some((_, hash, _)) if state != MailState::Sent || !still_wanted => tokens::remove(c, &hash)?,
                Some((purpose, hash, user)) if certain => tokens::void_others(c, &user.id, purpose, Some(&hash))?,
                _ => {}
            }
            if state == MailState::Failed { audit::append(c, &line) } else { Ok(()) }
        });
        Ok(settled.await?)
    }

    fn content(&self, mail: &QueuedMail, user: Option<&User>, link: Option<(&Link, Timestamp)>) -> MailContent {
        let detail: Detail = serde_json::from_str(&mail.detail).unwrap_or_default();
        let facts = Facts {
            site: self.0.config.server.app_url.to_string(),
            site_name: self.0.mail.site_name().to_owned(),
            link: link.map(|(link, _)| link.address(self)).unwrap_or_default(),
            until: link.map(|(_, end)| end).unwrap_or_default(),
            inviter: detail.inviter,
            reset_minutes: self.0.config.passwords.reset_secs / 60,
            when: Timestamp::from_secs(detail.at),
            source: detail.source,
            device: detail.device,
            new_email: detail.new_email,
            token: detail.token,
            app: detail.app,
            host: detail.host,
        };
        let language = user.and_then(|user| user.language).unwrap_or(self.0.config.site.language);
        mail_content::content(mail.kind, &facts, language)
    }

    /// Queues a test mail to the signed-in admin.
    pub async fn queue_test_mail(&self, who: &Visitor) -> Result<(), AccountError> {
        let id = who.user_id().ok_or(AccountError::NotAllowed)?;
        let drafts = self.drafts();
        let mail = drafts.to_user(MailKind::Test, &self.user(id).await?, &Detail::default());
        let waits = self.0.database.write(move |c| drafts.queue(c, &mail)).await?;
        self.wake_mailer();
        waits.map_or(Ok(()), |retry_after| Err(AccountError::TooMany { retry_after }))
    }

    /// Sends a test mail at once, for the command line, which prints the server's answer.
    pub async fn send_test_mail(&self, to: &str) -> Result<(), MailError> {
        let to = Email::parse(to).map_err(|fault| MailError::Refused(texts::say(Language::English, &fault.text())))?;
        let mail = self.drafts().to_address(MailKind::Test, to);
        self.send(&mail, &self.content(&mail, None, None)).await
    }

    /// Mails, newest first, older than `before`, at most `limit`.
    pub async fn list_mails(&self, before: Option<Cursor>, limit: i64) -> Result<Vec<QueuedMail>, AccountError> {
        Ok(self.0.database.read(move |c| mails::page(c, before.as_ref(), limit)).await?)
    }

    /// How many mails are queued, have failed, and exist.
    pub async fn count_mails(&self) -> Result<(i64, i64, Count), AccountError> {
        let counted = self.0.database.read(|c| {
            Ok((mails::count(c, MailState::Queued)?, mails::count(c, MailState::Failed)?, mails::count_all(c)?))
        });
        Ok(counted.await?)
    }

    /// The destination of mails, for people.
    pub fn mail_destination(&self) -> Text {
        self.0.mail.destination()
    }
}

/// The result of an attempt at `now`: the new state, the time of the next attempt, and the error.
fn judge(mail: &QueuedMail, sent: &Result<(), MailError>, now: Timestamp) -> (MailState, Timestamp, String) {
    let Err(fault) = sent else { return (MailState::Sent, now, String::new()) };
    let (state, next) = match (fault, mail.retry_at(now)) {
        // A second mail would have another link, and only one can be the newest. A notification may rather arrive twice
        // than never.
        (MailError::Unanswered(_), _) if mail.kind.has_link() => (MailState::Sent, now),
        (MailError::Unavailable(_) | MailError::Unanswered(_), Some(next)) => (MailState::Queued, next),
        (
            MailError::Unavailable(_) | MailError::Unanswered(_) | MailError::Refused(_) | MailError::BadTemplate(_),
            _,
        ) => (MailState::Failed, now),
    };
    (state, next, fault.to_string())
}
