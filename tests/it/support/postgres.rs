//! A throw-away PostgreSQL cluster on loopback.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::process::{Running, free_port};
use super::wait;

/// `nobody`: the server refuses to run as root.
const NOBODY: u32 = 65_534;

/// A running cluster; gone when dropped.
pub struct Postgres {
    port: u16,
    _running: Running,
    _folder: TempDir,
}

fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> =
        std::fs::read_dir("/usr/lib/postgresql").ok()?.map(|entry| entry.unwrap().path().join("bin")).collect();
    versions.sort();
    versions.pop().filter(|bin| bin.join("initdb").is_file())
}

fn as_nobody(program: &Path) -> Command {
    if !std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}"), "--clear-groups"]).arg(program);
    command
}

impl Postgres {
    /// Makes and starts one; `None`, loudly, where PostgreSQL is missing.
    pub async fn start() -> Option<Self> {
        let Some(bin) = programs() else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "PostgreSQL is not installed, and in CI nothing may be skipped");
            eprintln!("\n!!! SKIPPED: PostgreSQL is not installed; scripts/test installs it\n");
            return None;
        };
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        drop(chown(folder.path(), Some(NOBODY), Some(NOBODY)));
        let data = folder.path().join("cluster");
        let made = as_nobody(&bin.join("initdb"))
            .args(["--auth=trust", "--username=portcullis", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut command = as_nobody(&bin.join("postgres"));
        command.arg("-D").arg(&data).args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k"]);
        command.arg(folder.path()).current_dir(folder.path());
        let running = Running::start(&mut command);
        let ready = async || running.output().contains("ready to accept connections").then_some(());
        wait::eventually("PostgreSQL to accept connections", ready).await;
        Some(Self { port, _running: running, _folder: folder })
    }

    /// `DATABASE_URL`.
    pub fn url(&self) -> String {
        format!("postgres://portcullis@127.0.0.1:{}/postgres", self.port)
    }
}
