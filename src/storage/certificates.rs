//! Certificates from authorities, and when the next ones are to be ordered.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::schema::{certificate_orders, certificates};
use super::{Connection, StorageError};
use crate::domain::certificates::OrderState;
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = certificates)]
struct Row {
    name: String,
    version: String,
    directory_url: String,
    chain: String,
    sealed_key: String,
    not_before: i64,
    not_after: i64,
}

/// A certificate as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredCertificate {
    /// The name it is for.
    pub name: String,
    /// Differs after every change.
    pub version: String,
    /// The directory of the authority.
    pub directory_url: String,
    /// The certificate and those of its authorities, as PEM.
    pub chain: String,
    /// The private key as PEM, sealed.
    pub sealed_key: String,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
}

impl From<Row> for StoredCertificate {
    fn from(row: Row) -> Self {
        Self {
            name: row.name,
            version: row.version,
            directory_url: row.directory_url,
            chain: row.chain,
            sealed_key: row.sealed_key,
            not_before: Timestamp::from_secs(row.not_before),
            not_after: Timestamp::from_secs(row.not_after),
        }
    }
}

/// All certificates, by name.
pub fn all(c: &mut Connection) -> Result<Vec<StoredCertificate>, StorageError> {
    let rows: Vec<Row> = certificates::table.order(certificates::name).select(Row::as_select()).load(c)?;
    Ok(rows.into_iter().map(StoredCertificate::from).collect())
}

/// The names with what differs after every change.
pub fn versions(c: &mut Connection) -> Result<Vec<(String, String)>, StorageError> {
    let rows = certificates::table.order(certificates::name);
    Ok(rows.select((certificates::name, certificates::version)).load(c)?)
}

/// Stores a certificate in place of the one that its name had; true if it had none.
pub fn put(c: &mut Connection, certificate: &StoredCertificate) -> Result<bool, StorageError> {
    let is_first = delete(c, &certificate.name)? == 0;
    let row = Row {
        name: certificate.name.clone(),
        version: certificate.version.clone(),
        directory_url: certificate.directory_url.clone(),
        chain: certificate.chain.clone(),
        sealed_key: certificate.sealed_key.clone(),
        not_before: certificate.not_before.secs(),
        not_after: certificate.not_after.secs(),
    };
    diesel::insert_into(certificates::table).values(row).execute(c)?;
    Ok(is_first)
}

/// Stores the key of a certificate, sealed again.
pub fn replace_key(c: &mut Connection, name: &str, sealed_key: &str) -> Result<(), StorageError> {
    let row = certificates::table.filter(certificates::name.eq(name));
    diesel::update(row).set(certificates::sealed_key.eq(sealed_key)).execute(c)?;
    Ok(())
}

/// Deletes the certificate of a name.
pub fn delete(c: &mut Connection, name: &str) -> Result<usize, StorageError> {
    Ok(diesel::delete(certificates::table.filter(certificates::name.eq(name))).execute(c)?)
}

/// What is to be ordered, or failed the last time, by name.
pub fn orders(c: &mut Connection) -> Result<Vec<(String, OrderState)>, StorageError> {
    let columns = (
        certificate_orders::name,
        certificate_orders::failures,
        certificate_orders::due_at,
        certificate_orders::failed_at,
        certificate_orders::last_error,
    );
    let rows: Vec<(String, i64, i64, Option<i64>, String)> =
        certificate_orders::table.order(certificate_orders::name).select(columns).load(c)?;
    let order = |(name, failures, due_at, failed_at, last_error): (String, i64, i64, Option<i64>, String)| {
        let (due_at, failed_at) = (Timestamp::from_secs(due_at), failed_at.map(Timestamp::from_secs));
        (name, OrderState { failures, due_at, failed_at, last_error })
    };
    Ok(rows.into_iter().map(order).collect())
}

/// Stores when a name's certificate is ordered next.
pub fn put_order(c: &mut Connection, name: &str, order: &OrderState) -> Result<(), StorageError> {
    const UPSERT: &str = "INSERT INTO certificate_orders (name, failures, due_at, failed_at, last_error) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE \
        SET failures = $2, due_at = $3, failed_at = $4, last_error = $5";
    let upsert = diesel::sql_query(UPSERT).bind::<Text, _>(name).bind::<BigInt, _>(order.failures);
    let upsert = upsert.bind::<BigInt, _>(order.due_at.secs());
    let upsert = upsert.bind::<Nullable<BigInt>, _>(order.failed_at.map(Timestamp::secs));
    upsert.bind::<Text, _>(&order.last_error).execute(c)?;
    Ok(())
}

/// Forgets the order of a name.
pub fn delete_order(c: &mut Connection, name: &str) -> Result<(), StorageError> {
    diesel::delete(certificate_orders::table.filter(certificate_orders::name.eq(name))).execute(c)?;
    Ok(())
}
