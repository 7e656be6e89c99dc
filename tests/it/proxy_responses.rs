//! What strangers, browsers and proxies see of us: https, headers, the way back, the log (S38, S65, S67 to S69, S89).

use super::support::app::TestApp;
use super::support::client::Call;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::Process;
use super::support::upstream::Upstream;

#[tokio::test]
async fn s64_s65_https_is_what_app_url_says_whatever_a_header_says() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.app_url = "https://app.example.org".to_owned();
        options.upstream = Some(address);
        options.trusted_proxies = Some("127.0.0.1/32".to_owned());
    })
    .await;
    let mut owner = app.client();
    owner.always("X-Forwarded-Proto", "http");
    let answer = people::try_claim(&app, &mut owner, OWNER, PASSWORD).await;
    // No loop: one redirect to a page that answers.
    assert_eq!((answer.status, answer.location()), (303, "/"));
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    assert_eq!(
        answer.header("nel"),
        Some("{\"report_to\":\"none\",\"max_age\":0}"),
        "no policy of the app reports our addresses"
    );
    let cookies = answer.set_cookies();
    assert!(cookies.len() >= 4);
    let raw = answer.headers_named("set-cookie");
    for cookie in raw {
        let kept = cookie.starts_with("__Host-portcullis_") && cookie.contains("Secure") && cookie.contains("HttpOnly");
        assert!(
            kept && cookie.contains("SameSite=Lax") && cookie.contains("Path=/") && !cookie.contains("Domain"),
            "{cookie}"
        );
        assert!(cookie.len() <= 4096);
    }
    assert_eq!(owner.get("/page").await.status, 200);
    assert_eq!(upstream.last().header("x-forwarded-proto").as_deref(), Some("https"));
    // The names without the prefix are not ours.
    let jar = |name: &str| owner.jar.get(&format!("__Host-portcullis_{name}")).unwrap().to_owned();
    let bare = format!("portcullis_access={}; portcullis_refresh={}", jar("access"), jar("refresh"));
    assert_eq!(app.client().send(Call::fetch("GET", "/page").header("cookie", &bare)).await.status, 401);
}

#[tokio::test]
async fn s68_nothing_is_disclosed_reflected_or_shared() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let marker = "<script>marker_9137</script>";
    for path in [
        "/_auth/login?next=%3Cscript%3Emarker_9137",
        "/_auth/nothing/%3Cscript%3Emarker_9137",
        "/_auth/reset?token=marker_9137",
        "/marker_9137",
    ] {
        let call = Call::navigation(path)
            .header("Origin", "https://evil.example")
            .header("Accept-Language", marker)
            .header("X-Marker", marker);
        let answer = app.client().send(call).await;
        assert!(!answer.text().contains("<script>") && !answer.text().contains("panicked"), "{path}");
        for name in ["access-control-allow-origin", "server", "x-powered-by", "via"] {
            assert_eq!(answer.header(name), None, "{path}");
        }
    }
    for method in ["TRACE", "CONNECT", "TRACK"] {
        let answer = app
            .client()
            .raw(format!(
                "{method} /_auth/login HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\nX-Marker: \
                marker_9137\r\n\r\n"
            ))
            .await;
        assert!(answer.starts_with("HTTP/1.1 4") && !answer.contains("marker_9137"), "{method}: {answer}");
    }
    let preflight = app
        .client()
        .send(
            Call::new("OPTIONS", "/_auth/api/session")
                .header("Origin", "https://evil.example")
                .header("Access-Control-Request-Method", "GET"),
        )
        .await;
    assert_eq!(preflight.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn head_is_answered_like_get_without_the_body() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    for path in [
        "/_auth/health/live",
        "/_auth/health/ready",
        "/_auth/login",
        "/_auth/account",
        "/_auth/api/session",
        "/_auth/admin/users",
    ] {
        let (shown, message) =
            (owner.send(Call::navigation(path)).await, owner.send(Call::navigation(path).method("HEAD")).await);
        assert_eq!((message.status, message.text().as_str()), (shown.status, ""), "{path}");
        assert_eq!(message.header("content-type"), shown.header("content-type"), "{path}");
    }
    assert_eq!(owner.send(Call::navigation("/_auth/account/sessions/end-all").method("HEAD")).await.status, 405);
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn s67_every_kind_of_answer_carries_the_headers() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let mut client = app.client();
    let calls = [
        Call::navigation("/_auth/login"),
        Call::navigation("/_auth/account"),
        Call::navigation("/_auth/nothing"),
        Call::new("PUT", "/_auth/login"),
        Call::form("/_auth/login", "https://evil.example", &[("email", "x")]).without("sec-fetch-site"),
        Call::form("/_auth/login", &app.app_url, &[]).body("x".repeat(70_000)),
        Call::form("/_auth/login", &app.app_url, &[]).header("content-type", "text/plain"),
        Call::navigation("/_auth/reset?token=x"),
        Call::fetch("GET", "/_auth/api/session"),
        Call::fetch("GET", "/_auth/health/live"),
        Call::navigation("/.well-known/change-password"),
        Call::navigation("/"),
        Call::fetch("GET", "/anything"),
        Call::navigation("/_auth/static/nothing"),
        Call::navigation("/_auth/account").header("sec-fetch-dest", "iframe"),
    ];
    for call in calls {
        let shown = format!("{call:?}");
        let answer = client.send(call).await;
        for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "strict-origin")] {
            assert_eq!(answer.header(name), Some(value), "{} to {shown}", answer.status);
        }
        assert!(answer.header("content-security-policy").is_some(), "{} to {shown}", answer.status);
    }
}

#[tokio::test]
async fn s11_no_hash_and_no_password_leaves_the_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "LOG_LEVEL=trace\n").unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "demo").await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(path.join("data/setup-token")).unwrap()).await;
    people::sign_in(&mut process.client(), OWNER, PASSWORD).await;
    let list = owner.get("/_auth/admin/users").await.text();
    let user = format!("/_auth/admin/users/{}", super::support::page::data(&list, "user-id").unwrap());
    let mut seen = vec![list];
    for page in [
        "/_auth/account",
        &user,
        "/_auth/admin/sessions",
        "/_auth/admin/audit",
        "/_auth/admin/audit/export",
        "/_auth/admin/mail",
        "/",
    ] {
        let answer = owner.get(page).await;
        assert_eq!(answer.status, 200, "{page}");
        seen.push(answer.text());
    }
    seen.push(owner.fetch("/_auth/api/session").await.text());
    let wrong = [("current_password", PASSWORD), ("new_password", "x"), ("confirm", "y")];
    seen.push(owner.submit("/_auth/account/password", "/_auth/account/password", &wrong).await.text());
    seen.push(super::support::process::said(&process.run(&["user", "list", "--json"])));
    let mut mailbox = super::support::mailbox::Mailbox::of(&path.join("data"));
    let mail = mailbox.wait_for("New sign-in to your account").await;
    seen.extend([mail.text, mail.html, process.output()]);
    for text in seen {
        assert!(!text.contains("$2b$") && !text.contains("pc1:") && !text.contains(PASSWORD), "{text}");
    }
}

#[tokio::test]
async fn s89_no_secret_is_in_the_log_and_no_client_forges_a_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "LOG_LEVEL=trace\n").unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "demo").await;
    let mut owner = process.client();
    let setup_token = std::fs::read_to_string(path.join("data/setup-token")).unwrap().trim().to_owned();
    owner.always("User-Agent", "Mozilla/5.0 2026-11-24T00:00:00Z  INFO forged");
    people::claim_with(&mut owner, &setup_token).await;
    let hostile = "eve@example.org\u{1b}[31m\n2026-11-24T00:00:00.000000Z  INFO portcullis: audited \
        audit.event=\"login.ok\" forged";
    people::try_sign_in(&mut process.client(), hostile, "a-wrong-pass-phrase-here").await;
    people::try_sign_in(&mut process.client(), "eve@example.org", "a-wrong-pass-phrase-here").await;
    owner.get("/?query_marker=1").await;
    let secrets = ["portcullis_access", "portcullis_refresh", "portcullis_session"]
        .map(|name| owner.jar.get(name).unwrap().to_owned());
    process.running.line_with("login.failed");
    let log = process.output();
    assert!(log.contains("setup.claimed"), "{log}");
    let greeting = log.lines().position(|line| line.contains("/_auth/setup?token=")).unwrap();
    for (number, line) in log.lines().enumerate() {
        let plain = !line.contains('\u{1b}');
        assert!(plain && !line.starts_with("2026-11-24T00:00:00"), "forged: {line}");
        assert!(number == greeting || !line.contains(&setup_token), "{line}");
        for secret in secrets.iter().map(String::as_str).chain([PASSWORD, "a-wrong-pass-phrase-here", "query_marker"]) {
            assert!(!line.contains(secret), "{secret} is in: {line}");
        }
    }
}
