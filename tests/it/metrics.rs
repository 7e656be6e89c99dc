//! What operators can count, who may see it, and that the documents name it all.

use portcullis::for_tests::EVENTS;

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::apps;
use super::support::client::{Call, Client};
use super::support::nodes::Nodes;
use super::support::passkey;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone;
use super::support::source;
use super::support::upstream::Upstream;
use super::support::wait;

/// A token for the metrics.
pub const TOKEN: &str = "a-token-for-the-metrics-0123456789";

/// What is counted, as Prometheus gets it.
pub async fn page(client: &mut Client) -> String {
    let answer = client.send(Call::new("GET", "/_auth/metrics")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    answer.text()
}

/// The value of the line that begins so.
pub fn value(page: &str, line: &str) -> u64 {
    let found = page
        .lines()
        .find_map(|text| text.strip_prefix(line)?.strip_prefix(' '))
        .unwrap_or_else(|| panic!("{line} is not in\n{page}"));
    found.parse().unwrap()
}

#[tokio::test]
async fn metrics_are_for_this_machine_or_for_the_token() {
    let app = TestApp::start(|options| options.set("METRICS_TOKEN", TOKEN)).await;
    let mut client = app.client();
    assert_eq!(client.send(Call::new("GET", "/_auth/metrics")).await.status, 200, "this machine needs no token");
    let with = |header: &str, value: &str| Call::new("GET", "/_auth/metrics").header(header, value);
    let of_proxies = [
        "X-Forwarded-For",
        "x-forwarded-proto",
        "X_Forwarded_For",
        "X-Forwarded-Port",
        "Forwarded",
        "X-Real-IP",
        "Via",
        "CF-Connecting-IP",
        "X-Original-URL",
    ];
    for header in of_proxies {
        assert_eq!(client.send(with(header, "127.0.0.1")).await.status, 403, "{header}");
        let allowed = client.send(with(header, "127.0.0.1").header("Authorization", &format!("Bearer {TOKEN}"))).await;
        assert_eq!(allowed.status, 200, "{header}");
    }
    for wrong in ["Bearer wrong", "Bearer ", "Basic YTpi", TOKEN] {
        assert_eq!(client.send(with("Via", "x").header("Authorization", wrong)).await.status, 403, "{wrong}");
    }
    assert_eq!(client.send(Call::new("POST", "/_auth/metrics")).await.status, 405);
    let public = TestApp::start(|options| {
        options.app_url = "https://gate.example.org".to_owned();
        options.set("METRICS_TOKEN", TOKEN);
    })
    .await;
    let direct = |token: &str| {
        format!("GET /_auth/metrics HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: close\r\n{token}\r\n")
    };
    assert!(
        public.client().raw(direct("")).await.starts_with("HTTP/1.1 403"),
        "a proxy on this machine may not say that it is one"
    );
    assert!(
        public.client().raw(direct(&format!("Authorization: Bearer {TOKEN}\r\n"))).await.starts_with("HTTP/1.1 200")
    );
    let without = TestApp::start(|_| {}).await;
    assert_eq!(without.client().send(Call::new("GET", "/_auth/metrics")).await.status, 200);
    for header in of_proxies {
        assert_eq!(without.client().send(with(header, "127.0.0.1")).await.status, 403, "{header}");
    }
    let call = with("Via", "x").header("Authorization", "Bearer ");
    assert_eq!(without.client().send(call).await.status, 403, "an unset token opens nothing");
    // A page of somebody else's, whose name was made to point here, sends that name.
    for (host, status) in [
        ("rebound.example.org:3000", 403),
        ("localhost.", 403),
        ("127.0.0.1:3000", 200),
        ("[::1]:3000", 200),
        ("localhost", 200),
    ] {
        let asked = without
            .client()
            .raw(format!("GET /_auth/metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
            .await;
        assert!(asked.starts_with(&format!("HTTP/1.1 {status}")), "{host}: {asked}");
    }
}

#[tokio::test]
async fn requests_sign_ins_and_sessions_are_counted() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.let_proxies_ask();
    })
    .await;
    let mut owner = people::claim(&app).await;
    for _ in 0..3 {
        owner.fetch("/page").await;
    }
    app.client().fetch("/page").await;
    people::try_sign_in(&mut app.client(), OWNER, "wrong wrong wrong wrong").await;
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    let check = Call::new("GET", "/_auth/verify/nginx")
        .header("X-Original-URL", "http://localhost:3000/x")
        .header("X-Original-Method", "GET");
    owner.send(check.clone()).await;
    app.client().send(check).await;
    let text = page(&mut app.client()).await;
    let requests = |asked: &str, verdict: &str| {
        value(&text, &format!("portcullis_request_seconds_count{{asked=\"{asked}\",verdict=\"{verdict}\"}}"))
    };
    assert_eq!((requests("proxy", "allowed"), requests("proxy", "sign_in")), (3, 1));
    assert_eq!((requests("check", "allowed"), requests("check", "sign_in")), (1, 1));
    assert!(requests("page", "allowed") >= 5 && requests("page", "sign_in") >= 1);
    let sign_ins = |outcome: &str| value(&text, &format!("portcullis_sign_ins_total{{outcome=\"{outcome}\"}}"));
    assert_eq!((sign_ins("ok"), sign_ins("failed"), sign_ins("throttled")), (1, 1, 0));
    assert_eq!(value(&text, "portcullis_sessions"), 2);
    assert_eq!(
        (value(&text, "portcullis_store_up"), value(&text, "portcullis_nodes"), value(&text, "portcullis_hash_queue")),
        (1, 1, 0)
    );
    assert!(value(&text, "portcullis_copies") >= 1 && value(&text, "portcullis_copies_missed_total") >= 1);
    assert!(value(&text, "portcullis_store_seconds_count{use=\"read\"}") > 0);
}

#[tokio::test]
async fn second_steps_and_factors_are_counted() {
    let (app, _upstream, mut owner, phone, _) = phone::with_phone().await;
    passkey::make(&mut owner, "").await;
    for code in ["000000", &phone.code()] {
        phone::answer(&mut phone::halfway(&app).await, code).await;
    }
    let text = page(&mut app.client()).await;
    let steps = |outcome: &str| value(&text, &format!("portcullis_second_steps_total{{outcome=\"{outcome}\"}}"));
    assert_eq!((steps("ok"), steps("failed")), (1, 1));
    let factors = |kind: &str| value(&text, &format!("portcullis_factors{{kind=\"{kind}\"}}"));
    assert_eq!((factors("totp"), factors("passkey")), (1, 1));
}

#[tokio::test]
async fn decisions_are_counted_by_app_also_after_a_change_of_apps_and_a_hundred_apps_by_themselves() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.let_proxies_ask();
    })
    .await;
    let mut owner = people::claim(&app).await;
    let wiki = app_pages::create(&mut owner, r#"Say "hi" \"#, "http://wiki.example.net:3000", &upstream.url()).await;
    app_pages::create(&mut owner, "other", "http://other.example.net:3000", &upstream.url()).await;
    let anonymous = async |host: &str| app.client().send(Call::new("GET", "/page").header("Host", host)).await.status;
    let counts = async |name: &str| {
        let text = page(&mut app.client()).await;
        ["allowed", "denied"]
            .map(|verdict| value(&text, &format!("portcullis_app_requests_total{{app={name},verdict=\"{verdict}\"}}")))
    };
    let name = r#""Say \"hi\" \\""#;
    owner.fetch("/page").await;
    assert_eq!((anonymous("wiki.example.net:3000").await, anonymous("other.example.net:3000").await), (401, 401));
    assert_eq!((counts(name).await, counts("\"default\"").await, counts("\"other\"").await), ([0, 1], [1, 0], [0, 1]));
    // A new rule makes a new table.
    app_pages::add_rule(&mut owner, &wiki, RuleForm { path: "/page", who: "public", ..RuleForm::default() }).await;
    assert_eq!(anonymous("wiki.example.net:3000").await, 200);
    let check = Call::new("GET", "/_auth/verify/nginx").header("X-Original-Method", "GET");
    app.client().send(check.header("X-Original-URL", "http://wiki.example.net:3000/x")).await;
    assert_eq!(counts(name).await, [1, 2]);
    let many: Vec<String> =
        (0..110).map(|n| apps::row(&format!("app{n}"), &format!("a{n}.example.net:3000"), "", "nobody")).collect();
    app.execute(&format!("{}{}", many.concat(), apps::CHANGED));
    let is_known = async || (anonymous("a0.example.net:3000").await != 404).then_some(());
    wait::eventually("the apps to be known", is_known).await;
    let text = page(&mut app.client()).await;
    assert_eq!(text.matches("portcullis_app_requests_total{").count(), 2 * 101, "{text}");
    let by_itself = |n: &usize| text.contains(&format!("app=\"app{n}\""));
    let (own, among_others) = ((1..110).find(by_itself).unwrap(), (1..110).find(|n| !by_itself(n)).unwrap());
    let before = counts("\"other\"").await;
    for n in [own, among_others] {
        assert_eq!(anonymous(&format!("a{n}.example.net:3000")).await, 403);
    }
    assert_eq!((counts("\"other\"").await, before[0]), ([0, before[1] + 1], 0));
    assert_eq!((counts(&format!("\"app{own}\"")).await, counts(name).await), ([0, 1], [1, 2]));
    let renamed = "UPDATE apps SET name = 'Another' WHERE name = 'other';
        UPDATE apps SET name = 'other' WHERE name LIKE 'Say%';";
    app.execute(&format!("{renamed}{}", apps::CHANGED));
    wait::eventually("its new name to be known", async || {
        (!page(&mut app.client()).await.contains(&format!("app={name}"))).then_some(())
    })
    .await;
    let text = page(&mut app.client()).await;
    assert_eq!(text.matches("app=\"other\"").count(), 2, "no series is there twice: {text}");
}

#[tokio::test]
async fn what_is_counted_in_the_store_is_kept_for_a_minute() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let sessions = async || value(&page(&mut app.client()).await, "portcullis_sessions");
    assert_eq!(sessions().await, 1);
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    assert_eq!(sessions().await, 1, "it is counted at each scrape");
    app.advance(61);
    assert_eq!(sessions().await, 2);
}

#[tokio::test]
async fn while_the_store_is_frozen_pages_are_counted_as_unavailable_and_a_scrape_is_answered() {
    let Some(nodes) = Nodes::start(1, false).await else { return };
    let mut owner = nodes.owner().await;
    let asked = "portcullis_request_seconds_count{asked=\"page\",verdict=\"unavailable\"}";
    assert_eq!(value(&page(&mut nodes.apps[0].client()).await, asked), 0);
    nodes.apps[0].expect_error("the store is not available");
    nodes.postgres.signal_all("STOP");
    nodes.clock.advance(61);
    assert_eq!(owner.get("/_auth/account").await.status, 503);
    let text = page(&mut nodes.apps[0].client()).await;
    assert_eq!((value(&text, asked), value(&text, "portcullis_store_up")), (1, 0));
    nodes.postgres.signal_all("CONT");
}

#[tokio::test]
async fn the_dashboard_and_the_document_name_metrics_that_exist_and_leave_none_out() {
    let app = TestApp::start(|_| {}).await;
    let text = page(&mut app.client()).await;
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    assert!(names.len() >= 12, "{names:?}");
    let read = |file: &str| std::fs::read_to_string(source::repository().join(file)).unwrap();
    let (document, dashboard) = (read("docs/LOGGING.md"), read("docs/grafana-dashboard.json"));
    let parsed: serde_json::Value = serde_json::from_str(&dashboard).unwrap();
    assert!(parsed["panels"].as_array().unwrap().len() >= 8);
    for name in &names {
        assert!(document.contains(&format!("`{name}`")) && dashboard.contains(name), "{name}");
    }
    for word in document
        .split('`')
        .chain(dashboard.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        .filter(|word| word.starts_with("portcullis_"))
    {
        assert!(
            names.iter().any(|name| word.trim_end_matches("_bucket").trim_end_matches("_count") == *name),
            "{word} is no metric"
        );
    }
}

#[test]
fn every_event_and_every_line_worth_a_look_is_in_the_document() {
    let document = std::fs::read_to_string(source::repository().join("docs/LOGGING.md")).unwrap();
    let (_, trail) = document.split_once("| event | what happened |\n").unwrap();
    let rows = trail.lines().take_while(|line| line.starts_with('|'));
    let listed: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    assert_eq!(listed, EVENTS.iter().map(|(event, _name)| *event).collect::<Vec<_>>());
    let mut found = 0;
    for path in source::files_below(&source::repository().join("src")) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        for level in ["info", "warn", "error"] {
            for call in text.split(&format!("tracing::{level}!(")).skip(1) {
                let call = call.split(");").next().unwrap();
                // The last text of the call is its message; one that is made up of a variable is explained in the
                // document.
                let message = call.rsplit('"').nth(1).unwrap().split('\\').next().unwrap().trim();
                let message = message.split(" (").next().unwrap();
                if !message.starts_with('{') && message != "audited" {
                    let starts = call.split('"').find(|part| part.len() > 20).unwrap_or(message);
                    let starts = starts.split(" (").next().unwrap();
                    assert!(
                        document.contains(message) || document.contains(starts),
                        "{level}: {message:?} of {}",
                        path.display()
                    );
                    found += 1;
                }
            }
        }
    }
    assert!(found >= 15, "{found}");
}
