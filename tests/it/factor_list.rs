//! The page of one's own second factors, and where the focus is at the second step (S127).

use super::support::authenticator::{Answer, Authenticator, Key, PRESENT, SYNCED, VERIFIED};
use super::support::client::Client;
use super::support::page;
use super::support::passkey::{self, ORIGIN, PASSKEYS};
use super::support::people;
use super::support::phone::{self, FACTORS, STEP, TOTP, halfway, with_phone};

/// Whether the field of that name has the focus when the page opens.
fn has_focus(html: &str, name: &str) -> bool {
    let mut inputs = html.split("<input ").skip(1).filter_map(|rest| rest.split('>').next());
    inputs.any(|input| input.contains(&format!("name=\"{name}\"")) && input.ends_with(" autofocus"))
}

/// The maximum length of each field for a name.
fn limits(html: &str) -> Vec<String> {
    let tags = page::tags(html);
    let names = tags.iter().filter(|tag| tag.attribute("name") == Some("name"));
    names.map(|tag| tag.attribute("maxlength").unwrap_or_default().to_owned()).collect()
}

/// Makes a passkey with these flags.
async fn make(client: &mut Client, flags: u8) {
    let (ceremony, options) = passkey::offered(&client.get(PASSKEYS).await.text()).unwrap();
    let options = serde_json::from_str(&options).unwrap();
    let answer = Answer { flags, ..Answer::new("webauthn.create", &options, "localhost", ORIGIN) };
    let credential = Authenticator::new(Key::es256()).register(&answer);
    let made = client.post_form(PASSKEYS, &[("ceremony", &ceremony), ("credential", &credential)]).await;
    assert!([200, 303].contains(&made.status), "{}", made.text());
}

#[tokio::test]
async fn s127_the_list_says_whether_a_passkey_can_be_synced() {
    let (app, _upstream, mut owner) = people::with_app().await;
    make(&mut owner, PRESENT | VERIFIED | SYNCED).await;
    let list = page::visible_text(&owner.get(FACTORS).await.text());
    assert!(list.contains("Passkey, can be synced between your devices") && !list.contains("one device"), "{list}");
    make(&mut owner, PRESENT | VERIFIED).await;
    let list = page::visible_text(&owner.get(FACTORS).await.text());
    assert!(list.contains("Passkey, on one device only"), "{list}");
    phone::add(&mut owner, &app.clock).await;
    let list = page::visible_text(&owner.get(FACTORS).await.text());
    assert_eq!(list.matches("synced").count() + list.matches("one device").count(), 2, "{list}");
}

#[tokio::test]
async fn s127_browsers_know_how_long_a_name_may_be_before_a_factor_is_made() {
    let (_app, _upstream, mut owner, _phone, _) = with_phone().await;
    for (address, fields) in [(PASSKEYS, 1), (TOTP, 1), (FACTORS, 1)] {
        assert_eq!(limits(&owner.get(address).await.text()), vec!["200"; fields], "{address}");
    }
}

#[tokio::test]
async fn s122_the_code_has_the_focus_where_nothing_else_is_an_answer() {
    let (app, _upstream, mut owner, _phone, _) = with_phone().await;
    let mut client = halfway(&app).await;
    assert!(has_focus(&client.get(STEP).await.text(), "code"));
    let wrong = phone::answer(&mut client, "000000").await.text();
    assert!(!has_focus(&wrong, "code"), "what is wrong has it");
    make(&mut owner, PRESENT | VERIFIED).await;
    let mut client = halfway(&app).await;
    assert!(!has_focus(&client.get(STEP).await.text(), "code"), "a passkey is another answer");
}
