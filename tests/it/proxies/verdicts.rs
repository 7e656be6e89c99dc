//! The table of rules and visitors, through each documented proxy (S113, S114).

use super::Kind;
use super::several::Several;
use crate::support::app_pages;
use crate::support::client::{Call, Client};
use crate::support::people;
use crate::verdicts::{ADA, BOB, RULES, TABLE, letter, question};

/// Where Traefik asks about what it made of a path and hands that on; the verdicts are those about that.
const BY_TRAEFIK: [(&str, &str, &str); 5] = [
    ("//public", "/public", "AAAA"),
    ("/x/../public", "/public", "AAAA"),
    ("/%70ublic", "/public", "AAAA"),
    ("/closed/../public", "/public", "AAAA"),
    ("/closed/%2e%2e/x", "/x", "SAAA"),
];

/// What the client says of itself, none of which may count.
const FORGED: [(&str, &str); 3] =
    [("x-forwarded-for", "192.0.2.9"), ("x-forwarded-uri", "/public"), ("x-original-url", "/public")];
/// What some apps take for the method.
const OVERRIDES: [&str; 6] = [
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X_HTTP_Method_Override",
    "X_HTTP-Method",
    "X_Method_Override",
];

pub(super) async fn the_rules_hold(tried: &mut Several) {
    let mut visitors = visitors(tried).await;
    for (method, path, told) in TABLE {
        let rewritten = BY_TRAEFIK.iter().find(|row| tried.kind == Kind::Traefik && row.0 == path);
        let (expected, handed_on) = rewritten.map_or((told, None), |row| (row.2, Some(row.1)));
        let mut found = String::new();
        for visitor in &mut visitors {
            let before = tried.wiki.count();
            let mut call = Call::new(method, path);
            for (name, value) in FORGED {
                call = call.header(name, value);
            }
            let answer = visitor.send(call).await;
            assert!(answer.status < 500, "{method} {path}: {}\n{}", answer.status, tried.said());
            // Some refuse a path before they ask.
            let verdict = if matches!(answer.status, 400 | 404) { 'F' } else { letter(answer.status) };
            found.push(verdict);
            assert_eq!(tried.wiki.count() - before, usize::from(verdict == 'A'), "{method} {path}\n{}", tried.said());
            if verdict == 'A' {
                let received = tried.wiki.last().target();
                assert!(handed_on.is_none_or(|target| target == received), "{path} became {received}");
                is_let_in(tried, visitor, method, &received).await;
            }
        }
        assert_eq!(found, expected, "{method} {path}\n{}", tried.said());
    }
    no_header_names_another_method(tried, &mut visitors[0]).await;
}

/// A rule for a method is about the method that the app acts on.
async fn no_header_names_another_method(tried: &Several, visitor: &mut Client) {
    let mut call = Call::new("GET", "/api");
    for name in OVERRIDES {
        call = call.header(name, "DELETE");
    }
    assert_eq!(visitor.send(call).await.status, 200);
    let seen = tried.wiki.last();
    assert!(!seen.head_text().contains("DELETE"), "{}", seen.head_text());
}

/// What the app received is nothing that the gate would have refused.
async fn is_let_in(tried: &Several, visitor: &Client, method: &str, received: &str) {
    let mut direct = Client::new(tried.place.app.address, &format!("http://{}", tried.host()));
    direct.jar = visitor.jar.clone();
    let verdict = direct.send(question("haproxy", &tried.host(), method, received)).await.status;
    assert_eq!(verdict, 200, "{method} {received}\n{}", tried.said());
}

/// Nobody, Bob, Ada and the owner at the wiki, which has the rules of the table.
async fn visitors(tried: &mut Several) -> [Client; 4] {
    let owner = &mut tried.owner;
    app_pages::create_group(owner, "dev").await;
    let (bob, _) = people::member(&tried.place.app, owner, BOB, "user").await;
    let (ada, _) = people::member(&tried.place.app, owner, ADA, "user").await;
    app_pages::join(owner, "dev", ADA).await;
    for rule in RULES {
        app_pages::add_rule(owner, &tried.page, rule).await;
    }
    // The rule that ends in a minute is over.
    tried.place.app.advance(60);
    let nobody = Client::new(tried.place.address(), &format!("http://{}", tried.host()));
    [nobody, tried.enter(&bob).await, tried.enter(&ada).await, tried.enter(&tried.owner).await]
}
