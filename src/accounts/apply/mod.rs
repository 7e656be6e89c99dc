//! Makes groups, people, apps and rules what a file says: all of it, or nothing.
//!
//! Everything is changed in one transaction, in which each thing is judged in the state that those before it leave. It
//! is rolled back if anything is wrong, and unless the caller has shown exactly this difference before.

mod apps;
mod groups;
mod people;
mod wanted;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use wanted::{FileFault, Lines, Wanted, WantedApp, WantedGroup, WantedPerson, WantedRule};

use super::revocation::{self, Ended};
use super::{AccountError, Accounts, Actor, FieldFault, app_table, typed_faults};
use crate::domain::app_table::AppTable;
use crate::domain::audit::{AuditLine, Event};
use crate::domain::groups::GroupName;
use crate::domain::notice::Notice;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::Role;
use crate::storage::users::UserRecord;
use crate::storage::{Connection, StorageError, apps as stored, audit};

/// How a file is applied.
#[derive(Clone, Debug, Default)]
pub struct ApplyOptions {
    /// Whether apps, groups and memberships that are not in the file are deleted.
    pub prune: bool,
    /// The difference that was shown; without one, or if there is another one by now, nothing is changed.
    pub shown: Option<Vec<String>>,
}

/// What became of a file.
#[derive(Debug)]
pub enum Applied {
    /// It cannot be applied, and nothing was changed.
    Refused(Vec<FileFault>),
    /// Everything is as the file says.
    Nothing,
    /// This would be done. Nothing was changed.
    Difference {
        /// One line for each change.
        lines: Vec<String>,
        /// What is unusual about apps that change, though it may be meant.
        notes: Vec<String>,
    },
    /// It is done, and in force on every node.
    Done,
}

impl Accounts {
    /// Applies what a file says. When this returns, it is in force on every node.
    pub async fn apply_file(
        &self,
        wanted: &Arc<Wanted>,
        how: ApplyOptions,
        actor: &Actor,
    ) -> Result<Applied, AccountError> {
        let (this, wanted, actor) = (self.clone(), Arc::clone(wanted), actor.clone());
        self.run_uninterrupted(async move {
            let inner = this.clone();
            let work = move |c: &mut Connection| Ok(Change::new(c, &inner, &actor, how).make(&wanted));
            let keeps = |outcome: &Result<(Applied, Ended), AccountError>| matches!(outcome, Ok((Applied::Done, _)));
            let database = this.0.database.clone();
            // A large file may take longer than anybody waits for a page.
            let task = this.0.database.runtime().spawn_blocking(move || database.write_if_blocking(work, keeps));
            let outcome = task.await.map_err(|fault| AccountError::Internal(fault.to_string()))?;
            let (applied, ended) = outcome??;
            this.ended(ended).await;
            this.wake_mailer();
            Ok(applied)
        })
        .await
    }
}

/// An account that gets another role, and the line that says so.
struct NewRole {
    record: UserRecord,
    role: Role,
    line: usize,
}

/// A change in the making, inside its transaction.
struct Change<'a> {
    c: &'a mut Connection,
    accounts: &'a Accounts,
    actor: &'a Actor,
    how: ApplyOptions,
    now: Timestamp,
    faults: Vec<FileFault>,
    difference: Vec<String>,
    notes: Vec<String>,
    /// Written last, since each is logged when it is written.
    audit: Vec<AuditLine>,
    notices: Vec<Notice>,
    /// The apps that stay and are not in the file.
    others: Vec<String>,
    /// The groups that exist now; all are locked.
    groups: BTreeSet<GroupName>,
    /// The groups that are deleted.
    pruned: Vec<GroupName>,
    /// Made last: they end sessions.
    roles: Vec<NewRole>,
}

impl<'a> Change<'a> {
    fn new(c: &'a mut Connection, accounts: &'a Accounts, actor: &'a Actor, how: ApplyOptions) -> Self {
        let now = accounts.0.clock.now();
        Self {
            c,
            accounts,
            actor,
            how,
            now,
            faults: Vec::new(),
            difference: Vec::new(),
            notes: Vec::new(),
            audit: Vec::new(),
            notices: Vec::new(),
            others: Vec::new(),
            groups: BTreeSet::new(),
            pruned: Vec::new(),
            roles: Vec::new(),
        }
    }

    fn make(mut self, wanted: &Wanted) -> Result<(Applied, Ended), AccountError> {
        // Apps, accounts, groups: every transaction locks them in this order.
        stored::begin_change(self.c)?;
        // What cannot be read would be neither changed nor deleted.
        stored::check_all(self.c)?;
        self.lock_people(&wanted.people)?;
        self.change_groups(wanted)?;
        self.change_people(&wanted.people)?;
        self.change_apps(&wanted.apps)?;
        if !self.faults.is_empty() {
            self.faults.sort();
            return Ok((Applied::Refused(self.faults), Ended::default()));
        }
        if self.difference.is_empty() {
            return Ok((Applied::Nothing, revocation::already_done(self.c)?));
        }
        if self.how.shown.as_ref() != Some(&self.difference) {
            return Ok((Applied::Difference { lines: self.difference, notes: self.notes }, Ended::default()));
        }
        let sessions = self.change_roles()?;
        self.audit.iter().try_for_each(|line| audit::append(self.c, line))?;
        let ended = if self.notices.is_empty() {
            revocation::already_done(self.c)?
        } else {
            revocation::publish(self.c, sessions, self.notices, self.now)?
        };
        Ok((Applied::Done, ended))
    }

    /// Records a change, for whoever reads the difference, and for the audit log if it is made.
    fn record(&mut self, difference: String, event: Event, subject: &str, detail: &str) {
        self.difference.push(difference);
        let mut line = self.accounts.audit_line(event, &self.actor.name, subject, &self.actor.source);
        detail.clone_into(&mut line.detail);
        self.audit.push(line);
    }

    fn notify(&mut self, notice: Notice) {
        if !self.notices.contains(&notice) {
            self.notices.push(notice);
        }
    }

    fn refuse(&mut self, line: usize, message: String) {
        self.faults.push(FileFault { line, message });
    }

    /// Faults of what was typed, each at its line.
    fn refuse_fields(&mut self, lines: &Lines, faults: Vec<FieldFault>) {
        for fault in faults {
            let text = self.about_group(&fault.message).unwrap_or_else(|| typed_faults::sentence(&fault));
            self.refuse(lines.of(&fault.field), format!("{}: {text}", typed_faults::key_of(&fault.field)));
        }
    }

    /// What is said of a group that is missing only because it is pruned.
    fn about_group(&self, message: &Text) -> Option<String> {
        let is_about = matches!(message.key(), "group-unknown" | "grant-group-unknown");
        let pruned = self.pruned.iter().find(|name| message.word("group") == Some(name.as_str()));
        pruned.filter(|_| is_about).map(|name| {
            format!("the group {name} is not in the list `groups` of the file, so --prune deletes it; add it there.")
        })
    }

    fn table(&mut self) -> Result<AppTable, StorageError> {
        app_table::read(self.c, &self.accounts.0.config)
    }
}
