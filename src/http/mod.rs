//! What all our responses have in common: cookies, authentication, forms, errors, headers, rendered pages.
//!
//! There are no features here; they are in `pages`, `api` and `gate`.

pub mod accept;
pub mod app_hosts;
pub mod app_origin;
pub mod authenticator;
pub mod begin_cookie;
pub mod browser_origin;
pub mod carriers;
pub mod client_address;
pub mod connection;
pub mod cookies;
pub mod csrf;
pub mod error;
pub mod flash;
pub mod forms;
pub mod head_limits;
pub mod heads;
pub mod identity_headers;
pub mod jwt;
pub mod language;
pub mod lead_to_https;
mod legacy;
pub mod measured;
mod multipart;
pub mod navigation;
pub mod own_cookies;
pub mod page;
pub mod probe;
mod proxy_protocol;
pub mod requested_host;
pub mod security_headers;
pub mod serve_static;
pub mod session_store;
pub mod settings;
pub mod static_files;
pub mod stream;
pub mod token_carriers;
pub mod unauthenticated;
pub mod unread_body;
pub mod upstream_tls;
mod verdict;
mod verdict_cache;
