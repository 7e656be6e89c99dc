//! The only entry point through which pages, API, gate and command line read or change people, sessions and tokens.
//!
//! An operation that ends sessions, or has more than one step, runs as a task of its own that includes notifying all
//! caches, so that a client that disconnects leaves nothing half done. No HTTP and no cookies here.

use std::future::Future;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};

use tokio::sync::{Notify, Semaphore};

use crate::config::Config;
use crate::crypto::device::DeviceKey;
use crate::crypto::jwt::Tokens;
use crate::crypto::keys::Keys;
use crate::crypto::opaque_token::TokenHasher;
use crate::crypto::password_hash::PasswordHasher;
use crate::crypto::random;
use crate::crypto::sealed::Sealer;
use crate::domain::app_url::AppUrl;
use crate::domain::audit::{AuditLine, Event};
use crate::domain::dialect::Dialect;
use crate::domain::ids::SessionId;
use crate::domain::time::Clock;
use crate::mail::Transport;
use crate::storage::session_store::SessionStore;
use crate::storage::{Database, settings};
use crate::tls::certificates::Certificates;

mod acme_account;
mod actor;
pub mod administer;
pub mod app_draft;
mod app_table;
pub mod apply;
mod apps;
pub mod ca_file;
pub mod ceremonies;
mod certificate_lease;
pub mod certificate_orders;
pub mod certificate_status;
pub mod certificate_warnings;
pub mod certificates;
pub mod confirm;
pub mod delivery;
mod difference;
pub mod enrolment;
pub mod entry_cache;
pub mod error;
pub mod explain;
mod fixed_headers;
pub mod groups;
pub mod handover;
mod header_draft;
mod icons;
pub mod import;
pub mod legacy;
pub mod link_draft;
pub mod links;
pub mod lists;
pub mod machine_tokens;
pub mod mail_content;
mod maintenance;
pub mod metrics;
pub mod opening;
pub mod operator_secret;
mod outgoing;
mod pair;
pub mod passkeys;
pub mod passwords;
mod probe_token;
pub mod profile;
pub mod refresh;
mod revocation;
pub mod rule_draft;
pub mod second_factors;
pub mod secret_change;
pub mod seen;
pub mod session_cache;
pub mod setup;
pub mod sign_in;
pub mod sign_out;
pub mod signing_keys;
pub mod streams;
mod throttle;
pub mod token_draft;
pub mod token_refusals;
pub mod typed_faults;
mod username;
pub mod waiting_sign_in;

pub use actor::Actor;
use app_table::AppTableCache;
use certificates::IssuedCertificates;
pub use error::{AccountError, FieldFault};
use metrics::Metrics;
use revocation::AppliedNotices;
use session_cache::SessionCache;
use streams::Streams;
use token_refusals::TokenLimits;

/// The setting that closes set-up permanently (S04).
pub const CLAIMED_SETTING: &str = "claimed_at";

/// Who sends the request, from where, and what the browser sent along.
#[derive(Clone, Debug)]
pub struct Client {
    /// The client's address, taking proxies into account.
    pub source: IpAddr,
    /// `User-Agent`, as sent.
    pub user_agent: String,
    /// The device cookie.
    pub device_cookie: Option<String>,
    /// The sessions that the browser's cookies refer to; they end at the next sign-in (S19).
    pub old_sessions: Vec<SessionId>,
    /// Whether another site sent the browser here.
    pub from_elsewhere: bool,
}

/// Whether somebody has claimed this instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Not claimed; nothing is let through.
    Unclaimed,
    /// Not claimed, and the deprecated user name and password protect the app.
    Legacy,
    /// Claimed: there is an owner.
    Claimed,
}

/// Both tokens of a session with their remaining lifetimes in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPair {
    /// The access JWT.
    pub access: String,
    /// Seconds until it expires.
    pub access_secs: i64,
    /// The refresh JWT.
    pub refresh: String,
    /// Seconds until it and the session expire.
    pub refresh_secs: i64,
    /// Whether the browser keeps them after it is closed.
    pub persistent: bool,
}

/// What [`Accounts`] is built from.
pub struct Parts {
    /// The store.
    pub database: Database,
    /// Where sessions are stored.
    pub session_store: SessionStore,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Derived keys.
    pub keys: Keys,
    /// bcrypt cost; tests use a lower one than the configuration allows.
    pub hash_cost: u32,
    /// bcrypt threads.
    pub hash_workers: usize,
    /// The mail transport.
    pub mail: Transport,
    /// What the server shows where it speaks https itself.
    pub certificates: Certificates,
    /// Authorities that an ACME server may have its certificate from, besides those of the system; for tests.
    pub acme_ca_file: Option<PathBuf>,
    /// The settings.
    pub config: Arc<Config>,
}

/// People, sessions and tokens; clones share everything.
#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    /// The ID of this process among the nodes.
    node: String,
    database: Database,
    store: SessionStore,
    clock: Arc<dyn Clock>,
    hasher: PasswordHasher,
    tokens: Tokens,
    token_hasher: TokenHasher,
    devices: DeviceKey,
    sealer: Sealer,
    config: Arc<Config>,
    mail: Transport,
    mail_waiting: Notify,
    certificates: Certificates,
    issued: IssuedCertificates,
    acme_ca_file: Option<PathBuf>,
    /// How long sending the last mail took.
    last_mail_millis: AtomicU64,
    /// Limits the decoys processed at once.
    decoys: Arc<Semaphore>,
    phase: AtomicU8,
    /// Wrong guesses at the deprecated pair that are not counted in the store yet.
    uncounted_guesses: AtomicUsize,
    cache: SessionCache,
    apps: AppTableCache,
    streams: Streams,
    token_limits: TokenLimits,
    applied_notices: AppliedNotices,
    metrics: Metrics,
    /// The latest timestamp given to a row.
    last_moment: AtomicU64,
    /// Whether a clock difference to the database was logged.
    clocks_differ: AtomicBool,
}

impl Accounts {
    /// Opens everything; reads the claim marker.
    pub fn open(parts: Parts) -> Result<Self, AccountError> {
        let claimed = parts.database.read_blocking(|c| settings::find(c, CLAIMED_SETTING))?.is_some();
        let phase = match (claimed, &parts.config.legacy) {
            (true, _) => Phase::Claimed,
            (false, Some(_)) => Phase::Legacy,
            (false, None) => Phase::Unclaimed,
        };
        let sealer = Sealer::new(&parts.keys);
        let apps = parts.database.read_blocking(|c| AppTableCache::open(c, &parts.config, &sealer))?;
        let hasher = PasswordHasher::start(&parts.keys, parts.hash_cost, parts.hash_workers)
            .map_err(|fault| AccountError::Internal(fault.to_string()))?;
        Ok(Self(Arc::new(Inner {
            hasher,
            tokens: Tokens::new(&parts.keys, &parts.config.sessions.issuer, &parts.config.sessions.audience),
            token_hasher: TokenHasher::new(&parts.keys),
            devices: DeviceKey::new(&parts.keys),
            sealer,
            node: random::id(),
            database: parts.database,
            store: parts.session_store,
            clock: parts.clock,
            config: parts.config,
            mail: parts.mail,
            mail_waiting: Notify::new(),
            certificates: parts.certificates,
            issued: IssuedCertificates::default(),
            acme_ca_file: parts.acme_ca_file,
            last_mail_millis: AtomicU64::new(0),
            decoys: Arc::new(Semaphore::new(delivery::DECOYS_AT_ONCE)),
            phase: AtomicU8::new(phase.to_number()),
            uncounted_guesses: AtomicUsize::new(0),
            cache: SessionCache::default(),
            apps,
            streams: Streams::default(),
            token_limits: TokenLimits::default(),
            applied_notices: AppliedNotices::default(),
            metrics: Metrics::default(),
            last_moment: AtomicU64::new(0),
            clocks_differ: AtomicBool::new(false),
        })))
    }

    /// Whether somebody has claimed this instance.
    pub fn phase(&self) -> Phase {
        Phase::from_number(self.0.phase.load(Ordering::Acquire))
    }

    fn set_phase(&self, phase: Phase) {
        self.0.phase.store(phase.to_number(), Ordering::Release);
    }

    /// The ID of this process among the nodes.
    pub fn node(&self) -> &str {
        &self.0.node
    }

    /// `APP_URL`.
    pub fn app_url(&self) -> &AppUrl {
        &self.0.config.server.app_url
    }

    /// The proxies in `FORWARD_AUTH`.
    pub fn proxies_that_ask(&self) -> &[Dialect] {
        &self.0.config.gate.forward_auth
    }

    /// `TRUSTED_PROXIES`.
    pub fn trusted_proxies(&self) -> &[ipnet::IpNet] {
        &self.0.config.server.trusted_proxies
    }

    /// What the server shows where it speaks https itself.
    pub fn certificates(&self) -> &Certificates {
        &self.0.certificates
    }

    /// The tokens of this instance.
    pub fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// The clock that everything uses.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// The cached live sessions of this process.
    pub fn cache(&self) -> &SessionCache {
        &self.0.cache
    }

    /// The open streams of this process.
    pub fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// The store, for the jobs that watch it.
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// The absolute lifetime of a session, in seconds.
    pub fn session_secs(&self) -> i64 {
        self.0.config.sessions.refresh_secs
    }

    /// Whether two secrets are equal, in constant time.
    pub fn is_same_secret(&self, given: &str, expected: &str) -> bool {
        self.0.token_hasher.same_secret(given, expected)
    }

    /// Minimum length of a password, in code points.
    pub fn password_min_length(&self) -> usize {
        self.0.config.passwords.min_length
    }

    /// Whether the store answers.
    pub async fn check_ready(&self) -> Result<(), AccountError> {
        let store = self.0.store.clone();
        self.0.database.read(|c| settings::find(c, CLAIMED_SETTING)).await?;
        self.0.database.read(move |_| store.ping()).await?;
        Ok(())
    }

    /// Runs an operation to its end, even if the request that started it is dropped.
    async fn run_uninterrupted<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, AccountError>> + Send + 'static,
    ) -> Result<T, AccountError> {
        let task = self.0.database.runtime().spawn(work);
        task.await.unwrap_or_else(|fault| Err(AccountError::Internal(fault.to_string())))
    }

    /// An ID for a row of a list that shows the newest first.
    fn ordered_id(&self) -> String {
        random::ordered_id(self.next_moment())
    }

    /// The current time in microseconds; strictly increasing for the rows of such lists in this process, whatever the
    /// clock does.
    fn next_moment(&self) -> u64 {
        let now = self.0.clock.micros();
        let next = |last: u64| now.max(last.saturating_add(1));
        self.0.last_moment.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last))).map_or(now, next)
    }

    fn audit_line(&self, event: Event, actor: &str, subject: &str, source: &str) -> AuditLine {
        AuditLine {
            id: self.ordered_id(),
            at: self.0.clock.now(),
            event: event.as_str().to_owned(),
            actor: actor.to_owned(),
            subject: subject.to_owned(),
            source: source.to_owned(),
            detail: String::new(),
        }
    }
}

impl Phase {
    const fn to_number(self) -> u8 {
        match self {
            Self::Unclaimed => 0,
            Self::Legacy => 1,
            Self::Claimed => 2,
        }
    }

    const fn from_number(number: u8) -> Self {
        match number {
            2 => Self::Claimed,
            1 => Self::Legacy,
            _ => Self::Unclaimed,
        }
    }
}
