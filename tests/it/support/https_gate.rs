//! A real Portcullis that speaks https itself, as a process of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::certificates::{Certificates, NOW};
use super::curl::Curl;
use super::process::{Running, free_port, run_with, said};
use super::wait;

/// A name that Chromium and curl find at the gate.
pub const HOST: &str = "gate.example.test";

/// The process, with its certificate in `gate.crt` and `gate.key`.
pub struct HttpsGate {
    /// Where it listens for https.
    pub address: SocketAddr,
    /// Where it leads to https.
    pub http_address: SocketAddr,
    /// Its `APP_URL`.
    pub app_url: String,
    /// The certificates, in its working directory.
    pub files: Certificates,
    /// The process.
    pub running: Running,
    variables: Vec<(&'static str, String)>,
    folder: TempDir,
}

impl HttpsGate {
    /// Starts one with more variables, and waits until `portcullis health` says that it is ready.
    pub fn start(more: &[(&'static str, String)]) -> Self {
        let (files, folder) = (Certificates::new(), TempDir::new().unwrap());
        files.issued("gate", HOST, NOW);
        let [address, http_address] = [free_port(), free_port()].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let app_url = format!("https://{HOST}:{}", address.port());
        let path = |file: &Path| file.to_str().unwrap().to_owned();
        let mut variables = vec![
            ("APP_URL", app_url.clone()),
            ("HOST", "127.0.0.1".to_owned()),
            ("HTTPS_PORT", address.port().to_string()),
            ("HTTP_PORT", http_address.port().to_string()),
            ("TLS_CERT_FILE", path(&files.file("gate"))),
            ("TLS_KEY_FILE", path(&files.key("gate"))),
        ];
        variables.extend(more.iter().cloned());
        let mut command = super::process::portcullis(folder.path(), &["start"]);
        command.envs(variables.iter().map(|(name, value)| (name, value.as_str())));
        let running = Running::start(&mut command);
        let mut gate = Self { address, http_address, app_url, files, running, variables, folder };
        wait::eventually_blocking("the gate to be ready", || {
            assert!(!gate.running.has_ended(), "{}", gate.running.output());
            said(&gate.run(&["health"])).contains("ready").then_some(())
        });
        gate
    }

    /// The link to the set-up page.
    pub fn setup_link(&self) -> String {
        self.running.line_with("/_auth/setup?token=").trim().to_owned()
    }

    /// The token in it.
    pub fn setup_token(&self) -> String {
        self.setup_link().split_once("token=").unwrap().1.to_owned()
    }

    /// A browser that trusts its authority.
    pub fn curl(&self) -> Curl {
        let ports = [self.address, self.http_address].map(|address| (address.port(), address));
        Curl::new(&self.files.file("ca"), &self.app_url, &ports)
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A command of `portcullis` beside it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        run_with(self.folder.path(), arguments, &self.variables)
    }

    /// A command in its folder that is given none of its variables.
    pub fn run_bare(&self, arguments: &[&str]) -> Output {
        run_with(self.folder.path(), arguments, &[])
    }

    /// The SHA-256 of its certificate's key, in Base64, as Chromium names keys.
    pub fn key_name(&self) -> String {
        let file = self.files.file("gate");
        let script = "openssl x509 -pubkey -noout -in \"$0\" | openssl pkey -pubin -outform der | \
            openssl dgst -sha256 -binary | openssl base64";
        let output = Command::new("sh").args(["-c", script]).arg(file).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}
