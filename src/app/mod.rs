//! Builds every part from the configuration, and shuts it down again.

pub(crate) mod keys;
mod listeners;
mod server;

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use actix_web::dev::{Server, ServerHandle};
use listeners::Listeners;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::accounts;
use crate::accounts::{Accounts, Parts, Phase};
use crate::config::tls::CertificateSource;
use crate::config::{Config, DatabaseUrl, Faults, SessionStoreUrl, data_dir, variables};
use crate::crypto::keys::Keys;
use crate::domain::time::{Clock, Timestamp};
use crate::jobs::{Jobs, Watch};
use crate::mail::{MailError, Transport};
use crate::storage::redis_sessions::RedisSessions;
use crate::storage::session_store::SessionStore;
use crate::storage::{Database, StorageError, migrate};
use crate::tls::certificates::Certificates;
use crate::tls::files::WatchedFiles;

/// Threads for database work.
const BLOCKING_THREADS: usize = 16;

/// The machine's clock.
pub struct SystemClock(Instant);

#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
impl SystemClock {
    /// A clock whose monotonic time starts now.
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_secs(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    fn micros(&self) -> u64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Settings that the environment cannot change.
pub struct Internals {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// bcrypt cost instead of the configured one, for tests.
    pub hash_cost: Option<u32>,
    /// Port 0 instead of the configured one, for tests.
    pub any_port: bool,
    /// Authorities that an ACME server may have its certificate from, besides those of the system, for tests.
    pub acme_ca_file: Option<PathBuf>,
}

impl Default for Internals {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock::new()), hash_cost: None, any_port: false, acme_ca_file: None }
    }
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Settings or files.
    #[error("{0}")]
    Faults(#[from] Faults),
    /// The database.
    #[error("DATABASE_URL: {0}")]
    Storage(#[from] StorageError),
    /// The session store.
    #[error("REDIS_URL: {0}")]
    Redis(#[source] StorageError),
    /// The mail settings.
    #[error("SMTP_HOST: {0}")]
    Mail(#[from] MailError),
    /// Accounts.
    #[error("{0}")]
    Accounts(#[from] accounts::AccountError),
    /// The address to listen on.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// TLS.
    #[error("{0}")]
    Tls(#[from] rustls::Error),
}

/// The store and the accounts, without a server: what the command line needs.
pub struct Core {
    /// People, sessions, tokens.
    pub accounts: Accounts,
    config: Arc<Config>,
    keys: Keys,
    runtime: Option<Runtime>,
}

impl Core {
    /// Opens everything below HTTP.
    pub fn open(config: &Config, internals: &Internals) -> Result<Self, StartError> {
        let config = Arc::new(config.clone());
        for warning in config.ensure_data_dir()?.iter().chain(&config.warnings) {
            tracing::warn!("{warning}");
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_name("blocking")
            .enable_all()
            .build()?;
        let database = Database::open(&config.database, runtime.handle().clone())?;
        let session_store = match &config.session_store {
            SessionStoreUrl::Database => SessionStore::Database,
            SessionStoreUrl::Redis(url) => SessionStore::Redis(RedisSessions::open(url).map_err(StartError::Redis)?),
        };
        // Nodes that start at once take turns: one migrates and creates the secrets, the others find that done.
        let keys = database.exclusively(|| {
            migrate::run(&database)?;
            if let DatabaseUrl::Sqlite(path) = &config.database {
                narrow(path)?;
            }
            keys::of_server(&config, &database)
        })?;
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let accounts = Accounts::open(Parts {
            database,
            session_store,
            clock: Arc::clone(&internals.clock),
            keys: keys.clone(),
            hash_cost: internals.hash_cost.unwrap_or(config.passwords.cost),
            hash_workers: workers,
            mail: Transport::new(&config.mail, &config.site.name, config.server.app_url.host(), &config.data_dir)?,
            certificates: Certificates::new(config.server.app_url.host()),
            acme_ca_file: internals.acme_ca_file.clone(),
            config: Arc::clone(&config),
        })?;
        check_claim_marker(&config, &accounts)?;
        Ok(Self { accounts, config, keys, runtime: Some(runtime) })
    }

    /// Runs `work` on the core's runtime.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.accounts.database().runtime().block_on(work)
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        // Running operations get a moment to finish; a runtime must not be dropped where async code runs.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The server, ready to run.
pub struct App {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it leads to https, if it speaks that itself.
    pub http_address: Option<SocketAddr>,
    /// Await this to serve.
    pub server: Server,
    /// Stops the server.
    pub handle: ServerHandle,
    /// The link to the set-up page, until somebody has claimed the instance.
    pub setup_link: Option<String>,
    /// Must live as long as the server.
    pub running: Running,
}

/// Dropped after the server: the watch, the store, the lock.
pub struct Running {
    jobs: Option<Jobs>,
    pub(crate) core: Core,
    _lock: Option<File>,
}

impl Running {
    /// The threads of the database, to which the log of a test belongs.
    pub fn runtime(&self) -> &Handle {
        self.core.accounts.database().runtime()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.jobs.take());
    }
}

/// Opens the core, binds the address and builds the server.
pub fn build(config: &Config, internals: &Internals) -> Result<App, StartError> {
    if let SessionStoreUrl::Redis(url) = &config.session_store {
        RedisSessions::try_out(url).map_err(StartError::Redis)?;
    }
    let core = Core::open(config, internals)?;
    let lock = lock(&config.database)?;
    end_old_sessions(config, &core)?;
    warn_of_lost_passkeys(&core)?;
    let mut shown = config.shown();
    if matches!(config.database, DatabaseUrl::Postgres(_)) {
        // A restart of one node changes nothing of the others.
        variables::of_nodes().for_each(|name| drop(shown.remove(name)));
    }
    core.block_on(core.accounts.record_configuration(shown))?;
    core.block_on(core.accounts.refresh_certificates())?;
    let watched = watched_files(config, &core)?;
    let listeners = Listeners::bind(config, internals)?;
    let (address, http_address) = (listeners.main.local_addr()?, listeners.address_for_http()?);
    // For `health`: with https also the name for which there is a certificate.
    let name = config.server.tls.as_ref().map_or("", |_| config.server.app_url.host());
    data_dir::replace(&config.data_dir.join(data_dir::ADDRESS), format!("{address} {name}").trim_end())?;
    let server = server::run(&core, listeners)?;
    let watch = Watch::open(core.accounts.clone())?;
    // A change of the secret waits for this, or finds this node in the list: what is sealed from here on can be opened.
    keys::check_again(config, core.accounts.database(), &core.keys)?;
    let jobs = Jobs::start(watch, watched)?;
    core.block_on(core.accounts.ensure_signing_key())?;
    // Before anybody is answered: whoever finds the server answering finds the token.
    let setup_link = core.block_on(core.accounts.setup_link())?;
    Ok(App {
        address,
        http_address,
        handle: server.handle(),
        server,
        setup_link,
        running: Running { jobs: Some(jobs), core, _lock: lock },
    })
}

/// The files of certificates, after the server has found good ones in them.
fn watched_files(config: &Config, core: &Core) -> Result<Option<WatchedFiles>, StartError> {
    let Some(CertificateSource::Files(files)) = config.server.tls.as_ref().map(|tls| &tls.source) else {
        return Ok(None);
    };
    let mut watched = WatchedFiles::new(files.clone());
    let loaded = watched.load(core.accounts.certificates());
    loaded.map_err(|fault| {
        let mut faults = Faults::default();
        faults.add(fault.variable(), fault.to_string());
        faults
    })?;
    // Not a reason to stop: the files may be replaced while the server runs.
    core.accounts.warn_of_unfit_files();
    Ok(Some(watched))
}

/// Ends open sessions, if the settings require it.
fn end_old_sessions(config: &Config, core: &Core) -> Result<(), StartError> {
    // A session ended in one store would stay live in the other (S50).
    let elsewhere = used_other_session_store(config, core)?;
    if !elsewhere && !config.sessions.expire_on_restart {
        return Ok(());
    }
    let ended = core.block_on(core.accounts.end_every_session())?;
    let why =
        if elsewhere { "SESSION_STORE has changed since the last start" } else { "EXPIRE_AUTH_TOKENS_ON_RESTART" };
    tracing::warn!(sessions.ended = ended, why, "all sessions were ended at the start");
    Ok(())
}

/// Whether the server kept sessions in another store at its last start.
fn used_other_session_store(config: &Config, core: &Core) -> Result<bool, StartError> {
    let kept_in = core.block_on(core.accounts.noted("SESSION_STORE"))?;
    Ok(kept_in.is_some() && kept_in.as_ref() != config.shown().get("SESSION_STORE"))
}

/// Says in the log that passkeys do not work any more; the checklist says so, too.
fn warn_of_lost_passkeys(core: &Core) -> Result<(), StartError> {
    if let Some(lost) = core.block_on(core.accounts.lost_passkeys())? {
        tracing::warn!(
            passkeys = lost.count,
            host = lost.hosts,
            "passkeys were made for another host than that of APP_URL, and do not work"
        );
    }
    Ok(())
}

/// A database without an owner next to the marker of one was lost or emptied: set-up must not open again (S04).
fn check_claim_marker(config: &Config, accounts: &Accounts) -> Result<(), StartError> {
    let marker = config.data_dir.join(data_dir::CLAIMED);
    match (accounts.phase(), marker.exists()) {
        (Phase::Claimed, false) => accounts.keep_claim_marker(),
        (Phase::Unclaimed | Phase::Legacy, true) => {
            let mut faults = Faults::default();
            faults.add(
                "DATABASE_URL",
                format!(
                    "the database has no owner, but according to {} there was one, so the \
                database was lost or emptied. Restore it from a backup; to start from scratch, remove that \
                file.",
                    marker.display()
                ),
            );
            return Err(faults.into());
        }
        _ => {}
    }
    if accounts.phase() == Phase::Claimed && config.legacy.is_some() {
        tracing::warn!(
            "FLOWISE_USERNAME and FLOWISE_PASSWORD have no effect any more, since the instance has an owner; remove \
                them"
        );
    }
    Ok(())
}

/// Ensures that one SQLite file is used by one server.
pub(crate) fn lock(database: &DatabaseUrl) -> Result<Option<File>, StartError> {
    let DatabaseUrl::Sqlite(path) = database else { return Ok(None) };
    let file =
        File::options().create(true).truncate(false).write(true).mode(0o600).open(path.with_extension("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => {
            let mut faults = Faults::default();
            faults.add(
                "DATABASE_URL",
                format!(
                    "a server is already running with {}: stop it first, or set DATA_DIR to \
                another folder. Only PostgreSQL supports several servers at once.",
                    path.display()
                ),
            );
            Err(faults.into())
        }
        Err(TryLockError::Error(fault)) => Err(fault.into()),
    }
}

pub(crate) fn narrow(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("{}{suffix}", path.display());
        if Path::new(&file).exists() {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}
