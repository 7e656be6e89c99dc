//! The browser by its keyboard alone: everything is reached by Tab, and each stop on the way shows that it has the
//! focus.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};
use tempfile::tempdir;

use super::axe;
use super::browser::Browser;
use super::mailbox::Mailbox;
use super::process::Process;

/// The focused element: whether it is the one looked for, whether one sees that it has the focus, whether it lies in
/// the window, and what it is.
const STATE: &str = "const one = document.activeElement, look = getComputedStyle(one), box = \
    one.getBoundingClientRect(); \
    const shown = one === document.body || (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2); \
    const inside = one === document.body || (box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < \
    innerWidth); \
    return [one.matches(arguments[0]), shown, inside, one.outerHTML];";
/// What the keyboard has to reach, in the order of the page.
const STOPS_OF_PAGE: &str = "[...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, \
    textarea, [tabindex=\"0\"]')].filter((one) => one.checkVisibility())";
/// Whether the background is lighter than the text.
const IS_LIGHT: &str = "const sum = (name) => getComputedStyle(document.body)[name].match(/[0-9.]+/g).slice(0, \
    3).reduce((a, b) => a + Number(b), 0); \
    return sum('backgroundColor') > sum('color');";
/// More stops than any page has.
const STOPS: usize = 120;

/// Whether the element has the focus; what has it is in the window, and one sees that it has it.
async fn is_at(browser: &Browser, css: &str) -> bool {
    let state = browser.page.execute(STATE, vec![css.into()]).await.unwrap();
    let [found, shown, inside, html] = [&state[0], &state[1], &state[2], &state[3]];
    assert_eq!(shown, &Value::Bool(true), "the focus cannot be seen on {html}");
    assert_eq!(inside, &Value::Bool(true), "what has the focus is not in the window: {html}");
    found == &Value::Bool(true)
}

/// Presses Tab until the element has the focus.
pub async fn tab_to(browser: &Browser, css: &str) {
    browser.find(css).await;
    for _ in 0..STOPS {
        if is_at(browser, css).await {
            return;
        }
        press(browser, Key::Tab).await;
    }
    panic!("no way to {css} by keyboard at {}", browser.text().await);
}

/// Goes once around the page: Tab stops at everything in the order of the page, and Shift+Tab leads back.
pub async fn go_around(browser: &Browser) {
    let number = format!("const all = {STOPS_OF_PAGE}; return [all.indexOf(document.activeElement), all.length];");
    let mut stops = Vec::new();
    let mut count = 1;
    while stops.len() < count {
        press(browser, Key::Tab).await;
        is_at(browser, "body").await;
        let state = browser.page.execute(&number, Vec::new()).await.unwrap();
        count = usize::try_from(state[1].as_u64().unwrap()).unwrap();
        if let Some(stop) = state[0].as_u64() {
            assert!(!stops.contains(&stop), "Tab stops twice at {stop}, and not at all of {count}: {stops:?}");
            stops.push(stop);
        }
    }
    let first = stops.iter().position(|stop| *stop == 0).unwrap();
    stops.rotate_left(first);
    assert!(stops.is_sorted(), "Tab does not go in the order of {}: {stops:?}", browser.url().await);
    let here = browser.page.execute(&number, Vec::new()).await.unwrap();
    press_all(browser, &[Key::Shift, Key::Tab]).await;
    assert_ne!(browser.page.execute(&number, Vec::new()).await.unwrap(), here, "Shift+Tab does not lead back");
}

/// Presses a key where the focus is.
pub async fn press(browser: &Browser, key: Key) {
    press_all(browser, &[key]).await;
}

/// Presses keys together; unlike [`write`], also where the focus is on a field for a file.
async fn press_all(browser: &Browser, keys: &[Key]) {
    let values = keys.iter().map(|key| char::from(*key));
    let down = values.clone().map(|value| KeyAction::Down { value });
    let up = values.rev().map(|value| KeyAction::Up { value });
    let actions = down.chain(up).fold(KeyActions::new("keyboard".to_owned()), KeyActions::then);
    browser.page.perform_actions(actions).await.unwrap();
}

/// Writes where the focus is.
pub async fn write(browser: &Browser, text: &str) {
    browser.page.active_element().await.unwrap().send_keys(text).await.unwrap();
}

/// Goes to the field of that name and writes over what is there.
pub async fn fill(browser: &Browser, name: &str, text: &str) {
    tab_to(browser, &format!("[name='{name}']")).await;
    let all = format!("{}a{}", char::from(Key::Control), char::from(Key::Null));
    write(browser, &all).await;
    write(browser, text).await;
}

/// Fills fields in turn, and presses Enter in the last one.
pub async fn type_in(browser: &Browser, fields: &[(&str, &str)]) {
    for (name, text) in fields {
        fill(browser, name, text).await;
    }
    press(browser, Key::Enter).await;
}

/// Goes to a link or button by Tab and presses Enter.
pub async fn go(browser: &Browser, css: &str) {
    tab_to(browser, css).await;
    press(browser, Key::Enter).await;
}

/// One browser on its way through everything.
pub struct Walk {
    /// The browser.
    pub browser: Browser,
    /// Origin of the pages.
    pub base: String,
    /// Mails sent.
    pub mailbox: Mailbox,
    /// The program.
    pub process: Process,
    is_light: bool,
}

impl Walk {
    /// A real server in front of an app, and a browser with that screen and theme.
    pub async fn start(upstream: &str, width: u32, theme: &'static str, scripts: bool) -> Option<Self> {
        Self::start_with(upstream, width, theme, scripts, &[]).await
    }

    /// The same with more variables.
    pub async fn start_with(
        upstream: &str,
        width: u32,
        theme: &'static str,
        scripts: bool,
        more: &[(&str, &str)],
    ) -> Option<Self> {
        let browser = if scripts { Browser::start().await } else { Browser::without_scripts().await }?;
        axe::set_size(&browser, width, 640).await;
        axe::set_theme(&browser, theme).await;
        // As a window that is in front; a headless one may lose that when Tab leaves the page at its end.
        browser.devtools("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await;
        let mut variables = vec![("UPSTREAM_URL".to_owned(), upstream.to_owned())];
        variables.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let process = Process::start_with(tempdir().unwrap(), "start", &variables).await;
        let mailbox = Mailbox::of(&process.folder.path().join("data"));
        Some(Self { browser, base: process.app_url(), mailbox, process, is_light: theme == "light" })
    }

    /// What claims the server.
    pub fn set_up_token(&self) -> String {
        let file = self.process.folder.path().join("data/setup-token");
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }

    /// Waits for the element of one of our pages, and checks the page as it is shown.
    pub async fn see(&self, css: &str) {
        self.browser.find(css).await;
        let page = &self.browser.page;
        let over = page.execute(axe::TOO_WIDE, Vec::new()).await.unwrap();
        assert_eq!(over, Value::from(0), "{} is {over} px too wide", self.browser.url().await);
        let is_light = page.execute(IS_LIGHT, Vec::new()).await.unwrap();
        assert_eq!(
            is_light,
            Value::Bool(self.is_light),
            "{} is not in the theme of the system",
            self.browser.url().await
        );
    }

    /// Follows a link or presses a button.
    pub async fn go_to(&self, css: &str, then: &str) {
        go(&self.browser, css).await;
        self.see(then).await;
    }

    /// Opens a page by its address.
    pub async fn open(&self, path: &str, then: &str) {
        self.browser.open(&format!("{}{path}", self.base)).await;
        self.see(then).await;
    }

    /// The focus is on the summary of the mistakes.
    pub async fn at_the_summary(&self) {
        self.see(".summary").await;
        let focused = self.browser.page.active_element().await.unwrap().attr("class").await.unwrap();
        assert_eq!(focused.as_deref(), Some("summary"));
    }

    /// The focus is on the summary of the mistakes, and its first link leads to the field.
    pub async fn follow_the_summary(&self, field: &str) {
        self.at_the_summary().await;
        go(&self.browser, ".summary a").await;
        let at = self.browser.page.active_element().await.unwrap().attr("name").await.unwrap();
        assert_eq!(at.as_deref(), Some(field), "the summary's link leads elsewhere");
    }
}
