//! Where data and sessions are stored.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use super::parse::Reader;
use super::variables::{DATABASE_URL, REDIS_URL, SESSION_STORE};

/// Where data is stored.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address with its password.
    Postgres(SecretString),
}

impl DatabaseUrl {
    /// The address without its secret parts.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
            Self::Postgres(_) => "[hidden]".to_owned(),
        }
    }
}

/// Where sessions are stored.
#[derive(Clone, Debug)]
pub enum SessionStoreUrl {
    /// In the database.
    Database,
    /// In Redis at this address, which may contain a password.
    Redis(SecretString),
}

pub(super) fn database(reader: &mut Reader<'_>, data_dir: &Path) -> DatabaseUrl {
    reader.given(&DATABASE_URL).unwrap_or_else(|| DatabaseUrl::Sqlite(data_dir.join("portcullis.db")))
}

pub(super) fn database_url(text: &str) -> Result<DatabaseUrl, String> {
    parse_database(text).map_err(str::to_owned)
}

/// Parses a database address, or says what is wrong with it without repeating it.
pub fn parse_database(text: &str) -> Result<DatabaseUrl, &'static str> {
    match text.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok(DatabaseUrl::Sqlite(PathBuf::from(path))),
        Some(("postgres" | "postgresql", rest)) if !rest.is_empty() => {
            let wants_tls =
                ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"].iter().any(|mode| rest.contains(mode));
            if wants_tls && !cfg!(feature = "postgres-tls") {
                return Err("asks for TLS, which this binary was built without; build it with --features postgres-tls");
            }
            Ok(DatabaseUrl::Postgres(text.into()))
        }
        _ => Err("must begin with sqlite:// or postgres://"),
    }
}

pub(super) fn session_store(reader: &mut Reader<'_>) -> SessionStoreUrl {
    let is_redis = reader.value(&SESSION_STORE);
    let is_named = reader.values.contains_key(REDIS_URL.name);
    match reader.given(&REDIS_URL) {
        Some(url) if is_redis => SessionStoreUrl::Redis(url),
        None if is_redis && !is_named => {
            reader.faults.add("REDIS_URL", "is missing: SESSION_STORE=redis needs it");
            SessionStoreUrl::Database
        }
        _ => SessionStoreUrl::Database,
    }
}

pub(super) fn redis_url(text: &str) -> Result<SecretString, String> {
    let known = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host());
    if known {
        Ok(text.into())
    } else {
        Err("must be redis://user:password@host:port/number, or rediss:// for TLS".to_owned())
    }
}
