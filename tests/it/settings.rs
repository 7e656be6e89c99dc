//! Settings as an operator writes them: nothing becomes another value, and what is dangerous is said (S88).

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use super::support::process::{Process, free_port, portcullis, run, run_with, said};

fn check(folder: &Path, dotenv: &str) -> (bool, String) {
    std::fs::write(folder.join(".env"), dotenv).unwrap();
    let mut command = portcullis(folder, &["check-config"]);
    // What dotenvy would put in the place of $HOME.
    let output = command.env("HOME", "/root").output().unwrap();
    (output.status.success(), said(&output))
}

#[test]
fn s88_no_line_of_dotenv_becomes_another_value() {
    let folder = tempfile::tempdir().unwrap();
    for (line, shown) in [
        ("SITE_NAME=pa$undefined#1", "Write SITE_NAME='pa$undefined#1'"),
        ("SITE_NAME=at$HOME", "Write SITE_NAME='at$HOME'"),
        ("SITE_NAME=My Box", "Write SITE_NAME='My Box'"),
        ("SITE_NAME=Ada's Box", "Write SITE_NAME=\"Ada's Box\""),
        ("SITE_NAME='Ada\nJWT_ISSUER=box'", "SITE_NAME: line 1"),
        ("SMTP_PASSWORD=hunter2 #b", "Write SMTP_PASSWORD='\u{2026}'"),
        ("SMTP_PASSWORD=hunter2's", "Write SMTP_PASSWORD=\"\u{2026}\""),
    ] {
        let (fine, text) = check(folder.path(), &format!("{line}\n"));
        assert!(!fine && text.contains("the configuration is not valid") && text.contains(shown), "{line}: {text}");
        assert!(!text.contains("hunter2"), "{line}: {text}");
    }
    for (line, taken) in [
        ("SITE_NAME='pa$undefined#1'", "SITE_NAME=pa$undefined#1"),
        ("export SITE_NAME=\"Ada's Box\" # ours\r", "SITE_NAME=Ada's Box"),
        ("\u{feff}SITE_NAME='My Box'", "SITE_NAME=My Box"),
    ] {
        let (fine, text) = check(folder.path(), &format!("{line}\n"));
        assert!(fine && text.lines().any(|line| line == taken), "{line}: {text}");
    }
}

#[test]
fn s88_flags_the_environment_and_files_are_taken_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let value = "it's $HOME #1 \"x\" \\";
    let file = folder.path().join("name");
    std::fs::write(&file, format!("{value}\n")).unwrap();
    let flag = format!("--SITE_NAME={value}");
    for output in [
        run(folder.path(), &["check-config", &flag]),
        run_with(folder.path(), &["check-config"], &[("SITE_NAME", value.to_owned())]),
        run_with(folder.path(), &["check-config"], &[("SITE_NAME_FILE", file.to_str().unwrap().to_owned())]),
    ] {
        assert!(
            output.status.success() && said(&output).contains(&format!("SITE_NAME={value}\n")),
            "{}",
            said(&output)
        );
    }
}

#[test]
fn a_settings_file_or_secret_that_others_can_change_or_read_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let (dotenv, secret) = (folder.path().join(".env"), folder.path().join("secret"));
    std::fs::write(&secret, "kq3Zr8vXw1Yt6Bn0Lm5Pd2Fh9Gj4Sc7Ua\n").unwrap();
    std::fs::write(&dotenv, "PASSWORD_KEY_FILE=secret\n").unwrap();
    let with = |of_dotenv: u32, of_secret: u32| {
        for (file, mode) in [(&dotenv, of_dotenv), (&secret, of_secret)] {
            std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        said(&run(folder.path(), &["check-config"]))
    };
    let text = with(0o600, 0o600);
    assert!(!text.contains("by others") && !text.contains("belongs to"), "{text}");
    assert!(with(0o666, 0o600).contains("advice: Settings: .env can be changed by others (mode 666)"));
    assert!(with(0o600, 0o602).contains("secret can be changed by others (mode 602)"));
    assert!(with(0o600, 0o644).contains("secret contains a secret and can be read by others (mode 644)"));
    std::fs::write(&dotenv, "PASSWORD_KEY=kq3Zr8vXw1Yt6Bn0Lm5Pd2Fh9Gj4Sc7Ua\n").unwrap();
    assert!(with(0o644, 0o600).contains(".env contains a secret and can be read by others"));
    // Only root can give files away.
    if chown(&dotenv, Some(1000), None).is_ok() {
        assert!(with(0o600, 0o600).contains(".env belongs to user 1000, who can change these settings"));
    }
}

#[tokio::test]
async fn dangerous_settings_are_logged_at_the_start_too() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "TRUSTED_PROXIES=10.0.0.0/8,0.0.0.0/0\n").unwrap();
    std::fs::set_permissions(folder.path().join(".env"), std::fs::Permissions::from_mode(0o666)).unwrap();
    let process = Process::start_in(folder, "start").await;
    for said in ["TRUSTED_PROXIES covers the whole internet", ".env can be changed by others (mode 666)"] {
        assert!(process.output().contains(said), "{said} is not in\n{}", process.output());
    }
}

#[test]
fn a_sender_is_asked_for_where_none_follows_from_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let smtp = ("SMTP_HOST", "127.0.0.1".to_owned());
    for app_url in ["http://[fd00::10]:3000", "http://10.0.0.5", "https://192.0.2.7:8443"] {
        let own = ("APP_URL", app_url.to_owned());
        let output = run_with(folder.path(), &["check-config"], &[smtp.clone(), own.clone()]);
        assert!(
            !output.status.success() && said(&output).contains("SENDER_EMAIL: is missing"),
            "{app_url}: {}",
            said(&output)
        );
        // Mails in the outbox need none.
        let output = run_with(folder.path(), &["send-test-mail", "a@example.org"], &[own]);
        assert!(output.status.success(), "{app_url}: {}", said(&output));
    }
    for (value, advice) in [
        ("Name <gate@example.org>", "SENDER_EMAIL=gate@example.org. The name of the sender is SITE_NAME"),
        ("\"A, B\" <Gate@Example.org>", "SENDER_EMAIL=gate@example.org."),
        ("gate", "must be an e-mail address such as"),
        ("Name <gate>", "must be an e-mail address such as"),
    ] {
        let output = run_with(folder.path(), &["check-config"], &[("SENDER_EMAIL", value.to_owned())]);
        assert!(!output.status.success() && said(&output).contains(advice), "{value}: {}", said(&output));
    }
    for name in ["10.0.0.5", "a b", "[x]", "gate\u{e9}.example.org", "[]"] {
        let output = run_with(folder.path(), &["check-config"], &[("SMTP_HELLO_NAME", name.to_owned())]);
        assert!(
            !output.status.success() && said(&output).contains("SMTP_HELLO_NAME: must be"),
            "{name}: {}",
            said(&output)
        );
    }
    let port = ("SMTP_PORT", free_port().to_string());
    let text =
        said(&run_with(folder.path(), &["check-config"], &[smtp, port, ("APP_URL", "http://box:3000".to_owned())]));
    assert!(text.contains("many mail servers refuse portcullis@box"), "{text}");
}
