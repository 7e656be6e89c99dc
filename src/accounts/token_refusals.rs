//! Machine tokens that are refused: what is recorded of them, and what made-up ones may cost (S119).
//!
//! After ten wrong ones of a source further ones are not looked up until its window is over. Right ones are let in all
//! the same, since many people may share an address: what is stored is looked up for it, and nothing else.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::machine_tokens::owned;
use super::throttle::{Asking, Guess, Guessed, guess};
use super::{AccountError, Accounts};
use crate::domain::apps::App;
use crate::domain::audit::Event;
use crate::domain::ids::TokenId;
use crate::domain::throttle::MAX_WAIT_SECS;
use crate::domain::time::Timestamp;
use crate::storage::{audit, machine_tokens};

/// Maximum sources that are remembered.
const MAX_SOURCES: usize = 10_000;
/// How long the identifiers of all tokens are used as read.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// It is unknown, revoked or expired, or its owner may not sign in.
    Unknown,
    /// It is not meant for this app, path, method or network.
    Scope,
    /// What `X-Portcullis-Token` holds is none.
    Malformed,
    /// The request has two different ones.
    Several,
    /// It came with a user name that is neither `token` nor its owner's address.
    Username,
    /// It is good, but the rules of the app do not let its owner's machines in.
    Rules,
}

impl TokenRefusal {
    /// For the log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unknown => "it is unknown, revoked or expired, or its owner is disabled",
            Self::Scope => "it is not meant for this app, path, method or network",
            Self::Malformed => "X-Portcullis-Token holds something else than a token",
            Self::Several => "the request has two different tokens",
            Self::Username => "the user name is neither token nor the address of its owner",
            Self::Rules => "the rules of the app do not let its owner in without a browser",
        }
    }
}

/// What a refusal counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Count {
    /// A guess: its source has to wait after ten.
    Guess,
    /// A right token used for the wrong thing: ten are audited, and its answer always says what is wrong.
    Misuse,
}

impl TokenRefusal {
    const fn count(self) -> Count {
        match self {
            Self::Unknown | Self::Malformed | Self::Several => Count::Guess,
            Self::Scope | Self::Username | Self::Rules => Count::Misuse,
        }
    }
}

/// The identifiers of all tokens, as they were then.
struct Known {
    read_at: Duration,
    ids: HashSet<String>,
}

/// What this process remembers of refusals.
#[derive(Default)]
pub(super) struct TokenLimits {
    /// Who has to wait, and until when.
    full: Mutex<HashMap<(Count, IpAddr), Timestamp>>,
    known: tokio::sync::Mutex<Option<Known>>,
}

impl TokenLimits {
    /// Seconds that a source still has to wait.
    fn wait(&self, count: Count, source: IpAddr, now: Timestamp) -> Option<i64> {
        let full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        let left = full.get(&(count, network_of(source)))?.since(now);
        (1..=MAX_WAIT_SECS).contains(&left).then_some(left)
    }

    fn set_full(&self, count: Count, source: IpAddr, now: Timestamp, secs: i64) {
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        if full.len() >= MAX_SOURCES {
            full.retain(|_, until| *until > now);
        }
        if full.len() >= MAX_SOURCES {
            // They are all counted in the store.
            full.clear();
        }
        full.insert((count, network_of(source)), now.plus(secs));
    }

    /// A token was made.
    pub(super) async fn forget_known(&self) {
        *self.known.lock().await = None;
    }
}

/// Who shares a count: IPv6 counts per /64.
fn network_of(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl Accounts {
    /// Whether the token with that identifier need not be looked up: its source has to wait, and there is none. All
    /// identifiers together are read once a second at most, however many are made up.
    pub(super) async fn is_made_up(&self, id: &TokenId, source: IpAddr) -> Result<bool, AccountError> {
        let (limits, now) = (&self.0.token_limits, self.0.clock.now());
        if limits.wait(Count::Guess, source, now).is_none() {
            return Ok(false);
        }
        if self.0.cache.tokens.find(id).is_some_and(|copy| copy.view().is_some()) {
            return Ok(false);
        }
        let (mut known, at) = (limits.known.lock().await, self.0.clock.monotonic());
        match &mut *known {
            Some(known) if at.saturating_sub(known.read_at) < KNOWN_FOR => {}
            older => match (self.0.database.read(machine_tokens::identifiers).await, older) {
                (Ok(ids), older) => *older = Some(Known { read_at: at, ids: ids.into_iter().collect() }),
                // To wait is a right answer to what was made up, also while the store is away.
                (Err(_fault), Some(older)) => older.read_at = at,
                (Err(fault), None) => return Err(fault.into()),
            },
        }
        Ok(known.as_ref().is_some_and(|known| !known.ids.contains(id.as_str())))
    }

    /// Logs a refusal, and counts it for its source. [`AccountError::TooMany`] if there were too many wrong tokens from
    /// there; a right one, used for the wrong thing, is never counted among them, and never kept out by the count.
    pub async fn refuse_token(
        &self,
        text: &str,
        refusal: TokenRefusal,
        app: &App,
        source: IpAddr,
    ) -> Result<(), AccountError> {
        let id = self.id_of(text);
        tracing::info!(
            app = app.name,
            token.id = id.as_ref().map(TokenId::as_str),
            audit.source = %source,
            reason = refusal.reason(),
            "refused a machine token"
        );
        self.0.metrics.tokens_refused.rise();
        let (count, now) = (refusal.count(), self.0.clock.now());
        let full = match self.0.token_limits.wait(count, source, now) {
            Some(left) => Some(left),
            None => self.count_refusal(id, refusal, app, source).await?,
        };
        match full {
            Some(retry_after) if count == Count::Guess => Err(AccountError::TooMany { retry_after }),
            _ => Ok(()),
        }
    }

    /// Counts a refusal and audits it, or returns how long its source has to wait.
    async fn count_refusal(
        &self,
        id: Option<TokenId>,
        refusal: TokenRefusal,
        app: &App,
        source: IpAddr,
    ) -> Result<Option<i64>, AccountError> {
        let (count, now) = (refusal.count(), self.0.clock.now());
        let kind = match count {
            Count::Guess => "token",
            Count::Misuse => "token-misuse",
        };
        let bucket = format!("{kind}:{}", Asking::network_hash(&self.0.token_hasher, source));
        let mut line = self.audit_line(Event::TokenRefused, "", "", &source.to_string());
        line.detail = format!("{}: {}", app.name, refusal.reason());
        let guessed = self.0.database.write(move |c| {
            let guessed = guess(c, &Guess { source: bucket, pair: None, fits: false }, now)?;
            if guessed == Guessed::Wrong {
                if let Some((token, user)) = id.map(|id| owned(c, &id)).transpose()?.flatten() {
                    line.subject = user.email.to_string();
                    line.detail = format!("{} ({})", line.detail, token.name);
                }
                audit::append(c, &line)?;
            }
            Ok(guessed)
        });
        let Guessed::TooOften(secs) = guessed.await? else { return Ok(None) };
        self.0.token_limits.set_full(count, source, now, secs);
        Ok(Some(secs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s119_who_has_to_wait_is_remembered_until_then_by_network_and_in_a_bounded_number() {
        let limits = TokenLimits::default();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let at = Timestamp::from_secs;
        limits.set_full(Count::Guess, ip("2001:db8::1"), at(100), 50);
        for (count, source, now, wait) in [
            (Count::Guess, "2001:db8::2", 100, Some(50)),
            (Count::Guess, "2001:db8::1", 149, Some(1)),
            (Count::Guess, "2001:db8::1", 150, None),
            (Count::Guess, "2001:db8::1", -1_000_000, None),
            (Count::Guess, "2001:db8:0:1::1", 100, None),
            (Count::Guess, "192.0.2.1", 100, None),
            (Count::Misuse, "2001:db8::1", 100, None),
        ] {
            assert_eq!(limits.wait(count, ip(source), at(now)), wait, "{count:?} {source} {now}");
        }
        for number in 0..u32::try_from(2 * MAX_SOURCES + 2).unwrap() {
            limits.set_full(Count::Guess, std::net::Ipv4Addr::from_bits(number).into(), at(100), 50);
            assert!(limits.full.lock().unwrap().len() <= MAX_SOURCES);
        }
        assert_eq!(
            limits.wait(Count::Guess, ip("::ffff:0.0.0.9"), at(100)),
            limits.wait(Count::Guess, ip("0.0.0.9"), at(100))
        );
    }
}
