//! When certificates of an authority are ordered: early enough, and not too often (S133).

use super::invisible::is_invisible;
use super::time::Timestamp;

/// Seconds until the next attempt, by the number of failures in a row; the last one is repeated.
const BACK_OFF: [i64; 7] = [60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600];
/// Seconds to wait at least where the authority says that there were too many orders.
const RATE_LIMITED_SECS: i64 = 3600;
/// The longest wait that an authority can ask for.
const LONGEST_WAIT_SECS: i64 = 24 * 3600;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days before the end from which on it is a warning that there is no newer certificate.
const WARNING_DAYS: i64 = 20;
/// Days before the end from which on admins are notified by mail.
const MAIL_DAYS: i64 = 10;

/// How the authority asks whether a name is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeKind {
    /// A handshake with the protocol `acme-tls/1` (RFC 8737).
    TlsAlpn01,
    /// A request on the port for http (RFC 8555, section 8.3).
    Http01,
}

impl ChallengeKind {
    /// The word stored, which is that of the RFCs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TlsAlpn01 => "tls-alpn-01",
            Self::Http01 => "http-01",
        }
    }
}

/// Both ways, in the order in which they are tried: TLS-ALPN-01 first, the other one after a failure, and so on.
pub const fn ways(failures: i64) -> [ChallengeKind; 2] {
    if failures % 2 == 0 {
        [ChallengeKind::TlsAlpn01, ChallengeKind::Http01]
    } else {
        [ChallengeKind::Http01, ChallengeKind::TlsAlpn01]
    }
}

/// When a name's certificate is ordered next, and what came of the last attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderState {
    /// Failures in a row.
    pub failures: i64,
    /// When it is ordered.
    pub due_at: Timestamp,
    /// When the last attempt failed.
    pub failed_at: Option<Timestamp>,
    /// Why, empty if none did.
    pub last_error: String,
}

impl OrderState {
    /// After one more failure at `now`. `asked_for` is what the authority wants to wait, if it says that there were too
    /// many orders; `jitter` is a random number, so that many instances do not come back at once.
    #[must_use]
    pub fn failed(&self, now: Timestamp, why: String, asked_for: Option<i64>, jitter: u16) -> Self {
        let step = usize::try_from(self.failures).unwrap_or(usize::MAX).min(BACK_OFF.len() - 1);
        let usual = BACK_OFF.get(step).copied().unwrap_or(LONGEST_WAIT_SECS);
        let wait = asked_for.map_or(usual, |secs| usual.max(secs.clamp(RATE_LIMITED_SECS, LONGEST_WAIT_SECS)));
        // Up to a tenth more.
        let more = wait / 10 * i64::from(jitter) / i64::from(u16::MAX);
        let failures = self.failures.saturating_add(1);
        Self { failures, due_at: now.plus(wait + more), failed_at: Some(now), last_error: why }
    }
}

/// When a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

impl Validity {
    /// Whole days until the end; negative afterwards.
    pub const fn days_left(self, now: Timestamp) -> i64 {
        self.until.since(now).div_euclid(DAY)
    }

    /// Whether less than a third of the lifetime is left.
    pub const fn is_to_be_renewed(self, now: Timestamp) -> bool {
        self.until.since(now).saturating_mul(3) < self.until.since(self.from)
    }

    /// Whether it is a warning that there is no newer one: 20 days before the end, or two ninths of a short lifetime,
    /// which is a while after it was to be renewed.
    pub fn is_ending(self, now: Timestamp) -> bool {
        self.until.since(now) < (WARNING_DAYS * DAY).min(self.ninth() * 2)
    }

    /// Whether admins are notified: 10 days before the end, or a ninth of a short lifetime.
    pub fn is_urgent(self, now: Timestamp) -> bool {
        self.until.since(now) < (MAIL_DAYS * DAY).min(self.ninth())
    }

    const fn ninth(self) -> i64 {
        self.until.since(self.from) / 9
    }
}

/// A text of an authority, for the log and for pages: one line that is not too long, and has nothing hidden in it.
pub fn one_line(text: &str) -> String {
    text.chars().map(|sign| if is_invisible(sign) { ' ' } else { sign }).take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s133_failures_back_off_and_an_authority_cannot_stop_orders_for_ever() {
        let now = Timestamp::from_secs(1_000_000);
        let mut state = OrderState::default();
        let mut waits = Vec::new();
        for _ in 0..9 {
            state = state.failed(now, "no".to_owned(), None, 0);
            waits.push(state.due_at.since(now));
        }
        assert_eq!(waits, [60, 300, 900, 3600, 10_800, 21_600, 43_200, 43_200, 43_200]);
        assert_eq!(state.failures, 9);
        let first =
            |asked_for, jitter| OrderState::default().failed(now, String::new(), asked_for, jitter).due_at.since(now);
        assert_eq!(first(Some(0), 0), 3600);
        assert_eq!(first(Some(7200), 0), 7200);
        assert_eq!(first(Some(i64::MAX), 0), 86_400);
        assert_eq!(first(Some(i64::MIN), 0), 3600);
        assert_eq!(first(None, u16::MAX), 66);
        assert!((60..=66).contains(&first(None, 1234)));
    }

    #[test]
    fn a_certificate_is_renewed_in_the_last_third_of_its_life() {
        let (at, of_90) = (Timestamp::from_secs, of_days(90));
        assert!(!of_90.is_to_be_renewed(at(60 * DAY)) && of_90.is_to_be_renewed(at(60 * DAY + 1)));
        assert!(of_90.is_to_be_renewed(at(91 * DAY)));
        assert_eq!(of_90.days_left(at(80 * DAY)), 10);
        assert_eq!(of_90.days_left(at(80 * DAY + 1)), 9);
        assert_eq!(of_90.days_left(at(90 * DAY + 1)), -1);
    }

    #[test]
    fn s133_the_end_is_a_warning_20_days_before_and_a_mail_10_days_before_but_later_in_a_short_life() {
        let at = Timestamp::from_secs;
        for (days, warned, mailed) in [(365, 345, 355), (90, 70, 80), (9, 7, 8)] {
            let validity = of_days(days);
            assert!(!validity.is_ending(at(warned * DAY)) && validity.is_ending(at(warned * DAY + 1)), "{days}");
            assert!(!validity.is_urgent(at(mailed * DAY)) && validity.is_urgent(at(mailed * DAY + 1)), "{days}");
            assert!(validity.is_ending(at(days * DAY + 1)) && validity.is_urgent(at(days * DAY + 1)), "{days}");
        }
    }

    fn of_days(days: i64) -> Validity {
        Validity { from: Timestamp::from_secs(0), until: Timestamp::from_secs(days * DAY) }
    }

    #[test]
    fn s133_a_text_of_an_authority_is_one_line_that_hides_nothing() {
        assert_eq!(one_line("no\r\n\u{1b}[2Jway\u{202e}x"), "no   [2Jway x");
        assert_eq!(one_line(&"x".repeat(1000)).len(), 400);
    }

    #[test]
    fn both_ways_are_tried_by_turns() {
        assert_eq!(ways(0)[0], ChallengeKind::TlsAlpn01);
        assert_eq!(ways(1)[0], ChallengeKind::Http01);
        assert_eq!(ways(2)[0], ChallengeKind::TlsAlpn01);
    }
}
