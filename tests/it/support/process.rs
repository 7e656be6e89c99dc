//! The real binary as a process of its own, and other programs that the tests start and stop.

use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::client::{Call, Client};
use super::{source, wait};

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Whether a real part is on this machine; if it is not, CI fails and others get a loud warning.
pub fn is_installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.push(PathBuf::from("/usr/sbin"));
    // What scripts/proxies and scripts/pebble bring.
    places.extend(["target/proxies", "target/pebble"].map(|folder| source::repository().join(folder)));
    let found = places.into_iter().map(|folder| folder.join(program)).find(|file| file.is_file());
    if found.is_none() {
        skip(program);
    }
    found
}

/// Says that a real part is missing; fails in CI.
pub fn skip(program: &str) {
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{program} is not installed, and in CI nothing may be skipped"
    );
    eprintln!("\n!!! SKIPPED: {program} is not installed; scripts/test installs it\n");
}

/// A child whose output is kept and which does not outlive its test.
pub struct Running {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Running {
    /// Starts the command with its output captured.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        collect(child.stdout.take().unwrap(), lines.clone());
        collect(child.stderr.take().unwrap(), lines.clone());
        Self { child, lines }
    }

    /// Everything it wrote so far, both streams.
    pub fn output(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// The first line with `mark` in it, waited for.
    pub fn line_with(&self, mark: &str) -> String {
        let found = || self.lines.lock().unwrap().iter().find(|line| line.contains(mark)).cloned();
        wait::eventually_blocking(&format!("a line with {mark:?}"), found)
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name, for example `TERM` or `KILL`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().unwrap();
        assert!(sent.success(), "kill -s {name} {}", self.id());
    }

    /// Waits for it to end by itself.
    pub fn wait(&mut self) -> ExitStatus {
        wait::eventually_blocking("the process to end", || self.child.try_wait().unwrap())
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let killed = self.child.kill().and_then(|()| self.child.wait().map(drop));
            if let Err(fault) = killed {
                eprintln!("could not stop {}: {fault}", self.child.id());
            }
        }
    }
}

fn collect(stream: impl Read + Send + 'static, lines: Arc<Mutex<Vec<String>>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            let Ok(line) = line else { return };
            lines.lock().unwrap().push(line);
        }
    });
}

/// `portcullis` with an empty environment and `folder` as its working directory.
pub fn portcullis(folder: &Path, arguments: &[&str]) -> Command {
    // A limit on the size of files is then an error of the write and not the end of the process.
    let mut command = Command::new("/usr/bin/env");
    command
        .arg("--ignore-signal=XFSZ")
        .arg(env!("CARGO_BIN_EXE_portcullis"))
        .args(arguments)
        .current_dir(folder)
        .env_clear();
    command
}

/// Runs a command of `portcullis` to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    portcullis(folder, arguments).stdin(Stdio::null()).output().unwrap()
}

/// [`run`] with variables in the environment.
pub fn run_with(folder: &Path, arguments: &[&str], variables: &[(&str, String)]) -> Output {
    let mut command = portcullis(folder, arguments);
    command.envs(variables.iter().map(|(name, value)| (name, value.as_str())));
    command.stdin(Stdio::null()).output().unwrap()
}

/// Standard output and standard error of a finished command, together.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// `portcullis start` as an operator starts it.
pub struct Process {
    /// The working directory; `data` below it is the data directory.
    pub folder: TempDir,
    /// The port it listens on.
    pub port: u16,
    app_url: String,
    /// The child.
    pub running: Running,
}

impl Process {
    /// Starts `command` (`start` or `demo`) in a folder that an earlier process may have left, and waits until it
    /// answers.
    pub async fn start_in(folder: TempDir, command: &str) -> Self {
        Self::start_with(folder, command, &[]).await
    }

    /// [`Self::start_in`] with variables in the environment, `APP_URL` among them if it is not the port's own.
    pub async fn start_with(folder: TempDir, command: &str, variables: &[(String, String)]) -> Self {
        Self::start_on(free_port(), folder, command, variables).await
    }

    /// [`Self::start_with`] on a port that an earlier one had.
    pub async fn start_on(port: u16, folder: TempDir, command: &str, variables: &[(String, String)]) -> Self {
        let given = variables.iter().find(|(name, _)| name == "APP_URL").map(|(_, value)| value.clone());
        let app_url = given.unwrap_or_else(|| format!("http://localhost:{port}"));
        let own = [format!("--PORT={port}"), format!("--APP_URL={app_url}")];
        let mut all = vec![command];
        all.extend(own.iter().map(String::as_str));
        let mut command = portcullis(folder.path(), &all);
        let running = Running::start(command.envs(variables.iter().map(|(name, value)| (name, value))));
        let mut process = Self { folder, port, app_url, running };
        process.until_ready().await;
        process
    }

    async fn until_ready(&mut self) {
        let (address, mut client) = (self.address(), self.client());
        wait::eventually("portcullis to say that it is alive", async || {
            assert!(!self.running.has_ended(), "portcullis ended early:\n{}", self.running.output());
            tokio::net::TcpStream::connect(address).await.ok()?;
            (client.send(Call::new("GET", "/_auth/health/live")).await.status == 200).then_some(())
        })
        .await;
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Its `APP_URL`.
    pub fn app_url(&self) -> String {
        self.app_url.clone()
    }

    /// A fresh browser profile.
    pub fn client(&self) -> Client {
        Client::new(self.address(), &self.app_url())
    }

    /// Runs another command of `portcullis` in the same folder, as a second process.
    pub fn run(&self, arguments: &[&str]) -> Output {
        run(self.folder.path(), arguments)
    }

    /// Everything it wrote so far, both streams.
    pub fn output(&self) -> String {
        self.running.output()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// `kill -9`; the folder stays and can be started in again.
    pub fn kill(mut self) -> TempDir {
        self.running.signal("KILL");
        self.running.wait();
        self.folder
    }

    /// SIGTERM; the exit status and the folder.
    pub fn stop(mut self) -> (ExitStatus, TempDir) {
        self.running.signal("TERM");
        (self.running.wait(), self.folder)
    }
}
