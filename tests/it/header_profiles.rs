//! What an app is told about who is there, under the names that it expects; no client can say it instead (S70, S78).

use super::support::app::{TestApp, TestOptions};
use super::support::app_pages::{self, RuleForm};
use super::support::apps;
use super::support::client::{Call, Client};
use super::support::page;
use super::support::people::{self, OWNER};
use super::support::process::said;
use super::support::upstream::{Received, Upstream};
use super::support::{file_of_apps, wait};
use super::verdicts::question;

const HOST: &str = "wiki.example.net:3000";
const WIKI: &str = "http://wiki.example.net:3000";
const DIALECTS: [&str; 5] = ["nginx", "traefik", "caddy", "haproxy", "envoy"];

/// What each header says about the owner, who has the user name `olive` and is in two groups; ID stands for theirs.
const PRESETS: [(&str, &[(&str, &str)]); 5] = [
    (
        "remote",
        &[
            ("remote-user", OWNER),
            ("remote-email", OWNER),
            ("remote-name", "Olive Owner"),
            ("remote-groups", "admin,family,staff"),
            ("remote-id", "ID"),
        ],
    ),
    (
        "x-forwarded",
        &[
            ("x-forwarded-user", OWNER),
            ("x-forwarded-email", OWNER),
            ("x-forwarded-groups", "admin,family,staff"),
            ("x-forwarded-preferred-username", "olive"),
        ],
    ),
    (
        "x-auth-request",
        &[
            ("x-auth-request-user", OWNER),
            ("x-auth-request-email", OWNER),
            ("x-auth-request-groups", "admin,family,staff"),
            ("x-auth-request-preferred-username", "olive"),
        ],
    ),
    (
        "x-authentik",
        &[
            ("x-authentik-username", "olive"),
            ("x-authentik-email", OWNER),
            ("x-authentik-name", "Olive Owner"),
            ("x-authentik-groups", "admin|family|staff"),
            ("x-authentik-uid", "ID"),
        ],
    ),
    ("none", &[]),
];

/// How a client may spell a name so that some program takes it for that one.
fn spellings(name: &str) -> Vec<String> {
    let first = name.replacen('-', "_", 1);
    vec![name.to_owned(), first, name.replace('-', "_"), name.replace('-', ""), format!("{name}-"), format!("_{name}")]
}

fn all_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().flat_map(|(_, headers)| headers.iter().map(|(name, _)| *name))
}

/// A gate with an app at [`WIKI`] whose `/open` is for everybody; `upstream` is empty behind another proxy.
struct Site {
    app: TestApp,
    owner: Client,
    id: String,
    page: String,
}

async fn site(upstream: &str, headers: &[(&str, &str)]) -> Site {
    let app = TestApp::start(TestOptions::let_proxies_ask).await;
    let mut owner = people::claim(&app).await;
    for group in ["staff", "family"] {
        app_pages::create_group(&mut owner, group).await;
        app_pages::join(&mut owner, group, OWNER).await;
    }
    let list = owner.get("/_auth/admin/users").await.text();
    let id = page::data(&list, "user-id").unwrap();
    let form = format!("/_auth/admin/users/{id}/username");
    assert_eq!(owner.submit(&form, &form, &[("username", "olive")]).await.status, 303);
    let page = app_pages::create_with(&mut owner, "Wiki", HOST, upstream, headers).await;
    app_pages::add_rule(&mut owner, &page, RuleForm { path: "/open", who: "public", ..RuleForm::default() }).await;
    Site { app, owner, id, page }
}

impl Site {
    /// The owner's browser at the app.
    async fn entered(&mut self) -> Client {
        let mut browser = Client::new(self.app.address, WIKI);
        let answer = apps::enter(&mut self.owner, &mut browser, "/page").await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        browser
    }

    /// Gives the app other headers.
    async fn set(&mut self, upstream: &str, fields: &[(&str, &str)]) {
        let edit = format!("{}/edit", self.page);
        let mode = if upstream.is_empty() { "forward-auth" } else { "proxy" };
        let fields =
            [&[("name", "Wiki"), ("addresses", HOST), ("upstream", upstream), ("mode", mode)], fields].concat();
        let answer = self.owner.submit(&edit, &edit, &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
    }

    fn expected<'a>(&'a self, value: &'a str) -> &'a str {
        if value == "ID" { &self.id } else { value }
    }
}

/// Requests with every spelling of every name that any app may believe; one alone would be too large.
fn spoofing(path: &str, more: &[&'static str]) -> Vec<Call> {
    let names: Vec<String> = all_names().chain(more.iter().copied()).flat_map(spellings).collect();
    let with = |names: &[String]| names.iter().fold(Call::new("GET", path), |call, name| call.also(name, "mallory"));
    names.chunks(40).map(with).collect()
}

/// That the app got exactly these of our headers, and nothing of Mallory.
fn assert_told(seen: &Received, expected: &[(String, String)]) {
    assert!(!seen.head_text().contains("mallory"), "{}", seen.head_text());
    for name in all_names() {
        let there = expected.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone());
        assert_eq!(seen.all(name), there.collect::<Vec<_>>(), "{name}: {}", seen.head_text());
    }
    for (name, value) in expected {
        assert_eq!(seen.header(name).as_deref(), Some(&**value), "{name}");
    }
}

async fn assert_app_is_told(
    browser: &mut Client,
    upstream: &Upstream,
    calls: Vec<Call>,
    expected: &[(String, String)],
) {
    for call in calls {
        assert_eq!(browser.send(call).await.status, 200);
        assert_told(&upstream.last(), expected);
    }
}

#[tokio::test]
async fn s70_s78_each_preset_reaches_the_app_and_no_client_can_say_it_instead() {
    let upstream = Upstream::start().await;
    let url = upstream.url();
    let mut site = site(&url, &[]).await;
    for (preset, headers) in PRESETS {
        site.set(&url, &[("headers", preset)]).await;
        let mut browser = site.entered().await;
        let told = |value: &str| site.expected(value).to_owned();
        let expected: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), told(value))).collect();
        assert_app_is_told(&mut browser, &upstream, spoofing("/page", &[]), &expected).await;
        let mut nobody = Client::new(site.app.address, WIKI);
        let empty: Vec<_> = headers.iter().map(|(name, _)| ((*name).to_owned(), String::new())).collect();
        assert_app_is_told(&mut nobody, &upstream, spoofing("/open", &[]), &empty).await;
    }
}

#[tokio::test]
async fn s70_s74_each_dialect_is_told_the_names_of_the_app_and_the_usual_ones_empty() {
    let mut site = site("", &[]).await;
    for (preset, headers) in PRESETS {
        site.set("", &[("headers", preset)]).await;
        let mut browser = site.entered().await;
        let mut nobody = Client::new(site.app.address, WIKI);
        for dialect in DIALECTS {
            let allowed = browser.send(question(dialect, HOST, "GET", "/page")).await;
            let open = nobody.send(question(dialect, HOST, "GET", "/open")).await;
            assert_eq!((allowed.status, open.status), (200, 200), "{preset} {dialect}");
            for name in all_names() {
                let own = headers.iter().find(|(known, _)| *known == name).map(|(_, value)| site.expected(value));
                let usual = (name.starts_with("remote-") || dialect == "caddy").then_some("");
                assert_eq!(allowed.headers_named(name), Vec::from_iter(own.or(usual)), "{preset} {dialect} {name}");
                let empty = own.map(|_| "").or(usual);
                assert_eq!(open.headers_named(name), Vec::from_iter(empty), "{preset} {dialect} {name}");
            }
            let removed = allowed.header("x-envoy-auth-headers-to-remove").map(str::to_owned).unwrap_or_default();
            let removed: Vec<&str> = removed.split(',').collect();
            for (name, _) in headers.iter().filter(|_| dialect == "envoy") {
                assert!(removed.contains(&&*name.replace('-', "_")), "{name}: {removed:?}");
                assert!(removed.contains(&&*name.replacen('-', "_", 1)) && !removed.contains(name), "{removed:?}");
            }
        }
    }
}

#[tokio::test]
async fn names_of_an_apps_own_are_sent_to_it_alone_on_web_sockets_too() {
    let upstream = Upstream::start().await;
    let own = "username = X-Mail-User\nrole=Userrole, groups-piped = X-Teams";
    let names = ["x-mail-user", "userrole", "x-teams"];
    let mut site = site(&upstream.url(), &[("headers", "none"), ("header_map", own)]).await;
    let expected = |values: [&str; 3]| -> Vec<_> {
        names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value.to_owned())).collect()
    };
    let mut browser = site.entered().await;
    let own = expected(["olive", "admin", "admin|family|staff"]);
    assert_app_is_told(&mut browser, &upstream, spoofing("/page", &names), &own).await;
    let mut nobody = Client::new(site.app.address, WIKI);
    assert_app_is_told(&mut nobody, &upstream, spoofing("/open", &names), &expected(["", "", ""])).await;
    for name in names {
        browser.always(name, "mallory");
    }
    let socket = browser.web_socket("/ws", WIKI).await.unwrap();
    assert_told(&upstream.last(), &own);
    drop(socket);
    // For another app these names mean nothing.
    let other = "other.example.net:3000";
    let page = app_pages::create(&mut site.owner, "Other", other, &upstream.url()).await;
    app_pages::add_rule(&mut site.owner, &page, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    let mut there = Client::new(site.app.address, &format!("http://{other}"));
    assert_eq!(there.send(Call::new("GET", "/page").header("x-teams", "mine")).await.status, 200);
    assert_eq!(upstream.last().header("x-teams").as_deref(), Some("mine"));
    // What was typed is shown again, on the page and by commands.
    let form = site.owner.get(&format!("{}/edit", site.page)).await.text();
    assert!(form.contains("username = x-mail-user\nrole = userrole\ngroups-piped = x-teams"), "{form}");
    let shown = site.owner.get(&site.page).await.text();
    assert!(shown.contains("<br><bdi>role = userrole</bdi><br><bdi>groups-piped = x-teams</bdi>"), "{shown}");
    let configured = site.owner.get("/_auth/admin/apps/default").await.text();
    assert!(configured.contains("create it on the page Apps"), "{configured}");
    let audit = site.owner.get("/_auth/admin/audit?event=app.created").await.text();
    assert!(
        audit.contains("headers none; header_map username = x-mail-user, role = userrole, groups-piped = x-teams"),
        "{audit}"
    );
}

#[tokio::test]
async fn names_that_would_deceive_somebody_are_refused_at_their_field() {
    let mut site = site("http://127.0.0.1:9", &[]).await;
    let edit = format!("{}/edit", site.page);
    for (field, typed, why) in [
        ("headers", "remotes", "Choose one of the options."),
        ("header_map", "X-Mail", "“X-Mail” is not understood."),
        ("header_map", "mail = X-Mail", "No header can say “mail”."),
        ("header_map", "email = X_Mail", "A header name begins with a letter"),
        ("header_map", "email = Cookie", "cookie already has a meaning"),
        ("header_map", "user = Authorization", "authorization already has a meaning"),
        ("header_map", "email = X-Portcullis-JWT", "x-portcullis-jwt already has a meaning"),
        ("header_map", "email = remoteuser", "remoteuser is there twice"),
        ("fixed_headers", "Host: x", "host already has a meaning"),
        ("fixed_headers", "Remote-User: root", "remote-user is there twice"),
        ("fixed_headers", "X-Key", "x-key has no value yet."),
        ("fixed_headers", "X-Key: gr\u{fc}n", "The value of x-key may have only ASCII"),
    ] {
        let fields = [("name", "Wiki"), ("addresses", HOST), ("upstream", "http://127.0.0.1:9"), (field, typed)];
        let refused = site.owner.submit(&edit, &edit, &fields).await;
        let text = refused.text();
        assert_eq!(refused.status, 422, "{field} {typed}: {text}");
        let said = page::error_summary(&text).unwrap();
        assert!(said.contains(why), "{field} {typed}: {said}");
        assert!(text.contains(&format!("id=\"{field}-fault\"")), "{field} {typed}: not at its field");
    }
}

#[tokio::test]
async fn commands_and_files_choose_the_names_too() {
    let mut site = file_of_apps::Site::start().await;
    let add = ["app", "add", "Blog", "--addresses=b.example.org", "--upstream=http://b", "--headers=x-forwarded"];
    let output = site.process.run(&[&add[..], &["--header-map", "id=X-Id,role=X-Role"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    let blog = &site.json(&["app", "list"])[1];
    assert_eq!(blog["headers"], "x-forwarded");
    assert_eq!(blog["header_map"], serde_json::json!(["id = x-id", "role = x-role"]));
    let shown = said(&site.process.run(&["app", "show", "Blog"]));
    assert!(shown.contains("headers: x-forwarded\nmore headers: id = x-id, role = x-role\n"), "{shown}");
    let refused = said(&site.process.run(&["app", "set", "Blog", "--headers", "forwarded"]));
    assert!(refused.contains("remote, x-forwarded, x-auth-request, x-authentik, none"), "{refused}");
    let file =
        |more: &str| format!("[[apps]]\nname = 'Blog'\naddresses = ['b.example.org']\nupstream = 'http://b'\n{more}");
    let (code, text) = site.apply(&file("headers = 'none'\nheader_map = ['email = X-Mail']\n"), &[]);
    let expected = "~ app Blog: headers x-forwarded -> none; header_map id = x-id, role = x-role -> email = x-mail\n";
    assert!(code == 0 && text.starts_with(expected), "{text}");
    let (code, text) = site.apply(&file("header_map = ['email: X-Mail']\n"), &["--dry-run"]);
    assert!(code == 1 && text.contains("apps.toml:5: header_map: “email: X-Mail” is not understood."), "{text}");
    wait::eventually("the last change to be audited", async || {
        (site.events("app.changed").await == ["Blog"]).then_some(())
    })
    .await;
}
