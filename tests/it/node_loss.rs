//! Three nodes under load while one is killed and comes back: nothing wrong is let in, and nothing acknowledged is
//! lost.

use std::io::Write;
use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use diesel::prelude::*;
use tempfile::TempDir;

use super::support::client::{Call, Client};
use super::support::nodes::{self, Haproxy};
use super::support::people::{self, PASSWORD};
use super::support::postgres::Postgres;
use super::support::process::{Process, portcullis};
use super::support::upstream::Upstream;
use super::support::wait;

/// How many people sign out before, while and after a node is away; `SIGN_OUTS=200` for the numbers in the notes.
fn sign_outs() -> u64 {
    std::env::var("SIGN_OUTS").ok().and_then(|text| text.parse().ok()).unwrap_or(8)
}

#[derive(Default)]
struct Seen {
    is_over: AtomicBool,
    requests: AtomicU64,
    errors: AtomicU64,
    wrong: AtomicU64,
    signed_in: AtomicU64,
    signed_out: AtomicU64,
}

impl Seen {
    /// One request with any outcome; a broken connection is an error.
    async fn send(&self, client: &mut Client, call: Call) -> Option<super::support::client::Response> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let answer = client.try_send(call).await;
        let failed = answer.as_ref().is_none_or(|answer| answer.status >= 500);
        self.errors.fetch_add(u64::from(failed), Ordering::Relaxed);
        answer.filter(|_| !failed)
    }

    async fn form(&self, client: &mut Client, page: &str, path: &str, fields: &[(&str, &str)]) -> bool {
        if self.send(client, Call::navigation(page)).await.is_none() {
            return false;
        }
        let Some(call) = client.filled_form(path, fields) else { return false };
        self.send(client, call).await.is_some_and(|answer| answer.status == 303)
    }

    /// Waits until that many people more have signed out.
    async fn sign_outs(&self, more: u64) {
        for _ in 0..more {
            let before = self.signed_out.load(Ordering::Acquire);
            wait::eventually("somebody to sign out", async || {
                (self.signed_out.load(Ordering::Acquire) > before).then_some(())
            })
            .await;
        }
    }

    /// Signs in, uses the session, signs out, and checks that it has ended; until the test is over.
    async fn live(&self, balancer: SocketAddr, mut accounts: impl Iterator<Item = String>) {
        while !self.is_over.load(Ordering::Acquire) {
            let mut client = Client::new(balancer, "http://localhost:3000");
            let email = accounts.next().unwrap();
            if !self
                .form(&mut client, "/_auth/login", "/_auth/login", &[("email", &email), ("password", PASSWORD)])
                .await
            {
                continue;
            }
            self.signed_in.fetch_add(1, Ordering::Relaxed);
            for _ in 0..10 {
                let answer = self.send(&mut client, Call::fetch("GET", "/page")).await;
                // Signed in and acknowledged, so never "sign in first".
                self.wrong.fetch_add(u64::from(answer.is_some_and(|answer| answer.status != 200)), Ordering::Relaxed);
            }
            let mut old = client.clone();
            if self.form(&mut client, "/_auth/account", "/_auth/logout", &[]).await {
                self.signed_out.fetch_add(1, Ordering::Relaxed);
                for _ in 0..6 {
                    let answer = self.send(&mut old, Call::fetch("GET", "/page")).await;
                    self.wrong
                        .fetch_add(u64::from(answer.is_some_and(|answer| answer.status == 200)), Ordering::Relaxed);
                }
            }
        }
    }
}

/// Adds an account on the command line: no account signs in as often as all people together do here.
fn add(postgres: &Postgres, node: &Process, email: &str) {
    let mut command = portcullis(node.folder.path(), &["user", "add", email]);
    command.envs(nodes::secrets()).env("DATABASE_URL", postgres.url()).env("APP_URL", node.app_url());
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    writeln!(running.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    assert!(running.wait().unwrap().success(), "{email}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s91_under_load_a_node_that_is_killed_and_comes_back_costs_no_write_and_lets_nothing_wrong_in() {
    let (Some(postgres), upstream) = (Postgres::start().await, Upstream::start().await) else { return };
    let mut running: Vec<Process> = Vec::new();
    for _ in 0..3 {
        running.push(nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await);
    }
    let addresses: Vec<SocketAddr> = running.iter().map(Process::address).collect();
    let Some(haproxy) = Haproxy::start(&addresses).await else { return };
    let mut owner = running[0].client();
    people::claim_with(
        &mut owner,
        &std::fs::read_to_string(running[0].folder.path().join("data/setup-token")).unwrap(),
    )
    .await;

    let accounts: Vec<String> = (0..sign_outs()).map(|number| format!("person{number}@example.org")).collect();
    for email in &accounts {
        add(&postgres, &running[0], email);
    }
    let seen = Arc::new(Seen::default());
    let people: Vec<_> = (0..4)
        .map(|number| {
            let (seen, balancer, accounts) = (Arc::clone(&seen), haproxy.address, accounts.clone());
            tokio::spawn(async move { seen.live(balancer, accounts.into_iter().cycle().skip(number)).await })
        })
        .collect();
    seen.sign_outs(sign_outs()).await;
    let victim = running.remove(1);
    let port = victim.port;
    let folder = victim.kill();
    seen.sign_outs(sign_outs()).await;
    running.push(nodes::process_on(port, &postgres, None, upstream.address, folder).await);
    seen.sign_outs(sign_outs()).await;
    seen.is_over.store(true, Ordering::Release);
    for person in people {
        person.await.unwrap();
    }

    let count = |counter: &AtomicU64| counter.load(Ordering::Acquire);
    let (requests, errors) = (count(&seen.requests), count(&seen.errors));
    eprintln!(
        "{requests} requests, {errors} errors ({:.2} %), {} sign-ins, {} sign-outs, {} wrong",
        f64::from(u32::try_from(errors).unwrap()) * 100.0 / f64::from(u32::try_from(requests).unwrap()),
        count(&seen.signed_in),
        count(&seen.signed_out),
        count(&seen.wrong),
    );
    assert_eq!(count(&seen.wrong), 0);
    assert!(count(&seen.signed_out) > 0);
    // Every sign-in and sign-out that was acknowledged is in the trail.
    let kept = |event: &str| -> i64 {
        diesel::sql_query(format!("SELECT count(*) AS n FROM audit_events WHERE event = '{event}'"))
            .get_result::<Number>(&mut postgres.connect())
            .unwrap()
            .n
    };
    assert!(kept("login.ok") >= i64::try_from(count(&seen.signed_in)).unwrap());
    assert!(kept("logout") >= i64::try_from(count(&seen.signed_out)).unwrap());
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    n: i64,
}
