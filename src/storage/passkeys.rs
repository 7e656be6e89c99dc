//! Passkeys, and the challenges that were answered (S125).

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::schema::{factors, passkeys, used_challenges};
use super::{Connection, StorageError};
use crate::crypto::opaque_token::TokenHash;
use crate::domain::ids::{FactorId, UserId};
use crate::domain::passkey::{About, Passkey};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = passkeys)]
struct Row {
    factor_id: String,
    credential_id: String,
    user_handle: String,
    public_key: String,
    algorithm: i64,
    counter: i64,
    aaguid: String,
    transports: String,
    synced: bool,
    host: String,
}

/// A passkey with its factor and its owner.
#[derive(Clone, Debug)]
pub struct OwnedPasskey {
    /// Whose it is.
    pub user: UserId,
    /// The factor that it is.
    pub factor: FactorId,
    /// The passkey.
    pub passkey: Passkey,
}

impl TryFrom<Row> for Passkey {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let damaged = || StorageError::Corrupt(format!("the passkey of {:?} cannot be read", row.factor_id));
        Ok(Self {
            id: row.credential_id,
            user_handle: row.user_handle,
            public_key: row.public_key,
            algorithm: i32::try_from(row.algorithm).map_err(|_fault| damaged())?,
            counter: u32::try_from(row.counter).map_err(|_fault| damaged())?,
            aaguid: row.aaguid,
            transports: row.transports.split_ascii_whitespace().map(str::to_owned).collect(),
            synced: row.synced,
            host: row.host,
        })
    }
}

/// Adds the passkey that a factor is.
pub fn insert(c: &mut Connection, factor: &FactorId, passkey: &Passkey) -> Result<(), StorageError> {
    let row = Row {
        factor_id: factor.to_string(),
        credential_id: passkey.id.clone(),
        user_handle: passkey.user_handle.clone(),
        public_key: passkey.public_key.clone(),
        algorithm: passkey.algorithm.into(),
        counter: passkey.counter.into(),
        aaguid: passkey.aaguid.clone(),
        transports: passkey.transports.join(" "),
        synced: passkey.synced,
        host: passkey.host.clone(),
    };
    diesel::insert_into(passkeys::table).values(row).execute(c)?;
    Ok(())
}

/// Whether anybody has a passkey with that id.
pub fn exists(c: &mut Connection, credential_id: &str) -> Result<bool, StorageError> {
    let same = passkeys::table.filter(passkeys::credential_id.eq(credential_id));
    Ok(diesel::select(diesel::dsl::exists(same)).get_result(c)?)
}

/// The passkey with that id.
pub fn find(c: &mut Connection, credential_id: &str) -> Result<Option<OwnedPasskey>, StorageError> {
    let same = passkeys::table.inner_join(factors::table).filter(passkeys::credential_id.eq(credential_id));
    let found: Option<(String, Row)> = same.select((factors::user_id, Row::as_select())).first(c).optional()?;
    let Some((user, row)) = found else { return Ok(None) };
    let ids = UserId::parse(&user).zip(FactorId::parse(&row.factor_id));
    let (user, factor) = ids.ok_or_else(|| StorageError::Corrupt("a passkey has a malformed owner".to_owned()))?;
    Ok(Some(OwnedPasskey { user, factor, passkey: row.try_into()? }))
}

/// The passkeys of a person, oldest first.
pub fn list_of_user(c: &mut Connection, user: &UserId) -> Result<Vec<Passkey>, StorageError> {
    let own = passkeys::table.inner_join(factors::table).filter(factors::user_id.eq(user.as_str()));
    let rows: Vec<Row> = own.order((factors::created_at, factors::id)).select(Row::as_select()).load(c)?;
    rows.into_iter().map(Passkey::try_from).collect()
}

/// What the owner reads of each passkey of a person, where they work at `host`.
pub fn about_of_user(c: &mut Connection, user: &UserId, host: &str) -> Result<BTreeMap<FactorId, About>, StorageError> {
    let own = passkeys::table.inner_join(factors::table).filter(factors::user_id.eq(user.as_str()));
    let columns = (passkeys::factor_id, passkeys::host, passkeys::synced);
    let rows: Vec<(String, String, bool)> = own.select(columns).load(c)?;
    let about = |(id, made_for, synced): (String, String, bool)| {
        Some((FactorId::parse(&id)?, About { other_host: Some(made_for).filter(|made_for| made_for != host), synced }))
    };
    Ok(rows.into_iter().filter_map(about).collect())
}

/// How many passkeys were made for each host other than `host`.
pub fn count_of_other_hosts(c: &mut Connection, host: &str) -> Result<Vec<(String, i64)>, StorageError> {
    let elsewhere = passkeys::table.filter(passkeys::host.ne(host)).group_by(passkeys::host);
    Ok(elsewhere.order(passkeys::host).select((passkeys::host, diesel::dsl::count_star())).load(c)?)
}

/// What came of a use of a passkey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Used {
    /// Its counter rose, or it does not count.
    Rightly,
    /// Its counter did not rise: there may be a copy of it.
    Twice,
    /// It was removed meanwhile.
    Removed,
}

/// Notes a use of a passkey and its counter, which never falls: of two with one counter at once the second is noticed.
pub fn note_use(c: &mut Connection, factor: &FactorId, counter: u32, now: Timestamp) -> Result<Used, StorageError> {
    let own = passkeys::table.filter(passkeys::factor_id.eq(factor.as_str()));
    if !diesel::select(diesel::dsl::exists(own)).get_result(c)? {
        return Ok(Used::Removed);
    }
    super::factors::note_use(c, factor, now)?;
    let counter = i64::from(counter);
    let lower = passkeys::factor_id.eq(factor.as_str()).and(passkeys::counter.lt(counter));
    let rose = diesel::update(passkeys::table.filter(lower)).set(passkeys::counter.eq(counter)).execute(c)? == 1;
    Ok(if rose || counter == 0 { Used::Rightly } else { Used::Twice })
}

/// Uses up a challenge, or what a form carries that is good once; false if it was answered before: of many answers at
/// once one succeeds.
pub fn use_challenge(c: &mut Connection, challenge: &TokenHash, expires_at: Timestamp) -> Result<bool, StorageError> {
    const INSERT: &str = "INSERT INTO used_challenges (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
    let insert = diesel::sql_query(INSERT).bind::<Text, _>(challenge.as_str());
    Ok(insert.bind::<BigInt, _>(expires_at.secs()).execute(c)? == 1)
}

/// Forgets the challenges that nobody can answer any more.
pub fn delete_expired(c: &mut Connection, now: Timestamp) -> Result<usize, StorageError> {
    let expired = used_challenges::table.filter(used_challenges::expires_at.le(now.secs()));
    Ok(diesel::delete(expired).execute(c)?)
}
