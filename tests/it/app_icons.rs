//! Icons of apps: uploaded by a form without a script, shown to those who may enter, and never more than an image.

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::browser::Browser;
use super::support::client::{Call, Client, Response};
use super::support::page::{self, csrf_token};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, free_port, said};
use super::support::upstream::Upstream;

const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' width='16' height='16'><rect width='9' height='9'/></svg>";
const IMAGE: &str = "<img class=\"icon\" src=\"data:image/svg+xml;base64,PHN2Zy";

async fn with_wiki() -> (TestApp, Upstream, Client, String) {
    let (app, upstream, mut owner) = people::with_app().await;
    let wiki = app_pages::create(&mut owner, "Wiki", "http://wiki.example.org:3000", &upstream.url()).await;
    (app, upstream, owner, wiki)
}

/// A form as browsers send it, with the file under the name `icon`.
fn with_file(app: &TestApp, path: &str, token: &str, file: &[u8]) -> Call {
    let field = |name: &str| format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"");
    let mut body = format!("{}\r\n\r\n{token}\r\n", field("csrf_token")).into_bytes();
    body.extend(format!("{}; filename=\"icon\"\r\nContent-Type: image/png\r\n\r\n", field("icon")).bytes());
    body.extend(file);
    body.extend(b"\r\n--xx--\r\n");
    Call::form(path, &app.app_url, &[]).header("Content-Type", "multipart/form-data; boundary=xx").body(body)
}

async fn upload(app: &TestApp, owner: &mut Client, wiki: &str, file: &[u8]) -> Response {
    let form = format!("{wiki}/icon");
    let token = csrf_token(&owner.get(&form).await.text()).unwrap();
    owner.send(with_file(app, &form, &token, file)).await
}

#[tokio::test]
async fn an_icon_is_shown_to_those_who_may_enter_until_it_is_removed() {
    let (app, _upstream, mut owner, wiki) = with_wiki().await;
    let (mut ada, _) = people::member(&app, &mut owner, "ada@example.org", "user").await;
    assert!(!owner.get("/_auth/").await.text().contains("class=\"icon\""));
    let done = upload(&app, &mut owner, &wiki, SVG).await;
    assert_eq!((done.status, done.location()), (303, format!("{wiki}?flash=app-saved").as_str()), "{}", done.text());
    for path in ["/_auth/", "/_auth/admin/apps", &wiki] {
        assert_eq!(owner.get(path).await.text().matches(IMAGE).count(), 1, "{path}");
    }
    let audit = owner.get("/_auth/admin/audit?event=app.changed").await.text();
    assert!(audit.contains("icon: image/svg+xml") && page::all_data(&audit, "subject") == ["Wiki"], "{audit}");
    assert!(ada.get("/_auth/").await.text().contains(IMAGE));
    app_pages::add_rule(&mut owner, &wiki, RuleForm { path: "/", who: "nobody", ..RuleForm::default() }).await;
    assert!(!ada.get("/_auth/").await.text().contains("class=\"icon\""), "an app that she may not enter");

    assert_eq!(upload(&app, &mut owner, &wiki, b"\x89PNG\r\n\x1a\n--xx").await.status, 303);
    let shown = owner.get("/_auth/admin/apps").await.text();
    assert!(shown.contains("data:image/png;base64,") && !shown.contains(IMAGE), "{shown}");
    let form = format!("{wiki}/icon");
    assert_eq!(owner.submit(&form, &form, &[("remove", "on")]).await.status, 303);
    assert!(!owner.get("/_auth/admin/apps").await.text().contains("class=\"icon\""));
    assert_eq!(upload(&app, &mut owner, &wiki, SVG).await.status, 303);
    let delete = format!("{wiki}/delete");
    assert_eq!(owner.submit(&delete, &delete, &[]).await.status, 303);
    assert!(!owner.get("/_auth/admin/apps").await.text().contains("class=\"icon\""));
}

#[tokio::test]
async fn a_command_gives_an_app_an_icon_and_takes_it_away() {
    let process = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let mut owner = process.client();
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut owner, &token).await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let set = |icon: &str| {
        let output = process.run(&["app", "set", "Wiki", "--icon", icon]);
        (output.status.code(), said(&output))
    };
    let add = ["app", "add", "Wiki", "--addresses", "http://wiki.example", "--upstream", "http://127.0.0.1:9"];
    assert!(process.run(&add).status.success());
    let small = file("small.svg", SVG);
    assert_eq!(set(&small).0, Some(0));
    assert!(owner.get("/_auth/").await.text().contains(IMAGE));
    for (path, sentence) in [
        (file("large.svg", &[&b"<svg>"[..], &b" ".repeat(65 * 1024)].concat()), "at most 64 KiB"),
        (file("page.html", b"<html>"), "Choose an SVG or PNG image"),
        ("/nowhere.png".to_owned(), "/nowhere.png: No such file"),
    ] {
        let (code, text) = set(&path);
        assert!(code == Some(1) && text.contains(sentence), "{path}: {code:?} {text}");
    }
    assert!(owner.get("/_auth/").await.text().contains(IMAGE), "what is refused changes nothing");
    assert_eq!(set("").0, Some(0));
    assert!(!owner.get("/_auth/").await.text().contains(IMAGE));
}

#[tokio::test]
async fn s61_s96_other_files_and_other_forms_are_refused_and_nothing_changes() {
    let (app, _upstream, mut owner, wiki) = with_wiki().await;
    let (mut ada, _) = people::member(&app, &mut owner, "ada@example.org", "user").await;
    assert_eq!(upload(&app, &mut owner, &wiki, SVG).await.status, 303);
    let large = [SVG, &vec![b' '; 65_536]].concat();
    for (file, why) in [(&b""[..], "Choose an SVG or PNG"), (b"<html>", "Choose an SVG or PNG"), (&large, "too large")]
    {
        let refused = upload(&app, &mut owner, &wiki, file).await;
        assert_eq!(refused.status, 422, "{why}");
        assert!(page::error_summary(&refused.text()).unwrap().contains(why), "{why}: {}", refused.text());
    }
    assert_eq!(upload(&app, &mut owner, &wiki, &vec![b' '; 300_000]).await.status, 413);
    let form = format!("{wiki}/icon");
    let token = csrf_token(&owner.get(&form).await.text()).unwrap();
    let call = with_file(&app, &form, &token, b"<svg/>");
    for (call, status) in [
        (with_file(&app, &form, "another", b"<svg/>"), 403),
        (call.clone().header("Sec-Fetch-Site", "cross-site").header("Origin", "http://evil.example"), 403),
        (call.clone().header("Content-Type", "multipart/form-data; boundary=yy"), 400),
        (call.clone().header("Content-Type", "multipart/mixed; boundary=xx"), 415),
        // No other form takes a file.
        (call.clone().at(&format!("{wiki}/edit")), 415),
        (call.clone().at("/_auth/admin/apps/default/icon"), 403),
        (call.clone().at("/_auth/admin/apps/AAAAAAAAAAAAAAAAAAAAAA/icon"), 404),
    ] {
        let refused = owner.send(call.clone()).await;
        assert_eq!(refused.status, status, "{call:?}: {}", refused.text());
    }
    assert_eq!(ada.send(call).await.status, 403);
    assert_eq!(owner.get("/_auth/admin/apps").await.text().matches(IMAGE).count(), 1);
}

#[tokio::test]
async fn chromium_uploads_an_icon_without_a_script_and_runs_none_of_it() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let Some(reader) = Browser::start().await else { return };
    let (upstream, port) = (Upstream::start().await, free_port());
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.app_url = format!("http://localhost:{port}");
    })
    .await;
    let base = format!("http://{}", app.address);
    browser.open(&format!("{base}/_auth/setup?token={}", app.setup_token())).await;
    browser.submit("/_auth/setup", &[("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD)]).await;
    browser.find("#app").await;
    browser.open(&format!("{base}/_auth/admin/apps/new")).await;
    let fields =
        [("name", "Wiki"), ("addresses", "http://wiki.example.org:3000"), ("upstream", &*format!("http://{address}"))];
    browser.submit("/_auth/admin/apps/new", &fields).await;
    browser.click("a[href$='/icon']").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("icon \"1\"; name=\"x\".svg");
    let hostile = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='16' height='16' onload=\"fetch('{base}/ran')\">\
         <script>fetch('{base}/ran')</script><image href='{base}/ran' width='9' height='9'/></svg>"
    );
    std::fs::write(&file, hostile).unwrap();
    browser.find("#icon").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.click("form[enctype] button").await;
    browser.find("h1 img.icon").await;

    // Another browser, which does run scripts.
    reader.open(&format!("{base}/_auth/login?next=%2F_auth%2F")).await;
    reader.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    reader.find("li img.icon").await;
    let is_drawn = "const image = document.querySelector('li img.icon'); return image.complete && image.naturalWidth;";
    let width = super::support::wait::eventually("the icon to be drawn", async || {
        reader.page.execute(is_drawn, Vec::new()).await.unwrap().as_u64().filter(|width| *width > 0)
    });
    assert_eq!(width.await, 16);
    // What is asked later arrives later.
    reader.open(&format!("{base}/page")).await;
    reader.find("#app").await;
    assert!(upstream.received().iter().all(|one| one.target() != "/ran"), "the image ran or loaded something");
    for browser in [browser, reader] {
        browser.close().await;
    }
}
