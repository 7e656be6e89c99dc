//! The device cookie: proof that a browser has signed in to this account before (S25).

use super::keys::Keys;
use super::mac::{Key, mac_text, same};
use crate::domain::ids::UserId;

/// Issues and checks device cookies.
#[derive(Clone)]
pub struct DeviceKey(Key);

impl DeviceKey {
    /// A key for device cookies.
    pub fn new(keys: &Keys) -> Self {
        Self(keys.device)
    }

    /// The cookie value of the device `id`, bound to one account.
    pub fn issue(&self, id: &str, user: &UserId) -> String {
        let mac = self.mac(id, user);
        format!("{id}.{mac}")
    }

    /// The device's ID if `value` was issued for `user`.
    pub fn device_of(&self, user: &UserId, value: &str) -> Option<String> {
        let (id, mac) = value.split_once('.')?;
        same(mac, &self.mac(id, user)).then(|| id.to_owned())
    }

    fn mac(&self, id: &str, user: &UserId) -> String {
        mac_text(&self.0, &[id.as_bytes(), user.as_str().as_bytes()])
    }
}
