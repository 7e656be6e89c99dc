//! The gate in front of the app: the reverse proxy, and forward-auth for other proxies.
//!
//! This folder decides what is forwarded, what is refused, and how each dialect is answered. `http` authenticates,
//! `domain::access` authorises, and nothing here reads an account.

mod admission;
mod app_stream;
mod bodies;
mod connection_headers;
mod cookies;
mod deny;
mod dialects;
pub mod forward_auth;
mod old_answers;
pub mod old_pages;
pub mod old_questions;
mod opener_policy;
mod profile_headers;
pub mod proxy;
mod proxy_client;
mod proxy_headers;
mod request_check;
mod response;
mod signed_identity;
mod target;
mod upgrade;
pub mod upstreams;
