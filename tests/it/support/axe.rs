//! axe-core in the real browser: judges a page as it is shown, with every preference a system can have, and measures
//! whether it fits.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portcullis::for_tests::{Access, Host, PAGES};
use serde_json::{Value, json};

use super::browser::Browser;
use super::source;

/// The rules: WCAG 2.0 to 2.2, levels A and AA, and what axe calls best practice.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// What depends on colours, with the contrast that level AAA asks for.
const COLOURS: [&str; 1] = ["cat.color"];
/// What the rules say of a page does not depend on its colours but for some of them.
const LOOKS: [(Look, &[&str]); 5] = [
    (Look { name: "light", scheme: "light", contrast: "no-preference", forced: "none" }, &RULES),
    (Look { name: "dark", scheme: "dark", contrast: "no-preference", forced: "none" }, &RULES),
    (Look { name: "light, more contrast", scheme: "light", contrast: "more", forced: "none" }, &COLOURS),
    (Look { name: "dark, more contrast", scheme: "dark", contrast: "more", forced: "none" }, &COLOURS),
    (Look { name: "forced colours", scheme: "dark", contrast: "more", forced: "active" }, &COLOURS),
];
/// Runs axe and answers with a line for each thing it finds wrong.
const JUDGE: &str = "const [rules, done] = arguments; \
    axe.run(document, { runOnly: { type: 'tag', values: rules } }).then((found) => done(found.violations.flatMap((one) \
    => \
        one.nodes.map((node) => `${one.id}: ${node.html} ${node.failureSummary}`)))).catch((fault) => \
        done([String(fault)]));";
/// Whether something has the focus without showing it, or is a button without an edge: what forced colours take away.
const LOST: &str = "return [...document.querySelectorAll('a, button, input, select, textarea')].filter((one) => \
    one.offsetParent).flatMap((one) => { \
    one.focus(); \
    const look = getComputedStyle(one), field = !one.matches('a, [type=hidden], [type=checkbox]'); \
    const unseen = look.outlineStyle === 'none' || parseFloat(look.outlineWidth) < 2, bare = field && \
    parseFloat(look.borderTopWidth) < 1; \
    return unseen || bare ? [one.outerHTML] : []; });";
/// How far the page is wider than the window, in CSS pixels, or on a narrow screen a list wider than its place.
pub const TOO_WIDE: &str = "const over = (one) => one.scrollWidth - one.clientWidth; \
    const lists = innerWidth > 480 ? [] : [...document.querySelectorAll('.scroll')]; \
    return Math.max(over(document.documentElement), ...lists.map(over));";

/// Rows that lead elsewhere, to a file, or to the start page, which is judged by its name.
const NO_PAGES: [&str; 11] = [
    "",
    "/",
    "/handover",
    "/confirm",
    // Only in the middle of a sign-in, where tests/it/factor_pages.rs judges them.
    "/login/factor",
    // Leads to the sign-in page.
    "/login/passkey",
    "/login/enrol",
    "/admin",
    "/admin/users/selected",
    "/admin/users/selected/join",
    "/admin/audit/export",
];

/// The row of the table of routes that a page at this address is of.
fn row_at(address: &str) -> Option<&'static str> {
    let path = address.split_once("/_auth")?.1.split(['?', '#']).next()?;
    let fits = |pattern: &str| {
        let (parts, others) = (pattern.split('/'), path.split('/'));
        parts.clone().count() == others.clone().count()
            && parts.zip(others).all(|(part, other)| part == other || part.starts_with('{'))
    };
    PAGES.iter().map(|row| row.path).find(|pattern| fits(pattern))
}

/// The judge.
pub struct Axe {
    script: String,
    pictures: Option<PathBuf>,
    /// What was found, a line each.
    pub found: Vec<String>,
    /// Pages and states that were judged, each in every look.
    pub judged: usize,
    /// The rows of the table of routes whose pages were among them.
    rows: BTreeSet<&'static str>,
}

/// Shows pages in `theme` (light or dark) from now on.
pub async fn set_theme(browser: &Browser, theme: &'static str) {
    Look { name: theme, scheme: theme, contrast: "no-preference", forced: "none" }.set(browser).await;
}

/// Colour preferences of a system.
#[derive(Clone, Copy)]
struct Look {
    name: &'static str,
    scheme: &'static str,
    contrast: &'static str,
    forced: &'static str,
}

impl Look {
    async fn set(self, browser: &Browser) {
        let wishes = [
            ("prefers-color-scheme", self.scheme),
            ("prefers-contrast", self.contrast),
            ("forced-colors", self.forced),
            ("prefers-reduced-motion", "reduce"),
        ];
        let wishes: Vec<Value> = wishes.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        browser.devtools("Emulation.setEmulatedMedia", json!({ "features": wishes })).await;
    }
}

/// Gives pages a window of that size, in CSS pixels.
pub async fn set_size(browser: &Browser, width: u32, height: u32) {
    let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    browser.devtools("Emulation.setDeviceMetricsOverride", size).await;
}

impl Axe {
    /// The judge; `None` when axe-core was not fetched, which CI does not forgive.
    pub fn load() -> Option<Self> {
        let file = source::repository().join("target/axe/axe.min.js");
        let Ok(script) = std::fs::read_to_string(file) else {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "axe-core is missing, and in CI nothing may be skipped"
            );
            eprintln!("\n!!! SKIPPED: axe-core is missing; scripts/axe fetches it\n");
            return None;
        };
        Some(Self {
            script,
            pictures: std::env::var_os("PICTURES").map(PathBuf::from),
            found: Vec::new(),
            judged: 0,
            rows: BTreeSet::new(),
        })
    }

    /// Judges the page that is open in every look; measures it at 320 px and at 640 px (1280 at a zoom of 200 %), in
    /// both directions.
    pub async fn judge(&mut self, browser: &Browser, name: &str) {
        self.judged += 1;
        self.rows.extend(row_at(&browser.url().await));
        self.look_at(browser, name).await;
        self.fit(browser, name).await;
    }

    /// Judges the pages of the table of routes that these may open and that nobody has judged yet.
    pub async fn judge_the_rest(&mut self, browser: &Browser, base: &str, guards: &[Access]) {
        let at_portal = PAGES.iter().filter(|row| row.host != Host::App);
        let pages = at_portal.filter(|row| row.rule().has_page && guards.contains(&row.access));
        for row in pages.filter(|row| !NO_PAGES.contains(&row.path)) {
            if !self.rows.contains(row.path) {
                let has_one_address = row.access != Access::Link && !row.path.contains('{');
                assert!(has_one_address, "the page at {} is not judged, and nobody knows an address of it", row.path);
                browser.open(&format!("{base}/_auth{}", row.path)).await;
                self.judge(browser, &row.path[1..].replace('/', "-")).await;
                assert!(self.rows.contains(row.path), "{} leads to {}", row.path, browser.url().await);
            }
        }
    }

    async fn look_at(&mut self, browser: &Browser, name: &str) {
        browser.page.execute(&self.script, Vec::new()).await.unwrap();
        for (look, rules) in LOOKS {
            look.set(browser).await;
            self.picture(browser, &format!("{name}-{}", look.name.replace(", ", "-").replace(' ', "-"))).await;
            let found = browser.page.execute_async(JUDGE, vec![json!(rules)]).await.unwrap();
            self.note(&format!("{name}, {}", look.name), &found);
        }
        let lost = browser.page.execute(LOST, Vec::new()).await.unwrap();
        self.note(&format!("{name}, forced colours, no focus or no edge"), &lost);
        set_theme(browser, "light").await;
    }

    async fn fit(&mut self, browser: &Browser, name: &str) {
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

    fn note(&mut self, place: &str, lines: &Value) {
        self.found.extend(
            lines.as_array().unwrap().iter().map(|line| format!("{place}: {}", line.as_str().unwrap_or_default())),
        );
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
    browser.devtools("Network.enable", json!({})).await;
    browser.devtools("Network.setExtraHTTPHeaders", headers).await;
}
