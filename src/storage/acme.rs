//! The accounts at authorities, and the challenges that all nodes answer (RFC 8555).

use diesel::prelude::*;

use super::schema::{acme_accounts, acme_challenges};
use super::{Connection, StorageError};
use crate::domain::certificates::ChallengeKind;
use crate::domain::time::Timestamp;

/// An account as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccount {
    /// The directory of its authority.
    pub directory_url: String,
    /// The mail address that the authority knows.
    pub contact: String,
    /// Its address and key, sealed.
    pub sealed_credentials: String,
}

/// The account at an authority.
pub fn account(c: &mut Connection, directory_url: &str) -> Result<Option<StoredAccount>, StorageError> {
    let row = acme_accounts::table.filter(acme_accounts::directory_url.eq(directory_url));
    let found: Option<(String, String)> =
        row.select((acme_accounts::contact, acme_accounts::sealed_credentials)).first(c).optional()?;
    Ok(found.map(|(contact, sealed_credentials)| StoredAccount {
        directory_url: directory_url.to_owned(),
        contact,
        sealed_credentials,
    }))
}

/// The accounts at all authorities.
pub fn accounts(c: &mut Connection) -> Result<Vec<StoredAccount>, StorageError> {
    let rows = acme_accounts::table.order(acme_accounts::directory_url);
    let columns = (acme_accounts::directory_url, acme_accounts::contact, acme_accounts::sealed_credentials);
    let rows: Vec<(String, String, String)> = rows.select(columns).load(c)?;
    let account =
        |(directory_url, contact, sealed_credentials)| StoredAccount { directory_url, contact, sealed_credentials };
    Ok(rows.into_iter().map(account).collect())
}

/// Stores the account at an authority, in place of an earlier one.
pub fn put_account(c: &mut Connection, account: &StoredAccount) -> Result<(), StorageError> {
    delete_account(c, &account.directory_url)?;
    let values = (
        acme_accounts::directory_url.eq(&account.directory_url),
        acme_accounts::contact.eq(&account.contact),
        acme_accounts::sealed_credentials.eq(&account.sealed_credentials),
    );
    diesel::insert_into(acme_accounts::table).values(values).execute(c)?;
    Ok(())
}

/// Forgets the account at an authority, which does not know it any more.
pub fn delete_account(c: &mut Connection, directory_url: &str) -> Result<(), StorageError> {
    diesel::delete(acme_accounts::table.filter(acme_accounts::directory_url.eq(directory_url))).execute(c)?;
    Ok(())
}

/// What is answered to an authority that asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChallenge {
    /// Chosen by the authority.
    pub token: String,
    /// The name that it asks about.
    pub name: String,
    /// How it asks.
    pub kind: ChallengeKind,
    /// The answer.
    pub key_authorization: String,
    /// Until when it is answered.
    pub expires_at: Timestamp,
}

/// Answers a challenge from now on, and no earlier one of its name.
pub fn put_challenge(c: &mut Connection, challenge: &StoredChallenge) -> Result<(), StorageError> {
    delete_challenges(c, &challenge.name)?;
    diesel::delete(acme_challenges::table.filter(acme_challenges::token.eq(&challenge.token))).execute(c)?;
    let values = (
        acme_challenges::token.eq(&challenge.token),
        acme_challenges::name.eq(&challenge.name),
        acme_challenges::kind.eq(challenge.kind.as_str()),
        acme_challenges::key_authorization.eq(&challenge.key_authorization),
        acme_challenges::expires_at.eq(challenge.expires_at.secs()),
    );
    diesel::insert_into(acme_challenges::table).values(values).execute(c)?;
    Ok(())
}

/// The answer to a challenge of that name; with `token` only to the one that has it.
pub fn find_answer(
    c: &mut Connection,
    kind: ChallengeKind,
    name: &str,
    token: Option<&str>,
    now: Timestamp,
) -> Result<Option<String>, StorageError> {
    let mut open = acme_challenges::table
        .filter(acme_challenges::name.eq(name).and(acme_challenges::kind.eq(kind.as_str())))
        .filter(acme_challenges::expires_at.gt(now.secs()))
        .into_boxed();
    if let Some(token) = token {
        open = open.filter(acme_challenges::token.eq(token));
    }
    Ok(open.select(acme_challenges::key_authorization).first(c).optional()?)
}

/// Answers no challenge of that name any more.
pub fn delete_challenges(c: &mut Connection, name: &str) -> Result<(), StorageError> {
    diesel::delete(acme_challenges::table.filter(acme_challenges::name.eq(name))).execute(c)?;
    Ok(())
}

/// Forgets the challenges that are not answered any more.
pub fn delete_expired(c: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    Ok(diesel::delete(acme_challenges::table.filter(acme_challenges::expires_at.le(now.secs()))).execute(c)?)
}
