//! The apps of a file, and their rules.

use std::collections::BTreeMap;

use super::{Change, WantedApp, WantedRule};
use crate::accounts::difference;
use crate::accounts::rule_draft::{RuleDraft, draft_of};
use crate::accounts::{AccountError, FieldFault};
use crate::crypto::random;
use crate::domain::app_table::{AppTable, CompiledApp};
use crate::domain::apps::{App, AppRef};
use crate::domain::audit::Event;
use crate::domain::ids::{AppId, RuleId};
use crate::domain::language::Language;
use crate::domain::notice::Notice;
use crate::domain::rules::Rule;
use crate::storage::apps;
use crate::texts;

impl Change<'_> {
    /// Makes the apps of the file what it says, with exactly its rules, and deletes the others if they are pruned.
    pub(super) fn change_apps(&mut self, wanted: &[WantedApp]) -> Result<(), AccountError> {
        let table = self.table()?;
        let is_named = |app: &App| wanted.iter().any(|wanted| wanted.is_called(&app.name));
        let (named, others): (Vec<_>, Vec<_>) = table.apps().iter().partition(|app| is_named(app.app()));
        let mut kept: Vec<CompiledApp> = Vec::new();
        for app in others {
            if self.how.prune && !app.app().id.is_default() {
                apps::delete(self.c, &app.app().id)?;
                self.notify(Notice::AppsChanged);
                let detail = difference::of_new(app.app());
                let text = format!("- app {}: {detail}", app.app().name);
                self.record(text, Event::AppDeleted, &app.app().name, &detail);
            } else {
                self.others.push(app.app().name.clone());
                kept.push(CompiledApp::clone(app));
            }
        }
        // The final state, as far as it is known: addresses may move from one app of the file to another.
        let mut final_table = AppTable::new(self.accounts.app_url().canonical().clone(), kept);
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        for wanted in wanted {
            let name = wanted.draft.name.trim();
            if let Some(first) = lines.insert(name.to_lowercase(), wanted.lines.own).filter(|_| !name.is_empty()) {
                self.refuse(wanted.lines.of("name"), format!("name: the app {name} is in line {first} already"));
                continue;
            }
            let before = named.iter().find(|app| wanted.is_called(&app.app().name)).map(|app| &***app);
            self.change_app(wanted, before, &mut final_table)?;
        }
        Ok(())
    }

    fn change_app(
        &mut self,
        wanted: &WantedApp,
        before: Option<&CompiledApp>,
        table: &mut AppTable,
    ) -> Result<(), AccountError> {
        let rules = before.map(CompiledApp::rules).unwrap_or_default();
        let id = match before {
            Some(before) => before.app().id.clone(),
            // Lists have those that were created in the same second in the order of the file.
            None => AppRef::Created(parsed(AppId::parse(&self.accounts.ordered_id()))?),
        };
        if !id.is_default() {
            match wanted.draft.parse(id.clone(), before.map(CompiledApp::app), table, self.accounts.for_drafts()) {
                Err(faults) if before.is_none() => self.refuse_new_app(wanted, faults),
                Err(faults) => self.refuse_fields(&wanted.lines, faults),
                Ok(app) => {
                    self.put_app(before.map(CompiledApp::app), &app)?;
                    table.add(CompiledApp::new(app, Vec::new()));
                }
            }
        }
        self.change_rules(&id, wanted, rules)
    }

    /// What is new by its name alone may be an app that was meant to be renamed.
    fn refuse_new_app(&mut self, wanted: &WantedApp, faults: Vec<FieldFault>) {
        let name = wanted.draft.name.trim();
        for fault in faults {
            let owner = Some(&fault.message).filter(|text| text.key() == "address-taken" && !name.is_empty());
            let owner = owner.and_then(|text| text.word("app")).map(str::to_owned);
            self.refuse_fields(&wanted.lines, vec![fault]);
            let other = owner.filter(|owner| self.others.contains(owner));
            if let (Some(other), Some(fault)) = (other, self.faults.last_mut()) {
                let command = format!("portcullis app set {} --name {}", shell_word(&other), shell_word(name));
                fault.message = format!("{} To rename {other}: {command}", fault.message);
            }
        }
    }

    fn put_app(&mut self, before: Option<&App>, app: &App) -> Result<(), AccountError> {
        let (text, event, detail) = match before {
            None => {
                let detail = difference::of_new(app);
                (format!("+ app {}: {detail}", app.name), Event::AppCreated, detail)
            }
            Some(before) => match difference::between(before, app) {
                None => return Ok(()),
                Some(detail) => (format!("~ app {}: {detail}", before.name), Event::AppChanged, detail),
            },
        };
        match before {
            None => apps::insert(self.c, app, self.now)?,
            Some(_) => drop(apps::update(self.c, app)?),
        }
        self.notify(Notice::AppsChanged);
        self.record(text, event, &app.name, &detail);
        let advice = self.accounts.advice(app);
        self.notes.extend(advice.iter().map(|text| format!("{}: {}", app.name, texts::say(Language::English, text))));
        Ok(())
    }

    fn change_rules(&mut self, app: &AppRef, wanted: &WantedApp, before: &[Rule]) -> Result<(), AccountError> {
        let name = wanted.draft.name.trim();
        let mut after: Vec<Rule> = Vec::new();
        for WantedRule { draft, lines } in &wanted.rules {
            match draft.parse_with(self.c, &self.groups, &parsed(RuleId::parse(&random::id()))?, &after)? {
                Err(faults) => self.refuse_fields(lines, faults),
                Ok(rule) => after.push(rule),
            }
        }
        if !self.faults.is_empty() {
            // Nothing is stored, and the app may not be there.
            return Ok(());
        }
        for rule in &mut after {
            rule.id = before.iter().find(|old| is_for_the_same(old, rule)).map_or(rule.id.take(), |old| old.id.clone());
        }
        for old in before.iter().filter(|old| !after.iter().any(|rule| is_for_the_same(old, rule))) {
            let draft = self.drop_rule(app, old)?;
            self.record(format!("- rule {name} {draft}"), Event::RuleDeleted, name, &draft.to_string());
        }
        for rule in &after {
            let old = before.iter().find(|old| is_for_the_same(old, rule));
            let (Some(id), draft) = (&rule.id, draft_of(self.c, rule)?) else { continue };
            // As typed: people who are gone make no difference.
            if let Some(old) = old
                && draft_of(self.c, old)? == draft
            {
                continue;
            }
            let old = old.map(|old| self.drop_rule(app, old)).transpose()?;
            apps::insert_rule(self.c, app, id, rule)?;
            self.notify(Notice::AppsChanged);
            let (sign, event, detail) = match old {
                None => ('+', Event::RuleCreated, draft.to_string()),
                Some(old) => ('~', Event::RuleChanged, difference::of_rules(&old, &draft)),
            };
            self.record(format!("{sign} rule {name} {detail}"), event, name, &detail);
        }
        Ok(())
    }

    /// Deletes a rule, and returns what would be typed for it.
    fn drop_rule(&mut self, app: &AppRef, rule: &Rule) -> Result<RuleDraft, AccountError> {
        if let Some(id) = &rule.id {
            apps::delete_rule(self.c, app, id)?;
            self.notify(Notice::AppsChanged);
        }
        Ok(draft_of(self.c, rule)?)
    }
}

fn parsed<T>(id: Option<T>) -> Result<T, AccountError> {
    id.ok_or_else(|| AccountError::Internal("an identifier cannot be parsed".to_owned()))
}

/// A name as a shell takes it.
fn shell_word(name: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_' | '.');
    if name.chars().all(is_plain) { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}

fn is_for_the_same(a: &Rule, b: &Rule) -> bool {
    a.path == b.path && a.methods == b.methods
}
