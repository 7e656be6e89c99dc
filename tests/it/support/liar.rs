//! A real authority behind one that lies.

use std::path::PathBuf;
use std::process::Command;

use super::app::{TestApp, TestOptions};
use super::certificates::NOW;
use super::pebble::Pebble;
use super::process::{Running, free_port, skip};
use super::source;

/// The one that Debian's packages belong to.
const PYTHON: &str = "/usr/bin/python3";
const GARBAGE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/// Pebble, and a relay in front of it that changes what it says.
pub struct Liar {
    /// The real authority.
    pub pebble: Pebble,
    /// `ACME_DIRECTORY_URL`.
    pub url: String,
    running: Running,
}

impl Liar {
    /// An honest one for now; its certificate of the mode `key` is for `host`. `None`, loudly, where there is none.
    pub async fn start(host: &str) -> Option<Self> {
        let has_it = Command::new(PYTHON).args(["-c", "import cryptography"]).output();
        if !has_it.is_ok_and(|output| output.status.success()) {
            skip("python3-cryptography");
            return None;
        }
        let pebble = Pebble::start(&[]).await?;
        let port = free_port();
        let script = source::repository().join("tests/it/support/lying_authority.py");
        let mut command = Command::new(PYTHON);
        command.arg(script).args([port.to_string(), pebble.port.to_string()]);
        command.args([pebble.files.file("pebble"), pebble.files.key("pebble"), PathBuf::from(pebble.files.path())]);
        pebble.files.issued("key", host, NOW);
        std::fs::write(pebble.files.file("garbage"), GARBAGE).unwrap();
        let liar = Self { pebble, url: format!("https://localhost:{port}/dir"), running: Running::start(&mut command) };
        liar.set_mode("honest");
        liar.running.line_with("listening");
        Some(liar)
    }

    /// How it lies from now on; the words are in `lying_authority.py`.
    pub fn set_mode(&self, mode: &str) {
        // In one step: it is read at any time.
        let (file, new) = (self.pebble.files.path().join("mode"), self.pebble.files.path().join("mode.new"));
        std::fs::write(&new, mode).unwrap();
        std::fs::rename(new, file).unwrap();
    }

    /// Whether somebody waits for a certificate, in the mode `held`.
    pub fn is_holding(&self) -> bool {
        self.pebble.files.path().join("holding").exists()
    }

    /// Whether a certificate was handed out.
    pub fn has_issued(&self) -> bool {
        self.pebble.files.path().join("issued").exists()
    }

    /// How many orders there were.
    pub fn orders(&self) -> usize {
        std::fs::read_to_string(self.pebble.files.path().join("orders")).unwrap_or_default().lines().count()
    }

    /// The mail addresses that it was told, the last one last.
    pub fn contacts(&self) -> Vec<String> {
        let contacts = std::fs::read_to_string(self.pebble.files.path().join("contacts")).unwrap_or_default();
        contacts.lines().map(str::to_owned).collect()
    }

    /// A gate at `host` that asks it, at the ports where Pebble asks.
    pub async fn gate(&self, host: &str, choose: impl FnOnce(&mut TestOptions)) -> TestApp {
        let asked = |options: &mut TestOptions| {
            options.set("ACME_DIRECTORY_URL", &self.url);
            choose(options);
        };
        self.pebble.gate(host, asked).await
    }
}
