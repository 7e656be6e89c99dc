//! Who is admitted, and which identity the app receives.

use super::{Kind, Tried};
use crate::support::client::Call;
use crate::support::jar::SetCookie;
use crate::support::people::{self, OWNER};

const IDENTITY: [&str; 5] = ["remote-user", "remote-email", "remote-name", "remote-groups", "remote-id"];

#[expect(clippy::cognitive_complexity, reason = "the macros of assertions count as branches; there are none")]
pub(super) async fn strangers_see_sign_in_alone(tried: &Tried) {
    let (place, mut stranger, before) = (&tried.place, tried.place.browser(), tried.place.upstream.count());
    let turned = stranger.get("/page?x=1&y=/z").await;
    assert_eq!(turned.status, 303, "{}\n{}", turned.text(), tried.said());
    assert!(turned.location().ends_with("/_auth/login?next=/page%3Fx%3D1%26y%3D/z"), "{}", turned.location());
    assert_eq!(stranger.fetch("/api").await.status, 401, "{}", tried.said());
    let posted = stranger.send(Call::form("/page", &place.base, &[("a", "b")])).await;
    assert_eq!(posted.status, 303, "a form is sent to sign-in by GET");
    assert_eq!(stranger.web_socket("/ws", &place.base).await.err(), Some(401));
    let odd = Call::navigation("/page").header("X-Forwarded-Uri", "/_auth/login").header("X-Original-URL", "http://x/");
    assert_ne!(stranger.send(odd).await.status, 200);
    assert_eq!(stranger.get("/_auth/login").await.status, 200, "the pages come from the gate");
    assert!(stranger.get("/.well-known/change-password").await.location().ends_with("/_auth/account/password"));
    let reliability = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200";
    assert_eq!(stranger.fetch(reliability).await.status, 404, "else browsers do not believe the line before");
    assert_eq!(place.upstream.count(), before, "{}", tried.said());
}

pub(super) async fn the_app_sees_the_visitor_and_nothing_forged(tried: &mut Tried) {
    for cookie in ["app=1; Path=/", "theme=dark; Path=/"] {
        tried.owner.jar.take(&SetCookie::parse(cookie));
    }
    let call = Call::navigation("/page?x=1").header("Connection", "Remote-User, Remote-Groups, keep-alive");
    let answer = tried.owner.send(call).await;
    assert_eq!(answer.status, 200, "{}\n{}", answer.text(), tried.said());
    let seen = tried.place.upstream.last();
    let message = IDENTITY.map(|name| seen.header(name).unwrap_or_default());
    assert_eq!(message[..4], [OWNER, OWNER, "Olive Owner", "admin"], "{}", seen.head_text());
    assert!(message[4].len() > 8, "{}", seen.head_text());
    assert_eq!(seen.header("x-forwarded-for").as_deref(), Some("127.0.0.1"));
    assert!(!seen.header("connection").unwrap_or_default().to_lowercase().contains("remote"), "{}", seen.head_text());
    let cookies = seen.header("cookie").unwrap_or_default();
    assert!(!cookies.contains("portcullis_"), "the app has our cookies: {cookies}");
    assert!(cookies.contains("app=1") && cookies.contains("theme=dark"), "the app lost its own: {cookies}");
    let mut no_others = tried.owner.clone();
    no_others.jar.remove("app");
    no_others.jar.remove("theme");
    assert_eq!(no_others.get("/page").await.status, 200);
    let left = tried.place.upstream.last().header("cookie").unwrap_or_default();
    assert_eq!(left.trim(), "", "nothing but ours was there");
}

/// What a client says of where it comes from counts for nothing: ten guesses, each with another word on it, are ten of
/// one source.
pub(super) async fn guesses_count_for_where_they_come_from(tried: &Tried) {
    for number in 0..=10 {
        let mut guesser = tried.place.browser();
        // The built-in proxy is reached past no proxy here, so the one in front of it is this client, and is believed.
        if tried.kind != Kind::BuiltIn {
            guesser.always("X-Forwarded-For", &format!("198.51.100.{number}"));
        }
        guesser.always("X-Real-IP", &format!("198.51.100.{number}"));
        let status = people::try_sign_in(&mut guesser, OWNER, "wrong wrong wrong").await.status;
        assert_eq!(status, if number < 10 { 401 } else { 429 }, "guess {number}");
    }
}

pub(super) async fn who_has_signed_out_is_out_and_so_is_everybody_without_a_gate(tried: Tried) {
    let Tried { kind, place, proxy, mut owner } = tried;
    let (before, mut frozen) = (place.upstream.count(), owner.clone());
    people::sign_out(&mut owner).await;
    assert_eq!(frozen.get("/page").await.status, 303, "the old cookies are good no more");
    if kind != Kind::BuiltIn {
        drop(place.app);
        for call in [Call::navigation("/page"), Call::fetch("GET", "/api")] {
            let status = frozen.send(call).await.status;
            assert!(status >= 500, "a gate that is away lets nobody pass: {status}");
        }
    }
    assert_eq!(place.upstream.count(), before);
    drop(proxy);
}
