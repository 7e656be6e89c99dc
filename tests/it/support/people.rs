//! People, made the way people are made: through the pages.

use super::app::{TestApp, TestOptions};
use super::client::{Client, Response};
use super::page;
use super::upstream::Upstream;

/// The address of the first admin.
pub const OWNER: &str = "owner@example.org";
/// The owner's password.
pub const PASSWORD: &str = "tall-giraffes-eat-9-leaves";

/// A gate with an app behind it, claimed, and the owner's browser.
pub async fn with_app() -> (TestApp, Upstream, Client) {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let owner = claim(&app).await;
    (app, upstream, owner)
}

/// The same where other proxies may ask as well.
pub async fn with_app_in_both_modes() -> (TestApp, Upstream, Client) {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let choose = |options: &mut TestOptions| {
        options.let_proxies_ask();
        options.upstream = Some(address);
    };
    let app = TestApp::start(choose).await;
    let owner = claim(&app).await;
    (app, upstream, owner)
}

/// Claims the instance with the set-up token and returns the browser that did it, signed in as [`OWNER`].
pub async fn claim(app: &TestApp) -> Client {
    let mut client = app.client();
    let answer = try_claim(app, &mut client, OWNER, PASSWORD).await;
    assert_eq!(answer.status, 303, "the claim failed: {}", answer.text());
    client
}

/// One claim with the real token; returns the response.
pub async fn try_claim(app: &TestApp, client: &mut Client, email: &str, password: &str) -> Response {
    submit_claim(client, &app.setup_token(), email, password).await
}

/// Claims a server in a process of its own with the token that its operator found.
pub async fn claim_with(client: &mut Client, token: &str) {
    assert_eq!(submit_claim(client, token.trim(), OWNER, PASSWORD).await.status, 303);
}

async fn submit_claim(client: &mut Client, token: &str, email: &str, password: &str) -> Response {
    let fields = [
        ("email", email),
        ("password", password),
        ("confirm", password),
        ("name", "Olive Owner"),
        ("setup_token", token),
    ];
    client.submit(&format!("/_auth/setup?token={token}"), "/_auth/setup", &fields).await
}

/// Somebody who was just invited where there is no mail server.
pub struct Invited {
    /// The page of the account.
    pub page: String,
    /// Path and query of the link that the admin copies.
    pub link: String,
}

/// Invites somebody and reads the page that shows the link.
pub async fn invite(admin: &mut Client, email: &str, name: &str, role: &str) -> Invited {
    let fields = [("email", email), ("name", name), ("role", role)];
    let answer = admin.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &fields).await;
    assert_eq!(answer.status, 200, "{email} was not invited: {}", answer.text());
    let tags = page::tags(&answer.text());
    let back = tags.iter().filter(|tag| tag.name == "a").filter_map(|tag| tag.attribute("href"));
    let page = back
        .into_iter()
        .find(|href| href.starts_with("/_auth/admin/users/") && !href.ends_with("/new"))
        .unwrap()
        .to_owned();
    let link = page::data(&answer.text(), "link").unwrap();
    Invited { page, link: link[link.find("/_auth/").unwrap()..].to_owned() }
}

/// Accepts an invitation, which signs in.
pub async fn accept(client: &mut Client, link: &str, password: &str) -> Response {
    let token = link.split_once("token=").unwrap().1;
    client.submit(link, "/_auth/invite", &[("token", token), ("password", password), ("confirm", password)]).await
}

/// Invites `email`, and accepts in a browser of theirs. Returns that browser, and the page of the account.
pub async fn member(app: &TestApp, admin: &mut Client, email: &str, role: &str) -> (Client, String) {
    let invited = invite(admin, email, "Ada", role).await;
    let mut client = app.client();
    assert_eq!(accept(&mut client, &invited.link, PASSWORD).await.status, 303);
    (client, invited.page)
}

/// Posts the sign-in form of a fresh sign-in page; returns the response.
pub async fn try_sign_in(client: &mut Client, email: &str, password: &str) -> Response {
    client.submit("/_auth/login", "/_auth/login", &[("email", email), ("password", password)]).await
}

/// Signs in and panics when that fails.
pub async fn sign_in(client: &mut Client, email: &str, password: &str) -> Response {
    let answer = try_sign_in(client, email, password).await;
    assert_eq!(answer.status, 303, "{email} could not sign in: {}", answer.text());
    answer
}

/// A second browser of the owner.
pub async fn another_browser(app: &TestApp) -> Client {
    let mut client = app.client();
    sign_in(&mut client, OWNER, PASSWORD).await;
    client
}

/// Signs out by the form of the account page.
pub async fn sign_out(client: &mut Client) -> Response {
    client.submit("/_auth/account", "/_auth/logout", &[]).await
}

/// Whom the account page says is signed in; `None` when it sends to sign-in.
pub async fn who_am_i(client: &mut Client) -> Option<String> {
    let answer = client.get("/_auth/account").await;
    if answer.status == 200 { page::data(&answer.text(), "user-email") } else { None }
}
