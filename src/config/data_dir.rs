//! The data directory: 0700, its files 0600, written so that a crash leaves the old or the new content (S86).

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::env::Faults;

/// The file with the one-time set-up token.
pub const SETUP_TOKEN: &str = "setup-token";
/// The file that says that somebody has claimed this instance.
pub const CLAIMED: &str = "claimed";

/// Makes the directory and `secrets/` when missing, narrows wider rights, and returns a warning for each narrowing.
pub fn ensure(dir: &Path) -> Result<Vec<String>, Faults> {
    let mut warnings = Vec::new();
    for path in [dir.to_path_buf(), dir.join("secrets")] {
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(|fault| unwritable(&path, &fault))?;
        narrow(&path, 0o700, &mut warnings).map_err(|fault| unwritable(&path, &fault))?;
        for entry in fs::read_dir(&path).map_err(|fault| unwritable(&path, &fault))?.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                narrow(&entry.path(), 0o600, &mut warnings).map_err(|fault| unwritable(&entry.path(), &fault))?;
            }
        }
    }
    let probe = dir.join(".write-probe");
    fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(|fault| unwritable(dir, &fault))?;
    Ok(warnings)
}

fn narrow(path: &Path, mode: u32, warnings: &mut Vec<String>) -> io::Result<()> {
    let current = fs::metadata(path)?.permissions().mode() & 0o777;
    if current & !mode != 0 {
        fs::set_permissions(path, Permissions::from_mode(current & mode))?;
        warnings.push(format!("{} was readable by others ({current:o}); its rights are now {:o}", path.display(), current & mode));
    }
    Ok(())
}

fn unwritable(path: &Path, fault: &io::Error) -> Faults {
    let mut faults = Faults::default();
    faults.add(
        "DATA_DIR",
        format!("{} cannot be used: {fault}. Give a folder that this user may write, or change its owner.", path.display()),
    );
    faults
}

/// Writes a new 0600 file; fails when it exists. Temporary file, fsync, link, fsync of the directory.
pub fn write_new(path: &Path, content: &str) -> io::Result<()> {
    let temporary = temporary(path);
    let written = write_synced(&temporary, content).and_then(|()| fs::hard_link(&temporary, path));
    fs::remove_file(&temporary)?;
    written?;
    sync_parent(path)
}

/// Writes a 0600 file, replacing what was there.
pub fn replace(path: &Path, content: &str) -> io::Result<()> {
    let temporary = temporary(path);
    write_synced(&temporary, content)?;
    fs::rename(&temporary, path)?;
    sync_parent(path)
}

fn temporary(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.tmp", std::process::id()))
}

fn write_synced(path: &Path, content: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}
