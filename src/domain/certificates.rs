//! When certificates of an authority are ordered: early enough, and not too often (S133).

use super::time::Timestamp;

/// Seconds until the next attempt, by the number of failures in a row; the last one is repeated.
const BACK_OFF: [i64; 7] = [60, 300, 900, 3600, 3 * 3600, 6 * 3600, 12 * 3600];
/// Seconds to wait at least where the authority says that there were too many orders.
const RATE_LIMITED_SECS: i64 = 3600;
/// The longest wait that an authority can ask for.
const LONGEST_WAIT_SECS: i64 = 24 * 3600;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days before the end from which on a failed renewal is a warning in the log.
pub const WARNING_DAYS: i64 = 20;
/// Days before the end from which on admins are notified by mail.
pub const MAIL_DAYS: i64 = 10;

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

/// Whether less than a third of the lifetime is left.
pub const fn is_to_be_renewed(not_before: Timestamp, not_after: Timestamp, now: Timestamp) -> bool {
    not_after.since(now).saturating_mul(3) < not_after.since(not_before)
}

/// Whole days until then; negative afterwards.
pub const fn days_left(not_after: Timestamp, now: Timestamp) -> i64 {
    not_after.since(now).div_euclid(DAY)
}

/// A text of an authority, for the log and for pages: one line that is not too long.
pub fn one_line(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(400).collect()
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
        let (begin, end) = (Timestamp::from_secs(0), Timestamp::from_secs(90 * DAY));
        assert!(!is_to_be_renewed(begin, end, Timestamp::from_secs(60 * DAY)));
        assert!(is_to_be_renewed(begin, end, Timestamp::from_secs(60 * DAY + 1)));
        assert!(is_to_be_renewed(begin, end, Timestamp::from_secs(91 * DAY)));
        assert_eq!(days_left(end, Timestamp::from_secs(80 * DAY)), 10);
        assert_eq!(days_left(end, Timestamp::from_secs(80 * DAY + 1)), 9);
        assert_eq!(days_left(end, Timestamp::from_secs(90 * DAY + 1)), -1);
    }

    #[test]
    fn both_ways_are_tried_by_turns() {
        assert_eq!(ways(0)[0], ChallengeKind::TlsAlpn01);
        assert_eq!(ways(1)[0], ChallengeKind::Http01);
        assert_eq!(ways(2)[0], ChallengeKind::TlsAlpn01);
    }
}
