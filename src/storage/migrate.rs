//! Migrations: one portable, embedded set; a database of a newer version is refused unchanged (S94).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, Database, StorageError, search};
use crate::config::DatabaseUrl;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The version of a database relative to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// It has no schema of ours.
    Missing,
    /// Of this version.
    Current,
    /// Migrations are missing.
    Older,
    /// It has unknown migrations.
    Newer,
}

/// Determines the version of the database; changes nothing in it.
pub fn schema_of(database: &Database) -> Result<Schema, StorageError> {
    schema_among(database, || MIGRATIONS)
}

/// The version of the database for a program with these migrations.
pub fn schema_among<M: Migrations>(database: &Database, migrations: impl Fn() -> M) -> Result<Schema, StorageError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        version: String,
    }
    let ours = names(&migrations())?;
    let applied = database.read_blocking(|c| {
        let rows = diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load::<Row>(c);
        match rows {
            Err(fault) if fault.to_string().contains("__diesel_schema_migrations") => Ok(Vec::new()),
            rows => Ok(rows?.into_iter().map(|row| row.version).collect()),
        }
    })?;
    Ok(if applied.is_empty() {
        Schema::Missing
    } else if applied.iter().any(|version| !ours.contains(version)) {
        Schema::Newer
    } else if ours.iter().any(|version| !applied.contains(version)) {
        Schema::Older
    } else {
        Schema::Current
    })
}

/// Migrations for both databases: ours or, in a test, those of a future version.
pub trait Migrations: MigrationSource<Sqlite> + MigrationSource<Pg> {}

impl<M: MigrationSource<Sqlite> + MigrationSource<Pg>> Migrations for M {}

fn names(migrations: &impl Migrations) -> Result<Vec<String>, StorageError> {
    let all = MigrationSource::<Sqlite>::migrations(migrations).map_err(corrupt)?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// Brings the schema up to date; returns how many migrations ran.
pub fn run(database: &Database) -> Result<usize, StorageError> {
    run_all(database, || MIGRATIONS)
}

/// Brings the schema up to date with these migrations; returns how many ran.
pub fn run_all<M: Migrations>(database: &Database, migrations: impl Fn() -> M) -> Result<usize, StorageError> {
    let ours = names(&migrations())?;
    database.migrate_blocking(|connection| {
        let (there, pending) = match connection {
            Connection::Sqlite(inner) => (applied(inner)?, inner.has_pending_migration(migrations()).map_err(corrupt)?),
            Connection::Postgres(inner) => {
                (applied(inner)?, inner.has_pending_migration(migrations()).map_err(corrupt)?)
            }
        };
        if let Some(version) = there.iter().find(|version| !ours.contains(version)) {
            return Err(StorageError::Corrupt(format!(
                "the database was created by another version of Portcullis (this one does not know its migration \
                    {version}); use that version, or restore one of its backups into an empty database"
            )));
        }
        if !pending {
            search::prepare(connection)?;
            return Ok(0);
        }
        if let (DatabaseUrl::Sqlite(path), Some(version)) = (database.url(), there.iter().max()) {
            back_up_before(connection, path, version)?;
        }
        let ran = match connection {
            Connection::Sqlite(inner) => each(inner, migrations())?,
            Connection::Postgres(inner) => each(inner, migrations())?,
        };
        search::prepare(connection)?;
        Ok(ran)
    })
}

/// Copies the file before it is changed (S94), replacing the copy of an earlier attempt from the same version: the old
/// version may have run for weeks since. It has another name until it is complete: an interrupted copy is worthless.
fn back_up_before(connection: &mut Connection, path: &Path, version: &str) -> Result<(), StorageError> {
    let copy = PathBuf::from(format!("{}.before-{version}", path.display()));
    let part = PathBuf::from(format!("{}.part", copy.display()));
    let failed = |fault: std::io::Error| StorageError::Unavailable(format!("{}: {fault}", part.display()));
    for left in [part.clone(), PathBuf::from(format!("{}-journal", part.display()))] {
        if left.exists() {
            fs::remove_file(&left).map_err(failed)?;
        }
    }
    diesel::sql_query("VACUUM INTO $1").bind::<Text, _>(part.display().to_string()).execute(connection)?;
    fs::set_permissions(&part, fs::Permissions::from_mode(0o600)).map_err(failed)?;
    fs::File::open(&part).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(&part, &copy).map_err(failed)?;
    tracing::info!(file = %copy.display(), "copied the database before the migration");
    Ok(())
}

fn applied<DB: Backend>(connection: &mut impl MigrationHarness<DB>) -> Result<Vec<String>, StorageError> {
    Ok(connection.applied_migrations().map_err(corrupt)?.iter().map(ToString::to_string).collect())
}

fn each<DB: Backend>(
    connection: &mut impl MigrationHarness<DB>,
    migrations: impl MigrationSource<DB>,
) -> Result<usize, StorageError> {
    connection.run_pending_migrations(migrations).map(|ran| ran.len()).map_err(corrupt)
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn corrupt(fault: Box<dyn std::error::Error + Send + Sync>) -> StorageError {
    StorageError::Unavailable(format!("migrations: {fault}"))
}
