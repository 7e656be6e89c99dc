//! `portcullis probe` and the documented proxies, in which it finds nothing.

use std::net::SocketAddr;

use portcullis::for_tests::{Language, ProbeCode, texts};

use super::Place;
use crate::support::app::TestApp;
use crate::support::app_pages;
use crate::support::nginx::Nginx;
use crate::support::page;
use crate::support::people::{self, OWNER};
use crate::support::process::{Process, free_port, said};
use crate::support::source::repository;
use crate::support::upstream::Upstream;
use crate::support::wait;

/// Where a probe stands in for the app, and what it asks.
pub(super) struct Doctor<'a> {
    pub(super) app: &'a TestApp,
    /// Where the proxy listens.
    pub(super) proxy: SocketAddr,
    /// Where the proxy expects the app.
    pub(super) echo: Option<SocketAddr>,
}

/// What the command said.
#[derive(Debug)]
pub(super) struct Diagnosis {
    pub(super) exit_code: i32,
    pub(super) codes: Vec<String>,
    pub(super) report: serde_json::Value,
}

impl Doctor<'_> {
    /// Runs the command; `more` are more arguments.
    pub(super) fn ask(&self, url: &str, more: &[&str]) -> Diagnosis {
        self.app.clock.jump_to_the_machines();
        let (connect, echo) = (self.proxy.to_string(), self.echo.map(|echo| echo.to_string()));
        let mut arguments = vec!["probe", url, "--connect", &connect, "--json"];
        if let Some(echo) = &echo {
            arguments.extend(["--echo", echo]);
        }
        arguments.extend(more);
        let output = self.app.run(&arguments);
        let report: serde_json::Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| panic!("{fault}: {}", said(&output)));
        let findings = report["findings"].as_array().unwrap();
        let codes = findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect();
        Diagnosis { exit_code: output.status.code().unwrap(), codes, report }
    }
}

/// Waits until nobody listens at an address where an app was.
pub(super) async fn until_free(address: SocketAddr) {
    let free = async || tokio::net::TcpListener::bind(address).await.is_ok().then_some(());
    wait::eventually("the address of the app to be free", free).await;
}

/// The probe takes the place of the app, and is content.
pub(super) async fn nothing_is_found(place: &mut Place, said: impl Fn() -> String) {
    let url = place.base.clone();
    only_these_are_found(&place.app, place.address(), &mut place.upstream, &url, (0, &[]), said).await;
}

/// The probe takes the place of the app at `url`, and finds exactly these.
pub(super) async fn only_these_are_found(
    app: &TestApp,
    proxy: SocketAddr,
    upstream: &mut Upstream,
    url: &str,
    expected: (i32, &[&str]),
    said: impl Fn() -> String,
) {
    let address = upstream.address;
    *upstream = Upstream::start().await;
    until_free(address).await;
    let found = Doctor { app, proxy, echo: Some(address) }.ask(url, &[]);
    let codes: Vec<&str> = found.codes.iter().map(String::as_str).collect();
    assert_eq!((found.exit_code, &*codes), expected, "{:#}\n{}", found.report, said());
    assert!(found.report["questions"].as_u64().unwrap() > 100, "{:#}", found.report);
    *upstream = Upstream::start_at(address).await;
}

/// Without standing in for the app the probe says what it did not see; what is no address of an app is said, and asked
/// nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_probe_says_what_it_did_not_see_and_asks_nobody_whom_it_does_not_know() {
    let place = Place::built_in().await;
    people::claim(&place.app).await;
    let doctor = Doctor { app: &place.app, proxy: place.address(), echo: None };
    let found = tokio::task::block_in_place(|| doctor.ask(&place.base, &[]));
    assert_eq!((found.exit_code, found.codes), (0, vec!["probe-arrival-unseen".to_owned()]), "{:#}", found.report);
    let asked = place.upstream.received();
    assert!(asked.iter().all(|request| request.target().contains("/portcullis-probe-")), "{asked:?}");
    assert!(asked.iter().all(|request| request.header("remote-user").as_deref() == Some(OWNER)), "{asked:?}");
    let tokens = said(&place.app.run(&["token", "list"]));
    assert!(tokens.contains("there are no tokens"), "it is deleted at the end: {tokens}");

    let before = place.upstream.count();
    for (url, code) in [
        ("http://nobody.example.org", "probe-unknown-address"),
        ("nowhere", "probe-unknown-address"),
        (&place.base.replace("http:", "https:"), "probe-unknown-address"),
        (&format!("{}/_auth/login", place.base), "probe-unknown-address"),
    ] {
        let found = doctor.ask(url, &[]);
        assert_eq!((found.exit_code, found.codes), (3, vec![code.to_owned()]), "{url}");
        assert_eq!(found.report["questions"], 0);
    }
    let nobody = Doctor { proxy: ([127, 0, 0, 1], free_port()).into(), ..doctor };
    assert_eq!(nobody.ask(&place.base, &[]).codes, ["probe-unreachable"]);
    let wrong = place.app.run(&["probe", &place.base, "--echo", "8080"]);
    assert_eq!(wrong.status.code(), Some(3), "{}", said(&wrong));
    assert_eq!(place.upstream.count(), before);
}

/// Where the gate serves the app itself and trusts the machine of the probe, as another app's proxy is there, the probe
/// is no proxy's mistake; one that hands on the question is.
#[tokio::test(flavor = "multi_thread")]
async fn the_probe_takes_no_trust_in_itself_for_a_mistake() {
    for (trusted, alone) in [("127.0.0.1/32", &[][..]), ("127.0.0.0/8", &["probe-verify-unjudged"][..])] {
        let mut place = Place::trusting(trusted).await;
        people::claim(&place.app).await;
        let (url, gate) = (place.base.clone(), place.app.address);
        only_these_are_found(&place.app, gate, &mut place.upstream, &url, (0, alone), String::new).await;
        let server = format!(
            "server {{ listen {}; location / {{ proxy_pass http://{gate}; proxy_set_header Host $http_host; \
             proxy_http_version 1.1; proxy_set_header X-Forwarded-For $remote_addr; }} }}",
            place.address()
        );
        let Some(nginx) = Nginx::start_http(place.address(), &server).await else { return };
        let through = Doctor { app: &place.app, proxy: place.address(), echo: None }.ask(&url, &[]);
        let expected = if alone.is_empty() { "probe-verify-open" } else { "probe-verify-unjudged" };
        let codes: Vec<&String> = through.codes.iter().filter(|code| code.contains("verify")).collect();
        assert_eq!(codes, [expected], "{:#}\n{}", through.report, nginx.error_log());
    }
}

/// The button asks the first address of the app that names one host, and nothing else.
#[tokio::test]
async fn the_button_asks_the_address_of_the_app_and_shows_what_was_found() {
    let upstream = Upstream::start().await;
    let variables = [("UPSTREAM_URL".to_owned(), upstream.url())];
    let process = Process::start_with(tempfile::tempdir().unwrap(), "start", &variables).await;
    let mut owner = process.client();
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut owner, token.trim()).await;
    let at = "/_auth/admin/apps/default/probe";
    assert!(owner.get("/_auth/admin/apps/default").await.text().contains(at));
    let shown = owner.submit(at, at, &[]).await;
    let (status, found) = (shown.status, page::all_data(&shown.text(), "finding"));
    assert_eq!((status, found), (200, vec!["probe-arrival-unseen".to_owned()]), "{}", shown.text());
    let command = format!("portcullis probe {} --echo {}", process.app_url(), upstream.address);
    assert!(shown.text().contains(&command), "{}", shown.text());
    let asked = upstream.received();
    assert!(!asked.is_empty() && asked.iter().all(|one| one.target().contains("/portcullis-probe-")), "{asked:?}");
    let anywhere = app_pages::create(&mut owner, "Anywhere", "*.example.org", "").await;
    let none = owner.get(&format!("{anywhere}/probe")).await;
    assert!(none.status == 200 && !none.text().contains(&format!("action=\"{anywhere}/probe\"")), "{}", none.text());
    let nobody = format!("127.0.0.1:{}", free_port());
    let closed = format!("{}/probe", app_pages::create(&mut owner, "Closed", &nobody, "").await);
    let silent = owner.submit(&closed, &closed, &[]).await;
    assert_eq!(page::all_data(&silent.text(), "finding"), ["probe-unreachable"]);
    assert_eq!(process.client().get(at).await.status, 303, "it is a page for admins");
}

/// Every code is explained in the document, with how bad it is, and has a sentence.
#[test]
fn every_code_of_the_probe_is_in_the_document() {
    let document = std::fs::read_to_string(repository().join("docs/DOCTOR.md")).unwrap();
    let rows: Vec<(&str, &str)> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `probe-"))
        .map(|row| {
            let mut cells = row.split('|').map(str::trim);
            (cells.next().unwrap().trim_end_matches('`'), cells.next().unwrap())
        })
        .collect();
    let codes =
        ProbeCode::ALL.iter().map(|code| (code.as_str().strip_prefix("probe-").unwrap(), code.level().as_str()));
    assert_eq!(rows, codes.collect::<Vec<_>>());
    for code in ProbeCode::ALL {
        assert!(texts::source(Language::English).contains(&format!("\n{} = ", code.as_str())), "{code:?}");
    }
}
