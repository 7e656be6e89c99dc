//! The clock as a seam: every reading of time goes through [`Clock`], so tests can move it.

use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Wall-clock time in whole unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `seconds` after 1970-01-01T00:00:00Z.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Unix seconds.
    pub const fn secs(self) -> i64 {
        self.0
    }

    /// This moment moved by `seconds`, which may be negative; stops at the ends of the range.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// English names, as `words` and `exact_words` use them.
const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Timestamp {
    /// For people: how long ago or ahead of `now`, or the day when that is more than a week.
    pub fn words(&self, now: &Self) -> String {
        let distance = now.since(*self);
        let (amount, unit) = match distance.saturating_abs() {
            ..MINUTE => return "just now".to_owned(),
            seconds @ ..HOUR => (seconds / MINUTE, "minute"),
            seconds @ ..DAY => (seconds / HOUR, "hour"),
            seconds if seconds < 7 * DAY => (seconds / DAY, "day"),
            _ => return self.day().unwrap_or_else(|| self.to_string()),
        };
        let plural = if amount == 1 { "" } else { "s" };
        if distance > 0 { format!("{amount} {unit}{plural} ago") } else { format!("in {amount} {unit}{plural}") }
    }

    /// For people who need to know exactly: the day and the time of day in UTC.
    pub fn exact_words(&self) -> String {
        let of_day = self.0.rem_euclid(DAY);
        let day = self.day().unwrap_or_else(|| self.to_string());
        format!("{day}, {:02}:{:02}:{:02} UTC", of_day / HOUR, of_day % HOUR / MINUTE, of_day % MINUTE)
    }

    fn day(self) -> Option<String> {
        let date = OffsetDateTime::from_unix_timestamp(self.0).ok()?;
        let month = MONTHS.get(usize::from(u8::from(date.month())).checked_sub(1)?)?;
        Some(format!("{} {month} {}", date.day(), date.year()))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, for example `2026-11-24T08:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp(self.0).ok().and_then(|t| t.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            None => write!(f, "{}", self.0),
        }
    }
}

/// The one source of time for everything above `domain`.
pub trait Clock: Send + Sync + 'static {
    /// Wall-clock time; may jump (S93).
    fn now(&self) -> Timestamp;

    /// Time since an arbitrary start that never goes backwards; leases are counted in it.
    fn monotonic(&self) -> Duration;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_words_for_people() {
        let now = Timestamp::from_secs(1_795_507_200);
        let at = |secs: i64| now.plus(secs).words(&now);
        assert_eq!((at(0), at(-59), at(59)), ("just now".to_owned(), "just now".to_owned(), "just now".to_owned()));
        for (secs, words) in [
            (-60, "1 minute ago"),
            (-119, "1 minute ago"),
            (-3599, "59 minutes ago"),
            (-3600, "1 hour ago"),
            (-86_399, "23 hours ago"),
            (-86_400, "1 day ago"),
            (-6 * 86_400, "6 days ago"),
            (-7 * 86_400, "17 November 2026"),
            (120, "in 2 minutes"),
            (400 * 86_400, "29 December 2027"),
        ] {
            assert_eq!(at(secs), words);
        }
        assert_eq!(now.exact_words(), "24 November 2026, 08:00:00 UTC");
        assert_eq!(Timestamp::from_secs(-1).exact_words(), "31 December 1969, 23:59:59 UTC");
    }
}
