//! The PROXY protocol from a real HAProxy, which passes connections on (S134).

use std::net::SocketAddr;
use std::process::Command;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::app::TestApp;
use super::support::https_gate::{HOST, HttpsGate};
use super::support::process::{Running, free_port, is_installed};
use super::support::wait;

/// HAProxy that passes connections on with the header of `version`.
async fn haproxy(gate: SocketAddr, version: &str) -> Option<(SocketAddr, Running, TempDir)> {
    let program = is_installed("haproxy")?;
    let (folder, address) = (TempDir::new().unwrap(), SocketAddr::from(([127, 0, 0, 1], free_port())));
    let file = folder.path().join("haproxy.cfg");
    let times = "timeout connect 5s\n  timeout client 30s\n  timeout server 30s";
    let config =
        format!("defaults\n  mode tcp\n  {times}\nlisten gate\n  bind {address}\n  server gate {gate} {version}\n");
    std::fs::write(&file, config).unwrap();
    let mut running = Running::start(Command::new(program).arg("-db").arg("-f").arg(&file));
    wait::eventually("HAProxy to listen", async || {
        assert!(!running.has_ended(), "{}", running.output());
        TcpStream::connect(address).await.ok().map(drop)
    })
    .await;
    Some((address, running, folder))
}

/// What the gate answers to these bytes, until it closes; empty if it closes at once.
async fn answer_to(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    drop(stream.write_all(bytes).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}

const QUESTION: &str = "GET /_auth/health/live HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn s134_the_client_that_haproxy_names_is_the_client() {
    if is_installed("curl").is_none() {
        return;
    }
    for version in ["send-proxy", "send-proxy-v2"] {
        let proxies = [("PROXY_PROTOCOL", "true".to_owned()), ("TRUSTED_PROXIES", "127.0.0.1".to_owned())];
        let gate = HttpsGate::start(&proxies);
        let Some((proxy, _running, _folder)) = haproxy(gate.address, version).await else { return };
        let target = format!("{HOST}:{}:{proxy}", gate.address.port());
        let through = ["--connect-to", &target, "--interface", "127.0.0.9"];
        let curl = gate.curl();
        curl.claim(&through, &gate.setup_token());
        let sessions = curl.browse(&through, "/_auth/account", &[]);
        assert!(sessions.contains("127.0.0.9"), "{sessions}");
    }
}

#[tokio::test]
async fn s134_proxies_have_to_send_the_header_and_nobody_else_may() {
    let start = async |proxies: &'static str| {
        TestApp::start(|options| {
            options.let_proxies_ask();
            options.trusted_proxies = Some(proxies.to_owned());
            options.set("PROXY_PROTOCOL", "true");
        })
        .await
    };
    let named = format!("PROXY TCP4 203.0.113.7 127.0.0.1 1234 3000\r\n{QUESTION}");
    let trusting = start("127.0.0.1").await;
    assert!(answer_to(trusting.address, named.as_bytes()).await.starts_with("HTTP/1.1 200"));
    assert_eq!(answer_to(trusting.address, QUESTION.as_bytes()).await, "");
    let careful = start("10.0.0.1").await;
    assert!(answer_to(careful.address, QUESTION.as_bytes()).await.starts_with("HTTP/1.1 200"));
    assert!(answer_to(careful.address, named.as_bytes()).await.starts_with("HTTP/1.1 400"));
    // Only the proxy itself may ask what proxies may ask, and none of those whose bytes it passes on.
    let asks = "GET /_auth/verify/nginx HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n\
        X-Original-URL: http://localhost:3000/\r\nX-Original-Method: GET\r\n\r\n";
    let of_itself = [v2_header(0x20, 0x00, &[]).as_slice(), asks.as_bytes()].concat();
    assert!(answer_to(trusting.address, &of_itself).await.starts_with("HTTP/1.1 401"));
    for header in [
        b"PROXY UNKNOWN\r\n".to_vec(),
        b"PROXY TCP4 203.0.113.7 127.0.0.1 1234 3000\r\n".to_vec(),
        v2_header(0x21, 0x00, &[]),
        v2_header(0x21, 0x31, &[0; 216]),
    ] {
        let answer = answer_to(trusting.address, &[header.as_slice(), asks.as_bytes()].concat()).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{header:?}: {answer}");
    }
}

/// A header of version 2 with that command and family.
fn v2_header(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n".as_slice(), &[command, family], &length, rest].concat()
}

#[tokio::test]
async fn a_header_that_nobody_expects_is_named_in_the_log() {
    let gate = HttpsGate::start(&[]);
    let header = b"PROXY TCP4 203.0.113.7 127.0.0.1 1234 443\r\n";
    assert!(answer_to(gate.address, header).await.starts_with("HTTP/1.1 400"));
    let line = gate.running.line_with("began with a header of the PROXY protocol");
    assert!(line.contains("peer=\"127.0.0.1\"") && line.contains("PROXY_PROTOCOL"), "{line}");
}
