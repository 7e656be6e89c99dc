//! A proxy in between sets no limits that the app does not have (B24).

use super::{DOCUMENT, Tried};
use crate::support::client::Call;
use crate::support::proxy::snippet;
use crate::support::source;
use crate::support::upstream::{checksum, pattern};

pub(super) async fn nothing_is_held_back(tried: &mut Tried) {
    for size in [1_100_000, 5_000_000, 20_000_000] {
        let body = pattern(0, size);
        let answer = tried.owner.send(Call::fetch("POST", "/upload").body(&body)).await;
        assert_eq!(answer.status, 200, "{size} bytes: {}\n{}", answer.text(), tried.said());
        assert_eq!(answer.json()["sum"], checksum(&body));
    }
    let mut events = tried.owner.open(Call::fetch("GET", "/events")).await;
    events.read_until("data: 1").await;
    let big = tried.owner.fetch("/big?size=5000000").await;
    assert_eq!(checksum(&big.body), checksum(&pattern(0, 5_000_000)));
}

/// That an answer may take longer than a minute would take longer than a minute to see.
#[test]
fn the_documented_proxies_wait_a_quarter_of_an_hour_for_an_answer_as_the_built_in_one_does() {
    let nginx = std::fs::read_to_string(source::repository().join("packaging/nginx/app.conf")).unwrap();
    assert!(nginx.contains("proxy_read_timeout 15m;") && nginx.contains("proxy_send_timeout 15m;"), "{nginx}");
    let haproxy = snippet(DOCUMENT, "haproxy");
    assert!(haproxy.contains("timeout server 15m") && haproxy.contains("timeout tunnel 24h"), "{haproxy}");
    let envoy = snippet(DOCUMENT, "envoy");
    assert!(envoy.contains("stream_idle_timeout: 900s") && envoy.contains("cluster: app, timeout: 0s"), "{envoy}");
}
