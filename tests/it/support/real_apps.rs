//! Apps that people run: Jupyter Notebook of Debian, Node-RED of npm, and files that nginx serves.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::Message;

use super::client::{Call, Client};
use super::nginx::Nginx;
use super::process::{Running, free_port, is_installed, skip};
use super::{source, wait};

/// Debian's interpreter, which sees Debian's packages and runs the kernels.
const PYTHON: &str = "/usr/bin/python3";
/// What the cell of the notebook prints.
pub const PRINTED: &str = "42";

/// The three of them.
pub struct RealApps {
    /// Runs code.
    pub jupyter: Jupyter,
    /// An editor of flows.
    pub flows: NodeRed,
    /// A page.
    pub files: Files,
}

impl RealApps {
    /// Starts them, Jupyter for a host, perhaps with a certificate and its key; `None`, loudly, where one is missing.
    pub async fn start(jupyter_host: &str, certificate: Option<(&Path, &Path)>) -> Option<Self> {
        let (jupyter, flows) = (Jupyter::start(jupyter_host, certificate)?, NodeRed::start()?);
        let files = Files::start().await?;
        jupyter.running.line_with("is running at");
        flows.running.line_with("Server now running at");
        Some(Self { jupyter, flows, files })
    }
}

/// Jupyter Notebook without a sign-in of its own.
pub struct Jupyter {
    /// Where it listens, at `localhost`.
    pub port: u16,
    running: Running,
    folder: TempDir,
}

impl Jupyter {
    fn start(host: &str, certificate: Option<(&Path, &Path)>) -> Option<Self> {
        let program = is_installed("jupyter-notebook")?;
        let has_kernel = Command::new(PYTHON).args(["-c", "import ipykernel"]).output().unwrap().status.success();
        if !has_kernel {
            skip("python3-ipykernel");
            return None;
        }
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let cell = json!({
            "cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": "print(6 * 7)"
        });
        let kernel = json!({ "kernelspec": { "name": "python3", "display_name": "Python 3", "language": "python" } });
        let notebook = json!({ "cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 4 });
        std::fs::write(folder.path().join("cell.ipynb"), notebook.to_string()).unwrap();
        let mut command = Command::new(program);
        command.args(["--no-browser", "--allow-root", "--ip=127.0.0.1", "--NotebookApp.port_retries=0"]).args([
            "--NotebookApp.token=",
            &format!("--NotebookApp.local_hostnames={host}"),
            &format!("--port={port}"),
        ]);
        if let Some((certificate, key)) = certificate {
            command.arg(format!("--certfile={}", certificate.display())).arg(format!("--keyfile={}", key.display()));
        }
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder.path()).current_dir(folder.path());
        Some(Self { port, running: Running::start(&mut command), folder })
    }

    /// Everything it wrote so far.
    pub fn output(&self) -> String {
        self.running.output()
    }
}

impl Drop for Jupyter {
    /// By a signal, so that it ends its kernels.
    fn drop(&mut self) {
        if !self.running.has_ended() {
            self.running.signal("TERM");
            self.running.wait();
        }
    }
}

/// Starts a kernel and lets it run `print(6 * 7)`, as Jupyter's own page does; what it printed.
pub async fn run_a_cell(visitor: &mut Client) -> String {
    assert_eq!(visitor.get("/tree").await.status, 200);
    let xsrf = visitor.jar.get("_xsrf").expect("a cookie of Jupyter").to_owned();
    let origin = format!("http://{}", visitor.host());
    let start = Call::fetch("POST", "/api/kernels").header("X-XSRFToken", &xsrf).header("Origin", &origin);
    let started = visitor.send(start.body("{}")).await;
    assert_eq!(started.status, 201, "{}", started.text());
    let kernel = format!("/api/kernels/{}", started.json()["id"].as_str().unwrap());
    let mut socket = visitor.web_socket(&format!("{kernel}/channels"), &origin).await.unwrap();
    let header =
        json!({ "msg_id": "1", "session": "1", "username": "", "msg_type": "execute_request", "version": "5.3" });
    let content = json!({ "code": "print(6 * 7)", "silent": false });
    let message =
        json!({ "header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell" });
    socket.send(Message::text(message.to_string())).await.unwrap();
    loop {
        let message = wait::in_time("the kernel to answer", socket.next()).await.unwrap().unwrap();
        let Ok(message) = serde_json::from_slice::<Value>(&message.into_data()) else { continue };
        if message["msg_type"] == "stream" {
            return message["content"]["text"].as_str().unwrap().trim().to_owned();
        }
    }
}

/// Node-RED.
pub struct NodeRed {
    /// Where it listens, on loopback.
    pub port: u16,
    running: Running,
    folder: TempDir,
}

impl NodeRed {
    fn start() -> Option<Self> {
        Self::with_flows(&json!([]))
    }

    /// With these flows.
    pub fn with_flows(flows: &Value) -> Option<Self> {
        let (program, node) = (node_red()?, is_installed("node")?);
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        std::fs::write(folder.path().join("flows.json"), flows.to_string()).unwrap();
        let mut command = Command::new(node);
        command.arg(program).arg("-u").arg(folder.path()).args(["-p", &port.to_string(), "-D", "uiHost=127.0.0.1"]);
        command.arg("flows.json");
        let running = Running::start(command.env("HOME", folder.path()).current_dir(folder.path()));
        Some(Self { port, running, folder })
    }
}

fn node_red() -> Option<PathBuf> {
    let program = source::repository().join("target/node-red/node_modules/node-red/red.js");
    if program.is_file() {
        return Some(program);
    }
    skip("Node-RED");
    None
}

impl NodeRed {
    /// Waits until it serves.
    pub fn wait(&self) {
        self.running.line_with("Started flows");
    }
}

/// Waits for what Node-RED sends to its editor through the WebSocket.
pub async fn hears_of_flows(visitor: &Client) {
    let mut socket = visitor.web_socket("/comms", &format!("http://{}", visitor.host())).await.unwrap();
    socket.send(Message::text(json!({ "subscribe": "notification/#" }).to_string())).await.unwrap();
    let message = wait::in_time("Node-RED to say something", socket.next()).await.unwrap().unwrap();
    assert!(message.is_text() && message.to_text().unwrap().contains("topic"), "{message:?}");
}

/// A page of nginx, by TCP and by a socket in the file system.
pub struct Files {
    /// Where it listens.
    pub address: SocketAddr,
    /// The socket.
    pub socket: PathBuf,
    nginx: Nginx,
    folder: TempDir,
}

impl Files {
    async fn start() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let (root, socket) = (folder.path().join("www"), folder.path().join("files.sock"));
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("index.html"), "<!doctype html><title>Files</title><h1 id=files>Plain files</h1>")
            .unwrap();
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let server = format!(
            "types {{ text/html html; }}\nserver {{ listen {address}; listen unix:{}; root {}; }}",
            socket.display(),
            root.display()
        );
        let nginx = Nginx::start_http(address, &server).await?;
        Some(Self { address, socket, nginx, folder })
    }
}
