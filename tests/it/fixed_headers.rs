//! Headers with the same value in every request to an app: they reach it, and nobody else ever reads them.

use tempfile::TempDir;

use super::documented::file_with_headers;
use super::support::app::{TestApp, TestOptions};
use super::support::app_pages::{self, RuleForm};
use super::support::client::{Call, Client};
use super::support::file_of_apps::{NOTHING, Site};
use super::support::page;
use super::support::people::{self, PASSWORD};
use super::support::process::{run_with, said};
use super::support::upstream::Upstream;
use super::verdicts::question;

const HOST: &str = "wiki.example.net:3000";
const WIKI: &str = "http://wiki.example.net:3000";
const SECRET: &str = "Basic c2VjcmV0OnRvd2Vy";
const OTHER: &str = "Basic b3RoZXI6a2V5cw";

async fn open_app(upstream: &str, fixed: &str) -> (TestApp, Client, String) {
    let app = TestApp::start(TestOptions::let_proxies_ask).await;
    let mut owner = people::claim(&app).await;
    let page = app_pages::create_with(&mut owner, "Wiki", HOST, upstream, &[("fixed_headers", fixed)]).await;
    app_pages::add_rule(&mut owner, &page, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    (app, owner, page)
}

/// The fields of the form of the app.
fn fields<'a>(upstream: &'a str, fixed: &'a str) -> [(&'a str, &'a str); 4] {
    [("name", "Wiki"), ("addresses", HOST), ("upstream", upstream), ("fixed_headers", fixed)]
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_fixed_header_replaces_the_clients_in_every_spelling_and_is_stored_nowhere_in_clear() {
    let upstream = Upstream::start().await;
    let url = upstream.url();
    let (app, mut owner, page) = open_app(&url, &format!("Authorization: {SECRET}\nX-Api-Key: k3y-of-the-app")).await;
    let mut nobody = Client::new(app.address, WIKI);
    let spoofed = Call::new("GET", "/page").header("authorization", "Basic bWluZTptaW5l");
    let spoofed = spoofed.header("x-api_key", "mine").header("x_api_key", "mine").header("xapikey", "mine");
    assert_eq!(nobody.send(spoofed).await.status, 200);
    let seen = upstream.last();
    assert_eq!(seen.all("authorization"), [SECRET]);
    assert_eq!(seen.all("x-api-key"), ["k3y-of-the-app"]);
    assert!(!seen.head_text().contains("mine"), "{}", seen.head_text());

    let edit = format!("{page}/edit");
    let mut pages = Vec::new();
    for address in [&*page, &edit, "/_auth/admin/apps", "/_auth/admin/audit"] {
        pages.push(owner.get(address).await.text());
    }
    assert!(pages[0].contains("authorization") && pages[1].contains("authorization\nx-api-key"), "{}", pages[1]);
    assert!(pages[3].contains("fixed_headers authorization, x-api-key"), "{}", pages[3]);
    // What is refused is shown without it, too.
    let refused = owner.submit(&edit, &edit, &fields("nonsense", &format!("Authorization: {OTHER}"))).await;
    assert_eq!(refused.status, 422);
    pages.push(refused.text());
    for text in &pages {
        assert!(!text.contains(SECRET) && !text.contains(OTHER) && !text.contains("k3y-of"), "{text}");
    }
    let stored = app.stored();
    assert!(contains(&stored, "authorization") && !contains(&stored, SECRET) && !contains(&stored, "k3y-of"));

    // A name alone keeps its value, another value replaces it, and a line that is missing removes it.
    let kept = owner.submit(&edit, &edit, &fields(&url, &format!("x-api-key\nAuthorization: {OTHER}"))).await;
    assert_eq!(kept.status, 303, "{}", kept.text());
    nobody.fetch("/page").await;
    assert_eq!((upstream.last().all("authorization"), upstream.last().all("x-api-key").len()), (vec![OTHER.into()], 1));
    assert_eq!(owner.submit(&edit, &edit, &fields(&url, "x-api-key")).await.status, 303);
    nobody.send(Call::new("GET", "/page").header("authorization", "Basic bWluZTptaW5l")).await;
    assert_eq!(upstream.last().all("authorization"), ["Basic bWluZTptaW5l"], "it is the client's again");
}

#[tokio::test]
async fn s130_a_form_that_waits_for_confirmation_is_stored_encrypted() {
    let upstream = Upstream::start().await;
    let url = upstream.url();
    let (app, mut owner, page) = open_app(&url, "X-Api-Key: first").await;
    app.advance(901);
    let edit = format!("{page}/edit");
    let typed = format!("Authorization: {SECRET}");
    let question = owner.submit(&edit, &edit, &fields(&url, &typed)).await;
    assert_eq!(question.status, 403);
    let stored = app.stored();
    assert!(!question.text().contains(SECRET) && !contains(&stored, SECRET) && !contains(&stored, "c2VjcmV0OnRvd2Vy"));
    let deed = page::field(&question.text(), "deed").unwrap();
    let done = owner.post_form("/_auth/confirm", &[("deed", &deed), ("current_password", PASSWORD)]).await;
    assert!(done.status < 400, "{} {}", done.status, done.text());
    Client::new(app.address, WIKI).fetch("/page").await;
    assert_eq!(upstream.last().all("authorization"), [SECRET]);
}

#[tokio::test]
async fn a_proxy_that_asks_is_told_them_only_where_it_is_the_one_that_forwards() {
    let (app, mut owner, _page) = open_app("", &format!("Authorization: {SECRET}")).await;
    let mut nobody = Client::new(app.address, WIKI);
    let upstream = Upstream::start().await;
    let other = "built-in.example.net:3000";
    let fixed = ("fixed_headers", "X-Api-Key: k3y-of-the-app");
    let page = app_pages::create_with(&mut owner, "BuiltIn", other, &upstream.url(), &[fixed]).await;
    app_pages::add_rule(&mut owner, &page, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    for dialect in ["nginx", "traefik", "caddy", "haproxy", "envoy"] {
        let told = nobody.send(question(dialect, HOST, "GET", "/page")).await;
        assert_eq!((told.status, told.header("authorization")), (200, Some(SECRET)), "{dialect}");
        let told = nobody.send(question(dialect, other, "GET", "/page")).await;
        assert_eq!((told.status, told.header("x-api-key")), (200, None), "{dialect}");
    }
}

#[tokio::test]
async fn commands_take_values_from_files_and_show_them_nowhere() {
    let mut site = Site::start().await;
    let upstream = Upstream::start().await;
    let folder = site.process.folder.path().to_owned();
    std::fs::write(folder.join("headers.txt"), format!("Authorization: {SECRET}\nX-Api-Key: k3y-of-the-app\n"))
        .unwrap();
    let add = ["app", "add", "Wiki", "--addresses=w.example.org", "--fixed-header-file=headers.txt"];
    let mut outputs = vec![site.process.run(&[&add[..], &["--upstream", &upstream.url()]].concat())];
    assert!(outputs[0].status.success(), "{}", said(&outputs[0]));
    outputs.push(site.process.run(&["app", "show", "Wiki"]));
    assert!(said(&outputs[1]).contains("fixed headers: authorization, x-api-key\n"), "{}", said(&outputs[1]));
    outputs.push(site.process.run(&["app", "list", "--json"]));
    assert_eq!(site.json(&["app", "list"])[1]["fixed_headers"], serde_json::json!(["authorization", "x-api-key"]));
    outputs.push(site.process.run(&["rule", "add", "Wiki", "/", "--who", "public"]));
    let sent = async |name: &str| {
        assert_eq!(site.anonymous("w.example.org").await, 200);
        upstream.last().all(name)
    };
    assert_eq!(sent("authorization").await, [SECRET]);

    std::fs::write(folder.join("key"), format!("{OTHER}\n")).unwrap();
    let file = format!(
        "[[apps]]\nname = 'Wiki'\naddresses = ['w.example.org']\nupstream = '{}'\n\
            fixed_headers = [{{ name = 'Authorization', file = 'key' }}, {{ name = 'X-Api-Key', env = 'WIKI_KEY' }}]\n\
            [[apps.rules]]\npath = '/'\nwho = 'public'\n",
        upstream.url()
    );
    let apply = |value: Option<&str>, switches: &[&str]| {
        std::fs::write(folder.join("apps.toml"), &file).unwrap();
        let variables: Vec<_> = value.map(|value| ("WIKI_KEY", value.to_owned())).into_iter().collect();
        run_with(&folder, &[&["apply", "apps.toml"], switches].concat(), &variables)
    };
    outputs.push(apply(None, &[]));
    let text = said(&outputs[4]);
    assert!(text.contains("apps.toml:5: env: the variable WIKI_KEY is not set"), "{text}");
    outputs.push(apply(Some("k3y-of-the-app"), &[]));
    let text = said(&outputs[5]);
    assert!(text.contains("~ app Wiki: fixed header authorization changed\n"), "{text}");
    outputs.push(apply(Some("k3y-of-the-app"), &["--dry-run"]));
    assert!(said(&outputs[6]).contains(NOTHING), "{}", said(&outputs[6]));
    outputs.push(apply(Some("an0ther"), &["--dry-run"]));
    assert!(said(&outputs[7]).contains("~ app Wiki: fixed header x-api-key changed\n"), "{}", said(&outputs[7]));
    assert_eq!(sent("authorization").await, [OTHER]);
    assert_eq!(sent("x-api-key").await, ["k3y-of-the-app"]);

    let secrets = [SECRET, OTHER, "k3y-of-the-app", "an0ther"];
    let kept = TempDir::new().unwrap();
    let backup = kept.path().join("kept.backup");
    outputs.push(site.process.run(&["backup", backup.to_str().unwrap()]));
    let backup = std::fs::read(backup).unwrap();
    let audited = site.events("app.changed").await;
    assert_eq!(audited, ["Wiki"]);
    for secret in secrets {
        assert!(outputs.iter().all(|output| !said(output).contains(secret)), "{secret} is printed");
        assert!(!contains(&backup, secret), "{secret} is in the backup");
        assert!(!site.process.output().contains(secret), "{secret} is logged");
        for name in ["data/portcullis.db", "data/portcullis.db-wal"] {
            let stored = std::fs::read(folder.join(name)).unwrap_or_default();
            assert!(!contains(&stored, secret), "{secret} is in {name}");
        }
    }
    assert!(contains(&backup, "authorization "), "the sealed value is in the backup");
}

#[tokio::test]
async fn the_documented_file_gives_an_app_its_names_and_values() {
    let mut site = Site::start().await;
    let upstream = Upstream::start().await;
    let folder = site.process.folder.path().to_owned();
    std::fs::write(folder.join("wiki"), format!("{SECRET}\n")).unwrap();
    let file =
        file_with_headers().replace("/run/secrets/wiki", "wiki").replace("http://10.0.0.5:8080", &upstream.url());
    std::fs::write(folder.join("apps.toml"), &file).unwrap();
    let apply = || said(&run_with(&folder, &["apply", "apps.toml"], &[("WIKI_API_KEY", "k3y".to_owned())]));
    let text = apply();
    let line = "headers none; header_map username = x-webauth-user, email = x-webauth-email; fixed_headers \
        authorization, x-api-key";
    assert!(text.contains(line), "{text}");
    assert!(apply().contains(NOTHING));
    let added = site.process.run(&["rule", "add", "Wiki", "/", "--who", "public"]);
    assert!(added.status.success(), "{}", said(&added));
    assert_eq!(site.anonymous("wiki.example.org").await, 200);
    let seen = upstream.last();
    assert_eq!((seen.all("authorization"), seen.all("x-api-key")), (vec![SECRET.into()], vec!["k3y".into()]));
    assert_eq!(seen.all("x-webauth-user"), [""]);
    assert_eq!(site.events("app.created").await, ["Wiki"]);
}

#[tokio::test]
async fn a_value_that_cannot_be_opened_is_sent_empty_never_as_the_client_sends_it() {
    let site = Site::start().await;
    let upstream = Upstream::start().await;
    let folder = site.process.folder.path().to_owned();
    std::fs::write(folder.join("headers.txt"), format!("Authorization: {SECRET}")).unwrap();
    let add = ["app", "add", "Wiki", "--addresses=w.example.org", "--fixed-header-file=headers.txt"];
    assert!(site.process.run(&[&add[..], &["--upstream", &upstream.url()]].concat()).status.success());
    assert!(site.process.run(&["rule", "add", "Wiki", "/", "--who", "public"]).status.success());
    // The value of one app is worth nothing for another, nor under another name.
    site.execute(
        "UPDATE apps SET fixed_headers = REPLACE(fixed_headers, 'authorization ', 'x-api-key ');
         UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name IN ('notices', 'apps');
         INSERT INTO notices SELECT CAST(value AS BIGINT), 'apps.changed', '', 0 FROM settings WHERE name = 'notices';",
    );
    super::support::wait::eventually("the change to be known", async || {
        let spoofed = Call::fetch("GET", "/page").header("host", "w.example.org").header("x-api-key", "mine");
        assert_eq!(site.process.client().send(spoofed).await.status, 200);
        (upstream.last().all("x-api-key") == [""]).then_some(())
    })
    .await;
    assert!(upstream.last().all("authorization").is_empty());
    site.process.running.line_with("a fixed header cannot be opened and is sent empty");
}
