//! The integration crate: one binary, a file per feature, everything a test needs in `support`.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stderr,
    clippy::as_conversions,
    clippy::disallowed_methods,
    clippy::large_futures,
    reason = "clippy.toml frees only `#[test]` functions, and here the helpers around them are tests too; tests have \
        real clocks and environments"
)]

mod accessibility;
mod account;
mod acme;
mod acme_lies;
mod acme_nodes;
mod address_reuse;
mod admin;
mod admin_apps;
mod admin_lists;
mod app_hosts;
mod app_icons;
mod app_sessions;
mod app_upstreams;
mod apply;
mod apply_faults;
mod apps;
mod attempts;
mod backup;
mod backup_factors;
mod browser;
mod checklist;
mod circles;
mod command_line;
mod compat;
mod confirm;
mod confirm_codes;
mod cookies;
mod damaged_rows;
mod decoys;
mod documented;
mod documents;
mod factor_accounts;
mod factor_limits;
mod factor_list;
mod factor_pages;
mod factor_proofs;
mod factor_questions;
mod factor_rules;
mod factor_setups;
mod factor_sign_in;
mod fixed_headers;
mod floors;
mod forward_auth;
mod gate;
mod groups;
mod handover;
mod hash_limits;
mod header_profiles;
mod heads;
mod https;
mod https_browser;
mod https_files;
mod idle;
mod import;
mod interrupted_responses;
mod invitations;
mod jobs;
mod keep_signed_in;
mod keyboard;
mod keyboard_apps;
mod languages;
mod legacy_limits;
mod limits;
mod logs;
mod lost_updates;
mod mail_limits;
mod mail_texts;
mod metrics;
mod migrations;
mod node_faults;
mod node_loss;
mod node_processes;
mod nodes;
mod origin_mismatch;
mod passkey_browser;
mod passkeys;
mod paths;
mod pending_changes;
mod plain_http;
mod postfix;
mod postgres;
mod postgres_tls;
mod proxies;
mod proxy_framing;
mod proxy_protocol;
mod proxy_responses;
mod real_apps;
mod repository;
mod requirements;
mod resets;
mod return_to;
mod revocation;
mod routes;
mod rule_changes;
mod search;
mod second_factors;
mod secret_change;
mod sessions;
mod settings;
mod setup;
mod sign_in;
mod sign_in_events;
mod signed_identity;
mod signed_links;
mod site;
mod smtp;
mod smtp_replies;
mod stopping;
mod storage;
mod store_faults;
mod store_losses;
mod stored_forms;
mod stream_ends;
mod support;
mod tls;
mod token_clients;
mod token_pages;
mod token_refusals;
mod token_scopes;
mod tokens;
mod usernames;
mod verdicts;
mod wording;
