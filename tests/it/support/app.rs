//! A real Portcullis in this process: port 0, and a database, data directory and clock of its own.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Output;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use portcullis::for_tests::{App, Clock, Internals, build_app};
use tempfile::TempDir;

use super::client::Client;
use super::clock::TestClock;
use super::log::Errors;
use super::process::run_with;
use super::stores::Stores;

/// What a test may choose; everything goes through the real parser of the configuration.
pub struct TestOptions {
    /// `APP_URL`. The port need not be the one listened on: links are relative, and the client sends this as its
    /// origin.
    pub app_url: String,
    /// The app behind, if there is one.
    pub upstream: Option<SocketAddr>,
    /// `FLOWISE_USERNAME` and `FLOWISE_PASSWORD`.
    pub legacy: Option<(String, String)>,
    /// `TRUSTED_PROXIES`.
    pub trusted_proxies: Option<String>,
    /// `FORWARD_AUTH`.
    pub forward_auth: Option<String>,
    /// Any other variable.
    pub variables: Vec<(String, String)>,
    /// An existing data directory, to start again on what an earlier app left; a fresh one otherwise.
    pub data_dir: Option<TempDir>,
    /// The clock of an earlier app; a fresh one otherwise.
    pub clock: TestClock,
    /// Whether it listens on `HTTPS_PORT` and `HTTP_PORT`, not on any ports.
    pub given_ports: bool,
    /// Whom an ACME server may have its certificate from.
    pub acme_ca_file: Option<PathBuf>,
    /// SQLite, whatever store the suite runs on: for tests that look into its file.
    pub sqlite: bool,
}

impl TestOptions {
    /// Lets proxies on this machine ask in any dialect.
    pub fn let_proxies_ask(&mut self) {
        self.trusted_proxies = Some("127.0.0.1/32".to_owned());
        self.forward_auth = Some("nginx,traefik,caddy,haproxy,envoy".to_owned());
    }

    /// Sets one variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    fn new() -> Self {
        Self {
            app_url: "http://localhost:3000".to_owned(),
            upstream: None,
            legacy: None,
            trusted_proxies: None,
            forward_auth: None,
            variables: Vec::new(),
            data_dir: None,
            clock: TestClock::new(),
            given_ports: false,
            acme_ca_file: None,
            sqlite: false,
        }
    }

    /// The variables as an operator would write them.
    fn environment(&self, data_dir: &TempDir, stores: &Stores) -> Vec<(String, String)> {
        let mut all = vec![
            ("APP_URL".to_owned(), self.app_url.clone()),
            ("HOST".to_owned(), "127.0.0.1".to_owned()),
            ("DATA_DIR".to_owned(), data_dir.path().to_str().unwrap().to_owned()),
        ];
        all.extend(self.upstream.map(|address| ("UPSTREAM_URL".to_owned(), format!("http://{address}"))));
        all.extend(self.trusted_proxies.clone().map(|list| ("TRUSTED_PROXIES".to_owned(), list)));
        all.extend(self.forward_auth.clone().map(|list| ("FORWARD_AUTH".to_owned(), list)));
        if let Some((username, password)) = self.legacy.clone() {
            all.extend([("FLOWISE_USERNAME".to_owned(), username), ("FLOWISE_PASSWORD".to_owned(), password)]);
        }
        all.extend(stores.variables.iter().cloned());
        all.extend(self.variables.iter().cloned());
        all
    }
}

/// A running server; stops when dropped.
pub struct TestApp {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it leads to https, if it speaks that itself.
    pub http_address: Option<SocketAddr>,
    /// Its `APP_URL`.
    pub app_url: String,
    /// Moves its time.
    pub clock: TestClock,
    data_dir: Option<TempDir>,
    environment: Vec<(String, String)>,
    wired: Started,
    stores: Stores,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if self.data_dir.is_some() {
            self.wired.end();
            self.stores.remove();
        }
    }
}

impl TestApp {
    /// Starts a server; `choose` changes the options.
    pub async fn start(choose: impl FnOnce(&mut TestOptions)) -> Self {
        let mut options = TestOptions::new();
        choose(&mut options);
        let data_dir = options.data_dir.take().unwrap_or_else(|| TempDir::new().unwrap());
        let own = options.sqlite || options.variables.iter().any(|(name, _)| name == "DATABASE_URL");
        let stores = if own { Stores::default() } else { Stores::of(data_dir.path()).await };
        let environment = options.environment(&data_dir, &stores);
        let internals = Internals {
            clock: Arc::new(options.clock.clone()),
            hash_cost: Some(4),
            any_port: !options.given_ports,
            acme_ca_file: options.acme_ca_file.clone(),
        };
        let wired = build_server(&environment, internals).await;
        Self {
            address: wired.address,
            http_address: wired.http_address,
            app_url: options.app_url,
            clock: options.clock,
            data_dir: Some(data_dir),
            environment,
            wired,
            stores,
        }
    }

    /// A fresh browser profile.
    pub fn client(&self) -> Client {
        Client::new(self.address, &self.app_url)
    }

    /// A file or folder in the data directory.
    pub fn data(&self, name: &str) -> PathBuf {
        self.data_dir.as_ref().unwrap().path().join(name)
    }

    /// The one-time set-up token, as the operator finds it.
    pub fn setup_token(&self) -> String {
        let file = self.data("setup-token");
        std::fs::read_to_string(&file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display())).trim().to_owned()
    }

    /// The whole database, as bytes.
    pub fn stored(&self) -> Vec<u8> {
        self.stores.content().unwrap_or_else(|| {
            let file = |name: &str| std::fs::read(self.data(name)).unwrap_or_default();
            [file("portcullis.db"), file("portcullis.db-wal")].concat()
        })
    }

    /// Changes the database as another process would.
    pub fn execute(&self, sql: &str) {
        if !self.stores.execute(sql) {
            let file = self.data("portcullis.db");
            let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            connection.batch_execute(&format!("PRAGMA busy_timeout = 10000; BEGIN; {sql} COMMIT;")).unwrap();
        }
    }

    /// Runs a command of `portcullis` beside the server, with its settings and the machine's clock.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let variables: Vec<(&str, String)> =
            self.environment.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        run_with(&self.data("."), arguments, &variables)
    }

    /// From now on the server may log ERROR lines with `text`, and has to log one: the test provokes them.
    pub fn expect_error(&self, text: &'static str) {
        self.wired.errors.expect(text);
    }

    /// As [`Self::expect_error`], where it is a matter of luck whether there is one.
    pub fn allow_error(&self, text: &'static str) {
        self.wired.errors.allow(text);
    }

    /// Lets time pass for the server; for clients use [`super::jar::Jar::advance`].
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// Stops the server; commands can still be run, and see its data.
    pub async fn halt(&mut self) {
        self.wired.stop().await;
    }

    /// Its time, in unix seconds.
    pub fn clock_now(&self) -> i64 {
        self.clock.now().secs()
    }

    /// Stops the server and hands out what a next one may start on.
    pub async fn stop(mut self) -> (TempDir, TestClock) {
        self.wired.stop().await;
        (self.data_dir.take().unwrap(), self.clock.clone())
    }
}

// The one place in the tests that knows how the program is put together.

struct Started {
    address: SocketAddr,
    http_address: Option<SocketAddr>,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    errors: Errors,
}

impl Started {
    async fn stop(&mut self) {
        self.end();
        std::future::ready(()).await;
    }

    fn end(&mut self) {
        if let Some(thread) = self.thread.take() {
            drop(self.handle.stop(false));
            assert!(thread.join().is_ok() || std::thread::panicking(), "the server ended by a panic");
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.end();
        let faults = self.errors.faults();
        assert!(
            faults.is_empty() || std::thread::panicking(),
            "logged as ERROR against what the test expects: {faults:#?}"
        );
    }
}

/// The configuration of `environment`, then the app with the test's clock and bcrypt at its lowest cost, on a thread of
/// its own.
async fn build_server(environment: &[(String, String)], internals: Internals) -> Started {
    let environment = environment.iter().cloned().collect();
    let (started, ready) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let system = actix_web::rt::System::new();
        let errors = Errors::of_this_system();
        let App { address, http_address, server, handle, running, .. } = build_app(&environment, &internals).unwrap();
        started.send((address, http_address, handle, errors.and_of(running.runtime()))).unwrap();
        system.block_on(server).unwrap();
        drop(running);
    });
    // Not on this thread: several nodes may start at once.
    let ready = tokio::task::spawn_blocking(move || ready.recv_timeout(Duration::from_secs(30))).await.unwrap();
    let (address, http_address, handle, errors) = ready.expect("the server did not start");
    Started { address, http_address, handle, thread: Some(thread), errors }
}
