//! CSRF tokens: an HMAC over a nonce and whatever the form is bound to (S61).

use super::keys::Keys;
use super::mac::{Key, mac_text, same};
use super::random;

/// Issues and checks the hidden token of forms.
#[derive(Clone)]
pub struct CsrfKey(Key);

impl CsrfKey {
    /// A key for forms.
    pub fn new(keys: &Keys) -> Self {
        Self(keys.form)
    }

    /// A token for a form bound to `binding`: the session, or the form cookie before sign-in.
    pub fn issue(&self, binding: &str) -> String {
        let nonce = random::id();
        let mac = self.mac(&nonce, binding);
        format!("{nonce}.{mac}")
    }

    /// Whether `token` was issued for `binding`.
    pub fn is_valid(&self, binding: &str, token: &str) -> bool {
        token.split_once('.').is_some_and(|(nonce, mac)| same(mac, &self.mac(nonce, binding)))
    }

    fn mac(&self, nonce: &str, binding: &str) -> String {
        mac_text(&self.0, &[nonce.as_bytes(), binding.as_bytes()])
    }
}
