//! A real authority: Pebble, by Let's Encrypt, with a DNS of its own in which every name is this machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::app::{TestApp, TestOptions};
use super::certificates::{Certificates, NOW};
use super::process::{Running, free_port, is_installed};
use super::wait;

/// The address of an authority that may be running, and what its servers show.
pub struct Pebble {
    /// Where it listens.
    pub port: u16,
    management: u16,
    /// Where it asks by TLS-ALPN-01.
    pub tls_port: u16,
    /// Where it asks by HTTP-01.
    pub http_port: u16,
    /// Days for which its certificates are valid.
    pub days: u32,
    /// Its own certificate, `pebble`, and that of its authority.
    pub files: Certificates,
    folder: TempDir,
    running: Vec<Running>,
    starts: usize,
}

impl Pebble {
    /// One that does not run yet; `None`, loudly, where there is none.
    pub fn prepare() -> Option<Self> {
        is_installed("pebble")?;
        is_installed("pebble-challtestsrv")?;
        is_installed("curl")?;
        let files = Certificates::new();
        files.issued("pebble", "localhost", NOW);
        Some(Self {
            port: free_port(),
            management: free_port(),
            tls_port: free_port(),
            http_port: free_port(),
            days: 90,
            files,
            folder: TempDir::new().unwrap(),
            running: Vec::new(),
            starts: 0,
        })
    }

    /// One that runs.
    pub async fn start(variables: &[(&str, &str)]) -> Option<Self> {
        let mut pebble = Self::prepare()?;
        pebble.run(variables).await;
        Some(pebble)
    }

    /// Starts it; without `PEBBLE_` variables it is patient and forgets no answer.
    pub async fn run(&mut self, variables: &[(&str, &str)]) {
        self.starts += 1;
        let dns = format!("127.0.0.1:{}", free_port());
        let mut names = Command::new(is_installed("pebble-challtestsrv").unwrap());
        names.args(["-dnsserver", &dns, "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]);
        names.args(["-doh", "", "-http01", "", "-https01", "", "-tlsalpn01", ""]);
        names.args(["-management", &format!("127.0.0.1:{}", free_port())]);
        self.running.push(Running::start(&mut names));
        let path = |file: PathBuf| file.to_str().unwrap().to_owned();
        let config = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{}", self.port),
            "managementListenAddress": format!("127.0.0.1:{}", self.management),
            "certificate": path(self.files.file("pebble")),
            "privateKey": path(self.files.key("pebble")),
            "httpPort": self.http_port,
            "tlsPort": self.tls_port,
            "retryAfter": { "authz": 1, "order": 1 },
            "keyAlgorithm": "ecdsa",
            "profiles": { "default": { "description": "", "validityPeriod": u64::from(self.days) * 86_400 } },
        } });
        let file = self.folder.path().join("pebble.json");
        std::fs::write(&file, config.to_string()).unwrap();
        let mut command = Command::new(is_installed("pebble").unwrap());
        command.arg("-config").arg(&file).args(["-dnsserver", &dns]);
        command.envs([("PEBBLE_VA_NOSLEEP", "1"), ("PEBBLE_AUTHZREUSE", "0"), ("PEBBLE_WFE_NONCEREJECT", "0")]);
        command.envs(variables.iter().copied());
        let mut running = Running::start(&mut command);
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        wait::eventually("Pebble to listen", async || {
            assert!(!running.has_ended(), "{}", running.output());
            tokio::net::TcpStream::connect(address).await.ok().map(drop)
        })
        .await;
        self.running.push(running);
    }

    /// Stops it; it forgets everything.
    pub fn stop(&mut self) {
        self.running.clear();
    }

    /// What it said.
    pub fn output(&self) -> String {
        self.running.last().map(Running::output).unwrap_or_default()
    }

    /// `ACME_DIRECTORY_URL`.
    pub fn directory_url(&self) -> String {
        format!("https://localhost:{}/dir", self.port)
    }

    /// Whom its servers have their certificate from.
    pub fn ca_file(&self) -> PathBuf {
        self.files.file("ca")
    }

    /// Lets a gate at `host` have its certificates from here; its ports are those where Pebble asks.
    pub fn configure(&self, options: &mut TestOptions, host: &str) {
        options.app_url = format!("https://{host}");
        options.acme_ca_file = Some(self.ca_file());
        options.set("ACME_EMAIL", "ada@example.org");
        options.set("ACME_DIRECTORY_URL", &self.directory_url());
        options.clock.jump_to_the_machines();
    }

    /// A gate at `host`, at the ports where Pebble asks.
    pub async fn gate(&self, host: &str, choose: impl FnOnce(&mut TestOptions)) -> TestApp {
        TestApp::start(|options| {
            self.configure(options, host);
            options.given_ports = true;
            options.set("HTTPS_PORT", &self.tls_port.to_string());
            options.set("HTTP_PORT", &self.http_port.to_string());
            choose(options);
        })
        .await
    }

    /// The certificate that its certificates come from.
    pub fn root(&self) -> PathBuf {
        let file = self.folder.path().join(format!("root{}.pem", self.starts));
        let url = format!("https://localhost:{}/roots/0", self.management);
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--cacert"]).arg(self.ca_file()).args(["--noproxy", "*", "-o"]).arg(&file);
        assert!(curl.arg(url).status().unwrap().success());
        file
    }

    /// Whether a browser that trusts this authority alone gets to `https://{host}/` at `address`.
    pub fn is_trusted(&self, address: SocketAddr, host: &str) -> bool {
        is_trusted_by(&self.root(), address, host)
    }

    /// Waits until that is so.
    pub async fn until_trusted(&self, address: SocketAddr, host: &str) {
        wait::eventually(&format!("a certificate for {host}"), async || self.is_trusted(address, host).then_some(()))
            .await;
    }
}

/// Whether one gets there that trusts `root` alone.
pub fn is_trusted_by(root: &Path, address: SocketAddr, host: &str) -> bool {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--max-time", "10", "--noproxy", "*", "--cacert"]).arg(root);
    curl.args(["--connect-to", &format!("::{address}"), &format!("https://{host}/_auth/health/live")]);
    let output = curl.output().unwrap();
    output.status.success() && !output.stdout.is_empty()
}
