//! Mail servers that answer in other bytes, another case or at another moment than expected (S84, S85).

use serde_json::{Value, json};

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{run_with, said};
use super::support::smtp::{Certificate, SmtpServer};
use super::support::wait;

const CREDENTIALS: [(&str, &str); 2] = [("SMTP_USER", "gate"), ("SMTP_PASSWORD", "secret-of-gate")];

/// `send-test-mail` against the server: whether it left, and what was said.
fn send(server: &SmtpServer, settings: &[(&str, &str)]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut variables = vec![("SMTP_HOST", "localhost".to_owned()), ("SMTP_PORT", server.port.to_string())];
    variables.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let output = run_with(folder.path(), &["send-test-mail", "somebody@example.org"], &variables);
    (output.status.success(), said(&output))
}

fn answering(answers: &Value) -> Option<SmtpServer> {
    SmtpServer::answering(answers, None, &[])
}

#[test]
fn s85_a_mail_that_was_taken_is_sent_whatever_the_text_of_the_replies_is() {
    for (answers, line_end) in [
        (json!({ ".": "250 OK \u{d2}\u{d1}" }), "\r\n"),
        (json!({ "greeting": "220 B\u{fc}cher", "EHLO": "250-B\u{fc}cher\r\n250 8bitmime" }), "\r\n"),
        (json!({ "greeting": "220-a\r\n220 b", "MAIL": "250", "RCPT": "251\tfine", "DATA": "354" }), "\r\n"),
        (json!({ "EHLO": "250-a\r\n250 b", ".": "250 fine" }), "\n"),
        (json!({ ".": format!("250 {}", "x".repeat(3000)), "QUIT": "\u{ff}\u{fe}" }), "\r\n"),
        (json!({ "QUIT": "DROP" }), "\r\n"),
        (json!({ "QUIT": "HANG" }), "\r\n"),
    ] {
        let Some(server) = SmtpServer::answering(&answers, None, &["--line-end", line_end]) else { return };
        let (sent, said) = send(&server, &[]);
        assert!(sent && server.mails().len() == 1, "{answers}: {said}\n{}", server.received());
    }
}

#[test]
fn s84_starttls_is_found_in_any_case_and_replies_within_tls_are_read_as_well() {
    let certificate = Certificate::for_host("localhost");
    let answers = json!({
        "EHLO": "250-B\u{fc}cher\r\n250-StartTLS\r\n250 auth login plain", "AUTH": "235 \u{b5}\u{c7}", ".": "250 \u{d2}"
    });
    let Some(server) = SmtpServer::answering(&answers, Some(&certificate), &[]) else { return };
    let (sent, said) = send(&server, &CREDENTIALS);
    assert!(
        !sent && !server.received().contains("AUTH"),
        "a certificate that nobody vouches for got the password: {said}"
    );
    let file = certificate.file();
    let (sent, said) = send(&server, &[CREDENTIALS[0], CREDENTIALS[1], ("SSL_CERT_FILE", file.to_str().unwrap())]);
    assert!(sent && server.received().contains("TLS AUTH PLAIN"), "{said}\n{}", server.received());
    assert!(!server.received().contains("PLAIN AUTH") && server.mails().len() == 1);
}

#[test]
fn s84_without_credentials_any_certificate_is_better_than_none_and_tls_that_fails_is_no_obstacle() {
    let certificate = Certificate::for_host("other.example.org");
    let offers = json!({ "EHLO": "250-x\r\n250 starttls" });
    let Some(server) = SmtpServer::answering(&offers, Some(&certificate), &[]) else { return };
    let (sent, said) = send(&server, &[]);
    assert!(
        sent && server.received().contains("TLS MAIL") && !server.received().contains("PLAIN MAIL"),
        "{said}\n{}",
        server.received()
    );
    // Refused, broken off, and not TLS at all.
    for starttls in ["454 4.7.0 not now", "DROP", "220 go on"] {
        let answers = json!({ "EHLO": "250-x\r\n250 STARTTLS", "STARTTLS": starttls });
        let Some(server) = answering(&answers) else { return };
        let (sent, said) = send(&server, &CREDENTIALS);
        assert!(
            !sent && !server.received().contains("AUTH") && !server.received().contains("MAIL "),
            "{starttls}: {said}"
        );
        let (sent, said) = send(&server, &[]);
        assert!(sent && server.received().contains("PLAIN MAIL"), "{starttls}: {said}\n{}", server.received());
    }
}

#[test]
fn s85_what_is_about_us_may_be_mended_and_what_is_about_the_mail_or_its_recipient_is_refused() {
    for (command, reply, refused) in [
        ("greeting", "554 no service for you", false),
        ("EHLO", "504 need a name", false),
        ("EHLO", "550 5.7.1 bad name", false),
        ("AUTH", "535 \u{b5}\u{c7}", false),
        ("MAIL", "553 5.1.8 bad sender", false),
        ("RCPT", "504 5.5.2 <vm>: Helo command rejected", false),
        ("RCPT", "554 5.7.1 Relay access denied", false),
        ("RCPT", "550 5.1.8 sender unknown", false),
        ("RCPT", "450 4.2.1 later", false),
        ("RCPT", "550 5.1.1 no such mailbox", true),
        ("RCPT", "552 5.2.2 mailbox full", true),
        ("RCPT", "571 \u{d2}", true),
        ("DATA", "503 5.5.1 first RCPT", false),
        (".", "554 5.7.1 looks like spam", true),
        (".", "552 too large", true),
        (".", "451 later", false),
    ] {
        let mut answers = json!({ "EHLO": "250-x\r\n250 AUTH PLAIN" });
        answers[command] = json!(reply);
        let Some(server) = answering(&answers) else { return };
        let (sent, said) = send(&server, if command == "AUTH" { &CREDENTIALS } else { &[] });
        assert!(!sent && said.contains(&reply[..3]), "{command} {reply}: {said}");
        assert_eq!(said.contains(": refused: "), refused, "{command} {reply}: {said}");
    }
}

#[test]
fn s84_the_name_at_ehlo_is_the_setting_or_a_full_one() {
    let Some(server) = answering(&json!({})) else { return };
    for (settings, name) in [
        (vec![("APP_URL", "https://gate.example.org")], "EHLO gate.example.org"),
        (
            vec![("APP_URL", "https://gate.example.org"), ("SMTP_HELLO_NAME", "mail.example.net")],
            "EHLO mail.example.net",
        ),
        (vec![("SMTP_HELLO_NAME", "[IPv6:2001:db8::1]")], "EHLO [IPv6:2001:db8::1]"),
    ] {
        let (sent, said) = send(&server, &settings);
        assert!(sent && server.received().contains(name), "{said}\n{}", server.received());
    }
    let Some(server) = answering(&json!({})) else { return };
    assert!(send(&server, &[("APP_URL", "http://box:3000")]).0);
    let received = server.received();
    let name = received.lines().find_map(|line| line.strip_prefix("PLAIN EHLO ")).unwrap();
    assert!(name == "[127.0.0.1]" || name.split('.').count() > 1, "neither a full name nor an address: {name}");
}

/// A server on `server`, and somebody who has asked for a reset mail.
async fn asked(server: &SmtpServer) -> (TestApp, Client) {
    let port = server.port.to_string();
    let app = TestApp::start(|options| {
        options.set("SMTP_HOST", "127.0.0.1");
        options.set("SMTP_PORT", &port);
    })
    .await;
    let owner = people::claim(&app).await;
    assert_eq!(app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await.status, 303);
    (app, owner)
}

#[tokio::test]
async fn s85_a_mail_that_may_have_arrived_is_not_sent_again_and_its_link_stays_valid() {
    for reply in ["DROP", "nonsense", "250 OK \u{d2}\u{d1}"] {
        let Some(server) = answering(&json!({ ".": reply })) else { return };
        let (app, mut owner) = asked(&server).await;
        wait::eventually("the mail to be settled", async || {
            owner
                .get("/_auth/admin/mail")
                .await
                .text()
                .contains("data-mail=\"reset\" data-state=\"sent\"")
                .then_some(())
        })
        .await;
        let page = owner.get("/_auth/admin/mail").await.text();
        assert!(page.contains("0 waiting, 0 failed"), "{reply}: {page}");
        assert_eq!(page.contains("it may have arrived"), !reply.starts_with("250"), "{reply}: {page}");
        app.advance(120);
        assert_eq!(
            app.client().get(&server.mails()[0].link()).await.status,
            200,
            "{reply}: the link in the mail is void"
        );
        assert_eq!(server.mails().len(), 1, "{reply}");
    }
}

/// A server on `server`, and an admin who has caused a notice.
async fn notified(server: &SmtpServer) -> (TestApp, Client) {
    let port = server.port.to_string();
    let app = TestApp::start(|options| {
        options.set("SMTP_HOST", "127.0.0.1");
        options.set("SMTP_PORT", &port);
    })
    .await;
    let mut owner = people::claim(&app).await;
    assert_eq!(owner.submit("/_auth/admin/mail", "/_auth/admin/mail/test", &[]).await.status, 303);
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    (app, owner)
}

#[tokio::test]
async fn s85_a_notice_that_may_not_have_arrived_is_sent_again_as_the_same_mail() {
    let Some(server) = answering(&json!({ ".": ["DROP", "nonsense", "250 fine"] })) else { return };
    let (app, mut owner) = notified(&server).await;
    wait::eventually("both tries", async || (server.mails().len() == 2).then_some(())).await;
    let waiting = async |owner: &mut Client| owner.get("/_auth/admin/mail").await.text();
    let page = wait::eventually("both tries to be settled", async || {
        let page = waiting(&mut owner).await;
        (page.matches("it may have arrived").count() == 2).then_some(page)
    })
    .await;
    assert!(page.contains("2 waiting, 0 failed"), "{page}");
    app.advance(31);
    wait::eventually("the retries", async || waiting(&mut owner).await.contains("0 waiting, 0 failed").then_some(()))
        .await;
    let mut names: Vec<String> = server.mails().iter().map(|mail| mail.header("Message-ID").to_owned()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[tokio::test]
async fn s85_a_notice_that_is_never_confirmed_fails_in_the_end_and_is_audited() {
    let Some(server) = answering(&json!({ ".": "DROP" })) else { return };
    let (app, _owner) = notified(&server).await;
    // It is tried eight times; the test mail, for which somebody waits, less often.
    let tries = || server.mails().iter().filter(|mail| mail.header("Subject") == "New sign-in to your account").count();
    wait::eventually("eight tries", async || {
        app.advance(if tries() < 8 { 21_600 } else { 0 });
        (tries() == 8).then_some(())
    })
    .await;
    let mut owner = people::another_browser(&app).await;
    wait::eventually("both to be given up", async || {
        owner.get("/_auth/admin/mail").await.text().contains(", 2 failed").then_some(())
    })
    .await;
    let audit = owner.get("/_auth/admin/audit").await.text();
    assert!(audit.contains("new device: the whole mail was sent but not acknowledged"), "{audit}");
}

#[tokio::test]
async fn s85_a_link_that_may_have_arrived_voids_none_and_one_that_did_not_is_sent_again() {
    let Some(server) = answering(
        &json!({ ".": ["250 fine", "DROP", "250 fine"], "DATA": ["354 go on", "354 go on", "DROP", "354 go on"] }),
    ) else {
        return;
    };
    let (app, mut owner) = asked(&server).await;
    let ask = async || {
        assert_eq!(app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await.status, 303);
    };
    wait::eventually("the first mail", async || (server.mails().len() == 1).then_some(())).await;
    let settled = async |owner: &mut Client, what: &str| {
        wait::eventually(what, async || owner.get("/_auth/admin/mail").await.text().contains(what).then_some(())).await;
    };
    settled(&mut owner, "0 waiting").await;
    ask().await;
    settled(&mut owner, "it may have arrived").await;
    let links: Vec<String> = server.mails().iter().map(super::support::mailbox::Mail::link).collect();
    for link in &links {
        assert_eq!(
            app.client().get(link).await.status,
            200,
            "one of {links:?} is void, and nobody knows which one is there"
        );
    }
    // Broken off before the message: it is tried again, and only then the others end.
    ask().await;
    wait::eventually("a try that failed", async || {
        let page = owner.get("/_auth/admin/mail").await.text();
        // The one before has a fault beside it too.
        let faults = page.matches("response error").count() + page.matches("network error").count();
        (page.contains("1 waiting") && faults == 2).then_some(())
    })
    .await;
    app.advance(31);
    wait::eventually("the retry", async || (server.mails().len() == 3).then_some(())).await;
    settled(&mut owner, "0 waiting").await;
    for link in &links {
        assert_eq!(app.client().get(link).await.status, 410);
    }
}
