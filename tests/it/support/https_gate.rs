//! A real Portcullis that speaks https itself, as a process of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::certificates::{Certificates, NOW};
use super::page;
use super::people::{OWNER, PASSWORD};
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

    /// curl, which trusts its authority and finds its name; prints heads as well.
    pub fn curl(&self) -> Command {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--max-time", "60", "--noproxy", "*"]);
        command.arg("--cacert").arg(self.files.file("ca"));
        for port in [self.address.port(), self.http_address.port()] {
            command.args(["--resolve", &format!("{HOST}:{port}:127.0.0.1")]);
        }
        command
    }

    /// The answer to curl as a browser that keeps its cookies; a page, or with `form` what is sent to it. `more` are
    /// arguments of curl.
    pub fn browse(&self, more: &[&str], path: &str, form: &[(&str, &str)]) -> String {
        let mut curl = self.curl();
        curl.args(more).args(["--cookie", "jar", "--cookie-jar", "jar"]).current_dir(self.files.path());
        for (name, value) in form {
            curl.args(["--data-urlencode", &format!("{name}={value}")]);
        }
        curl.args(["--header", &format!("Origin: {}", self.app_url)]).arg(format!("{}{path}", self.app_url));
        let output = curl.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Makes that browser the owner's.
    pub fn claim(&self, more: &[&str]) {
        let link = self.setup_link();
        let (_, token) = link.split_once("token=").unwrap();
        let form = self.browse(more, &format!("/_auth/setup?token={token}"), &[]);
        let csrf = page::csrf_token(&form).unwrap_or_else(|| panic!("{form}"));
        let fields = [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", "")];
        let fields = [&fields[..], &[("setup_token", token), ("csrf_token", &csrf)]].concat();
        let claimed = self.browse(more, "/_auth/setup", &fields);
        assert!(claimed.starts_with("HTTP/1.1 303"), "{claimed}");
    }

    /// A command of `portcullis` beside it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        run_with(self.folder.path(), arguments, &self.variables)
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
