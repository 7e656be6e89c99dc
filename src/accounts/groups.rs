//! Groups: created and deleted, and who is in them. A change is in force on every node when its operation returns.

use std::collections::BTreeSet;

use super::revocation::Ended;
use super::{AccountError, Accounts, Actor, FieldFault, revocation};
use crate::domain::audit::Event;
use crate::domain::email::Email;
use crate::domain::groups::GroupName;
use crate::domain::ids::UserId;
use crate::domain::lists::entries;
use crate::domain::notice::Notice;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::User;
pub use crate::storage::groups::Group;
use crate::storage::{Connection, StorageError, apps, audit, groups, users};

/// One change of a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// The person becomes a member.
    Join(GroupName, UserId),
    /// The person is no longer a member.
    Leave(GroupName, UserId),
}

impl Membership {
    const fn group(&self) -> &GroupName {
        match self {
            Self::Join(group, _) | Self::Leave(group, _) => group,
        }
    }

    const fn user(&self) -> &UserId {
        match self {
            Self::Join(_, user) | Self::Leave(_, user) => user,
        }
    }
}

/// The outcome of a transaction: what ended and whether anything changed, or why nothing was done.
type Outcome = Result<Result<(Ended, bool), AccountError>, StorageError>;

impl Accounts {
    /// Creates a group without members.
    pub async fn create_group(&self, typed: &str, actor: &Actor) -> Result<GroupName, AccountError> {
        let name = GroupName::parse(typed)
            .map_err(|fault| AccountError::Rules(vec![FieldFault::new("name", fault.text())]))?;
        let line = self.audit_line(Event::GroupCreated, &actor.name, name.as_str(), &actor.source);
        let (created, now) = (name.clone(), self.0.clock.now());
        let stored = self.0.database.write(move |c| {
            groups::insert(c, &created, now)?;
            audit::append(c, &line)
        });
        stored.await?;
        Ok(name)
    }

    /// Deletes a group; nobody is in it any more, and no rule names it: what only its members were let in for lets
    /// nobody in.
    pub async fn delete_group(&self, name: &GroupName, actor: &Actor) -> Result<(), AccountError> {
        let line = self.audit_line(Event::GroupDeleted, &actor.name, name.as_str(), &actor.source);
        let (name, now) = (name.clone(), self.0.clock.now());
        self.change_groups(move |c, _| {
            // Before the group: changes of rules lock groups, too.
            apps::begin_change(c)?;
            if !groups::delete(c, &name)? {
                return Ok(Err(AccountError::NotFound));
            }
            apps::forget_group(c, &name)?;
            audit::append(c, &line)?;
            let notices = vec![Notice::GroupDeleted(name), Notice::AppsChanged];
            let ended = revocation::publish(c, Vec::new(), notices, now)?;
            Ok(Ok((ended, true)))
        })
        .await
        .map(drop)
    }

    /// Makes all these changes, or none if an account or a group is missing. Returns whether anything changed.
    pub async fn change_memberships(&self, changes: Vec<Membership>, actor: &Actor) -> Result<bool, AccountError> {
        let (actor, now) = (actor.clone(), self.0.clock.now());
        self.change_groups(move |c, this| this.apply_memberships(c, changes, &actor, now)).await
    }

    /// Makes these the only groups of an account. Returns whether anything changed.
    pub async fn set_groups(&self, id: &UserId, typed: &str, actor: &Actor) -> Result<bool, AccountError> {
        let wanted = parse_names(typed)?;
        let (id, actor, now) = (id.clone(), actor.clone(), self.0.clock.now());
        self.change_groups(move |c, this| {
            // Before the groups are read: two admins at once would mix what they want.
            if !groups::lock_member(c, &id)? {
                return Ok(Err(AccountError::NotFound));
            }
            let current = groups::of_user(c, &id)?;
            let left = current.iter().filter(|name| !wanted.contains(name));
            let joined = wanted.iter().filter(|name| !current.contains(name));
            let changes = left
                .map(|name| Membership::Leave(name.clone(), id.clone()))
                .chain(joined.map(|name| Membership::Join(name.clone(), id.clone())))
                .collect();
            this.apply_memberships(c, changes, &actor, now)
        })
        .await
    }

    /// Adds these accounts to these groups, of which there has to be one.
    pub async fn join_groups(&self, ids: Vec<UserId>, typed: &str, actor: &Actor) -> Result<bool, AccountError> {
        let names = parse_names(typed)?;
        if names.is_empty() {
            return Err(AccountError::Rules(vec![FieldFault::new("groups", Text::new("group-choose"))]));
        }
        let joins = |id: UserId| names.iter().map(move |name| Membership::Join(name.clone(), id.clone()));
        self.change_memberships(ids.into_iter().flat_map(joins).collect(), actor).await
    }

    /// Runs a transaction on groups to its end, including notifying all caches.
    async fn change_groups(
        &self,
        work: impl FnOnce(&mut Connection, &Self) -> Outcome + Send + 'static,
    ) -> Result<bool, AccountError> {
        let this = self.clone();
        self.run_uninterrupted(async move {
            let inner = this.clone();
            let (ended, changed) = this.0.database.write(move |c| work(c, &inner)).await??;
            this.ended(ended).await;
            Ok(changed)
        })
        .await
    }

    fn apply_memberships(
        &self,
        c: &mut Connection,
        mut changes: Vec<Membership>,
        actor: &Actor,
        now: Timestamp,
    ) -> Outcome {
        // Two such transactions lock the same rows in the same order.
        for user in changes.iter().map(Membership::user).collect::<BTreeSet<_>>() {
            if !groups::lock_member(c, user)? {
                return Ok(Err(AccountError::NotFound));
            }
        }
        changes.sort_by(|a, b| a.group().cmp(b.group()));
        if let Err(fault) = lock_all(c, changes.iter().map(Membership::group))? {
            return Ok(Err(fault));
        }
        let mut people = Vec::new();
        for change in &changes {
            let Some(record) = users::find_by_id(c, change.user())? else { return Ok(Err(AccountError::NotFound)) };
            people.push(record.user);
        }
        let mut notices: Vec<Notice> = Vec::new();
        for (change, user) in changes.iter().zip(&people) {
            if self.apply_membership(c, change, user, actor)? {
                let notice = Notice::UserChanged(change.user().clone());
                notices.extend(Some(notice).filter(|notice| !notices.contains(notice)));
            }
        }
        if notices.is_empty() {
            return Ok(Ok((revocation::already_done(c)?, false)));
        }
        Ok(Ok((revocation::publish(c, Vec::new(), notices, now)?, true)))
    }

    /// Makes one change in a group that is locked, with its audit line; false if there is nothing to do.
    fn apply_membership(
        &self,
        c: &mut Connection,
        change: &Membership,
        user: &User,
        actor: &Actor,
    ) -> Result<bool, StorageError> {
        let (event, changed) = match change {
            Membership::Join(group, user) => (Event::GroupJoined, groups::join(c, &self.ordered_id(), group, user)?),
            Membership::Leave(group, user) => (Event::GroupLeft, groups::leave(c, group, user)?),
        };
        if changed {
            let mut line = self.audit_line(event, &actor.name, user.email.as_str(), &actor.source);
            change.group().as_str().clone_into(&mut line.detail);
            audit::append(c, &line)?;
        }
        Ok(changed)
    }

    /// Adds an account that was just inserted to groups that [`lock_all`] has locked.
    pub(super) fn join_new(
        &self,
        c: &mut Connection,
        user: &User,
        names: &[GroupName],
        actor: &Actor,
    ) -> Result<(), StorageError> {
        for name in names {
            self.apply_membership(c, &Membership::Join(name.clone(), user.id.clone()), user, actor)?;
        }
        Ok(())
    }

    /// The accounts with these addresses; all that have none are one error.
    pub async fn users_by_email(&self, typed: &str) -> Result<Vec<User>, AccountError> {
        let typed: Vec<String> = entries(typed).map(str::to_owned).collect();
        if typed.is_empty() {
            return Err(AccountError::Rules(vec![FieldFault::new("email", Text::new("email-empty"))]));
        }
        let found = self.0.database.read(move |c| {
            let (mut found, mut unknown) = (Vec::new(), Vec::new());
            for entry in typed {
                let email = Email::parse(&entry).ok();
                match email.map(|email| users::find_by_email(c, &email)).transpose()?.flatten() {
                    Some(record) => found.push(record.user),
                    None => unknown.push(entry),
                }
            }
            Ok((found, unknown))
        });
        let (found, unknown) = found.await?;
        if unknown.is_empty() {
            return Ok(found);
        }
        let message = Text::new("group-no-account").with("emails", unknown.join(", "));
        Err(AccountError::Rules(vec![FieldFault::new("email", message)]))
    }

    /// Every group, by name.
    pub async fn list_groups(&self) -> Result<Vec<Group>, AccountError> {
        Ok(self.0.database.read(groups::list).await?)
    }

    /// When that group was created.
    pub async fn group_created_at(&self, name: &GroupName) -> Result<Timestamp, AccountError> {
        let name = name.clone();
        self.0.database.read(move |c| groups::created_at(c, &name)).await?.ok_or(AccountError::NotFound)
    }

    /// The groups of an account, by name.
    pub async fn groups_of(&self, id: &UserId) -> Result<Vec<GroupName>, AccountError> {
        let id = id.clone();
        Ok(self.0.database.read(move |c| groups::of_user(c, &id)).await?)
    }

    /// The groups of everybody who is in one, by the ID of the account.
    pub async fn groups_of_everybody(
        &self,
    ) -> Result<std::collections::BTreeMap<String, Vec<GroupName>>, AccountError> {
        Ok(self.0.database.read(groups::of_everybody).await?)
    }
}

fn unknown(name: &str) -> FieldFault {
    FieldFault::new("groups", Text::new("group-unknown").with("group", name))
}

/// The names of a list of groups, each once and in order. One that no group can have is as unknown as any other.
pub(super) fn parse_names(typed: &str) -> Result<Vec<GroupName>, AccountError> {
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for entry in entries(typed) {
        match GroupName::parse(entry) {
            Ok(name) => found.push(name),
            Err(_fault) => faults.push(unknown(entry)),
        }
    }
    found.sort_unstable();
    found.dedup();
    if faults.is_empty() { Ok(found) } else { Err(AccountError::Rules(faults)) }
}

/// The groups that are not among those that exist are the error.
pub(super) fn check_known(names: &[GroupName], known: &BTreeSet<GroupName>) -> Result<(), AccountError> {
    let faults: Vec<_> =
        names.iter().filter(|name| !known.contains(*name)).map(|name| unknown(name.as_str())).collect();
    if faults.is_empty() { Ok(()) } else { Err(AccountError::Rules(faults)) }
}

/// Locks these groups, which are in the order of their names; the ones that do not exist are the error.
pub(super) fn lock_all<'a>(
    c: &mut Connection,
    names: impl Iterator<Item = &'a GroupName>,
) -> Result<Result<(), AccountError>, StorageError> {
    let (mut faults, mut before) = (Vec::new(), None);
    for name in names.filter(|name| before.replace((*name).clone()).as_ref() != Some(*name)) {
        if !groups::lock(c, name)? {
            faults.push(unknown(name.as_str()));
        }
    }
    Ok(if faults.is_empty() { Ok(()) } else { Err(AccountError::Rules(faults)) })
}
