//! Several servers over one database, each with a data directory of its own.

use std::net::SocketAddr;
use std::process::Command;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use tempfile::TempDir;

use super::app::TestApp;
use super::client::Client;
use super::clock::TestClock;
use super::nginx::Nginx;
use super::people;
use super::postgres::Postgres;
use super::process::{Process, Running, free_port, is_installed};
use super::source;
use super::stores::Redis;
use super::upstream::Upstream;
use super::wait;

/// The secrets that nodes share.
pub fn secrets() -> Vec<(String, String)> {
    let names = ["JWT_AUTH_TOKEN_SECRET", "EXPRESS_SESSION_SECRET", "PASSWORD_KEY", "TOKEN_HASH_SECRET"];
    names.map(|name| (name.to_owned(), format!("kq3Zr8vXw1Yt6Bn0Lm5Pd2Fh9Gj4Sc7Ua-{name}"))).to_vec()
}

/// Nodes with their stores and the app behind them; all go when it is dropped.
pub struct Nodes {
    /// The nodes.
    pub apps: Vec<TestApp>,
    /// The app behind.
    pub upstream: Upstream,
    /// One time for all.
    pub clock: TestClock,
    /// Their Redis, if sessions are there.
    pub redis: Option<Redis>,
    /// Their database.
    pub postgres: Postgres,
    redis_folder: TempDir,
}

impl Nodes {
    /// Starts `count` nodes at once on an empty database; `None`, loudly, where a real part is missing.
    pub async fn start(count: usize, with_redis: bool) -> Option<Self> {
        Self::start_through(count, with_redis, |url| url).await
    }

    /// [`Self::start`] with another way to the database.
    pub async fn start_through(count: usize, with_redis: bool, way: impl FnOnce(String) -> String) -> Option<Self> {
        let (postgres, upstream, clock) = (Postgres::start().await?, Upstream::start().await, TestClock::new());
        let redis_folder = TempDir::new().unwrap();
        let redis = if with_redis { Some(Redis::start(redis_folder.path(), &[]).await?) } else { None };
        let url = way(postgres.url());
        let mut nodes = Self { apps: Vec::new(), upstream, clock, redis, postgres, redis_folder };
        let starting = (0..count).map(|_| nodes.node(&url, &[]));
        nodes.apps = futures_util::future::join_all(starting).await;
        Some(nodes)
    }

    /// One more node.
    pub async fn node(&self, url: &str, variables: &[(&str, &str)]) -> TestApp {
        let (clock, address, redis) = (self.clock.clone(), self.upstream.address, self.redis.as_ref().map(Redis::url));
        TestApp::start(move |options| {
            options.clock = clock;
            options.upstream = Some(address);
            options.trusted_proxies = Some("127.0.0.1/32".to_owned());
            options.set("DATABASE_URL", url);
            options.variables.extend(secrets());
            if let Some(redis) = redis {
                options.set("SESSION_STORE", "redis");
                options.set("REDIS_URL", &redis);
            }
            for (name, value) in variables {
                options.set(name, value);
            }
        })
        .await
    }

    /// The owner, signed in; the claim went to the first node.
    pub async fn owner(&self) -> Client {
        people::claim(&self.apps[0]).await
    }

    /// The browser of `client`, with its requests going to the node of that number.
    pub fn at(&self, number: usize, client: &Client) -> Client {
        let mut there = self.apps[number].client();
        there.jar = client.jar.clone();
        there
    }

    /// Starts Redis again on its port.
    pub async fn restart_redis(&mut self) {
        let port = self.redis.take().unwrap().port;
        self.redis = Redis::start_on(port, self.redis_folder.path(), &[]).await;
    }
}

/// A documented configuration with the addresses of these nodes in it.
fn documented(file: &str, addresses: &[SocketAddr]) -> String {
    let text = std::fs::read_to_string(source::repository().join("docker/nodes").join(file)).unwrap();
    assert_eq!(addresses.len(), 3);
    addresses
        .iter()
        .zip(1..)
        .fold(text, |text, (address, number)| text.replace(&format!("node{number}:3000"), &address.to_string()))
}

/// The nodes behind nginx, as documented; each request goes to the next node.
pub async fn nginx_before(addresses: &[SocketAddr]) -> Option<Nginx> {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let listen = format!("listen {address};\n    add_header X-Node $upstream_addr always;");
    Nginx::start_http(address, &documented("nginx.conf", addresses).replace("listen 8080;", &listen)).await
}

/// A real HAProxy that gives each request to the next node.
pub struct Haproxy {
    /// Where it listens.
    pub address: SocketAddr,
    _folder: TempDir,
    _running: Running,
}

impl Haproxy {
    /// Starts one before `addresses`; `None`, loudly, where there is none.
    pub async fn start(addresses: &[SocketAddr]) -> Option<Self> {
        let program = is_installed("haproxy")?;
        let (folder, port) = (TempDir::new().unwrap(), free_port());
        let config = documented("haproxy.cfg", addresses).replace("bind :8080", &format!("bind 127.0.0.1:{port}"));
        assert!(config.contains(&format!("bind 127.0.0.1:{port}")));
        let config = format!("{config}  http-response set-header X-Node %s\n");
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new(program);
        command.arg("-db").arg("-f").arg(&file);
        let mut running = Running::start(&mut command);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        wait::eventually("HAProxy to listen", async || {
            assert!(!running.has_ended(), "{}", running.output());
            tokio::net::TcpStream::connect(address).await.ok().map(drop)
        })
        .await;
        Some(Self { address, _folder: folder, _running: running })
    }
}

/// How many nodes an end waits for.
pub fn waited_for(postgres: &Postgres) -> i64 {
    diesel::select(diesel::dsl::sql::<BigInt>("(SELECT count(*) FROM nodes)"))
        .get_result(&mut postgres.connect())
        .unwrap()
}

/// Publishes a notice as a node does, in one transaction with `change`, and waits for nobody.
pub fn publish(connection: &mut diesel::PgConnection, change: &str, kind: &str, subject: &str) {
    let sql = format!(
        "BEGIN; {change}; UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'notices';
         INSERT INTO notices SELECT CAST(value AS BIGINT), '{kind}', '{subject}', 0 FROM settings WHERE name = \
         'notices';
         NOTIFY portcullis; COMMIT"
    );
    connection.batch_execute(&sql).unwrap();
}

/// A node in a process of its own.
pub async fn process(postgres: &Postgres, redis: Option<&Redis>, upstream: SocketAddr, folder: TempDir) -> Process {
    process_on(free_port(), postgres, redis, upstream, folder).await
}

/// [`process`] on a port that an earlier one had.
pub async fn process_on(
    port: u16,
    postgres: &Postgres,
    redis: Option<&Redis>,
    upstream: SocketAddr,
    folder: TempDir,
) -> Process {
    let mut variables = secrets();
    variables.push(("DATABASE_URL".to_owned(), postgres.url()));
    variables.push(("UPSTREAM_URL".to_owned(), format!("http://{upstream}")));
    variables.push(("APP_URL".to_owned(), "http://localhost:3000".to_owned()));
    if let Some(redis) = redis {
        variables.push(("SESSION_STORE".to_owned(), "redis".to_owned()));
        variables.push(("REDIS_URL".to_owned(), redis.url()));
    }
    variables.push(("TRUSTED_PROXIES".to_owned(), "127.0.0.1/32".to_owned()));
    Process::start_on(port, folder, "start", &variables).await
}
