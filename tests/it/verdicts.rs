//! One table of rules, visitors, methods and addresses, through the built-in proxy and every dialect of forward-auth
//! (S113, S114).

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::client::{Call, Client};
use super::support::people;
use super::support::upstream::Upstream;

/// Of the group dev.
pub const ADA: &str = "ada@example.org";
/// Of no group.
pub const BOB: &str = "bob@example.org";
const HOST: &str = "localhost:3000";
const DIALECTS: [&str; 5] = ["nginx", "traefik", "caddy", "haproxy", "envoy"];

/// The rules of the table.
pub const RULES: [RuleForm<'static>; 13] = {
    const NONE: RuleForm<'_> = RuleForm {
        path: "",
        methods: "",
        who: "",
        groups: "",
        people: "",
        networks: "",
        factor: false,
        within: "",
        until: "",
    };
    [
        RuleForm { path: "/public", who: "public", ..NONE },
        RuleForm { path: "/public/team", who: "members", groups: "dev", ..NONE },
        RuleForm { path: "/api", who: "members", groups: "dev", ..NONE },
        RuleForm { path: "/api", methods: "GET", who: "public", ..NONE },
        RuleForm { path: "/api/admin", who: "members", people: people::OWNER, ..NONE },
        RuleForm { path: "/closed", who: "nobody", ..NONE },
        RuleForm { path: "/here", who: "public", networks: "127.0.0.0/8, ::1", ..NONE },
        RuleForm { path: "/there", who: "public", networks: "192.0.2.0/24", ..NONE },
        RuleForm { path: "/past", who: "signed-in", until: "2026-11-24T08:01:00Z", ..NONE },
        RuleForm { path: "/future", who: "signed-in", until: "2999-01-01T00:00:00Z", ..NONE },
        RuleForm { path: "/recent", who: "signed-in", within: "5", ..NONE },
        RuleForm { path: "/caf%C3%A9", who: "public", ..NONE },
        RuleForm { path: "/two", who: "members", groups: "dev", people: BOB, ..NONE },
    ]
};

/// Method, path, and the verdict for nobody, Bob, Ada (of the group dev) and the owner: allowed, sign in, forbidden.
pub const TABLE: [(&str, &str, &str); 62] = [
    ("GET", "/", "SAAA"),
    ("GET", "/x/y", "SAAA"),
    ("POST", "/x", "SAAA"),
    ("GET", "/public", "AAAA"),
    ("GET", "/public/", "AAAA"),
    ("POST", "/public/x", "AAAA"),
    ("GET", "/public?x=/closed", "AAAA"),
    ("GET", "/publicity", "SAAA"),
    ("GET", "/Public", "SAAA"),
    ("GET", "/public/team", "SFAF"),
    ("GET", "/public/team/", "SFAF"),
    ("GET", "/public/team/x", "SFAF"),
    ("GET", "/public/teams", "AAAA"),
    ("GET", "/public//team", "SFAF"),
    ("GET", "/public/./team", "SFAF"),
    ("GET", "/public/x/../team", "SFAF"),
    ("GET", "/public/%74eam", "SFAF"),
    ("GET", "/public/%2574eam", "SFAF"),
    ("GET", "/public/team;a=b/x", "SFAF"),
    ("GET", "/public%2fteam", "SFAF"),
    ("GET", "/public%5cteam", "SFAF"),
    ("GET", "/public/..", "SAAA"),
    ("GET", "/public/../x", "SAAA"),
    ("GET", "/public/..%2fx", "SAAA"),
    ("GET", "/public/%2e%2e/x", "SAAA"),
    ("GET", "/public/%252e%252e/x", "SAAA"),
    ("GET", "/public/..;/x", "SAAA"),
    ("GET", "/public/..%5cx", "SAAA"),
    ("GET", "/public/%c0%ae%c0%ae/x", "SAAA"),
    ("GET", "/public/../closed", "FFFF"),
    ("GET", "/public/..%2fclosed", "FFFF"),
    ("GET", "/public/%2e%2e%2fclosed", "FFFF"),
    ("GET", "/public/%252e%252e%252fclosed", "FFFF"),
    ("GET", "/public/..;x/closed", "FFFF"),
    ("GET", "/public/%00", "FFFF"),
    ("GET", "/public/%252561", "FFFF"),
    ("GET", "//public", "SAAA"),
    ("GET", "/x/../public", "SAAA"),
    ("GET", "/%70ublic", "SAAA"),
    ("GET", "/closed/../public", "FFFF"),
    ("GET", "/api", "AAAA"),
    ("HEAD", "/api/x", "AAAA"),
    ("POST", "/api", "SFAF"),
    ("PUT", "/api/x", "SFAF"),
    ("OPTIONS", "/api/x", "SFAF"),
    ("GET", "/api/admin", "SFFA"),
    ("POST", "/api/admin/x", "SFFA"),
    ("GET", "/api/x/../admin", "SFFA"),
    ("GET", "/api/%61dmin", "SFFA"),
    ("GET", "/apis", "SAAA"),
    ("GET", "/closed", "FFFF"),
    ("POST", "/closed/x", "FFFF"),
    ("GET", "/x/../closed", "FFFF"),
    ("GET", "/closed/%2e%2e/x", "FFFF"),
    ("GET", "/here/x", "AAAA"),
    ("GET", "/there", "SFFF"),
    ("GET", "/past", "SFFF"),
    ("GET", "/future", "SAAA"),
    ("GET", "/recent", "SAAA"),
    ("GET", "/caf%C3%A9/x", "AAAA"),
    ("GET", "/caf%C3%A8", "SAAA"),
    ("GET", "/two", "SAAF"),
];

/// The question of a proxy about that request to that host, without a word about pages: a script's.
pub fn question(dialect: &str, host: &str, method: &str, path: &str) -> Call {
    let call = Call::new("GET", &format!("/_auth/verify/{dialect}"));
    match dialect {
        "nginx" => {
            let call = call.header("x-original-url", &format!("http://{host}{path}"));
            call.header("x-original-method", method)
        }
        "envoy" => Call::new(method, &format!("/_auth/verify/envoy{path}"))
            .header("x-forwarded-proto", "http")
            .header("host", host),
        _ => call
            .header("x-forwarded-proto", "http")
            .header("x-forwarded-host", host)
            .header("x-forwarded-uri", path)
            .header("x-forwarded-method", method),
    }
}

/// The verdict that this status tells.
pub fn letter(status: u16) -> char {
    match status {
        200 => 'A',
        401 => 'S',
        403 => 'F',
        other => panic!("status {other}"),
    }
}

async fn letters(visitors: &mut [Client], call: &Call) -> String {
    let mut found = String::new();
    for visitor in visitors {
        let answer = visitor.send(call.clone()).await;
        assert!(answer.status < 500, "{call:?}: {}", answer.text());
        found.push(letter(answer.status));
    }
    found
}

/// A gate in both modes with the rules of the table, and nobody, Bob, Ada and the owner.
async fn prepared() -> (TestApp, Upstream, [Client; 4]) {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    app_pages::create_group(&mut owner, "dev").await;
    let (bob, _) = people::member(&app, &mut owner, BOB, "user").await;
    let (ada, _) = people::member(&app, &mut owner, ADA, "user").await;
    app_pages::join(&mut owner, "dev", ADA).await;
    for rule in RULES {
        app_pages::add_rule(&mut owner, "/_auth/admin/apps/default", rule).await;
    }
    // The rule that ends in a minute is over.
    app.advance(60);
    let nobody = app.client();
    (app, upstream, [nobody, bob, ada, owner])
}

#[tokio::test]
async fn s113_s114_one_table_holds_in_the_proxy_and_in_every_dialect() {
    assert!(TABLE.len() * 4 >= 200);
    let (_app, upstream, mut visitors) = prepared().await;
    for (method, path, expected) in TABLE {
        let before = upstream.count();
        let found = letters(&mut visitors, &Call::new(method, path)).await;
        assert_eq!(found, expected, "{method} {path} through the proxy");
        let let_in = expected.matches('A').count();
        assert_eq!(upstream.count() - before, let_in, "{method} {path} reached the app");
        for dialect in DIALECTS {
            let found = letters(&mut visitors, &question(dialect, HOST, method, path)).await;
            assert_eq!(found, expected, "{method} {path} by {dialect}");
        }
    }
}

#[tokio::test]
async fn s113_a_method_in_small_letters_is_met_only_by_a_rule_for_all_methods() {
    let (_app, _upstream, mut visitors) = prepared().await;
    assert_eq!(letters(&mut visitors, &Call::new("get", "/api")).await, "SFAF");
    assert_eq!(letters(&mut visitors, &Call::new("get", "/public")).await, "AAAA");
}

#[tokio::test]
async fn a_public_path_says_who_is_there_and_empty_headers_if_nobody_is() {
    let (_app, upstream, mut visitors) = prepared().await;
    for (number, name) in [(0, ""), (2, ADA)] {
        let visitor = &mut visitors[number];
        assert_eq!(visitor.send(Call::new("GET", "/public").header("remote-user", "mallory")).await.status, 200);
        assert_eq!(upstream.last().all("remote-user"), [name]);
        for dialect in DIALECTS {
            let answer = visitor.send(question(dialect, HOST, "GET", "/public")).await;
            assert_eq!(answer.header("remote-user"), Some(name), "{dialect}");
        }
    }
    assert_eq!(upstream.last().header("remote-groups").as_deref(), Some("user,dev"));
}

#[tokio::test]
async fn a_proof_of_identity_that_is_too_old_is_asked_for_again_on_the_way() {
    let (app, _upstream, mut visitors) = prepared().await;
    let bob = &mut visitors[1];
    assert_eq!(bob.get("/recent?x=1").await.status, 200);
    app.advance(301);
    let denied = bob.get("/recent?x=1").await;
    assert_eq!((denied.status, denied.location()), (303, "/_auth/confirm?next=/recent%3Fx%3D1"));
    let script = bob.fetch("/recent").await;
    assert_eq!(script.status, 401);
    assert!(script.json()["login_url"].as_str().unwrap().contains("/_auth/confirm?next="));
    assert_eq!(bob.get("/").await.status, 200);
    let way = denied.location().to_owned();
    let wrong = bob.submit(&way, "/_auth/confirm", &[("current_password", "wrong"), ("next", "/recent?x=1")]).await;
    assert_eq!(wrong.status, 422);
    let right = [("current_password", people::PASSWORD), ("next", "/recent?x=1")];
    let right = bob.submit(&way, "/_auth/confirm", &right).await;
    assert_eq!((right.status, right.location()), (303, "/recent?x=1"));
    assert_eq!(bob.get("/recent?x=1").await.status, 200);
    assert_eq!(bob.get(&way).await.location(), "/recent?x=1", "who has just proved it is not asked");
    for elsewhere in ["https://evil.example/", "//evil.example/", "/\\evil.example"] {
        let page = bob.get(&format!("/_auth/confirm?next={elsewhere}")).await;
        assert_eq!(page.location(), "/_auth/account", "{elsewhere}");
    }
}

#[tokio::test]
async fn who_is_refused_reads_which_app_and_whom_to_ask() {
    let (_app, _upstream, mut visitors) = prepared().await;
    for (number, who) in [(0, "Nobody may open"), (1, BOB)] {
        let page = visitors[number].get("/closed").await;
        assert_eq!(page.status, 403);
        for part in [who, "default", "administrator"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        let script = visitors[number].fetch("/closed").await;
        assert_eq!((script.status, script.json()["error"].as_str()), (403, Some("forbidden")));
    }
}
