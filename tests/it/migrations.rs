//! The way from one version of the schema to the next (S94). There is one migration so far: the next one is made up.

use std::path::{Path, PathBuf};
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use portcullis::for_tests::{Database, DatabaseUrl, Schema, migrate};
use tempfile::TempDir;

use super::support::source;

/// A database of today in a folder, and our migrations with one more.
fn old_database() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let migrations = folder.path().join("migrations");
    for entry in std::fs::read_dir(source::repository().join("migrations")).unwrap() {
        let entry = entry.unwrap();
        let copy = migrations.join(entry.file_name());
        std::fs::create_dir_all(&copy).unwrap();
        for file in ["up.sql", "down.sql"] {
            std::fs::copy(entry.path().join(file), copy.join(file)).unwrap();
        }
    }
    let next = migrations.join("9999-01-01-000000_add_colour");
    std::fs::create_dir(&next).unwrap();
    std::fs::write(next.join("up.sql"), "ALTER TABLE settings ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'").unwrap();
    std::fs::write(next.join("down.sql"), "ALTER TABLE settings DROP COLUMN colour").unwrap();
    let file = folder.path().join("store.db");
    migrate::run(&open(&file)).unwrap();
    (folder, file)
}

fn open(file: &Path) -> Database {
    Database::open(&DatabaseUrl::Sqlite(file.to_owned()), tokio::runtime::Handle::current()).unwrap()
}

fn sqlite(file: &Path) -> SqliteConnection {
    SqliteConnection::establish(file.to_str().unwrap()).unwrap()
}

fn next(folder: &Path) -> FileBasedMigrations {
    FileBasedMigrations::from_path(folder.join("migrations")).unwrap()
}

fn count(file: &Path, what: &str) -> i64 {
    diesel::dsl::sql::<BigInt>(&format!("SELECT count(*) FROM {what}")).get_result(&mut sqlite(file)).unwrap()
}

/// The copies that were made beside the database.
fn copies(folder: &TempDir) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().path()).filter(|path| path.to_str().unwrap().contains(".before-")).collect()
}

#[tokio::test]
async fn s94_a_database_is_copied_before_it_is_brought_up_to_date() {
    let (folder, file) = old_database();
    let (database, migrations) = (open(&file), || next(folder.path()));
    assert_eq!(migrate::schema_of(&database).unwrap(), Schema::Current);
    assert_eq!(migrate::schema_among(&database, migrations).unwrap(), Schema::Older);
    assert_eq!(migrate::run(&database).unwrap(), 0);
    assert!(copies(&folder).is_empty(), "nothing was to be done");
    assert_eq!(migrate::run_all(&database, migrations).unwrap(), 1);
    assert_eq!(count(&file, "settings WHERE colour = 'blue'"), count(&file, "settings"));
    let copies = copies(&folder);
    assert_eq!(copies.len(), 1, "{copies:?}");
    let applied = MigrationHarness::<Sqlite>::applied_migrations(&mut sqlite(&copies[0])).unwrap();
    assert!(applied.iter().all(|version| version.to_string() != "99990101000000"), "the copy is of before");
}

#[tokio::test]
async fn s94_a_newer_database_is_refused_and_named() {
    let (folder, file) = old_database();
    let database = open(&file);
    migrate::run_all(&database, || next(folder.path())).unwrap();
    assert_eq!(migrate::schema_of(&database).unwrap(), Schema::Newer);
    let fault = migrate::run(&database).unwrap_err().to_string();
    assert!(fault.contains("another version of Portcullis") && fault.contains("99990101000000"), "{fault}");
}

/// Where the process of the test below does its work.
const FOLDER: &str = "TEST_MIGRATE_IN";

#[tokio::test]
async fn s94_a_copy_that_was_interrupted_halfway_is_made_again() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let folder = PathBuf::from(folder);
        migrate::run_all(&open(&folder.join("store.db")), || next(&folder)).unwrap();
        return;
    }
    let (folder, file) = old_database();
    let filling = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        INSERT INTO settings (name, value) SELECT 'filling ' || i, hex(randomblob(100)) FROM n";
    sqlite(&file).batch_execute(filling).unwrap();
    // The end of the process in the middle of the copy: no file may grow beyond this.
    let this = std::env::current_exe().unwrap();
    let name = "migrations::s94_a_copy_that_was_interrupted_halfway_is_made_again";
    let mut killed = Command::new("prlimit");
    killed.args(["--fsize=100000:100000", "--core=0"]).arg(this).args(["--exact", name]).env(FOLDER, folder.path());
    assert!(!killed.output().unwrap().status.success());
    assert!(!copies(&folder).is_empty(), "nothing was begun, so this test shows nothing");
    assert_eq!(migrate::run_all(&open(&file), || next(folder.path())).unwrap(), 1);
    let copies = copies(&folder);
    assert!(copies.len() == 1 && !copies[0].to_str().unwrap().contains(".part"), "{copies:?}");
    assert_eq!(count(&copies[0], "settings WHERE name LIKE 'filling %'"), 2000);
}
