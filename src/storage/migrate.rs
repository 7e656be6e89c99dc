//! Migrations: one portable set, embedded; a database of a newer version is refused untouched (S94).

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, Database, StorageError};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Brings the schema up to date; returns how many migrations ran.
pub fn run(database: &Database) -> Result<usize, StorageError> {
    let ours: Vec<String> = diesel::migration::MigrationSource::<diesel::sqlite::Sqlite>::migrations(&MIGRATIONS)
        .map_err(corrupt)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    database.migrate_blocking(|connection| {
        let (newer, pending) = match connection {
            Connection::Sqlite(inner) => (applied(inner)?, inner.has_pending_migration(MIGRATIONS).map_err(corrupt)?),
            Connection::Postgres(inner) => (applied(inner)?, inner.has_pending_migration(MIGRATIONS).map_err(corrupt)?),
        };
        if let Some(version) = newer.iter().find(|version| !ours.contains(version)) {
            return Err(StorageError::Corrupt(format!(
                "the database was made by a newer version of Portcullis (it has migration {version}); use that version"
            )));
        }
        if !pending {
            return Ok(0);
        }
        let ran = match connection {
            Connection::Sqlite(inner) => each(inner)?,
            Connection::Postgres(inner) => each(inner)?,
        };
        Ok(ran)
    })
}

fn applied<DB: diesel::backend::Backend>(connection: &mut impl MigrationHarness<DB>) -> Result<Vec<String>, StorageError> {
    Ok(connection.applied_migrations().map_err(corrupt)?.iter().map(ToString::to_string).collect())
}

fn each<DB: diesel::backend::Backend>(connection: &mut impl MigrationHarness<DB>) -> Result<usize, StorageError> {
    connection.run_pending_migrations(MIGRATIONS).map(|ran| ran.len()).map_err(corrupt)
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
fn corrupt(fault: Box<dyn std::error::Error + Send + Sync>) -> StorageError {
    StorageError::Unavailable(format!("migrations: {fault}"))
}
