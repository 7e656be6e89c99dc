//! The check-list that helps an operator, as a page and on the command line.

use super::support::app::TestApp;
use super::support::app_pages;
use super::support::client::{Call, Client};
use super::support::page;
use super::support::passkey::{self, ORIGIN};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, FACTORS};
use super::support::process::{Process, free_port, run_with, said};
use super::support::upstream::Upstream;

/// Each line of the page: what was looked at, and how it stands.
async fn lines(client: &mut Client) -> Vec<(String, String)> {
    lines_of(client, Call::navigation("/_auth/admin/checklist")).await
}

async fn lines_of(client: &mut Client, call: Call) -> Vec<(String, String)> {
    let answer = client.send(call).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (titles, outcomes) = (page::all_data(&answer.text(), "check"), page::all_data(&answer.text(), "outcome"));
    titles.into_iter().zip(outcomes).collect()
}

fn outcome<'a>(lines: &'a [(String, String)], title: &str) -> &'a str {
    &lines.iter().find(|(known, _)| known == title).unwrap_or_else(|| panic!("{title} is not in {lines:?}")).1
}

#[tokio::test]
async fn the_page_says_what_is_good_and_what_is_wrong() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let mut owner = people::claim(&app).await;
    let found = lines(&mut owner).await;
    for title in ["check-browser", "check-app", "check-address", "check-mail", "check-data"] {
        assert_eq!(outcome(&found, title), "good", "{title}");
    }
    drop(upstream);
    super::support::wait::eventually("the app to be away", async || {
        (outcome(&lines(&mut owner).await, "check-app") == "wrong").then_some(())
    })
    .await;
    // A browser that uses another name, and one behind an undeclared proxy.
    let elsewhere = Call::navigation("/_auth/admin/checklist").header("Host", "gate.internal:3000");
    assert_eq!(outcome(&lines_of(&mut owner, elsewhere).await, "check-browser"), "wrong");
    owner.always("X-Forwarded-Proto", "https");
    assert_eq!(outcome(&lines(&mut owner).await, "check-browser"), "advice");
    assert!(owner.get("/_auth/admin/checklist").await.text().contains("TRUSTED_PROXIES=127.0.0.1"));
}

#[tokio::test]
async fn the_page_says_which_of_several_apps_does_not_respond() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let found = lines(&mut owner).await;
    assert_eq!(outcome(&found, "check-app"), "advice", "there is nothing to protect");
    assert!(!found.iter().any(|(title, _)| title == "check-apps"), "{found:?}");
    let (wiki, blog) = (Upstream::start().await, Upstream::start().await);
    app_pages::create(&mut owner, "Wiki", "wiki.example.org:3000", &wiki.url()).await;
    app_pages::create(&mut owner, "Blog", "blog.example.org:3000", &blog.url()).await;
    let off = [("off", "yes")];
    app_pages::create_with(&mut owner, "Off", "off.example.org:3000", "http://127.0.0.1:1", &off).await;
    let found = lines(&mut owner).await;
    assert_eq!((outcome(&found, "check-app"), outcome(&found, "check-apps")), ("good", "good"));
    drop(blog);
    super::support::wait::eventually("the app to be away", async || {
        (outcome(&lines(&mut owner).await, "check-apps") == "wrong").then_some(())
    })
    .await;
    let text = owner.get("/_auth/admin/checklist").await.text();
    assert!(text.contains("Blog does not respond") && !text.contains("Wiki does not respond"), "{text}");
}

#[tokio::test]
async fn the_https_behind_a_proxy_trap_is_explained() {
    let app = TestApp::start(|options| {
        options.app_url = "https://gate.example.org".to_owned();
        options.trusted_proxies = Some("127.0.0.1/32".to_owned());
    })
    .await;
    let mut owner = people::claim(&app).await;
    // The proxy forgot to say that the browser came by https.
    let answer = owner.get("/_auth/admin/checklist").await.text();
    assert!(answer.contains("X-Forwarded-Proto") && answer.contains("http://gate.example.org"), "{answer}");
    owner.always("X-Forwarded-Proto", "https");
    assert_eq!(outcome(&lines(&mut owner).await, "check-browser"), "good");
}

#[test]
fn the_command_line_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let variables = [
        ("APP_URL", "https://gate.example.org".to_owned()),
        ("UPSTREAM_URL", nobody),
        ("SMTP_HOST", "127.0.0.1".to_owned()),
        ("SMTP_PORT", server.local_addr().unwrap().port().to_string()),
    ];
    let output = run_with(folder.path(), &["check-config"], &variables);
    let text = said(&output);
    assert!(
        !output.status.success() && text.contains("1 of the lines above begin"),
        "something is wrong, and the exit code says so: {text}"
    );
    for line in [
        "advice: Address: APP_URL is https://gate.example.org",
        "wrong: The app: The app at 127.0.0.1:",
        "good: Mail: Mails are sent to 127.0.0.1",
        "good: Data:",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn browsers_without_https_are_warned_before_signing_in() {
    let app = TestApp::start(|options| {
        options.app_url = "https://gate.example.org".to_owned();
        options.trusted_proxies = Some("127.0.0.1/32".to_owned());
    })
    .await;
    let message = async |path: &str, call: Call| {
        let answer = app.client().send(call).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.text().contains("opened this page without https")
    };
    for claimed in [false, true] {
        let path = if claimed { "/_auth/login" } else { "/_auth/setup" };
        if claimed {
            people::claim(&app).await;
        }
        // Browsers send no Sec-Fetch-Site to plain http.
        let plain =
            || Call::navigation(path).without("Sec-Fetch-Site").without("Sec-Fetch-Mode").without("Sec-Fetch-Dest");
        assert!(message(path, plain()).await, "{path}");
        assert!(!message(path, plain().header("X-Forwarded-Proto", "https")).await, "{path}: the proxy says otherwise");
        assert!(!message(path, Call::navigation(path)).await, "{path}: the browser says otherwise");
    }
}

#[test]
fn check_config_names_what_is_misspelt_silent_or_not_writable() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join(".env"),
        "UPSTREM_URL=http://127.0.0.1:8080\nsmtp_host=x\nPOSTGRES_PASSWORD=x\nMETRICS_TOKEN=short\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("data"), "a file where the folder should be").unwrap();
    let variables = [("SMTP_HOST", "127.0.0.1".to_owned()), ("SMTP_PORT", free_port().to_string())];
    let output = run_with(folder.path(), &["check-config"], &variables);
    let text = said(&output);
    assert!(!output.status.success() && !text.contains("configuration is valid"), "nothing can be kept there: {text}");
    for line in [
        ".env sets UPSTREM_URL, which is not a setting; did you mean UPSTREAM_URL?",
        ".env sets smtp_host, which is not a setting; did you mean SMTP_HOST?",
        "METRICS_TOKEN is short",
        "good: The app: UPSTREAM_URL is not set. Apps that were added",
        "wrong: Mail: The mail server 127.0.0.1:",
        "wrong: Data: DATA_DIR is not writable",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("good: Mail") && !text.contains("good: Data"), "what is wrong is said to be good: {text}");
    assert!(!text.contains("sets POSTGRES_PASSWORD"), "other programs have names of their own: {text}");
    let (wrong, good) = (text.find("wrong:").unwrap(), text.find("good:").unwrap());
    assert!(wrong < good && good < text.find("APP_URL=").unwrap(), "what needs a hand comes first: {text}");
    for typed in ["localhost:8080", "http://localhost:8080/app", "http://ada:secret@localhost:8080"] {
        let said = said(&run_with(folder.path(), &["check-config"], &[("UPSTREAM_URL", typed.to_owned())]));
        assert!(said.contains("did you mean http://localhost:8080?") && !said.contains("secret"), "{typed}: {said}");
    }
}

#[test]
fn s88_a_folder_in_place_of_the_settings_is_a_fault_and_not_read_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join(".env")).unwrap();
    let output = run_with(folder.path(), &["check-config"], &[]);
    assert!(!output.status.success() && said(&output).contains(".env: cannot be read"), "{}", said(&output));
}

#[tokio::test]
async fn s125_passkeys_that_a_new_host_made_useless_are_in_the_log_and_on_the_page() {
    const LOGGED: &str = "passkeys were made for another host";
    let start =
        async |folder, url: &str| Process::start_with(folder, "start", &[("APP_URL".to_owned(), url.to_owned())]).await;
    let process = start(tempfile::tempdir().unwrap(), "http://gate.localhost:3000").await;
    let mut owner = process.client();
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut owner, &token).await;
    let (_, folder) = process.stop();
    let process = start(folder, ORIGIN).await;
    assert!(!process.output().contains(LOGGED), "there are no passkeys: {}", process.output());
    let mut owner = process.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    let (_key, made) = passkey::make(&mut owner, "").await;
    let codes = page::all_data(&made.text(), "recovery-code");
    let (_, folder) = process.stop();
    // The host is another one.
    let process = start(folder, "http://gate.localhost:3000").await;
    let line = process.running.line_with(LOGGED);
    assert!(line.contains("passkeys=1") && line.contains("host=\"localhost\""), "{line}");
    let seen = async |process: &Process, code: &str| {
        let mut owner = process.client();
        people::sign_in(&mut owner, OWNER, PASSWORD).await;
        assert_eq!(phone::answer(&mut owner, code).await.status, 303);
        let own = owner.get(FACTORS).await.text();
        (lines(&mut owner).await, page::visible_text(&own).contains("was made for localhost"), owner)
    };
    let (found, is_marked, _owner) = seen(&process, &codes[0]).await;
    assert!(outcome(&found, "check-passkeys") == "advice" && is_marked, "{found:?}");
    let (_, folder) = process.stop();
    // A later start, of the same host at another port, says so too: nobody has made new ones.
    let process = start(folder, "http://gate.localhost:4000").await;
    process.running.line_with(LOGGED);
    let (found, is_marked, mut owner) = seen(&process, &codes[1]).await;
    assert!(outcome(&found, "check-passkeys") == "advice" && is_marked, "{found:?}");
    let mut waiting = process.client();
    people::sign_in(&mut waiting, OWNER, PASSWORD).await;
    assert!(passkey::offered(&waiting.get(phone::STEP).await.text()).is_none(), "one that cannot work is offered");
    let id = page::data(&owner.get(FACTORS).await.text(), "factor-id").unwrap();
    assert_eq!(owner.submit(FACTORS, &format!("{FACTORS}/{id}/remove"), &[]).await.status, 303);
    let found = lines(&mut owner).await;
    assert!(!found.iter().any(|(title, _)| title == "check-passkeys"), "{found:?}");
    let (_, folder) = process.stop();
    // Back where it was made, one is as good as ever.
    let process = start(folder, ORIGIN).await;
    assert!(!process.output().contains(LOGGED), "{}", process.output());
}
