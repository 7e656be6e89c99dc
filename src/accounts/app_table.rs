//! The compiled apps of this process, exact under change like cached sessions (docs/adr/0003, S115).
//!
//! A notice of a change makes the table stale at once; the next check, or the watch, reads it again. Without a lease
//! every check compares the number of the newest change with the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, Guard};

use super::signing_keys::SigningKeys;
use super::{AccountError, Accounts, fixed_headers};
use crate::config::Config;
use crate::crypto::sealed::Sealer;
use crate::domain::app_address::AppAddress;
use crate::domain::app_counts::{AppCounts, OTHERS};
use crate::domain::app_table::{AppTable, CompiledApp, FixedValue};
use crate::domain::apps::{App, AppRef, DEFAULT, DefaultAccess, HostHeader, Upstream};
use crate::domain::header_profile::HeaderProfile;
use crate::domain::measure::{self, Exposition};
use crate::domain::upstream::UpstreamUrl;
use crate::storage::{Connection, StorageError, apps};

/// How often the apps are read if they change meanwhile.
const MAX_READS: usize = 20;

/// A table and what it was compiled from.
pub struct Loaded {
    /// The apps.
    pub table: AppTable,
    /// What signs identities.
    pub keys: SigningKeys,
    /// The number of the newest change in it.
    number: i64,
    /// The state of [`AppTableCache::wanted`] before it was read.
    wanted: u64,
}

/// The table of this process.
pub(super) struct AppTableCache {
    current: ArcSwap<Loaded>,
    /// Rises with every notice of a change.
    wanted: AtomicU64,
    /// What is counted survives the tables.
    counts: AppCounts,
}

impl AppTableCache {
    /// The apps as they were read last, however long ago that is.
    pub(super) fn last_read(&self) -> Arc<Loaded> {
        self.current.load_full()
    }

    /// Reads the table for the first time.
    pub(super) fn open(c: &mut Connection, config: &Config, sealer: &Sealer) -> Result<Self, StorageError> {
        let counts = AppCounts::default();
        Ok(Self {
            current: ArcSwap::from_pointee(load(c, (config, sealer), 0, &counts)?),
            wanted: AtomicU64::new(0),
            counts,
        })
    }

    /// The table as it is known.
    pub(super) fn loaded(&self) -> Guard<Arc<Loaded>> {
        self.current.load()
    }

    /// Makes the table stale: the next check reads it again.
    pub(super) fn invalidate(&self) {
        self.wanted.fetch_add(1, Ordering::AcqRel);
    }

    fn is_stale(&self, loaded: &Loaded) -> bool {
        loaded.wanted != self.wanted.load(Ordering::Acquire)
    }
}

/// Reads until nothing changed meanwhile: the tables are read one after the other, and a mixture of two states could
/// let somebody in whom neither does.
fn load(
    c: &mut Connection,
    (config, sealer): (&Config, &Sealer),
    wanted: u64,
    counts: &AppCounts,
) -> Result<Loaded, StorageError> {
    for _ in 0..MAX_READS {
        let number = apps::number(c)?;
        let table = read_counted(c, config, counts, |app| fixed_headers::open_all(sealer, app))?;
        let keys = SigningKeys::load(c, sealer)?;
        if apps::number(c)? == number {
            return Ok(Loaded { table, keys, number, wanted });
        }
    }
    Err(StorageError::Unavailable("the apps keep changing while they are read".to_owned()))
}

/// Reads and compiles all apps, to judge a change by them; no secret is opened.
pub(super) fn read(c: &mut Connection, config: &Config) -> Result<AppTable, StorageError> {
    read_counted(c, config, &AppCounts::default(), |_app| Vec::new())
}

fn read_counted(
    c: &mut Connection,
    config: &Config,
    counts: &AppCounts,
    fixed: impl Fn(&App) -> Vec<(String, FixedValue)>,
) -> Result<AppTable, StorageError> {
    let app_url = &config.server.app_url;
    let mut stored = apps::all(c, app_url.is_https())?;
    let apps: Vec<App> = [default_app(config)].into_iter().chain(stored.apps).collect();
    let decisions = counts.of(&apps);
    let compiled = apps.into_iter().zip(decisions).map(|(mut app, decisions)| {
        app.enabled &= !stored.damaged.contains(&app.id);
        let rules = stored.rules.remove(&app.id).unwrap_or_default();
        let fixed = fixed(&app);
        CompiledApp::new(app, rules).counted_in(decisions).with_fixed_values(fixed)
    });
    let compiled = compiled.collect();
    Ok(AppTable::new(app_url.canonical().clone(), compiled))
}

/// The app at `APP_URL`: that of `UPSTREAM_URL`, or one behind another proxy.
fn default_app(config: &Config) -> App {
    let gate = &config.gate;
    let upstream = gate.upstream.as_ref().map(|authority| Upstream {
        url: UpstreamUrl::Http(authority.clone()),
        ca_file: None,
        host: HostHeader::Public,
        answer: None,
        max_upload: None,
        websocket_origins: Vec::new(),
    });
    App {
        id: AppRef::Default,
        name: DEFAULT.to_owned(),
        addresses: vec![AppAddress::of(config.server.app_url.canonical())],
        upstream,
        default_access: DefaultAccess::SignedIn,
        preflight: false,
        signed_identity: false,
        enabled: true,
        shown: gate.upstream.is_some() || !gate.forward_auth.is_empty(),
        session_secs: None,
        headers: HeaderProfile::default(),
        token_headers: Vec::new(),
    }
}

impl Accounts {
    /// The apps, if what is in memory is certainly up to date; no await, no lock.
    pub fn cached_apps(&self) -> Option<Guard<Arc<Loaded>>> {
        self.cached_apps_at(self.0.clock.monotonic())
    }

    /// [`Self::cached_apps`] at `monotonic`.
    pub fn cached_apps_at(&self, monotonic: Duration) -> Option<Guard<Arc<Loaded>>> {
        let loaded = self.0.apps.current.load();
        let usable = !self.0.apps.is_stale(&loaded) && self.0.cache.has_lease(monotonic);
        usable.then_some(loaded)
    }

    /// A number that differs after a change of apps or rules.
    pub fn apps_changes(&self) -> u64 {
        self.0.apps.wanted.load(Ordering::Acquire)
    }

    /// The apps, from memory or from the store.
    pub async fn apps(&self) -> Result<Arc<Loaded>, AccountError> {
        if let Some(loaded) = self.cached_apps() {
            return Ok(Guard::into_inner(loaded));
        }
        let this = self.clone();
        Ok(self.0.database.read(move |c| this.apps_from_store(c)).await?)
    }

    /// The apps as this process knows them, also where the store cannot be asked; read again only after a notice of a
    /// change.
    pub async fn known_apps(&self) -> Arc<Loaded> {
        let loaded = self.0.apps.current.load_full();
        if !self.0.apps.is_stale(&loaded) {
            return loaded;
        }
        self.apps().await.unwrap_or(loaded)
    }

    /// The apps, and whether they are certainly up to date. Without the store they are not: then nobody may be let in.
    pub async fn apps_if_possible(&self) -> (Arc<Loaded>, bool) {
        match self.apps().await {
            Ok(loaded) => (loaded, true),
            Err(fault) => {
                tracing::debug!(%fault, "the apps could not be read");
                (self.0.apps.current.load_full(), false)
            }
        }
    }

    /// The decisions about each app in memory, and about all that are not counted by themselves.
    pub(super) fn write_decisions(&self, page: &mut Exposition) {
        const NAME: &str = "portcullis_app_requests_total";
        let (loaded, others) = (self.0.apps.current.load(), self.0.apps.counts.others());
        page.begin(NAME, "counter", "Decisions about requests by app.");
        let by_itself = loaded.table.apps().iter().filter(|app| !Arc::ptr_eq(app.decisions(), others));
        let named = by_itself.map(|app| (app.app().name.as_str(), app.decisions()));
        for (name, decisions) in named.chain([(OTHERS, others)]) {
            let app = measure::label("app", name);
            page.counter(NAME, &format!("{app},verdict=\"allowed\""), &decisions.allowed);
            page.counter(NAME, &format!("{app},verdict=\"denied\""), &decisions.denied);
        }
    }

    /// The apps, read again if the store has others.
    pub(super) fn apps_from_store(&self, c: &mut Connection) -> Result<Arc<Loaded>, StorageError> {
        let cache = &self.0.apps;
        let loaded = cache.current.load_full();
        let wanted = cache.wanted.load(Ordering::Acquire);
        if loaded.wanted == wanted && apps::number(c)? == loaded.number {
            return Ok(loaded);
        }
        let loaded = Arc::new(load(c, (&self.0.config, &self.0.sealer), wanted, &cache.counts)?);
        cache.current.store(Arc::clone(&loaded));
        Ok(loaded)
    }
}
