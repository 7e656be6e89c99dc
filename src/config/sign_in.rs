//! Sessions, passwords, and the deprecated pair.

use secrecy::{ExposeSecret, SecretString};

use super::parse::Reader;
use super::variables::{
    EXPIRE_AUTH_TOKENS_ON_RESTART, FLOWISE_PASSWORD, FLOWISE_USERNAME, JWT_AUDIENCE, JWT_ISSUER,
    JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES, JWT_TOKEN_EXPIRY_IN_MINUTES, PASSWORD_MIN_LENGTH,
    PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS, PASSWORD_SALT_HASH_ROUNDS, SESSION_IDLE_MINUTES,
};
use crate::domain::factors::SecondFactor;
use crate::domain::session::IdleLimit;

/// Lifetimes and claims of sessions.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// Lifetime of an access token, in seconds.
    pub access_secs: i64,
    /// Absolute lifetime of a session, in seconds.
    pub refresh_secs: i64,
    /// `SESSION_IDLE_MINUTES`.
    pub idle: Option<IdleLimit>,
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

impl Legacy {
    /// The password in clear, only for comparison.
    pub fn expose_password(&self) -> &str {
        self.password.expose_secret()
    }
}

pub(super) fn sessions(reader: &mut Reader<'_>) -> Sessions {
    let access = reader.value(&JWT_TOKEN_EXPIRY_IN_MINUTES);
    let refresh = reader.value(&JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES);
    if refresh < access {
        reader
            .faults
            .add("JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES", "must not be shorter than JWT_TOKEN_EXPIRY_IN_MINUTES");
    }
    Sessions {
        access_secs: access * 60,
        refresh_secs: refresh * 60,
        idle: reader.given(&SESSION_IDLE_MINUTES).map(IdleLimit::from_minutes),
        issuer: reader.value(&JWT_ISSUER),
        audience: reader.value(&JWT_AUDIENCE),
        expire_on_restart: reader.value(&EXPIRE_AUTH_TOKENS_ON_RESTART),
    }
}

/// Shortest password if nobody chose another: one that stands alone, and one beside a second factor.
const MIN_LENGTHS: [usize; 2] = [15, 8];

pub(super) fn passwords(reader: &mut Reader<'_>, second_factor: SecondFactor) -> Passwords {
    let [alone, beside_factor] = MIN_LENGTHS;
    let usual = if second_factor == SecondFactor::Everyone { beside_factor } else { alone };
    Passwords {
        cost: reader.value(&PASSWORD_SALT_HASH_ROUNDS),
        min_length: reader.given(&PASSWORD_MIN_LENGTH).unwrap_or(usual),
        reset_secs: reader.value(&PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS) * 60,
    }
}

pub(super) fn legacy(reader: &mut Reader<'_>) -> Option<Legacy> {
    reader.require_both(FLOWISE_USERNAME.name, FLOWISE_PASSWORD.name);
    let pair = reader.given(&FLOWISE_USERNAME).zip(reader.given(&FLOWISE_PASSWORD));
    pair.map(|(username, password)| Legacy { username, password: password.into() })
}

pub(super) fn username(text: &str) -> Result<String, String> {
    if text.contains(':') || text.chars().any(char::is_control) {
        return Err("must not contain a colon or control characters".to_owned());
    }
    Ok(text.to_owned())
}
