//! Browsers from which somebody has signed in to an account before.

use woothee::parser::Parser;

use super::text::Text;
use super::time::Timestamp;

/// One known browser of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The ID in its device cookie.
    pub id: String,
    /// `User-Agent` at the first sign-in, shortened.
    pub name: String,
    /// Client address at the last sign-in.
    pub source: String,
    /// The time of the first sign-in.
    pub first_seen_at: Timestamp,
    /// The time of the last sign-in.
    pub last_seen_at: Timestamp,
    /// Until when the second factor is not asked for there (S129).
    pub trusted_until: Option<Timestamp>,
}

/// How long a browser stays trusted, in seconds: 30 days.
pub const TRUST_SECS: i64 = 30 * 86_400;

impl Device {
    /// Whether the second factor is not asked for there.
    pub fn is_trusted(&self, now: Timestamp) -> bool {
        self.trusted_until.is_some_and(|until| until > now)
    }
}

/// Maximum characters stored of a `User-Agent`.
const MAX_CHARS: usize = 200;
/// Maximum characters shown of an unknown `User-Agent`.
const RAW_CHARS: usize = 60;
/// What the parser returns for unknown parts.
const UNKNOWN: &str = "UNKNOWN";

/// A `User-Agent` as stored: one line, shortened.
pub fn shortened(user_agent: &str) -> String {
    user_agent.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect()
}

/// A `User-Agent` for people: "Firefox on Linux", or the header itself, shortened, if the browser is unknown.
pub fn spoken(user_agent: &str) -> Text {
    if user_agent.is_empty() {
        return Text::new("device-unknown");
    }
    known(user_agent).unwrap_or_else(|| {
        let short: String = user_agent.chars().take(RAW_CHARS).collect();
        let more = if user_agent.chars().nth(RAW_CHARS).is_some() { "\u{2026}" } else { "" };
        Text::new("device-other").with("name", format!("{short}{more}"))
    })
}

/// A known browser, described in our own words only.
pub fn known(user_agent: &str) -> Option<Text> {
    let found = Parser::new().parse(user_agent).filter(|found| found.name != UNKNOWN)?;
    Some(if found.os == UNKNOWN {
        Text::new("device-other").with("name", found.name)
    } else {
        Text::new("device-on").with("browser", found.name).with("system", found.os)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_have_names() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
            Chrome/140.0.0.0 Safari/537.36";
        let linux = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
            Version/18.0 Mobile/15E148 Safari/604.1";
        let on = |browser: &str, system: &str| Text::new("device-on").with("browser", browser).with("system", system);
        let other = |name: &str| Text::new("device-other").with("name", name);
        assert_eq!(spoken(windows), on("Chrome", "Windows 10"));
        assert_eq!(spoken(linux), on("Firefox", "Linux"));
        assert_eq!(spoken(phone), on("Safari", "iPhone"));
        assert_eq!(spoken(""), Text::new("device-unknown"));
        assert_eq!(spoken("my-own-thing <b>1</b>"), other("my-own-thing <b>1</b>"));
        assert_eq!(spoken(&"x".repeat(200)), other(&format!("{}\u{2026}", "x".repeat(RAW_CHARS))));
    }
}
