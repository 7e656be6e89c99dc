//! SMTP servers on loopback: Debian's aiosmtpd, and one with scripted answers, with certificates made for the
//! test.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::mailbox::Mail;
use super::process::{Running, free_port, is_installed, skip};

/// Debian's interpreter, which sees Debian's packages.
const PYTHON: &str = "/usr/bin/python3";

/// A certificate for one host name, signed by itself.
pub struct Certificate {
    folder: TempDir,
}

impl Certificate {
    /// Makes one with the `openssl` program.
    pub fn for_host(host: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "30",
                "-subj",
            ])
            .arg(format!("/CN={host}"))
            .args(["-addext", &format!("subjectAltName=DNS:{host}"), "-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(folder.path().join("key.pem"))
            .arg("-out")
            .arg(folder.path().join("certificate.pem"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { folder }
    }

    /// The certificate's file, as something to trust.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    /// Its key's file.
    pub fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }
}

/// The running server.
pub struct SmtpServer {
    /// Where it listens, on loopback.
    pub port: u16,
    running: Running,
    folder: TempDir,
}

impl SmtpServer {
    /// Starts one; `None`, loudly, where aiosmtpd is missing.
    pub fn start(tls: &str, certificate: Option<&Certificate>, more: &[&str]) -> Option<Self> {
        Self::start_on(&free_port().to_string(), tls, certificate, more)
    }

    /// Starts one on the port of an earlier one.
    pub fn start_on(port: &str, tls: &str, certificate: Option<&Certificate>, more: &[&str]) -> Option<Self> {
        is_installed("openssl")?;
        let has =
            Command::new(PYTHON).args(["-c", "import aiosmtpd"]).output().is_ok_and(|output| output.status.success());
        if !has {
            skip("python3-aiosmtpd");
            return None;
        }
        let folder = TempDir::new().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/smtp_server.py");
        let mut command = Command::new(PYTHON);
        command.arg(script).args(["--port", port, "--tls", tls, "--folder"]).arg(folder.path()).args(more);
        if let Some(certificate) = certificate {
            command.arg("--certificate").arg(certificate.file()).arg("--key").arg(certificate.key());
        }
        let running = Running::start(&mut command);
        running.line_with("READY");
        Some(Self { port: port.parse().unwrap(), running, folder })
    }

    /// Starts one that answers with these bytes, given as Latin-1; see `smtp_script.py`.
    pub fn answering(answers: &serde_json::Value, certificate: Option<&Certificate>, more: &[&str]) -> Option<Self> {
        is_installed("openssl")?;
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/support/smtp_script.py");
        let mut command = Command::new(PYTHON);
        command.arg(script).arg("--port").arg(port.to_string()).arg("--folder").arg(folder.path()).args(more);
        command.arg("--answers").arg(answers.to_string());
        if let Some(certificate) = certificate {
            command.arg("--certificate").arg(certificate.file()).arg("--key").arg(certificate.key());
        }
        let running = Running::start(&mut command);
        running.line_with("READY");
        Some(Self { port, running, folder })
    }

    /// What it has received so far.
    pub fn received(&self) -> String {
        self.running.output()
    }

    /// The mails it has taken.
    pub fn mails(&self) -> Vec<Mail> {
        let mut files: Vec<_> =
            std::fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|kind| kind == "eml"));
        files.sort();
        files.iter().map(|file| Mail::parse(&std::fs::read(file).unwrap())).collect()
    }
}
