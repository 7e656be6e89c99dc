//! Generated secrets: one 0600 file each in `DATA_DIR/secrets`, created once and never replaced if damaged (S86, S87).

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::data_dir;
use super::values::{Faults, Values};

/// Minimum length of a secret, in bytes (RFC 7518, section 3.2).
const MIN_BYTES: usize = 32;
/// Minimum number of different characters in a secret.
const MIN_DISTINCT: usize = 8;
/// Values that appear in documentation and examples.
const KNOWN: &[&str] = &[
    "flowise",
    "secret",
    "changeme",
    "change-me",
    "password",
    "AABBCCDDAABBCCDDAABBCCDDAABBCCDDAABBCCDD",
    "your-secret-key",
    "keyboard cat",
    "supersecret",
    "AUDIENCE",
    "ISSUER",
    "admin",
    "default",
    "test",
    "please-change-me",
    "change_me",
    "replace-me",
    "mysecret",
    "my-secret-key",
    "jwt-secret",
    "jwt_secret",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "16f8c0ef4a5d391b32034086c628469d3f9f497f08163ab9b40137092f2909ef",
    "eaa5191f2914e30b9387fd84e254e4ba6fc51b4654968a9b0803b456a54b8418",
    "sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U",
    "60gp0byfz2dhffmdexm33luzamt8crga0t8t7590s26ctbecmesj36lnalcmwbli",
];

/// The secrets that are generated if not given, each in a file of its own.
pub const NAMES: [&str; 4] = ["JWT_AUTH_TOKEN_SECRET", "EXPRESS_SESSION_SECRET", "PASSWORD_KEY", "TOKEN_HASH_SECRET"];

/// The file of the generated secret with that name.
pub fn file(name: &str, dir: &Path) -> PathBuf {
    dir.join("secrets").join(name.to_lowercase())
}

/// The secret that `portcullis secret change` changes.
pub const CHANGEABLE: &str = "TOKEN_HASH_SECRET";

/// Where the new value of [`CHANGEABLE`] waits until the database knows it.
pub fn next_file(dir: &Path) -> PathBuf {
    file(CHANGEABLE, dir).with_extension("new")
}

/// The value that waits there, if there is one.
pub fn next(dir: &Path) -> std::io::Result<Option<String>> {
    read(&next_file(dir))
}

/// The generated secret with that name, if there is one.
pub fn kept(name: &str, dir: &Path) -> std::io::Result<Option<String>> {
    read(&file(name, dir))
}

fn read(path: &Path) -> std::io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text.trim_end().to_owned())),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The secrets of this instance.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// `JWT_AUTH_TOKEN_SECRET`.
    pub jwt_auth: SecretString,
    /// `JWT_REFRESH_TOKEN_SECRET`.
    pub jwt_refresh: SecretString,
    /// `EXPRESS_SESSION_SECRET`.
    pub express_session: SecretString,
    /// `PASSWORD_KEY`.
    pub password_key: SecretString,
    /// `TOKEN_HASH_SECRET`.
    pub token_hash: SecretString,
}

/// Why a given value is unsuitable as a key, if it is.
pub fn weakness(value: &str) -> Option<&'static str> {
    let distinct: std::collections::BTreeSet<char> = value.chars().collect();
    if KNOWN.iter().any(|known| known.eq_ignore_ascii_case(value)) {
        Some("is an example value from documentation")
    } else if value.len() < MIN_BYTES {
        Some("is shorter than 32 bytes")
    } else if distinct.len() < MIN_DISTINCT {
        Some("has too few different characters")
    } else {
        None
    }
}

/// Takes each secret from the configuration, else from its file, else generates it if `may_generate`.
pub fn complete(
    values: &Values,
    dir: &Path,
    may_generate: bool,
    generate: &dyn Fn() -> String,
) -> Result<Secrets, Faults> {
    let mut faults = Faults::default();
    let mut take = |name: &str| match values.get(name) {
        Some(value) => value.clone(),
        None => from_file(name, dir, may_generate, generate, &mut faults),
    };
    let jwt_auth = take("JWT_AUTH_TOKEN_SECRET");
    let jwt_refresh = values.get("JWT_REFRESH_TOKEN_SECRET").cloned().unwrap_or_else(|| jwt_auth.clone());
    let secrets = Secrets {
        jwt_auth: jwt_auth.into(),
        jwt_refresh: jwt_refresh.into(),
        express_session: take("EXPRESS_SESSION_SECRET").into(),
        password_key: take("PASSWORD_KEY").into(),
        token_hash: take("TOKEN_HASH_SECRET").into(),
    };
    faults.into_result().map(|()| secrets)
}

fn from_file(name: &str, dir: &Path, may_generate: bool, generate: &dyn Fn() -> String, faults: &mut Faults) -> String {
    let path = file(name, dir);
    match fs::read_to_string(&path) {
        Ok(text) if text.trim_end().len() >= MIN_BYTES => text.trim_end().to_owned(),
        Ok(_) => {
            faults.add(
                name,
                format!(
                    "the secret file {} is empty or too short, so it is damaged. Restore it from a \
                backup; a damaged file is never replaced by a new secret.",
                    path.display()
                ),
            );
            String::new()
        }
        Err(fault) if fault.kind() == ErrorKind::NotFound && may_generate => {
            let secret = generate();
            match data_dir::write_new(&path, &secret) {
                Ok(()) => secret,
                // Another process that started at the same moment was faster: its secret is used.
                Err(fault) if fault.kind() == ErrorKind::AlreadyExists => from_file(name, dir, false, generate, faults),
                Err(fault) => {
                    faults.add(name, format!("the secret file {} cannot be written: {fault}", path.display()));
                    secret
                }
            }
        }
        Err(fault) if fault.kind() == ErrorKind::NotFound => {
            faults.add(
                name,
                format!(
                    "the secret file {} is missing, but the database was created with it. Restore the file or set \
                        {name}.",
                    path.display()
                ),
            );
            String::new()
        }
        Err(fault) => {
            faults.add(
                name,
                format!("the secret file {} cannot be read: {fault}. Restore it from a backup.", path.display()),
            );
            String::new()
        }
    }
}
