//! The stores that the suite runs on: SQLite by itself, or what `scripts/test` says in the environment.
//!
//! `TEST_POSTGRES` is the address of a throw-away cluster, in which every server of a test gets a database of its own;
//! with `TEST_REDIS=true` it also gets a Redis of its own for the sessions.

use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::process::{Running, free_port, is_installed};
use super::wait;

/// What a server of a test stores its data in.
#[derive(Default)]
pub struct Stores {
    /// `DATABASE_URL` and the like; empty for SQLite in the data directory.
    pub variables: Vec<(String, String)>,
    redis: Option<Redis>,
    database: Option<(String, String)>,
}

impl Stores {
    /// The stores of the server with that data directory, the same ones again when it starts again.
    pub async fn of(data_dir: &Path) -> Self {
        let Ok(cluster) = std::env::var("TEST_POSTGRES") else { return Self::default() };
        let mark = data_dir.join("test-database");
        let name = std::fs::read_to_string(&mark).unwrap_or_else(|_| {
            let name = format!("t{}", data_dir.file_name().unwrap().to_str().unwrap().replace('.', "").to_lowercase());
            let name = format!("{name}{}", free_port());
            let mut connection = PgConnection::establish(&format!("{cluster}/postgres")).unwrap();
            connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            std::fs::write(&mark, &name).unwrap();
            name
        });
        let mut stores =
            Self { variables: vec![("DATABASE_URL".to_owned(), format!("{cluster}/{name}"))], ..Self::default() };
        stores.database = Some((cluster, name));
        if std::env::var("TEST_REDIS").as_deref() == Ok("true") {
            let folder = data_dir.join("test-redis");
            std::fs::create_dir_all(&folder).unwrap();
            let redis =
                Redis::start(&folder, &["--appendonly", "yes", "--appendfsync", "always"]).await.expect("redis-server");
            stores.variables.push(("SESSION_STORE".to_owned(), "redis".to_owned()));
            stores.variables.push(("REDIS_URL".to_owned(), redis.url()));
            stores.redis = Some(redis);
        }
        stores
    }

    /// Every row of the tables, when the data are in PostgreSQL.
    pub fn content(&self) -> Option<Vec<u8>> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text)]
            line: String,
        }
        let (cluster, name) = self.database.as_ref()?;
        let mut connection = PgConnection::establish(&format!("{cluster}/{name}")).unwrap();
        let mut content = Vec::new();
        for table in
            ["users", "tokens", "mails", "audit_events", "settings", "attempts", "devices", "sessions", "notices"]
        {
            let rows: Vec<Line> =
                diesel::sql_query(format!("SELECT t::text AS line FROM {table} t")).load(&mut connection).unwrap();
            content.extend(rows.into_iter().flat_map(|row| row.line.into_bytes()));
        }
        Some(content)
    }

    /// Changes the data and tells the nodes, when they are in PostgreSQL.
    pub fn execute(&self, sql: &str) -> bool {
        let Some((cluster, name)) = self.database.as_ref() else { return false };
        let mut connection = PgConnection::establish(&format!("{cluster}/{name}")).unwrap();
        connection.batch_execute(&format!("BEGIN; {sql} NOTIFY portcullis; COMMIT;")).unwrap();
        true
    }

    /// Frees the space when these data are no longer needed.
    pub fn remove(&mut self) {
        if let Some((cluster, name)) = self.database.take()
            && let Ok(mut connection) = PgConnection::establish(&format!("{cluster}/postgres"))
        {
            drop(connection.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")));
        }
    }
}

/// A real Redis; gone when dropped.
pub struct Redis {
    /// Where it listens.
    pub port: u16,
    /// The child.
    pub running: Running,
}

impl Redis {
    /// Starts one in `folder`; `None`, loudly, where there is none.
    pub async fn start(folder: &Path, options: &[&str]) -> Option<Self> {
        Self::start_on(free_port(), folder, options).await
    }

    /// Starts one on a port that an earlier one had.
    pub async fn start_on(port: u16, folder: &Path, options: &[&str]) -> Option<Self> {
        let program = is_installed("redis-server")?;
        let mut command = Command::new(program);
        command
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"])
            .arg(folder)
            .args(options);
        let running = Running::start(&mut command);
        wait::eventually("Redis to accept connections", async || {
            running.output().contains("Ready to accept").then_some(())
        })
        .await;
        Some(Self { port, running })
    }

    /// `REDIS_URL`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }
}
