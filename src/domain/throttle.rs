//! How often a secret may be guessed (S24 to S30). Pure: takes counts and the time, returns a verdict.

use super::time::Timestamp;

/// Failures of one source in a window before it has to wait (S24).
pub const SOURCE_LIMIT: i64 = 10;
/// Failures that a known device has of its own (S25).
pub const DEVICE_LIMIT: i64 = 10;
/// Length of a source's window, in seconds.
pub const WINDOW_SECS: i64 = 15 * 60;
/// Consecutive failures of an account without a delay.
pub const ACCOUNT_FREE: i64 = 50;
/// Consecutive failures of an account that are evaluated at all (NIST SP 800-63B-4, section 3.2.2; S26).
pub const ACCOUNT_LIMIT: i64 = 100;
/// Right passwords of one account that are verified in [`WINDOW_SECS`]: sign-ins, and confirmations on the account
/// pages (S105). The same number of new passwords is accepted with valid links of the account.
pub const RIGHT_LIMIT: i64 = 30;
/// Wrong guesses at the deprecated user name and password, from all sources together, after which the pair is disabled.
pub const PAIR_LIMIT: i64 = 100;
/// Reset mails that one account receives in [`MAIL_WINDOW_SECS`] (S60).
pub const FORGOT_PER_ACCOUNT: i64 = 5;
/// Reset mails that one source requests in [`MAIL_WINDOW_SECS`], for any account.
pub const FORGOT_PER_SOURCE: i64 = 30;
/// Window of all mail limits, in seconds.
pub const MAIL_WINDOW_SECS: i64 = 3600;
/// The longest window, in seconds.
pub const LONGEST_WINDOW_SECS: i64 = MAIL_WINDOW_SECS;
/// The longest wait announced, in seconds.
pub const MAX_WAIT_SECS: i64 = 3600;

/// The stored count of one source, account or device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Attempts reserved and not returned.
    pub failures: i64,
    /// When the window began.
    pub window_start: Timestamp,
    /// The latest failure.
    pub last_failure: Timestamp,
}

/// Whether an attempt may be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Evaluate the attempt.
    Go,
    /// Refuse it; it may be repeated after `secs` seconds (1 to 3600).
    Wait {
        /// Seconds to wait.
        secs: i64,
    },
}

/// Judges a source: ten failures in a window, then nothing until the window has passed.
pub fn judge_source(bucket: Option<&Bucket>, now: Timestamp) -> Verdict {
    judge(bucket, SOURCE_LIMIT, WINDOW_SECS, now)
}

/// Judges a known device by its own ten failures in a row; time does not reset them, or guessing could go on for ever
/// (S26).
pub fn judge_device(bucket: &Bucket) -> Verdict {
    if bucket.failures < DEVICE_LIMIT { Verdict::Go } else { Verdict::Wait { secs: MAX_WAIT_SECS } }
}

/// Judges an account: fifty failures cost nothing, then delays double, and after a hundred the password is no longer
/// accepted.
pub fn judge_account(bucket: Option<&Bucket>, now: Timestamp) -> Verdict {
    let Some(bucket) = bucket else { return Verdict::Go };
    if bucket.failures >= ACCOUNT_LIMIT {
        return Verdict::Wait { secs: MAX_WAIT_SECS };
    }
    if bucket.failures < ACCOUNT_FREE {
        return Verdict::Go;
    }
    let doublings = u32::try_from(bucket.failures - ACCOUNT_FREE).unwrap_or(u32::MAX).min(12);
    let wait = (2_i64 << doublings).min(MAX_WAIT_SECS);
    wait_until(bucket.last_failure.plus(wait), now)
}

/// Judges a count that is reset `window_secs` after its first attempt.
pub fn judge(bucket: Option<&Bucket>, limit: i64, window_secs: i64, now: Timestamp) -> Verdict {
    match bucket {
        Some(bucket) if bucket.failures >= limit => wait_until(bucket.window_start.plus(window_secs), now),
        _ => Verdict::Go,
    }
}

/// A clock that jumped back must not announce more than the longest wait (S93).
fn wait_until(end: Timestamp, now: Timestamp) -> Verdict {
    match end.since(now) {
        left if left <= 0 => Verdict::Go,
        left => Verdict::Wait { secs: left.min(MAX_WAIT_SECS) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(failures: i64) -> Bucket {
        Bucket { failures, window_start: Timestamp::from_secs(1000), last_failure: Timestamp::from_secs(1100) }
    }

    #[test]
    fn s24_the_eleventh_attempt_of_a_source_waits_until_the_window_ends() {
        let now = Timestamp::from_secs(1100);
        assert_eq!(judge_source(Some(&bucket(9)), now), Verdict::Go);
        assert_eq!(judge_source(Some(&bucket(10)), now), Verdict::Wait { secs: WINDOW_SECS - 100 });
        assert_eq!(judge_source(Some(&bucket(10)), Timestamp::from_secs(1000 + WINDOW_SECS)), Verdict::Go);
    }

    #[test]
    fn s26_an_account_has_fifty_free_failures_then_growing_waits_and_a_hundred_at_most() {
        let now = Timestamp::from_secs(1100);
        assert_eq!(judge_account(Some(&bucket(49)), now), Verdict::Go);
        assert_eq!(judge_account(Some(&bucket(50)), now), Verdict::Wait { secs: 2 });
        assert_eq!(judge_account(Some(&bucket(53)), now), Verdict::Wait { secs: 16 });
        assert_eq!(judge_account(Some(&bucket(99)), now), Verdict::Wait { secs: MAX_WAIT_SECS });
        assert_eq!(judge_account(Some(&bucket(99)), Timestamp::from_secs(1100 + MAX_WAIT_SECS)), Verdict::Go);
        assert_eq!(
            judge_account(Some(&bucket(100)), Timestamp::from_secs(9_999_999)),
            Verdict::Wait { secs: MAX_WAIT_SECS }
        );
    }

    #[test]
    fn s93_a_clock_that_went_back_announces_no_more_than_an_hour() {
        assert_eq!(
            judge_source(Some(&bucket(10)), Timestamp::from_secs(0).plus(-100_000)),
            Verdict::Wait { secs: MAX_WAIT_SECS }
        );
    }
}
