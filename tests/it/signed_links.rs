//! Signed links: one path, one method, one end (S120).

use super::support::app_pages::{self, RuleForm};
use super::support::client::{Call, Client};
use super::support::page;
use super::support::people::{self, OWNER};
use super::support::tokens::{self, ALL, OWN};

const NEW: &str = "/_auth/admin/apps/default/links/new";

/// Makes a link and returns its path and query.
pub async fn make(owner: &mut Client, fields: &[(&str, &str)]) -> String {
    let answer = owner.submit(NEW, NEW, fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let link = page::data(&answer.text(), "link").unwrap();
    link.strip_prefix("http://localhost:3000").unwrap().to_owned()
}

#[tokio::test]
async fn s120_a_link_is_good_for_its_request_alone_and_ends_at_the_gate() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    let link = make(&mut owner, &[("path", "/hook/1"), ("method", "POST")]).await;
    let mut machine = app.client();
    for (asked, sent) in [
        (link.clone(), "/hook/1"),
        (format!("{link}&a=%2F&b"), "/hook/1?a=%2F&b"),
        (link.replace('?', "?x=1&"), "/hook/1?x=1"),
    ] {
        assert_eq!(machine.send(Call::new("POST", &asked).body("x")).await.status, 200, "{asked}");
        assert_eq!(upstream.last().target(), sent);
        assert_eq!(upstream.last().header("remote-user").as_deref(), Some(OWNER));
        let question = Call::new("GET", "/_auth/verify/traefik")
            .header("X-Forwarded-Method", "POST")
            .header("X-Forwarded-Proto", "http")
            .header("X-Forwarded-Host", "localhost:3000")
            .header("X-Forwarded-Uri", &asked);
        assert_eq!(machine.send(question).await.status, 200, "{asked}");
    }
    let query = link.split_once('?').unwrap().1;
    let (id, signature) = query.strip_prefix("pc_link=").unwrap().split_once('.').unwrap();
    let changed = if signature.starts_with('A') { "B" } else { "A" };
    let before = upstream.count();
    for (method, asked) in [
        ("GET", link.clone()),
        ("PUT", link.clone()),
        ("POST", format!("/hook/1/x?{query}")),
        ("POST", format!("/hook/1/?{query}")),
        ("POST", format!("/hook?{query}")),
        ("POST", format!("/hook/%31?{query}")),
        ("POST", format!("/hook/2/../1?{query}")),
        ("POST", format!("/hook/1?pc_link={id}.{changed}{}", &signature[1..])),
        ("POST", format!("/hook/1?pc_link={id}.")),
        ("POST", format!("/hook/1?pc_link={id}")),
        ("POST", "/hook/1?pc_link=".to_owned()),
        ("POST", format!("{link}&pc_link=x")),
    ] {
        app.advance(100);
        // With the cookies of somebody who may do it: a link that is not good falls back to nothing.
        let status = owner.send(Call::new(method, &asked)).await.status;
        assert!(matches!(status, 401 | 429), "{method} {asked}: {status}");
    }
    assert_eq!(upstream.count(), before);
    let both = Call::new("POST", &link).header("Authorization", "Bearer theirs");
    assert_eq!(machine.send(both).await.status, 200, "what is the app's does not matter");
    app.advance(90 * 86_400);
    assert_eq!(machine.send(Call::new("POST", &link)).await.status, 401, "it has ended");
}

#[tokio::test]
async fn s120_a_link_is_revoked_beside_the_tokens_and_may_do_what_its_owner_may() {
    let (app, _upstream, mut owner) = people::with_app_in_both_modes().await;
    let link = make(&mut owner, &[("path", "/hook")]).await;
    let list = owner.get(OWN).await.text();
    let id = page::data(&list, "link-id").unwrap();
    assert!(page::all_data(&list, "token-id").is_empty() && !list.contains("pc_link"));
    let mut machine = app.client();
    for method in ["GET", "HEAD"] {
        assert_eq!(machine.send(Call::new(method, &link)).await.status, 200);
    }
    let rule = RuleForm { path: "/hook", who: "nobody", ..RuleForm::default() };
    app_pages::add_rule(&mut owner, "/_auth/admin/apps/default", rule).await;
    assert_eq!(machine.send(Call::new("GET", &link)).await.status, 403);
    tokens::revoke(&mut owner, ALL, &tokens::Made { token: String::new(), id }).await;
    assert_eq!(machine.send(Call::new("GET", &link)).await.status, 401);
    let trail = owner.get("/_auth/admin/audit").await.text();
    for event in ["link.created", "link.revoked"] {
        assert!(trail.contains(&format!("data-event=\"{event}\"")), "{event}");
    }
    assert!(!trail.contains(link.split('=').next_back().unwrap()));
    for (field, value) in
        [("path", "hook"), ("path", "/_auth/x"), ("path", "/a?b"), ("method", "post"), ("method", "GET, PUT")]
    {
        let usual = [("path", "/x")].into_iter().filter(|(name, _)| *name != field);
        let answer = owner.submit(NEW, NEW, &usual.chain([(field, value)]).collect::<Vec<_>>()).await;
        assert_eq!(answer.status, 422, "{field} {value}");
    }
}
