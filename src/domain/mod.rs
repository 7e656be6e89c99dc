//! The rules of Portcullis as plain values and pure functions.
//!
//! Here belong parsing, validation and decisions. No clock, no randomness, no database, no HTTP types.

pub mod access;
pub mod app_address;
pub mod app_counts;
pub mod app_table;
pub mod app_url;
pub mod apps;
pub mod audit;
pub mod authenticators;
pub mod certificates;
pub mod checklist;
pub mod colour;
pub mod csv;
pub mod cursor;
pub mod deceptive_headers;
pub mod decide;
pub mod device;
pub mod dialect;
pub mod email;
pub mod factors;
pub mod groups;
pub mod header_profile;
pub mod ids;
pub mod image;
pub mod invisible;
pub mod language;
pub mod link;
pub mod link_query;
pub mod lists;
pub mod machine_token;
pub mod mail;
pub mod measure;
pub mod networks;
pub mod notice;
pub mod old_gates;
pub mod origin;
pub mod passkey;
pub mod password;
pub mod path;
mod path_decoding;
pub mod return_to;
pub mod rule_scope;
pub mod rules;
mod sequence;
pub mod session;
pub mod sign_in;
pub mod text;
pub mod throttle;
pub mod time;
pub mod token_text;
pub mod typed_headers;
pub mod upstream;
pub mod user;
pub mod user_list;
pub mod words;

#[cfg(test)]
mod decide_tests;
