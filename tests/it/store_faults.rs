//! A store that fails denies, says so, and heals by itself (S92, S94).

use std::process::Command;

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, run, said};
use super::support::upstream::Upstream;
use super::support::wait;

/// A second process that holds the database exclusively until it is dropped.
struct Lock(std::process::Child);

impl Lock {
    fn take(database: &std::path::Path) -> Self {
        let script = "import sqlite3, sys\n\
            c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)\n\
            c.execute('BEGIN EXCLUSIVE')\n\
            print('locked', flush=True)\n\
            sys.stdin.read()";
        let mut child = Command::new("python3")
            .args(["-c", script])
            .arg(database)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut said).unwrap();
        assert_eq!(said.trim(), "locked");
        Self(child)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test]
async fn s92_a_locked_database_is_503_with_retry_after_and_heals() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.sqlite = true;
    })
    .await;
    let mut owner = people::claim(&app).await;
    assert_eq!(owner.fetch("/page").await.status, 200);
    let mut stranger = app.client();
    stranger.get("/_auth/login").await;
    app.expect_error("the store is not available: database is locked");
    let lock = Lock::take(&app.data("portcullis.db"));
    let answer = stranger.post_form("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(
        answer.header("retry-after").is_some() && !answer.text().to_lowercase().contains("database"),
        "{}",
        answer.text()
    );
    assert!(answer.set_cookie("portcullis_access").is_none());
    drop(lock);
    assert_eq!(stranger.post_form("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await.status, 303);
}

fn execute(database: &std::path::Path, sql: &str) {
    let script =
        "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], timeout=20)\nc.executescript(sys.argv[2])\nc.commit()";
    let done = Command::new("python3").args(["-c", script]).arg(database).arg(sql).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[tokio::test]
async fn s92_a_missing_table_is_a_fault_of_ours_never_not_signed_in_never_through_and_heals() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.sqlite = true;
    })
    .await;
    let mut owner = people::claim(&app).await;
    assert_eq!(owner.fetch("/page").await.status, 200);
    let before = upstream.count();
    app.expect_error("no such table: sessions");
    execute(&app.data("portcullis.db"), "ALTER TABLE sessions RENAME TO hidden_away");
    app.advance(61);
    for path in ["/page", "/_auth/account"] {
        let answer = owner.get(path).await;
        assert_eq!((answer.status, answer.header("retry-after")), (500, None), "{path}");
        assert!(
            !answer.text().contains("hidden_away") && !answer.text().contains("no such table"),
            "{}",
            answer.text()
        );
        assert!(answer.set_cookies().is_empty(), "{:?}", answer.set_cookies());
    }
    assert_eq!(upstream.count(), before);
    execute(&app.data("portcullis.db"), "ALTER TABLE hidden_away RENAME TO sessions");
    assert_eq!(owner.fetch("/page").await.status, 200);
}

#[tokio::test]
async fn s90_s92_a_change_that_cannot_be_audited_is_not_made() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    execute(
        &app.data("portcullis.db"),
        "CREATE TRIGGER no_audit BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no audit'); END;",
    );
    app.expect_error("no audit");
    let answer = people::try_sign_in(&mut app.client(), OWNER, PASSWORD).await;
    assert!(answer.status >= 500 && answer.set_cookie("portcullis_access").is_none(), "{}", answer.status);
    let fields = [("email", "x@example.org"), ("name", ""), ("role", "user")];
    assert!(owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &fields).await.status >= 500);
    execute(&app.data("portcullis.db"), "DROP TRIGGER no_audit");
    assert!(!owner.get("/_auth/admin/users").await.text().contains("x@example.org"), "the change was only half made");
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
}

#[tokio::test]
async fn s92_a_full_disk_denies_and_heals() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "start").await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(path.join("data/setup-token")).unwrap()).await;
    // No file of the server may grow any more.
    let limit = |what: &str| {
        let set = Command::new("prlimit")
            .args(["--pid", &process.id().to_string(), &format!("--fsize={what}")])
            .output()
            .unwrap();
        assert!(set.status.success(), "{}", String::from_utf8_lossy(&set.stderr));
    };
    limit("4096:unlimited");
    let answer = people::try_sign_in(&mut process.client(), OWNER, PASSWORD).await;
    assert!(answer.status >= 500 && answer.set_cookie("portcullis_access").is_none(), "{}", answer.status);
    assert_eq!(owner.get("/_auth/account").await.status, 200, "reading goes on");
    limit("unlimited:unlimited");
    wait::eventually("sign-in to work again", async || {
        (people::try_sign_in(&mut process.client(), OWNER, PASSWORD).await.status == 303).then_some(())
    })
    .await;
}

#[tokio::test]
async fn s94_a_newer_schema_is_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start_in(folder, "start").await;
    let (_, folder) = process.stop();
    let database = folder.path().join("data/portcullis.db");
    execute(
        &database,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000'); PRAGMA wal_checkpoint(TRUNCATE);",
    );
    let before = std::fs::read(&database).unwrap();
    let refused = run(folder.path(), &["start"]);
    assert!(!refused.status.success() && said(&refused).contains("another version"), "{}", said(&refused));
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn s93_a_clock_that_jumps_opens_nothing() {
    let app = TestApp::start(|_| {}).await;
    let owner = people::claim(&app).await;
    let with = |jar: &Client| jar.clone();
    // Back: tokens of the future are refused, not trusted.
    app.clock.jump(-3600);
    assert_eq!(with(&owner).get("/_auth/account").await.status, 303);
    // Far ahead: everything has ended.
    app.clock.jump(3600 + 91 * 86_400);
    assert_eq!(with(&owner).get("/_auth/account").await.status, 303);
    app.clock.jump(-91 * 86_400);
    let status = with(&owner).get("/_auth/account").await.status;
    assert!(matches!(status, 200 | 303), "{status}");
}
