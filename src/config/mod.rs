//! Configuration as plain structs, built from one table of variables.
//!
//! This folder reads and checks values and manages the files of the data directory. What a value does belongs to its
//! feature.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::domain::checklist::Check;
use crate::domain::factors::SecondFactor;

mod checklist;
pub mod data_dir;
pub mod docs;
mod dotenv;
pub mod env;
mod log;
pub mod mail;
mod parse;
mod permissions;
pub mod secrets;
mod server;
mod sign_in;
pub mod site;
mod stores;
pub mod tls;
mod values;
pub mod variables;
mod warnings;

pub use log::{Log, LogLevel};
pub use mail::{Mail, MailServer};
use parse::Reader;
pub use secrets::Secrets;
pub use server::{Gate, Server};
pub use sign_in::{Legacy, Passwords, Sessions};
pub use site::Site;
pub use stores::{DatabaseUrl, SessionStoreUrl, parse_database};
pub use values::{Faults, Values};

/// The whole configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub server: Server,
    /// What is behind the gate.
    pub gate: Gate,
    /// Where data is stored.
    pub database: DatabaseUrl,
    /// Where sessions are stored.
    pub session_store: SessionStoreUrl,
    /// Sessions and tokens.
    pub sessions: Sessions,
    /// Password rules.
    pub passwords: Passwords,
    /// `SECOND_FACTOR`: who has to have a second factor.
    pub second_factor: SecondFactor,
    /// How mails are sent.
    pub mail: Mail,
    /// The look and the language of the pages.
    pub site: Site,
    /// The deprecated mode's credentials.
    pub legacy: Option<Legacy>,
    /// Logging.
    pub log: Log,
    /// `DATA_DIR`.
    pub data_dir: PathBuf,
    /// Days for which audit lines are kept; `None` keeps them for ever.
    pub audit_days: Option<i64>,
    /// What an operator should change, including the best practices of the page.
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

/// Reads flags, environment and `dotenv`; reports every fault at once and writes nothing.
pub fn load(flags: &Values, environment: &Values, dotenv: &Path) -> Result<Config, Faults> {
    let mut faults = Faults::default();
    let mut warnings = Vec::new();
    let values = env::gather(flags, environment, dotenv, &mut warnings, &mut faults);
    read(values, warnings, faults)
}

/// The configuration of these values, after what was found while they were gathered.
fn read(mut values: Values, mut warnings: Vec<String>, faults: Faults) -> Result<Config, Faults> {
    let mut reader = Reader { values: &values, faults };
    let server = server::server(&mut reader);
    let gate = server::gate(&mut reader, &server);
    let data_dir = PathBuf::from(reader.value(&variables::DATA_DIR));
    let database = stores::database(&mut reader, &data_dir);
    let session_store = stores::session_store(&mut reader);
    let sessions = sign_in::sessions(&mut reader);
    let second_factor = reader.value(&variables::SECOND_FACTOR);
    let passwords = sign_in::passwords(&mut reader, second_factor);
    let legacy = sign_in::legacy(&mut reader);
    let mail = mail::read(&mut reader, &server.app_url);
    let site = site::read(&mut reader);
    let log = log::read(&mut reader);
    let audit_days = Some(reader.value(&variables::AUDIT_RETENTION_DAYS)).filter(|days| *days > 0);
    let mut faults = reader.faults;
    warnings.extend(warnings::of(&mut values, &server, &gate, passwords, &mut faults));
    warnings.extend(mail::warnings(&values, &mail));
    faults.into_result()?;
    let values = GivenValues(values);
    Ok(Config {
        server,
        gate,
        database,
        session_store,
        sessions,
        passwords,
        second_factor,
        mail,
        site,
        legacy,
        log,
        data_dir,
        audit_days,
        warnings,
        values,
    })
}

impl Config {
    /// The value of every variable in a form that may be stored and shown: of secrets only whether they are given.
    pub fn shown(&self) -> BTreeMap<String, String> {
        variables::TABLE.iter().map(|row| (row.name().to_owned(), row.in_force(self))).collect()
    }

    /// Whether a value of that variable was given.
    pub fn gives(&self, name: &str) -> bool {
        self.values.0.contains_key(name)
    }

    /// The same with values of a running server, in the form of [`Config::shown`], beside those that were given. Has no
    /// warnings: they were those of the server and of the values given.
    pub fn with_served(&self, served: impl IntoIterator<Item = (&'static str, String)>) -> Result<Self, Faults> {
        let mut values = self.values.0.clone();
        values.extend(served.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Ok(Self { warnings: Vec::new(), ..read(values, Vec::new(), Faults::default())? })
    }

    /// Creates `DATA_DIR` and narrows its permissions; see [`data_dir::ensure`].
    pub fn ensure_data_dir(&self) -> Result<Vec<String>, Faults> {
        let file = if let DatabaseUrl::Sqlite(path) = &self.database { Some(path.as_path()) } else { None };
        data_dir::ensure(&self.data_dir, file)
    }

    /// What can be said about this configuration without any request.
    pub fn checks(&self) -> Vec<Check> {
        checklist::of(self)
    }

    /// Takes or creates the secrets; see [`secrets::complete`].
    pub fn secrets(&self, may_generate: bool, generate: &dyn Fn() -> String) -> Result<Secrets, Faults> {
        secrets::complete(&self.values.0, &self.data_dir, may_generate, generate)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    pub(super) fn load_pairs(pairs: &[(&str, &str)]) -> Result<Config, Faults> {
        let values = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        load(&Values::new(), &values, Path::new("/nonexistent/.env"))
    }

    #[test]
    fn the_defaults_are_the_documented_ones() {
        let config = load_pairs(&[("PORT", "")]).unwrap();
        assert_eq!(config.server.app_url.origin(), "http://localhost:3000");
        assert_eq!(
            (config.server.port, config.sessions.access_secs, config.sessions.refresh_secs),
            (3000, 3600, 129_600 * 60)
        );
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
        for weak in [
            "flowise",
            "tiny-one",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "AABBCCDDAABBCCDDAABBCCDDAABBCCDDAABBCCDD",
        ] {
            for name in [
                "JWT_AUTH_TOKEN_SECRET",
                "JWT_REFRESH_TOKEN_SECRET",
                "EXPRESS_SESSION_SECRET",
                "TOKEN_HASH_SECRET",
                "PASSWORD_KEY",
            ] {
                let faults =
                    load_pairs(&[("APP_URL", "https://app.example.org"), (name, weak)]).unwrap_err().to_string();
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
        let environment = [("PORT_FILE", file.to_str().unwrap()), ("JWT_ISSUER", "environment")]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .into();
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
        // The other process writes between our check and our write.
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
    fn s86_a_damaged_secret_is_named_and_never_replaced() {
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
        assert!(
            secrets::complete(&Values::new(), dir.path(), false, &generate)
                .unwrap_err()
                .to_string()
                .contains("PASSWORD_KEY")
        );
    }

    #[test]
    fn what_is_shown_is_in_force_and_no_placeholder() {
        let shown = load_pairs(&[
            ("PORT", "8080"),
            ("DATA_DIR", "/srv/gate"),
            ("SMTP_HOST", "mail.example.org"),
            ("SMTP_USER", "me@example.org"),
            ("SMTP_PASSWORD", "hunter2"),
            ("SMTP_SECURE", "true"),
            ("PASSWORD_RESET_TOKEN_EXPIRY_IN_MINUTES", "7"),
        ]);
        let shown = shown.unwrap().shown();
        for (name, value) in [
            ("APP_URL", "http://localhost:8080"),
            ("DATABASE_URL", "sqlite:///srv/gate/portcullis.db"),
            ("SMTP_PORT", "465"),
            ("SMTP_PASSWORD", "[hidden]"),
            ("SENDER_EMAIL", "me@example.org"),
            ("PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS", "7"),
            ("PASSWORD_MIN_LENGTH", "15"),
            ("LOG_LEVEL", "info"),
            ("SESSION_STORE", "database"),
            ("TRUSTED_PROXIES", ""),
            ("JWT_AUTH_TOKEN_SECRET", "[generated]"),
        ] {
            assert_eq!(shown.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert!(!shown.values().any(|value| value.contains('<') || value.contains("hunter2")), "{shown:?}");
    }

    #[test]
    fn every_default_can_be_given_and_means_the_same() {
        let plain = load_pairs(&[]).unwrap();
        let defaults: Vec<(&str, String)> = variables::TABLE.iter().map(|row| (row.name(), row.example())).collect();
        let pairs: Vec<(&str, &str)> = defaults.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let given = load_pairs(&pairs).unwrap();
        assert_eq!(given.shown(), plain.shown());
        assert_eq!(format!("{:?}", given.sessions), format!("{:?}", plain.sessions));
        assert_eq!(format!("{:?}", given.log), format!("{:?}", plain.log));
    }
}
