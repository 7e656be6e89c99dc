//! Importing people from the file of another program, with their password hashes: all of them, or nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccountError, Accounts, Actor};
use crate::crypto::password_hash::PasswordHash;
use crate::domain::audit::Event;
use crate::domain::email::Email;
use crate::domain::groups::GroupName;
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::domain::user::{DisplayName, Role, User, UserState, Username};
use crate::storage::{Connection, StorageError, audit, groups, users};
use crate::texts;

/// Somebody in a file, as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundPerson {
    /// The line.
    pub line: usize,
    /// The name by which the file calls them: a user name, or an address.
    pub key: String,
    /// The address, empty if the file has none.
    pub email: String,
    /// The display name.
    pub name: String,
    /// The groups, each with its line.
    pub groups: Vec<(usize, String)>,
    /// The password hash.
    pub hash: String,
    /// Whether they may sign in.
    pub disabled: bool,
}

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// What makes an address of a user name without one.
    pub domain: Option<String>,
    /// The group whose members become admins.
    pub admin_group: Option<String>,
    /// Leave out who has an account, instead of refusing the file.
    pub skip_existing: bool,
    /// Take no user names over.
    pub without_usernames: bool,
    /// Change nothing.
    pub dry_run: bool,
}

/// A fault of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportFault {
    /// The line.
    pub line: usize,
    /// What is wrong there.
    pub text: String,
}

/// What was done, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// The new accounts, with their groups.
    pub people: Vec<(User, Vec<GroupName>)>,
    /// The new groups.
    pub groups: Vec<GroupName>,
    /// The addresses of those who had an account before.
    pub skipped: Vec<Email>,
}

/// Somebody who can be imported.
struct Parsed {
    line: usize,
    user: User,
    groups: Vec<GroupName>,
    hash: PasswordHash,
}

/// What a transaction needs.
struct Import {
    people: Vec<Parsed>,
    /// What is wrong already.
    faults: Vec<ImportFault>,
    how: ImportOptions,
    actor: Actor,
}

impl Accounts {
    /// Imports the people that were found in a file, or says every fault, those that its reader found included.
    pub async fn import_people(
        &self,
        (found, faults): (Vec<FoundPerson>, Vec<ImportFault>),
        how: ImportOptions,
        actor: &Actor,
    ) -> Result<Result<Imported, Vec<ImportFault>>, AccountError> {
        let (people, faults) = self.parse_found(found, Faults(faults), &how)?;
        let (this, import) = (self.clone(), Import { people, faults, how, actor: actor.clone() });
        Ok(self.0.database.write(move |c| this.import(c, &import)).await?)
    }

    fn parse_found(
        &self,
        found: Vec<FoundPerson>,
        mut faults: Faults,
        how: &ImportOptions,
    ) -> Result<(Vec<Parsed>, Vec<ImportFault>), AccountError> {
        let mut people = Vec::new();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for person in found {
            let line = person.line;
            let Some(parsed) = self.parse_one(&person, how, &mut faults)? else { continue };
            let address = format!("the address {}", parsed.user.email);
            let username = parsed.user.username.as_ref().map(|name| format!("the user name {}", name.as_str()));
            for named in std::iter::once(address).chain(username) {
                if let Some(first) = known.get(&named) {
                    faults.add(line, format!("{named} is in line {first} already"));
                } else {
                    known.insert(named, line);
                }
            }
            people.push(parsed);
        }
        Ok((people, faults.0))
    }

    fn parse_one(
        &self,
        person: &FoundPerson,
        how: &ImportOptions,
        faults: &mut Faults,
    ) -> Result<Option<Parsed>, AccountError> {
        let (line, before) = (person.line, faults.0.len());
        let email = faults.take(line, address_of(person, how));
        let name = DisplayName::parse(&person.name).map_err(|fault| format!("the name: {}", english(&fault.text())));
        let name = faults.take(line, name);
        let username = faults.take(line, username_of(person, how));
        let hash = PasswordHash::imported(&person.hash).map_err(|fault| format!("the password hash {fault}"));
        let hash = faults.take(line, hash);
        let is_admins = |group: &str| how.admin_group.as_deref() == Some(group);
        let mut names = BTreeSet::new();
        for (line, typed) in &person.groups {
            match GroupName::parse(typed) {
                Ok(name) => drop(names.insert(name)),
                // A name that no group here can have may still say who is an admin.
                Err(_fault) if is_admins(typed) => {}
                Err(fault) => faults.add(*line, format!("the group {typed:?}: {}", english(&fault.text()))),
            }
        }
        let (Some(email), Some(name), Some(username), Some(hash)) = (email, name, username, hash) else {
            return Ok(None);
        };
        if faults.0.len() > before {
            return Ok(None);
        }
        let is_admin = person.groups.iter().any(|(_, group)| is_admins(group));
        let role = if is_admin { Role::Admin } else { Role::User };
        let state = if person.disabled { UserState::Disabled } else { UserState::Active };
        let user = User { username, ..self.new_user(email, name, role, state)? };
        Ok(Some(Parsed { line, user, groups: names.into_iter().collect(), hash }))
    }

    /// Everything is looked at before anything is changed.
    fn import(&self, c: &mut Connection, import: &Import) -> Result<Result<Imported, Vec<ImportFault>>, StorageError> {
        let (mut done, mut faults, mut added) = (Imported::default(), import.faults.clone(), Vec::new());
        for person in &import.people {
            let email = &person.user.email;
            let mut refuse = |text: String| faults.push(ImportFault { line: person.line, text });
            if users::find_by_email(c, email)?.is_some() {
                if import.how.skip_existing {
                    done.skipped.push(email.clone());
                } else {
                    refuse(format!("{email} has an account; --skip-existing leaves such people out"));
                }
                continue;
            }
            if let Some(username) = &person.user.username
                && users::has_username(c, username)?
            {
                refuse(format!("the user name {} is another account's", username.as_str()));
            }
            added.push(person);
        }
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let wanted: BTreeSet<&GroupName> = added.iter().flat_map(|person| &person.groups).collect();
        for name in wanted {
            if groups::created_at(c, name)?.is_none() {
                done.groups.push(name.clone());
            }
        }
        if !import.how.dry_run {
            self.add_imported(c, &added, &done.groups, &import.actor)?;
        }
        done.people = added.iter().map(|person| (person.user.clone(), person.groups.clone())).collect();
        Ok(Ok(done))
    }

    fn add_imported(
        &self,
        c: &mut Connection,
        people: &[&Parsed],
        new_groups: &[GroupName],
        actor: &Actor,
    ) -> Result<(), StorageError> {
        let now = self.0.clock.now();
        for name in new_groups {
            groups::insert(c, name, now)?;
            audit::append(c, &self.audit_line(Event::GroupCreated, &actor.name, name.as_str(), &actor.source))?;
        }
        let named: BTreeSet<&GroupName> = people.iter().flat_map(|person| &person.groups).collect();
        for name in named {
            groups::lock(c, name)?;
        }
        for person in people {
            users::insert(c, &person.user, Some(&person.hash))?;
            let mut line = self.audit_line(Event::UserCreated, &actor.name, person.user.email.as_str(), &actor.source);
            "imported with a password hash".clone_into(&mut line.detail);
            audit::append(c, &line)?;
            self.join_new(c, &person.user, &person.groups, actor)?;
        }
        Ok(())
    }
}

/// The faults of a file so far.
struct Faults(Vec<ImportFault>);

impl Faults {
    fn add(&mut self, line: usize, text: String) {
        self.0.push(ImportFault { line, text });
    }

    fn take<T>(&mut self, line: usize, parsed: Result<T, String>) -> Option<T> {
        parsed.map_err(|text| self.add(line, text)).ok()
    }
}

fn english(text: &Text) -> String {
    texts::say(Language::English, text)
}

fn address_of(person: &FoundPerson, how: &ImportOptions) -> Result<Email, String> {
    let key = &person.key;
    let address = match &how.domain {
        _ if !person.email.is_empty() => person.email.clone(),
        _ if key.contains('@') => key.clone(),
        Some(domain) => format!("{key}@{domain}"),
        None => return Err(format!("{key} has no address; --domain example.org makes it {key}@example.org")),
    };
    Email::parse(&address).map_err(|fault| format!("the address {address}: {}", english(&fault.text())))
}

/// The user name, if there is one to take over.
fn username_of(person: &FoundPerson, how: &ImportOptions) -> Result<Option<Username>, String> {
    if how.without_usernames || person.key.contains('@') {
        return Ok(None);
    }
    let parsed = Username::parse(&person.key).map_err(|fault| {
        format!("the user name {}: {} --no-usernames takes none over", person.key, english(&fault.text()))
    });
    parsed.map(Some)
}
