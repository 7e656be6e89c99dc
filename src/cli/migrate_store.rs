//! `migrate-store`: moves all data into another database.

use std::collections::BTreeMap;

use clap::ArgMatches;
use serde_json::Value;

use super::backup::{Counts, summary};
use super::progress::Progress;
use super::say;
use super::store::Store;
use crate::config::{self, Config, DatabaseUrl};
use crate::crypto::checksum::Checksum;
use crate::storage::StorageError;
use crate::storage::copying::{self, Table};
use crate::telemetry;

/// `migrate-store --from URL --to URL`.
pub(super) fn migrate_store(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    telemetry::init(config.log);
    let url = |name: &str| -> Result<DatabaseUrl, String> {
        let text = matches.get_one::<String>(name).ok_or_else(|| format!("--{name} is missing"))?;
        config::parse_database(text).map_err(|fault| format!("--{name} {fault}"))
    };
    let (from, to) = (url("from")?, url("to")?);
    if let DatabaseUrl::Sqlite(path) = &from
        && !path.exists()
    {
        return Err(format!("--from: there is no database at {}", path.display()));
    }
    let in_the_way = |side: &str, fault: String| format!("--{side}: {fault}");
    let source = Store::open_to_move(&from).map_err(|fault| in_the_way("from", fault))?;
    let target = Store::open_to_fill(&to).map_err(|fault| in_the_way("to", fault))?;
    let inhabited = target.database.read_blocking(copying::has_data).map_err(|fault| fault.to_string())?;
    if inhabited {
        return Err("--to: the database already has users or an audit log; give an empty one".to_owned());
    }
    let sums = target.database.write_blocking(|there| {
        copying::clear(there)?;
        let (mut sent, mut progress) = (Sums::default(), Progress::begin("Moving"));
        source.database.snapshot_blocking(|here| {
            copying::each_row(here, |table, row| {
                progress.step();
                sent.add(table, &row);
                copying::put(there, table, table.columns.iter().copied(), row)
            })
        })?;
        drop(progress);
        let (mut arrived, mut progress) = (Sums::default(), Progress::begin("Verifying"));
        copying::each_row(there, |table, row| {
            progress.step();
            arrived.add(table, &row);
            Ok::<_, StorageError>(())
        })?;
        if sent == arrived {
            Ok(sent)
        } else {
            Err(StorageError::Corrupt("what was written differs from what was read; nothing was kept".to_owned()))
        }
    });
    let sums = sums.map_err(|fault| fault.to_string())?;
    say(&format!("Moved {}.", summary(&sums.rows)));
    say("Every row was verified. Set DATABASE_URL to the new address; the old database is unchanged.");
    Ok(())
}

/// The number of rows of each table, and a sum over them that does not depend on their order.
#[derive(Default, PartialEq, Eq)]
struct Sums {
    rows: Counts,
    sum: BTreeMap<String, u128>,
}

impl Sums {
    fn add(&mut self, table: &Table, row: &[Value]) {
        *self.rows.entry(table.name.to_owned()).or_default() += 1;
        let mut checksum = Checksum::default();
        for value in row {
            checksum.update(value.to_string().as_bytes());
            checksum.update(b"\n");
        }
        let text = checksum.text();
        let value = u128::from_str_radix(text.get(..32).unwrap_or_default(), 16).unwrap_or_default();
        let sum = self.sum.entry(table.name.to_owned()).or_default();
        *sum = sum.wrapping_add(value);
    }
}
