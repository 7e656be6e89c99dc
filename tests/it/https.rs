//! HTTPS of its own, as foreign programs see it: `openssl s_client` and curl.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::support::app::TestApp;
use super::support::certificates::{Certificates, NOW};
use super::support::curl::{self, Curl};
use super::support::https_gate::{self, HttpsGate};
use super::support::process::is_installed;
use super::support::{process, wait};

const HOST: &str = "gate.example.org";

/// A gate that speaks https with these certificates, each in `{name}.crt` and `{name}.key`.
async fn gate(files: &Certificates, names: &[&str]) -> TestApp {
    gate_at(HOST, files, names).await
}

/// [`gate`] with another host in `APP_URL`.
async fn gate_at(host: &str, files: &Certificates, names: &[&str]) -> TestApp {
    let list = |file: &dyn Fn(&str) -> std::path::PathBuf| {
        names.iter().map(|name| file(name).to_str().unwrap().to_owned()).collect::<Vec<_>>().join(",")
    };
    let (certificates, keys) = (list(&|name| files.file(name)), list(&|name| files.key(name)));
    TestApp::start(|options| {
        options.app_url = format!("https://{host}");
        options.set("TLS_CERT_FILE", &certificates);
        options.set("TLS_KEY_FILE", &keys);
    })
    .await
}

/// What `openssl s_client` prints of a handshake, and whether it came to its end.
fn s_client(address: SocketAddr, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args(["s_client", "-connect", &address.to_string()])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[actix_web::test]
async fn s131_the_name_chooses_the_certificate_and_an_unknown_one_gets_none() {
    let files = Certificates::new();
    for (name, host) in [("gate", HOST), ("wiki", "wiki.example.org"), ("any", "*.apps.example.org")] {
        files.issued(name, host, NOW);
    }
    let app = gate(&files, &["gate", "wiki", "any"]).await;
    for (name, subject) in [
        (HOST, HOST),
        ("GATE.example.org", HOST),
        ("wiki.example.org", "wiki.example.org"),
        ("a.apps.example.org", "*.apps.example.org"),
    ] {
        let (good, said) = s_client(app.address, &["-servername", name]);
        assert!(good && said.contains(&format!("CN = {subject}")), "{name}: {said}");
    }
    for name in ["other.example.org", "example.org", "apps.example.org", "a.b.apps.example.org", "localhost"] {
        let (good, said) = s_client(app.address, &["-servername", name]);
        assert!(!good && !said.contains("CN = "), "{name}: {said}");
    }
    let (good, said) = s_client(app.address, &["-noservername"]);
    assert!(!good && !said.contains("CN = "), "{said}");
}

#[actix_web::test]
async fn s131_where_app_url_is_an_address_who_names_nothing_gets_its_certificate() {
    let files = Certificates::new();
    files.issued("address", "127.0.0.1", NOW);
    files.issued("wiki", "wiki.example.org", NOW);
    let app = gate_at("127.0.0.1", &files, &["address", "wiki"]).await;
    let (good, said) = s_client(app.address, &["-noservername"]);
    assert!(good && said.contains("CN = 127.0.0.1"), "{said}");
    assert!(!s_client(app.address, &["-servername", "other.example.org"]).0);
}

#[actix_web::test]
async fn s131_only_tls_1_2_and_1_3_with_safe_suites_are_spoken() {
    let files = Certificates::new();
    files.issued("gate", HOST, NOW);
    let app = gate(&files, &["gate"]).await;
    let ask = |arguments: &[&str]| s_client(app.address, &[&["-servername", HOST][..], arguments].concat());
    for (version, line) in [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")] {
        let (good, said) = ask(&[version]);
        assert!(good && said.contains(line), "{version}: {said}");
    }
    // As old as openssl still speaks, with everything that it would only allow then.
    for old in [
        &["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"][..],
        &["-tls1", "-cipher", "ALL:@SECLEVEL=0"],
        // CBC, no authentication, no secrecy at all.
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:@SECLEVEL=0"],
        &["-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0"],
    ] {
        let (good, said) = ask(old);
        assert!(!good, "{old:?}: {said}");
    }
    // Without forward secrecy: a key of RSA is what it would need.
    files.openssl(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=r",
        "-addext",
        "subjectAltName=DNS:r.example.org",
        "-keyout",
        "rsa.key",
        "-out",
        "rsa.crt",
    ]);
    let rsa = gate(&files, &["rsa"]).await;
    let ask_rsa = |cipher: &str| s_client(rsa.address, &["-servername", "r.example.org", "-tls1_2", "-cipher", cipher]);
    assert!(ask_rsa("ECDHE-RSA-AES128-GCM-SHA256").0);
    assert!(!ask_rsa("AES128-GCM-SHA256:AES256-SHA:@SECLEVEL=0").0);
    let (_, said) = ask(&["-alpn", "h2,http/1.1"]);
    assert!(said.contains("ALPN protocol: http/1.1"), "{said}");
}

#[actix_web::test]
async fn s135_plain_http_leads_to_https_and_carries_nothing_else() {
    if is_installed("curl").is_none() {
        return;
    }
    let files = Certificates::new();
    files.issued("gate", HOST, NOW);
    let app = gate(&files, &["gate"]).await;
    let ports = [(443, app.address), (80, app.http_address.unwrap())];
    let curl = Curl::new(&files.file("ca"), &app.app_url, &ports);
    let page = curl.ask(&[], &format!("https://{HOST}/_auth/setup"));
    assert!(page.starts_with("HTTP/1.1 200") && page.to_lowercase().contains("strict-transport-security:"), "{page}");
    for path in ["/", "/_auth/login?next=%2Fa%3Fb", "/_auth/health/ready", "/_auth/verify", "/a/../b?c=d"] {
        let led = curl.ask(&["--path-as-is"], &format!("http://{HOST}{path}"));
        assert!(led.starts_with("HTTP/1.1 308"), "{led}");
        let lines: Vec<String> = led.lines().map(str::to_lowercase).collect();
        assert!(lines.contains(&format!("location: https://{HOST}{path}").to_lowercase()), "{led}");
        assert!(!led.to_lowercase().contains("set-cookie"), "{led}");
        assert!(lines.contains(&"x-content-type-options: nosniff".to_owned()), "{led}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let sent = ["-X", method, "--data", "password=x"];
        let refused = curl.ask(&sent, &format!("http://{HOST}/_auth/login"));
        assert!(refused.starts_with("HTTP/1.1 403") && !refused.to_lowercase().contains("location:"), "{refused}");
    }
    let odd = curl.ask(&["--request-target", "*"], &format!("http://{HOST}/"));
    assert!(odd.starts_with("HTTP/1.1 400"), "{odd}");
    // No open redirect: only names that are known here lead on.
    for host in ["evil.example", "127.0.0.1", "gate.example.org.evil.example", "gate.example.org@evil.example"] {
        let unknown = curl.ask(&["-H", &format!("Host: {host}")], &format!("http://{HOST}/"));
        assert!(unknown.starts_with("HTTP/1.1 404"), "{host}: {unknown}");
    }
    // Who forgets the s reads why.
    let plain =
        curl::text(Command::new("curl").args(["-si", "--noproxy", "*"]).arg(format!("http://{}/", app.address)));
    assert!(plain.starts_with("HTTP/1.1 400") && plain.contains("speaks https"), "{plain}");
}

/// Ends the loops that read it, also when a test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The serial number of the certificate in PEM that a command prints.
fn serial(of: &mut Command) -> String {
    let (mut child, printed) = (
        Command::new("openssl")
            .args(["x509", "-noout", "-serial"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
        of.stdin(Stdio::null()).output().unwrap().stdout,
    );
    child.stdin.take().unwrap().write_all(&printed).unwrap();
    String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned()
}

#[test]
fn s133_changed_files_are_used_without_a_restart_and_no_request_is_lost() {
    if is_installed("curl").is_none() {
        return;
    }
    let gate = HttpsGate::start(&[]);
    gate.files.issued("next", https_gate::HOST, NOW);
    let (certificate, key) = (gate.files.file("gate"), gate.files.key("gate"));
    let in_file = |file: &Path| serial(Command::new("cat").arg(file));
    let shown = || {
        let address = gate.address.to_string();
        serial(Command::new("openssl").args(["s_client", "-connect", &address, "-servername", https_gate::HOST]))
    };
    let (first, next) = (in_file(&certificate), in_file(&gate.files.file("next")));
    assert_eq!(shown(), first);
    let (stop, curl) = (&AtomicBool::new(false), gate.curl());
    thread::scope(|scope| {
        // Connections come without a pause while the files change.
        let hammer = scope.spawn(|| {
            let mut answers = 0;
            while !stop.load(Ordering::Relaxed) {
                let live = curl.ask(&[], &format!("{}/_auth/health/live", gate.app_url));
                assert!(live.starts_with("HTTP/1.1 200"), "{live}");
                answers += 1;
            }
            answers
        });
        let stopping = Stop(stop);
        std::fs::copy(gate.files.file("next"), &certificate).unwrap();
        let line = gate.running.line_with("the earlier certificates stay");
        assert!(line.contains("the key does not belong to the certificate"), "{line}");
        assert_eq!(shown(), first);
        std::fs::copy(gate.files.key("next"), &key).unwrap();
        wait::eventually_blocking("the new certificate", || (shown() == next).then_some(()));
        std::fs::remove_file(&key).unwrap();
        assert!(Command::new("mkfifo").arg(&key).status().unwrap().success());
        gate.running.line_with("gate.key cannot be read");
        assert_eq!(shown(), next);
        std::fs::remove_file(&key).unwrap();
        gate.files.issued("gate", https_gate::HOST, NOW);
        wait::eventually_blocking("a good pair after a pipe", || (shown() == in_file(&certificate)).then_some(()));
        drop(stopping);
        assert!(hammer.join().unwrap() > 10);
    });
}

#[test]
fn what_is_wrong_with_the_files_stops_the_start_with_their_names() {
    let files = Certificates::new();
    files.issued("gate", HOST, NOW);
    files.issued("wiki", "wiki.example.org", NOW);
    std::fs::write(files.path().join("empty.crt"), "").unwrap();
    files.openssl(&["pkey", "-in", "gate.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key"]);
    let app_url = format!("https://{HOST}");
    for (certificate, key, said) in [
        ("gate.crt", "wiki.key", "TLS_KEY_FILE: wiki.key: the key does not belong to the certificate"),
        ("empty.crt", "gate.key", "TLS_CERT_FILE: empty.crt: the certificate cannot be read: there is none in it"),
        ("gate.crt", "gate.crt", "TLS_KEY_FILE: gate.crt: the key cannot be read: there is none in it"),
        ("missing.crt", "gate.key", "TLS_CERT_FILE: missing.crt cannot be read"),
        ("gate.crt", "missing.key", "TLS_KEY_FILE: missing.key cannot be read"),
        (
            "gate.crt",
            "locked.key",
            "TLS_KEY_FILE: locked.key: the key cannot be read: it is encrypted with a passphrase",
        ),
    ] {
        for command in ["start", "check-config"] {
            let variables = [
                ("APP_URL", app_url.clone()),
                ("TLS_CERT_FILE", certificate.to_owned()),
                ("TLS_KEY_FILE", key.to_owned()),
                ("HTTPS_PORT", process::free_port().to_string()),
                ("HTTP_PORT", "0".to_owned()),
                ("HOST", "127.0.0.1".to_owned()),
            ];
            let output = process::run_with(files.path(), &[command], &variables);
            let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert!(!output.status.success() && text.contains(said), "{command}: {text}");
        }
    }
}

#[test]
fn s132_a_key_that_others_can_read_is_warned_of() {
    let files = Certificates::new();
    files.issued("gate", HOST, NOW);
    let checked = |mode: u32| {
        std::fs::set_permissions(files.key("gate"), std::fs::Permissions::from_mode(mode)).unwrap();
        let variables = [
            ("APP_URL", format!("https://{HOST}")),
            ("TLS_CERT_FILE", "gate.crt".to_owned()),
            ("TLS_KEY_FILE", "gate.key".to_owned()),
        ];
        process::said(&process::run_with(files.path(), &["check-config"], &variables))
    };
    assert!(checked(0o644).contains("gate.key contains a secret and can be read by others"));
    assert!(!checked(0o600).contains("can be read by others"));
}

#[actix_web::test]
async fn a_printed_configuration_says_that_it_asks_by_plain_http() {
    let files = Certificates::new();
    files.issued("gate", HOST, NOW);
    let app = gate(&files, &["gate"]).await;
    let added = app.run(&["app", "add", "Wiki", "--addresses", "https://wiki.example.org", "--mode", "forward-auth"]);
    let printed = app.run(&["snippet", "Wiki", "nginx"]);
    let said = [process::said(&added), process::said(&printed)].concat();
    assert!(printed.status.success() && said.contains("the gate speaks https itself"), "{said}");
}

#[test]
fn the_checklist_says_which_address_has_no_certificate() {
    if is_installed("curl").is_none() {
        return;
    }
    let gate = HttpsGate::start(&[]);
    let curl = gate.curl();
    curl.claim(&[], &gate.setup_token());
    let (certificates, page) = curl.outcomes("check-certificates");
    assert_eq!(
        (certificates, curl.outcomes("check-browser").0),
        (vec!["good".to_owned()], vec!["good".to_owned()]),
        "{page}"
    );
    let added = gate.run(&["app", "add", "Wiki", "--addresses", "wiki.example.test", "--mode", "forward-auth"]);
    assert!(added.status.success(), "{}", process::said(&added));
    let (certificates, page) = curl.outcomes("check-certificates");
    assert_eq!(certificates, ["wrong"], "{page}");
    assert!(page.contains("No certificate in TLS_CERT_FILE is for wiki.example.test"), "{page}");
}

#[test]
fn s95_an_endless_body_does_not_occupy_a_connection_of_the_port_for_http() {
    let gate = HttpsGate::start(&[]);
    let mut stream = TcpStream::connect(gate.http_address).unwrap();
    stream.set_read_timeout(Some(wait::TIMEOUT)).unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", https_gate::HOST);
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap_or_else(|fault| panic!("the connection stays open: {fault}"));
    assert!(answer.starts_with("HTTP/1.1 308"), "{answer}");
}
