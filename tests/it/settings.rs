//! Settings as an operator writes them: nothing becomes another value, and what is dangerous is said (S88).

use std::path::Path;

use super::support::process::{portcullis, run, run_with, said};

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
        assert!(!fine && text.contains("the configuration has faults") && text.contains(shown), "{line}: {text}");
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
        assert!(output.status.success() && said(&output).contains(&format!("SITE_NAME={value}\n")), "{}", said(&output));
    }
}
