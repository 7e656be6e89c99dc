//! Certificates from authorities, and when the next ones are to be ordered.

use diesel::prelude::*;

use super::schema::{certificate_orders, certificates};
use super::{Connection, StorageError};
use crate::domain::certificates::OrderState;
use crate::domain::time::Timestamp;

/// A certificate as stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = certificates)]
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
}

/// All certificates, by name.
pub fn all(c: &mut Connection) -> Result<Vec<StoredCertificate>, StorageError> {
    Ok(certificates::table.order(certificates::name).select(StoredCertificate::as_select()).load(c)?)
}

/// The names with what differs after every change.
pub fn versions(c: &mut Connection) -> Result<Vec<(String, String)>, StorageError> {
    let rows = certificates::table.order(certificates::name);
    Ok(rows.select((certificates::name, certificates::version)).load(c)?)
}

/// Stores a certificate in place of the one that its name had; true if it had none.
pub fn put(c: &mut Connection, certificate: &StoredCertificate) -> Result<bool, StorageError> {
    let is_first = delete(c, &certificate.name)? == 0;
    diesel::insert_into(certificates::table).values(certificate.clone()).execute(c)?;
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

/// What is to be ordered from that authority, or failed the last time, by name.
pub fn orders(c: &mut Connection, directory_url: &str) -> Result<Vec<(String, OrderState)>, StorageError> {
    let columns = (
        certificate_orders::name,
        certificate_orders::failures,
        certificate_orders::due_at,
        certificate_orders::failed_at,
        certificate_orders::last_error,
    );
    let of_authority = certificate_orders::table.filter(certificate_orders::directory_url.eq(directory_url));
    let rows: Vec<(String, i64, i64, Option<i64>, String)> =
        of_authority.order(certificate_orders::name).select(columns).load(c)?;
    let order = |(name, failures, due_at, failed_at, last_error): (String, i64, i64, Option<i64>, String)| {
        let (due_at, failed_at) = (Timestamp::from_secs(due_at), failed_at.map(Timestamp::from_secs));
        (name, OrderState { failures, due_at, failed_at, last_error })
    };
    Ok(rows.into_iter().map(order).collect())
}

/// The names of all orders, whatever the authority.
pub fn ordered_names(c: &mut Connection) -> Result<Vec<String>, StorageError> {
    Ok(certificate_orders::table.select(certificate_orders::name).load(c)?)
}

/// Stores when a name's certificate is ordered next, and from which authority.
pub fn put_order(c: &mut Connection, name: &str, directory_url: &str, order: &OrderState) -> Result<(), StorageError> {
    delete_order(c, name)?;
    let values = (
        certificate_orders::name.eq(name),
        certificate_orders::directory_url.eq(directory_url),
        certificate_orders::failures.eq(order.failures),
        certificate_orders::due_at.eq(order.due_at.secs()),
        certificate_orders::failed_at.eq(order.failed_at.map(Timestamp::secs)),
        certificate_orders::last_error.eq(&order.last_error),
    );
    diesel::insert_into(certificate_orders::table).values(values).execute(c)?;
    Ok(())
}

/// Forgets the order of a name.
pub fn delete_order(c: &mut Connection, name: &str) -> Result<(), StorageError> {
    diesel::delete(certificate_orders::table.filter(certificate_orders::name.eq(name))).execute(c)?;
    Ok(())
}
