//! The documented proxies that do TLS before the gate (docs/TLS.md), with curl as the browser.

use std::process::Command;

use super::support::nginx::Nginx;
use super::support::page;
use super::support::people::{OWNER, PASSWORD};
use super::support::process::is_installed;
use super::support::proxy::{Place, snippet};
use super::support::smtp::Certificate;
use super::support::wait;

const DOCUMENT: &str = "TLS.md";

/// A browser that trusts one certificate; it keeps cookies, and follows nothing by itself.
struct Curl<'a> {
    place: &'a Place,
    certificate: &'a Certificate,
}

impl Curl<'_> {
    /// The head and the body of the answer.
    async fn ask(&self, path: &str, form: &[(&str, &str)]) -> (String, String) {
        let jar = self.place.folder.path().join("cookies");
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--show-error", "--ipv4", "--http1.1", "--include", "--max-time", "20", "--cacert"])
            .arg(self.certificate.file());
        command.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar).args(["--header", "Accept: text/html"]);
        if !form.is_empty() {
            command.args(["--header", &format!("Origin: {}", self.place.base)]);
        }
        for (name, value) in form {
            command.args(["--data-urlencode", &format!("{name}={value}")]);
        }
        command.arg(format!("{}{path}", self.place.base));
        // Aside: the app behind answers on this thread.
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        let answer = String::from_utf8(output.stdout).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{path}: {answer}"));
        (head.to_owned(), body.to_owned())
    }
}

/// Claims the instance through the proxy and opens the app.
async fn takes_people_to_the_app(place: Place, certificate: &Certificate) {
    let curl = Curl { place: &place, certificate };
    let token = place.app.setup_token();
    let (head, form) = curl.ask(&format!("/_auth/setup?token={token}"), &[]).await;
    assert!(
        head.starts_with("HTTP/1.1 200") && head.to_ascii_lowercase().contains("strict-transport-security"),
        "{head}"
    );
    let csrf = page::csrf_token(&form).expect("the set-up form");
    let fields = [
        ("email", OWNER),
        ("password", PASSWORD),
        ("confirm", PASSWORD),
        ("name", ""),
        ("setup_token", &token),
        ("csrf_token", &csrf),
    ];
    let (head, body) = curl.ask("/_auth/setup", &fields).await;
    assert!(head.starts_with("HTTP/1.1 303"), "{head}\n{body}");
    let cookies: Vec<&str> = head.lines().filter(|line| line.contains("__Host-portcullis_")).collect();
    assert!(cookies.len() >= 3 && cookies.iter().all(|cookie| cookie.contains("; Secure")), "{head}");
    let (head, _) = curl.ask("/page", &[]).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let seen = place.upstream.last();
    let message =
        ["x-forwarded-proto", "x-forwarded-for", "remote-user"].map(|name| seen.header(name).unwrap_or_default());
    assert_eq!(message, ["https", "127.0.0.1", OWNER]);
    for dialect in ["nginx", "caddy", "traefik"] {
        let (head, _) = curl.ask(&format!("/_auth/verify/{dialect}"), &[]).await;
        assert!(head.starts_with("HTTP/1.1 404"), "visitors may not ask for what proxies are told: {head}");
    }
    let (_, checks) = curl.ask("/_auth/admin/checklist", &[]).await;
    let (titles, outcomes) = (page::all_data(&checks, "check"), page::all_data(&checks, "outcome"));
    for (title, outcome) in titles
        .iter()
        .zip(&outcomes)
        .filter(|(title, _)| ["check-browser", "check-address", "check-app"].contains(&title.as_str()))
    {
        assert_eq!(outcome, "good", "{title}: {checks}");
    }
}

#[tokio::test]
async fn s65_the_documented_caddy_does_tls_and_cookies_hold() {
    let (Some(_), place, certificate) =
        (is_installed("curl"), Place::behind_tls().await, Certificate::for_host("localhost"))
    else {
        return;
    };
    let tls = format!(
        "{} {{\n\tbind 127.0.0.1\n\ttls {} {}",
        place.base,
        certificate.file().display(),
        certificate.key().display()
    );
    let site = place.here(&snippet(DOCUMENT, "caddy")).replace("app.example.org {", &tls);
    let file = place.write("Caddyfile", &format!("{{\n\tadmin off\n\tauto_https off\n}}\n{site}"));
    let Some(_caddy) = place.run("caddy", &["run", "--adapter", "caddyfile", "--config", &file]).await else { return };
    takes_people_to_the_app(place, &certificate).await;
}

#[tokio::test]
async fn s65_the_documented_nginx_does_tls_and_cookies_hold() {
    let (Some(_), place, certificate) =
        (is_installed("curl"), Place::behind_tls().await, Certificate::for_host("localhost"))
    else {
        return;
    };
    let text =
        place.here(&snippet(DOCUMENT, "nginx")).replace("listen 443 ssl;", &format!("listen {} ssl;", place.address()));
    let text = text.replace("/etc/ssl/app.example.org.crt", certificate.file().to_str().unwrap());
    let text = text.replace("/etc/ssl/app.example.org.key", certificate.key().to_str().unwrap());
    let text = text.replace("listen 80;", &format!("listen unix:{};", place.folder.path().join("plain").display()));
    let Some(_nginx) = Nginx::start_http(place.address(), &text).await else { return };
    takes_people_to_the_app(place, &certificate).await;
}

#[tokio::test]
async fn s65_the_documented_traefik_does_tls_and_cookies_hold() {
    let (Some(_), place, certificate) =
        (is_installed("curl"), Place::behind_tls().await, Certificate::for_host("localhost"))
    else {
        return;
    };
    let files = format!("certFile: {}, keyFile: {}", certificate.file().display(), certificate.key().display());
    let routes = place.here(&snippet(DOCUMENT, "yaml")).replace("app.example.org", "localhost");
    let file = place.write("app.yaml", &format!("{routes}tls:\n  certificates:\n    - {{ {files} }}\n"));
    let (entry, provider) =
        (format!("--entryPoints.web.address={}", place.address()), format!("--providers.file.filename={file}"));
    let quiet = ["--global.checkNewVersion=false", "--global.sendAnonymousUsage=false"];
    let Some(traefik) = place.run("traefik", &[&entry, &provider, quiet[0], quiet[1]]).await else { return };
    // It listens before it has read its routes and its certificate.
    wait::eventually("the routes", async || {
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--fail", "--ipv4", "--cacert"])
            .arg(certificate.file())
            .arg(format!("{}/_auth/health/live", place.base));
        command.output().unwrap().status.success().then_some(())
    })
    .await;
    takes_people_to_the_app(place, &certificate).await;
    drop(traefik);
}
