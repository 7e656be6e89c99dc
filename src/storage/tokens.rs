//! Tokens of links: one lookup for every kind, with purpose and expiry inside the query (S52 to S55).

use diesel::prelude::*;

use super::schema::tokens::{self, dsl};
use super::{Connection, StorageError};
use crate::crypto::opaque_token::TokenHash;
use crate::domain::ids::UserId;
use crate::domain::link::Purpose;
use crate::domain::time::Timestamp;

/// What a valid token grants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenGrant {
    /// The user.
    pub user: UserId,
    /// The payload, for instance the new address; may be empty.
    pub payload: String,
}

#[derive(Insertable)]
#[diesel(table_name = tokens)]
struct NewRow<'a> {
    hash: &'a str,
    purpose: &'a str,
    user_id: &'a str,
    payload: &'a str,
    expires_at: i64,
}

fn to_grant((user, payload): (String, String)) -> Result<TokenGrant, StorageError> {
    let user =
        UserId::parse(&user).ok_or_else(|| StorageError::Corrupt("a token row has a malformed user".to_owned()))?;
    Ok(TokenGrant { user, payload })
}

/// Adds a token for `grant`; earlier ones of its kind are kept until [`void_others`].
pub fn insert(
    connection: &mut Connection,
    hash: &TokenHash,
    purpose: Purpose,
    grant: &TokenGrant,
    expires_at: Timestamp,
) -> Result<(), StorageError> {
    let row = NewRow {
        hash: hash.as_str(),
        purpose: purpose.as_str(),
        user_id: grant.user.as_str(),
        payload: &grant.payload,
        expires_at: expires_at.secs(),
    };
    diesel::insert_into(dsl::tokens).values(row).execute(connection)?;
    Ok(())
}

macro_rules! live {
    ($hash:expr, $purpose:expr, $now:expr) => {
        dsl::tokens.filter(
            dsl::hash
                .eq($hash.as_str().to_owned())
                .and(dsl::purpose.eq($purpose.as_str()))
                .and(dsl::expires_at.gt($now.secs())),
        )
    };
}

/// Looks up a token without using it up.
pub fn find(
    connection: &mut Connection,
    hash: &TokenHash,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<TokenGrant>, StorageError> {
    let row = live!(hash, purpose, now).select((dsl::user_id, dsl::payload)).first(connection).optional()?;
    row.map(to_grant).transpose()
}

/// Uses it up; succeeds for one of many concurrent callers (S53).
pub fn take(
    connection: &mut Connection,
    hash: &TokenHash,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Option<TokenGrant>, StorageError> {
    let rows: Vec<(String, String)> =
        diesel::delete(live!(hash, purpose, now)).returning((dsl::user_id, dsl::payload)).get_results(connection)?;
    rows.into_iter().next().map(to_grant).transpose()
}

/// Deletes a user's tokens of that kind except `keep`.
pub fn void_others(
    connection: &mut Connection,
    user: &UserId,
    purpose: Purpose,
    keep: Option<&TokenHash>,
) -> Result<(), StorageError> {
    let keep = keep.map_or("", TokenHash::as_str);
    let doomed = dsl::user_id.eq(user.as_str()).and(dsl::purpose.eq(purpose.as_str())).and(dsl::hash.ne(keep));
    diesel::delete(dsl::tokens.filter(doomed)).execute(connection)?;
    Ok(())
}

/// Deletes a user's tokens of that kind except `newest`, and `others` of those that expire last.
pub fn keep_newest(
    connection: &mut Connection,
    user: &UserId,
    purpose: Purpose,
    newest: &TokenHash,
    others: i64,
) -> Result<(), StorageError> {
    let own = dsl::user_id.eq(user.as_str()).and(dsl::purpose.eq(purpose.as_str())).and(dsl::hash.ne(newest.as_str()));
    // SQLite takes no offset without a limit.
    let older = dsl::tokens
        .filter(own)
        .order((dsl::expires_at.desc(), dsl::hash))
        .offset(others)
        .limit(i64::MAX)
        .select(dsl::hash);
    let older: Vec<String> = older.load(connection)?;
    diesel::delete(dsl::tokens.filter(dsl::hash.eq_any(older))).execute(connection)?;
    Ok(())
}

/// Deletes one token that was never delivered.
pub fn remove(connection: &mut Connection, hash: &TokenHash) -> Result<(), StorageError> {
    diesel::delete(dsl::tokens.filter(dsl::hash.eq(hash.as_str()))).execute(connection)?;
    Ok(())
}

/// Deletes every token of a user.
pub fn void_all(connection: &mut Connection, user: &UserId) -> Result<(), StorageError> {
    diesel::delete(dsl::tokens.filter(dsl::user_id.eq(user.as_str()))).execute(connection)?;
    Ok(())
}

/// Deletes expired tokens.
pub fn delete_expired(connection: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    Ok(diesel::delete(dsl::tokens.filter(dsl::expires_at.le(now.secs()))).execute(connection)?)
}
