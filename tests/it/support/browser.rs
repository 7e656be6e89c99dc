//! A real Chromium, driven through Debian's chromedriver.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::{Running, is_installed};

/// A name of this machine that Chromium does not trust as it trusts loopback: without https a page there is insecure.
pub const NOT_LOOPBACK: &str = "gate.example.test";
/// The sign-in form.
pub const SIGN_IN: &str = "form[data-form='sign-in']";
/// How long the browser may take for one thing.
const TIMEOUT: Duration = Duration::from_secs(20);

/// One browser with a profile of its own; close it with [`Browser::close`], or it is killed when dropped.
pub struct Browser {
    /// The driver's client, for what has no helper here.
    pub page: Client,
    driver: Running,
    profile: TempDir,
}

/// A command of the Chrome `DevTools` Protocol, passed on by chromedriver.
struct Cdp(&'static str, Value);

impl fmt::Debug for Cdp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &url::Url) -> (hyper::Method, Option<String>) {
        (hyper::Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

impl Browser {
    /// Starts a browser; `None` when Chromium or its driver is not installed.
    pub async fn start() -> Option<Self> {
        Self::that_refuses("").await
    }

    /// Starts a browser that trusts the certificate with this key, named by its SHA-256 in Base64.
    pub async fn that_trusts(key: &str) -> Option<Self> {
        Self::with("", &[format!("--ignore-certificate-errors-spki-list={key}")]).await
    }

    /// Starts a browser in which pages may not run scripts.
    pub async fn without_scripts() -> Option<Self> {
        Self::that_refuses("javascript").await
    }

    /// Starts a browser that keeps no cookies.
    pub async fn without_cookies() -> Option<Self> {
        Self::that_refuses("cookies").await
    }

    /// Starts a browser whose user does not allow sites to use that.
    async fn that_refuses(content: &str) -> Option<Self> {
        Self::with(content, &[]).await
    }

    async fn with(refused: &str, flags: &[String]) -> Option<Self> {
        let chromium = is_installed("chromium")?;
        let driver = Running::start(Command::new(is_installed("chromedriver")?).arg("--port=0"));
        let line = driver.line_with("started successfully on port");
        let port: u16 = line
            .rsplit(' ')
            .next()
            .and_then(|word| word.trim_end_matches('.').parse().ok())
            .unwrap_or_else(|| panic!("{line}"));
        let profile = TempDir::new().unwrap();
        let options = options(&chromium, profile.path(), refused, flags);
        let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let Value::Object(capabilities) = capabilities else { panic!("not an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let page = builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}")).await;
        let page = page.unwrap_or_else(|fault| panic!("no browser session: {fault}\n{}", driver.output()));
        Some(Self { page, driver, profile })
    }

    /// Opens an address and waits until it is loaded.
    pub async fn open(&self, url: &str) {
        self.page.goto(url).await.unwrap();
    }

    /// The element, waited for.
    pub async fn find(&self, css: &str) -> Element {
        let found = self.page.wait().at_most(TIMEOUT).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element,
            Err(fault) => panic!("no {css} at {}: {fault}\n{}", self.url().await, self.text().await),
        }
    }

    /// Types into the field of that name, over what is there.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.find(&format!("[name='{name}']")).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Clicks the element.
    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Fills fields by name and presses the form's button.
    pub async fn submit(&self, action: &str, fields: &[(&str, &str)]) {
        for (name, text) in fields {
            self.fill(name, text).await;
        }
        // The sign-in form posts to its own address.
        let form = if action == "/_auth/login" { SIGN_IN.to_owned() } else { format!("form[action='{action}']") };
        self.click(&format!("{form} [type=submit], {form} button:not([type])")).await;
    }

    /// Waits until the address contains `part`.
    pub async fn at(&self, part: &str) {
        let arrived = async || self.url().await.contains(part).then_some(());
        super::wait::eventually(&format!("the address to hold {part}"), arrived).await;
    }

    /// The address it shows.
    pub async fn url(&self) -> String {
        self.page.current_url().await.map(|url| url.to_string()).unwrap_or_default()
    }

    /// The text a reader sees.
    pub async fn text(&self) -> String {
        match self.page.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_nothing) => String::new(),
        }
    }

    /// Waits until there is no such element any more.
    pub async fn gone(&self, css: &str) {
        let gone = async || self.page.find(Locator::Css(css)).await.is_err().then_some(());
        super::wait::eventually(&format!("{css} to go"), gone).await;
    }

    /// Opens a web socket from the page and waits until it is open.
    pub async fn open_socket(&self, path: &str) {
        let script = "window.socket = new WebSocket(location.origin.replace('http', 'ws') + arguments[0]);";
        self.page.execute(script, vec![path.into()]).await.unwrap();
        self.socket_reaches(1).await;
    }

    /// Waits until that web socket is closed.
    pub async fn socket_is_closed(&self) {
        self.socket_reaches(3).await;
    }

    async fn socket_reaches(&self, state: u64) {
        let there = async || {
            let found = self.page.execute("return window.socket.readyState", Vec::new()).await.unwrap();
            (found.as_u64() == Some(state)).then_some(())
        };
        super::wait::eventually(&format!("the web socket to reach state {state}"), there).await;
    }

    /// The statuses of `count` requests that the page makes at once, as many tabs would.
    pub async fn fetch_at_once(&self, path: &str, count: usize) -> Vec<u64> {
        let script = "const done = arguments[2]; \
            Promise.all(Array.from({length: arguments[1]}, () => fetch(arguments[0]).then(answer => \
            answer.status))).then(done);";
        let found = self.page.execute_async(script, vec![path.into(), count.into()]).await.unwrap();
        found.as_array().unwrap().iter().map(|status| status.as_u64().unwrap()).collect()
    }

    /// Names of the cookies the page's host has set.
    pub async fn cookie_names(&self) -> Vec<String> {
        self.page.get_all_cookies().await.unwrap().iter().map(|cookie| cookie.name().to_owned()).collect()
    }

    /// Sends a command of the Chrome `DevTools` Protocol.
    pub async fn devtools(&self, command: &'static str, parameters: Value) {
        self.page.issue_cmd(Cdp(command, parameters)).await.unwrap();
    }

    /// Writes a picture of the page.
    pub async fn screenshot(&self, file: &Path) {
        std::fs::write(file, self.page.screenshot().await.unwrap()).unwrap();
    }

    /// Ends the session, and with it every process of the browser.
    pub async fn close(self) {
        let closed = self.page.clone().close().await;
        closed.unwrap_or_else(|fault| panic!("{fault}\n{}", self.driver.output()));
    }
}

impl Drop for Browser {
    /// A failed test never came to `close`: without this its Chromium would outlive the driver.
    fn drop(&mut self) {
        let singleton = std::fs::read_link(self.profile.path().join("SingletonLock")).ok();
        let process = singleton.and_then(|link| link.to_str()?.rsplit('-').next()?.parse::<u32>().ok());
        if let Some(process) = process
            && let Err(fault) = Command::new("kill").arg(process.to_string()).status()
        {
            eprintln!("could not stop the browser {process}: {fault}");
        }
    }
}

fn options(chromium: &Path, profile: &Path, refused: &str, flags: &[String]) -> Value {
    let quiet = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
    ];
    let mut arguments: Vec<String> = ["--headless=new", "--no-sandbox", "--disable-sync", "--disable-dev-shm-usage"]
        .iter()
        .chain(&quiet)
        .map(|flag| (*flag).to_owned())
        .collect();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    arguments.extend(flags.iter().cloned());
    arguments.push(format!(
        "--host-resolver-rules=MAP {NOT_LOOPBACK} 127.0.0.1, MAP *.w.test 127.0.0.1, MAP *.other.example 127.0.0.1"
    ));
    let mut preferences = json!({ "credentials_enable_service": false });
    for content in ["javascript", "cookies"] {
        let allowed = if content == refused { 2 } else { 1 };
        preferences[format!("profile.managed_default_content_settings.{content}")] = allowed.into();
    }
    json!({ "binary": chromium, "args": arguments, "prefs": preferences })
}

#[tokio::test]
async fn the_browser_opens_a_page_with_and_without_scripts() {
    let upstream = super::upstream::Upstream::start().await;
    for scripts in [true, false] {
        let Some(browser) = Browser::that_refuses(if scripts { "" } else { "javascript" }).await else { return };
        browser.open(&upstream.url()).await;
        assert_eq!(browser.find("#app").await.text().await.unwrap(), "The app behind");
        browser.open("data:text/html,<p>plain</p><script>document.body.textContent = 'scripted'</script>").await;
        assert_eq!(browser.text().await, if scripts { "scripted" } else { "plain" });
        browser.close().await;
    }
}
