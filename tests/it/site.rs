//! A site's own name, logo, colour and language, and what is refused of them.

use super::support::app::TestApp;
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, OWNER};
use super::support::process::{run_with, said};

const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><script>alert(1)</script><rect \
    width=\"1\" height=\"1\"/></svg>";

#[tokio::test]
async fn s66_the_own_name_logo_and_colour_are_on_the_pages_and_run_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("logo.svg");
    std::fs::write(&file, LOGO).unwrap();
    let app = TestApp::start(|options| {
        options.set("SITE_NAME", "Ada <&> Co");
        options.set("SITE_LOGO", file.to_str().unwrap());
        options.set("ACCENT_COLOR", "#FFD400");
    })
    .await;
    let mut owner = people::claim(&app).await;
    let sign_in = app.client().get("/_auth/login").await;
    let html = sign_in.text();
    assert!(
        html.contains("· Ada &#60;&#38;&#62; Co</title>") || html.contains("· Ada &lt;&amp;&gt; Co</title>"),
        "{html}"
    );
    let tags = page::tags(&html);
    let source = tags.iter().find(|tag| tag.name == "img").and_then(|tag| tag.attribute("src")).unwrap().to_owned();
    let logo = app.client().get(&source).await;
    assert_eq!((logo.status, logo.header("content-type"), logo.text().as_str()), (200, Some("image/svg+xml"), LOGO));
    // Opened by itself, the picture is a document: its script must not run there either.
    let policy = logo.header("content-security-policy").unwrap();
    let script = policy.split("; ").find(|part| part.starts_with("script-src")).unwrap();
    assert!(
        script.starts_with("script-src http") && script.contains("/_auth/static/app-") && !policy.contains("unsafe"),
        "{policy}"
    );
    let style = tags
        .iter()
        .find(|tag| tag.attribute("rel") == Some("stylesheet"))
        .and_then(|tag| tag.attribute("href"))
        .unwrap()
        .to_owned();
    let css = app.client().get(&style).await.text();
    // Yellow cannot be read on white: there it is darker, on dark ground as it is.
    assert!(css.contains("--accent:#ffd400") && css.matches("--accent:#").count() == 2, "{css}");
    let (before, own) = css
        .split_once("@media not (prefers-contrast: more){")
        .expect("who wants more contrast has the stylesheet's own");
    assert!(!before.contains("--accent:#") && own.contains("--accent:#ffd400"), "{css}");

    let mut mailbox = Mailbox::of(&app.data(""));
    owner.submit("/_auth/admin/mail", "/_auth/admin/mail/test", &[]).await;
    let mail = mailbox.wait_for("Test mail").await;
    assert!(mail.header("From").contains("Ada <&> Co") && mail.header("To") == OWNER, "{}", mail.header("From"));
}

#[test]
fn what_is_no_name_logo_colour_or_language_stops_the_start_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("logo.txt");
    std::fs::write(&text, "<html><script>alert(1)</script></html>").unwrap();
    for (name, value, why) in [
        ("SITE_NAME", "x".repeat(61), "at most 60"),
        ("SITE_LOGO", text.to_str().unwrap().to_owned(), "logo.txt must be an SVG or PNG image"),
        ("SITE_LOGO", "/nowhere/logo.png".to_owned(), "/nowhere/logo.png cannot be read"),
        ("SITE_LOGO", folder.path().to_str().unwrap().to_owned(), "must be a file"),
        ("ACCENT_COLOR", "red;}body{display:none".to_owned(), "like #1f4e79"),
        ("DEFAULT_LANGUAGE", "tlh".to_owned(), "one of en, de, fr, es, ar"),
    ] {
        let output = run_with(folder.path(), &["check-config"], &[(name, value.clone())]);
        let message = said(&output);
        assert!(
            !output.status.success() && message.contains(name) && message.contains(why),
            "{name}={value}: {message}"
        );
    }
}
