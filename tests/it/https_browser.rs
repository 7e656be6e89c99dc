//! A real Chromium at a gate that speaks https itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fantoccini::wd::TimeoutConfiguration;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::browser::Browser;
use super::support::https_gate::{HOST, HttpsGate};
use super::support::people::{OWNER, PASSWORD};
use super::support::upstream::Upstream;

/// 1 GB.
const GIGABYTE: u64 = 1_000_000_000;

/// An app that counts the bytes of the body sent to it, as only a large one needs.
async fn counting_app() -> (SocketAddr, Arc<AtomicU64>) {
    let (listener, bytes) = (TcpListener::bind("127.0.0.1:0").await.unwrap(), Arc::new(AtomicU64::new(0)));
    let (address, total) = (listener.local_addr().unwrap(), Arc::clone(&bytes));
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let total = Arc::clone(&total);
            tokio::spawn(async move {
                let (mut head, mut piece) = (Vec::new(), vec![0; 1 << 20]);
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = stream.read_u8().await else { return };
                    head.push(byte);
                }
                let head = String::from_utf8_lossy(&head).to_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<u64>().ok());
                let mut left = length.unwrap_or(0);
                while left > 0 {
                    let Ok(count @ 1..) = stream.read(&mut piece).await else { return };
                    left -= count as u64;
                    total.fetch_add(count as u64, Ordering::Relaxed);
                }
                let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 24\r\n\
                    Connection: close\r\n\r\n<input id=app type=file>";
                drop(stream.write_all(answer.as_bytes()).await);
            });
        }
    });
    (address, bytes)
}

/// A browser that has claimed the gate and is at the app.
async fn claimed(gate: &HttpsGate) -> Option<Browser> {
    let browser = Browser::that_trusts(&gate.key_name()).await?;
    browser.open(&gate.setup_link()).await;
    browser.submit("/_auth/setup", &[("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD)]).await;
    browser.find("#app").await;
    Some(browser)
}

#[tokio::test]
async fn s131_a_browser_gets_host_cookies_and_hsts_and_web_sockets() {
    let upstream = Upstream::start().await;
    let gate = HttpsGate::start(&[("UPSTREAM_URL", upstream.url())]);
    let Some(browser) = claimed(&gate).await else { return };
    let names = browser.cookie_names().await;
    assert!(names.iter().any(|name| name.starts_with("__Host-portcullis_access")), "{names:?}");
    assert!(
        names.iter().filter(|name| name.contains("portcullis")).all(|name| name.starts_with("__Host-")),
        "{names:?}"
    );
    browser.open_socket("/ws").await;
    // From now on the browser goes to https by itself: it never asks the port for http.
    browser.open(&format!("http://{HOST}:{}/", gate.address.port())).await;
    browser.find("#app").await;
    assert_eq!(browser.url().await, format!("{}/", gate.app_url));
    browser.close().await;
}

#[tokio::test]
async fn a_browser_uploads_a_gigabyte_over_https() {
    let (address, counted) = counting_app().await;
    let gate = HttpsGate::start(&[("UPSTREAM_URL", format!("http://{address}"))]);
    let Some(browser) = claimed(&gate).await else { return };
    let file = gate.files.path().join("gigabyte");
    std::fs::File::create(&file).unwrap().set_len(GIGABYTE).unwrap();
    browser.find("#app").await.send_keys(file.to_str().unwrap()).await.unwrap();
    let script = "const done = arguments[0]; const body = document.querySelector('#app').files[0]; \
        fetch('/upload', { method: 'POST', body }).then((answer) => done(answer.status), (fault) => done(`${fault}`));";
    let patient = TimeoutConfiguration::new(Some(Duration::from_mins(3)), None, None);
    browser.page.update_timeouts(patient).await.unwrap();
    let status = browser.page.execute_async(script, vec![]).await.unwrap();
    assert_eq!((status, counted.load(Ordering::Relaxed)), (json!(200), GIGABYTE));
    browser.close().await;
}
