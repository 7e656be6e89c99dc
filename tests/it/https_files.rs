//! Certificates from files that end, are exchanged, or cannot be used.

use std::process::Command;

use super::support::certificates::{Certificates, FUTURE, NOW, PAST};
use super::support::https_gate::{HOST, HttpsGate};
use super::support::mailbox::Mailbox;
use super::support::process;
use super::support::process::is_installed;

/// The end of a certificate, as openssl wants it.
fn ends_in(days: u32) -> String {
    let end = Command::new("date").args(["-u", "+%Y%m%d%H%M%SZ", "-d", &format!("{days} days 1 hour")]).output();
    String::from_utf8(end.unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn check_config_says_what_browsers_make_of_certificates() {
    let (files, soon) = (Certificates::new(), ends_in(5));
    for (name, host, period) in [
        ("good", HOST, NOW),
        ("soon", HOST, (NOW.0, &*soon)),
        ("wiki", "wiki.example.test", NOW),
        ("old", HOST, PAST),
        ("early", HOST, FUTURE),
    ] {
        files.issued(name, host, period);
    }
    for (name, outcome, said) in [
        ("good", "good", "the certificate for gate.example.test ends in"),
        ("soon", "advice", "the certificate for gate.example.test ends in 5 days"),
        ("wiki", "wrong", "no certificate is for gate.example.test"),
        ("old", "wrong", "the certificate for gate.example.test has ended"),
        ("early", "wrong", "the certificate for gate.example.test is not valid yet"),
    ] {
        let variables = [
            ("APP_URL", format!("https://{HOST}")),
            ("TLS_CERT_FILE", format!("{name}.crt")),
            ("TLS_KEY_FILE", format!("{name}.key")),
        ];
        let output = process::run_with(files.path(), &["check-config"], &variables);
        let text = process::said(&output);
        assert_eq!(output.status.success(), outcome != "wrong", "{name}: {text}");
        assert!(text.contains(&format!("{outcome}: Certificates: TLS_CERT_FILE: {said}")), "{name}: {text}");
    }
}

#[tokio::test]
async fn files_that_end_soon_are_warned_of_in_the_log_and_by_mail() {
    if is_installed("curl").is_none() {
        return;
    }
    let gate = HttpsGate::start(&[]);
    gate.curl().claim(&[], &gate.setup_token());
    let use_one_that_ends = |days: u32| {
        gate.files.issued("soon", HOST, (NOW.0, &ends_in(days)));
        for of in [Certificates::file, Certificates::key] {
            std::fs::copy(of(&gate.files, "soon"), of(&gate.files, "gate")).unwrap();
        }
    };
    use_one_that_ends(15);
    let line = gate.running.line_with("and its files have not been replaced");
    assert!(line.contains("days=15") && line.contains(HOST), "{line}");
    let mut mailbox = Mailbox::of(&gate.data());
    assert!(mailbox.unread().is_empty(), "there is a mail fifteen days before the end");
    use_one_that_ends(5);
    let mail = mailbox.wait_for("A certificate ends soon").await;
    assert!(mail.text.contains(HOST), "{}", mail.text);
    // Files that nobody can use are named, and what is used again, too; a good pair for another name takes effect.
    let certificate = gate.files.file("gate");
    let good = std::fs::read(&certificate).unwrap();
    let cut = [&good[..], b"-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n"].concat();
    std::fs::write(&certificate, cut).unwrap();
    gate.running.line_with("the earlier certificates stay");
    std::fs::write(&certificate, good).unwrap();
    gate.running.line_with("can be used again");
    gate.files.issued("wiki", "wiki.example.test", NOW);
    for of in [Certificates::file, Certificates::key] {
        std::fs::copy(of(&gate.files, "wiki"), of(&gate.files, "gate")).unwrap();
    }
    let line = gate.running.line_with("browsers cannot open APP_URL");
    assert!(line.contains("no certificate is for gate.example.test"), "{line}");
}

#[test]
fn commands_without_the_variables_of_the_server_find_its_https() {
    let gate = HttpsGate::start(&[]);
    let health = gate.run_bare(&["health"]);
    assert_eq!(process::said(&health).trim(), "ready");
    let listed = process::said(&gate.run_bare(&["certificate", "list"]));
    assert!(listed.contains(HOST) && listed.contains("days left, from TLS_CERT_FILE"), "{listed}");
}
