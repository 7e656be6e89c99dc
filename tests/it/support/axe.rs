//! axe-core in the real browser: judges a page as it is shown, in light and in dark, and measures whether it fits.

use std::fmt;
use std::path::{Path, PathBuf};

use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

use super::browser::Browser;
use super::source;

/// The rules: WCAG 2.0 to 2.2, levels A and AA, and what axe calls best practice.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// Runs axe and answers with a line for each thing it finds wrong.
const JUDGE: &str = "const [rules, done] = arguments; \
    axe.run(document, { runOnly: { type: 'tag', values: rules } }).then((found) => done(found.violations.flatMap((one) => \
        one.nodes.map((node) => `${one.id}: ${node.html} ${node.failureSummary}`)))).catch((fault) => done([String(fault)]));";
/// How far the page is wider than the window, in CSS pixels.
const TOO_WIDE: &str = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;";

/// The judge.
pub struct Axe {
    script: String,
    pictures: Option<PathBuf>,
    /// What was found, a line each.
    pub found: Vec<String>,
    /// Pages and states that were judged, each in both themes.
    pub judged: usize,
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

/// Shows pages in `theme` (light or dark) from now on.
pub async fn set_theme(browser: &Browser, theme: &str) {
    let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }, { "name": "prefers-reduced-motion", "value": "reduce" }] });
    browser.page.issue_cmd(Cdp("Emulation.setEmulatedMedia", features)).await.unwrap();
}

/// Gives pages a window of that size, in CSS pixels.
pub async fn set_size(browser: &Browser, width: u32, height: u32) {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    browser.page.issue_cmd(Cdp("Emulation.setDeviceMetricsOverride", size)).await.unwrap();
}

impl Axe {
    /// The judge; `None` when axe-core was not fetched, which CI does not forgive.
    pub fn load() -> Option<Self> {
        let file = source::repository().join("target/axe/axe.min.js");
        let Ok(script) = std::fs::read_to_string(file) else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "axe-core is missing, and in CI nothing may be skipped");
            eprintln!("\n!!! SKIPPED: axe-core is missing; scripts/axe fetches it\n");
            return None;
        };
        Some(Self { script, pictures: std::env::var_os("PICTURES").map(PathBuf::from), found: Vec::new(), judged: 0 })
    }

    /// Judges the page that is open, by both themes; measures it at 320 px and at 640 px (1280 at a zoom of 200 %), in both directions.
    pub async fn judge(&mut self, browser: &Browser, name: &str) {
        self.judged += 1;
        for theme in ["light", "dark"] {
            set_theme(browser, theme).await;
            self.picture(browser, &format!("{name}-{theme}")).await;
            browser.page.execute(&self.script, Vec::new()).await.unwrap();
            let found = browser.page.execute_async(JUDGE, vec![json!(RULES)]).await.unwrap();
            let lines = found.as_array().unwrap().iter().map(|line| format!("{name}, {theme}: {}", line.as_str().unwrap_or_default()));
            self.found.extend(lines);
        }
        let own_direction = browser.page.execute("return document.documentElement.dir;", Vec::new()).await.unwrap();
        for (width, height) in [(320, 640), (640, 400)] {
            set_size(browser, width, height).await;
            if width == 320 {
                self.picture(browser, &format!("{name}-narrow")).await;
            }
            self.measure(browser, &format!("{name} at {width} px")).await;
        }
        self.set_direction(browser, &own_direction).await;
        set_size(browser, 1280, 800).await;
    }

    async fn measure(&mut self, browser: &Browser, name: &str) {
        for direction in ["ltr", "rtl"] {
            self.set_direction(browser, &json!(direction)).await;
            let over = browser.page.execute(TOO_WIDE, Vec::new()).await.unwrap();
            if over.as_i64() != Some(0) {
                self.found.push(format!("{name}: {over} px too wide, {direction}"));
            }
        }
    }

    async fn set_direction(&self, browser: &Browser, direction: &Value) {
        browser.page.execute("document.documentElement.dir = arguments[0];", vec![direction.clone()]).await.unwrap();
    }

    async fn picture(&self, browser: &Browser, name: &str) {
        if let Some(folder) = &self.pictures {
            browser.screenshot(&Path::new(folder).join(format!("{name}.png"))).await;
        }
    }
}

/// Lets the browser ask for that language from now on.
pub async fn set_language(browser: &Browser, tag: &str) {
    let headers = json!({ "headers": { "Accept-Language": tag } });
    browser.page.issue_cmd(Cdp("Network.enable", json!({}))).await.unwrap();
    browser.page.issue_cmd(Cdp("Network.setExtraHTTPHeaders", headers)).await.unwrap();
}
