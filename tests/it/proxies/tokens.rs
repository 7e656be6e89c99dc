//! No machine token reaches an app behind a documented proxy, by no carrier; what is the app's own does (S119, S121).

use super::several::Several;
use crate::support::people::OWNER;
use crate::support::tokens::{self, OWN, basic};
use crate::support::upstream::Received;

/// A token, in each carrier and in what is none.
pub(super) async fn no_token_reaches_the_app(tried: &mut Several) {
    let wiki = tried.page.rsplit('/').next().unwrap().to_owned();
    let made = tokens::make(&mut tried.owner, OWN, &[("app", &wiki)]).await;
    let token = &made.token;
    for (fields, own) in [
        (format!("Authorization: Bearer {token}\r\n"), ""),
        (format!("Authorization: {}\r\n", basic("token", token)), ""),
        (format!("authorization: {}\r\n", basic(OWNER, token)), ""),
        (format!("X-Portcullis-Token: {token}\r\n"), ""),
        (format!("X-Portcullis-Token: {token}\r\nX_Portcullis_Token: {token}\r\nX-Portcullis_Token: {token}\r\n"), ""),
        (format!("X-Portcullis-Token: {token}\r\nAuthorization: Bearer theirs\r\n"), "Bearer theirs"),
        (format!("X-Portcullis-Token: {token}\r\nAuthorization: Bearer {token}\r\n"), ""),
    ] {
        let seen = let_in(tried, &fields).await;
        assert_eq!(seen.header("authorization").unwrap_or_default(), own, "{fields}\n{}", seen.head_text());
        assert_eq!(seen.header("authorization").is_some(), !own.is_empty(), "{fields}\n{}", seen.head_text());
        let head = seen.head_text();
        assert!(!head.contains("pc_") && !head.to_lowercase().contains("portcullis-token"), "{fields}\n{head}");
        assert!(!head.contains(&basic("token", token)) && !head.contains(&basic(OWNER, token)), "{fields}\n{head}");
    }
    a_wrong_token_is_not_covered_by_a_session(tried).await;
    what_is_the_apps_own_reaches_it(tried, token).await;
    tokens::revoke(&mut tried.owner, OWN, &made).await;
}

/// What the app received of a request with these fields, which is let in as the owner's.
pub(super) async fn let_in(tried: &Several, fields: &str) -> Received {
    let head = format!("GET /page HTTP/1.1\r\nHost: {}\r\n{fields}", tried.host());
    let answer = tried.place.browser().raw(head + "Connection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{fields}\n{answer}\n{}", tried.said());
    let seen = tried.wiki.last();
    assert_eq!(seen.header("remote-user").as_deref(), Some(OWNER), "{fields}\n{}", seen.head_text());
    seen
}

async fn a_wrong_token_is_not_covered_by_a_session(tried: &Several) {
    let wiki = tried.enter(&tried.owner).await;
    let (cookie, before) = (wiki.jar.header("/").unwrap(), tried.wiki.count());
    let head = format!("GET /page HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n", tried.host());
    let answer = wiki.raw(head + "X-Portcullis-Token: pc_wrong\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}\n{}", tried.said());
    assert_eq!(tried.wiki.count(), before);
}

/// Credentials of the app, beside a session; and a signed identity that is the gate's or none.
async fn what_is_the_apps_own_reaches_it(tried: &mut Several, token: &str) {
    let wiki = tried.enter(&tried.owner).await;
    let cookie = format!("Cookie: {}\r\n", wiki.jar.header("/").unwrap());
    for own in ["Bearer theirs", &basic("ada", "secret"), "Digest username=\"x\", realm=\"y\""] {
        let seen = let_in(tried, &format!("{cookie}Authorization: {own}\r\n")).await;
        assert_eq!(seen.header("authorization").as_deref(), Some(own), "{}", seen.head_text());
    }
    let seen = let_in(tried, &format!("{cookie}X-Portcullis-Authorization: evil\r\n")).await;
    assert_eq!(seen.header("authorization"), None, "{}", seen.head_text());
    let forged = "X-Portcullis-JWT: evil\r\nX_Portcullis_JWT: evil\r\nx-portcullis_jwt: evil\r\n";
    let (edit, host) = (format!("{}/edit", tried.page), tried.host());
    let usual = [("name", "Wiki"), ("addresses", &*host), ("mode", "forward-auth")];
    for signs in [true, false] {
        let fields: Vec<_> = usual.iter().copied().chain(signs.then_some(("signed_identity", "on"))).collect();
        assert_eq!(tried.owner.submit(&edit, &edit, &fields).await.status, 303);
        for who in [&*cookie, &format!("Authorization: Bearer {token}\r\n")] {
            let seen = let_in(tried, &format!("{who}{forged}")).await;
            assert!(!seen.head_text().contains("evil"), "{}", seen.head_text());
            let jwt = seen.header("x-portcullis-jwt").unwrap_or_default();
            assert_eq!(jwt.starts_with("eyJ"), signs, "{}", seen.head_text());
        }
    }
}
