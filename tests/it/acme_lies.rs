//! An authority that lies takes nothing away (S133).

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::support::app::TestApp;
use super::support::certificates::NOW;
use super::support::pebble::Pebble;
use super::support::process::{Running, free_port, said};
use super::support::{source, wait};

const HOST: &str = "gate.example.org";

fn status(app: &TestApp) -> Value {
    let output = app.run(&["certificate", "list", "--json"]);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    list[0].clone()
}

/// A real authority behind one that changes what it says.
struct Liar {
    pebble: Pebble,
    url: String,
    running: Running,
}

impl Liar {
    async fn start() -> Option<Self> {
        let pebble = Pebble::start(&[]).await?;
        let port = free_port();
        let script = source::repository().join("tests/it/support/lying_authority.py");
        let mut command = Command::new("python3");
        command.arg(script).args([port.to_string(), pebble.port.to_string()]);
        command.args([pebble.files.file("pebble"), pebble.files.key("pebble"), PathBuf::from(pebble.files.path())]);
        let liar = Self { pebble, url: format!("https://localhost:{port}/dir"), running: Running::start(&mut command) };
        liar.set_mode("honest");
        liar.running.line_with("listening");
        Some(liar)
    }

    fn set_mode(&self, mode: &str) {
        std::fs::write(self.pebble.files.path().join("mode"), mode).unwrap();
    }
}

#[actix_web::test]
async fn s133_an_authority_that_lies_takes_nothing_away() {
    let Some(liar) = Liar::start().await else { return };
    let files = &liar.pebble.files;
    files.issued("key", HOST, NOW);
    std::fs::write(files.path().join("garbage.crt"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        .unwrap();
    let app = liar.pebble.gate(HOST, |options| options.set("ACME_DIRECTORY_URL", &liar.url)).await;
    liar.pebble.until_trusted(app.address, HOST).await;
    let until = status(&app)["until"].clone();
    let mut before = String::new();
    for (mode, why) in [
        ("key", "the key does not belong to the certificate"),
        ("garbage", "the certificate cannot be read"),
        ("token", ""),
        ("limited", "too many orders"),
    ] {
        liar.set_mode(mode);
        let renewed = app.run(&["certificate", "renew", HOST]);
        assert!(renewed.status.success(), "{}", said(&renewed));
        // The command goes by the machine's clock.
        app.advance(60);
        let failed = async || {
            let status = status(&app);
            let said = status["last_error"].as_str().unwrap_or_default().to_owned();
            (status["failures"] == 1 && said != before).then_some(said)
        };
        before = wait::eventually(&format!("{mode} to fail"), failed).await;
        assert!(before.contains(why), "{mode}: {before}");
        assert!(liar.pebble.is_trusted(app.address, HOST), "{mode}");
        assert_eq!(status(&app)["until"], until, "{mode}");
    }
    liar.set_mode("honest");
    assert!(app.run(&["certificate", "renew", HOST]).status.success());
    app.advance(60);
    let renewed = async || (status(&app)["failures"] == 0).then_some(());
    wait::eventually("an honest one to renew", renewed).await;
    assert!(liar.pebble.is_trusted(app.address, HOST));
}
