//! The pages of apps and rules, what they change, and the start page.

use super::support::app::TestApp;
use super::support::axe::Axe;
use super::support::browser::Browser;
use super::support::client::{Call, Client, Response};
use super::support::page;
use super::support::people::{self, OWNER};
use super::support::upstream::Upstream;

const ADA: &str = "ada@example.org";
const LIST: &str = "/_auth/admin/apps";
const NEW: &str = "/_auth/admin/apps/new";

/// An app with its upstream at `wiki.example.org`, the owner, and the address of its page.
async fn with_wiki() -> (TestApp, Upstream, Client, String) {
    let (app, upstream, mut owner) = people::with_app().await;
    let wiki = create(&mut owner, "Wiki", "http://wiki.example.org:3000", &upstream.url()).await;
    (app, upstream, owner, wiki)
}

async fn create(owner: &mut Client, name: &str, addresses: &str, upstream: &str) -> String {
    let fields = [
        ("name", name),
        ("addresses", addresses),
        ("mode", "proxy"),
        ("upstream", upstream),
        ("default_access", "signed-in"),
    ];
    let done = owner.submit(NEW, NEW, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text());
    let page = done.location().split('?').next().unwrap().to_owned();
    assert!(page.starts_with(LIST) && done.location().ends_with("flash=app-saved"), "{page}");
    page
}

async fn rule(owner: &mut Client, app: &str, fields: &[(&str, &str)]) -> Response {
    let new = format!("{app}/rules/new");
    owner.submit(&new, &new, fields).await
}

/// The status of an anonymous request of a script at the host of the wiki.
async fn anonymous(app: &TestApp, path: &str) -> u16 {
    app.client().send(Call::fetch("GET", path).header("host", "wiki.example.org:3000")).await.status
}

#[tokio::test]
async fn an_app_and_its_rules_are_made_on_pages_and_hold_at_the_next_request() {
    let (app, upstream, mut owner, wiki) = with_wiki().await;
    let list = owner.get(LIST).await.text();
    assert_eq!(page::all_data(&list, "app"), ["default", "Wiki"]);
    let id = wiki.rsplit('/').next().unwrap();
    assert_eq!(page::all_data(&list, "app-id"), ["default", id]);
    assert!(list.contains("Accepts connections"), "{list}");
    assert_eq!(anonymous(&app, "/public/page").await, 401);

    let fields = [("path", "/public"), ("who", "signed-in"), ("who_2", "public"), ("networks_2", "10.0.0.0/8")];
    let done = rule(&mut owner, &wiki, &fields).await;
    assert_eq!((done.status, done.location()), (303, format!("{wiki}?flash=rule-saved").as_str()), "{}", done.text());
    assert_eq!(anonymous(&app, "/public/page").await, 401, "only from another network");
    let shown = owner.get(&wiki).await.text();
    assert_eq!(page::all_data(&shown, "path"), ["/public"]);
    assert_eq!(page::all_data(&shown, "grant-id").len(), 2);
    assert!(shown.contains("from 10.0.0.0/8"), "{shown}");
    let address = format!("{wiki}/rules/{}", page::data(&shown, "rule-id").unwrap());
    let form = owner.get(&address).await.text();
    let typed = |name| page::field(&form, name);
    assert_eq!((typed("path").as_deref(), typed("networks_2").as_deref()), (Some("/public"), Some("10.0.0.0/8")));
    let changed = owner.submit(&address, &address, &[("path", "/public"), ("who", "public")]).await;
    assert_eq!(changed.status, 303, "{}", changed.text());
    assert_eq!(page::all_data(&owner.get(&wiki).await.text(), "grant-id").len(), 1);
    let before = upstream.count();
    assert_eq!(anonymous(&app, "/public/page").await, 200);
    assert_eq!((upstream.count(), anonymous(&app, "/other").await), (before + 1, 401));

    let sure = format!("{address}/delete");
    assert!(owner.get(&sure).await.text().contains("Delete this rule?"));
    assert_eq!(owner.submit(&sure, &sure, &[]).await.location(), format!("{wiki}?flash=deleted"));
    assert_eq!(anonymous(&app, "/public/page").await, 401);
    assert_eq!(owner.get(&address).await.status, 404);

    let edit = format!("{wiki}/edit");
    let form = owner.get(&edit).await.text();
    assert!(form.contains("wiki.example.org:3000</textarea>"), "{form}");
    let fields =
        [("name", "Wiki 2"), ("addresses", "wiki.example.org:3000"), ("upstream", &*upstream.url()), ("off", "on")];
    assert_eq!(owner.submit(&edit, &edit, &fields).await.location(), format!("{wiki}?flash=app-saved"));
    assert_eq!(anonymous(&app, "/").await, 404, "an app that is switched off is not there");
    assert!(owner.get(LIST).await.text().contains("Switched off"));
    let sure = format!("{wiki}/delete");
    assert!(owner.get(&sure).await.text().contains("Wiki 2"));
    assert_eq!(owner.submit(&sure, &sure, &[]).await.location(), format!("{LIST}?flash=deleted"));
    assert_eq!((owner.get(&wiki).await.status, anonymous(&app, "/").await), (404, 404));
}

#[tokio::test]
async fn mistakes_are_said_at_their_field_and_nothing_is_lost() {
    let (_app, upstream, mut owner, wiki) = with_wiki().await;
    let url = upstream.url();
    let good = [("name", "Blog"), ("addresses", "http://blog.example.org:3000"), ("upstream", &*url)];
    for (field, value, why) in [
        ("name", "", "Give a name"),
        ("name", "WIKI", "Another app has this name"),
        ("addresses", "", "addresses"),
        ("addresses", "http://wiki.example.org:3000", "belongs to Wiki already"),
        ("addresses", "http://localhost:3000", "this site itself"),
        ("addresses", "https://blog.example.org", "other scheme"),
        ("upstream", "10.0.0.5", "Give an address like"),
        ("upstream", "http://localhost:3000", "Portcullis itself"),
        ("upstream", "http://[::1]:3000", "Portcullis itself"),
        ("default_access", "everybody", "one of the options"),
        ("timeout", "soon", "whole number"),
        ("websocket_origins", "somewhere", "is not an origin"),
    ] {
        let mut fields: Vec<_> = good.iter().copied().filter(|(name, _)| *name != field).collect();
        fields.push((field, value));
        let refused = owner.submit(NEW, NEW, &fields).await;
        let text = refused.text();
        assert_eq!(refused.status, 422, "{field}={value}");
        assert!(page::error_summary(&text).unwrap().contains(why), "{field}={value}: {text}");
        assert!(text.contains(&format!("id=\"{field}-fault\"")), "{field}={value}: not at its field");
        assert!(text.contains("Blog") || field == "name", "what was typed is lost");
    }
    assert_eq!(page::all_data(&owner.get(LIST).await.text(), "app"), ["default", "Wiki"]);

    assert_eq!(rule(&mut owner, &wiki, &[("path", "/taken"), ("who", "nobody")]).await.status, 303);
    for (fields, field, why) in [
        (vec![("path", "api"), ("who", "public")], "path", "begins with /"),
        (vec![("path", "/taken"), ("who", "public")], "path", "has a rule for this path already"),
        (vec![("path", "/a"), ("methods", "get"), ("who", "public")], "methods", "is not a method"),
        (vec![("path", "/a")], "who", "Choose who is let in"),
        (vec![("path", "/a"), ("who", "members")], "who", "needs at least one"),
        (vec![("path", "/a"), ("who", "members"), ("groups", "none")], "groups", "There is no group none"),
        (vec![("path", "/a"), ("who", "members"), ("people", "x@example.org")], "people", "There is no account"),
        (vec![("path", "/a"), ("who", "nobody"), ("who_2", "public"), ("until_2", "soon")], "until_2", "Give a date"),
        (vec![("path", "/a"), ("who", "signed-in"), ("networks", "home")], "networks", "is not a network"),
    ] {
        let refused = rule(&mut owner, &wiki, &fields).await;
        let text = refused.text();
        assert_eq!(refused.status, 422, "{fields:?}: {text}");
        assert!(page::error_summary(&text).unwrap().contains(why), "{fields:?}: {text}");
        assert!(text.contains(&format!("id=\"{field}-fault\"")), "{fields:?}: not at its field");
    }
    assert_eq!(page::all_data(&owner.get(&wiki).await.text(), "path"), ["/taken"]);
}

#[tokio::test]
async fn a_rule_may_be_over_or_have_a_star_in_its_path_and_what_is_named_twice_is_kept_once() {
    let (app, _upstream, mut owner, wiki) = with_wiki().await;
    let until = ("until", "2026-11-24T08:01:00Z");
    let twice = ("networks", "10.0.0.0/8, 10.1.2.3/8, 10.0.0.0/8");
    let people = ("people", "owner@example.org OWNER@example.org");
    let done = rule(&mut owner, &wiki, &[("path", "/a"), ("who", "members"), people, twice, until]).await;
    assert_eq!(done.status, 303, "{}", done.text());
    app.advance(60);
    let shown = owner.get(&wiki).await.text();
    let address = format!("{wiki}/rules/{}", page::data(&shown, "rule-id").unwrap());
    let form = owner.get(&address).await.text();
    assert_eq!(page::field(&form, "networks").as_deref(), Some("10.0.0.0/8"));
    assert_eq!(form.matches(OWNER).count(), 1, "{form}");
    let mut changed = async |until| {
        let fields = [("path", "/b"), ("who", "signed-in"), until];
        owner.submit(&address, &address, &fields).await.status
    };
    assert_eq!((changed(until).await, changed(("until", "2026-11-24T08:00:59Z")).await), (303, 303));
    let fields = [("path", "/x/*"), ("who", "public"), ("until", "2026-11-23")];
    assert_eq!(rule(&mut owner, &wiki, &fields).await.status, 303);
    assert_eq!(page::all_data(&owner.get(&wiki).await.text(), "path"), ["/b", "/x/*"]);
}

#[tokio::test]
async fn s112_an_app_behind_another_proxy_shares_its_host_with_no_other() {
    let (_app, upstream, mut owner, wiki) = with_wiki().await;
    let url = upstream.url();
    let refused = async |owner: &mut Client, addresses: &str, upstream: &str| {
        let mode = if upstream.is_empty() { "forward-auth" } else { "proxy" };
        let fields = [("name", "B"), ("addresses", addresses), ("mode", mode), ("upstream", upstream)];
        let answer = owner.submit(NEW, NEW, &fields).await;
        page::error_summary(&answer.text()).unwrap_or_default()
    };
    for addresses in ["wiki.example.org:4000", "*.example.org:4000", "*.example.org"] {
        let why = refused(&mut owner, addresses, "").await;
        assert!(why.contains("has the host of Wiki, at another port"), "{addresses}: {why}");
    }
    // Both behind the built-in proxy, which listens at one port: which app is meant is certain.
    create(&mut owner, "Second", "wiki.example.org:4000", &url).await;
    create(&mut owner, "Blog", "blog.example.org:3000", &url).await;
    let edit = format!("{wiki}/edit");
    let fields = [("name", "Wiki"), ("addresses", "wiki.example.org:3000"), ("mode", "forward-auth")];
    let answer = owner.submit(&edit, &edit, &fields).await;
    assert!(page::error_summary(&answer.text()).unwrap().contains("has the host of Second"), "{}", answer.text());
}

#[tokio::test]
async fn an_address_at_another_port_than_the_site_is_accepted_with_a_note() {
    let (_app, upstream, mut owner, wiki) = with_wiki().await;
    assert!(!owner.get(&wiki).await.text().contains("at another port"), "it is at the same port");
    let blog = create(&mut owner, "Blog", "blog.example.org", &upstream.url()).await;
    let text = owner.get(&blog).await.text();
    let note = text.split("People have to open").nth(1).unwrap_or_else(|| panic!("no note: {text}"));
    assert!(note.contains("http://blog.example.org") && note.contains("blog.example.org:3000"), "{note}");
}

#[tokio::test]
async fn the_app_of_the_configuration_is_shown_and_only_its_rules_are_changed() {
    let (app, upstream, mut owner) = people::with_app().await;
    let default = format!("{LIST}/default");
    let shown = owner.get(&default).await.text();
    assert!(shown.contains(&upstream.address.to_string()) && !shown.contains("/edit"), "{shown}");
    for path in ["edit", "delete"] {
        assert_eq!(owner.get(&format!("{default}/{path}")).await.status, 403);
        let refused = owner.submit(NEW, &format!("{default}/{path}"), &[("name", "x")]).await;
        assert_eq!(refused.status, 403, "{path}: {}", refused.text());
    }
    assert_eq!(rule(&mut owner, &default, &[("path", "/open"), ("who", "public")]).await.status, 303);
    assert_eq!(app.client().fetch("/open/page").await.status, 200);
    assert_eq!(app.client().fetch("/page").await.status, 401);
    // How preflights reach it (docs/FORWARD-AUTH.md): it has no switch for them.
    let preflights = [("path", "/api"), ("methods", "OPTIONS"), ("who", "public")];
    assert_eq!(rule(&mut owner, &default, &preflights).await.status, 303);
    for (method, status) in [("OPTIONS", 200), ("GET", 401), ("POST", 401)] {
        assert_eq!(app.client().send(Call::fetch(method, "/api/pages")).await.status, status, "{method}");
    }
}

#[tokio::test]
async fn explain_says_the_verdict_and_the_rule_for_every_reading() {
    let (app, _upstream, mut owner, wiki) = with_wiki().await;
    people::member(&app, &mut owner, ADA, "user").await;
    owner.submit("/_auth/admin/groups/new", "/_auth/admin/groups/new", &[("name", "staff")]).await;
    let members = [("path", "/secret"), ("who", "members"), ("groups", "staff"), ("people", OWNER)];
    assert_eq!(rule(&mut owner, &wiki, &members).await.status, 303);
    assert_eq!(rule(&mut owner, &wiki, &[("path", "/open"), ("who", "public")]).await.status, 303);
    let shown = owner.get(&wiki).await.text();
    let rules: Vec<String> = page::all_data(&shown, "rule-id");
    let (open, secret) = (&rules[0], &rules[1]);
    for (query, verdict, rule) in [
        ("address=/secret&user=ada@example.org", "forbidden", secret.as_str()),
        ("address=/secret&user=owner@example.org", "let in", secret),
        ("address=/secret", "sign-in", secret),
        ("address=/open/x&user=-", "let in", open),
        ("address=/x&user=ada@example.org&method=POST", "let in", "none"),
        ("address=http://wiki.example.org:3000/open/..%252fsecret&user=ada@example.org", "forbidden", secret),
        ("address=http://localhost:3000/page", "sign-in", "none"),
    ] {
        let answer = owner.get(&format!("{wiki}/explain?{query}")).await;
        let text = answer.text();
        assert_eq!(answer.status, 200, "{query}: {text}");
        let first = |name| page::data(&text, name);
        assert_eq!(
            (first("verdict").as_deref(), first("rule").as_deref()),
            (Some(verdict), Some(rule)),
            "{query}: {text}"
        );
    }
    let tricky = owner.get(&format!("{wiki}/explain?address=/open/..%252fsecret")).await.text();
    assert!(page::all_data(&tricky, "verdict").len() > 2, "each reading has its verdict: {tricky}");
    assert!(tricky.contains("in several ways"), "{tricky}");
    let german = Call::navigation(&format!("{wiki}/explain?address=/open")).header("Accept-Language", "de");
    let german = owner.send(german).await.text();
    assert!(german.contains("Nach der Regel") && !german.contains("public"), "in the reader's language: {german}");
    for (query, why) in [
        ("address=nowhere", "whole address"),
        ("address=/x&user=nobody@example.org", "no account with this address"),
        ("address=/x&from=here", "IP address"),
        ("address=/x&age=old", "whole minutes"),
        ("address=/x&at=soon", "Give a date"),
    ] {
        let refused = owner.get(&format!("{wiki}/explain?{query}")).await;
        assert_eq!(refused.status, 422, "{query}");
        assert!(page::error_summary(&refused.text()).unwrap().contains(why), "{query}: {}", refused.text());
    }
    let sure = owner.get("/_auth/admin/groups/staff/delete").await.text();
    assert!(sure.contains("Wiki /secret"), "the question does not say which rules lose the group: {sure}");
}

#[tokio::test]
async fn the_start_page_has_the_apps_that_one_may_enter() {
    let (app, upstream, mut owner, _wiki) = with_wiki().await;
    let (mut ada, _) = people::member(&app, &mut owner, ADA, "user").await;
    let blog = create(&mut owner, "Blog", "http://blog.example.org:3000", &upstream.url()).await;
    assert_eq!(rule(&mut owner, &blog, &[("path", "/"), ("who", "members"), ("people", OWNER)]).await.status, 303);
    let off =
        [("name", "Off"), ("addresses", "http://off.example.org:3000"), ("upstream", &*upstream.url()), ("off", "on")];
    assert_eq!(owner.submit(NEW, NEW, &off).await.status, 303);
    let hidden =
        [("name", "Hidden"), ("addresses", "http://hid.example.org:3000"), ("mode", "forward-auth"), ("hidden", "on")];
    assert_eq!(owner.submit(NEW, NEW, &hidden).await.status, 303);
    let links = async |client: &mut Client| {
        let html = client.get("/_auth/").await.text();
        let tags = page::tags(&html);
        let of_apps = tags.iter().filter(|tag| tag.attribute("data-app").is_some());
        of_apps.map(|tag| tag.attribute("href").unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(links(&mut ada).await, ["/", "http://wiki.example.org:3000/"]);
    assert_eq!(links(&mut owner).await, ["/", "http://blog.example.org:3000/", "http://wiki.example.org:3000/"]);
}

/// Opens the pages of apps in the browser of an admin and judges them.
pub async fn judge_pages(browser: &Browser, axe: &mut Axe, base: &str) {
    browser.open(&format!("{base}{NEW}")).await;
    browser.submit(NEW, &[("name", "Wiki"), ("upstream", "nonsense"), ("addresses", "*.*")]).await;
    browser.find(".summary").await;
    axe.judge(browser, "app-faults").await;
    let addresses = "a-long-name-of-a-host.with-several-parts.example.org, *.wiki.example.org";
    browser.submit(NEW, &[("addresses", addresses), ("upstream", "unix:/nowhere/at/all.sock")]).await;
    browser.find("h1[data-app-id]").await;
    axe.judge(browser, "app-without-rules").await;
    let app = browser.url().await.split(['?']).next().unwrap().to_owned();
    let at = |path: &str| format!("{app}{path}");
    browser.open(&at("/rules/new")).await;
    let path = app[base.len()..].to_owned() + "/rules/new";
    browser.submit(&path, &[("path", "/nowhere"), ("methods", "get")]).await;
    browser.find(".summary").await;
    axe.judge(browser, "rule-faults").await;
    rule_pages(browser, axe, &app, &path).await;
    other_pages(browser, axe, &app, base).await;
}

async fn other_pages(browser: &Browser, axe: &mut Axe, app: &str, base: &str) {
    browser.open(&format!("{app}/links/new")).await;
    axe.judge(browser, "link-new").await;
    let probe = format!("{app}/probe");
    browser.open(&probe).await;
    browser.submit(&probe[base.len()..], &[]).await;
    browser.find("[data-worst]").await;
    axe.judge(browser, "probed").await;
}

async fn rule_pages(browser: &Browser, axe: &mut Axe, app: &str, new: &str) {
    let at = |path: &str| format!("{app}{path}");
    let long = "/a/rather/long/path/with-many-segments-that-does-not-fit-on-a-narrow-screen";
    let typed = [("path", long), ("methods", "GET, POST"), ("people", OWNER), ("networks", "10.0.0.0/8")];
    browser.submit(new, &typed).await;
    browser.find("[data-grant-id]").await;
    axe.judge(browser, "app").await;
    browser.click("[data-rule-id] a").await;
    browser.find("#who_2").await;
    axe.judge(browser, "rule").await;
    for (path, name) in [
        ("/edit", "app-edit"),
        ("/icon", "app-icon"),
        ("/delete", "app-delete"),
        ("/probe", "probe"),
        ("/explain", "explain"),
        ("/explain?address=/a/..%252fb&user=owner@example.org", "explained"),
        ("/explain?address=nowhere", "explain-faults"),
        ("/snippet", "snippet"),
        ("/snippet?proxy=caddy", "snippet-printed"),
        ("/snippet?proxy=caddy&to=nowhere", "snippet-faults"),
    ] {
        browser.open(&at(path)).await;
        axe.judge(browser, name).await;
    }
    browser.open(app).await;
    browser.click("a[href$='/delete'][aria-label]").await;
    browser.find("button.danger").await;
    axe.judge(browser, "rule-delete").await;
}
