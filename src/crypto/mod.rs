//! Every cryptographic primitive, exactly once.
//!
//! Random bytes, key derivation, password hashing, tokens and CSRF values. What a token means is decided in `accounts`.

pub mod checksum;
pub mod csrf;
pub mod device;
pub mod es256;
pub mod foreign_hash;
pub mod hash_workers;
pub mod jwt;
pub mod keyed_hash;
pub mod keys;
mod mac;
pub mod nonce;
pub mod opaque_token;
pub mod passkeys;
pub mod password_hash;
pub mod random;
pub mod sealed;
pub mod totp;
