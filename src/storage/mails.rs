//! The mail queue: written in the transaction that causes a mail, processed by one worker at a time for each mail.

use diesel::prelude::*;

use super::lists::{one_more, readable};
use super::schema::mails::{self, dsl};
use super::{Connection, StorageError};
use crate::domain::cursor::{Count, Cursor};
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::mail::{KINDS, MailKind, MailState, QueuedMail};
use crate::domain::time::Timestamp;

/// Maximum queued mails with a link, and the same number without one, so that notifications cannot displace links
/// (S107); the caller drops any more (S60, S85).
const MAX_QUEUED: i64 = 5000;
/// Maximum queued decoys.
const MAX_DECOYS: i64 = 1000;

macro_rules! to_somebody {
    () => {
        dsl::user_id.is_not_null().or(dsl::kind.ne_all(with_link()))
    };
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = mails)]
struct Row {
    id: String,
    kind: String,
    recipient: String,
    user_id: Option<String>,
    detail: String,
    state: String,
    created_at: i64,
    next_try_at: i64,
    tries: i64,
    last_error: String,
}

impl From<&QueuedMail> for Row {
    fn from(mail: &QueuedMail) -> Self {
        Self {
            id: mail.id.clone(),
            kind: mail.kind.as_str().to_owned(),
            recipient: mail.recipient.to_string(),
            user_id: mail.user.as_ref().map(ToString::to_string),
            detail: mail.detail.clone(),
            state: mail.state.as_str().to_owned(),
            created_at: mail.created_at.secs(),
            next_try_at: mail.next_try_at.secs(),
            tries: mail.tries,
            last_error: mail.last_error.clone(),
        }
    }
}

impl TryFrom<Row> for QueuedMail {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Corrupt(format!("mail {:?} has no valid {what}", row.id));
        Ok(Self {
            kind: MailKind::parse(&row.kind).ok_or_else(|| damaged("kind"))?,
            recipient: Email::parse(&row.recipient).map_err(|fault| damaged(&format!("recipient: {fault:?}")))?,
            user: row
                .user_id
                .as_deref()
                .map(|user| UserId::parse(user).ok_or_else(|| damaged("user_id")))
                .transpose()?,
            state: MailState::parse(&row.state).ok_or_else(|| damaged("state"))?,
            detail: row.detail,
            created_at: Timestamp::from_secs(row.created_at),
            next_try_at: Timestamp::from_secs(row.next_try_at),
            tries: row.tries,
            last_error: row.last_error,
            id: row.id,
        })
    }
}

/// The kinds with a link.
fn with_link() -> Vec<&'static str> {
    KINDS.into_iter().filter(|kind| kind.has_link()).map(MailKind::as_str).collect()
}

/// How many queued mails share their limit with `mail`.
fn queued_in_group(connection: &mut Connection, mail: &QueuedMail) -> Result<i64, StorageError> {
    let mut waiting = dsl::mails.filter(dsl::state.eq(MailState::Queued.as_str())).into_boxed();
    waiting = if mail.kind.has_link() {
        waiting.filter(dsl::kind.eq_any(with_link()))
    } else {
        waiting.filter(dsl::kind.ne_all(with_link()))
    };
    waiting = if mail.user.is_some() {
        waiting.filter(dsl::user_id.is_not_null())
    } else {
        waiting.filter(dsl::user_id.is_null())
    };
    Ok(waiting.count().get_result(connection)?)
}

/// Queues a mail; false if the queue is full.
pub fn insert(connection: &mut Connection, mail: &QueuedMail) -> Result<bool, StorageError> {
    if queued_in_group(connection, mail)? >= if mail.is_decoy() { MAX_DECOYS } else { MAX_QUEUED } {
        return Ok(false);
    }
    diesel::insert_into(dsl::mails).values(Row::from(mail)).execute(connection)?;
    Ok(true)
}

/// The next item of the queue.
pub enum Due {
    /// A mail.
    Mail(QueuedMail),
    /// A row that is no readable mail, by its ID.
    Unreadable(String),
}

/// An item that is due at `now` and not claimed, decoys included only if `decoys`. Mails with links come first:
/// somebody is waiting for each of them (S107).
pub fn find_due(connection: &mut Connection, now: Timestamp, decoys: bool) -> Result<Option<Due>, StorageError> {
    let mut due =
        dsl::mails.filter(dsl::state.eq(MailState::Queued.as_str()).and(dsl::next_try_at.le(now.secs()))).into_boxed();
    if !decoys {
        due = due.filter(to_somebody!());
    }
    let first = due.order((dsl::kind.eq_any(with_link()).desc(), dsl::next_try_at.asc())).select(Row::as_select());
    Ok(first.first(connection).optional()?.map(|row| {
        let id = row.id.clone();
        QueuedMail::try_from(row).map_or(Due::Unreadable(id), Due::Mail)
    }))
}

/// Marks an unreadable row as failed; false if another worker did.
pub fn give_up(connection: &mut Connection, id: &str, last_error: &str) -> Result<bool, StorageError> {
    let waiting = dsl::mails.filter(dsl::id.eq(id).and(dsl::state.eq(MailState::Queued.as_str())));
    let values = (dsl::state.eq(MailState::Failed.as_str()), dsl::last_error.eq(last_error));
    Ok(diesel::update(waiting).set(values).execute(connection)? == 1)
}

/// Claims `mail` and counts the attempt; false if another worker was faster. The claim is valid until `until`.
pub fn claim(connection: &mut Connection, mail: &QueuedMail, until: Timestamp) -> Result<bool, StorageError> {
    let as_found = dsl::mails.filter(
        dsl::id
            .eq(&mail.id)
            .and(dsl::state.eq(MailState::Queued.as_str()))
            .and(dsl::next_try_at.eq(mail.next_try_at.secs()))
            .and(dsl::tries.eq(mail.tries)),
    );
    Ok(diesel::update(as_found)
        .set((dsl::next_try_at.eq(until.secs()), dsl::tries.eq(mail.tries + 1)))
        .execute(connection)?
        == 1)
}

/// Records the result of an attempt: sent, failed, or queued for `next_try_at`; false if the mail was cancelled in the
/// meantime.
pub fn settle(
    connection: &mut Connection,
    id: &str,
    state: MailState,
    next_try_at: Timestamp,
    last_error: &str,
) -> Result<bool, StorageError> {
    let values =
        (dsl::state.eq(state.as_str()), dsl::next_try_at.eq(next_try_at.secs()), dsl::last_error.eq(last_error));
    Ok(diesel::update(dsl::mails.filter(dsl::id.eq(id))).set(values).execute(connection)? == 1)
}

/// Deletes a decoy, which leaves no trace.
pub fn remove_decoy(connection: &mut Connection, id: &str) -> Result<(), StorageError> {
    diesel::delete(dsl::mails.filter(dsl::id.eq(id).and(dsl::user_id.is_null()))).execute(connection)?;
    Ok(())
}

/// Cancels the queued mails of a kind to a user; a newer link replaces theirs.
pub fn cancel(connection: &mut Connection, user: &UserId, kind: MailKind) -> Result<(), StorageError> {
    let waiting =
        dsl::user_id.eq(user.as_str()).and(dsl::kind.eq(kind.as_str())).and(dsl::state.eq(MailState::Queued.as_str()));
    diesel::delete(dsl::mails.filter(waiting)).execute(connection)?;
    Ok(())
}

/// Mails, newest first, older than `before`, without unreadable rows and decoys.
pub fn page(connection: &mut Connection, before: Option<&Cursor>, limit: i64) -> Result<Vec<QueuedMail>, StorageError> {
    let load = |limit| {
        let mut query = dsl::mails.filter(to_somebody!()).into_boxed();
        if let Some(Cursor { at, id }) = before {
            query = query.filter(dsl::created_at.lt(at.secs()).or(dsl::created_at.eq(at.secs()).and(dsl::id.lt(id))));
        }
        query.order((dsl::created_at.desc(), dsl::id.desc())).limit(limit).select(Row::as_select()).load(connection)
    };
    readable(limit, load, QueuedMail::try_from)
}

/// How many mails are in `state`, without decoys.
pub fn count(connection: &mut Connection, state: MailState) -> Result<i64, StorageError> {
    Ok(dsl::mails.filter(dsl::state.eq(state.as_str()).and(to_somebody!())).count().get_result(connection)?)
}

/// How many mails there are, without decoys, as far as a list counts.
pub fn count_all(connection: &mut Connection) -> Result<Count, StorageError> {
    let found = dsl::mails
        .filter(to_somebody!())
        .select(dsl::created_at)
        .limit(one_more(Count::MOST))
        .load::<i64>(connection)?;
    Ok(Count::up_to(Count::MOST, found.len()))
}

/// Deletes finished mails older than `before`.
pub fn delete_done(connection: &mut Connection, before: Timestamp) -> Result<usize, StorageError> {
    let done = dsl::state.ne(MailState::Queued.as_str()).and(dsl::created_at.lt(before.secs()));
    Ok(diesel::delete(dsl::mails.filter(done)).execute(connection)?)
}
