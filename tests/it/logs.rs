//! The lines of the log.

use tempfile::TempDir;

use super::support::people;
use super::support::process::Process;

#[tokio::test]
async fn s89_json_has_values_as_they_are_and_text_quotes_them_on_one_line() {
    for (format, expected) in [
        ("json", r#""audit.event":"login.failed","audit.actor":"","audit.subject":"ada@example.org""#),
        ("text", r#"audit.event="login.failed" audit.actor="" audit.subject="ada@example.org""#),
    ] {
        let variables = [("LOG_FORMAT".to_owned(), format.to_owned())];
        let server = Process::start_with(TempDir::new().unwrap(), "start", &variables).await;
        let token = std::fs::read_to_string(server.folder.path().join("data/setup-token")).unwrap();
        people::claim_with(&mut server.client(), &token).await;
        people::try_sign_in(&mut server.client(), "ada@example.org", "nine-otters-paint-the-barn").await;
        server.running.line_with(expected);
    }
}
