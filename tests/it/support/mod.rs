//! What tests share: a server of their own, a browser-like client, an app behind the gate, real proxies and a real
//! browser.
//!
//! Nothing here asserts a feature; a helper that cannot do its job panics with the reason.
#![allow(dead_code, reason = "a helper may be there before the first test that needs it")]

pub mod app;
pub mod app_pages;
pub mod apps;
pub mod authenticator;
pub mod axe;
pub mod browser;
pub mod certificates;
pub mod client;
pub mod clock;
pub mod curl;
pub mod file_of_apps;
pub mod fronts;
pub mod hammer;
pub mod https_gate;
pub mod jar;
pub mod keyboard;
pub mod liar;
pub mod lighttpd;
pub mod log;
pub mod mailbox;
pub mod nginx;
pub mod nodes;
pub mod page;
pub mod passkey;
pub mod pebble;
pub mod people;
pub mod phone;
pub mod pooler;
pub mod postfix;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod real_apps;
pub mod sample_app;
pub mod smtp;
pub mod source;
pub mod stores;
pub mod tokens;
pub mod upstream;
pub mod virtual_authenticator;
pub mod wait;
pub mod wobbly;
