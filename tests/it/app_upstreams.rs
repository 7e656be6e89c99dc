//! Apps that are reached by https, whose certificates are always checked (S84), or by a socket in the file system.

use std::process::Command;

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::certificates::{Certificates, FUTURE, NOW, PAST};
use super::support::client::{Call, Client};
use super::support::fronts::Front;
use super::support::people;
use super::support::process::{Process, is_installed};
use super::support::proxy::snippets;
use super::support::upstream::{Upstream, checksum, pattern};
use super::support::wait;

const WIKI: &str = "http://wiki.other.example:3000";

/// Creates an app at [`WIKI`] that everybody may open; its page.
async fn create(owner: &mut Client, upstream: &str, ca_file: &str) -> String {
    let page = app_pages::create_with(owner, "Wiki", WIKI, upstream, &[("ca_file", ca_file)]).await;
    app_pages::add_rule(owner, &page, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    page
}

/// Gives the app another upstream.
async fn change(owner: &mut Client, page: &str, upstream: &str, ca_file: &str) {
    let edit = format!("{page}/edit");
    let fields =
        [("name", "Wiki"), ("addresses", WIKI), ("mode", "proxy"), ("upstream", upstream), ("ca_file", ca_file)];
    let answer = owner.submit(&edit, &edit, &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// The list of apps, with their states.
async fn list(owner: &mut Client) -> String {
    owner.get("/_auth/admin/apps").await.text()
}

/// A page, an upload in pieces that no buffer holds at once, a download and a WebSocket.
async fn everything_passes(visitor: &mut Client, upstream: &Upstream) {
    assert_eq!(visitor.get("/page").await.status, 200);
    assert_eq!(upstream.last().header("host").as_deref(), Some("wiki.other.example:3000"));
    let body = pattern(0, 3_000_000);
    let answer = visitor.send(Call::new("POST", "/upload").body(&body)).await;
    assert_eq!(answer.json()["sum"], checksum(&body), "{}", answer.text());
    assert_eq!(checksum(&visitor.get("/big?size=3000000").await.body), checksum(&body));
    let mut socket = visitor.web_socket("/ws", WIKI).await.unwrap();
    for text in ["one", "two"] {
        socket.send(Message::text(text)).await.unwrap();
        let back = wait::in_time("the socket to answer", socket.next()).await;
        assert_eq!(back.unwrap().unwrap(), Message::text(text));
    }
}

#[tokio::test]
async fn s84_an_https_upstream_with_an_authority_of_its_own_gets_pages_uploads_and_web_sockets() {
    if is_installed("openssl").is_none() {
        return;
    }
    let (app, upstream, mut owner) = people::with_app().await;
    let certificates = Certificates::new();
    certificates.issued("site", "localhost", NOW);
    let (site, ca) = (certificates.file("site"), certificates.file("ca"));
    let front = Front::tls(&upstream, &site, &certificates.key("site")).await;
    let page = create(&mut owner, &front.url, ca.to_str().unwrap()).await;
    let mut visitor = Client::new(app.address, WIKI);
    everything_passes(&mut visitor, &upstream).await;
    // The file is replaced, and the pool knows nothing of it.
    let file = certificates.path().join("renewed.crt");
    std::fs::copy(certificates.file("other"), &file).unwrap();
    change(&mut owner, &page, &front.url, file.to_str().unwrap()).await;
    assert_eq!(visitor.get("/page").await.status, 502);
    std::fs::copy(&ca, &file).unwrap();
    assert_eq!(visitor.get("/page").await.status, 200);
}

#[tokio::test]
async fn s84_a_certificate_of_the_ca_file_itself_is_accepted_also_if_it_is_marked_as_an_authority() {
    if is_installed("openssl").is_none() {
        return;
    }
    let (app, upstream, mut owner) = people::with_app().await;
    let certificates = Certificates::new();
    let documented = snippets("SEVERAL-APPS.md", "sh").into_iter().find(|text| text.starts_with("openssl")).unwrap();
    let documented = documented.replace("files.internal", "localhost").replace("files.", "documented.");
    let made = Command::new("bash").args(["-c", &documented]).current_dir(certificates.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    certificates.self_signed("one-command", "localhost", true, NOW);
    certificates.self_signed("marked", "localhost", false, NOW);
    certificates.issued("issued", "localhost", NOW);
    let page = create(&mut owner, "https://localhost:9", "").await;
    let mut visitor = Client::new(app.address, WIKI);
    for name in ["documented", "one-command", "marked", "issued"] {
        for versions in [&[&rustls::version::TLS12], &[&rustls::version::TLS13]] {
            let (file, key) = (certificates.file(name), certificates.key(name));
            let front = Front::tls_of(&upstream, &file, &key, versions).await;
            change(&mut owner, &page, &front.url, file.to_str().unwrap()).await;
            everything_passes(&mut visitor, &upstream).await;
        }
    }
}

/// What is shown, with which key, and what is trusted.
struct Refusal {
    shown: &'static str,
    key: &'static str,
    trusted: &'static str,
    why: &'static str,
}

const ADVICE: &str = "give the app a CA file";

const fn refusal(shown: &'static str, trusted: &'static str, why: &'static str) -> Refusal {
    Refusal { shown, key: shown, trusted, why }
}

const REFUSALS: [Refusal; 16] = [
    refusal("site", "", ADVICE),
    refusal("site", "own", ADVICE),
    // An authority of the same name, with another key.
    refusal("site", "other", "BadSignature"),
    refusal("elsewhere", "ca", "subjectAltName"),
    refusal("expired", "ca", "expired"),
    refusal("later", "ca", "not valid yet"),
    refusal("own", "", ADVICE),
    // The same name, with another key.
    refusal("own", "own-twin", ADVICE),
    refusal("own-elsewhere", "own-elsewhere", "subjectAltName"),
    refusal("own-expired", "own-expired", "expired"),
    refusal("own-later", "own-later", "not valid yet"),
    refusal("elsewhere", "elsewhere", "subjectAltName"),
    refusal("expired", "expired", "expired"),
    // A certificate that is no authority speaks for itself alone, whatever its key has signed.
    refusal("by-leaf", "leaf", ADVICE),
    // Whoever copies a certificate has not its key.
    Refusal { shown: "own", key: "own-twin", trusted: "own", why: "BadSignature" },
    Refusal { shown: "site", key: "own", trusted: "ca", why: "BadSignature" },
];

fn certificates_of_refusals() -> Certificates {
    let certificates = Certificates::new();
    for (name, host, period) in [
        ("site", "localhost", NOW),
        ("elsewhere", "elsewhere.example", NOW),
        ("expired", "localhost", PAST),
        ("later", "localhost", FUTURE),
    ] {
        certificates.issued(name, host, period);
    }
    for (name, host, period) in [
        ("own", "localhost", NOW),
        ("own-twin", "localhost", NOW),
        ("own-elsewhere", "elsewhere.example", NOW),
        ("own-expired", "localhost", PAST),
        ("own-later", "localhost", FUTURE),
    ] {
        certificates.self_signed(name, host, true, period);
    }
    certificates.self_signed("leaf", "leaf.example", false, NOW);
    certificates.issued_by("by-leaf", "localhost", "leaf");
    certificates
}

#[tokio::test]
async fn s84_no_request_reaches_an_https_upstream_whose_certificate_is_not_good_and_the_log_says_why() {
    if is_installed("openssl").is_none() {
        return;
    }
    let (certificates, upstream) = (certificates_of_refusals(), Upstream::start().await);
    let process = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let mut owner = process.client();
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut owner, &token).await;
    let page = create(&mut owner, "https://localhost:9", "").await;
    let mut visitor = Client::new(process.address(), WIKI);
    for Refusal { shown, key, trusted, why } in REFUSALS {
        let front = Front::tls(&upstream, &certificates.file(shown), &certificates.key(key)).await;
        let trusted_file = if trusted.is_empty() { trusted.into() } else { certificates.file(trusted) };
        change(&mut owner, &page, &front.url, trusted_file.to_str().unwrap()).await;
        let before = process.output().len();
        let answer = visitor.get("/page").await;
        assert_eq!(answer.status, 502, "{shown} with {key}, trusting {trusted}");
        let said = wait::eventually("the log to say why", async || {
            process.output()[before..].lines().find(|line| line.contains("could not be served")).map(str::to_owned)
        })
        .await;
        assert!(said.contains(why), "{shown} with {key}, trusting {trusted}: {said}");
        assert_eq!(upstream.count(), 0, "{shown} with {key}, trusting {trusted}");
        let listed = list(&mut owner).await;
        assert!(
            listed.contains("Cannot be reached by https (") && listed.contains(why),
            "{shown}, {trusted}: {listed}"
        );
        let checks = owner.get("/_auth/admin/checklist").await.text();
        assert!(checks.contains("Wiki cannot be reached by https at https://localhost:"), "{checks}");
    }
    // The positive control: the same way leads there.
    let front = Front::tls(&upstream, &certificates.file("site"), &certificates.key("site")).await;
    change(&mut owner, &page, &front.url, certificates.file("ca").to_str().unwrap()).await;
    assert_eq!((visitor.get("/page").await.status, upstream.count()), (200, 1));
    assert!(list(&mut owner).await.contains("Accepts connections"));
}

#[tokio::test]
async fn an_app_behind_a_unix_socket_gets_pages_uploads_and_web_sockets_and_502_without_the_socket() {
    let (upstream, folder) = (Upstream::start().await, tempfile::tempdir().unwrap());
    let app = TestApp::start(|_options| {}).await;
    let mut owner = people::claim(&app).await;
    let path = folder.path().join("app.sock");
    create(&mut owner, &format!("unix:{}", path.display()), "").await;
    let mut visitor = Client::new(app.address, WIKI);
    assert_eq!(visitor.get("/page").await.status, 502);
    assert!(list(&mut owner).await.contains("Does not respond (No such file or directory"));

    let front = Front::unix(&upstream, &path);
    assert_eq!(front.url, format!("unix:{}", path.display()));
    everything_passes(&mut visitor, &upstream).await;
    assert!(list(&mut owner).await.contains("Accepts connections"));
    let mut socket = visitor.web_socket("/ws", WIKI).await.unwrap();

    drop(front);
    std::fs::remove_file(&path).unwrap();
    let before = upstream.count();
    wait::eventually("the pooled connections to be closed", async || {
        (visitor.get("/page").await.status == 502).then_some(())
    })
    .await;
    assert!(list(&mut owner).await.contains("Does not respond (No such file or directory"));
    drop(socket.close(None).await);
    // As an app that is started anew makes it.
    let _front = Front::unix(&upstream, &path);
    assert_eq!(visitor.get("/page").await.status, 200);
    assert!(upstream.count() > before);
}
