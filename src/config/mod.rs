//! Configuration as plain structs, built from one table of variables.
//!
//! Here belong reading, checking and the files of the data directory. What a value means in operation belongs to its feature.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::app_url::AppUrl;
use crate::domain::check::Check;
use crate::domain::dialect::Dialect;

mod build;
mod checks;
pub mod data_dir;
pub mod docs;
mod dotenv;
pub mod env;
mod log;
pub mod mail;
mod parse;
mod rights;
pub mod secrets;
pub mod site;
pub mod variables;

pub use build::parse_database;
pub use env::{Faults, Values};
pub use log::{Log, LogLevel};
pub use mail::{Mail, MailServer};
use parse::Reader;
pub use secrets::Secrets;
pub use site::Site;

/// Minutes in ten years: the longest lifetime accepted.
const TEN_YEARS_MINUTES: i64 = 5_256_000;

/// Where the server listens and what it is called.
#[derive(Clone, Debug)]
pub struct Server {
    /// `APP_URL`.
    pub app_url: AppUrl,
    /// `HOST`.
    pub host: IpAddr,
    /// `PORT`; 0 (any free port) only from tests.
    pub port: u16,
    /// `TRUSTED_PROXIES`.
    pub trusted_proxies: Vec<IpNet>,
    /// `METRICS_TOKEN`.
    pub metrics_token: Option<SecretString>,
    /// https, or `NODE_ENV=production`.
    pub production: bool,
}

/// What stands behind the gate.
#[derive(Clone, Debug)]
pub struct Gate {
    /// `host:port` of the app.
    pub upstream: Option<String>,
    /// `FORWARD_AUTH`: the proxies that may ask.
    pub forward_auth: Vec<Dialect>,
}

/// Where data is kept.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL address with its password.
    Postgres(SecretString),
}

/// Where sessions are kept.
#[derive(Clone, Debug)]
pub enum SessionStoreUrl {
    /// In the database.
    Database,
    /// In Redis at this address, which may hold a password.
    Redis(SecretString),
}

/// Lifetimes and claims of sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// Lifetime of an access token, in seconds.
    pub access_secs: i64,
    /// Absolute lifetime of a session, in seconds.
    pub refresh_secs: i64,
    /// `iss`.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
    /// `EXPIRE_AUTH_TOKENS_ON_RESTART`.
    pub expire_on_restart: bool,
}

/// Rules for passwords.
#[derive(Clone, Copy, Debug)]
pub struct Passwords {
    /// bcrypt rounds.
    pub cost: u32,
    /// Shortest password, in code points.
    pub min_length: usize,
    /// Lifetime of a reset link, in seconds.
    pub reset_secs: i64,
}

/// The deprecated user name and password.
#[derive(Clone, Debug)]
pub struct Legacy {
    /// `FLOWISE_USERNAME`.
    pub username: String,
    /// `FLOWISE_PASSWORD`.
    pub password: SecretString,
}

/// The whole configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub server: Server,
    /// What stands behind the gate.
    pub gate: Gate,
    /// Where data is kept.
    pub database: DatabaseUrl,
    /// Where sessions are kept.
    pub session_store: SessionStoreUrl,
    /// Sessions and tokens.
    pub sessions: Sessions,
    /// Password rules.
    pub passwords: Passwords,
    /// How mails leave.
    pub mail: Mail,
    /// How the pages look and speak.
    pub site: Site,
    /// The deprecated mode's credentials.
    pub legacy: Option<Legacy>,
    /// Logging.
    pub log: Log,
    /// `DATA_DIR`.
    pub data_dir: PathBuf,
    /// Days for which audit lines are kept; `None` keeps them for ever.
    pub audit_days: Option<i64>,
    /// What an operator should change; best practices of the page among them.
    pub warnings: Vec<String>,
    /// The values given, for completing the secrets.
    pub values: GivenValues,
}

/// The values as given; prints as `[hidden]`.
#[derive(Clone)]
pub struct GivenValues(pub Values);

impl std::fmt::Debug for GivenValues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hidden]")
    }
}

/// Reads flags, environment and `dotenv`; every fault is reported at once and nothing is written.
pub fn load(flags: &Values, environment: &Values, dotenv: &Path) -> Result<Config, Faults> {
    let mut faults = Faults::default();
    let mut warnings = Vec::new();
    let values = env::gather(flags, environment, dotenv, &mut warnings, &mut faults);
    let mut reader = Reader { values: &values, faults };
    let server = build::server(&mut reader);
    let data_dir = PathBuf::from(reader.text("DATA_DIR").unwrap_or_else(|| "data".to_owned()));
    let gate = build::gate(&mut reader, &server);
    let database = build::database(&mut reader, &data_dir);
    let sessions = build::sessions(&mut reader);
    let passwords = Passwords {
        cost: reader.number("PASSWORD_SALT_HASH_ROUNDS", 10, 10, 15),
        min_length: reader.number("PASSWORD_MIN_LENGTH", 15, 8, 64),
        reset_secs: build::reset_minutes(&mut reader) * 60,
    };
    let audit_days = Some(reader.number("AUDIT_RETENTION_DAYS", 365_i64, 0, 36_500)).filter(|days| *days > 0);
    let log = log::read(&mut reader);
    let legacy = build::legacy(&mut reader);
    let mail = mail::read(&mut reader, &server.app_url);
    let session_store = build::session_store(&mut reader);
    let site = site::read(&mut reader);
    let Reader { mut faults, .. } = reader;
    let mut values = values;
    warnings.extend(build::warnings(&mut values, &server, &gate, passwords, &mut faults));
    warnings.extend(mail::warnings(&values, &mail));
    faults.into_result()?;
    Ok(Config {
        server,
        gate,
        database,
        session_store,
        sessions,
        passwords,
        mail,
        site,
        legacy,
        log,
        data_dir,
        audit_days,
        warnings,
        values: GivenValues(values),
    })
}

impl Config {
    /// Every variable as it may be remembered and shown: secrets only as given or not.
    pub fn shown(&self) -> BTreeMap<String, String> {
        let given = &self.values.0;
        let show = |variable: &variables::Variable| match given.get(variable.name) {
            Some(_) if variable.secret => "[hidden]".to_owned(),
            Some(value) => value.clone(),
            None if variable.name == "APP_URL" => self.server.app_url.to_string(),
            None => {
                let filled = variable.default.replace("<DATA_DIR>", &self.data_dir.display().to_string());
                filled.replace("<host of APP_URL>", self.server.app_url.host())
            }
        };
        variables::TABLE.iter().map(|variable| (variable.name.to_owned(), show(variable))).collect()
    }

    /// Whether a value of that variable was given.
    pub fn gives(&self, name: &str) -> bool {
        self.values.0.contains_key(name)
    }

    /// Makes `DATA_DIR` and narrows its rights; see [`data_dir::ensure`].
    pub fn ensure_data_dir(&self) -> Result<Vec<String>, Faults> {
        let file = if let DatabaseUrl::Sqlite(path) = &self.database { Some(path.as_path()) } else { None };
        data_dir::ensure(&self.data_dir, file)
    }

    /// What can be said about this configuration without asking anybody.
    pub fn checks(&self) -> Vec<Check> {
        checks::of(self)
    }

    /// Takes or makes the secrets; see [`secrets::complete`].
    pub fn secrets(&self, may_generate: bool, generate: &dyn Fn() -> String) -> Result<Secrets, Faults> {
        secrets::complete(&self.values.0, &self.data_dir, may_generate, generate)
    }
}

impl Legacy {
    /// The password in clear, for comparing alone.
    pub fn expose_password(&self) -> &str {
        self.password.expose_secret()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_pairs(pairs: &[(&str, &str)]) -> Result<Config, Faults> {
        let values = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        load(&Values::new(), &values, Path::new("/nonexistent/.env"))
    }

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let config = load_pairs(&[("PORT", "")]).unwrap();
        assert_eq!(config.server.app_url.origin(), "http://localhost:3000");
        assert_eq!((config.server.port, config.sessions.access_secs, config.sessions.refresh_secs), (3000, 3600, 129_600 * 60));
        assert_eq!((config.passwords.cost, config.passwords.min_length), (10, 15));
        assert!(config.gate.upstream.is_none() && !config.server.production && config.warnings.is_empty());
    }

    #[test]
    fn s88_every_fault_is_named_at_once_and_no_secret_is_shown() {
        let bad = [
            ("APP_URL", "ftp://x"),
            ("PORT", "70000"),
            ("HOST", "nohost"),
            ("UPSTREAM_URL", "http://x/path"),
            ("DATABASE_URL", "mysql://u:hunter2@h/d"),
            ("SESSION_STORE", "files"),
            ("JWT_TOKEN_EXPIRY_IN_MINUTES", "0"),
            ("PASSWORD_SALT_HASH_ROUNDS", "4"),
            ("PASSWORD_MIN_LENGTH", "7"),
            ("EXPIRE_AUTH_TOKENS_ON_RESTART", "TRUE"),
            ("TRUSTED_PROXIES", "10.0.0.0/8,banana"),
            ("FORWARD_AUTH", "nginx,apache"),
            ("LOG_LEVEL", "loud"),
            ("LOG_FORMAT", "xml"),
            ("SMTP_PORT", "x"),
            ("SMTP_SECURE", "yes"),
            ("SENDER_EMAIL", "nobody"),
            ("FLOWISE_PASSWORD", "1234"),
        ];
        let text = load_pairs(&bad).unwrap_err().to_string();
        for (name, _) in bad.iter().filter(|(name, _)| *name != "FLOWISE_PASSWORD") {
            assert!(text.contains(name), "{name} is not named in:\n{text}");
        }
        assert!(text.contains("FLOWISE_USERNAME") && !text.contains("hunter2") && !text.contains("1234"));
    }

    #[test]
    fn s38_s87_weak_secrets_stop_production_and_are_warned_about_elsewhere() {
        for weak in ["flowise", "tiny-one", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "AABBCCDDAABBCCDDAABBCCDDAABBCCDDAABBCCDD"] {
            for name in ["JWT_AUTH_TOKEN_SECRET", "JWT_REFRESH_TOKEN_SECRET", "EXPRESS_SESSION_SECRET", "TOKEN_HASH_SECRET", "PASSWORD_KEY"]
            {
                let faults = load_pairs(&[("APP_URL", "https://app.example.org"), (name, weak)]).unwrap_err().to_string();
                assert!(faults.contains(name) && !faults.contains(weak), "{name}={weak}: {faults}");
                assert!(load_pairs(&[(name, weak)]).unwrap().warnings.iter().any(|warning| warning.contains(name)));
            }
        }
        let strong = "kq3Zr8vXw1Yt6Bn0Lm5Pd2Fh9Gj4Sc7Ua";
        assert!(load_pairs(&[("NODE_ENV", "production"), ("TOKEN_HASH_SECRET", strong)]).is_ok());
    }

    #[test]
    fn flags_win_over_the_environment_and_files_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let (dotenv, file) = (dir.path().join(".env"), dir.path().join("port"));
        std::fs::write(&dotenv, "PORT=1111\nJWT_ISSUER=dotenv\nJWT_AUDIENCE=dotenv\n").unwrap();
        std::fs::write(&file, "2222\n").unwrap();
        let environment =
            [("PORT_FILE", file.to_str().unwrap()), ("JWT_ISSUER", "environment")].map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        let flags = [("PORT", "3333")].map(|(n, v)| (n.to_owned(), v.to_owned())).into();
        let config = load(&flags, &environment, &dotenv).unwrap();
        assert_eq!(
            (config.server.port, config.sessions.issuer.as_str(), config.sessions.audience.as_str()),
            (3333, "environment", "dotenv")
        );
        assert_eq!(load(&Values::new(), &environment, &dotenv).unwrap().server.port, 2222);
    }

    #[test]
    fn s88_files_that_say_nothing_text_that_is_none_and_ourselves_as_the_app_are_faults() {
        let dir = tempfile::tempdir().unwrap();
        let (empty, missing) = (dir.path().join("empty"), dir.path().join("missing"));
        std::fs::write(&empty, "\n").unwrap();
        for (name, value) in [
            ("PASSWORD_KEY_FILE", empty.to_str().unwrap()),
            ("PASSWORD_KEY_FILE", missing.to_str().unwrap()),
            ("JWT_ISSUER", "caf\u{fffd}"),
            ("UPSTREAM_URL", "http://127.0.0.1:3000"),
            ("UPSTREAM_URL", "http://localhost:3000"),
            ("UPSTREAM_URL", "http://[::1]:3000"),
            ("SMTP_USER", "gate"),
            ("SMTP_HOST", "smtp://mail.example.org"),
        ] {
            let faults = load_pairs(&[(name, value)]).unwrap_err().to_string();
            assert!(faults.contains(name) || faults.contains("SMTP_PASSWORD"), "{name}={value}: {faults}");
        }
        assert!(load_pairs(&[("UPSTREAM_URL", "http://127.0.0.1:3000"), ("PORT", "8080")]).is_ok());
        let both = [("PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS", "5"), ("PASSWORD_RESET_TOKEN_EXPIRY_IN_MINUTES", "6")];
        assert!(load_pairs(&both).unwrap_err().to_string().contains("differ"));
        assert_eq!(load_pairs(&both[1..]).unwrap().passwords.reset_secs, 360);
    }

    #[test]
    fn s86_the_loser_of_two_starts_takes_the_secret_of_the_winner() {
        let dir = tempfile::tempdir().unwrap();
        data_dir::ensure(dir.path(), None).unwrap();
        // The other process writes between our look and our write.
        let generate = || {
            for name in ["jwt_auth_token_secret", "express_session_secret", "password_key", "token_hash_secret"] {
                drop(data_dir::write_new(&dir.path().join("secrets").join(name), &"w".repeat(43)));
            }
            "l".repeat(43)
        };
        let secrets = secrets::complete(&Values::new(), dir.path(), true, &generate).unwrap();
        assert_eq!(secrets.jwt_auth.expose_secret(), "w".repeat(43));
    }

    #[test]
    fn s86_a_damaged_secret_is_named_and_never_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        data_dir::ensure(dir.path(), None).unwrap();
        let generate = || "g".repeat(43);
        let first = secrets::complete(&Values::new(), dir.path(), true, &generate).unwrap();
        assert_eq!(first.jwt_auth.expose_secret(), "g".repeat(43));
        let path = dir.path().join("secrets/password_key");
        std::fs::write(&path, "").unwrap();
        let faults = secrets::complete(&Values::new(), dir.path(), true, &generate).unwrap_err().to_string();
        assert!(faults.contains("secrets/password_key"), "{faults}");
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        std::fs::remove_file(&path).unwrap();
        assert!(secrets::complete(&Values::new(), dir.path(), false, &generate).unwrap_err().to_string().contains("PASSWORD_KEY"));
    }
}
