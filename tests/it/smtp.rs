//! Mails over a real SMTP server: the TLS rules, refusals, and what a bad server does to everybody else (S83 to S85).

use std::path::Path;

use super::support::app::TestApp;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, run_with, said};
use super::support::smtp::{Certificate, SmtpServer};
use super::support::wait;

const TO: &str = "somebody@example.org";

/// `send-test-mail` against the server: whether it left, and what was said.
fn send(server: &SmtpServer, settings: &[(&str, &str)], trusted: Option<&Path>) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut variables = vec![("SMTP_HOST", "localhost".to_owned()), ("SMTP_PORT", server.port.to_string())];
    variables.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
    variables.extend(trusted.map(|file| ("SSL_CERT_FILE", file.to_str().unwrap().to_owned())));
    let output = run_with(folder.path(), &["send-test-mail", TO], &variables);
    (output.status.success(), said(&output))
}

#[test]
fn s84_plain_is_plain_and_the_message_is_well_formed() {
    let Some(server) = SmtpServer::start("none", None, &[]) else { return };
    let (sent, said) = send(&server, &[("SENDER_EMAIL", "gate@example.org")], None);
    assert!(sent, "{said}");
    let mails = server.mails();
    let mail = &mails[0];
    assert_eq!((mails.len(), mail.header("To"), mail.header("Subject")), (1, TO, "Test mail"));
    assert!(mail.header("From").contains("gate@example.org") && mail.header("Auto-Submitted") == "auto-generated");
    assert!(
        mail.header("Message-ID").ends_with("@localhost>")
            && !mail.header("Date").is_empty()
            && mail.header("MIME-Version") == "1.0"
    );
    assert!(mail.text.contains("Sending mail works") && mail.html.contains("Sending mail works"));
}

#[test]
fn s84_implicit_tls_verifies_the_certificate_unless_disabled() {
    let certificate = Certificate::for_host("localhost");
    let Some(server) = SmtpServer::start("implicit", Some(&certificate), &[]) else { return };
    let (sent, said) = send(&server, &[("SMTP_SECURE", "true")], None);
    assert!(!sent && said.to_lowercase().contains("certificate"), "{said}");
    let (sent, said) = send(&server, &[("SMTP_SECURE", "true"), ("ALLOW_UNAUTHORIZED_CERTS", "false")], None);
    assert!(!sent, "`false` switched the checks off: {said}");
    assert!(!server.received().contains("MAIL"), "{}", server.received());
    let (sent, said) = send(&server, &[("SMTP_SECURE", "true"), ("ALLOW_UNAUTHORIZED_CERTS", "true")], None);
    assert!(sent, "{said}");
    let (sent, said) = send(&server, &[("SMTP_SECURE", "true")], Some(&certificate.file()));
    assert!(sent, "an authority that the system trusts: {said}");
    assert_eq!(server.mails().len(), 2);
}

#[test]
fn s84_a_certificate_of_another_host_is_refused_even_when_trusted() {
    let certificate = Certificate::for_host("other.example.org");
    let Some(server) = SmtpServer::start("implicit", Some(&certificate), &[]) else { return };
    let (sent, said) = send(&server, &[("SMTP_SECURE", "true")], Some(&certificate.file()));
    assert!(!sent && !server.received().contains("MAIL"), "{said}");
    assert!(send(&server, &[("SMTP_SECURE", "true"), ("ALLOW_UNAUTHORIZED_CERTS", "true")], None).0);
}

#[test]
fn s84_where_tls_was_asked_for_nothing_leaves_in_plain_text() {
    let Some(server) = SmtpServer::start("none", None, &["--auth", "gate:secret-of-gate"]) else { return };
    let secure = [
        ("SMTP_SECURE", "true"),
        ("SMTP_USER", "gate"),
        ("SMTP_PASSWORD", "secret-of-gate"),
        ("ALLOW_UNAUTHORIZED_CERTS", "true"),
    ];
    let (sent, said) = send(&server, &secure, None);
    assert!(!sent && !said.contains("secret-of-gate"), "{said}");
    assert!(!server.received().contains("AUTH gate") && !server.received().contains("MAIL "), "{}", server.received());
}

#[test]
fn s84_starttls_is_taken_where_it_is_offered_and_credentials_go_through_it() {
    let certificate = Certificate::for_host("localhost");
    let Some(server) = SmtpServer::start("demanded", Some(&certificate), &["--auth", "gate:secret-of-gate"]) else {
        return;
    };
    let credentials = [("SMTP_USER", "gate"), ("SMTP_PASSWORD", "secret-of-gate")];
    let (sent, said) = send(&server, &credentials, None);
    assert!(!sent, "a certificate nobody vouches for was taken: {said}");
    let (sent, said) = send(&server, &credentials, Some(&certificate.file()));
    assert!(sent, "{said}");
    assert!(
        server.received().contains("AUTH gate tls") && !server.received().contains("plain"),
        "{}",
        server.received()
    );
    let wrong = [("SMTP_USER", "gate"), ("SMTP_PASSWORD", "not-the-secret-at-all")];
    let (sent, said) = send(&server, &wrong, Some(&certificate.file()));
    assert!(!sent && said.contains("535") && !said.contains("not-the-secret-at-all"), "{said}");
}

#[test]
fn s85_a_refusal_is_recognised_by_its_code() {
    let Some(server) = SmtpServer::start("none", None, &["--behave", "refuse"]) else { return };
    let (sent, said) = send(&server, &[], None);
    assert!(!sent && said.contains("refused") && said.contains("550"), "{said}");
    let Some(dropping) = SmtpServer::start("none", None, &["--behave", "drop"]) else { return };
    let (sent, said) = send(&dropping, &[], None);
    assert!(!sent && !said.contains("refused"), "{said}");
}

async fn with_server(server: &SmtpServer) -> (TestApp, super::support::client::Client) {
    let port = server.port.to_string();
    let app = TestApp::start(|options| {
        options.set("SMTP_HOST", "127.0.0.1");
        options.set("SMTP_PORT", &port);
    })
    .await;
    let owner = people::claim(&app).await;
    (app, owner)
}

async fn ask(app: &TestApp) {
    assert_eq!(app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await.status, 303);
}

#[tokio::test]
async fn s85_a_refused_mail_fails_at_once_is_audited_and_harms_nobody() {
    let Some(server) = SmtpServer::start("none", None, &["--behave", "refuse"]) else { return };
    let (app, mut owner) = with_server(&server).await;
    ask(&app).await;
    wait::eventually("the mail to fail", async || {
        owner.get("/_auth/admin/mail").await.text().contains("data-state=\"failed\"").then_some(())
    })
    .await;
    assert!(owner.get("/_auth/admin/mail").await.text().contains("550"));
    assert!(owner.get("/_auth/admin/audit").await.text().contains("mail.failed"));
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
}

#[tokio::test]
async fn s85_a_temporary_failure_is_retried_and_the_mail_arrives_once() {
    let Some(later) = SmtpServer::start("none", None, &["--behave", "later"]) else { return };
    let (app, mut owner) = with_server(&later).await;
    ask(&app).await;
    wait::eventually("a first try", async || later.received().contains("RCPT").then_some(())).await;
    wait::eventually("the error to be shown", async || {
        owner.get("/_auth/admin/mail").await.text().contains("451").then_some(())
    })
    .await;
    assert!(owner.get("/_auth/admin/mail").await.text().contains("1 waiting"));
    let port = later.port.to_string();
    drop(later);
    let Some(well) = SmtpServer::start_on(&port, "none", None, &[]) else { return };
    app.advance(31);
    wait::eventually("the retry", async || (!well.mails().is_empty()).then_some(())).await;
    wait::eventually("the mail to be sent", async || {
        owner.get("/_auth/admin/mail").await.text().contains("data-state=\"sent\"").then_some(())
    })
    .await;
    assert_eq!(well.mails().len(), 1);
    let link = well.mails()[0].link();
    assert_eq!(app.client().get(&link).await.status, 200);
}

#[tokio::test]
async fn s23_s85_a_hanging_server_changes_no_answer_and_no_sign_in() {
    let Some(server) = SmtpServer::start("none", None, &["--behave", "hang"]) else { return };
    let (app, _owner) = with_server(&server).await;
    ask(&app).await;
    wait::eventually("the server to be asked", async || server.received().contains("RCPT").then_some(())).await;
    // While the worker hangs on the server, everything else goes on.
    ask(&app).await;
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
}

#[tokio::test]
async fn s91_a_server_killed_while_it_sends_loses_no_mail() {
    let Some(hanging) = SmtpServer::start("none", None, &["--behave", "hang"]) else { return };
    let port = hanging.port.to_string();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), format!("SMTP_HOST=127.0.0.1\nSMTP_PORT={port}\n")).unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "start").await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(path.join("data/setup-token")).unwrap()).await;
    let mut browser = process.client();
    assert_eq!(browser.submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await.status, 303);
    wait::eventually("the server to be asked", async || hanging.received().contains("RCPT").then_some(())).await;
    let folder = process.kill();
    drop(hanging);
    let Some(well) = SmtpServer::start_on(&port, "none", None, &[]) else { return };
    // A second mail is sent at once; the one that was on its way waits for its claim to run out, and is still there.
    let process = Process::start_in(folder, "start").await;
    let mut again = process.client();
    assert_eq!(again.submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await.status, 303);
    wait::eventually("the second mail", async || (!well.mails().is_empty()).then_some(())).await;
    let mut owner = process.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    let page = owner.get("/_auth/admin/mail").await.text();
    assert!(page.contains("data-mail=\"reset\" data-state=\"queued\""), "{page}");
}
