//! Machine tokens, made on the pages.

use super::client::{Call, Client};
use super::page;

pub const OWN: &str = "/_auth/account/tokens";
pub const ALL: &str = "/_auth/admin/tokens";

/// A token as shown, and its identifier.
#[derive(Clone, Debug)]
pub struct Made {
    pub token: String,
    pub id: String,
}

/// Makes a token for the app of the configuration; `fields` say more.
pub async fn make(client: &mut Client, at: &str, fields: &[(&str, &str)]) -> Made {
    let before = page::all_data(&client.get(at).await.text(), "token-id");
    let usual = [("name", "phone"), ("app", "default")].into_iter();
    let usual = usual.filter(|(name, _)| fields.iter().all(|(given, _)| given != name));
    let all: Vec<(&str, &str)> = usual.chain(fields.iter().copied()).collect();
    let answer = client.submit(at, at, &all).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let token = page::data(&answer.text(), "link").unwrap();
    assert!(token.starts_with("pc_") && token.len() == 52, "{token}");
    let list = client.get(at).await.text();
    assert!(!list.contains(&token), "it is shown once");
    let mut ids = page::all_data(&list, "token-id");
    ids.retain(|id| !before.contains(id));
    Made { token, id: ids.remove(0) }
}

/// A token that nobody has, with a right checksum.
pub fn made_up(number: u64) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let body = format!("pc_{number:043}");
    let mut crc = body
        .bytes()
        .fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1))));
    crc = !crc;
    let digits =
        (0..6_u32).rev().map(|place| char::from(DIGITS[usize::try_from(crc / 62_u32.pow(place) % 62).unwrap()]));
    body.clone() + &digits.collect::<String>()
}

/// Revokes it.
pub async fn revoke(client: &mut Client, at: &str, made: &Made) {
    let answer = client.submit(at, &format!("{at}/{}/revoke", made.id), &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// A request with the token in `Authorization: Bearer`.
pub fn bearer(token: &str, path: &str) -> Call {
    Call::new("GET", path).header("Authorization", &format!("Bearer {token}"))
}

/// The same request, as Traefik asks about it.
pub fn asked(call: &Call, method: &str, path: &str) -> Call {
    call.clone()
        .at("/_auth/verify/traefik")
        .method("GET")
        .header("X-Forwarded-Method", method)
        .header("X-Forwarded-Proto", "http")
        .header("X-Forwarded-Host", "localhost:3000")
        .header("X-Forwarded-Uri", path)
}

/// `Authorization` of HTTP Basic.
pub fn basic(user: &str, password: &str) -> String {
    use base64::Engine;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}
