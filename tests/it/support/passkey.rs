//! Passkeys of an authenticator in software, on the pages.

use super::authenticator::{Authenticator, Key};
use super::client::{Client, Response};
use super::page;

/// Where a passkey is made.
pub const PASSKEYS: &str = "/_auth/account/factors/passkeys";
/// Where a passkey signs in.
pub const SIGN_IN: &str = "/_auth/login/passkey";
/// The origin of the portal in tests.
pub const ORIGIN: &str = "http://localhost:3000";

/// What a page offers to an authenticator: the sealed ceremony and the options.
pub fn offered(html: &str) -> Option<(String, String)> {
    Some((page::field(html, "ceremony")?, page::data(html, "passkey")?))
}

/// Makes a passkey on the page of one's own factors, and returns what came of it.
pub async fn make(client: &mut Client, name: &str) -> (Authenticator, Response) {
    let mut authenticator = Authenticator::new(Key::es256());
    let shown = client.get(PASSKEYS).await;
    let (ceremony, options) = offered(&shown.text()).unwrap_or_else(|| panic!("no passkey: {}", shown.text()));
    let credential = authenticator.create(&options, ORIGIN);
    let fields = [("name", name), ("ceremony", &ceremony), ("credential", &credential)];
    let made = client.post_form(PASSKEYS, &fields).await;
    (authenticator, made)
}

/// The fields that answer what the page at `path` offers; the counter is `counter`.
pub async fn answer(client: &mut Client, path: &str, key: &Authenticator, counter: u32) -> [(&'static str, String); 2] {
    let shown = client.get(path).await.text();
    let (ceremony, options) = offered(&shown).unwrap_or_else(|| panic!("no passkey at {path}: {shown}"));
    [("ceremony", ceremony), ("credential", key.get(&options, ORIGIN, counter))]
}

/// Sends such fields.
pub async fn send(client: &mut Client, path: &str, fields: &[(&'static str, String)]) -> Response {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.post_form(path, &fields).await
}

/// Signs in by passkey alone.
pub async fn sign_in(client: &mut Client, key: &Authenticator, counter: u32) -> Response {
    let fields = answer(client, "/_auth/login", key, counter).await;
    send(client, SIGN_IN, &fields).await
}
