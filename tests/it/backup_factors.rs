//! Second factors after a restore and a move: they work as before, and a restore trusts no browser (S94).

use tempfile::TempDir;

use super::support::app::TestApp;
use super::support::authenticator::Authenticator;
use super::support::client::Client;
use super::support::clock::TestClock;
use super::support::passkey;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, Phone, STEP, halfway};
use super::support::postgres::Postgres;
use super::support::process::{run, run_with, said};

/// An instance that was stopped, what its owner signs in with, and a backup of it.
struct Stopped {
    folder: TempDir,
    clock: TestClock,
    phone: Phone,
    key: Authenticator,
    codes: Vec<String>,
    trusted: Client,
    backup: String,
    _kept: TempDir,
}

async fn backed_up() -> Stopped {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    let (phone, codes) = phone::add(&mut owner, &app.clock).await;
    let (key, made) = passkey::make(&mut owner, "Laptop").await;
    assert_eq!(made.status, 303, "{}", made.text());
    assert_eq!(phone::answer(&mut halfway(&app).await, &codes[0]).await.status, 303);
    app.advance(60);
    let trusted = phone::trusted(&app, &phone).await;
    let kept = TempDir::new().unwrap();
    let backup = kept.path().join("kept.backup").to_str().unwrap().to_owned();
    let made = app.run(&["backup", &backup]);
    assert!(made.status.success(), "{}", said(&made));
    let (folder, clock) = app.stop().await;
    Stopped { folder, clock, phone, key, codes, trusted, backup, _kept: kept }
}

impl Stopped {
    /// Restores the backup into that database, or SQLite, and starts a server there.
    async fn restored(&self, database: Option<&str>, options: &[&str]) -> TestApp {
        let folder = TempDir::new().unwrap();
        let mut variables = vec![("DATA_DIR", folder.path().to_str().unwrap().to_owned())];
        variables.extend(database.map(|url| ("DATABASE_URL", url.to_owned())));
        let arguments = [&["restore", &self.backup], options].concat();
        let output = run_with(folder.path(), &arguments, &variables);
        assert!(output.status.success(), "{}", said(&output));
        self.start(folder, database).await
    }

    async fn start(&self, folder: TempDir, database: Option<&str>) -> TestApp {
        TestApp::start(|options| {
            options.data_dir = Some(folder);
            options.clock = self.clock.clone();
            options.sqlite = true;
            if let Some(url) = database {
                options.set("DATABASE_URL", url);
            }
        })
        .await
    }

    /// Signs in there with everything that the owner has.
    async fn sign_in_with_each(&self, app: &TestApp) {
        let mut by_code = halfway(app).await;
        assert_eq!(phone::answer(&mut by_code, &self.phone.code()).await.status, 303);
        let mut by_passkey = app.client();
        assert_eq!(passkey::sign_in(&mut by_passkey, &self.key, 0).await.status, 303);
        assert_eq!(phone::answer(&mut halfway(app).await, &self.codes[0]).await.status, 401, "it was used");
        let mut by_recovery = halfway(app).await;
        assert_eq!(phone::answer(&mut by_recovery, &self.codes[1]).await.status, 303);
        for mut client in [by_code, by_passkey, by_recovery] {
            assert_eq!(people::who_am_i(&mut client).await.as_deref(), Some(OWNER));
        }
    }

    /// Whether the browser that was trusted is asked for the factor there.
    async fn is_asked(&self, app: &TestApp) -> bool {
        let mut browser = app.client();
        browser.jar = self.trusted.jar.clone();
        if people::who_am_i(&mut browser).await.is_some() {
            people::sign_out(&mut browser).await;
        }
        let answer = people::sign_in(&mut browser, OWNER, PASSWORD).await;
        let by_password = people::who_am_i(&mut browser).await.is_some();
        assert_ne!(by_password, answer.location() == STEP, "{}", answer.location());
        !by_password
    }
}

#[tokio::test]
async fn s94_a_restore_keeps_every_factor_and_trusts_no_browser() {
    let old = backed_up().await;
    let app = old.restored(None, &[]).await;
    assert!(old.is_asked(&app).await, "trust that may have been withdrawn since is back");
    old.sign_in_with_each(&app).await;
    let app = old.restored(None, &["--keep-sessions"]).await;
    assert!(!old.is_asked(&app).await, "told so, trust is kept");
}

#[tokio::test]
async fn s94_a_restore_into_postgresql_keeps_every_factor_and_trusts_no_browser() {
    let Some(postgres) = Postgres::start().await else { return };
    let old = backed_up().await;
    let app = old.restored(Some(&postgres.url()), &[]).await;
    assert!(old.is_asked(&app).await, "trust that may have been withdrawn since is back");
    old.sign_in_with_each(&app).await;
}

#[tokio::test]
async fn s94_a_store_moves_with_every_factor_and_trusted_browser() {
    let Some(postgres) = Postgres::start().await else { return };
    let mut old = backed_up().await;
    let folder = std::mem::replace(&mut old.folder, TempDir::new().unwrap());
    let from = format!("sqlite://{}", folder.path().join("portcullis.db").display());
    let output = run(folder.path(), &["migrate-store", "--from", &from, "--to", &postgres.url()]);
    assert!(output.status.success(), "{}", said(&output));
    let app = old.start(folder, Some(&postgres.url())).await;
    assert!(!old.is_asked(&app).await, "nothing ended");
    old.sign_in_with_each(&app).await;
}
