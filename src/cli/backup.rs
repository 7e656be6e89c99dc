//! `backup` and `restore`.
//!
//! A backup is a text file: a line that identifies it, the rows as JSON, and a last line with their number and a
//! checksum of everything before it. Nothing is restored from an incomplete file.
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::progress::Progress;
use super::say;
use super::store::Store;
use crate::accounts::CLAIMED_SETTING;
use crate::app::SystemClock;
use crate::config::{Config, DatabaseUrl, data_dir, secrets};
use crate::crypto::checksum::Checksum;
use crate::crypto::random;
use crate::domain::time::Clock;
use crate::storage::copying::{self, TABLES, Table};
use crate::storage::{StorageError, apps, groups, machine_tokens, settings, users};
use crate::telemetry;

/// The version of the file format; raised when an older program could not read it.
const FORMAT: u32 = 1;

/// How many rows each table has.
pub(super) type Counts = BTreeMap<String, u64>;
/// The tables of a backup with their columns, in the order of the values of a row.
type Columns = BTreeMap<String, Vec<String>>;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Portcullis { backup: u32, version: String, at: i64, tables: Columns },
    Secret { name: String, value: String },
    Row { table: String, values: Vec<Value> },
    End { rows: Counts, sha256: String },
}

enum Fault {
    Storage(StorageError),
    Text(String),
}

impl From<StorageError> for Fault {
    fn from(fault: StorageError) -> Self {
        Self::Storage(fault)
    }
}

impl From<std::io::Error> for Fault {
    fn from(fault: std::io::Error) -> Self {
        Self::Text(fault.to_string())
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Storage(fault) => fault.to_string(),
            Fault::Text(text) => text,
        }
    }
}

fn columns() -> Columns {
    TABLES
        .iter()
        .map(|table| (table.name.to_owned(), table.columns.iter().map(|&name| name.to_owned()).collect()))
        .collect()
}

fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// What this program does not know of a backup; what the backup lacks gets defaults.
fn unknown(format: u32, tables: &Columns) -> Option<String> {
    if format > FORMAT {
        return Some(format!("the format {format}"));
    }
    tables.iter().find_map(|(name, columns)| {
        let Some(table) = table(name) else { return Some(format!("a table {name}")) };
        let unknown = columns.iter().find(|column| !table.columns.contains(&column.as_str()))?;
        Some(format!("a column {name}.{unknown}"))
    })
}

pub(super) fn summary(rows: &Counts) -> String {
    rows.iter().map(|(table, count)| format!("{count} {table}")).collect::<Vec<_>>().join(", ")
}

/// `backup FILE`, also beside a running server.
pub(super) fn backup(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    telemetry::init(config.log);
    let target = PathBuf::from(matches.get_one::<String>("file").ok_or("no file")?);
    if target.exists() {
        return Err(format!("{} already exists; choose another name", target.display()));
    }
    if let DatabaseUrl::Sqlite(path) = &config.database
        && !path.exists()
    {
        return Err(format!("there is no database at {}", path.display()));
    }
    let store = Store::open_to_read(&config.database)?;
    // An unpredictable name, so that nobody can place a link there; the hard link that publishes it never replaces a
    // file.
    let mut temporary = target.clone().into_os_string();
    temporary.push(format!(".{}.part", random::id()));
    let temporary = PathBuf::from(temporary);
    let written = write_backup(config, &store, &temporary, matches.get_flag("without-secrets"));
    let rows = written.inspect_err(|_fault| drop(fs::remove_file(&temporary))).map_err(String::from)?;
    // What was written is read again before it counts as a backup.
    let read = read_backup(&temporary, "Verifying", &mut |_line| Ok(()))?;
    if read != rows {
        return Err(format!("{} does not contain what was written", temporary.display()));
    }
    let published = fs::hard_link(&temporary, &target);
    fs::remove_file(&temporary).map_err(|fault| format!("{}: {fault}", temporary.display()))?;
    published.map_err(|fault| format!("{}: {fault}", target.display()))?;
    say(&format!("{} holds {}.", target.display(), summary(&rows)));
    if matches.get_flag("without-secrets") {
        say("It contains no keys: keep the folder secrets of DATA_DIR with it. Without them no server can start on a \
                restored database.");
    } else {
        say("It contains the keys too: protect it like a password.");
    }
    Ok(())
}

fn write_backup(config: &Config, store: &Store, path: &Path, without_secrets: bool) -> Result<Counts, Fault> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let (mut out, mut sum, mut rows) = (BufWriter::new(file), Checksum::default(), Counts::new());
    let mut put = |line: &Line| -> Result<(), Fault> {
        let mut text = serde_json::to_string(line).map_err(|fault| Fault::Text(fault.to_string()))?;
        text.push('\n');
        sum.update(text.as_bytes());
        Ok(out.write_all(text.as_bytes())?)
    };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    put(&Line::Portcullis { backup: FORMAT, version, at: SystemClock::new().now().secs(), tables: columns() })?;
    for name in secrets::NAMES.iter().filter(|_| !without_secrets) {
        if let Some(value) = secrets::kept(name, &config.data_dir)? {
            put(&Line::Secret { name: (*name).to_owned(), value })?;
        }
    }
    // The closure may fail because of the file, which is not a fault of the store: that fault is kept outside.
    let (mut trouble, mut progress) = (None, Progress::begin("Writing"));
    let copied = store.database.snapshot_blocking(|c| {
        copying::each_row(c, |table, values| {
            progress.step();
            *rows.entry(table.name.to_owned()).or_default() += 1;
            put(&Line::Row { table: table.name.to_owned(), values }).map_err(|fault| {
                trouble = Some(fault);
                StorageError::Unavailable("the file cannot be written".to_owned())
            })
        })
    });
    if let Some(trouble) = trouble {
        return Err(trouble);
    }
    copied?;
    let end = Line::End { rows: rows.clone(), sha256: sum.text() };
    let text = serde_json::to_string(&end).map_err(|fault| Fault::Text(fault.to_string()))?;
    writeln!(out, "{text}")?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(rows)
}

/// Reads a backup to its end and passes its lines to `line_of`, showing `what` as its progress; an error if the file is
/// incomplete.
fn read_backup(
    path: &Path,
    what: &'static str,
    line_of: &mut dyn FnMut(Line) -> Result<(), String>,
) -> Result<Counts, String> {
    let mut progress = Progress::begin(what);
    let unreadable = |fault: std::io::Error| format!("{}: {fault}", path.display());
    let mut reader = BufReader::new(File::open(path).map_err(unreadable)?);
    let damaged = |what: &str| {
        format!(
            "{} is not a complete backup: {what}; nothing was restored from \
        it",
            path.display()
        )
    };
    let (mut sum, mut rows, mut text, mut number) = (Checksum::default(), Counts::new(), String::new(), 0_u64);
    loop {
        text.clear();
        number += 1;
        if reader.read_line(&mut text).map_err(|fault| damaged(&fault.to_string()))? == 0 {
            return Err(damaged("it ends too early"));
        }
        let line: Line =
            serde_json::from_str(&text).map_err(|_fault| damaged(&format!("line {number} is malformed")))?;
        match &line {
            Line::Portcullis { backup, version, tables, .. } => {
                if let Some(what) = unknown(*backup, tables) {
                    return Err(format!(
                        "{} has {what}, which this program does not know; it was made by Portcullis {version}: restore \
                            it with that version \
                         or a newer one",
                        path.display()
                    ));
                }
            }
            _ if number == 1 => return Err(damaged("it does not begin like one")),
            Line::Row { table, .. } => *rows.entry(table.clone()).or_default() += 1,
            Line::Secret { .. } => {}
            Line::End { rows: said, sha256 } => {
                if *sha256 != sum.text() || *said != rows {
                    return Err(damaged("its checksum does not match"));
                }
                return Ok(rows);
            }
        }
        sum.update(text.as_bytes());
        progress.step();
        line_of(line)?;
    }
}

/// `restore FILE`, into a database without users.
pub(super) fn restore(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    telemetry::init(config.log);
    let source = PathBuf::from(matches.get_one::<String>("file").ok_or("no file")?);
    let keep_sessions = matches.get_flag("keep-sessions");
    // The whole file is read before anything is written.
    let mut secrets: Vec<(String, String)> = Vec::new();
    read_backup(&source, "Reading", &mut |line| {
        if let Line::Secret { name, value } = line {
            secrets.push((name, value));
        }
        Ok(())
    })?;
    config.ensure_data_dir().map_err(|faults| faults.to_string())?;
    let store = Store::open_to_fill(&config.database)?;
    let missing = new_secrets(config, &secrets)?;
    let mut written = Vec::new();
    let restored = restore_rows(&store, &source, keep_sessions, || write_secrets(missing, &mut written));
    let rows = restored.inspect_err(|_fault| written.iter().for_each(|path| drop(fs::remove_file(path))))?;
    say(&format!("Restored {}.", summary(&rows)));
    if secrets.is_empty() {
        say("It contains no keys: copy the folder secrets of the original DATA_DIR into this one before you start.");
    }
    if !keep_sessions {
        say("Everybody has to sign in again, earlier links are void, and no browser is trusted.");
    }
    Ok(())
}

/// Restores the rows, and runs `last` before they are committed: after a crash in between, the same restore can be
/// repeated.
fn restore_rows(
    store: &Store,
    source: &Path,
    keep_sessions: bool,
    last: impl FnOnce() -> Result<(), String>,
) -> Result<Counts, String> {
    // Errors that are not faults of the store are kept outside the closure.
    let mut trouble = None;
    let mut stop = |text: String| {
        trouble = Some(text);
        StorageError::Unavailable(String::new())
    };
    let restored = store.database.write_blocking(|c| {
        if copying::has_data(c)? {
            return Err(stop("the database already has users or an audit log; restore into an empty one".to_owned()));
        }
        copying::clear(c)?;
        let mut there = Columns::new();
        let read = read_backup(source, "Restoring", &mut |line| {
            match line {
                Line::Portcullis { tables, .. } => there = tables,
                Line::Row { table: name, values } => {
                    let (Some(table), Some(columns)) = (table(&name), there.get(&name)) else {
                        return Err(format!(
                            "the backup has a row of {name}, a table that its first line does not name"
                        ));
                    };
                    let put = copying::put(c, table, columns.iter().map(String::as_str), values);
                    put.map_err(|fault| format!("a row of {name} cannot be restored: {fault}"))?;
                }
                Line::Secret { .. } | Line::End { .. } => {}
            }
            Ok(())
        });
        let rows = read.map_err(&mut stop)?;
        // An account that cannot be read could not sign in, and would be missing from the lists.
        users::check_all(c)
            .and_then(|()| groups::check_all(c))
            .and_then(|()| apps::check_all(c))
            .and_then(|()| machine_tokens::check_all(c))
            .map_err(|fault| stop(format!("the backup cannot be restored: {fault}")))?;
        if copying::has_people(c)? && settings::find(c, CLAIMED_SETTING)?.is_none() {
            // The first visitor could claim somebody else's instance (S04).
            return Err(stop(
                "the backup has accounts, but no record that the instance was claimed: a part of it is missing"
                    .to_owned(),
            ));
        }
        if !keep_sessions {
            copying::end_what_was_open(c, SystemClock::new().now())?;
        }
        last().map_err(&mut stop)?;
        Ok(rows)
    });
    trouble.map_or_else(|| restored.map_err(|fault| fault.to_string()), Err)
}

fn write_secrets(missing: Vec<(PathBuf, String)>, written: &mut Vec<PathBuf>) -> Result<(), String> {
    for (path, value) in missing {
        data_dir::write_new(&path, &value).map_err(|fault| format!("{}: {fault}", path.display()))?;
        written.push(path);
    }
    Ok(())
}

/// The secrets of the backup that have no file yet; a different secret in its place stops the restore.
fn new_secrets(config: &Config, kept: &[(String, String)]) -> Result<Vec<(PathBuf, String)>, String> {
    let mut missing = Vec::new();
    for (name, value) in kept {
        if !secrets::NAMES.contains(&name.as_str()) {
            return Err(format!("the backup contains a secret {name} that this program does not know"));
        }
        match secrets::kept(name, &config.data_dir) {
            Ok(None) => missing.push((secrets::file(name, &config.data_dir), value.clone())),
            Ok(Some(own)) if own == *value => {}
            Ok(Some(_)) => {
                let path = secrets::file(name, &config.data_dir);
                return Err(format!(
                    "{} is a different key from the one in the backup; move it away first",
                    path.display()
                ));
            }
            Err(fault) => return Err(format!("{name}: {fault}")),
        }
    }
    Ok(missing)
}
