//! Several apps: found by the host that a request names (S112), changed by pages and commands.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::support::app::{TestApp, TestOptions};
use super::support::app_pages::{self, RuleForm};
use super::support::apps;
use super::support::client::{Call, Client};
use super::support::people;
use super::support::process::{Process, said};
use super::support::upstream::Upstream;
use super::support::wait;

const WIKI: &str = "http://wiki.other.example:3000";

/// A gate with an app of its own and another one at [`WIKI`], open to everybody.
async fn two_apps() -> (TestApp, Upstream, Upstream, Client, String) {
    let (first, second) = (Upstream::start().await, Upstream::start().await);
    let address = first.address;
    let app = TestApp::start(|options: &mut TestOptions| {
        options.let_proxies_ask();
        options.upstream = Some(address);
    })
    .await;
    let mut owner = people::claim(&app).await;
    let wiki = app_pages::create(&mut owner, "Wiki", WIKI, &second.url()).await;
    app_pages::add_rule(&mut owner, &wiki, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    (app, first, second, owner, wiki)
}

async fn echoes(socket: &mut WebSocketStream<TcpStream>, text: &str) {
    socket.send(Message::text(text)).await.unwrap();
    let back = wait::in_time("the socket to answer", socket.next()).await;
    assert_eq!(back.unwrap().unwrap(), Message::text(text));
}

async fn is_cut(socket: &mut WebSocketStream<TcpStream>) {
    let end = wait::in_time("the socket to be cut", socket.next()).await;
    assert!(!matches!(end, Some(Ok(Message::Text(_) | Message::Binary(_)))), "{end:?}");
}

fn of_host(host: &str) -> Call {
    Call::new("GET", "/page").header("Host", host)
}

#[tokio::test]
async fn s112_each_spelling_of_a_host_leads_to_its_app_and_every_other_host_nowhere() {
    let (app, first, second, ..) = two_apps().await;
    let mut nobody = app.client();
    let spellings =
        ["wiki.other.example:3000", "WIKI.other.Example:3000", "wiki.other.example.:3000", "wiki.other.example"];
    for host in spellings {
        let before = second.count();
        assert_eq!(nobody.send(of_host(host)).await.status, 200, "{host}");
        assert_eq!(second.count(), before + 1, "{host}");
        assert_eq!(second.last().header("host").as_deref(), Some("wiki.other.example:3000"), "{host}");
        assert_eq!(second.last().header("x-forwarded-host").as_deref(), Some("wiki.other.example:3000"), "{host}");
    }
    let before = (first.count(), second.count());
    for host in ["other.example:3000", "wiki.other.example:4000", "x.wiki.other.example:3000", "evil.example"] {
        let answer = nobody.send(of_host(host)).await;
        assert_eq!(answer.status, 404, "{host}");
        assert!(!answer.text().contains("other.example") && !answer.text().contains("localhost"), "{}", answer.text());
    }
    for host in [
        "wiki.other.example:3000, x",
        "wiki%2eother.example:3000",
        "wiki_other example",
        "user@wiki.other.example:3000",
        "",
    ] {
        assert_eq!(nobody.send(of_host(host)).await.status, 400, "{host}");
    }
    assert_eq!((first.count(), second.count()), before);
}

#[tokio::test]
async fn s112_the_target_and_the_host_header_never_name_two_apps() {
    let (app, first, second, ..) = two_apps().await;
    let nobody = app.client();
    let ask = async |target: &str, hosts: &[&str]| {
        let hosts: Vec<String> = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        let hosts = hosts.concat();
        let answer = nobody.raw(format!("GET {target} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")).await;
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    let wiki = "wiki.other.example:3000";
    assert_eq!(ask(&format!("http://{wiki}/page"), &[wiki]).await, "200");
    assert_eq!(second.last().target(), "/page");
    let before = (first.count(), second.count());
    assert_eq!(ask(&format!("http://{wiki}/page"), &["localhost:3000"]).await, "400");
    assert_eq!(ask("http://localhost:3000/page", &[wiki]).await, "400");
    assert_eq!(ask("/page", &[wiki, "localhost:3000"]).await, "400");
    assert_eq!(ask("/page", &[wiki, wiki]).await, "400");
    assert_eq!(ask("/page", &[]).await, "400");
    assert_eq!((first.count(), second.count()), before);
}

#[tokio::test]
async fn s78_no_header_but_host_chooses_the_app() {
    let (app, _first, second, ..) = two_apps().await;
    let before = second.count();
    for name in ["x-forwarded-host", "x-original-host", "forwarded", "x-host"] {
        let value = if name == "forwarded" { "host=wiki.other.example:3000" } else { "wiki.other.example:3000" };
        assert_eq!(app.client().send(Call::new("GET", "/page").header(name, value)).await.status, 401, "{name}");
    }
    assert_eq!(second.count(), before);
}

#[tokio::test]
async fn an_app_that_is_switched_off_or_deleted_is_nowhere_at_once() {
    let (app, _first, second, mut owner, wiki) = two_apps().await;
    let edit = format!("{wiki}/edit");
    let fields = [("name", "Wiki"), ("addresses", WIKI), ("upstream", &second.url()), ("mode", "proxy")];
    let answer = owner.submit(&edit, &edit, &[&fields[..], &[("off", "on")]].concat()).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let before = second.count();
    assert_eq!(app.client().send(of_host("wiki.other.example:3000")).await.status, 404);
    let asked = Call::new("GET", "/_auth/verify/nginx").header("x-original-method", "GET");
    let asked = asked.header("x-original-url", &format!("{WIKI}/page"));
    assert_eq!(app.client().send(asked).await.status, 403);
    assert_eq!(owner.submit(&edit, &edit, &fields).await.status, 303);
    assert_eq!(app.client().send(of_host("wiki.other.example:3000")).await.status, 200);
    let delete = format!("{wiki}/delete");
    assert_eq!(owner.submit(&delete, &delete, &[]).await.status, 303);
    assert_eq!(app.client().send(of_host("wiki.other.example:3000")).await.status, 404);
    assert_eq!(second.count(), before + 1);
}

#[tokio::test]
async fn a_wildcard_stands_for_one_label_and_an_exact_address_wins() {
    let (app, _first, second, mut owner, _wiki) = two_apps().await;
    let third = Upstream::start().await;
    let any = app_pages::create(&mut owner, "Any", "*.other.example:3000", &third.url()).await;
    app_pages::add_rule(&mut owner, &any, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    let mut nobody = app.client();
    let before = second.count();
    for (host, status) in [
        ("a.other.example:3000", 200),
        ("A.OTHER.example:3000", 200),
        ("a.b.other.example:3000", 404),
        ("other.example:3000", 404),
        ("a.other.example:3001", 404),
    ] {
        assert_eq!(nobody.send(of_host(host)).await.status, status, "{host}");
    }
    assert_eq!((second.count(), third.count()), (before, 2));
    assert_eq!(nobody.send(of_host("wiki.other.example:3000")).await.status, 200);
    assert_eq!(second.count(), before + 1);
}

#[tokio::test]
async fn s115_a_stream_that_a_changed_rule_no_longer_allows_is_cut_and_another_stays() {
    let (app, _first, _second, mut owner, wiki) = two_apps().await;
    app_pages::create_group(&mut owner, "dev").await;
    let (ada, _) = people::member(&app, &mut owner, "ada@example.org", "user").await;
    app_pages::join(&mut owner, "dev", "ada@example.org").await;
    let default = "/_auth/admin/apps/default";
    app_pages::add_rule(
        &mut owner,
        default,
        RuleForm { path: "/", who: "members", groups: "dev", ..RuleForm::default() },
    )
    .await;
    app_pages::add_rule(&mut owner, default, RuleForm { path: "/ws-open", who: "signed-in", ..RuleForm::default() })
        .await;
    let mut of_members = ada.web_socket("/ws", &app.app_url).await.unwrap();
    let mut of_anybody = ada.web_socket("/ws-open", &app.app_url).await.unwrap();
    // A change of another app leaves both alone.
    app_pages::add_rule(&mut owner, &wiki, RuleForm { path: "/closed", who: "nobody", ..RuleForm::default() }).await;
    echoes(&mut of_members, "still here").await;
    let page = owner.get("/_auth/admin/groups/dev").await.text();
    let remove = page.split('"').find(|part| part.ends_with("/remove")).unwrap().to_owned();
    assert_eq!(owner.submit("/_auth/admin/groups/dev", &remove, &[]).await.status, 303);
    is_cut(&mut of_members).await;
    assert_eq!(ada.web_socket("/ws", &app.app_url).await.err(), Some(403));
    echoes(&mut of_anybody, "still here, too").await;
}

#[tokio::test]
async fn commands_create_change_and_explain_and_what_they_refuse_changes_nothing() {
    let process = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let run = |arguments: &[&str]| {
        let output = process.run(&[arguments, &["--PORT=1", &format!("--APP_URL={}", process.app_url())]].concat());
        (output.status.code(), said(&output))
    };
    let add = ["app", "add", "Wiki", "--addresses", "http://wiki.example", "--upstream", "http://127.0.0.1:9"];
    assert_eq!(run(&add).0, Some(0));
    assert_eq!(run(&["rule", "add", "Wiki", "/public", "--who", "public"]).0, Some(0));
    let before = run(&["app", "list", "--json"]).1;
    // Whoever opens it to read waits for somebody who writes.
    let fifo = process.folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let fifo = fifo.to_str().unwrap();
    let svg = process.folder.path().join("small.svg");
    std::fs::write(&svg, "<svg/>").unwrap();
    let svg = svg.to_str().unwrap();
    for (arguments, sentence) in [
        (vec!["app", "add", "wiki", "--addresses", "http://a.example"], "Another app has this name"),
        (vec!["app", "add", "B", "--addresses", "http://wiki.example."], "belongs to Wiki already"),
        (vec!["app", "add", "B", "--addresses", "https://b.example"], "begin with http://"),
        (vec!["app", "add", "B", "--addresses", "http://b.example/x"], "nothing else"),
        (vec!["app", "add", "B"], "addresses"),
        (vec!["app", "add", "B", "--addresses", "http://b.example", "--upstream", "http://x/path"], "without a path"),
        (vec!["app", "set", "Wiki", "--mode", "forward-auth"], "behind your own proxy"),
        (vec!["app", "set", "Wiki", "--ca-file", "/etc/passwd"], "Only an https upstream"),
        (vec!["app", "set", "Wiki", "--enabled", "maybe"], "yes or no"),
        (vec!["app", "set", "Wiki", "--upstream", "https://x", "--ca-file", fifo], "ca-file:"),
        (vec!["app", "set", "Wiki"], "give what to change"),
        (vec!["app", "set", "default", "--icon", svg], "UPSTREAM_URL"),
        (vec!["app", "set", "default", "--upstream", "http://127.0.0.1:9"], "UPSTREAM_URL"),
        (vec!["app", "remove", "Other"], "there is no app Other"),
        (vec!["rule", "add", "Wiki", "/public", "--who", "nobody"], "a rule for this path already"),
        (vec!["rule", "add", "Wiki", "/x", "--groups", "dev"], "There is no group dev"),
        (vec!["rule", "add", "Wiki", "/x", "--people", "eve@example.org"], "There is no account"),
        (vec!["rule", "add", "Wiki", "/x", "--who", "public", "--within", "5"], "cannot prove"),
        (vec!["rule", "add", "Wiki", "x", "--who", "public"], "begins with /"),
        (vec!["rule", "add", "Wiki", "/x", "--who", "public", "--networks", "10.0.0.0/33"], "is not a network"),
    ] {
        let (code, text) = run(&arguments);
        assert!(code == Some(1) && text.contains(sentence), "{arguments:?}: {code:?} {text}");
    }
    assert_eq!(run(&["app", "list", "--json"]).1.lines().last(), before.lines().last());
    for (url, code, verdict) in [
        ("http://wiki.example/public/x", 0, "let in"),
        ("http://WIKI.example./x", 3, "sign-in"),
        ("http://wiki.example/public/..%2fx", 3, "sign-in"),
    ] {
        let (found, text) = run(&["explain", "-", "GET", url]);
        assert!(found == Some(code) && text.contains(&format!("Wiki: {verdict}")), "{url}: {found:?} {text}");
    }
    assert_eq!(run(&["explain", "-", "GET", "http://other.example/"]).0, Some(1));
    assert_eq!(run(&["group", "add", "dev"]).0, Some(0));
    assert_eq!(run(&["rule", "add", "Wiki", "/dev", "--groups", "dev"]).0, Some(0));
    let (code, text) = run(&["group", "remove", "dev"]);
    assert!(code == Some(0) && text.contains("lose the group") && text.contains("Wiki /dev"), "{code:?} {text}");
}

#[tokio::test]
async fn s112_a_proxy_is_not_answered_about_a_host_that_two_apps_have_at_different_ports() {
    let (app, _first, _second, ..) = two_apps().await;
    // A proxy chooses by the host, and the visitor names the port: it may forward to the one app what is asked of the
    // other.
    let rows = [
        apps::row("closed", "w.x.test:3000", "", "nobody"),
        apps::row("open", "w.x.test:7799", "", "signed-in"),
        apps::row("wide", "*.y.test", "", "signed-in"),
        apps::row("narrow", "w.y.test:3000", "", "nobody"),
        apps::row("alone", "w.z.test:3000", "", "signed-in"),
    ];
    app.execute(&format!("{}{}", rows.concat(), apps::CHANGED));
    let ask = async |host: &str| {
        let call = Call::new("GET", "/_auth/verify/nginx").header("X-Original-Method", "GET");
        app.client().send(call.header("X-Original-URL", &format!("http://{host}/secret"))).await.status
    };
    wait::eventually("the apps to be known", async || (ask("w.z.test:3000").await == 401).then_some(())).await;
    for host in ["w.x.test", "w.x.test:80", "w.x.test:443", "w.x.test:3000", "w.x.test:7799", "W.X.test.:7799"] {
        assert_eq!(ask(host).await, 403, "{host}");
    }
    for host in ["w.y.test", "w.y.test:443", "w.y.test:3000"] {
        assert_eq!(ask(host).await, 403, "{host}");
    }
    assert_eq!((ask("v.y.test").await, ask("w.z.test").await), (401, 401), "nobody shares these hosts");
}

#[tokio::test]
async fn an_app_whose_upstream_leads_back_to_the_gate_is_answered_once() {
    let (app, _first, _second, mut owner, _wiki) = two_apps().await;
    // The gate cannot know every name of itself; in this process it does not even know its port.
    let gate = format!("http://{}", app.address);
    let page = app_pages::create(&mut owner, "Loop", "http://loop.example:3000", &gate).await;
    app_pages::add_rule(&mut owner, &page, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    let answer = wait::in_time("the answer", app.client().send(of_host("loop.example:3000"))).await;
    assert_eq!(answer.status, 502, "{}", answer.text());
    assert_eq!(app.client().send(of_host("wiki.other.example:3000")).await.status, 200);
}

#[tokio::test]
async fn rule_set_changes_what_it_is_given_and_keeps_the_rest() {
    let process = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let run = |arguments: &[&str]| {
        let output = process.run(arguments);
        (output.status.code(), said(&output))
    };
    let rules = || {
        let text = run(&["rule", "list", "Wiki"]).1;
        let line = text.lines().find(|line| line.starts_with("rule ")).unwrap_or_else(|| panic!("{text}"));
        line.strip_prefix("rule ")
            .and_then(|line| line.split_once(": "))
            .map(|(id, rule)| (id.to_owned(), rule.to_owned()))
    };
    let add = ["app", "add", "Wiki", "--addresses", "http://wiki.example", "--upstream", "http://127.0.0.1:9"];
    assert_eq!(run(&add).0, Some(0));
    assert_eq!(run(&["rule", "add", "Wiki", "/a", "--who", "public", "--networks", "10.0.0.0/8"]).0, Some(0));
    let (id, first) = rules().unwrap();
    assert_eq!(run(&["rule", "add", "Wiki", "/a", "--to", &id, "--who", "signed-in"]).0, Some(0));
    assert_eq!(first, "/a (all methods); public from 10.0.0.0/8");
    for (arguments, expected) in [
        (vec!["--path", "/b"], "/b (all methods); public from 10.0.0.0/8; signed-in"),
        (vec!["--methods", "GET,POST"], "/b (GET, POST); public from 10.0.0.0/8; signed-in"),
        (vec!["--who", "nobody"], "/b (GET, POST); nobody"),
        (vec!["--methods", "", "--who", "public", "--path", "/c/"], "/c (all methods); public"),
    ] {
        let (code, text) = run(&[&["rule", "set", "Wiki", &id], &arguments[..]].concat());
        assert_eq!(code, Some(0), "{arguments:?}: {text}");
        assert_eq!(rules().unwrap(), (id.clone(), expected.to_owned()), "{arguments:?}");
    }
    for (rule, arguments, sentence) in [
        (id.as_str(), vec![], "give what to change"),
        (&id, vec!["--path", "c"], "begins with /"),
        (&id, vec!["--groups", "none"], "There is no group none"),
        (&id, vec!["--networks", "10.0.0.0/8"], "give --who, --groups or --people, too; it is now: public"),
        ("none", vec!["--path", "/c"], "the app Wiki has no rule none; `portcullis rule list"),
    ] {
        let (code, text) = run(&[&["rule", "set", "Wiki", rule], &arguments[..]].concat());
        assert!(code == Some(1) && text.contains(sentence), "{arguments:?}: {code:?} {text}");
    }
    assert_eq!(rules().unwrap().1, "/c (all methods); public");
}

#[tokio::test]
async fn s96_an_upload_larger_than_the_app_takes_is_refused_also_in_chunks() {
    let (app, _first, second, mut owner, wiki) = two_apps().await;
    let edit = format!("{wiki}/edit");
    let fields =
        [("name", "Wiki"), ("addresses", WIKI), ("upstream", &second.url()), ("mode", "proxy"), ("max_upload", "1")];
    assert_eq!(owner.submit(&edit, &edit, &fields).await.status, 303);
    let mut nobody = app.client();
    let upload = |size: usize| of_host("wiki.other.example:3000").method("POST").body(vec![b'a'; size]);
    assert_eq!(nobody.send(upload(1024 * 1024)).await.status, 200);
    assert_eq!(nobody.send(upload(1024 * 1024 + 1)).await.status, 413);
    let head = "POST /page HTTP/1.1\r\nHost: wiki.other.example:3000\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("{:x}\r\n{}\r\n", 65_536, "a".repeat(65_536));
    let answer = app.client().raw(format!("{head}{}0\r\n\r\n", chunk.repeat(20))).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_preflight_reaches_an_app_that_takes_them_and_no_other() {
    let (app, first, second, mut owner, wiki) = two_apps().await;
    apps_closed(&mut owner, &wiki).await;
    let edit = format!("{wiki}/edit");
    let fields = [("name", "Wiki"), ("addresses", WIKI), ("upstream", &second.url()), ("mode", "proxy")];
    let preflight = |host: &str| {
        let call = Call::new("OPTIONS", "/closed").header("Host", host).header("Origin", "https://elsewhere.example");
        call.header("Access-Control-Request-Method", "PUT")
    };
    let (wiki_host, before) = ("wiki.other.example:3000", (first.count(), second.count()));
    assert_eq!(app.client().send(preflight(wiki_host)).await.status, 403);
    assert_eq!(owner.submit(&edit, &edit, &[&fields[..], &[("preflight", "on")]].concat()).await.status, 303);
    assert_eq!(app.client().send(preflight(wiki_host)).await.status, 200);
    for without in ["Origin", "Access-Control-Request-Method"] {
        assert_eq!(app.client().send(preflight(wiki_host).without(without)).await.status, 403, "{without}");
    }
    assert_eq!(app.client().send(preflight(wiki_host).method("GET")).await.status, 403);
    assert_eq!(app.client().send(preflight("localhost:3000")).await.status, 401);
    assert_eq!((first.count(), second.count()), (before.0, before.1 + 1));
}

async fn apps_closed(owner: &mut Client, app: &str) {
    app_pages::add_rule(owner, app, RuleForm { path: "/closed", who: "nobody", ..RuleForm::default() }).await;
}
