//! The documented proxies, really run: what the documentation shows is what is tested (docs/FORWARD-AUTH.md).

use std::net::SocketAddr;
use std::process::Command;

use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::people::{self, OWNER};
use super::support::process::{Running, free_port, is_installed};
use super::support::upstream::Upstream;
use super::support::{source, wait};

/// The fenced block of that kind in the document.
fn snippet(kind: &str) -> String {
    let document = std::fs::read_to_string(source::repository().join("docs/FORWARD-AUTH.md")).unwrap();
    let (_, rest) = document.split_once(&format!("```{kind}\n")).expect("the snippet");
    rest.split_once("```").unwrap().0.to_owned()
}

/// A real Caddy with the documented configuration; `None` when it is not installed.
async fn caddy(port: u16, gate: SocketAddr, app: SocketAddr, folder: &std::path::Path) -> Option<(Running, SocketAddr)> {
    let program = is_installed("caddy")?;
    let site = snippet("caddy")
        .replace("http://app.example.org {", &format!("http://localhost:{port} {{\n\tbind 127.0.0.1"))
        .replace("127.0.0.1:3000", &gate.to_string())
        .replace("127.0.0.1:8080", &app.to_string());
    let file = folder.join("Caddyfile");
    std::fs::write(&file, format!("{{\n\tadmin off\n\tauto_https off\n}}\n{site}")).unwrap();
    let mut command = Command::new(program);
    command.arg("run").arg("--adapter").arg("caddyfile").arg("--config").arg(&file);
    command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder).env("HOME", folder);
    let mut running = Running::start(&mut command);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    wait::eventually("caddy to listen, or to end", async || {
        (tokio::net::TcpStream::connect(address).await.is_ok() || running.has_ended()).then_some(())
    })
    .await;
    assert!(!running.has_ended(), "caddy ended early:\n{}", running.output());
    Some((running, address))
}

#[tokio::test]
async fn s70_the_documented_caddy_lets_in_who_is_signed_in_and_passes_on_only_what_the_gate_says() {
    let upstream = Upstream::start().await;
    let port = free_port();
    let base = format!("http://localhost:{port}");
    let app = TestApp::start(|options| {
        options.app_url = base.clone();
        options.trusted_proxies = Some("127.0.0.1/32".to_owned());
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let Some((caddy, address)) = caddy(port, app.address, upstream.address, folder.path()).await else { return };
    let mut owner = people::claim(&app).await;
    let mut stranger = Client::new(address, &base);
    let turned = stranger.get("/page?x=1").await;
    assert_eq!(turned.status, 303, "{}\n{}", turned.text(), caddy.output());
    assert!(turned.location().starts_with(&format!("{base}/_auth/login?next=/page")), "{}", turned.location());
    assert_eq!(stranger.fetch("/api").await.status, 401);
    assert_eq!(stranger.get("/_auth/login").await.status, 200, "the pages come from the gate");
    let jar = owner.jar.clone();
    owner = Client::new(address, &base);
    owner.jar = jar;
    for forged in ["Remote-User", "Remote_User", "Remote-Groups", "remote_groups"] {
        let call = Call::navigation("/page?x=1").header(forged, "root").header("X-Forwarded-Uri", "/other");
        let answer = owner.send(call).await;
        assert_eq!(answer.status, 200, "{}\n{}", answer.text(), caddy.output());
        let seen = upstream.last();
        assert_eq!(seen.header("remote-user").as_deref(), Some(OWNER), "{forged}");
        assert_eq!(seen.header("remote-groups").as_deref(), Some("admin"), "{forged}");
        assert!(seen.header("remote_user").is_none() && seen.header("remote_groups").is_none(), "{forged}");
        assert!(!seen.header("cookie").unwrap_or_default().contains("portcullis_"), "the app has the cookies");
    }
    let posted = owner.send(Call::fetch("POST", "/echo").body("whole body")).await;
    assert_eq!(posted.status, 200);
    assert_eq!(upstream.last().body, b"whole body");
    drop(app);
    assert_ne!(owner.get("/page").await.status, 200, "nobody passes a gate that is away");
}
