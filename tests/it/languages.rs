//! Every text exists in every language, is used, and reaches who reads that language.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use portcullis::for_tests::{Language, texts};

use super::support::app::TestApp;
use super::support::mailbox::Mailbox;
use super::support::people::{self, OWNER, PASSWORD};

/// The keys of a file with the arguments of each, and keys that come twice.
fn messages(language: Language) -> (BTreeMap<String, BTreeSet<String>>, Vec<String>) {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let (mut twice, mut key) = (Vec::new(), String::new());
    for line in texts::source(language).lines().filter(|line| !line.starts_with('#')) {
        let begins = line.starts_with(|c: char| c.is_ascii_lowercase());
        if let Some((name, _)) = line.split_once(" =").filter(|_| begins) {
            name.clone_into(&mut key);
            if found.insert(key.clone(), BTreeSet::new()).is_some() {
                twice.push(key.clone());
            }
        }
        for gap in line.split('$').skip(1) {
            let name: String = gap.chars().take_while(char::is_ascii_alphanumeric).collect();
            found.entry(key.clone()).or_default().insert(name);
        }
    }
    (found, twice)
}

fn texts_of(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts_of(&path, into);
        } else {
            into.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_language_has_every_text_with_the_same_gaps() {
    let (english, _) = messages(Language::English);
    assert!(english.len() > 300, "only {} texts were read", english.len());
    for language in Language::ALL {
        let (own, twice) = messages(language);
        assert_eq!(twice, Vec::<String>::new(), "{}: keys that come twice", language.tag());
        let other: Vec<&String> = english.keys().filter(|key| english.get(*key) != own.get(*key)).collect();
        assert_eq!(other, Vec::<&String>::new(), "{}: missing, or with other arguments", language.tag());
        let unknown: Vec<&String> = own.keys().filter(|key| !english.contains_key(*key)).collect();
        assert_eq!(unknown, Vec::<&String>::new(), "{}: not in English", language.tag());
    }
}

#[test]
fn every_file_of_texts_can_be_read_whole() {
    for language in Language::ALL {
        let faults =
            fluent_bundle::FluentResource::try_new(texts::source(language).to_owned()).err().map(|(_, faults)| faults);
        assert!(faults.is_none(), "{}: {faults:?}", language.tag());
        assert!(
            !texts::source(language).contains(['\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202e}']),
            "{}",
            language.tag()
        );
    }
}

#[test]
fn every_text_is_used_and_every_text_asked_for_exists() {
    let (mut sources, mut templates) = (String::new(), String::new());
    texts_of(Path::new("src"), &mut sources);
    texts_of(Path::new("templates"), &mut templates);
    let all = format!("{sources}{templates}");
    let (english, _) = messages(Language::English);
    let unused: Vec<&String> = english.keys().filter(|key| !all.contains(&format!("\"{key}\""))).collect();
    assert_eq!(unused, Vec::<&String>::new(), "texts that nobody asks for");
    let calls = [
        "Text::new(\"",
        ".say(\"",
        ".say_with(\"",
        "BadRequest(\"",
        "Forbidden(\"",
        "Unprocessable(\"",
        "Check::good(\"",
        "Check::wrong(\"",
        "FormPage::new(req, \"",
        "FormPage::new(&req, \"",
        "MessagePage::new(req, \"",
        "MessagePage::new(&req, \"",
        "Layout::new(req, \"",
        "Layout::with_menu(&req, \"",
    ];
    // However a call is broken into lines, the key is its first text.
    let all = all.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
    assert!(calls.iter().all(|call| all.contains(call)), "a call that is not written like this any more");
    let asked = calls.iter().flat_map(|call| all.split(call).skip(1));
    let missing: BTreeSet<&str> =
        asked.filter_map(|rest| rest.split('"').next()).filter(|key| !english.contains_key(*key)).collect();
    assert_eq!(missing, BTreeSet::new(), "texts that do not exist");
}

#[tokio::test]
async fn pages_speak_the_language_of_the_browser_or_of_the_site() {
    let app = TestApp::start(|options| options.set("DEFAULT_LANGUAGE", "fr")).await;
    people::claim(&app).await;
    for (accepts, tag, direction) in [
        ("de-AT,de;q=0.9,en;q=0.8", "de", "ltr"),
        ("ar", "ar", "rtl"),
        ("ja", "fr", "ltr"),
        ("", "fr", "ltr"),
        ("en", "en", "ltr"),
    ] {
        let mut client = app.client();
        client.always("Accept-Language", accepts);
        for path in ["/_auth/login", "/_auth/nothing-here", "/_auth/reset?token=x"] {
            let page = client.get(path).await;
            assert!(
                page.text().contains(&format!("<html lang=\"{tag}\" dir=\"{direction}\">")),
                "{accepts} at {path}: {}",
                page.text()
            );
        }
        let sign_in = texts::say(Language::parse(tag).unwrap(), &portcullis::for_tests::Text::new("sign-in"));
        assert!(client.get("/_auth/login").await.text().contains(&format!("<h1>{sign_in}</h1>")), "{accepts}");
    }
}

#[tokio::test]
async fn the_page_about_an_unavailable_app_is_in_the_language_of_the_account_each_time() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let app = TestApp::start(|options| options.upstream = Some(closed)).await;
    let mut owner = people::claim(&app).await;
    owner.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Ada"), ("language", "de")]).await;
    // From the second on the verdict is remembered.
    for _ in 0..3 {
        let page = owner.get("/page").await;
        assert_eq!(page.status, 502);
        assert!(page.text().contains("<html lang=\"de\""), "{}", page.text());
    }
}

#[tokio::test]
async fn the_language_of_the_account_wins_and_its_mails_are_in_it() {
    let app = TestApp::start(|_| {}).await;
    let mut ada = people::claim(&app).await;
    ada.always("Accept-Language", "fr");
    assert!(ada.get("/_auth/account").await.text().contains("<html lang=\"fr\""));
    let answer =
        ada.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Ada"), ("language", "de")]).await;
    assert_eq!(answer.location(), "/_auth/account?flash=profile-saved");
    for path in ["/_auth/account", "/_auth/admin/users", "/_auth/admin/checklist", "/_auth/admin/users/nobody"] {
        assert!(ada.get(path).await.text().contains("<html lang=\"de\""), "{path}");
    }
    let mut mailbox = Mailbox::of(&app.data(""));
    let mut visitor = app.client();
    visitor.always("Accept-Language", "es");
    visitor.submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    let subject = texts::say(Language::German, &portcullis::for_tests::Text::new("mail-reset"));
    let mail = mailbox.wait_for(&subject).await;
    assert!(mail.text.contains(&mail.link()), "{}", mail.text);

    let bad =
        ada.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Ada"), ("language", "tlh")]).await;
    assert_eq!(bad.status, 422);
    ada.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Ada"), ("language", "")]).await;
    assert!(ada.get("/_auth/account").await.text().contains("<html lang=\"fr\""), "the browser's again");
    let mut again = app.client();
    again.always("Accept-Language", "ar");
    let wrong = again.submit("/_auth/login", "/_auth/login", &[("email", OWNER), ("password", "wrong")]).await;
    assert_eq!(wrong.status, 401);
    let neutral = texts::say(Language::Arabic, &portcullis::for_tests::Text::new("wrong-pair"));
    assert!(wrong.text().contains(&neutral), "{}", wrong.text());
    assert_eq!(
        again.submit("/_auth/login", "/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await.status,
        303
    );
}
