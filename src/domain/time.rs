//! The clock as a seam: every reading of time goes through [`Clock`], so that tests can move it.

use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::text::Text;

/// Wall-clock time in whole unix seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `seconds` after 1970-01-01T00:00:00Z.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Parses RFC 3339; a date alone means the end of that day, UTC.
    pub fn parse(text: &str) -> Option<Self> {
        match text.len() {
            10 => {
                let midnight = OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok()?;
                Some(Self(midnight.unix_timestamp()).plus(DAY))
            }
            _ => OffsetDateTime::parse(text, &Rfc3339).ok().map(|moment| Self(moment.unix_timestamp())),
        }
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

/// The message keys of the month names.
const MONTHS: [&str; 12] = [
    "month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8", "month-9", "month-10",
    "month-11", "month-12",
];
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Timestamp {
    /// For people: how long ago or ahead of `now`, or the date if that is more than a week.
    pub fn words(self, now: Self) -> Text {
        let distance = now.since(self);
        let (count, past, future) = match distance.saturating_abs() {
            ..MINUTE if distance >= 0 => return Text::new("time-now"),
            ..MINUTE => return Text::new("time-soon"),
            seconds @ ..HOUR => (seconds / MINUTE, "time-minutes-ago", "time-in-minutes"),
            seconds @ ..DAY => (seconds / HOUR, "time-hours-ago", "time-in-hours"),
            seconds if seconds < 7 * DAY => (seconds / DAY, "time-days-ago", "time-in-days"),
            _ => return self.day(),
        };
        Text::new(if distance > 0 { past } else { future }).with("count", count)
    }

    /// For people who need the exact time: date and time of day in UTC.
    pub fn exact_words(self) -> Text {
        let of_day = self.0.rem_euclid(DAY);
        let time = format!("{:02}:{:02}:{:02}", of_day / HOUR, of_day % HOUR / MINUTE, of_day % MINUTE);
        Text::new("moment").with("date", self.day()).with("time", time)
    }

    fn day(self) -> Text {
        let date = OffsetDateTime::from_unix_timestamp(self.0).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let month = MONTHS.get(usize::from(u8::from(date.month())).saturating_sub(1)).copied().unwrap_or_default();
        // Strings, not numbers: no language groups the digits of a year.
        let (day, year) = (date.day().to_string(), date.year().to_string());
        Text::new("date").with("day", day).with("month", Text::new(month)).with("year", year)
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

    /// The same in microseconds, to order events within one second.
    fn micros(&self) -> u64 {
        u64::try_from(self.now().secs()).unwrap_or(0).saturating_mul(1_000_000)
    }

    /// Time since an arbitrary start that never goes backwards; leases are measured in it.
    fn monotonic(&self) -> Duration;

    /// Both times.
    fn moment(&self) -> Moment {
        Moment { now: self.now(), monotonic: self.monotonic() }
    }
}

/// One moment on both clocks: a request reads them once.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Wall-clock time.
    pub now: Timestamp,
    /// [`Clock::monotonic`].
    pub monotonic: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_words_for_people() {
        let now = Timestamp::from_secs(1_795_507_200);
        let at = |secs: i64| now.plus(secs).words(now);
        for (secs, key) in [(-59, "time-now"), (0, "time-now"), (1, "time-soon"), (59, "time-soon")] {
            assert_eq!(at(secs), Text::new(key));
        }
        for (secs, key, count) in [
            (-60, "time-minutes-ago", 1_i64),
            (-119, "time-minutes-ago", 1),
            (-3599, "time-minutes-ago", 59),
            (-3600, "time-hours-ago", 1),
            (-86_399, "time-hours-ago", 23),
            (-86_400, "time-days-ago", 1),
            (-6 * 86_400, "time-days-ago", 6),
            (120, "time-in-minutes", 2),
        ] {
            assert_eq!(at(secs), Text::new(key).with("count", count));
        }
        let day = |day: &str, month, year: &str| {
            Text::new("date").with("day", day).with("month", Text::new(month)).with("year", year)
        };
        assert_eq!(at(-7 * 86_400), day("17", "month-11", "2026"));
        assert_eq!(at(400 * 86_400), day("29", "month-12", "2027"));
        let before_1970 = Timestamp::from_secs(-1).exact_words();
        assert_eq!(
            before_1970,
            Text::new("moment").with("date", day("31", "month-12", "1969")).with("time", "23:59:59")
        );
    }
}
