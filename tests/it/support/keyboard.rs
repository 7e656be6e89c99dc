//! The browser by its keyboard alone: everything is reached by Tab, and each stop on the way shows that it has the
//! focus.

use fantoccini::key::Key;
use serde_json::Value;

use super::browser::Browser;

/// The focused element: whether it is the one looked for, whether one sees that it has the focus, whether it lies in
/// the window, and what it is.
const STATE: &str = "const one = document.activeElement, look = getComputedStyle(one), box = \
    one.getBoundingClientRect(); \
    const shown = one === document.body || (look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2); \
    const inside = one === document.body || (box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < \
    innerWidth); \
    return [one.matches(arguments[0]), shown, inside, one.outerHTML];";
/// More stops than any page has.
const STOPS: usize = 120;

/// Presses Tab until the element has the focus.
pub async fn tab_to(browser: &Browser, css: &str) {
    browser.find(css).await;
    for _ in 0..STOPS {
        let state = browser.page.execute(STATE, vec![css.into()]).await.unwrap();
        let [found, shown, inside, html] = [&state[0], &state[1], &state[2], &state[3]];
        assert_eq!(shown, &Value::Bool(true), "the focus cannot be seen on {html}");
        assert_eq!(inside, &Value::Bool(true), "what has the focus is not in the window: {html}");
        if found == &Value::Bool(true) {
            return;
        }
        press(browser, Key::Tab).await;
    }
    panic!("no way to {css} by keyboard at {}", browser.text().await);
}

/// Presses a key where the focus is.
pub async fn press(browser: &Browser, key: Key) {
    write(browser, &char::from(key).to_string()).await;
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
