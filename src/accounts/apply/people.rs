//! The people of a file: invited, their roles, and their groups.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, NewRole, WantedPerson};
use crate::accounts::administer::{self, UserChange};
use crate::accounts::groups as members;
use crate::accounts::maintenance;
use crate::accounts::outgoing::Detail;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::audit::Event;
use crate::domain::email::Email;
use crate::domain::groups::GroupName;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::mail::MailKind;
use crate::domain::notice::Notice;
use crate::domain::text::Text;
use crate::domain::user::{DisplayName, Role, User, UserState};
use crate::storage::users::UserRecord;
use crate::storage::{admins, groups, mails, users};

/// Somebody of the file, as far as it can be understood.
struct Parsed {
    email: Email,
    name: DisplayName,
    role: Option<Role>,
    groups: Vec<GroupName>,
}

impl Change<'_> {
    /// Locks the accounts whose roles or groups may change, in the order in which every transaction does: accounts
    /// before groups, by their identifiers.
    pub(super) fn lock_people(&mut self, wanted: &[WantedPerson]) -> Result<(), AccountError> {
        let (mut ids, mut demotes) = (BTreeSet::new(), false);
        for person in wanted {
            let Ok(email) = Email::parse(&person.email) else { continue };
            if let Some(record) = users::find_by_email(self.c, &email)? {
                demotes |= record.user.role == Role::Admin && Role::parse(person.role.trim()) == Some(Role::User);
                ids.insert(record.user.id);
            }
        }
        if self.how.prune {
            ids.extend(groups::of_everybody(self.c)?.keys().filter_map(|id| UserId::parse(id)));
        }
        if demotes {
            ids.extend(admins::active_admins(self.c)?.iter().filter_map(|id| UserId::parse(id)));
        }
        for id in &ids {
            groups::lock_member(self.c, id)?;
        }
        Ok(())
    }

    /// Invites who has no account, and gives those who have one the roles and groups of the file; what else they are
    /// members of they leave if memberships are pruned.
    pub(super) fn change_people(&mut self, wanted: &[WantedPerson]) -> Result<(), AccountError> {
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        let mut named: BTreeMap<UserId, Vec<GroupName>> = BTreeMap::new();
        for person in wanted {
            let Some(parsed) = self.parse_person(person)? else { continue };
            if let Some(first) = lines.insert(parsed.email.to_string(), person.lines.own) {
                self.refuse(person.lines.of("email"), format!("email: {} is in line {first} already", parsed.email));
                continue;
            }
            let user = match users::find_by_email(self.c, &parsed.email)? {
                None => self.invite(&parsed, person)?,
                Some(record) => {
                    let user = record.user.clone();
                    self.want_role(record, parsed.role, person);
                    user
                }
            };
            parsed.groups.iter().try_for_each(|group| self.join(&user, group))?;
            named.insert(user.id, parsed.groups);
        }
        if self.how.prune {
            self.prune_memberships(&named)?;
        }
        self.keep_an_admin()
    }

    fn parse_person(&mut self, person: &WantedPerson) -> Result<Option<Parsed>, AccountError> {
        let mut faults = Vec::new();
        let email = Email::parse(&person.email).map_err(|fault| faults.push(FieldFault::new("email", fault.text())));
        let name = DisplayName::parse(&person.name).map_err(|fault| faults.push(FieldFault::new("name", fault.text())));
        let role = Role::parse(person.role.trim());
        if role.is_none() && !person.role.trim().is_empty() {
            faults.push(FieldFault::new("role", Text::new("role-choose")));
        }
        let names = members::parse_names(&person.groups)
            .and_then(|names| members::check_known(&names, &self.groups).map(|()| names));
        let groups = match names {
            Ok(names) => names,
            Err(AccountError::Rules(unknown)) => {
                faults.extend(unknown);
                Vec::new()
            }
            Err(other) => return Err(other),
        };
        self.refuse_fields(&person.lines, faults);
        let (Ok(email), name) = (email, name.or_else(|()| DisplayName::parse(""))) else { return Ok(None) };
        Ok(name.ok().map(|name| Parsed { email, name, role, groups }))
    }

    fn invite(&mut self, parsed: &Parsed, person: &WantedPerson) -> Result<User, AccountError> {
        let (role, accounts) = (parsed.role.unwrap_or(Role::User), self.accounts);
        let user = accounts.new_user(parsed.email.clone(), parsed.name.clone(), role, UserState::Invited)?;
        users::insert(self.c, &user, None)?;
        let text = format!("+ person {} as {}, invited by mail", user.email, role.as_str());
        self.record(text, Event::UserInvited, user.email.as_str(), "");
        let drafts = accounts.drafts();
        let mail = drafts.to_user(MailKind::Invitation, &user, &Detail::of_inviter(self.actor));
        if drafts.count(self.c, &mail)?.is_some() || !mails::insert(self.c, &mail)? {
            let text = "the invitation cannot be sent: too many mails are waiting; try again when they are sent";
            self.refuse(person.lines.own, text.to_owned());
        }
        self.note_outbox()?;
        Ok(user)
    }

    /// Says once where invitations are if nothing sends them.
    fn note_outbox(&mut self) -> Result<(), AccountError> {
        let config = &self.accounts.0.config;
        let text = format!(
            "there is no mail server (SMTP_HOST), so invitations become files in {}; `portcullis user invite ADDRESS` \
                prints a link instead",
            config.data_dir.join("outbox").display()
        );
        // The server may have one that this command was not given.
        let has_server = config.mail.server.is_some()
            || maintenance::noted(self.c, "SMTP_HOST")?.is_some_and(|host| !host.is_empty());
        if !has_server && !self.notes.contains(&text) {
            self.notes.push(text);
        }
        Ok(())
    }

    fn want_role(&mut self, record: UserRecord, role: Option<Role>, person: &WantedPerson) {
        let Some(role) = role.filter(|role| *role != record.user.role) else { return };
        let (user, line) = (&record.user, person.lines.of("role"));
        let text = format!(
            "~ person {}: role {} -> {}, which ends their sessions",
            user.email,
            user.role.as_str(),
            role.as_str()
        );
        let email = user.email.clone();
        self.record(text, Event::UserRoleChanged, email.as_str(), role.as_str());
        self.roles.push(NewRole { record, role, line });
    }

    fn join(&mut self, user: &User, group: &GroupName) -> Result<(), AccountError> {
        if groups::join(self.c, &self.accounts.ordered_id(), group, &user.id)? {
            self.record_membership('+', Event::GroupJoined, user, group);
        }
        Ok(())
    }

    fn leave(&mut self, user: &User, group: &GroupName) -> Result<(), AccountError> {
        if groups::leave(self.c, group, &user.id)? {
            self.record_membership('-', Event::GroupLeft, user, group);
        }
        Ok(())
    }

    fn record_membership(&mut self, sign: char, event: Event, user: &User, group: &GroupName) {
        let text = format!("{sign} member {} of {group}", user.email);
        self.record(text, event, user.email.as_str(), group.as_str());
        self.notify(Notice::UserChanged(user.id.clone()));
    }

    /// Ends all memberships that are not among `named`, also of people who are not in the file.
    fn prune_memberships(&mut self, named: &BTreeMap<UserId, Vec<GroupName>>) -> Result<(), AccountError> {
        for (id, current) in groups::of_everybody(self.c)? {
            let Some(record) = UserId::parse(&id).map(|id| users::find_by_id(self.c, &id)).transpose()?.flatten()
            else {
                continue;
            };
            let user = record.user;
            let stays = |group: &GroupName| named.get(&user.id).is_some_and(|groups| groups.contains(group));
            current.iter().filter(|group| !stays(group)).try_for_each(|group| self.leave(&user, group))?;
        }
        Ok(())
    }

    /// The active admins who get another role, if nobody who can sign in gets theirs.
    fn demoted(&self) -> Vec<&NewRole> {
        let active = self.roles.iter().filter(|new| new.record.user.state == UserState::Active);
        let (promoted, demoted): (Vec<&NewRole>, Vec<&NewRole>) = active.partition(|new| new.role == Role::Admin);
        if promoted.is_empty() { demoted } else { Vec::new() }
    }

    fn keep_an_admin(&mut self) -> Result<(), AccountError> {
        let demoted = self.demoted();
        let ids: Vec<UserId> = demoted.iter().map(|new| new.record.user.id.clone()).collect();
        let lines: Vec<(usize, String)> =
            demoted.iter().map(|new| (new.line, new.record.user.email.to_string())).collect();
        if !ids.is_empty() && admins::are_last_active_admins(self.c, &ids.iter().collect::<Vec<_>>())? {
            for (line, email) in lines {
                self.refuse(line, format!("role: without {email} there is no admin who can sign in"));
            }
        }
        Ok(())
    }

    /// Gives the new roles, and returns the sessions that ended.
    pub(super) fn change_roles(&mut self) -> Result<Vec<SessionId>, AccountError> {
        let (roles, mut ended) = (std::mem::take(&mut self.roles), Vec::new());
        for new in &roles {
            let (user, change) = (&new.record.user, UserChange::SetRole(new.role));
            ended.extend(administer::apply(self.c, &self.accounts.0.store, &new.record, change)?.unwrap_or_default());
            self.notify(Notice::UserEnded(user.id.clone()));
        }
        Ok(ended)
    }
}
