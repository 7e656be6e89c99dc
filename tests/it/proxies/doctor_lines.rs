//! The lines that `portcullis probe` says to paste: what it found is mended where each stands in place of the mistake.

use super::doctor_mistakes::{Change, Ward, host, server};
use super::{Kind, Place, Proxy, run};

/// What is there, what is there by mistake, and what is found; the line to paste takes the place of the mistake.
const MISTAKES: [(Change, &[&str]); 13] = [
    (
        ("proxy_set_header Remote-Groups $portcullis_groups;", "proxy_set_header Remote-Groups $http_remote_groups;"),
        &["probe-identity-missing", "probe-identity-spoofed"],
    ),
    (("proxy_set_header Remote-User $portcullis_user;", "# 1"), &["probe-identity-missing", "probe-identity-spoofed"]),
    (("proxy_set_header X-Real-IP $remote_addr;", "# 2"), &["probe-forwarded-spoofed"]),
    (
        (
            "proxy_set_header X-Forwarded-For $remote_addr;\nproxy_set_header X-Forwarded-Proto $scheme;\n\
             proxy_set_header X-Forwarded-Host $http_host;\n",
            "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;\n",
        ),
        &["probe-forwarded-spoofed"],
    ),
    (("proxy_http_version 1.1;", "# 4"), &["probe-old-http"]),
    (("proxy_buffering off;", "proxy_buffering on;"), &["probe-stream-buffered"]),
    (
        ("proxy_set_header Cookie $portcullis_cookies;", "proxy_set_header Cookie $http_cookie;"),
        &["probe-cookie-passed"],
    ),
    (("proxy_set_header X-Portcullis-Token \"\";", "# 7"), &["probe-token-passed"]),
    (
        ("proxy_set_header Authorization $portcullis_authorization;", "proxy_set_header Authorization \"\";"),
        &["probe-authorization-lost"],
    ),
    (("error_page 401 = @portcullis_sign_in;", "# 9"), &["probe-navigation-refused"]),
    (("location /_auth/verify/ {\n    return 404;\n}\n", "# 10\n"), &["probe-verify-open"]),
    (("return 303 $portcullis_login;", "return 303 http://login.example.org/;"), &["probe-sign-in-elsewhere"]),
    (
        // What is lost here does not matter to the probe.
        (
            "location = /.well-known/change-password {\n    return 302 /_auth/account/password;\n}\n",
            "underscores_in_headers on;\n",
        ),
        &["probe-identity-spoofed"],
    ),
];

#[tokio::test]
async fn what_the_probe_says_to_paste_into_nginx_mends_what_it_found() {
    let place = Place::asked().await;
    let servers = |mended: &[String]| {
        let servers = MISTAKES.iter().enumerate().map(|(number, ((old, wrong), _))| {
            server(number, &[(old, mended.get(number).map_or(*wrong, String::as_str))], &[])
        });
        servers.collect::<String>()
    };
    let Some(nginx) = run(Kind::Nginx, &place, &servers(&[])).await else { return };
    let mut ward = Ward::open(place, nginx, MISTAKES.len()).await;
    let url = |ward: &Ward, number: usize| format!("http://{}", host(ward.place.port, number));
    let mut mended = Vec::new();
    for (number, (_, expected)) in MISTAKES.iter().enumerate() {
        let found = ward.ask(&ward.place.app, &url(&ward, number));
        let findings = found.report["findings"].as_array().unwrap();
        let mut codes: Vec<&str> = findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        codes.sort_unstable();
        assert_eq!(codes, *expected, "{number}: {:#}\n{}", found.report, ward.proxy.said());
        let mut lines: Vec<&str> = findings.iter().map(|finding| finding["line"].as_str().unwrap()).collect();
        lines.dedup();
        mended.push(lines.join("\n") + "\n");
    }
    // The old one ends first: both listen at one port.
    ward.proxy = Proxy::BuiltIn;
    ward.proxy = launch_again(&ward, &servers(&mended)).await;
    for (number, line) in mended.iter().enumerate() {
        let found = ward.ask(&ward.place.app, &url(&ward, number));
        assert!(found.codes.is_empty(), "{line}: {:#}\n{}", found.report, ward.proxy.said());
    }
}

/// Runs nginx where the app was when the text was written.
async fn launch_again(ward: &Ward, text: &str) -> Proxy {
    let text = text.replace("127.0.0.1:8080", &ward.app.to_string());
    run(Kind::Nginx, &ward.place, &text).await.unwrap()
}
