//! Backups that restore, and the way from one database to another (S94).

use std::path::Path;
use std::process::Output;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tempfile::TempDir;

use super::support::client::Client;
use super::support::nodes::secrets;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::postgres::Postgres;
use super::support::process::{Process, run, run_with, said};

/// A claimed server with a history: people, sessions, audit lines, mails.
async fn lived_in(variables: &[(String, String)]) -> (Process, Client) {
    let process = Process::start_with(TempDir::new().unwrap(), "start", variables).await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap())
        .await;
    for number in 0..5 {
        let email = format!("person{number}@example.org");
        let invited = people::invite(&mut owner, &email, "N\u{e4}me, \"quoted\"", "user").await;
        let by_mail = owner.submit(&invited.page, &format!("{}/invite", invited.page), &[("by", "mail")]).await;
        assert_eq!(by_mail.status, 303);
    }
    people::sign_in(&mut process.client(), OWNER, PASSWORD).await;
    (process, owner)
}

fn ok(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    said(output)
}

fn refused(output: &Output, why: &str) {
    assert!(!output.status.success() && said(output).contains(why), "{why}: {}", said(output));
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

#[tokio::test]
async fn s94_a_backup_made_while_people_sign_in_restores_everything_but_what_was_open() {
    let (process, mut owner) = lived_in(&[]).await;
    let busy: Vec<_> = (0..4)
        .map(|_| {
            let mut client = process.client();
            tokio::spawn(async move { people::try_sign_in(&mut client, OWNER, PASSWORD).await.status })
        })
        .collect();
    let kept = TempDir::new().unwrap();
    let file = path(&kept, "kept.backup");
    let message = ok(&process.run(&["backup", &file]));
    assert!(message.contains("6 users") && message.contains("protect it like a password"), "{message}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    refused(&process.run(&["backup", &file]), "already exists");
    for task in busy {
        assert_eq!(task.await.unwrap(), 303);
    }
    refused(&process.run(&["restore", &file]), "a server is already running with");
    let address = [("APP_URL".to_owned(), process.app_url())];
    let (_, old) = process.stop();
    refused(&run(old.path(), &["restore", &file]), "already");

    // Into nothing: the people, their passwords and the trail are there, the sessions are not.
    let fresh = TempDir::new().unwrap();
    assert!(ok(&run(fresh.path(), &["restore", &file])).contains("6 users"));
    let restored = Process::start_with(fresh, "start", &address).await;
    let mut there = restored.client();
    there.jar = owner.jar.clone();
    assert_eq!(people::who_am_i(&mut there).await, None, "a session of the backup lives again");
    people::sign_in(&mut there, OWNER, PASSWORD).await;
    let users = there.get("/_auth/admin/users").await.text();
    assert!(users.contains("person4@example.org") && users.contains("N\u{e4}me, &#34;quoted&#34;"), "{users}");
    assert!(there.get("/_auth/admin/audit?event=setup.claimed").await.text().contains(OWNER));
    assert_eq!(there.get("/_auth/setup").await.status, 303, "it stays claimed");

    // Told so, sessions are kept.
    let kept_open = TempDir::new().unwrap();
    ok(&run(kept_open.path(), &["restore", &file, "--keep-sessions"]));
    let again = Process::start_with(kept_open, "start", &address).await;
    owner = {
        let mut client = again.client();
        client.jar = owner.jar.clone();
        client
    };
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn s94_a_backup_without_keys_says_what_it_needs_when_it_is_made_and_when_it_is_restored() {
    let (process, _owner) = lived_in(&[]).await;
    let (kept, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let file = path(&kept, "kept.backup");
    let message = ok(&process.run(&["backup", "--without-secrets", &file]));
    assert!(
        message.contains("It contains no keys: keep the folder secrets") && !message.contains("password"),
        "{message}"
    );
    let message = ok(&run(elsewhere.path(), &["restore", &file]));
    assert!(message.contains("It contains no keys: copy the folder secrets"), "{message}");
    copy_folder(&process.folder.path().join("data/secrets"), &elsewhere.path().join("data/secrets"));
    assert!(ok(&run(elsewhere.path(), &["user", "list"])).contains(OWNER));
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[tokio::test]
async fn s94_a_damaged_backup_restores_nothing() {
    let (process, _) = lived_in(&[]).await;
    let kept = TempDir::new().unwrap();
    let file = path(&kept, "kept.backup");
    ok(&process.run(&["backup", &file]));
    let whole = std::fs::read_to_string(&file).unwrap();
    let cut = &whole[..whole.len() - 10];
    let no_end = whole.split_inclusive('\n').take(6).collect::<String>();
    let changed = whole.replacen("\"user\"", "\"admin\"", 1);
    let later = whole.replacen("\"backup\":1", "\"backup\":2", 1);
    for (bad, why) in [
        (cut, "malformed"),
        (&no_end, "too early"),
        (&changed, "checksum"),
        (&later, "was made by"),
        ("{}\n", "malformed"),
    ] {
        assert_ne!(bad, whole);
        let damaged = path(&kept, "damaged.backup");
        std::fs::write(&damaged, bad).unwrap();
        let fresh = TempDir::new().unwrap();
        refused(&run(fresh.path(), &["restore", &damaged]), why);
        assert!(
            !fresh.path().join("data/secrets/password_key").exists()
                && !fresh.path().join("data/portcullis.db").exists(),
            "{why}"
        );
    }
}

#[tokio::test]
async fn s94_what_was_kept_of_sqlite_is_restored_into_postgresql_and_back() {
    let Some(postgres) = Postgres::start().await else { return };
    let (process, _) = lived_in(&[]).await;
    let kept = TempDir::new().unwrap();
    let (first, second) = (path(&kept, "sqlite.backup"), path(&kept, "postgres.backup"));
    ok(&process.run(&["backup", &first]));
    drop(process);
    let folder = TempDir::new().unwrap();
    let there = [("DATABASE_URL", postgres.url())];
    ok(&run_with(folder.path(), &["restore", &first], &there));
    let node = Process::start_with(folder, "start", &[("DATABASE_URL".to_owned(), postgres.url())]).await;
    people::sign_in(&mut node.client(), OWNER, PASSWORD).await;
    ok(&run_with(node.folder.path(), &["backup", &second], &there));
    let back = TempDir::new().unwrap();
    ok(&run(back.path(), &["restore", &second]));
    let home = Process::start_in(back, "start").await;
    let mut owner = home.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    assert!(owner.get("/_auth/admin/users").await.text().contains("person0@example.org"));
}

#[tokio::test]
async fn s94_a_store_moves_from_sqlite_to_postgresql_and_nobody_has_to_sign_in() {
    let Some(postgres) = Postgres::start().await else { return };
    let (process, owner) = lived_in(&secrets()).await;
    let from = format!("sqlite://{}", process.folder.path().join("data/portcullis.db").display());
    let arguments = ["migrate-store", "--from", &from, "--to", &postgres.url()];
    refused(&process.run(&arguments), "a server is already running with");
    let app_url = process.app_url();
    let (_, folder) = process.stop();
    let message = ok(&run(folder.path(), &arguments));
    assert!(
        message.contains("6 users") && message.contains("2 sessions") && message.contains("was verified"),
        "{message}"
    );
    refused(&run(folder.path(), &arguments), "--to: the database already has users");
    refused(
        &run(folder.path(), &["migrate-store", "--from", "sqlite:///nowhere/x.db", "--to", &postgres.url()]),
        "there is no database",
    );
    refused(
        &run(folder.path(), &["migrate-store", "--from", "mysql://u:hunter2@h/d", "--to", &from]),
        "--from must begin with",
    );

    let mut variables = secrets();
    variables.push(("DATABASE_URL".to_owned(), postgres.url()));
    variables.push(("APP_URL".to_owned(), app_url));
    let moved = Process::start_with(folder, "start", &variables).await;
    let mut there = moved.client();
    there.jar = owner.jar.clone();
    assert_eq!(people::who_am_i(&mut there).await.as_deref(), Some(OWNER));
    assert!(there.get("/_auth/admin/audit?event=user.invited").await.text().contains("person4@example.org"));
}

#[tokio::test]
async fn s94_nothing_is_restored_or_moved_while_a_node_runs_on_the_database() {
    let Some(postgres) = Postgres::start().await else { return };
    let (process, _) = lived_in(&secrets()).await;
    let (kept, empty) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let file = path(&kept, "kept.backup");
    ok(&process.run(&["backup", &file]));
    let (_, old) = process.stop();
    let from = format!("sqlite://{}", old.path().join("data/portcullis.db").display());
    let there = [("DATABASE_URL", postgres.url())];
    // There are no users yet, but a node is running.
    let mut variables = secrets();
    variables.push(("DATABASE_URL".to_owned(), postgres.url()));
    let node = Process::start_with(TempDir::new().unwrap(), "start", &variables).await;
    let restore = || run_with(empty.path(), &["restore", &file], &there);
    refused(&restore(), "a server is running on this database");
    refused(
        &run(old.path(), &["migrate-store", "--from", &from, "--to", &postgres.url()]),
        "--to: a server is running on this database",
    );
    let fresh = format!("sqlite://{}", kept.path().join("new.db").display());
    refused(
        &run(old.path(), &["migrate-store", "--from", &postgres.url(), "--to", &fresh]),
        "--from: a server is running on this database",
    );
    // One that was killed stays on the list, and does not live.
    node.kill();
    assert!(ok(&restore()).contains("6 users"));
}

#[tokio::test]
async fn s94_a_restore_whose_keys_cannot_be_written_leaves_an_empty_database_behind() {
    let (process, _) = lived_in(&[]).await;
    let (kept, fresh) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let file = path(&kept, "kept.backup");
    ok(&process.run(&["backup", &file]));
    std::fs::create_dir(fresh.path().join("data")).unwrap();
    let keys = fresh.path().join("data/secrets");
    // A folder that is not writable.
    std::os::unix::fs::symlink("/proc", &keys).unwrap();
    refused(&run(fresh.path(), &["restore", &file]), "data/secrets/");
    std::fs::remove_file(&keys).unwrap();
    assert!(ok(&run(fresh.path(), &["restore", &file])).contains("6 users"));
    let restored = Process::start_in(fresh, "start").await;
    people::sign_in(&mut restored.client(), OWNER, PASSWORD).await;
}

#[tokio::test]
async fn s94_a_backup_and_a_move_change_nothing_in_what_they_cannot_read() {
    let folder = TempDir::new().unwrap();
    ok(&run(folder.path(), &["migrate"]));
    let database = folder.path().join("data/portcullis.db");
    let (from, to) = (format!("sqlite://{}", database.display()), format!("sqlite://{}", path(&folder, "new.db")));
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')";
    for (change, why) in
        [(newer, "from another version"), ("DROP TABLE __diesel_schema_migrations", "not a Portcullis database")]
    {
        sqlite(&database).batch_execute(change).unwrap();
        let before = std::fs::read(&database).unwrap();
        refused(&run(folder.path(), &["backup", "kept.backup"]), why);
        refused(&run(folder.path(), &["migrate-store", "--from", &from, "--to", &to]), why);
        assert!(std::fs::read(&database).unwrap() == before && !folder.path().join("kept.backup").exists());
    }
}

fn sqlite(file: &Path) -> SqliteConnection {
    SqliteConnection::establish(file.to_str().unwrap()).unwrap()
}

#[tokio::test]
async fn s88_a_store_that_cannot_be_had_stops_the_start_with_one_line_without_the_password() {
    let Some(postgres) = Postgres::start_with(&[], "scram-sha-256").await else { return };
    let folder = TempDir::new().unwrap();
    let at =
        |password: &str, port: u16, rest: &str| format!("postgres://portcullis:{password}@127.0.0.1:{port}/{rest}");
    let nobody = super::support::process::free_port();
    let redis = |url: &str| {
        vec![
            ("SESSION_STORE", "redis".to_owned()),
            ("REDIS_URL", url.to_owned()),
            ("DATABASE_URL", at("correct-horse", postgres.port, "postgres")),
        ]
    };
    let cases: Vec<(Vec<(&str, String)>, &str)> = vec![
        (vec![("DATABASE_URL", "mysql://portcullis:hunter2@127.0.0.1/x".to_owned())], "DATABASE_URL"),
        (vec![("DATABASE_URL", at("hunter2", postgres.port, "postgres"))], "password authentication failed"),
        (vec![("DATABASE_URL", at("hunter2", nobody, "postgres"))], "127.0.0.1"),
        (vec![("DATABASE_URL", at("correct-horse", postgres.port, "nowhere"))], "does not exist"),
        (vec![("DATABASE_URL", "postgres://portcullis:hunter2@192.0.2.1/x".to_owned())], "192.0.2.1"),
        (
            vec![("DATABASE_URL", format!("{}?sslmode=require", at("hunter2", postgres.port, "postgres")))],
            "DATABASE_URL",
        ),
        (redis("http://:hunter2@127.0.0.1/0"), "REDIS_URL"),
        (redis(&format!("redis://:hunter2@127.0.0.1:{nobody}/0")), "REDIS_URL"),
    ];
    for (variables, names) in cases {
        let output = run_with(folder.path(), &["start"], &variables);
        refused(&output, names);
        let text = said(&output);
        assert!(
            !text.contains("hunter2\"") && !text.contains(":hunter2@") && text.trim().lines().count() <= 2,
            "{text}"
        );
    }
}

/// Runs a command of `portcullis` with a terminal as its standard error, and returns what that terminal was sent.
fn on_a_terminal(folder: &Path, arguments: &str) -> String {
    let command = format!("{} {arguments}", env!("CARGO_BIN_EXE_portcullis"));
    let output = std::process::Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    ok(&output)
}

#[tokio::test]
async fn long_work_shows_how_far_it_is_on_a_terminal_and_only_there() {
    let (process, _owner) = lived_in(&[]).await;
    let (_, folder) = process.stop();
    let filling = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) \
         INSERT INTO audit_events (id, at, event, actor, subject, source, detail) SELECT 'x' || i, 0, 'login.ok', '', \
         '', '', '' FROM n";
    sqlite(&folder.path().join("data/portcullis.db")).batch_execute(filling).unwrap();
    let shown = on_a_terminal(folder.path(), "backup shown.backup");
    assert!(
        shown.contains("Writing \u{2026} 2000 rows") && shown.contains("Verifying \u{2026} 2000 rows"),
        "{shown:?}"
    );
    let (_, last) = shown.rsplit_once("\u{1b}[2K").unwrap();
    assert!(last.starts_with("shown.backup holds"), "{last:?}");
    let quiet = ok(&run(folder.path(), &["backup", "quiet.backup"]));
    assert!(!quiet.contains('\u{1b}') && !quiet.contains("Writing"), "{quiet:?}");
    let fresh = TempDir::new().unwrap();
    let shown = on_a_terminal(fresh.path(), &format!("restore {}", path(&folder, "shown.backup")));
    assert!(shown.contains("Restoring \u{2026} 2000 rows") && shown.contains("Restored"), "{shown:?}");
    let shown = on_a_terminal(folder.path(), "migrate-store --from sqlite://data/portcullis.db --to sqlite://other.db");
    assert!(shown.contains("Moving \u{2026} 2000 rows") && shown.contains("Moved"), "{shown:?}");
}
