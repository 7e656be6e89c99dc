//! `PgBouncer` in transaction mode before a cluster of the test.

use std::net::SocketAddr;
use std::process::Command;

use tempfile::TempDir;

use super::postgres::{Postgres, as_nobody};
use super::process::{Running, free_port, is_installed};
use super::wait;

/// A running pooler; gone when dropped.
pub struct Pooler {
    /// Where it listens.
    pub port: u16,
    _running: Running,
    _folder: TempDir,
}

impl Pooler {
    /// Starts one with further `settings`; `None`, loudly, where `PgBouncer` is missing.
    pub async fn start(postgres: &Postgres, settings: &str) -> Option<Self> {
        let program = is_installed("pgbouncer")?;
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let users = folder.path().join("users.txt");
        std::fs::write(&users, "\"portcullis\" \"correct-horse\"\n").unwrap();
        let config = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = \
                {port}\nauth_type = trust\n\
             auth_file = {}\npool_mode = transaction\ndefault_pool_size = 5\nserver_reset_query_always = \
             0\nunix_socket_dir =\n{settings}\n",
            postgres.port,
            users.display()
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, config).unwrap();
        for path in [folder.path(), &users, &file] {
            drop(Command::new("chmod").args(["a+rX"]).arg(path).status());
        }
        let mut running = Running::start(as_nobody(&program).arg(&file).current_dir("/"));
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        wait::eventually("PgBouncer to listen", async || {
            assert!(!running.has_ended(), "{}", running.output());
            tokio::net::TcpStream::connect(address).await.ok().map(drop)
        })
        .await;
        Some(Self { port, _running: running, _folder: folder })
    }
}
