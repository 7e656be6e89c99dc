//! The gate in front of the app: the reverse proxy, and forward-auth for other proxies.
//!
//! Here belong what is forwarded, what is refused, and how each dialect is answered. Who is signed in is `http`'s to know,
//! who may pass is `domain::access`'s to decide, and nothing here reads an account.

mod admission;
mod answers;
mod app_stream;
mod bodies;
mod cookies_out;
mod deny;
pub mod forward_auth;
mod forwarded;
pub mod proxy;
mod proxy_client;
mod proxy_headers;
mod refusals;
mod upgrade;
