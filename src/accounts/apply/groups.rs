//! The groups of a file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Lines, Wanted, WantedApp};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::app_table::CompiledApp;
use crate::domain::audit::Event;
use crate::domain::groups::GroupName;
use crate::domain::notice::Notice;
use crate::storage::{apps, groups};

impl Change<'_> {
    /// Creates the groups of the file, deletes the others if they are pruned, and locks all that are left.
    pub(super) fn change_groups(&mut self, wanted: &Wanted) -> Result<(), AccountError> {
        let named = self.parse_groups(wanted);
        let known: BTreeSet<GroupName> = groups::list(self.c)?.into_iter().map(|group| group.name).collect();
        // Every transaction locks groups in the order of their names.
        for name in named.union(&known) {
            let exists = groups::lock(self.c, name)?;
            match (named.contains(name), exists) {
                (true, false) => {
                    groups::insert(self.c, name, self.now)?;
                    self.groups.insert(name.clone());
                    self.record(format!("+ group {name}"), Event::GroupCreated, name.as_str(), "");
                }
                (false, true) if self.how.prune => self.delete_group(wanted, name)?,
                (_, true) => drop(self.groups.insert(name.clone())),
                (false, false) => {}
            }
        }
        Ok(())
    }

    fn parse_groups(&mut self, wanted: &Wanted) -> BTreeSet<GroupName> {
        let mut lines: BTreeMap<GroupName, usize> = BTreeMap::new();
        for group in &wanted.groups {
            match GroupName::parse(&group.name) {
                Err(fault) => {
                    let lines = Lines { own: group.line, keys: Vec::new() };
                    self.refuse_fields(&lines, vec![FieldFault::new("groups", fault.text())]);
                }
                Ok(name) => {
                    if let Some(first) = lines.insert(name, group.line) {
                        self.refuse(group.line, format!("groups: {} is in line {first} already", group.name));
                    }
                }
            }
        }
        lines.into_keys().collect()
    }

    fn delete_group(&mut self, wanted: &Wanted, name: &GroupName) -> Result<(), AccountError> {
        let table = self.table()?;
        // Every other app is deleted, too, or the file says what its rules are.
        let stays = |app: &CompiledApp| app.app().id.is_default() && !wanted.apps.iter().any(WantedApp::is_default);
        let rules = table.apps().iter().filter(|app| stays(app)).flat_map(|app| app.rules());
        let losing: Vec<&str> = rules.filter(|rule| rule.names_group(name)).map(|rule| rule.path.as_str()).collect();
        let losing = if losing.is_empty() {
            String::new()
        } else {
            format!(", which these rules of default lose: {}", losing.join(" "))
        };
        groups::delete(self.c, name)?;
        apps::forget_group(self.c, name)?;
        self.pruned.push(name.clone());
        self.notify(Notice::GroupDeleted(name.clone()));
        self.notify(Notice::AppsChanged);
        self.record(format!("- group {name}{losing}"), Event::GroupDeleted, name.as_str(), "");
        Ok(())
    }
}
