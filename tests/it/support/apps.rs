//! Apps on hosts of their own, and the way of a browser from one to the portal and back.

use std::net::SocketAddr;

use super::app::TestApp;
use super::client::{Client, Response};
use super::people;
use super::upstream::Upstream;

/// The portal.
pub const PORTAL: &str = "http://localhost:3000";
/// An app whose cookies have the same names as the portal's.
pub const WIKI: &str = "http://wiki.example.net:3000";
/// An app whose cookies have other names: its port is another one.
pub const FILES: &str = "http://files.example.org";

/// A gate with two apps beside the one at the portal, all of them one upstream.
pub struct Apps {
    /// The gate.
    pub app: TestApp,
    /// What it protects.
    pub upstream: Upstream,
    /// The owner's browser, signed in at the portal.
    pub portal: Client,
}

impl Apps {
    /// Starts them; the owner has claimed the instance.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with some variables.
    pub async fn start_with(variables: &[(&str, &str)]) -> Self {
        let upstream = Upstream::start().await;
        let address = upstream.address;
        let app = TestApp::start(|options| {
            options.upstream = Some(address);
            for (name, value) in variables {
                options.set(name, value);
            }
        })
        .await;
        let portal = people::claim(&app).await;
        add(&app, "wiki", "wiki.example.net:3000", Some(address), "signed-in");
        add(&app, "files", "files.example.org", Some(address), "signed-in");
        let apps = Self { app, upstream, portal };
        for origin in [WIKI, FILES] {
            let known = async || (apps.browser(origin).fetch("/page").await.status == 401).then_some(());
            super::wait::eventually("the app to be known", known).await;
        }
        apps
    }

    /// The owner's browser on the host of an app: cookies are kept for each host.
    pub fn browser(&self, origin: &str) -> Client {
        Client::new(self.app.address, origin)
    }

    /// The same, signed in there by hand-over.
    pub async fn entered(&mut self, origin: &str) -> Client {
        let mut browser = self.browser(origin);
        let answer = enter(&mut self.portal, &mut browser, "/page").await;
        assert_eq!((answer.status, answer.location()), (303, "/page"), "{}", answer.text());
        browser
    }
}

/// Puts an app into the store as another process would.
pub fn add(app: &TestApp, name: &str, address: &str, upstream: Option<SocketAddr>, default_access: &str) {
    let upstream = upstream.map_or_else(String::new, |address| format!("http://{address}"));
    app.execute(&format!("{}{CHANGED}", row(name, address, &upstream, default_access)));
}

/// The statement that adds an app.
pub fn row(name: &str, address: &str, upstream: &str, default_access: &str) -> String {
    format!(
        "INSERT INTO apps (id, name, addresses, upstream, default_access, created_at)
         VALUES ('{}', '{name}', '{address}', '{upstream}', '{default_access}', 0);",
        id(name)
    )
}

/// Tells every node of it.
pub const CHANGED: &str = "
    UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name IN ('notices', 'apps');
    INSERT INTO notices SELECT CAST(value AS BIGINT), 'apps.changed', '', 0 FROM settings WHERE name = 'notices';";

/// The identifier of an app that was made with [`add`].
pub fn id(name: &str) -> String {
    format!("{name:A<22}")
}

/// The way of a browser that opens `path` on the host of an app, up to the address with the code.
pub async fn code(portal: &mut Client, browser: &mut Client, path: &str) -> String {
    let denied = browser.get(path).await;
    assert_eq!(denied.status, 303, "{}", denied.text());
    code_of(portal, browser, denied.location()).await
}

/// The same from the address where sign-in begins.
pub async fn code_of(portal: &mut Client, browser: &mut Client, first: &str) -> String {
    let begun = browser.get(first).await;
    let at_portal = format!("http://{}", portal.host());
    let way = begun.location().strip_prefix(&at_portal).unwrap_or_else(|| panic!("{} {}", begun.status, begun.text()));
    let handed = portal.get(way).await;
    assert_eq!(handed.status, 303, "{way}: {}", handed.text());
    let at_app = format!("http://{}", browser.host());
    handed.location().strip_prefix(&at_app).unwrap_or_else(|| panic!("led to {}", handed.location())).to_owned()
}

/// The whole way; the answer that opens the session.
pub async fn enter(portal: &mut Client, browser: &mut Client, path: &str) -> Response {
    let enter = code(portal, browser, path).await;
    browser.get(&enter).await
}
