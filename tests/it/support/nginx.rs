//! A real nginx, configured by the test.

use std::net::SocketAddr;
use std::process::Command;

use tempfile::TempDir;

use super::client::Client;
use super::process::{Running, free_port, is_installed};
use super::wait;

/// A running nginx; stops when dropped.
pub struct Nginx {
    /// Where it listens.
    pub address: SocketAddr,
    folder: TempDir,
    running: Running,
}

impl Nginx {
    /// Starts with `http` as its configuration, which listens on `address`.
    pub async fn start_http(address: SocketAddr, http: &str) -> Option<Self> {
        let program = is_installed("nginx")?;
        let folder = TempDir::new().unwrap();
        let root = folder.path().display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {root}/{kind};\n"))
            .concat();
        let config = format!(
            "daemon off;\nmaster_process off;\npid {root}/nginx.pid;\nerror_log {root}/error.log notice;\nevents {{ \
                worker_connections 256; }}\n\
             http {{\naccess_log off;\n{temporary}{http}\n}}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new(program);
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).arg("-e").arg(folder.path().join("error.log"));
        let mut nginx = Self { address, folder, running: Running::start(&mut command) };
        nginx.until_ready().await;
        Some(nginx)
    }

    async fn until_ready(&mut self) {
        let address = self.address;
        wait::eventually("nginx to listen, or to end", async || {
            let listens = tokio::net::TcpStream::connect(address).await.is_ok();
            (listens || self.running.has_ended()).then_some(())
        })
        .await;
        assert!(!self.running.has_ended(), "nginx ended early:\n{}\n{}", self.running.output(), self.error_log());
    }

    /// What nginx complained about.
    pub fn error_log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }

    /// A browser that reaches `app_url` through this nginx.
    pub fn client(&self, app_url: &str) -> Client {
        Client::new(self.address, app_url)
    }
}

#[tokio::test]
async fn nginx_starts_and_serves() {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let server = format!("server {{ listen {address}; location / {{ return 200 'from nginx'; }} }}");
    let Some(nginx) = Nginx::start_http(address, &server).await else { return };
    assert_eq!(nginx.client("http://localhost:3000").get("/").await.text(), "from nginx", "{}", nginx.error_log());
}
