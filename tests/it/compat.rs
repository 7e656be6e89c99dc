//! The addresses of other gates, asked as their proxies ask; the real proxies are in proxies/compat.rs.

use super::support::app::{TestApp, TestOptions};
use super::support::app_pages::{self, RuleForm};
use super::support::apps;
use super::support::client::{Call, Client};
use super::support::people::{self, OWNER};

const HOST: &str = "wiki.example.net:3000";
const WIKI: &str = "http://wiki.example.net:3000";
/// Every address, and how a request for `/page` is described there.
const ADDRESSES: [&str; 9] = [
    "/api/authz/auth-request",
    "/api/authz/forward-auth",
    "/api/authz/ext-authz/page",
    "/api/verify",
    "/api/verify?rd=http://localhost:3000/",
    "/oauth2/auth",
    "/outpost.goauthentik.io/auth/nginx",
    "/outpost.goauthentik.io/auth/traefik",
    "/outpost.goauthentik.io/auth/caddy",
];

fn let_all_ask(options: &mut TestOptions) {
    options.trusted_proxies = Some("127.0.0.1".to_owned());
    options.set("COMPAT", "authelia, oauth2-proxy,authentik");
}

fn ask(address: &str, host: &str, path: &str) -> Call {
    let call = Call::new("GET", address).header("accept", "text/html");
    match address {
        "/api/authz/auth-request" | "/api/verify" => {
            call.header("x-original-url", &format!("http://{host}{path}")).header("x-original-method", "GET")
        }
        "/api/authz/ext-authz/page" => call.header("x-forwarded-proto", "http").header("host", host),
        "/oauth2/auth" => call.header("host", host).header("x-forwarded-uri", path).header("x-real-ip", "198.51.100.7"),
        "/outpost.goauthentik.io/auth/nginx" => {
            call.header("host", host).header("x-original-url", &format!("http://{host}{path}"))
        }
        _ => {
            let call = call.header("x-forwarded-proto", "http").header("x-forwarded-host", host);
            call.header("x-forwarded-uri", path).header("x-forwarded-method", "GET")
        }
    }
}

struct Site {
    app: TestApp,
    owner: Client,
    /// The page of the wiki among those of the apps.
    page: String,
}

impl Site {
    async fn start() -> Self {
        let app = TestApp::start(let_all_ask).await;
        let mut owner = people::claim(&app).await;
        let page = app_pages::create(&mut owner, "Wiki", HOST, "").await;
        Self { app, owner, page }
    }

    fn stranger(&self) -> Client {
        Client::new(self.app.address, WIKI)
    }

    /// The owner at the wiki, by way of oauth2-proxy's addresses.
    async fn entered(&mut self) -> Client {
        let mut browser = self.stranger();
        let begun = browser.get("/oauth2/start?rd=/page?a=b&c=d").await;
        let way = begun.location().strip_prefix("http://localhost:3000").unwrap().to_owned();
        let handed = self.owner.get(&way).await;
        let way = handed.location().strip_prefix(WIKI).unwrap_or_else(|| panic!("{}", handed.text())).to_owned();
        assert!(way.starts_with("/oauth2/callback?code="), "{way}");
        let entered = browser.get(&way).await;
        assert_eq!((entered.status, entered.location()), (303, "/page?a=b&c=d"), "{}", entered.text());
        browser
    }

    async fn rule(&mut self, rule: RuleForm<'_>) {
        app_pages::add_rule(&mut self.owner, &self.page, rule).await;
    }
}

#[tokio::test]
async fn s103_without_compat_the_addresses_of_other_gates_are_the_apps_own() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    for path in ADDRESSES.iter().chain(&["/oauth2/sign_in", "/oauth2/callback", "/outpost.goauthentik.io/start"]) {
        assert_eq!(owner.get(path).await.status, 200, "{path}");
        assert_eq!(upstream.last().target(), *path);
    }
    let before = upstream.count();
    assert_eq!(app.client().fetch("/oauth2/auth").await.status, 401);
    assert_eq!(upstream.count(), before);
}

#[tokio::test]
async fn s70_s74_each_old_address_lets_in_with_the_headers_of_its_gate() {
    let mut site = Site::start().await;
    let mut owner = site.entered().await;
    for address in ADDRESSES {
        let allowed = owner.send(ask(address, HOST, "/page")).await;
        assert_eq!(allowed.status, if address == "/oauth2/auth" { 202 } else { 200 }, "{address}: {}", allowed.text());
        let named = if address.starts_with("/api") {
            ["remote-user", "remote-email", "remote-groups"]
        } else if address.starts_with("/oauth2") {
            ["x-auth-request-user", "x-auth-request-email", "x-auth-request-groups"]
        } else {
            ["x-authentik-username", "x-authentik-email", "x-authentik-groups"]
        };
        assert_eq!(named.map(|name| allowed.header(name).unwrap()), [OWNER, OWNER, "admin"], "{address}");
        assert!(allowed.set_cookies().is_empty() && allowed.header("cookie").is_none(), "{address}");
    }
}

#[tokio::test]
async fn s72_s74_each_old_address_denies_as_its_gate_does_and_guesses_nothing() {
    let site = Site::start().await;
    for address in ADDRESSES {
        let mut stranger = site.stranger();
        let denied = stranger.send(ask(address, HOST, "/page")).await;
        let leads = address.contains("forward") || address.contains("ext") || address.contains("rd=");
        let leads = leads || address.ends_with("traefik") || address.ends_with("caddy");
        assert_eq!(denied.status, if leads { 302 } else { 401 }, "{address}");
        let begin = match address.split('/').nth(1).unwrap() {
            "api" => "/_auth/begin?next=/page",
            // Their nginx leads to sign-in itself, and does not say the method.
            "oauth2" => "/oauth2/start?rd=%2F",
            _ if address.ends_with("nginx") => "/outpost.goauthentik.io/start?rd=%2F",
            _ => "/outpost.goauthentik.io/start?rd=%2Fpage",
        };
        assert_eq!(denied.location(), format!("{WIKI}{begin}"), "{address}");
        assert_eq!(stranger.send(ask(address, HOST, "/page").header("accept", "*/*")).await.status, 401, "{address}");
        let unknown = stranger.send(ask(address, "evil.example:3000", "/page")).await;
        assert_eq!(unknown.status, 403, "{address}");
        let empty = stranger.send(Call::new("GET", address)).await.status;
        assert!(matches!(empty, 400 | 403), "{address} guesses: {empty}");
    }
}

#[tokio::test]
async fn s126_a_demanded_factor_leads_to_the_code_but_where_the_proxy_leads_to_sign_in_whatever_is_missing() {
    let mut site = Site::start().await;
    let mut browser = site.entered().await;
    site.rule(RuleForm { path: "/page", who: "signed-in", factor: true, ..RuleForm::default() }).await;
    let way = format!("http://localhost:3000/_auth/confirm?next={WIKI}/page&factor=on");
    for address in ADDRESSES {
        let denied = browser.send(ask(address, HOST, "/page")).await;
        let expected = match address {
            "/oauth2/auth" | "/outpost.goauthentik.io/auth/nginx" => (403, ""),
            "/api/authz/auth-request" | "/api/verify" => (401, &*way),
            _ => (302, &*way),
        };
        assert_eq!((denied.status, denied.location()), expected, "{address}");
        assert_eq!(browser.send(ask(address, HOST, "/page").header("accept", "*/*")).await.status, 403, "{address}");
    }
}

#[tokio::test]
async fn s28_s72_old_addresses_answer_trusted_proxies_alone() {
    let app = TestApp::start(|options| options.set("COMPAT", "authelia,oauth2-proxy,authentik")).await;
    let mut owner = people::claim(&app).await;
    app_pages::create(&mut owner, "Wiki", HOST, "").await;
    for address in ADDRESSES {
        assert_eq!(owner.send(ask(address, HOST, "/page")).await.status, 403, "{address}");
    }
    let about_a_page = ask("/api/authz/forward-auth", HOST, "/_auth/begin?next=/");
    assert_eq!(owner.send(about_a_page).await.status, 403);
}

/// nginx, as these gates document it, hands on what the client says of the method and of where it is.
#[tokio::test]
async fn s28_s113_what_nginx_merely_passes_on_counts_for_nothing() {
    let mut site = Site::start().await;
    site.rule(RuleForm { path: "/page", who: "public", networks: "198.51.100.0/24", ..RuleForm::default() }).await;
    let mut stranger = site.stranger();
    let oauth2 = || ask("/oauth2/auth", HOST, "/page");
    let authentik = || ask("/outpost.goauthentik.io/auth/nginx", HOST, "/page");
    assert_eq!(stranger.send(oauth2()).await.status, 202, "X-Real-IP is nginx's own word");
    for call in [
        oauth2().header("x-real-ip", "203.0.113.9").header("x-forwarded-for", "198.51.100.7"),
        oauth2().header("x-real-ip", "x").header("x-forwarded-for", "198.51.100.7"),
        authentik().header("x-forwarded-for", "198.51.100.7"),
        authentik().header("x-real-ip", "198.51.100.7"),
    ] {
        assert_eq!(stranger.send(call).await.status, 401);
    }
    site.rule(RuleForm { path: "/", who: "public", methods: "GET", ..RuleForm::default() }).await;
    for call in [oauth2(), authentik()] {
        let call = call.header("x-forwarded-method", "GET").header("x-original-method", "GET");
        assert_eq!(stranger.send(call).await.status, 401, "nobody says that it is GET");
    }
    let named = ask("/api/authz/auth-request", HOST, "/other");
    assert_eq!(stranger.send(named).await.status, 200, "Authelia's nginx says the method");
}

#[tokio::test]
async fn s72_two_descriptions_of_a_request_have_to_agree() {
    let mut site = Site::start().await;
    let open = app_pages::create(&mut site.owner, "Open", "open.example.net:3000", "").await;
    app_pages::add_rule(&mut site.owner, &open, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    let mut stranger = site.stranger();
    let (open, url) = ("open.example.net:3000", "http://open.example.net:3000/page");
    let asked_in_two_ways = |call: Call| {
        let call = call.header("x-forwarded-proto", "http").header("x-forwarded-host", HOST);
        call.header("x-forwarded-uri", "/page").header("x-forwarded-method", "GET")
    };
    let legacy = || ask("/api/verify", HOST, "/page");
    assert_eq!(stranger.send(asked_in_two_ways(legacy())).await.status, 401, "they agree");
    for call in [
        asked_in_two_ways(legacy()).header("x-original-url", url),
        asked_in_two_ways(legacy()).header("x-original-method", "POST"),
        ask("/oauth2/auth", HOST, "/page").header("x-forwarded-host", open),
        // Caddy believes visitors in private networks about the host, and leaves their own Host on the question.
        ask("/outpost.goauthentik.io/auth/caddy", open, "/page").header("host", HOST),
        ask("/api/authz/forward-auth", open, "/page").header("host", HOST),
    ] {
        let answer = stranger.send(call).await;
        assert!(matches!(answer.status, 400 | 403), "{}: {}", answer.status, answer.text());
    }
    let by_traefik = ask("/api/authz/forward-auth", open, "/page").header("host", "gate:9091");
    assert_eq!(stranger.send(by_traefik).await.status, 200);
}

#[tokio::test]
async fn a_condition_in_the_query_of_oauth2_proxys_address_holds() {
    let mut site = Site::start().await;
    let mut owner = site.entered().await;
    for (query, status) in
        [("allowed_groups=admin", 202), ("allowed_groups=ops", 403), ("allowed_emails=eve@example.org", 403)]
    {
        let call = ask("/oauth2/auth", HOST, "/page").at(&format!("/oauth2/auth?{query}"));
        assert_eq!(owner.send(call).await.status, status, "{query}");
    }
    site.rule(RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    let call = ask("/oauth2/auth", HOST, "/page").at("/oauth2/auth?allowed_groups=admin");
    assert_eq!(site.stranger().send(call).await.status, 401, "a public page is not public there");
}

/// A browser can ask at most of these addresses itself.
#[tokio::test]
async fn s103_s118_an_old_address_answers_nothing_that_the_visitor_may_not_see() {
    let mut site = Site::start().await;
    let edit = format!("{}/edit", site.page);
    let fields = [
        ("name", "Wiki"),
        ("addresses", HOST),
        ("mode", "forward-auth"),
        ("headers", "none"),
        ("header_map", "id = Remote-User"),
        ("fixed_headers", "Authorization: Basic c2VjcmV0"),
        ("signed_identity", "yes"),
    ];
    let saved = site.owner.submit(&edit, &edit, &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let mut owner = site.entered().await;
    for address in ADDRESSES {
        let allowed = owner.send(ask(address, HOST, "/page").header("cookie", "app=1")).await;
        for name in ["authorization", "x-portcullis-jwt", "cookie"] {
            assert_eq!(allowed.header(name), None, "{address} {name}");
        }
    }
    let own = owner.send(ask("/api/authz/forward-auth", HOST, "/page")).await;
    assert_ne!(own.header("remote-user"), Some(OWNER), "a name of the app's own says what its page says");
    assert!(own.header("remote-user").unwrap().len() > 8);
}

#[tokio::test]
async fn s116_sign_in_begins_and_nobody_is_signed_out_at_old_addresses() {
    let mut site = Site::start().await;
    let mut owner = site.entered().await;
    let away = owner.get("/oauth2/sign_out?rd=http://evil.example/").await;
    assert_eq!((away.status, away.location()), (303, "http://localhost:3000/_auth/logout"));
    assert_eq!(owner.send(ask("/oauth2/auth", HOST, "/page")).await.status, 202);
    assert_eq!(owner.send(Call::form("/oauth2/sign_out", WIKI, &[])).await.status, 405);
    let mut portal = site.app.client();
    for (asked, way) in [
        ("rd=http://wiki.example.net:3000/page?a=b&c=d", format!("{WIKI}/oauth2/start?rd=%2Fpage%3Fa%3Db%26c%3Dd")),
        ("rd=http://evil.example/", "/_auth/login".to_owned()),
        ("rd=/_auth/account", "/_auth/login?next=/_auth/account".to_owned()),
        ("", "/_auth/login".to_owned()),
    ] {
        assert_eq!(portal.get(&format!("/oauth2/sign_in?{asked}")).await.location(), way, "{asked}");
    }
}

#[tokio::test]
async fn s116_sign_in_that_began_at_an_old_address_ends_at_one_in_the_same_browser() {
    let mut site = Site::start().await;
    let next_of = |location: &str| location.split("&next=").nth(1).map(str::to_owned);
    for (asked, next) in [
        ("rd=http://wiki.example.net/page?a=b", Some("/page%3Fa%3Db")),
        ("rd=http://evil.example/page", Some("/")),
        ("rd=%2F%2Fevil.example/", None),
    ] {
        let begun = site.stranger().get(&format!("/outpost.goauthentik.io/start?{asked}")).await;
        assert_eq!(next_of(begun.location()).as_deref(), next, "{asked}: {}", begun.location());
    }
    let legacy = site.app.client().get("/?rd=http://wiki.example.net:3000/page?a=b").await;
    assert_eq!(legacy.location(), format!("{WIKI}/_auth/begin?next=/page%3Fa%3Db"), "{}", legacy.text());
    let of_the_app = site.stranger().get("/?rd=/page").await;
    assert!(!of_the_app.header("location").unwrap_or_default().contains("handover"), "it is the app's own");
    let mut browser = site.stranger();
    let code = apps::code_of(&mut site.owner, &mut browser, "/outpost.goauthentik.io/start?rd=/").await;
    assert!(code.starts_with("/outpost.goauthentik.io/callback?code="), "{code}");
    assert_eq!(site.stranger().get(&code).await.status, 410, "it is another browser's");
}

/// Authelia has no addresses on the hosts of apps; what its proxies are answered goes to the browser.
#[tokio::test]
async fn s116_a_question_of_authelias_proxies_about_a_page_of_ours_is_answered_with_it() {
    let site = Site::start().await;
    let about = |address: &str, path: &str| ask(address, HOST, path);
    for call in [
        about("/api/authz/forward-auth", "/_auth/begin?next=/page"),
        about("/api/verify?rd=http://localhost:3000/", "/_auth/begin?next=/page"),
        about("/api/authz/ext-authz/page", "").at("/api/authz/ext-authz/_auth/begin?next=/page"),
    ] {
        let begun = site.stranger().send(call).await;
        assert_eq!(begun.status, 303, "{}", begun.text());
        assert!(begun.location().starts_with("http://localhost:3000/_auth/handover?app="), "{}", begun.location());
        assert_eq!(begun.set_cookies().len(), 1);
    }
    let away = site.stranger().send(about("/api/authz/forward-auth", "/_auth/logout")).await;
    assert_eq!((away.status, away.location()), (303, "http://localhost:3000/_auth/logout"));
    for (call, status) in [
        (about("/api/authz/forward-auth", "/_auth/login").header("accept", "*/*"), 404),
        (about("/api/authz/forward-auth", "/_auth/begin").header("x-forwarded-method", "POST"), 404),
        (about("/api/authz/forward-auth", "//_auth/begin"), 400),
        (ask("/api/authz/forward-auth", "localhost:3000", "/_auth/begin"), 404),
        (ask("/api/authz/forward-auth", "evil.example", "/_auth/begin"), 403),
        (about("/api/authz/auth-request", "/_auth/begin"), 403),
    ] {
        assert_eq!(site.stranger().send(call).await.status, status);
    }
}
