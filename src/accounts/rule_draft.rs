//! Rules as typed, and what they mean.

use std::collections::BTreeSet;
use std::fmt;

use ipnet::IpNet;

use super::app_draft::Faults;
use super::{AccountError, Accounts, FieldFault};
use crate::crypto::random;
use crate::domain::email::Email;
use crate::domain::groups::GroupName;
use crate::domain::ids::{RuleId, UserId};
use crate::domain::lists::{entries, lines};
use crate::domain::networks;
use crate::domain::rules::{Grant, Rule, RuleMethods, RulePath, Who, WhoKind};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::storage::{Connection, StorageError, groups, users};

/// Maximum age of a proof of identity, in minutes: a year.
const MAX_WITHIN: u64 = 525_600;

/// Maximum grants of a rule; a form has to have room for all their fields.
pub const MAX_GRANTS: usize = 8;

/// What the names of a grant's fields end in: nothing for the first, then `_2` and so on.
pub fn suffix(number: usize) -> String {
    if number == 1 { String::new() } else { format!("_{number}") }
}

/// A rule as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleDraft {
    /// The path.
    pub path: String,
    /// The methods; empty for all.
    pub methods: String,
    /// Whom it lets in; at least one.
    pub grants: Vec<GrantDraft>,
}

/// A grant as typed. Lists are separated by commas or white space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantDraft {
    /// `public`, `signed-in`, `members` or `nobody`; empty for `members` if groups or people are given.
    pub who: String,
    /// The groups.
    pub groups: String,
    /// The addresses of the people.
    pub people: String,
    /// The networks that the client must be in.
    pub networks: String,
    /// Whether a second factor is needed.
    pub factor: bool,
    /// Maximum age of the last proof of identity, in minutes.
    pub within: String,
    /// Until when, in RFC 3339; a date means the end of that day, UTC.
    pub until: String,
}

impl RuleDraft {
    /// The rule that is meant, if groups and people exist and it ties with none of `others`; else every fault.
    pub(super) fn parse(
        &self,
        c: &mut Connection,
        id: &RuleId,
        others: &[Rule],
    ) -> Result<Result<Rule, Vec<FieldFault>>, StorageError> {
        let known = self.lock_groups(c)?;
        self.parse_with(c, &known, id, others)
    }

    /// [`Self::parse`] where all groups that exist are `known`, and locked.
    pub(super) fn parse_with(
        &self,
        c: &mut Connection,
        known: &BTreeSet<GroupName>,
        id: &RuleId,
        others: &[Rule],
    ) -> Result<Result<Rule, Vec<FieldFault>>, StorageError> {
        let mut faults = Faults(Vec::new());
        let path = RulePath::parse(self.path.trim()).map_err(|fault| faults.add("path", fault));
        let methods = RuleMethods::parse(&self.methods).map_err(|fault| faults.add("methods", fault));
        if self.grants.is_empty() {
            faults.add("who", Text::new("grant-who"));
        } else if self.grants.len() > MAX_GRANTS {
            faults.add("who", Text::new("grants-too-many").with("max", MAX_GRANTS));
        }
        let mut grants = Vec::new();
        for (number, draft) in (1..).zip(&self.grants) {
            let before = faults.0.len();
            grants.push(draft.parse(c, known, &mut faults)?);
            for fault in faults.0.iter_mut().skip(before) {
                fault.field = format!("{}{}", fault.field, suffix(number)).into();
            }
        }
        let (Ok(path), Ok(methods), true) = (path, methods, faults.0.is_empty()) else { return Ok(Err(faults.0)) };
        let ties = |other: &&Rule| other.id.as_ref() != Some(id) && other.path == path && other.methods.tie(&methods);
        if let Some(other) = others.iter().find(ties) {
            let text = if other.methods.names_some() { "rule-tie-methods" } else { "rule-tie" };
            faults.add("path", Text::new(text).with("methods", other.methods.to_string()));
            return Ok(Err(faults.0));
        }
        Ok(Ok(Rule { id: Some(id.clone()), path, methods, grants }))
    }
}

impl RuleDraft {
    /// The groups that exist, of those that are named; they stay until the transaction ends. Every transaction locks
    /// groups in the order of their names.
    fn lock_groups(&self, c: &mut Connection) -> Result<BTreeSet<GroupName>, StorageError> {
        let typed = self.grants.iter().flat_map(|grant| entries(&grant.groups));
        let names: BTreeSet<GroupName> = typed.filter_map(|text| GroupName::parse(text).ok()).collect();
        let mut known = BTreeSet::new();
        for name in names {
            if groups::lock(c, &name)? {
                known.insert(name);
            }
        }
        Ok(known)
    }
}

impl GrantDraft {
    fn parse(
        &self,
        c: &mut Connection,
        known: &BTreeSet<GroupName>,
        faults: &mut Faults,
    ) -> Result<Grant, StorageError> {
        let (groups, people) = (self.parse_groups(known, faults), self.parse_people(c, faults)?);
        let is_given = entries(&self.groups).chain(entries(&self.people)).next().is_some();
        let kind = match self.who.trim() {
            "" if is_given => Some(WhoKind::Members),
            "groups" | "people" => Some(WhoKind::Members),
            text => WhoKind::parse(text),
        };
        let who = match kind {
            Some(WhoKind::Members) if is_given => Who::Members { groups, people },
            Some(WhoKind::Public) if !is_given => Who::Public,
            Some(WhoKind::SignedIn) if !is_given => Who::SignedIn,
            Some(WhoKind::Nobody) if !is_given => Who::Nobody,
            Some(_) => {
                faults.add("who", Text::new("grant-who-and-names"));
                Who::Nobody
            }
            None => {
                faults.add("who", Text::new("grant-who"));
                Who::Nobody
            }
        };
        let within = faults.number("within", &self.within, MAX_WITHIN).and_then(|minutes| i64::try_from(minutes).ok());
        if matches!(who, Who::Public) && (self.factor || within.is_some()) {
            let field = if self.factor { "factor" } else { "within" };
            faults.add(field, Text::new("grant-public-proof"));
        }
        let until = match self.until.trim() {
            "" => None,
            text => {
                let moment = Timestamp::parse(text);
                if moment.is_none() {
                    faults.add("until", Text::new("grant-until"));
                }
                moment
            }
        };
        let networks = parse_networks(&self.networks, faults);
        Ok(Grant { id: random::id(), who, networks, factor: self.factor, within, until })
    }

    fn parse_groups(&self, known: &BTreeSet<GroupName>, faults: &mut Faults) -> Vec<GroupName> {
        let mut found = BTreeSet::new();
        for text in entries(&self.groups) {
            match GroupName::parse(text).ok().filter(|group| known.contains(group)) {
                Some(group) => drop(found.insert(group)),
                None => faults.add("groups", Text::new("grant-group-unknown").with("group", text.to_owned())),
            }
        }
        found.into_iter().collect()
    }

    fn parse_people(&self, c: &mut Connection, faults: &mut Faults) -> Result<Vec<UserId>, StorageError> {
        let mut found: Vec<UserId> = Vec::new();
        for text in entries(&self.people) {
            let record = match Email::parse(text) {
                Ok(email) => users::find_by_email(c, &email)?,
                Err(_fault) => None,
            };
            match record {
                Some(record) => found.push(record.user.id),
                None => faults.add("people", Text::new("grant-person-unknown").with("email", text.to_owned())),
            }
        }
        found.sort();
        found.dedup();
        Ok(found)
    }
}

/// The networks of a list.
pub(super) fn parse_networks(typed: &str, faults: &mut Faults) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for text in entries(typed) {
        match networks::parse(text) {
            Some(network) if networks.contains(&network.trunc()) => {}
            Some(network) => networks.push(network.trunc()),
            None => faults.add("networks", Text::new("grant-network").with("network", text.to_owned())),
        }
    }
    networks
}

impl fmt::Display for GrantDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.who)?;
        entries(&self.groups).try_for_each(|group| write!(f, " group {group}"))?;
        entries(&self.people).try_for_each(|email| write!(f, " {email}"))?;
        entries(&self.networks).try_for_each(|network| write!(f, " from {network}"))?;
        if self.factor {
            f.write_str(" with a second factor")?;
        }
        if !self.within.is_empty() {
            write!(f, " proved within {} minutes", self.within)?;
        }
        if self.until.is_empty() { Ok(()) } else { write!(f, " until {}", self.until) }
    }
}

impl fmt::Display for RuleDraft {
    /// In one line, for the audit log and the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = if self.methods.is_empty() { "all methods" } else { &self.methods };
        write!(f, "{} ({methods})", self.path)?;
        self.grants.iter().try_for_each(|grant| write!(f, "; {grant}"))
    }
}

impl Accounts {
    /// What would be typed for `rule`. People who are gone are left out.
    pub async fn draft_of_rule(&self, rule: &Rule) -> Result<RuleDraft, AccountError> {
        let rule = rule.clone();
        Ok(self.0.database.read(move |c| draft_of(c, &rule)).await?)
    }
}

pub(super) fn draft_of(c: &mut Connection, rule: &Rule) -> Result<RuleDraft, StorageError> {
    let grants = rule.grants.iter().map(|grant| draft_of_grant(c, grant)).collect::<Result<_, _>>()?;
    Ok(RuleDraft { path: rule.path.typed(), methods: rule.methods.to_string(), grants })
}

fn draft_of_grant(c: &mut Connection, grant: &Grant) -> Result<GrantDraft, StorageError> {
    let (mut groups, mut people) = (Vec::new(), Vec::new());
    if let Who::Members { groups: named, people: ids } = &grant.who {
        groups.extend(named.iter().map(GroupName::to_string));
        for id in ids {
            people.extend(users::find_by_id(c, id)?.map(|record| record.user.email.to_string()));
        }
    }
    // Whose groups and people are all gone lets nobody in.
    let is_emptied = matches!(grant.who, Who::Members { .. }) && groups.is_empty() && people.is_empty();
    Ok(GrantDraft {
        who: if is_emptied { WhoKind::Nobody } else { grant.who.kind() }.as_str().to_owned(),
        groups: groups.join("\n"),
        people: people.join("\n"),
        networks: lines(&grant.networks),
        factor: grant.factor,
        within: grant.within.map(|minutes| minutes.to_string()).unwrap_or_default(),
        until: grant.until.map(|until| until.to_string()).unwrap_or_default(),
    })
}
