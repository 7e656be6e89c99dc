//! What a file says, with its lines.

use crate::accounts::app_draft::AppDraft;
use crate::accounts::rule_draft::RuleDraft;
use crate::domain::apps;

/// Everything that a file says.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The groups.
    pub groups: Vec<WantedGroup>,
    /// The people.
    pub people: Vec<WantedPerson>,
    /// The apps.
    pub apps: Vec<WantedApp>,
}

impl Wanted {
    /// Whether the file names nothing at all.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.people.is_empty() && self.apps.is_empty()
    }
}

/// A group.
#[derive(Clone, Debug)]
pub struct WantedGroup {
    /// Its name, as typed.
    pub name: String,
    /// The line.
    pub line: usize,
}

/// Somebody who has an account, or is invited.
#[derive(Clone, Debug, Default)]
pub struct WantedPerson {
    /// The address.
    pub email: String,
    /// The display name, for an invitation.
    pub name: String,
    /// `admin` or `user`; empty for the one they have, or `user`.
    pub role: String,
    /// Their groups.
    pub groups: String,
    /// The lines.
    pub lines: Lines,
}

/// An app; of the one of the configuration only the rules count.
#[derive(Clone, Debug, Default)]
pub struct WantedApp {
    /// The app.
    pub draft: AppDraft,
    /// All its rules.
    pub rules: Vec<WantedRule>,
    /// The lines.
    pub lines: Lines,
}

impl WantedApp {
    /// Whether this is the app with that name.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.draft.name.trim().to_lowercase() == name.to_lowercase()
    }

    /// Whether this is the app of the configuration.
    pub fn is_default(&self) -> bool {
        self.is_called(apps::DEFAULT)
    }
}

/// A rule.
#[derive(Clone, Debug, Default)]
pub struct WantedRule {
    /// The rule.
    pub draft: RuleDraft,
    /// The lines; those of further grants have the suffix that their fields have in a form.
    pub lines: Lines,
}

/// Where something is in the file.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// Where it begins.
    pub own: usize,
    /// Where its keys are.
    pub keys: Vec<(String, usize)>,
}

impl Lines {
    /// The line of that field, or the first one.
    pub fn of(&self, field: &str) -> usize {
        self.keys.iter().find(|(key, _)| key == field).map_or(self.own, |(_, line)| *line)
    }
}

/// Why a file cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFault {
    /// The line.
    pub line: usize,
    /// What is wrong there, in English.
    pub message: String,
}
