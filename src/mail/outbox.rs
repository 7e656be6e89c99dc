//! Mails as files, where there is no mail server: `DATA_DIR/outbox`, bounded, readable by the operator alone.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::Outgoing;

/// Files kept at most; the oldest go first.
const KEPT: usize = 1000;

/// Writes one mail; its name sorts by time.
pub(super) fn write(folder: &Path, mail: &Outgoing, bytes: &[u8]) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = format!("{:012}-{}.eml", mail.date.secs().max(0), mail.id);
    let unfinished = folder.join(format!(".{name}"));
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    trim(folder)
}

fn trim(folder: &Path) -> io::Result<()> {
    let mut names: Vec<_> = fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
    names.retain(|name| name.to_string_lossy().ends_with(".eml"));
    names.sort();
    for name in names.iter().take(names.len().saturating_sub(KEPT)) {
        fs::remove_file(folder.join(name))?;
    }
    Ok(())
}
