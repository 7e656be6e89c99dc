//! Mistakes in real proxies: `portcullis probe` finds each, and nothing else. Mistakes that have nothing to do with
//! each other are made at one host, `m0.example.net` and so on.

use std::net::SocketAddr;

use super::doctor::{Diagnosis, Doctor, until_free};
use super::{DOCUMENT, Kind, Place, Proxy, fence, run, snippet, source};
use crate::support::app::TestApp;
use crate::support::apps;
use crate::support::people;
use crate::support::upstream::Upstream;

/// A change of a documented text: what is there, and what is there in its place.
pub(super) type Change = (&'static str, &'static str);

/// A proxy with mistakes, and no app behind it: the probe stands in for the app.
pub(super) struct Ward {
    pub(super) place: Place,
    pub(super) proxy: Proxy,
    pub(super) app: SocketAddr,
}

impl Ward {
    /// Registers the hosts, and stops the app.
    pub(super) async fn open(mut place: Place, proxy: Proxy, hosts: usize) -> Self {
        people::claim(&place.app).await;
        for number in 0..hosts {
            apps::add(&place.app, &format!("m{number}"), &host(place.port, number), None, "signed-in");
        }
        let app = place.upstream.address;
        place.upstream = Upstream::start().await;
        until_free(app).await;
        Self { place, proxy, app }
    }

    pub(super) fn ask(&self, gate: &TestApp, url: &str) -> Diagnosis {
        Doctor { app: gate, proxy: self.place.address(), echo: Some(self.app) }.ask(url, &[])
    }

    /// The probe finds exactly these, and what they are about; the exit code is that of the worst.
    fn finds(&self, gate: &TestApp, url: &str, exit_code: i32, expected: &[(&str, &[&str])]) {
        let found = self.ask(gate, url);
        let all = || format!("{url}: {:#}\n{}", found.report, self.proxy.said());
        let (mut codes, mut known) = (found.codes.clone(), expected.iter().map(|(code, _)| *code).collect::<Vec<_>>());
        codes.sort();
        known.sort_unstable();
        assert_eq!(codes, known, "{}", all());
        for (code, about) in expected {
            let findings = found.report["findings"].as_array().unwrap();
            let finding = findings.iter().find(|finding| finding["code"] == *code).unwrap();
            for part in *about {
                assert!(finding["what"].as_str().unwrap().contains(part), "{code} {part}: {}", all());
            }
        }
        assert_eq!(found.exit_code, exit_code, "{}", all());
    }
}

pub(super) fn host(port: u16, number: usize) -> String {
    format!("m{number}.example.net:{port}")
}

/// The text with these changes; what is to be changed is there, or the test is about nothing.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old} is not in\n{text}");
        text.replace(old, new)
    })
}

/// A host of nginx with the changes that are mistakes, locations that are, and what is found.
struct Host {
    changes: &'static [Change],
    locations: &'static [&'static str],
    exit_code: i32,
    found: &'static [(&'static str, &'static [&'static str])],
}

const HOSTS: [Host; 7] = [
    Host {
        changes: &[("location /_auth/verify/ {\n    return 404;\n}\n", "")],
        // Without the check; with an upgrade besides; by the end of a name; and public in every spelling.
        locations: &["/api/", "/ws", "~* \\.(css|js)$", "/public/"],
        exit_code: 2,
        found: &[
            ("probe-anonymous-let-in", &["/api/…", "/ws", "/….css"]),
            ("probe-websocket-open", &["/ws"]),
            ("probe-verify-open", &["/_auth/verify/nginx"]),
            ("probe-path-passed", &["/public/..;/…", "/public/..%5c…"]),
        ],
    },
    Host {
        changes: &[
            ("proxy_set_header Remote-User $portcullis_user;\n", ""),
            ("proxy_set_header Cookie $portcullis_cookies;", "proxy_set_header Cookie $http_cookie;"),
            ("proxy_set_header X-Portcullis-Token \"\";\n", ""),
            ("proxy_set_header X-Real-IP $remote_addr;\n", ""),
            ("client_max_body_size 0;", "client_max_body_size 1m; underscores_in_headers on;"),
            ("proxy_set_header Upgrade $portcullis_upgrade;", "proxy_set_header Upgrade $http_upgrade;"),
            ("proxy_set_header Connection $portcullis_connection;", "proxy_set_header Connection upgrade;"),
        ],
        locations: &[],
        exit_code: 2,
        found: &[
            ("probe-identity-missing", &["remote-user"]),
            ("probe-identity-spoofed", &["remote-user", "remote_user", "remote_email"]),
            ("probe-cookie-passed", &["portcullis_session"]),
            ("probe-token-passed", &["x-portcullis-token"]),
            ("probe-forwarded-spoofed", &["x-real-ip"]),
            ("probe-upload-cut", &["413"]),
            ("probe-h2c-passed", &[]),
        ],
    },
    Host {
        changes: &[
            ("proxy_buffering off;\n", ""),
            ("X-Original-URL $scheme://$http_host$request_uri", "X-Original-URL $scheme://$asked_host$request_uri"),
            ("    if ($portcullis_navigation != yes) {\n        return 401;\n    }\n", ""),
            ("proxy_set_header Authorization $portcullis_authorization;", "proxy_set_header Authorization \"\";"),
            ("proxy_set_header Upgrade $portcullis_upgrade;", "proxy_set_header Upgrade \"\";"),
        ],
        locations: &[],
        exit_code: 2,
        found: &[
            ("probe-forwarded-believed", &["X-Forwarded-Host"]),
            ("probe-script-redirected", &["303"]),
            ("probe-authorization-lost", &[]),
            ("probe-websocket-cut", &[]),
            ("probe-stream-buffered", &[]),
        ],
    },
    Host {
        changes: &[("return 303 $portcullis_login;", "return 302 http://login.example.org/;")],
        locations: &[],
        exit_code: 2,
        found: &[("probe-sign-in-elsewhere", &["http://login.example.org/"])],
    },
    Host {
        changes: &[("/_auth/verify/nginx;", "/_auth/verify/caddy;")],
        locations: &[],
        exit_code: 2,
        found: &[("probe-wrong-dialect", &["500"])],
    },
    Host {
        changes: &[
            ("location /_auth/ {", "location /_other/ {"),
            ("error_page 401 = @portcullis_sign_in;", "error_page 402 = @portcullis_sign_in;"),
        ],
        locations: &[],
        exit_code: 2,
        found: &[("probe-gate-not-reached", &["/_auth/"]), ("probe-navigation-refused", &["401"])],
    },
    Host {
        changes: &[
            ("proxy_http_version 1.1;\n", ""),
            ("proxy_buffering off;", "proxy_buffering on; gzip on; gzip_types text/event-stream; gzip_proxied any;"),
        ],
        locations: &[],
        exit_code: 1,
        found: &[("probe-old-http", &["HTTP/1.0"]), ("probe-stream-buffered", &[])],
    },
];

/// What nginx is told about the forwarded host by those who believe it.
const BELIEVED: &str = "map $http_x_forwarded_host $asked_host { default $http_x_forwarded_host; '' $http_host; }\n";
const TO_APP: &str = "proxy_pass http://127.0.0.1:8080;";

/// All of packaging/nginx as one text, a server of its own, with mistakes.
pub(super) fn server(number: usize, changes: &[(&str, &str)], locations: &[&str]) -> String {
    let file = |name: &str| std::fs::read_to_string(source::repository().join("packaging/nginx").join(name)).unwrap();
    let guarded = file("guarded.conf").replace("include /etc/nginx/portcullis/app.conf;", &file("app.conf"));
    let (server, name) = (file("server.conf"), format!("m{number}.example.net"));
    let text =
        format!("server {{\nlisten 80;\nserver_name {name};\n{server}\nlocation / {{\n{guarded}\n{TO_APP}\n}}\n");
    let open = |place: &&str| format!("location {place} {{\ninclude /etc/nginx/portcullis/app.conf;\n{TO_APP}\n}}\n");
    let locations: String = locations.iter().map(open).collect();
    format!("{}{locations}}}\n", changed(&text, changes))
}

#[tokio::test]
async fn the_probe_finds_what_is_wrong_in_nginx() {
    let place = Place::asked().await;
    // Another gate, to which nobody is a trusted proxy.
    let distrustful = HOSTS.len();
    let url = format!("http://{}", host(place.port, distrustful));
    let app_url = url.clone();
    let other = TestApp::start(|options| {
        options.app_url = app_url;
        options.forward_auth = Some("nginx".to_owned());
    })
    .await;
    people::claim(&other).await;
    let servers = HOSTS.iter().enumerate().map(|(number, host)| server(number, host.changes, host.locations));
    let servers: String = servers.collect();
    let last = server(distrustful, &[], &[]).replace("127.0.0.1:3000", &other.address.to_string());
    let text = format!("{BELIEVED}{servers}{last}");
    let Some(nginx) = run(Kind::Nginx, &place, &text).await else { return };
    let ward = Ward::open(place, nginx, HOSTS.len()).await;
    for (number, one) in HOSTS.iter().enumerate() {
        let url = format!("http://{}", host(ward.place.port, number));
        ward.finds(&ward.place.app, &url, one.exit_code, one.found);
    }
    ward.finds(&other, &url, 2, &[("probe-question-refused", &["403"])]);
}

/// The documented text of that proxy with these changes, at its one host.
async fn open_with(kind: Kind, changes: &[Change]) -> Option<Ward> {
    let place = Place::asked().await;
    let proxy = run(kind, &place, &changed(&snippet(DOCUMENT, fence(kind)), changes)).await?;
    Some(Ward::open(place, proxy, 0).await)
}

async fn finds(kind: Kind, changes: &[Change], exit_code: i32, found: &[(&str, &[&str])]) {
    let Some(ward) = open_with(kind, changes).await else { return };
    ward.finds(&ward.place.app, &ward.place.base, exit_code, found);
}

#[tokio::test]
async fn the_probe_finds_what_is_wrong_in_caddy() {
    let changes = [
        ("\t\trespond /_auth/verify/* 404\n", ""),
        ("\t\trequest_header -Remote*\n", ""),
        ("\t\trequest_header @other -Upgrade\n\t\trequest_header @other -Connection\n", ""),
        ("\t\trequest_header -HTTP2-Settings\n", ""),
        ("\t\trequest_header Cookie \"(?i)(__[a-z-]+-)?portcullis_[a-z0-9_]+ *=[^;]*(; *)?\" \" \"\n", ""),
    ];
    let found: [(&str, &[&str]); 5] = [
        ("probe-verify-open", &["/_auth/verify/caddy"]),
        ("probe-identity-spoofed", &["remote_user"]),
        // The client lists them in Connection, which Caddy obeys.
        ("probe-identity-missing", &["remote-user"]),
        ("probe-h2c-passed", &[]),
        ("probe-cookie-passed", &["portcullis_session"]),
    ];
    finds(Kind::Caddy, &changes, 2, &found).await;
}

#[tokio::test]
async fn the_probe_finds_what_is_wrong_in_traefik() {
    let changes = [
        ("middlewares: [app_only_websocket, app_gate]", "middlewares: [app_only_websocket]"),
        ("Remote-Id, Cookie, Authorization]", "Remote-Id]"),
    ];
    let found: [(&str, &[&str]); 3] = [
        ("probe-websocket-open", &["/ws"]),
        ("probe-cookie-passed", &["portcullis_session"]),
        ("probe-token-passed", &["authorization"]),
    ];
    finds(Kind::Traefik, &changes, 2, &found).await;
}

#[tokio::test]
async fn the_probe_finds_what_is_wrong_in_haproxy() {
    let changes = [
        ("  http-request deny deny_status 404 if { path -m beg -i /_auth/verify }\n", ""),
        ("http-request lua.portcullis unless gate\n", "http-request lua.portcullis unless gate or { path_end .png }\n"),
    ];
    let found: [(&str, &[&str]); 2] =
        [("probe-verify-open", &["/_auth/verify/haproxy"]), ("probe-anonymous-let-in", &["/….png"])];
    finds(Kind::Haproxy, &changes, 2, &found).await;
}

#[tokio::test]
async fn the_probe_finds_what_is_wrong_in_envoy() {
    let changes = [
        ("prefix: /_auth/verify }", "prefix: /_nothing }"),
        ("cookie|remote-.*|", "cookie|"),
        ("upgrade_configs: [{ upgrade_type: websocket }]", "upgrade_configs: []"),
    ];
    let found: [(&str, &[&str]); 3] = [
        ("probe-verify-open", &["/_auth/verify/envoy"]),
        ("probe-identity-missing", &["remote-user", "remote-id"]),
        ("probe-websocket-cut", &[]),
    ];
    finds(Kind::Envoy, &changes, 2, &found).await;
}
