//! All apps and rules, compiled for the check: found by address, judged without asking a store.

use std::collections::HashMap;
use std::sync::Arc;

use super::access::{Denial, Visitor};
use super::app_address::{self, AppAddress};
use super::apps::{App, AppRef, DefaultAccess};
use super::origin::Origin;
use super::path::{self, Meaning};
use super::rules::{Circumstances, Grant, Rule, RuleMethods, RulePath, Who};

/// An app with its rules.
#[derive(Clone, Debug)]
pub struct CompiledApp {
    app: App,
    rules: Vec<Rule>,
    /// What applies where there is no rule.
    fallback: Rule,
    /// The numbers of the rules by path, in every spelling; those that name methods come first.
    by_path: HashMap<Vec<u8>, Vec<usize>>,
    /// Segments of the longest path.
    depth: usize,
}

impl CompiledApp {
    /// Compiles `rules`, of which no two tie.
    pub fn new(app: App, rules: Vec<Rule>) -> Self {
        let mut by_path: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (number, rule) in rules.iter().enumerate() {
            for spelling in rule.path.spellings() {
                let there = by_path.entry(spelling).or_default();
                if rule.methods.names_some() { there.insert(0, number) } else { there.push(number) }
            }
        }
        let who = match app.default_access {
            DefaultAccess::SignedIn => Who::SignedIn,
            DefaultAccess::Nobody => Who::Nobody,
        };
        let fallback = Rule {
            id: None,
            path: RulePath::default(),
            methods: RuleMethods::default(),
            grants: vec![Grant::plain(who)],
        };
        let depth = rules.iter().map(|rule| rule.path.depth()).max().unwrap_or(0);
        Self { app, rules, fallback, by_path, depth }
    }

    /// The app.
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Its rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether some rule names methods: then no header may name another method.
    pub fn has_method_rules(&self) -> bool {
        self.rules.iter().any(|rule| rule.methods.names_some())
    }

    /// Gives `judge` the rule that applies to each thing that programs may mean by `raw`, with that path, decoded; all
    /// rules if that is unclear (S113).
    pub fn each_rule<'a>(&'a self, method: &str, raw: &str, mut judge: impl FnMut(&[u8], &'a Rule)) {
        if self.rules.is_empty() {
            return judge(raw.as_bytes(), &self.fallback);
        }
        match path::meaning(raw) {
            Meaning::Plain => judge(raw.as_bytes(), self.rule_of(method, raw.as_bytes())),
            Meaning::Several(paths) => paths.iter().for_each(|path| judge(path, self.rule_of(method, path))),
            Meaning::Unclear => self.all_rules().for_each(|rule| judge(raw.as_bytes(), rule)),
        }
    }

    /// Whether `visitor` is let in, or would be after a proof, somewhere in the app.
    pub fn may_enter(&self, visitor: &Visitor, at: Circumstances) -> bool {
        self.all_rules().any(|rule| rule.denial(Some(visitor), at) != Some(Denial::Forbidden))
    }

    /// Every rule that can apply to some request.
    fn all_rules(&self) -> impl Iterator<Item = &Rule> {
        let covers_all = |rule: &Rule| rule.path == RulePath::default() && !rule.methods.names_some();
        let fallback = Some(&self.fallback).filter(|_| !self.rules.iter().any(covers_all));
        self.rules.iter().chain(fallback)
    }

    /// The rule with the longest path that is a prefix of `path` and covers `method`.
    fn rule_of(&self, method: &str, path: &[u8]) -> &Rule {
        let mut prefix = path.strip_suffix(b"/").unwrap_or(path);
        let mut depth = prefix.split(|byte| *byte == b'/').count() - 1;
        while depth > 0 {
            if depth <= self.depth
                && let Some(rule) = self.rule_at(method, prefix)
            {
                return rule;
            }
            let end = prefix.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            prefix = prefix.get(..end).unwrap_or_default();
            depth -= 1;
        }
        self.rule_at(method, b"").unwrap_or(&self.fallback)
    }

    fn rule_at(&self, method: &str, prefix: &[u8]) -> Option<&Rule> {
        let mut here = self.by_path.get(prefix)?.iter().filter_map(|number| self.rules.get(*number));
        here.find(|rule| rule.methods.cover(method))
    }
}

/// All apps that are switched on or off, by address.
#[derive(Debug)]
pub struct AppTable {
    /// The address of `APP_URL`, which no wildcard includes.
    portal: AppAddress,
    apps: Vec<Arc<CompiledApp>>,
    /// By the text of their addresses.
    by_address: HashMap<String, Arc<CompiledApp>>,
    /// The address that is alone on its host.
    by_host: HashMap<String, Option<(Arc<CompiledApp>, String)>>,
    has_wildcards: bool,
    has_ends: bool,
}

impl AppTable {
    /// Compiles `apps`, whose addresses do not overlap, except that an exact one may be among those of a wildcard.
    pub fn new(portal: AppAddress, apps: Vec<CompiledApp>) -> Self {
        let (by_address, by_host) = (HashMap::new(), HashMap::new());
        let mut table = Self { portal, apps: Vec::new(), by_address, by_host, has_wildcards: false, has_ends: false };
        for app in apps.into_iter().map(Arc::new) {
            let grants = app.rules.iter().flat_map(|rule| &rule.grants);
            table.has_ends |= grants.into_iter().any(|grant| grant.until.is_some());
            for address in &app.app.addresses {
                table.has_wildcards |= address.has_wildcard();
                // The first one keeps an address that another has since `APP_URL` was changed.
                table.by_address.entry(address.as_str().to_owned()).or_insert_with(|| Arc::clone(&app));
                let alone = || Some((Arc::clone(&app), address.as_str().to_owned()));
                table.by_host.entry(address.host().to_owned()).and_modify(|alone| *alone = None).or_insert_with(alone);
            }
            table.apps.push(app);
        }
        table
    }

    /// Whether some grant ends at a moment.
    pub const fn has_ends(&self) -> bool {
        self.has_ends
    }

    /// Every app, also those that are switched off.
    pub fn apps(&self) -> &[Arc<CompiledApp>] {
        &self.apps
    }

    /// The app with that identifier.
    pub fn app(&self, id: &AppRef) -> Option<&Arc<CompiledApp>> {
        self.apps.iter().find(|app| app.app.id == *id)
    }

    /// The app at `origin`, unless it is switched off. An exact address wins over one with a wildcard (S112).
    pub fn find(&self, origin: &Origin) -> Option<&Arc<CompiledApp>> {
        match origin.port() {
            None => self.find_at(origin.host()),
            Some(_) => self.find_at(&origin.authority()),
        }
    }

    /// The app at `host[:port]`, which is canonical: the fast way if it is spelled as the address is.
    pub fn find_exact(&self, authority: &str) -> Option<&Arc<CompiledApp>> {
        self.by_address.get(authority).filter(|app| app.app.enabled && !authority.contains('*'))
    }

    /// The app that a proxy means by `origin`, and its `host[:port]`: some proxies leave out the port, and some do not
    /// know that TLS ended before them. The port that is left out is that of the only address on the host.
    pub fn find_forwarded(&self, origin: &Origin) -> Option<(&Arc<CompiledApp>, String)> {
        if !matches!(origin.port(), None | Some(80 | 443)) {
            return self.find(origin).map(|app| (app, origin.authority()));
        }
        let host = origin.host();
        let (app, authority) = match self.entry(host) {
            Some(app) => (app, host.to_owned()),
            None => self.by_host.get(host)?.as_ref().map(|(app, authority)| (app, authority.clone()))?,
        };
        Some((app, authority)).filter(|(app, _)| app.app.enabled)
    }

    /// Whether `origin` is an address of some app, switched on or off.
    pub fn is_taken(&self, origin: &Origin) -> bool {
        self.entry(&origin.authority()).is_some()
    }

    /// The app at `APP_URL`, and its `host[:port]`.
    pub fn at_portal(&self) -> Option<(&Arc<CompiledApp>, String)> {
        let authority = self.portal.as_str();
        self.find_exact(authority).map(|app| (app, authority.to_owned()))
    }

    /// The app at `host[:port]`, which is canonical.
    pub fn find_at(&self, authority: &str) -> Option<&Arc<CompiledApp>> {
        self.entry(authority).filter(|app| app.app.enabled)
    }

    /// An exact address of an app that is switched off still hides a wildcard.
    fn entry(&self, authority: &str) -> Option<&Arc<CompiledApp>> {
        if let Some(app) = self.by_address.get(authority) {
            return Some(app);
        }
        if !self.has_wildcards || authority == self.portal.as_str() {
            return None;
        }
        let labels = authority.split(':').next().unwrap_or_default().split('.').count();
        (0..labels).find_map(|place| self.by_address.get(&app_address::with_wildcard(authority, place)))
    }

    /// The address of another app that `address` collides with.
    pub fn collision(&self, address: &AppAddress, own: &AppRef) -> Option<(&App, &AppAddress)> {
        let others = self.apps.iter().filter(|app| app.app.id != *own).map(|app| &app.app);
        let mut all = others.flat_map(|app| app.addresses.iter().map(move |there| (app, there)));
        all.find(|(_, there)| there.has_wildcard() == address.has_wildcard() && there.overlaps(address))
    }
}
