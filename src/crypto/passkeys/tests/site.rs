use serde_json::Value;

use super::*;

#[test]
fn a_site_without_a_name_or_tls_has_no_passkeys() {
    for (app_url, expected) in [
        ("https://192.0.2.7", Some(Unavailable::Number)),
        ("http://127.0.0.1:3000", Some(Unavailable::Number)),
        ("https://[2001:db8::1]:8443", Some(Unavailable::Number)),
        ("http://portal.example.org", Some(Unavailable::PlainHttp)),
        ("http://localhost.example.org", Some(Unavailable::PlainHttp)),
        ("https://portal.example.org:8443", None),
        ("http://localhost:3000", None),
        ("http://portal.localhost:3000", None),
        ("https://localhost", None),
        ("https://portal", None),
    ] {
        assert_eq!(site(app_url).err(), expected, "{app_url}");
    }
}

#[test]
fn a_site_with_a_port_is_named_without_it_and_its_origin_has_it() {
    for (origin, id) in
        [("http://localhost:3000", "localhost"), ("https://b\u{fc}cher.example:8443", "xn--bcher-kva.example")]
    {
        let portal = site(origin).unwrap();
        let begun = portal.begin_sign_in();
        let options: Value = serde_json::from_str(&begun.options).unwrap();
        assert_eq!(options["rpId"], id);
        let in_browser = AppUrl::parse(origin).unwrap().origin().to_owned();
        let (authenticator, passkey) = make(&portal, &in_browser, Key::es256());
        let sent = |origin: &str| Assertion::parse(&authenticator.get(&begun.options, origin, 1)).unwrap();
        assert!(portal.finish(&begun.state, &sent(&in_browser), &passkey).is_ok());
        let portless = in_browser.rsplit_once(':').unwrap().0;
        assert_eq!(portal.finish(&begun.state, &sent(portless), &passkey), Err(Fault::Origin));
    }
}

#[test]
fn a_challenge_has_256_random_bits_and_is_new_each_time() {
    let portal = portal();
    let (_, passkey) = make(&portal, ORIGIN, Key::eddsa());
    let own = [passkey];
    let begun = [
        portal.begin_registration("ada@example.org", &own),
        portal.begin_registration("ada@example.org", &own),
        portal.begin_sign_in(),
        portal.begin_sign_in(),
        portal.begin_second_step(&own, Verification::Preferred).unwrap(),
    ];
    let challenges: std::collections::BTreeSet<String> = begun.iter().map(challenge_of).collect();
    assert_eq!(challenges.len(), begun.len());
    for begun in &begun {
        let options: Value = serde_json::from_str(&begun.options).unwrap();
        assert_eq!(challenge_of(begun).len(), 43);
        assert_eq!(options["timeout"], LIFETIME_SECS * 1_000);
        assert!(!begun.state.contains("ada"), "it would keep a name: {}", begun.state);
    }
}
