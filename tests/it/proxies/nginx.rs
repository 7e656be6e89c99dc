//! The includes of packaging/nginx in more than the one way that the table tries.

use super::{Kind, Place, source, start};
use crate::support::client::Call;
use crate::support::people::{self, OWNER, PASSWORD};
use crate::support::tokens::basic;

/// `site`, with the includes that it names in this test's folder, and the addresses of this test in them.
pub(super) fn with_includes(place: &Place, site: &str) -> String {
    let includes = place.folder.path().join("portcullis");
    std::fs::create_dir_all(&includes).unwrap();
    let moved = |text: &str| place.here(text).replace("/etc/nginx/portcullis", includes.to_str().unwrap());
    for file in source::files_below(&source::repository().join("packaging/nginx")) {
        let text = moved(&std::fs::read_to_string(&file).unwrap());
        std::fs::write(includes.join(file.file_name().unwrap()), text).unwrap();
    }
    moved(site)
}

#[tokio::test]
async fn s70_s79_a_public_location_is_open_and_sends_no_identity_to_the_app() {
    let Some((place, nginx)) = start(Kind::Nginx).await else { return };
    people::claim(&place.app).await;
    let mut owner = place.browser();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    for mut visitor in [place.browser(), owner] {
        let call =
            Call::fetch("GET", "/public/a-1.txt?x=1").header("Remote-User", "evil").header("X-Remote-User", "evil");
        assert_eq!(visitor.send(call.header("X-Forwarded-For", "192.0.2.9")).await.status, 200, "{}", nginx.said());
        let seen = place.upstream.last();
        assert_eq!(
            (seen.target().as_str(), seen.header("remote-user"), seen.header("cookie")),
            ("/public/a-1.txt?x=1", None, None)
        );
        assert_eq!(seen.header("x-forwarded-for").as_deref(), Some("127.0.0.1"));
        assert!(!seen.head_text().contains("evil"), "{}", seen.head_text());
    }
    let before = place.upstream.count();
    let mut stranger = place.browser();
    for (around, refused) in [
        ("/publicx", 401),
        ("/public/../admin", 401),
        ("/public/..%2fadmin", 401),
        ("/public/..;/admin", 404),
        ("/public/..%5cadmin", 404),
        ("/public/..%252fadmin", 404),
        ("/admin/../public/a", 404),
        ("/admin/users/../../public/a", 404),
        ("/admin/..%2fpublic/a", 404),
        ("/admin/%2e%2e/public/a", 404),
        ("/admin/delete/%2e%2e/%2e%2e/public/a?id=5", 404),
        ("/admin/..//public/a", 404),
        ("//public/a", 404),
        ("/public/./a", 404),
        ("/public/a%0a", 404),
        ("/public/a/..", 404),
        ("/%70ublic/a", 404),
    ] {
        assert_eq!(stranger.fetch(around).await.status, refused, "{around}");
    }
    for plain in ["/public/", "/public/.hidden/a..b", "/public/a/b~1?x=/../%2e", "/public/..."] {
        assert_eq!(stranger.fetch(plain).await.status, 200, "{plain}");
    }
    assert_eq!(place.upstream.count(), before + 4);
}

#[tokio::test]
async fn s119_a_public_location_hands_on_credentials_of_the_app_and_no_machine_token() {
    let Some((place, nginx)) = start(Kind::Nginx).await else { return };
    let token = format!("pc_{}", "aB3".repeat(17));
    let ours = ["", "a", "ab"].map(|before| basic(&format!("{before}token"), &token));
    let ours = ours.into_iter().chain([format!("Bearer {token}"), token, basic("Ada", "xpc_0"), basic("Ad", "xpc_z")]);
    let theirs = ["Bearer theirs".to_owned(), basic("ada", "secret"), "Bearer cGNf".to_owned()];
    for (value, is_ours) in ours.map(|value| (value, true)).chain(theirs.map(|value| (value, false))) {
        let call = Call::fetch("GET", "/public/a").header("Authorization", &value).header("X-Portcullis-Token", "x");
        let answer = place.browser().send(call.header("X-Portcullis-JWT", "x")).await;
        assert_eq!(answer.status, 200, "{}", nginx.said());
        let seen = place.upstream.last();
        assert_eq!(seen.header("authorization"), (!is_ours).then_some(value), "{}", seen.head_text());
        assert!(!seen.head_text().to_lowercase().contains("x-portcullis"), "{}", seen.head_text());
    }
}
