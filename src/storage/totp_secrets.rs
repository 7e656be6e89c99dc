//! The secrets of apps that show codes (S123).

use diesel::prelude::*;

use super::schema::{factors, totp_secrets};
use super::{Connection, StorageError};
use crate::domain::ids::{FactorId, UserId};
use crate::domain::time::Timestamp;

/// Adds the sealed secret of a factor; the step by which it was proved counts as used.
pub fn insert(c: &mut Connection, id: &FactorId, secret: &str, step: i64) -> Result<(), StorageError> {
    let values =
        (totp_secrets::factor_id.eq(id.as_str()), totp_secrets::secret.eq(secret), totp_secrets::last_step.eq(step));
    diesel::insert_into(totp_secrets::table).values(values).execute(c)?;
    Ok(())
}

/// The sealed secrets of a person.
pub fn list_of_user(c: &mut Connection, user: &UserId) -> Result<Vec<(FactorId, String)>, StorageError> {
    let own = totp_secrets::table.inner_join(factors::table).filter(factors::user_id.eq(user.as_str()));
    let columns = (totp_secrets::factor_id, totp_secrets::secret);
    let rows: Vec<(String, String)> = own.order((factors::created_at, factors::id)).select(columns).load(c)?;
    let damaged = |id: &str| StorageError::Corrupt(format!("the second factor {id:?} cannot be read"));
    rows.into_iter().map(|(id, secret)| Ok((FactorId::parse(&id).ok_or_else(|| damaged(&id))?, secret))).collect()
}

/// Uses a step of a code; false if it, or a later one, was used before: of many at once one succeeds (S123).
pub fn use_step(c: &mut Connection, id: &FactorId, step: i64, now: Timestamp) -> Result<bool, StorageError> {
    let unused = totp_secrets::factor_id.eq(id.as_str()).and(totp_secrets::last_step.lt(step));
    let used =
        diesel::update(totp_secrets::table.filter(unused)).set(totp_secrets::last_step.eq(step)).execute(c)? == 1;
    if used {
        super::factors::note_use(c, id, now)?;
    }
    Ok(used)
}

/// The sealed secret of a factor, and whose it is.
pub struct OwnedSecret {
    /// The factor.
    pub factor: FactorId,
    /// Its owner.
    pub owner: UserId,
    /// The sealed secret.
    pub sealed: String,
}

/// The sealed secrets of everybody.
pub fn all(c: &mut Connection) -> Result<Vec<OwnedSecret>, StorageError> {
    let columns = (totp_secrets::factor_id, factors::user_id, totp_secrets::secret);
    let rows: Vec<(String, String, String)> =
        totp_secrets::table.inner_join(factors::table).order(totp_secrets::factor_id).select(columns).load(c)?;
    let owned = |(id, owner, sealed): (String, String, String)| {
        let (factor, owner) = FactorId::parse(&id).zip(UserId::parse(&owner))?;
        Some(OwnedSecret { factor, owner, sealed })
    };
    let damaged = |id: &str| StorageError::Corrupt(format!("the second factor {id:?} cannot be read"));
    rows.into_iter().map(|row| owned(row.clone()).ok_or_else(|| damaged(&row.0))).collect()
}

/// Replaces the sealed secret of a factor.
pub fn replace(c: &mut Connection, id: &FactorId, sealed: &str) -> Result<(), StorageError> {
    let row = totp_secrets::table.filter(totp_secrets::factor_id.eq(id.as_str()));
    diesel::update(row).set(totp_secrets::secret.eq(sealed)).execute(c)?;
    Ok(())
}
