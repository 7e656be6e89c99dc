//! A throw-away PostgreSQL cluster on loopback.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::prelude::*;
use tempfile::TempDir;

use super::process::{Running, free_port};
use super::wait;

/// `nobody`: the server refuses to run as root.
const NOBODY: u32 = 65_534;

/// A running cluster; gone when dropped.
pub struct Postgres {
    /// Where it listens.
    pub port: u16,
    running: Running,
    bin: PathBuf,
    folder: TempDir,
}

fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.map(|entry| entry.unwrap().path().join("bin")).collect();
    versions.sort();
    versions.pop().filter(|bin| bin.join("initdb").is_file())
}

/// A command that runs as `nobody` where the test runs as root, which some servers refuse.
pub fn as_nobody(program: &Path) -> Command {
    if !std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups"]).arg(program);
    command
}

/// A certificate that signs itself, for `host`: `<name>.crt` and `<name>.key` in `folder`.
pub fn make_certificate(folder: &Path, name: &str, host: &str) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={host}"), "-addext", &format!("subjectAltName=DNS:{host}")])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", &format!("{name}.key"), "-out", &format!("{name}.crt")])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

impl Postgres {
    /// One that speaks TLS alone, with a certificate for `localhost` in `server.crt` of its folder.
    pub async fn start_with_tls() -> Option<Self> {
        let tls = [
            "ssl = on",
            "ssl_cert_file = 'FOLDER/server.crt'",
            "ssl_key_file = 'FOLDER/server.key'",
            "hba_file = 'FOLDER/hba.conf'",
        ];
        Self::start_with(&tls, "trust").await
    }

    /// Makes and starts one; `None`, loudly, where PostgreSQL is missing.
    pub async fn start() -> Option<Self> {
        Self::start_with(&[], "trust").await
    }

    /// [`Self::start`] with settings for the server and a method of authentication.
    pub async fn start_with(settings: &[&str], auth: &str) -> Option<Self> {
        let Some(bin) = programs() else {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "PostgreSQL is not installed, and in CI nothing may be skipped"
            );
            eprintln!("\n!!! SKIPPED: PostgreSQL is not installed; scripts/test installs it\n");
            return None;
        };
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        drop(chown(folder.path(), Some(NOBODY), Some(NOBODY)));
        let password = folder.path().join("password");
        std::fs::write(&password, "correct-horse").unwrap();
        drop(chown(&password, Some(NOBODY), Some(NOBODY)));
        let made = as_nobody(&bin.join("initdb"))
            .args(["--username=portcullis", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg(format!("--auth={auth}"))
            .arg(format!("--pwfile={}", password.display()))
            .arg("-D")
            .arg(folder.path().join("cluster"))
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        std::fs::write(folder.path().join("hba.conf"), "hostssl all all all trust\n").unwrap();
        make_certificate(folder.path(), "server", "localhost");
        drop(chown(folder.path().join("server.key"), Some(NOBODY), Some(NOBODY)));
        let mut conf = std::fs::read_to_string(folder.path().join("cluster/postgresql.conf")).unwrap();
        for setting in settings {
            conf.push_str(&setting.replace("FOLDER", folder.path().to_str().unwrap()));
            conf.push('\n');
        }
        std::fs::write(folder.path().join("cluster/postgresql.conf"), conf).unwrap();
        let running = Self::spawn(&bin, &folder, port).await;
        Some(Self { port, running, bin, folder })
    }

    async fn spawn(bin: &Path, folder: &TempDir, port: u16) -> Running {
        let mut command = as_nobody(&bin.join("postgres"));
        command.arg("-D").arg(folder.path().join("cluster"));
        command.args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k"]);
        command.arg(folder.path()).current_dir(folder.path());
        let running = Running::start(&mut command);
        let ready = async || running.output().contains("ready to accept connections").then_some(());
        wait::eventually("PostgreSQL to accept connections", ready).await;
        running
    }

    /// `DATABASE_URL`.
    pub fn url(&self) -> String {
        format!("postgres://portcullis:correct-horse@127.0.0.1:{}/postgres", self.port)
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A connection of the test's own.
    pub fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url()).unwrap()
    }

    /// Stops it as a crash would; the data stay.
    pub fn kill(&mut self) {
        self.running.signal("QUIT");
        self.running.wait();
    }

    /// Starts it again after [`Self::kill`].
    pub async fn restart(&mut self) {
        self.running = Self::spawn(&self.bin, &self.folder, self.port).await;
    }

    /// Stops (`STOP`) or wakes (`CONT`) the server with all of its processes.
    pub fn signal_all(&self, name: &str) {
        // The first process stands still while its children are told: it makes no more of them and reaps none that
        // ends.
        let message = |ids: &[&str]| {
            let sent = Command::new("kill").args(["-s", name]).args(ids).status().unwrap();
            assert!(sent.success(), "kill -s {name} {ids:?}");
        };
        let first = self.running.id().to_string();
        if name != "CONT" {
            message(&[&first]);
        }
        let children = std::fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap();
        message(&children.split_whitespace().collect::<Vec<_>>());
        if name == "CONT" {
            message(&[&first]);
        }
    }
}
