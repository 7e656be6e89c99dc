//! The audit trail: append-only for the application (S90).

use diesel::prelude::*;

use super::schema::audit_events::dsl;
use super::{Connection, StorageError};
use crate::domain::time::Timestamp;

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Sorts by time.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// What happened, for instance `login.ok`.
    pub event: String,
    /// Who did it.
    pub actor: String,
    /// Whom it concerns.
    pub subject: String,
    /// Client address.
    pub source: String,
    /// More about the outcome, may be empty.
    pub detail: String,
}

/// Appends a line.
pub fn append(connection: &mut Connection, line: &AuditLine) -> Result<(), StorageError> {
    let values = (
        dsl::id.eq(&line.id),
        dsl::at.eq(line.at.secs()),
        dsl::event.eq(&line.event),
        dsl::actor.eq(&line.actor),
        dsl::subject.eq(&line.subject),
        dsl::source.eq(&line.source),
        dsl::detail.eq(&line.detail),
    );
    diesel::insert_into(dsl::audit_events).values(values).execute(connection)?;
    Ok(())
}

/// The newest lines, newest first.
pub fn list(connection: &mut Connection, limit: i64) -> Result<Vec<AuditLine>, StorageError> {
    type Row = (String, i64, String, String, String, String, String);
    let rows: Vec<Row> = dsl::audit_events.order(dsl::id.desc()).limit(limit).load(connection)?;
    let to_line = |(id, at, event, actor, subject, source, detail): Row| AuditLine {
        id,
        at: Timestamp::from_secs(at),
        event,
        actor,
        subject,
        source,
        detail,
    };
    Ok(rows.into_iter().map(to_line).collect())
}
