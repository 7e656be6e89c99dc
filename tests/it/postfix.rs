//! Mails through Debian's Postfix, as docs/MAIL.md shows a relay on the same machine.

use super::support::postfix::Postfix;
use super::support::process::{run_with, said};

const TO: &str = "somebody@example.org";

/// `send-test-mail` by the relay: whether it left, and what was said.
fn send(postfix: &Postfix, to: &str, settings: &[(&str, &str)]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut variables = vec![
        ("SMTP_HOST", "127.0.0.1".to_owned()),
        ("SMTP_PORT", postfix.port.to_string()),
        ("SENDER_EMAIL", "gate@example.org".to_owned()),
        ("SMTP_HELLO_NAME", "gate.example.org".to_owned()),
    ];
    variables.retain(|(name, _)| settings.iter().all(|(other, _)| other != name));
    variables.extend(
        settings.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (*name, (*value).to_owned())),
    );
    let output = run_with(folder.path(), &["send-test-mail", to], &variables);
    (output.status.success(), said(&output))
}

#[test]
fn s84_a_relay_with_its_own_certificate_takes_mails_over_tls() {
    let Some(postfix) = Postfix::start() else { return };
    let (sent, said) = send(&postfix, TO, &[]);
    assert!(sent, "{said}\n{}", postfix.log());
    let mails = postfix.mails();
    assert!(
        mails.len() == 1 && mails[0].contains("with ESMTPS") && mails[0].contains("from gate.example.org"),
        "{mails:?}"
    );
    // With something to lose, the certificate counts again.
    let secrets = [("SMTP_USER", "gate"), ("SMTP_PASSWORD", "secret-of-gate")];
    let (sent, said) = send(&postfix, TO, &secrets);
    assert!(!sent && said.to_lowercase().contains("certificate") && !said.contains("secret-of-gate"), "{said}");
}

#[test]
fn s85_a_name_that_the_relay_does_not_take_is_mended_by_a_setting_and_no_mail_is_lost_by_it() {
    let Some(postfix) = Postfix::start() else { return };
    // Postfix says so only after RCPT.
    let (sent, said) = send(&postfix, TO, &[("SMTP_HELLO_NAME", "vm")]);
    assert!(!sent && said.contains("504") && said.contains("need fully-qualified hostname"), "{said}");
    assert!(!said.contains(": refused: "), "it would never be tried again: {said}");
    let (sent, said) = send(&postfix, TO, &[("SMTP_HELLO_NAME", ""), ("APP_URL", "https://app.example.org")]);
    assert!(sent, "{said}\n{}", postfix.log());
    assert!(postfix.mails()[0].contains("from app.example.org"));
}

#[test]
fn s85_an_unknown_recipient_fails_and_refused_relaying_is_retried() {
    let Some(postfix) = Postfix::start() else { return };
    let (sent, said) = send(&postfix, "nobody@example.org", &[]);
    assert!(!sent && said.contains(": refused: ") && said.contains("550"), "{said}");
    let (sent, said) = send(&postfix, "somebody@elsewhere.example", &[]);
    assert!(!sent && said.contains("Relay access denied") && !said.contains(": refused: "), "{said}");
}
