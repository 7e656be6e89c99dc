//! All apps and rules, compiled for the check: found by address, judged without asking a store.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::access::{Denial, Visitor};
use super::app_address::{self, AppAddress};
use super::app_counts::Decisions;
use super::apps::{App, AppRef, DefaultAccess};
use super::origin::Origin;
use super::path::{self, Meaning};
use super::rules::{Circumstances, Grant, Rule, RuleMethods, RulePath, UNKNOWN_METHOD, Who};

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
    has_method_rules: bool,
    decisions: Arc<Decisions>,
    fixed_values: Vec<(String, FixedValue)>,
    prepared: OnceLock<Arc<dyn Any + Send + Sync>>,
}

/// The value of a fixed header, opened.
#[derive(Clone)]
pub struct FixedValue(String);

impl FixedValue {
    /// Keeps a value.
    pub const fn new(value: String) -> Self {
        Self(value)
    }

    /// The value, for the app alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for FixedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
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
        let has_method_rules = rules.iter().any(|rule| rule.methods.names_some());
        let (decisions, fixed_values, prepared) = (Arc::default(), Vec::new(), OnceLock::new());
        Self { app, rules, fallback, by_path, depth, has_method_rules, decisions, fixed_values, prepared }
    }

    /// Sends fixed headers with these values.
    #[must_use]
    pub fn with_fixed_values(mut self, values: Vec<(String, FixedValue)>) -> Self {
        self.fixed_values = values;
        self
    }

    /// The fixed headers: names and values.
    pub fn fixed_values(&self) -> &[(String, FixedValue)] {
        &self.fixed_values
    }

    /// What the gate derives from the app, made once: the check has it ready.
    pub fn prepared<T: Any + Send + Sync>(&self, make: impl Fn() -> T) -> Arc<T> {
        let prepared = self.prepared.get_or_init(|| Arc::new(make()));
        Arc::clone(prepared).downcast().unwrap_or_else(|_other| Arc::new(make()))
    }

    /// Counts the decisions about it there, where an earlier table may have counted.
    #[must_use]
    pub fn counted_in(mut self, decisions: Arc<Decisions>) -> Self {
        self.decisions = decisions;
        self
    }

    /// How many requests were let in, and how many were not.
    pub const fn decisions(&self) -> &Arc<Decisions> {
        &self.decisions
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
    pub const fn has_method_rules(&self) -> bool {
        self.has_method_rules
    }

    /// Gives `judge` the rule that applies to each thing that programs may mean by `raw`, with that path, decoded; all
    /// rules if that is unclear, or if a rule names methods and nobody says which it is (S113).
    pub fn each_rule<'a>(&'a self, method: &str, raw: &str, mut judge: impl FnMut(&[u8], &'a Rule)) {
        if self.rules.is_empty() {
            return judge(raw.as_bytes(), &self.fallback);
        }
        match path::meaning(raw) {
            _ if method == UNKNOWN_METHOD && self.has_method_rules => {
                self.all_rules().for_each(|rule| judge(raw.as_bytes(), rule));
            }
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

/// An address of an app where requests are sent: what a `*` in it stands for is known.
#[derive(Debug)]
pub struct Place {
    app: Arc<CompiledApp>,
    origin: Origin,
    is_portal: bool,
}

impl Place {
    /// The app.
    pub const fn app(&self) -> &Arc<CompiledApp> {
        &self.app
    }

    /// The origin, with the scheme of `APP_URL`.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The origin where sessions of the app are good; `None` at `APP_URL`, where the portal is.
    pub fn app_origin(&self) -> Option<&Origin> {
        Some(&self.origin).filter(|_| !self.is_portal)
    }
}

/// All apps, by address. Those that are switched off are found by nobody, but keep their addresses.
#[derive(Debug)]
pub struct AppTable {
    /// `APP_URL`, which no wildcard includes.
    portal: Origin,
    apps: Vec<Arc<CompiledApp>>,
    /// By the text of their addresses without a wildcard.
    places: HashMap<String, Arc<Place>>,
    /// By the text of their addresses with one.
    wildcards: HashMap<String, Arc<CompiledApp>>,
    /// The address that is alone on its host.
    by_host: HashMap<String, Option<Arc<Place>>>,
    has_ends: bool,
    /// Whether two apps have a host in common, at different ports.
    has_shared_hosts: bool,
}

impl AppTable {
    /// Compiles `apps`, whose addresses do not overlap, except that an exact one may be among those of a wildcard.
    pub fn new(portal: Origin, apps: Vec<CompiledApp>) -> Self {
        let (places, wildcards, by_host) = (HashMap::new(), HashMap::new(), HashMap::new());
        let (has_ends, has_shared_hosts) = (false, false);
        let mut table = Self { portal, apps: Vec::new(), places, wildcards, by_host, has_ends, has_shared_hosts };
        for app in apps {
            table.add(app);
        }
        table
    }

    /// Adds an app that goes together with the others.
    pub fn add(&mut self, app: CompiledApp) {
        let app = Arc::new(app);
        let grants = app.rules.iter().flat_map(|rule| &rule.grants);
        self.has_ends |= grants.into_iter().any(|grant| grant.until.is_some());
        for address in &app.app.addresses {
            let is_shared = self.sharing(address, &app.app.id).next().is_some();
            self.has_shared_hosts |= is_shared;
            self.add_address(&app, address);
        }
        self.apps.push(app);
    }

    /// The first app keeps an address that another has since `APP_URL` was changed.
    fn add_address(&mut self, app: &Arc<CompiledApp>, address: &AppAddress) {
        let Some(origin) = address.origin(self.portal.is_https()) else {
            self.wildcards.entry(address.as_str().to_owned()).or_insert_with(|| Arc::clone(app));
            return;
        };
        let place = Arc::new(self.place(app, origin));
        self.by_host
            .entry(address.host().to_owned())
            .and_modify(|alone| *alone = None)
            .or_insert_with(|| Some(Arc::clone(&place)));
        self.places.entry(address.as_str().to_owned()).or_insert(place);
    }

    fn place(&self, app: &Arc<CompiledApp>, origin: Origin) -> Place {
        Place { app: Arc::clone(app), is_portal: origin == self.portal, origin }
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

    /// The app at `origin`, whatever its scheme, unless it is switched off. An exact address wins over one with a
    /// wildcard (S112).
    pub fn find(&self, origin: &Origin) -> Option<Arc<Place>> {
        self.entry(origin.authority()).filter(|place| place.app.app.enabled)
    }

    /// The app at `host[:port]`, if that is spelled as an address of the app is: the fast way.
    pub fn find_spelled(&self, authority: &str) -> Option<&Arc<Place>> {
        self.places.get(authority).filter(|place| place.app.app.enabled)
    }

    /// The app that a proxy means by `origin`: some proxies leave out the port, and some do not know that TLS ended
    /// before them. The port that is left out is that of the only address on the host.
    pub fn find_forwarded(&self, origin: &Origin) -> Option<Arc<Place>> {
        if !matches!(origin.port(), None | Some(80 | 443)) {
            return self.find(origin);
        }
        let alone = || self.by_host.get(origin.host())?.clone();
        self.entry(origin.host()).or_else(alone).filter(|place| place.app.app.enabled)
    }

    /// Whether `origin` is an address of some app, switched on or off.
    pub fn is_taken(&self, origin: &Origin) -> bool {
        self.entry(origin.authority()).is_some()
    }

    /// The app at `APP_URL`.
    pub fn at_portal(&self) -> Option<&Arc<Place>> {
        self.find_spelled(self.portal.authority())
    }

    /// An exact address of an app that is switched off still hides a wildcard.
    fn entry(&self, authority: &str) -> Option<Arc<Place>> {
        if let Some(place) = self.places.get(authority) {
            return Some(Arc::clone(place));
        }
        if self.wildcards.is_empty() || authority == self.portal.authority() {
            return None;
        }
        let labels = authority.split(':').next().unwrap_or_default().split('.').count();
        let app = (0..labels).find_map(|place| self.wildcards.get(&app_address::with_wildcard(authority, place)))?;
        Some(Arc::new(self.place(app, Origin::parse(self.portal.is_https(), authority)?)))
    }

    /// Whether another app has the host of `place` at another port. Proxies choose by the host, and the visitor names
    /// the port: one that asks about the one app could be forwarding to the other.
    pub fn shares_host(&self, place: &Place) -> bool {
        self.has_shared_hosts && self.sharing(&AppAddress::of(&place.origin), &place.app.app.id).next().is_some()
    }

    /// Other apps that have the host of `address` at another port.
    pub fn sharing(&self, address: &AppAddress, own: &AppRef) -> impl Iterator<Item = &App> {
        let others = self.apps.iter().map(|app| &app.app).filter(move |app| app.id != *own);
        others.filter(move |app| {
            app.addresses.iter().any(|there| there.port() != address.port() && there.shares_host(address))
        })
    }

    /// The address of another app that `address` collides with.
    pub fn collision(&self, address: &AppAddress, own: &AppRef) -> Option<(&App, &AppAddress)> {
        let others = self.apps.iter().filter(|app| app.app.id != *own).map(|app| &app.app);
        let mut all = others.flat_map(|app| app.addresses.iter().map(move |there| (app, there)));
        all.find(|(_, there)| there.has_wildcard() == address.has_wildcard() && there.overlaps(address))
    }
}
