//! Portcullis puts sign-in in front of any web app: a gate (reverse proxy and forward-auth), a user store and admin
//! pages.
//!
//! # Floors
//!
//! A module uses only what its row lists; `tests/it/floors.rs` parses this table and compares it with the sources.
//! The files of one floor do not import each other in a circle either; `tests/it/circles.rs` checks that, and lists
//! the exceptions.
//!
//! Free on every floor: serde, `serde_json`, thiserror, tracing, bytes, `futures_util`, and tokio (not in `domain`).
//!
//! | floor | module | may use of ours | foreign crates it may name |
//! |---|---|---|---|
//! | 0 | domain | - | thiserror, url, idna, unicode_normalization, percent_encoding, time, woothee, ipnet, zeroize, zxcvbn, base64 |
//! | 1 | config | domain | secrecy, dotenvy, ipnet, strsim, url |
//! | 1 | crypto | domain | argon2, aws_lc_rs, bcrypt, jsonwebtoken, passki, sha2, sha_crypt, hmac, hkdf, subtle, rand, secrecy, siphasher, base64, totp_rs, unicode_normalization, uuid, zeroize |
//! | 1 | texts | domain | fluent_bundle, unic_langid |
//! | 1 | snippets | domain | askama |
//! | 2 | telemetry | config | tracing_subscriber |
//! | 2 | storage | domain, config, crypto | diesel, diesel_migrations, r2d2, redis, secrecy |
//! | 2 | tls | domain, config | rustls, x509_cert, arc_swap, zeroize |
//! | 2 | acme | domain | instant_acme, rcgen, hyper, hyper_util, http_body_util, rustls, rustls_native_certs, tokio_rustls, webpki_roots |
//! | 2 | mail | domain, config | lettre, askama, rustls_native_certs, secrecy |
//! | 3 | accounts | domain, config, crypto, storage, mail, tls, acme, telemetry, texts | arc_swap, ipnet, rustls |
//! | 4 | http | domain, config, crypto, accounts, telemetry, texts, tls, acme | actix_web, ppp, actix_session, actix_identity, askama, anyhow, ipnet, base64, secrecy, memchr, rustls, rustls_native_certs, tokio_rustls, webpki |
//! | 5 | probe | domain, crypto, accounts, http | actix_web, hyper, hyper_util, http_body_util |
//! | 6 | pages | domain, accounts, http, snippets, telemetry, texts, probe | actix_web, askama, qrcode |
//! | 6 | api | domain, accounts, http, telemetry | actix_web |
//! | 6 | gate | domain, config, accounts, http, telemetry | actix_web, hyper, hyper_util, http_body_util, tower_service, percent_encoding, tokio_rustls, tokio_util |
//! | 7 | routes | http, pages, api, gate | actix_web, actix_session, actix_identity |
//! | 7 | jobs | domain, accounts, storage, config, telemetry, tls | - |
//! | 8 | app | * | * |
//! | 8 | cli | * | * |
//! | 8 | demo | * | * |
//! | 8 | main | * | * |

mod accounts;
mod acme;
mod api;
mod app;
pub mod cli;
mod config;
mod crypto;
mod demo;
mod domain;
mod gate;
mod http;
mod jobs;
mod mail;
mod pages;
mod probe;
mod routes;
mod snippets;
mod storage;
mod telemetry;
mod texts;
mod tls;

/// What the suite in `tests/it` and the examples use. Everything else is private, so that the compiler names what
/// nobody uses.
#[doc(hidden)]
pub mod for_tests {
    pub use crate::accounts::mail_content::{Facts, content};
    pub use crate::app::{App, Internals};
    pub use crate::config::{DatabaseUrl, docs};
    pub use crate::crypto::checksum::Checksum;
    pub use crate::domain::audit::EVENTS;
    pub use crate::domain::email::Email;
    pub use crate::domain::ids::{SessionId, UserId};
    pub use crate::domain::language::Language;
    pub use crate::domain::mail::{KINDS, MailKind, MailState, QueuedMail};
    pub use crate::domain::origin::Origin;
    pub use crate::domain::session::{Method, MethodTimes, Methods, Session};
    pub use crate::domain::text::Text;
    pub use crate::domain::throttle::Bucket;
    pub use crate::domain::time::{Clock, Timestamp};
    pub use crate::http::app_hosts::Host;
    pub use crate::http::jwt::Access;
    pub use crate::http::page::ADMIN_PAGES;
    pub use crate::probe::codes::Code as ProbeCode;
    pub use crate::routes::{API, PAGES, Row};
    pub use crate::storage::copying::TABLES;
    pub use crate::storage::mails::{self, Due};
    pub use crate::storage::migrate::{self, Schema};
    pub use crate::storage::redis_record::StoredSession;
    pub use crate::storage::redis_sessions::RedisSessions;
    pub use crate::storage::{Connection, Database, StorageError, attempts, sessions, settings};

    /// The challenges of passkeys that were answered.
    pub mod challenges {
        pub use crate::crypto::opaque_token::TokenHash;
        pub use crate::storage::passkeys::{delete_expired, use_challenge};
    }

    /// Builds a server as `start` does, from these variables alone.
    pub fn build_app(variables: &crate::config::Values, internals: &Internals) -> Result<App, String> {
        let (flags, no_file) = (crate::config::Values::new(), std::path::Path::new("/nonexistent/.env"));
        let config = crate::config::load(&flags, variables, no_file).map_err(|faults| faults.to_string())?;
        crate::app::build(&config, internals).map_err(|fault| fault.to_string())
    }

    /// The names of the variables, in the order of their table.
    pub fn variable_names() -> Vec<&'static str> {
        crate::config::variables::TABLE.iter().map(|row| row.name()).collect()
    }

    /// What pages and mails say.
    pub mod texts {
        pub use crate::texts::{say, source};
    }
}
