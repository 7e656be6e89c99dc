//! Another `TOKEN_HASH_SECRET`: what is sealed moves to it, what is stored as a keyed hash ends and is counted (S35,
//! S86).

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use jsonwebtoken::jwk::JwkSet;
use serde_json::Value;
use tempfile::TempDir;

use super::signed_identity::{HEADER, published, verify};
use super::signed_links;
use super::support::app::{TestApp, TestOptions};
use super::support::app_pages;
use super::support::apps::{self, WIKI};
use super::support::authenticator::Authenticator;
use super::support::client::{Call, Client};
use super::support::nodes::{self, secrets};
use super::support::passkey;
use super::support::people::{self, OWNER};
use super::support::phone::{self, Phone, STEP, events, halfway};
use super::support::postgres::Postgres;
use super::support::process::{free_port, portcullis, said};
use super::support::source;
use super::support::tokens::{self, Made, OWN, bearer};
use super::support::upstream::Upstream;
use super::support::wait;

const KEY_OF_THE_APP: &str = "k3y-of-the-app";
const FILE: &str = "secrets/token_hash_secret";
const NEXT: &str = "secrets/token_hash_secret.new";
const FIRST: &str = "first-kq3Zr8vXw1Yt6Bn0Lm5Pd2Fh9Gj4Sc7Ua";
const SECOND: &str = "second-Wm2Xb9Qe4Rz7Tk1Yv6Hn3Jd8Lf5Gc0Ps";

/// An instance with one of each thing that depends on the secret.
struct LivedIn {
    app: TestApp,
    upstream: Upstream,
    owner: Client,
    phone: Phone,
    codes: Vec<String>,
    passkey: Authenticator,
    trusted: Client,
    token: Made,
    link: String,
    invitation: String,
    keys: JwkSet,
}

async fn lived_in(choose: impl FnOnce(&mut TestOptions)) -> LivedIn {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        // Commands go by it, and say what has not expired.
        options.clock.jump_to_the_machines();
        choose(options);
    })
    .await;
    let mut owner = people::claim(&app).await;
    let extras = [("fixed_headers", "X-Api-Key: k3y-of-the-app"), ("signed_identity", "on")];
    app_pages::create_with(&mut owner, "Wiki", "wiki.example.net:3000", &upstream.url(), &extras).await;
    let token = tokens::make(&mut owner, OWN, &[]).await;
    let link = signed_links::make(&mut owner, &[("path", "/hook/1"), ("method", "GET")]).await;
    let invitation = people::invite(&mut owner, "ada@example.org", "Ada", "user").await.link;
    let (phone, codes) = phone::add(&mut owner, &app.clock).await;
    let (passkey, made) = passkey::make(&mut owner, "Laptop").await;
    assert_eq!(made.status, 303, "{}", made.text());
    app.advance(60);
    let trusted = phone::trusted(&app, &phone).await;
    let keys = published(&mut app.client()).await;
    LivedIn { app, upstream, owner, phone, codes, passkey, trusted, token, link, invitation, keys }
}

impl LivedIn {
    /// Starts the server again with the same data.
    async fn restart(&mut self, choose: impl FnOnce(&mut TestOptions)) {
        let address = self.upstream.address;
        let placeholder = TestApp::start(|options| options.sqlite = true).await;
        let (folder, clock) = std::mem::replace(&mut self.app, placeholder).stop().await;
        self.app = TestApp::start(|options| {
            options.upstream = Some(address);
            options.data_dir = Some(folder);
            options.clock = clock;
            choose(options);
        })
        .await;
        self.app.advance(60);
    }

    fn browser_with(&self, jar: &Client) -> Client {
        let mut browser = self.app.client();
        browser.jar = jar.jar.clone();
        browser
    }

    fn secret(&self) -> String {
        std::fs::read_to_string(self.app.data(FILE)).unwrap()
    }

    /// Everything that is sealed works as before.
    async fn check_moved(&self) {
        let mut by_code = halfway(&self.app).await;
        assert_eq!(phone::answer(&mut by_code, &self.phone.code()).await.status, 303);
        assert_eq!(people::who_am_i(&mut by_code).await.as_deref(), Some(OWNER));
        assert_eq!(published(&mut self.app.client()).await, self.keys, "apps need not read the keys again");
        let mut wiki = Client::new(self.app.address, WIKI);
        assert_eq!(apps::enter(&mut by_code, &mut wiki, "/page").await.status, 303);
        assert_eq!(wiki.get("/page").await.status, 200);
        let seen = self.upstream.last();
        assert_eq!(seen.all("x-api-key"), [KEY_OF_THE_APP]);
        assert_eq!(verify(&seen.header(HEADER).unwrap(), &self.keys, WIKI).unwrap()["email"], OWNER);
    }

    /// What does not depend on the secret works as before, and nobody is trusted.
    async fn check_people(&self) {
        let mut session = self.browser_with(&self.owner);
        assert_eq!(people::who_am_i(&mut session).await.as_deref(), Some(OWNER), "a session ended");
        let mut by_passkey = self.app.client();
        assert_eq!(passkey::sign_in(&mut by_passkey, &self.passkey, 0).await.status, 303);
        assert_eq!(phone::answer(&mut halfway(&self.app).await, &self.codes[0]).await.status, 401);
        let mut trusted = self.browser_with(&self.trusted);
        people::sign_out(&mut trusted).await;
        assert_eq!(people::sign_in(&mut trusted, OWNER, people::PASSWORD).await.location(), STEP);
    }

    /// What cannot be moved has ended.
    async fn check_ended(&self) {
        let (mut session, mut program) = (self.browser_with(&self.owner), self.app.client());
        assert_eq!(program.send(bearer(&self.token.token, "/page")).await.status, 401);
        assert_eq!(program.send(Call::new("GET", &self.link)).await.status, 401);
        assert!(program.get(&self.invitation).await.status >= 400);
        let list = session.get(OWN).await.text();
        assert!(!list.contains(&self.token.id), "a token that does not work is listed");
        assert_eq!(events(&mut session, "secret.changed").await, 1);
    }

    /// The texts of each table that may be secrets, hashes or keys, by table and column.
    fn kept(&self) -> BTreeSet<(String, String, String)> {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("kept.backup");
        ok(&self.app.run(&["backup", file.to_str().unwrap()]));
        let text = std::fs::read_to_string(file).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let columns = &lines[0]["portcullis"]["tables"];
        let mut kept = BTreeSet::new();
        for row in lines.iter().filter_map(|line| line.get("row")) {
            let table = row["table"].as_str().unwrap();
            for (column, value) in columns[table].as_array().unwrap().iter().zip(row["values"].as_array().unwrap()) {
                let is_of_word = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
                let words = value.as_str().unwrap_or_default().split(|sign| !is_of_word(sign));
                // A sealed nothing has 38 letters, a hash 43.
                for word in words.filter(|word| word.len() >= 38) {
                    kept.insert((table.to_owned(), column.as_str().unwrap().to_owned(), word.to_owned()));
                }
            }
        }
        kept
    }
}

fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

fn refused(output: &Output, why: &str) {
    assert!(!output.status.success() && said(output).contains(why), "{why}: {}", said(output));
}

#[tokio::test]
async fn everything_sealed_moves_to_another_secret_and_what_cannot_is_counted_first() {
    let mut old = lived_in(|_| {}).await;
    let secret = old.secret();
    old.app.halt().await;
    let told = ok(&old.app.run(&["secret", "change"]));
    for line in [
        "apps for codes: 1",
        "keys that sign identities: 1",
        "fixed headers of apps: 1",
        "machine tokens: 1 ",
        "signed links: 1 ",
        "recovery codes: 10, of 1 people",
        "invitations: 1;",
        "known browsers: 2, 1 of them trusted",
        "Nothing was changed.",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    assert_eq!(old.secret(), secret);
    let before = old.kept();
    let changed = ok(&old.app.run(&["secret", "change", "--yes"]));
    assert!(changed.contains("recovery codes: 10") && changed.contains("Changed; the new secret is in"), "{changed}");
    assert!(old.secret() != secret && !changed.contains(old.secret().trim()), "{changed}");
    assert!(!old.app.data(NEXT).exists());

    // Nothing that depends on the old one is left, in whatever column it is.
    let after = old.kept();
    let tables: BTreeSet<&str> = before.difference(&after).map(|(table, ..)| table.as_str()).collect();
    for table in ["totp_secrets", "signing_keys", "apps", "tokens", "machine_tokens", "recovery_codes", "attempts"] {
        assert!(tables.contains(table), "nothing in {table} changed: {tables:?}");
    }
    let others = [
        ("passkeys", "credential_id"),
        ("passkeys", "public_key"),
        ("passkeys", "user_handle"),
        ("signing_keys", "id"),
        ("settings", "value"),
        ("sessions", "id"),
        ("users", "password_hash"),
    ];
    let left: Vec<_> = before
        .intersection(&after)
        .filter(|(table, column, _)| !others.contains(&(table.as_str(), column.as_str())))
        .collect();
    assert!(
        left.is_empty(),
        "these depend on the old secret, or are independent of it and belong in the list: {left:?}"
    );

    old.restart(|_| {}).await;
    old.check_moved().await;
    old.check_people().await;
    old.check_ended().await;
    let mut owner = old.browser_with(&old.owner);
    let fresh = tokens::make(&mut owner, OWN, &[("name", "another")]).await;
    assert_eq!(old.app.client().send(bearer(&fresh.token, "/page")).await.status, 200);
}

#[tokio::test]
async fn a_secret_is_not_changed_while_a_server_runs() {
    let old = lived_in(|_| {}).await;
    let secret = old.secret();
    refused(&old.app.run(&["secret", "change", "--yes"]), "stop it first");
    assert!(ok(&old.app.run(&["secret", "change"])).contains("Nothing was changed."), "that only looks");
    assert!(old.secret() == secret && !old.app.data(NEXT).exists());
    old.app.advance(60);
    old.check_moved().await;
}

#[tokio::test]
async fn s86_a_change_that_was_interrupted_loses_nothing_and_goes_on_when_it_is_run_again() {
    let mut old = lived_in(|_| {}).await;
    let secret = old.secret();
    // Before the commit: the new secret is written, and the old one is in force.
    std::fs::write(old.app.data(NEXT), SECOND).unwrap();
    old.restart(|_| {}).await;
    old.check_moved().await;
    old.app.halt().await;
    ok(&old.app.run(&["secret", "change", "--yes"]));
    assert_eq!(old.secret(), SECOND, "a commit of the interrupted one may still have been on its way");

    // After the commit: the database has the new one, and the file the old one.
    std::fs::rename(old.app.data(FILE), old.app.data(NEXT)).unwrap();
    std::fs::write(old.app.data(FILE), &secret).unwrap();
    for arguments in [&["start"][..], &["secret", "change"], &["user", "list"]] {
        refused(&old.app.run(arguments), "a change of it was interrupted; run `portcullis secret change --yes` again");
    }
    assert!(ok(&old.app.run(&["secret", "change", "--yes"])).contains("had been changed before"));
    assert!(old.secret() == SECOND && !old.app.data(NEXT).exists());
    old.restart(|_| {}).await;
    old.check_moved().await;

    // A file that fits nothing changes nothing.
    old.app.halt().await;
    std::fs::write(old.app.data(NEXT), FIRST).unwrap();
    std::fs::write(old.app.data(FILE), &secret).unwrap();
    refused(&old.app.run(&["secret", "change", "--yes"]), "and neither is the one in");
    assert_eq!(old.secret(), secret);
}

#[tokio::test]
async fn what_cannot_be_opened_is_named_and_stops_the_change() {
    let mut old = lived_in(|_| {}).await;
    old.app.halt().await;
    let secret = old.secret();
    old.app.execute(
        "UPDATE totp_secrets SET secret = 'AAAA'; UPDATE apps SET fixed_headers = 'x-api-key AAAA';
         UPDATE signing_keys SET sealed = 'AAAA';",
    );
    let before = old.kept();
    for arguments in [&["secret", "change"][..], &["secret", "change", "--yes"]] {
        let output = old.app.run(arguments);
        for what in
            ["nothing was changed", "of owner@example.org cannot", "header x-api-key of the app Wiki", "signing key"]
        {
            refused(&output, what);
        }
    }
    assert!(old.secret() == secret && old.kept() == before && !old.app.data(NEXT).exists());
    let folder = std::fs::File::open(old.app.data("")).unwrap();
    folder.lock().unwrap();
    refused(&old.app.run(&["secret", "change", "--yes"]), "another `portcullis secret change --yes` is running");
}

#[tokio::test]
async fn a_secret_that_is_a_variable_is_given_and_has_to_be_set() {
    let given = |options: &mut TestOptions, secret: &str| {
        options.sqlite = true;
        options.set("TOKEN_HASH_SECRET", secret);
    };
    let mut old = lived_in(|options| given(options, FIRST)).await;
    old.app.halt().await;
    let folder: PathBuf = old.app.data("");
    let change = |current: &str, new: &str| {
        let mut command = portcullis(&folder, &["secret", "change", "--yes"]);
        command.env("DATA_DIR", &folder).env("TOKEN_HASH_SECRET", current);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{new}").unwrap();
        child.wait_with_output().unwrap()
    };
    refused(&change(FIRST, ""), "give it on standard input");
    refused(&change(FIRST, FIRST), "used already");
    refused(&change(FIRST, "short"), "shorter than 32 bytes");
    refused(&change(SECOND, FIRST), "TOKEN_HASH_SECRET: is not the one");
    let said = ok(&change(FIRST, SECOND));
    assert!(said.contains("Set TOKEN_HASH_SECRET to the new secret") && !said.contains(SECOND), "{said}");
    refused(&old.app.run(&["start"]), "TOKEN_HASH_SECRET: is not the one");
    assert!(!old.app.data(FILE).exists() && !old.app.data(NEXT).exists());
    old.restart(|options| given(options, SECOND)).await;
    old.check_moved().await;
}

#[test]
fn every_place_that_seals_is_moved_or_lives_for_hours_at_most() {
    let places = [
        // What lives for hours at most: forms that wait (also one for new recovery codes, in second_factors.rs),
        // ceremonies of passkeys, factors that are being set up. Everything else moves.
        ("accounts/acme_account.rs", 1),
        ("accounts/ceremonies.rs", 1),
        ("accounts/certificate_orders.rs", 1),
        ("accounts/confirm.rs", 1),
        ("accounts/enrolment.rs", 2),
        ("accounts/fixed_headers.rs", 1),
        ("accounts/second_factors.rs", 1),
        ("accounts/secret_change.rs", 5),
        ("accounts/signing_keys.rs", 1),
    ];
    let found: Vec<(String, usize)> = source::read_all()
        .into_iter()
        .filter(|source| source.file != "crypto/sealed.rs")
        .filter_map(|source| {
            let text = std::fs::read_to_string(source::repository().join("src").join(&source.file)).unwrap();
            let count = text.matches("sealer.seal(").count();
            (count > 0).then_some((source.file, count))
        })
        .collect();
    assert_eq!(found, places.map(|(file, count)| (file.to_owned(), count)), "secret_change.rs moves what lasts");
}

/// Runs the command while another one has locked the apps, makes `changes` once it waits, and commits them.
async fn run_into(postgres: &Postgres, changes: &str, arguments: &'static [&'static str]) -> Output {
    let mut other = postgres.connect();
    other.batch_execute("BEGIN; UPDATE settings SET value = value WHERE name = 'apps';").unwrap();
    let mut variables = secrets();
    variables.push(("DATABASE_URL".to_owned(), postgres.url()));
    variables.push(("PORT".to_owned(), free_port().to_string()));
    let command = tokio::task::spawn_blocking(move || {
        let folder = TempDir::new().unwrap();
        let mut command = portcullis(folder.path(), arguments);
        command.envs(variables).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        writeln!(child.stdin.take().unwrap(), "{SECOND}").unwrap();
        child.wait_with_output().unwrap()
    });
    let waiting = "(SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock')";
    let mut watch = postgres.connect();
    wait::eventually("the command to wait", async || {
        let count: i64 = diesel::select(diesel::dsl::sql::<BigInt>(waiting)).get_result(&mut watch).unwrap();
        (count > 0).then_some(())
    })
    .await;
    other.batch_execute(&format!("{changes} COMMIT")).unwrap();
    command.await.unwrap()
}

#[tokio::test]
async fn a_server_that_starts_during_a_change_is_noticed_or_notices() {
    let Some(postgres) = Postgres::start().await else { return };
    let upstream = Upstream::start().await;
    let (status, _folder) = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await.stop();
    assert!(status.success());
    let starts = "INSERT INTO nodes (id, acknowledged, beat) VALUES ('another', 0, 1);";
    refused(&run_into(&postgres, starts, &["secret", "change", "--yes"]).await, "stop it first");
    let changes = "DELETE FROM nodes; UPDATE settings SET value = 'another' WHERE name = 'key:TOKEN_HASH_SECRET';";
    refused(&run_into(&postgres, changes, &["start"]).await, "TOKEN_HASH_SECRET: is not the one");
}
