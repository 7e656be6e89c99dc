//! Tables for diesel and for backups, from one list of columns.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Connection, StorageError};

/// Rows read at once.
pub(super) const STEP: i64 = 2_000;

/// A table that is copied.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns, in the order of a row's values.
    pub columns: &'static [&'static str],
    pub(super) read: fn(&mut Connection, &str) -> Result<Vec<Row>, StorageError>,
    pub(super) write: fn(&mut Connection, &mut NamedRow<'_>) -> Result<(), StorageError>,
}

/// Values in the order of the columns.
pub(super) type Row = Vec<Value>;
pub(super) type NamedRow<'a> = BTreeMap<&'a str, Value>;

/// Declares tables to diesel and lists them as [`Table`]s. A column `derived` from others is not copied.
macro_rules! kept_tables {
    ($(table $table:ident ($key:ident) { $first:ident -> Text, $($column:ident -> $kind:ident $(<$inner:ident>)?,)+ }
        $(derived { $($own:ident -> $own_kind:ident,)+ })?)+) => {
        $(diesel::table! {
            $table ($key) { $first -> Text, $($column -> $kind $(<$inner>)?,)+ $($($own -> $own_kind,)+)? }
        })+
        /// The tables worth keeping, referenced ones first.
        pub const TABLES: &[Table] =
            &[$(super::tables::table!($table: $key, $($column: super::tables::rust!($kind $(<$inner>)?)),+)),+];
    };
}

/// The Rust type of a column.
macro_rules! rust {
    (Text) => { String };
    (BigInt) => { i64 };
    (Bool) => { bool };
    (Nullable<$kind:ident>) => { Option<super::tables::rust!($kind)> };
}

macro_rules! table {
    ($table:ident: $key:ident, $($column:ident: $kind:ty),+) => {
        Table {
            name: stringify!($table),
            columns: &[stringify!($key), $(stringify!($column)),+],
            read: |c, after| {
                let rows: Vec<(String, $($kind),+)> = $table::table
                    .filter($table::$key.gt(after))
                    .order($table::$key.asc())
                    .limit(STEP)
                    .select(($table::$key, $($table::$column),+))
                    .load(c)?;
                let to_values = |($key, $($column),+)| Ok(vec![serde_json::to_value($key)?, $(serde_json::to_value($column)?),+]);
                rows.into_iter().map(to_values).collect::<Result<_, _>>().map_err(unreadable)
            },
            write: |c, row| {
                // A missing column gets the default of the table.
                $(let $column: Option<$kind> = taken(row, stringify!($column))?;)+
                let $key: Option<String> = taken(row, stringify!($key))?;
                let values = ($key.map(|value| $table::$key.eq(value)), $($column.map(|value| $table::$column.eq(value))),+);
                diesel::insert_into($table::table).values(values).execute(c)?;
                Ok(())
            },
        }
    };
}

pub(super) use {kept_tables, rust, table};

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err takes")]
pub(super) fn unreadable(fault: serde_json::Error) -> StorageError {
    StorageError::Corrupt(format!("a row cannot be read: {fault}"))
}

pub(super) fn taken<T: DeserializeOwned>(row: &mut NamedRow<'_>, column: &str) -> Result<Option<T>, StorageError> {
    row.remove(column).map(|value| serde_json::from_value(value).map_err(unreadable)).transpose()
}
