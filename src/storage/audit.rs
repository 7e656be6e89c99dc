//! The audit log: append-only for the application (S90).

use diesel::prelude::*;

use super::lists::one_more;
use super::schema::audit_events::{self, BoxedQuery, dsl};
use super::{Connection, StorageError};
use crate::domain::audit::{AuditFilter, AuditLine, Event};
use crate::domain::cursor::Count;
use crate::domain::email::Email;
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events)]
struct Row {
    id: String,
    at: i64,
    event: String,
    actor: String,
    subject: String,
    source: String,
    detail: String,
}

impl From<&AuditLine> for Row {
    fn from(line: &AuditLine) -> Self {
        Self {
            id: line.id.clone(),
            at: line.at.secs(),
            event: line.event.clone(),
            actor: line.actor.clone(),
            subject: line.subject.clone(),
            source: line.source.clone(),
            detail: line.detail.clone(),
        }
    }
}

impl From<Row> for AuditLine {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            at: Timestamp::from_secs(row.at),
            event: row.event,
            actor: row.actor,
            subject: row.subject,
            source: row.source,
            detail: row.detail,
        }
    }
}

/// Appends a line to the trail and to the log.
pub fn append(connection: &mut Connection, line: &AuditLine) -> Result<(), StorageError> {
    tracing::info!(
        audit.event = line.event,
        audit.actor = line.actor,
        audit.subject = line.subject,
        audit.source = line.source,
        audit.detail = line.detail,
        "audited"
    );
    diesel::insert_into(dsl::audit_events).values(Row::from(line)).execute(connection)?;
    Ok(())
}

fn filtered(filter: &AuditFilter) -> BoxedQuery<'_, <Connection as diesel::Connection>::Backend> {
    let mut query = dsl::audit_events.into_boxed();
    if !filter.event.is_empty() {
        query = query.filter(dsl::event.eq(&filter.event));
    }
    if !filter.person.is_empty() {
        query = query.filter(dsl::subject.eq(&filter.person).or(dsl::actor.eq(&filter.person)));
    }
    query
}

/// Lines, newest first, older than the one with the ID `before`, at most `limit`.
pub fn page(
    connection: &mut Connection,
    filter: &AuditFilter,
    before: Option<&str>,
    limit: i64,
) -> Result<Vec<AuditLine>, StorageError> {
    let mut query = filtered(filter);
    if let Some(before) = before {
        query = query.filter(dsl::id.lt(before));
    }
    let rows = query.order(dsl::id.desc()).limit(limit).select(Row::as_select()).load(connection)?;
    Ok(rows.into_iter().map(AuditLine::from).collect())
}

/// How many lines match the filter.
pub fn count(connection: &mut Connection, filter: &AuditFilter) -> Result<Count, StorageError> {
    let found = filtered(filter).select(dsl::at).limit(one_more(Count::MOST)).load::<i64>(connection)?;
    Ok(Count::up_to(Count::MOST, found.len()))
}

/// Changes of address of one account that are followed back.
const OWN_CHANGES: usize = 32;

/// When another account last had the current address of the one created at `created`, as far as the trail goes back.
pub fn last_use_of_address(
    connection: &mut Connection,
    email: &Email,
    created: Timestamp,
) -> Result<Option<Timestamp>, StorageError> {
    let own = own_changes(connection, email, created)?;
    let deleted = dsl::event.eq(Event::UserDeleted.as_str()).and(dsl::subject.eq(email.as_str()));
    // The line of a change of address has the old one.
    let changed =
        dsl::event.eq(Event::EmailChanged.as_str()).and(dsl::actor.eq(email.as_str())).and(dsl::id.ne_all(own));
    let lines = dsl::audit_events.filter(deleted.or(changed)).order(dsl::id.desc()).select(dsl::at);
    Ok(lines.first::<i64>(connection).optional()?.map(Timestamp::from_secs))
}

/// The lines about changes of address of the account that has this one now: the newest change to an address belongs to
/// whoever has it, and names the previous one.
fn own_changes(connection: &mut Connection, email: &Email, created: Timestamp) -> Result<Vec<String>, StorageError> {
    let (mut own, mut address) = (Vec::<String>::new(), email.as_str().to_owned());
    while own.len() < OWN_CHANGES {
        let mut changes = dsl::audit_events
            .filter(dsl::event.eq(Event::EmailChanged.as_str()).and(dsl::at.ge(created.secs())))
            .into_boxed();
        if let Some(later) = own.last() {
            changes = changes.filter(dsl::id.lt(later.clone()));
        }
        let newest = changes.filter(dsl::subject.eq(address)).order(dsl::id.desc()).select((dsl::id, dsl::actor));
        let Some((id, before)) = newest.first::<(String, String)>(connection).optional()? else { break };
        own.push(id);
        address = before;
    }
    Ok(own)
}

/// Deletes lines older than `before`: the retention chosen by the operator, and the only way in which a line is
/// deleted.
pub fn delete_older(connection: &mut Connection, before: Timestamp) -> Result<usize, StorageError> {
    Ok(diesel::delete(dsl::audit_events.filter(dsl::at.lt(before.secs()))).execute(connection)?)
}
