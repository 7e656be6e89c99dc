//! Reserves attempts before a secret is checked, and settles them afterwards (S24 to S31).

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{AccountError, Accounts, Client};
use crate::crypto::hash_workers::HashPermit;
use crate::crypto::opaque_token::TokenHasher;
use crate::crypto::password_hash::{PasswordHash, Verified};
use crate::domain::audit::{AuditLine, Event};
use crate::domain::email::Email;
use crate::domain::ids::UserId;
use crate::domain::password::Password;
use crate::domain::throttle::{self, PAIR_LIMIT, RIGHT_LIMIT, Verdict, WINDOW_SECS};
use crate::domain::time::Timestamp;
use crate::storage::{Connection, StorageError, attempts, audit};

/// Maximum buckets stored.
pub(super) const MAX_BUCKETS: i64 = 100_000;
/// Name prefixes of buckets that count consecutive failures, however much time passes. Every other bucket has a window.
pub(super) const IN_A_ROW: [&str; 4] = ["account:", "device:", "reauth-row:", "pair:"];
/// The window of buckets that never expire.
const NEVER: Timestamp = Timestamp::from_secs(i64::MIN);

/// The buckets that one attempt counts in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Reservation {
    source: Option<String>,
    account: Option<String>,
    device: Option<String>,
}

impl Reservation {
    /// What is left of it when its source was forgiven.
    #[must_use]
    pub(super) fn without_source(self) -> Self {
        Self { source: None, ..self }
    }
}

/// The buckets that an attempt would count in.
pub(super) struct Asking {
    pub(super) source: String,
    pub(super) account: Option<String>,
    pub(super) device: Option<String>,
    /// Where the right passwords of the account are counted.
    pub(super) right: Option<String>,
}

/// One guess at a secret whose comparison takes no time: judged and counted in one transaction, so that no guess
/// escapes the count (S29).
pub(super) struct Guess {
    /// The bucket of the source.
    pub(super) source: String,
    /// The bucket of the deprecated pair, if the pair is guessed at.
    pub(super) pair: Option<String>,
    /// Whether the secret is right.
    pub(super) fits: bool,
}

/// The result of a [`Guess`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guessed {
    Right,
    Wrong,
    /// Not evaluated; seconds until the source may guess again.
    TooOften(i64),
    /// Not evaluated: there were too many wrong guesses at the pair, from anywhere.
    PairClosed,
}

impl Asking {
    /// The source of `client` alone. IPv6 counts per /64.
    pub(super) fn of_source(hasher: &TokenHasher, client: &Client) -> Self {
        Self { source: format!("source:{}", Self::source_of(hasher, client)), account: None, device: None, right: None }
    }

    /// Where invalid links of that source count: separate from its sign-ins, and those that another site may have
    /// opened separate from the rest, or a page that sends its visitors to invalid links would lock them out (S109).
    pub(super) fn links_of_source(hasher: &TokenHasher, client: &Client) -> String {
        format!("{}:{}", if client.from_elsewhere { "link-elsewhere" } else { "link" }, Self::source_of(hasher, client))
    }

    /// Where the right passwords of an account count.
    pub(super) fn right_of(hasher: &TokenHasher, user: &UserId) -> String {
        format!("right:{}", hasher.hash("right", user.as_str()).as_str())
    }

    /// [`Self::right_of`], or for an address without an account a bucket that is never counted in: both are looked up
    /// (S22, S108).
    pub(super) fn right_of_or_decoy(hasher: &TokenHasher, user: Option<&UserId>, email: &str) -> String {
        user.map_or_else(
            || format!("right:{}", hasher.hash("right-nobody", email).as_str()),
            |user| Self::right_of(hasher, user),
        )
    }

    /// Where the valid links of an account count: separate from its right passwords, which somebody else may know and
    /// could otherwise use to keep the owner from the reset that locks them out.
    pub(super) fn right_link_of(hasher: &TokenHasher, user: &UserId) -> String {
        format!("right-link:{}", hasher.hash("right", user.as_str()).as_str())
    }

    /// The current password of one account, entered by the signed-in user: nobody else can use up these limits.
    pub(super) fn of_account(hasher: &TokenHasher, user: &UserId) -> Self {
        let source = format!("reauth:{}", hasher.hash("reauth", user.as_str()).as_str());
        Self {
            source,
            account: Some(Self::row_of(hasher, user)),
            device: None,
            right: Some(Self::right_of(hasher, user)),
        }
    }

    /// Consecutive wrong entries of the current password; a sign-in resets them.
    pub(super) fn row_of(hasher: &TokenHasher, user: &UserId) -> String {
        format!("reauth-row:{}", hasher.hash("reauth", user.as_str()).as_str())
    }

    /// Codes of a second factor, entered by the signed-in user: within the limit of the current password, and in a row
    /// of their own, which a right password does not reset.
    pub(super) fn of_codes(hasher: &TokenHasher, user: &UserId) -> Self {
        Self { account: Some(Self::codes_row_of(hasher, user)), right: None, ..Self::of_account(hasher, user) }
    }

    /// Consecutive wrong codes of a signed-in user; a right one resets them, also at sign-in.
    pub(super) fn codes_row_of(hasher: &TokenHasher, user: &UserId) -> String {
        format!("reauth-row:{}", hasher.hash("reauth-code", user.as_str()).as_str())
    }

    /// What represents the client's address in the store.
    pub(super) fn source_of(hasher: &TokenHasher, client: &Client) -> String {
        Self::network_hash(hasher, client.source)
    }

    /// The same of an address. IPv6 counts per /64.
    pub(super) fn network_hash(hasher: &TokenHasher, source: IpAddr) -> String {
        let source = match source {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => ip
                .to_ipv4_mapped()
                .map_or_else(|| format!("{:x?}", ip.segments().first_chunk::<4>()), |ip| ip.to_string()),
        };
        hasher.hash("source", &source).as_str().to_owned()
    }
}

/// Takes one attempt from each bucket, or returns how long to wait; in the caller's write transaction.
///
/// Rows are locked in one order everywhere, or two transactions could wait for each other: the right passwords of an
/// account, the account itself, what a waiting sign-in has (wrong answers, token, factors), device, source, the
/// account's failures, those of its current password, the deprecated pair, the source's refusals, mails.
pub(super) fn reserve(
    c: &mut Connection,
    asking: &Asking,
    now: Timestamp,
) -> Result<Result<Reservation, i64>, StorageError> {
    let window_over = now.plus(-WINDOW_SECS);
    if let Some(right) = &asking.right
        && let Verdict::Wait { secs } =
            throttle::judge(attempts::find(c, right)?.as_ref(), RIGHT_LIMIT, WINDOW_SECS, now)
    {
        return Ok(Err(secs));
    }
    if let Some(device) = &asking.device
        && throttle::judge_device(&attempts::hold(c, device, now)?) == Verdict::Go
    {
        // Ten in a row, however much time passes: after them the device is treated like any other until somebody signs
        // in on it (S26).
        attempts::add(c, device, now, NEVER)?;
        return Ok(Ok(Reservation { source: None, account: None, device: Some(device.clone()) }));
    }
    if let Verdict::Wait { secs } = throttle::judge_source(Some(&attempts::hold(c, &asking.source, now)?), now) {
        return Ok(Err(secs));
    }
    if let Some(account) = &asking.account {
        if let Verdict::Wait { secs } = throttle::judge_account(Some(&attempts::hold(c, account, now)?), now) {
            return Ok(Err(secs));
        }
        attempts::add(c, account, now, NEVER)?;
    }
    attempts::add(c, &asking.source, now, window_over)?;
    Ok(Ok(Reservation { source: Some(asking.source.clone()), account: asking.account.clone(), device: None }))
}

/// [`reserve`]; a refusal is audited as `line`, once per window and source.
pub(super) fn reserve_or_audit(
    c: &mut Connection,
    asking: &Asking,
    line: &AuditLine,
    now: Timestamp,
) -> Result<Result<Reservation, i64>, StorageError> {
    let reserved = reserve(c, asking, now)?;
    if reserved.is_err() && is_first_refusal(c, &asking.source, now)? {
        audit::append(c, line)?;
    }
    Ok(reserved)
}

/// The attempt was no failure: returns it, and resets the counts of the account and the device.
pub(super) fn succeed(
    c: &mut Connection,
    reservation: &Reservation,
    account: Option<&str>,
) -> Result<(), StorageError> {
    if let Some(device) = &reservation.device {
        attempts::clear(c, device)?;
    }
    if let Some(source) = &reservation.source {
        attempts::refund(c, source)?;
    }
    if let Some(account) = account {
        attempts::clear(c, account)?;
    }
    Ok(())
}

/// Counts a right password of an account, or returns how long to wait because there were too many (S105).
pub(super) fn count_right(c: &mut Connection, bucket: &str, now: Timestamp) -> Result<Option<i64>, StorageError> {
    let waits = judge_right(c, bucket, now)?;
    if waits.is_none() {
        attempts::add(c, bucket, now, now.plus(-WINDOW_SECS))?;
    }
    Ok(waits)
}

/// How long to wait because there were too many right passwords of an account.
pub(super) fn judge_right(c: &mut Connection, bucket: &str, now: Timestamp) -> Result<Option<i64>, StorageError> {
    match throttle::judge(Some(&attempts::hold(c, bucket, now)?), RIGHT_LIMIT, WINDOW_SECS, now) {
        Verdict::Wait { secs } => Ok(Some(secs)),
        Verdict::Go => Ok(None),
    }
}

/// Judges a guess, and counts it if it is wrong.
pub(super) fn guess(c: &mut Connection, guess: &Guess, now: Timestamp) -> Result<Guessed, StorageError> {
    let source = attempts::hold(c, &guess.source, now)?;
    let of_pair =
        guess.pair.as_ref().map(|pair| attempts::hold(c, pair, now)).transpose()?.map_or(0, |pair| pair.failures);
    if of_pair >= PAIR_LIMIT {
        return Ok(Guessed::PairClosed);
    }
    if let Verdict::Wait { secs } = throttle::judge_source(Some(&source), now) {
        return Ok(Guessed::TooOften(secs));
    }
    if guess.fits {
        return Ok(Guessed::Right);
    }
    attempts::add(c, &guess.source, now, now.plus(-WINDOW_SECS))?;
    if let Some(pair) = &guess.pair {
        attempts::add(c, pair, now, NEVER)?;
        if of_pair + 1 == PAIR_LIMIT {
            tracing::warn!(
                "FLOWISE_USERNAME and FLOWISE_PASSWORD were disabled after a hundred wrong guesses (claim the instance \
                    with \
                 the token in DATA_DIR/setup-token; a restart prints the link)"
            );
        }
    }
    Ok(Guessed::Wrong)
}

/// The password of the attempt was right, and its second factor is asked for: many people who sign in at once behind
/// one address are no failures of it. For the account it stays counted, or who knows the password could begin without
/// end.
pub(super) fn forgive_source(c: &mut Connection, reservation: &Reservation) -> Result<(), StorageError> {
    reservation.source.as_ref().map_or(Ok(()), |source| attempts::refund(c, source))
}

/// A wrong answer to the second step. The first one `is_counted` for account and device already, as the attempt of the
/// password.
pub(super) fn count_wrong_answer(
    c: &mut Connection,
    reservation: &Reservation,
    is_counted: bool,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Reservation { source, account, device } = reservation;
    if let Some(device) = device.as_ref().filter(|_| !is_counted) {
        attempts::add(c, device, now, NEVER)?;
    }
    if let Some(source) = source {
        attempts::add(c, source, now, now.plus(-WINDOW_SECS))?;
    }
    if let Some(account) = account.as_ref().filter(|_| !is_counted) {
        attempts::add(c, account, now, NEVER)?;
    }
    Ok(())
}

/// A failure in a bucket of consecutive ones that no attempt was reserved in.
pub(super) fn count_failure(c: &mut Connection, bucket: &str, now: Timestamp) -> Result<(), StorageError> {
    attempts::add(c, bucket, now, NEVER)
}

/// Whether the account of that attempt has failed more often than is evaluated at all. The waits that grow before are
/// for the beginning of a sign-in: in the middle of one they would outlast it.
pub(super) fn is_over_the_limit(c: &mut Connection, reservation: &Reservation) -> Result<bool, StorageError> {
    let Some(account) = &reservation.account else { return Ok(false) };
    Ok(attempts::find(c, account)?.is_some_and(|bucket| bucket.failures > throttle::ACCOUNT_LIMIT))
}

/// The attempt was never evaluated: returns it.
pub(super) fn give_back(c: &mut Connection, reservation: &Reservation) -> Result<(), StorageError> {
    for bucket in [&reservation.device, &reservation.source, &reservation.account].into_iter().flatten() {
        attempts::refund(c, bucket)?;
    }
    Ok(())
}

/// Refusals are audited once per window and source, so that nobody can flood the trail.
pub(super) fn is_first_refusal(c: &mut Connection, source: &str, now: Timestamp) -> Result<bool, StorageError> {
    let bucket = format!("refused:{source}");
    let window_over = now.plus(-WINDOW_SECS);
    let first = attempts::find(c, &bucket)?.is_none_or(|bucket| bucket.window_start <= window_over);
    if first {
        // Once, and no more: otherwise a source that is refused often would get the bucket that is kept longest.
        attempts::add(c, &bucket, now, window_over)?;
    }
    Ok(first)
}

impl Accounts {
    /// Reserves in a transaction of its own; a refusal is audited as `event`.
    pub(super) async fn reserve(
        &self,
        asking: Asking,
        event: Event,
        subject: &str,
        client: &Client,
    ) -> Result<Reservation, AccountError> {
        let now = self.0.clock.now();
        let line = self.audit_line(event, "", subject, &client.source.to_string());
        let outcome = self.0.database.write(move |c| reserve_or_audit(c, &asking, &line, now));
        outcome.await?.map_err(|retry_after| AccountError::TooMany { retry_after })
    }

    /// A permit of the hash workers for the source and the account (S105).
    pub(super) async fn hash_permit(
        &self,
        client: &Client,
        account: Option<&Email>,
    ) -> Result<HashPermit, AccountError> {
        let source = Asking::of_source(&self.0.token_hasher, client).source;
        let permit =
            self.0.hasher.permit(std::iter::once(source).chain(account.map(|email| self.account_bucket(email)))).await;
        permit.map_err(|busy| {
            tracing::info!(audit.source = %client.source, "a password was not checked: too many of the same source or \
                account are being checked");
            busy.into()
        })
    }

    /// Verifies a password under a permit, which is returned for subsequent work.
    pub(super) async fn verify(
        &self,
        client: &Client,
        account: Option<&Email>,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<(HashPermit, Verified), AccountError> {
        let permit = self.hash_permit(client, account).await?;
        let verified = self.0.hasher.verify(&permit, password, hash).await?;
        Ok((permit, verified))
    }

    /// Counts one more piece of work caused by a right password or a valid link.
    pub(super) async fn count_use(&self, bucket: String) -> Result<(), AccountError> {
        let now = self.0.clock.now();
        let waits = self.0.database.write(move |c| count_right(c, &bucket, now)).await?;
        waits.map_or(Ok(()), |retry_after| Err(AccountError::TooMany { retry_after }))
    }

    /// The throttle key of an e-mail address, known or not.
    pub(super) fn account_bucket(&self, email: &Email) -> String {
        // Keyed by the canonical address whether or not an account has it, so that delays reveal nothing (S21, S27).
        format!("account:{}", self.0.token_hasher.hash("account", email.as_str()).as_str())
    }

    /// Returns a reservation that led to no evaluation.
    pub(super) async fn release(&self, reservation: Reservation) -> Result<(), AccountError> {
        Ok(self.0.database.write(move |c| give_back(c, &reservation)).await?)
    }
}
