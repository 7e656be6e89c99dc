//! A real proxy between a browser and the gate, with the configuration that the documentation shows.

use std::net::SocketAddr;
use std::process::Command;

use tempfile::TempDir;

use super::app::{TestApp, TestOptions};
use super::client::Client;
use super::process::{Running, free_port, is_installed};
use super::upstream::Upstream;
use super::{source, wait};

/// The first fenced block of that kind in a document of `docs/`.
pub fn snippet(document: &str, kind: &str) -> String {
    snippets(document, kind).into_iter().next().unwrap_or_else(|| panic!("no snippet for {kind}"))
}

/// All fenced blocks of that kind in a document of `docs/`.
pub fn snippets(document: &str, kind: &str) -> Vec<String> {
    let document = std::fs::read_to_string(source::repository().join("docs").join(document)).unwrap();
    let fence = format!("```{kind}\n");
    document.split(&fence).skip(1).map(|rest| rest.split_once("```").unwrap().0.to_owned()).collect()
}

/// The gate, the app, and where the proxy between them will listen.
pub struct Place {
    /// The gate.
    pub app: TestApp,
    /// The app.
    pub upstream: Upstream,
    /// The proxy's port.
    pub port: u16,
    /// What people type.
    pub base: String,
    /// For the proxy's files.
    pub folder: TempDir,
}

impl Place {
    /// A gate without an app of its own, which proxies ask, in any dialect: those that the one in front does not speak
    /// are its script's chance.
    pub async fn asked() -> Self {
        Self::new("http", |options, _| options.let_proxies_ask()).await
    }

    /// A gate that proxies ask at the addresses of other gates alone.
    pub async fn changing_over() -> Self {
        Self::new("http", |options, _| options.set("COMPAT", "authelia,oauth2-proxy,authentik")).await
    }

    /// A gate with the app behind it, and nothing before it.
    pub async fn built_in() -> Self {
        let mut place = Self::new("http", |options, app| {
            options.upstream = Some(app);
            options.trusted_proxies = None;
        })
        .await;
        place.port = place.app.address.port();
        place
    }

    /// A gate with the app behind it, which other proxies ask from these addresses.
    pub async fn trusting(trusted: &str) -> Self {
        Self::new("http", |options, app| {
            options.upstream = Some(app);
            options.let_proxies_ask();
            options.trusted_proxies = Some(trusted.to_owned());
        })
        .await
    }

    /// A gate with the app behind it, before which the proxy does TLS.
    pub async fn behind_tls() -> Self {
        Self::new("https", |options, app| {
            options.upstream = Some(app);
            // The proxy has to keep these addresses from everybody.
            options.set("FORWARD_AUTH", "nginx,caddy,traefik");
        })
        .await
    }

    async fn new(scheme: &str, choose: impl FnOnce(&mut TestOptions, SocketAddr)) -> Self {
        let (upstream, port) = (Upstream::start().await, free_port());
        let (base, app) = (format!("{scheme}://localhost:{port}"), upstream.address);
        let app_url = base.clone();
        let app = TestApp::start(|options| {
            options.app_url = app_url;
            options.trusted_proxies = Some("127.0.0.1/32".to_owned());
            choose(options, app);
        })
        .await;
        Self { app, upstream, port, base, folder: TempDir::new().unwrap() }
    }

    /// A documented text with the addresses of this test in place of the documented ones.
    pub fn here(&self, text: &str) -> String {
        let text = text.replace("127.0.0.1:3000", &self.app.address.to_string());
        let split = |address: SocketAddr| format!("address: {}, port_value: {} ", address.ip(), address.port());
        let text = text.replace("address: 127.0.0.1, port_value: 3000 ", &split(self.app.address));
        let text = text.replace("address: 127.0.0.1, port_value: 8080 ", &split(self.upstream.address));
        text.replace("127.0.0.1:8080", &self.upstream.address.to_string())
    }

    /// A file for the proxy.
    pub fn write(&self, name: &str, text: &str) -> String {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }

    /// Starts the proxy and waits until it listens.
    async fn start(&self, mut command: Command) -> Running {
        let home = self.folder.path();
        command.env("XDG_DATA_HOME", home).env("XDG_CONFIG_HOME", home).env("HOME", home).current_dir(home);
        let mut running = Running::start(&mut command);
        let address = self.address();
        wait::eventually("the proxy to listen, or to end", async || {
            (tokio::net::TcpStream::connect(address).await.is_ok() || running.has_ended()).then_some(())
        })
        .await;
        assert!(!running.has_ended(), "the proxy ended early:\n{}", running.output());
        running
    }

    /// Where the proxy listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// A browser that comes through the proxy.
    pub fn browser(&self) -> Client {
        Client::new(self.address(), &self.base)
    }

    /// Starts that program, unless it cannot be had.
    pub async fn run(&self, program: &str, arguments: &[&str]) -> Option<Running> {
        let mut command = Command::new(is_installed(program)?);
        command.args(arguments);
        Some(self.start(command).await)
    }
}
