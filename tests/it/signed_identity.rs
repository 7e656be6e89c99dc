//! The signed identity: for one app, for a minute, by keys that apps can read and that are replaced with an overlap
//! (S121).

use std::collections::BTreeSet;
use std::process::{Command, Output};

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::apps::{self, Apps, FILES, WIKI};
use super::support::client::{Call, Client};
use super::support::clock::{START, TestClock};
use super::support::nodes::Nodes;
use super::support::people::{self, OWNER};
use super::support::process::{Process, free_port, is_installed, said, skip};
use super::support::source::repository;
use super::support::upstream::Upstream;
use super::support::wait;

/// The header with the identity.
pub const HEADER: &str = "x-portcullis-jwt";
const KEYS: &str = "/_auth/.well-known/jwks.json";

/// The key that `signing-key rotate` created.
fn rotated(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut words = text.split_whitespace().map(|word| word.trim_end_matches(';'));
    words.find(|word| word.len() == 43).unwrap_or_else(|| panic!("no key: {text}")).to_owned()
}

/// The keys that are published.
pub async fn published(client: &mut Client) -> JwkSet {
    let answer = client.get(KEYS).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("public, max-age=300")));
    serde_json::from_value(answer.json()).unwrap()
}

async fn published_ids(client: &mut Client) -> Vec<String> {
    published(client).await.keys.into_iter().map(|key| key.common.key_id.unwrap()).collect()
}

/// The claims, if one of the keys signed them for that origin. The tests' clock stands still, so `exp` is for them.
pub fn verify(token: &str, keys: &JwkSet, origin: &str) -> Result<Value, String> {
    let id = decode_header(token).unwrap().kid.unwrap();
    let key = keys.find(&id).ok_or("unknown key")?;
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_audience(&[origin]);
    rules.set_issuer(&["http://localhost:3000"]);
    rules.validate_exp = false;
    let decoded = decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &rules);
    decoded.map(|decoded| decoded.claims).map_err(|fault| fault.to_string())
}

/// The two apps of [`Apps`] with signed identities.
async fn signing() -> Apps {
    let apps = Apps::start().await;
    apps.app.execute(&format!("UPDATE apps SET signed_identity = TRUE; {}", apps::CHANGED));
    apps
}

/// The JWT that the app was sent for a page.
async fn sent(apps: &Apps, browser: &mut Client) -> String {
    assert_eq!(browser.get("/page").await.status, 200);
    apps.upstream.last().header(HEADER).unwrap_or_default()
}

/// The same as soon as the setting is known.
async fn first_sent(apps: &Apps, browser: &mut Client) -> String {
    wait::eventually("a signed identity", async || Some(sent(apps, browser).await).filter(|jwt| !jwt.is_empty())).await
}

#[tokio::test]
async fn s121_an_identity_is_signed_for_one_app_and_a_minute() {
    let mut apps = signing().await;
    let (mut wiki, mut files) = (apps.entered(WIKI).await, apps.entered(FILES).await);
    let token = first_sent(&apps, &mut wiki).await;
    let keys = published(&mut wiki).await;
    assert_eq!(published(&mut apps.app.client()).await, keys);
    assert_eq!(decode_header(&token).unwrap().alg, Algorithm::ES256);

    let claims = verify(&token, &keys, WIKI).unwrap();
    let names: BTreeSet<&str> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["aud", "email", "exp", "groups", "iat", "iss", "name", "sub"].into());
    let id = apps.upstream.last().header("remote-id").unwrap();
    for (claim, value) in [
        ("iss", json!("http://localhost:3000")),
        ("aud", json!(WIKI)),
        ("sub", json!(id)),
        ("email", json!(OWNER)),
        ("groups", json!(["admin"])),
        ("iat", json!(START - 5)),
        ("exp", json!(START + 55)),
    ] {
        assert_eq!(claims[claim], value, "{claim}");
    }
    // Each app's is refused by the other.
    let other = first_sent(&apps, &mut files).await;
    assert!(verify(&other, &keys, FILES).is_ok());
    assert!(verify(&other, &keys, WIKI).is_err() && verify(&token, &keys, FILES).is_err());

    // The same is sent while half of its life is left, and what the account is called now is in the next.
    assert_eq!(sent(&apps, &mut wiki).await, token);
    apps.app.clock.advance(31);
    let next = sent(&apps, &mut wiki).await;
    assert_eq!(verify(&next, &keys, WIKI).unwrap()["exp"], START + 86);
    let profile = "/_auth/account/profile";
    assert_eq!(apps.portal.submit(profile, profile, &[("name", "Another Name")]).await.status, 303);
    assert_eq!(verify(&sent(&apps, &mut wiki).await, &keys, WIKI).unwrap()["name"], "Another Name");
}

#[tokio::test]
async fn s121_nobody_is_sent_an_identity_and_no_visitor_can_bring_one() {
    let mut apps = signing().await;
    let page = format!("/_auth/admin/apps/{}", apps::id("wiki"));
    app_pages::add_rule(&mut apps.portal, &page, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    let mut stranger = apps.browser(WIKI);
    for spelling in ["X-Portcullis-JWT", "x_portcullis_jwt", "X-PortcullisJWT", "X-Portcullis_Jwt-"] {
        assert_eq!(stranger.send(Call::new("GET", "/page").header(spelling, "forged")).await.status, 200);
        let received = apps.upstream.last();
        assert!(!received.head_text().contains("forged"), "{spelling}: {}", received.head_text());
        assert_eq!(received.all(HEADER), [""]);
    }
    // An app that did not ask for it gets none at all.
    apps.app.execute(&format!("UPDATE apps SET signed_identity = FALSE; {}", apps::CHANGED));
    wait::eventually("the setting to be known", async || {
        stranger.send(Call::new("GET", "/page").header("X-Portcullis-JWT", "forged")).await;
        apps.upstream.last().all(HEADER).is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn s121_another_proxy_is_given_the_signed_identity_as_well() {
    let app = TestApp::start(super::support::app::TestOptions::let_proxies_ask).await;
    let mut owner = people::claim(&app).await;
    // The app is at the portal's address, behind a proxy: it has the settings of the configuration, which sign nothing.
    let ask = |host: &str| {
        let call = Call::new("GET", "/_auth/verify/traefik").header("x-forwarded-method", "GET");
        call.header("x-forwarded-proto", "http").header("x-forwarded-host", host).header("x-forwarded-uri", "/page")
    };
    let answer = owner.send(ask("localhost:3000")).await;
    assert_eq!((answer.status, answer.header(HEADER)), (200, Some("")));

    let wiki = [("signed_identity", "on")];
    app_pages::create_with(&mut owner, "Wiki", WIKI, "", &wiki).await;
    let shown = owner.get("/_auth/admin/apps").await;
    assert_eq!(shown.status, 200);
    let mut browser = Client::new(app.address, WIKI);
    let denied = browser.send(ask("wiki.example.net:3000")).await;
    assert_eq!((denied.status, denied.header(HEADER)), (401, None));
    assert_eq!(apps::enter(&mut owner, &mut browser, "/page").await.status, 303);
    let answer = browser.send(ask("wiki.example.net:3000")).await;
    let keys = published(&mut browser).await;
    assert_eq!(verify(answer.header(HEADER).unwrap(), &keys, WIKI).unwrap()["email"], OWNER);
}

#[tokio::test]
async fn s121_a_new_key_is_published_before_it_signs_and_the_old_one_after() {
    let (upstream, clock) = (Upstream::start().await, TestClock::before_the_machines(0));
    let app = TestApp::start(|options| {
        options.clock = clock.clone();
        options.set("JWT_TOKEN_EXPIRY_IN_MINUTES", "1440");
    })
    .await;
    let portal = people::claim(&app).await;
    let mut apps = Apps { app, upstream, portal };
    apps::add(&apps.app, "wiki", "wiki.example.net:3000", Some(apps.upstream.address), "signed-in");
    apps.app.execute(&format!("UPDATE apps SET signed_identity = TRUE; {}", apps::CHANGED));
    let mut wiki = apps.browser(WIKI);
    wait::eventually("the app to be known", async || (wiki.fetch("/page").await.status == 401).then_some(())).await;
    let mut wiki = apps.entered(WIKI).await;
    let signer = async |wiki: &mut Client| decode_header(sent(&apps, wiki).await).unwrap().kid.unwrap();

    let first = signer(&mut wiki).await;
    assert_eq!(published_ids(&mut wiki).await, std::slice::from_ref(&first));
    let rotate = |flags: &[&str]| rotated(&apps.app.run(&[&["signing-key", "rotate"], flags].concat()));
    let second = rotate(&[]);
    assert_eq!(published_ids(&mut wiki).await, [first.clone(), second.clone()]);
    assert_eq!(signer(&mut wiki).await, first, "signs with a key that no app can know yet");
    clock.advance(3601);
    assert_eq!(signer(&mut wiki).await, second);
    clock.advance(24 * 3600 - 60);
    assert_eq!(published_ids(&mut wiki).await, [first, second.clone()]);
    clock.advance(60);
    assert_eq!(published_ids(&mut wiki).await, [second]);
}

#[tokio::test]
async fn s121_a_withdrawn_key_is_published_no_longer_on_any_node() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let node = &nodes.apps[0];
    let keys = async || {
        let mut all = BTreeSet::new();
        for node in &nodes.apps {
            all.insert(published_ids(&mut node.client()).await);
        }
        all.into_iter().collect::<Vec<_>>()
    };
    let first = keys().await;
    assert!(first.len() == 1 && first[0].len() == 1, "{first:?}");
    let second = rotated(&node.run(&["signing-key", "rotate", "--now"]));
    let both = keys().await;
    assert_eq!(both, [[first[0][0].clone(), second.clone()]], "a node does not know what the command did");
    let third = rotated(&node.run(&["signing-key", "rotate", "--now", "--withdraw"]));
    assert_eq!(keys().await, [[third.clone()]]);
    let listed = node.run(&["signing-key", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((listed[0]["id"].as_str(), listed[0]["state"].as_str()), (Some(third.as_str()), Some("signs")));
    let without = node.run(&["signing-key", "rotate", "--withdraw"]);
    assert!(!without.status.success() && said(&without).contains("--now"), "{}", said(&without));
}

#[tokio::test]
async fn s121_signing_keys_are_sealed_and_one_that_cannot_be_opened_is_replaced() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let first = published_ids(&mut app.client()).await;
    // PKCS #8 of such a key begins with these bytes, as they are and in Base64.
    let begin = [0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d];
    let stored = app.stored();
    for clear in [&begin[..], b"MIGHAgEAMBMGByqGSM49"] {
        assert!(!stored.windows(clear.len()).any(|part| part == clear), "a private key is in the database");
    }
    // A sealed key that is moved to another row is no key: nobody who writes to the database chooses what signs.
    app.execute("UPDATE signing_keys SET id = 'another';");
    let (folder, clock) = app.stop().await;
    let app = TestApp::start(|options| (options.sqlite, options.data_dir, options.clock) = (true, Some(folder), clock));
    let second = published_ids(&mut app.await.client()).await;
    assert!(second.len() == 1 && second != first, "{first:?} {second:?}");
}

/// The code of that language in the document.
fn documented(language: &str) -> String {
    let text = std::fs::read_to_string(repository().join("docs/SIGNED-IDENTITY.md")).unwrap();
    let (_, block) = text.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

/// The documented app in a folder of its own, and what it says of a token.
struct Verifier {
    program: &'static str,
    folder: tempfile::TempDir,
    script: &'static str,
}

impl Verifier {
    fn says(&self, token: &str, gate: &str, own: &str) -> (bool, String) {
        let mut command = Command::new(self.program);
        command.arg(self.script).arg(token).current_dir(self.folder.path());
        let output = command.env("GATE", gate).env("OWN_ADDRESS", own).output().unwrap();
        (output.status.success(), said(&output))
    }
}

fn jose() -> Option<Verifier> {
    let package = repository().join("target/jose/node_modules/jose");
    if !package.is_dir() {
        skip("jose");
        return None;
    }
    is_installed("node")?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("node_modules")).unwrap();
    std::os::unix::fs::symlink(package, folder.path().join("node_modules/jose")).unwrap();
    let call = "console.log(JSON.stringify(await visitor({ 'x-portcullis-jwt': process.argv[2] })))";
    std::fs::write(folder.path().join("app.mjs"), format!("{}\n{call}\n", documented("js"))).unwrap();
    Some(Verifier { program: "node", folder, script: "app.mjs" })
}

fn pyjwt() -> Option<Verifier> {
    let has_it = Command::new("/usr/bin/python3").args(["-c", "import jwt, cryptography"]).output();
    if !has_it.is_ok_and(|output| output.status.success()) {
        skip("python3-jwt");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let call = "import json, sys\nprint(json.dumps(visitor({'x-portcullis-jwt': sys.argv[1]})))";
    std::fs::write(folder.path().join("app.py"), format!("{}\n{call}\n", documented("python"))).unwrap();
    Some(Verifier { program: "/usr/bin/python3", folder, script: "app.py" })
}

#[tokio::test]
async fn s121_jose_and_pyjwt_verify_it_as_documented() {
    let upstream = Upstream::start().await;
    let port = free_port();
    let process = Process::start_on(port, tempfile::tempdir().unwrap(), "start", &[]).await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    let mut owner = process.client();
    people::claim_with(&mut owner, &token).await;
    let [wiki, files] = ["wiki", "files"].map(|name| format!("http://{name}.localhost:{port}"));
    app_pages::create_with(&mut owner, "Wiki", &wiki, &upstream.url(), &[("signed_identity", "on")]).await;
    let mut browser = Client::new(process.address(), &wiki);
    assert_eq!(apps::enter(&mut owner, &mut browser, "/page").await.status, 303);
    let sent = async |browser: &mut Client| {
        assert_eq!(browser.get("/page").await.status, 200);
        upstream.last().header(HEADER).unwrap()
    };
    for verifier in [jose(), pyjwt()].into_iter().flatten() {
        let (gate, token) = (process.app_url(), sent(&mut browser).await);
        let (good, said) = verifier.says(&token, &gate, &wiki);
        assert!(good && said.contains(OWNER), "{}: {said}", verifier.script);
        let (good, said) = verifier.says(&token, &gate, &files);
        assert!(!good && said.to_lowercase().contains("aud"), "{}: {said}", verifier.script);
        let (good, said) = verifier.says("", &gate, &wiki);
        assert!(good && said.trim() == "null", "{said}");
        // What an older key signed is good after a rotation, and no longer when that one is withdrawn.
        rotated(&process.run(&["signing-key", "rotate", "--now"]));
        assert!(verifier.says(&token, &gate, &wiki).0, "{}", verifier.script);
        assert!(verifier.says(&sent(&mut browser).await, &gate, &wiki).0, "{}", verifier.script);
        rotated(&process.run(&["signing-key", "rotate", "--now", "--withdraw"]));
        assert!(!verifier.says(&token, &gate, &wiki).0, "{}", verifier.script);
        assert!(verifier.says(&sent(&mut browser).await, &gate, &wiki).0, "{}", verifier.script);
    }
}
