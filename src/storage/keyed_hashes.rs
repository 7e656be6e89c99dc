//! What is stored as a hash with a key from `TOKEN_HASH_SECRET`: with another one it fits nothing any more.

use std::fmt;

use diesel::prelude::*;

use super::schema::{attempts, devices, machine_tokens, recovery_codes, tokens, used_challenges};
use super::{Connection, StorageError};
use crate::domain::link::Purpose;
use crate::domain::machine_token::TokenKind;
use crate::domain::time::Timestamp;

/// How much there is that somebody uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyedHashes {
    /// Machine tokens that have not expired.
    pub machine_tokens: i64,
    /// Signed links that have not expired.
    pub signed_links: i64,
    /// Recovery codes.
    pub recovery_codes: i64,
    /// People who have recovery codes.
    pub with_recovery_codes: i64,
    /// Invitations that nobody has accepted.
    pub invitations: i64,
    /// Other links in mails, or from admins.
    pub other_links: i64,
    /// Browsers that are known.
    pub browsers: i64,
    /// Those of them that are not asked for a second factor.
    pub trusted_browsers: i64,
}

impl fmt::Display for KeyedHashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "machine tokens {}, signed links {}, recovery codes {}, invitations {}, other links {}, known browsers {}",
            self.machine_tokens,
            self.signed_links,
            self.recovery_codes,
            self.invitations,
            self.other_links,
            self.browsers
        )
    }
}

/// Counts them.
pub fn count(c: &mut Connection, now: Timestamp) -> Result<KeyedHashes, StorageError> {
    let mut machine = |kind: TokenKind| {
        let live = machine_tokens::kind.eq(kind.as_str()).and(machine_tokens::expires_at.gt(now.secs()));
        machine_tokens::table.filter(live).count().get_result(c)
    };
    let (of_programs, signed_links) = (machine(TokenKind::Token)?, machine(TokenKind::Link)?);
    let mut links = |purposes: &[Purpose]| {
        let words = purposes.iter().map(|purpose| purpose.as_str());
        let live = tokens::purpose.eq_any(words).and(tokens::expires_at.gt(now.secs()));
        tokens::table.filter(live).count().get_result(c)
    };
    Ok(KeyedHashes {
        machine_tokens: of_programs,
        signed_links,
        invitations: links(&[Purpose::Invitation])?,
        other_links: links(&[Purpose::Reset, Purpose::EmailChange])?,
        recovery_codes: recovery_codes::table.count().get_result(c)?,
        with_recovery_codes: recovery_codes::table
            .select(diesel::dsl::count(recovery_codes::user_id).aggregate_distinct())
            .first(c)?,
        browsers: devices::table.count().get_result(c)?,
        trusted_browsers: devices::table.filter(devices::trusted_until.gt(now.secs())).count().get_result(c)?,
    })
}

/// Deletes them all, with those that have expired and those that live for minutes, and the counts of guesses, whose
/// names are such hashes.
pub fn delete_all(c: &mut Connection) -> Result<(), StorageError> {
    diesel::delete(machine_tokens::table).execute(c)?;
    diesel::delete(recovery_codes::table).execute(c)?;
    diesel::delete(tokens::table).execute(c)?;
    diesel::delete(devices::table).execute(c)?;
    diesel::delete(used_challenges::table).execute(c)?;
    diesel::delete(attempts::table).execute(c)?;
    Ok(())
}
