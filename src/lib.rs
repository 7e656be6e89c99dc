//! Portcullis puts sign-in in front of any web app: a gate (reverse proxy and forward-auth), a user store and admin pages.
//!
//! # Floors
//!
//! A module uses only what its row lists; `tests/it/floors.rs` parses this table and compares it with the sources.
//! The files of one floor do not import each other in a circle either; `tests/it/circles.rs` checks that, and lists the exceptions.
//! Free on every floor: serde, `serde_json`, thiserror, tracing, bytes, `futures_util`, and tokio (not in `domain`).
//!
//! | floor | module | may use of ours | foreign crates it may name |
//! |---|---|---|---|
//! | 0 | domain | - | thiserror, url, idna, unicode_normalization, percent_encoding, time, woothee, ipnet, zeroize, zxcvbn |
//! | 1 | config | domain | secrecy, dotenvy, ipnet, strsim, url |
//! | 1 | crypto | domain | bcrypt, jsonwebtoken, sha2, hmac, hkdf, subtle, rand, secrecy, siphasher, base64, unicode_normalization, uuid |
//! | 1 | texts | domain | fluent_bundle, unic_langid |
//! | 2 | telemetry | config | tracing_subscriber |
//! | 2 | storage | domain, config, crypto | diesel, diesel_migrations, r2d2, redis, secrecy |
//! | 2 | mail | domain, config | lettre, askama, rustls_native_certs, secrecy |
//! | 3 | accounts | domain, config, crypto, storage, mail, telemetry, texts | - |
//! | 4 | http | domain, config, crypto, accounts, telemetry, texts | actix_web, actix_session, actix_identity, askama, anyhow, ipnet, base64, secrecy, memchr |
//! | 5 | pages | domain, accounts, http, telemetry, texts | actix_web, askama |
//! | 5 | api | domain, accounts, http, telemetry | actix_web |
//! | 5 | gate | domain, config, accounts, http, telemetry | actix_web, hyper, hyper_util, http_body_util, tower_service, percent_encoding |
//! | 6 | routes | http, pages, api, gate | actix_web, actix_session, actix_identity |
//! | 6 | jobs | domain, accounts, storage, config, telemetry | - |
//! | 7 | app | * | * |
//! | 7 | cli | * | * |
//! | 7 | demo | * | * |
//! | 7 | main | * | * |

pub mod accounts;
pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod crypto;
pub mod demo;
pub mod domain;
pub mod gate;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod pages;
pub mod routes;
pub mod storage;
pub mod telemetry;
pub mod texts;
