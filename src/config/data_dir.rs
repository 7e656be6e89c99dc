//! The data directory: mode 0700, its files 0600, written so that a crash leaves either the old or the new content
//! (S86).

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::values::Faults;

/// The file with the one-time set-up token.
pub const SETUP_TOKEN: &str = "setup-token";
/// The file that records that somebody has claimed this instance.
pub const CLAIMED: &str = "claimed";
/// The file with the address on which the server listens, for commands run beside it.
pub const ADDRESS: &str = "address";

/// Names that we create in a data directory, besides the database and its copies.
const OURS: [&str; 5] = ["secrets", SETUP_TOKEN, CLAIMED, ADDRESS, "outbox"];
/// Other names that may exist there.
const TEMPORARY_FILES: [&str; 2] = ["portcullis.lock", "lost+found"];
/// Maximum files whose permissions are narrowed.
const MAX_FILES: usize = 10_000;

/// Creates the directory and `secrets/` if missing and narrows the permissions of our files; returns warnings. In a
/// directory that contains other people's files, neither their permissions nor the directory's own are changed.
///
/// `database` is the SQLite file, if it is in this directory.
pub fn ensure(dir: &Path, database: Option<&Path>) -> Result<Vec<String>, Faults> {
    let mut warnings = Vec::new();
    for path in [dir.to_path_buf(), dir.join("secrets")] {
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(|fault| unwritable(&path, &fault))?;
    }
    let entries: Vec<PathBuf> =
        fs::read_dir(dir).map_err(|fault| unwritable(dir, &fault))?.flatten().map(|entry| entry.path()).collect();
    let (ours, others): (Vec<PathBuf>, Vec<PathBuf>) = entries.into_iter().partition(|path| is_ours(path, database));
    if others.is_empty() {
        narrow(dir, 0o700, &mut warnings);
    } else {
        warnings.push(format!(
            "{} contains other files, so its permissions were not changed; a separate folder is safer",
            dir.display()
        ));
    }
    for path in ours {
        narrow_below(&path, &mut warnings);
    }
    probe(dir).map_err(|fault| unwritable(dir, &fault))?;
    Ok(warnings)
}

/// Creates a file, links it as [`write_new`] does, and removes both; existing files are not written to.
fn probe(dir: &Path) -> io::Result<()> {
    let made = write_temporary(&dir.join(".portcullis-probe"), "")?;
    let link = made.with_extension("link");
    let linked = fs::hard_link(&made, &link).and_then(|()| fs::remove_file(&link));
    fs::remove_file(&made).and(linked)
}

/// Whether this directory entry belongs to us, or to the file system.
fn is_ours(path: &Path, database: Option<&Path>) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own_database = database.and_then(Path::file_name).map(|file| file.to_string_lossy());
    let of_database =
        |file: &str| name.strip_prefix(file).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']));
    // Left by a crash while a file was being replaced.
    let temporary = Path::new(&*name).extension().is_some_and(|ending| ending == "tmp");
    let unfinished =
        temporary && OURS.iter().any(|own| name.strip_prefix(own).is_some_and(|rest| rest.starts_with('.')));
    OURS.iter().chain(&TEMPORARY_FILES).any(|own| name == *own)
        || of_database("portcullis.db")
        || own_database.is_some_and(|file| of_database(&file))
        || unfinished
        || name.starts_with(".portcullis-")
}

/// Narrows a directory and everything in it, links aside.
fn narrow_below(dir: &Path, warnings: &mut Vec<String>) {
    let (mut waiting, mut looked) = (vec![dir.to_path_buf()], 0);
    while let Some(path) = waiting.pop() {
        looked += 1;
        let Ok(kind) = fs::symlink_metadata(&path).map(|found| found.file_type()) else { continue };
        if kind.is_dir() {
            narrow(&path, 0o700, warnings);
            waiting.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        } else if kind.is_file() {
            narrow(&path, 0o600, warnings);
        }
        if looked >= MAX_FILES {
            warnings.push(format!("{} contains too many files to check the permissions of all", dir.display()));
            return;
        }
    }
}

fn narrow(path: &Path, mode: u32, warnings: &mut Vec<String>) {
    let Ok(current) = fs::metadata(path).map(|found| found.permissions().mode() & 0o777) else { return };
    if current & !mode == 0 {
        return;
    }
    let narrowed = current & mode;
    match fs::set_permissions(path, Permissions::from_mode(narrowed)) {
        Ok(()) => warnings.push(format!(
            "{} was accessible to others ({current:o}); its permissions are now \
                {narrowed:o}",
            path.display()
        )),
        Err(fault) => warnings.push(format!(
            "{} is accessible to others ({current:o}), and its permissions could not be changed: {fault}",
            path.display()
        )),
    }
}

fn unwritable(path: &Path, fault: &io::Error) -> Faults {
    let mut faults = Faults::default();
    faults.add(
        "DATA_DIR",
        format!(
            "{} cannot be used: {fault}. Choose a folder that this user can write to, or change its owner.",
            path.display()
        ),
    );
    faults
}

/// Why nothing can be written to the directory, or to its nearest existing parent; leaves nothing behind.
pub fn why_unwritable(dir: &Path) -> Option<String> {
    let dir = std::path::absolute(dir).ok()?;
    let there = dir.ancestors().find(|path| path.exists())?;
    let fault = probe(there).err()?;
    Some(format!(
        "DATA_DIR is not writable: {}: {fault}. Choose a folder that this user can write to, or change its owner.",
        there.display()
    ))
}

/// Writes a new 0600 file; fails if it exists. Temporary file, fsync, link, fsync of the directory.
pub fn write_new(path: &Path, content: &str) -> io::Result<()> {
    let temporary = write_temporary(path, content)?;
    let linked = fs::hard_link(&temporary, path);
    fs::remove_file(&temporary)?;
    linked?;
    sync_parent(path)
}

/// Writes a 0600 file, replacing what was there.
pub fn replace(path: &Path, content: &str) -> io::Result<()> {
    let temporary = write_temporary(path, content)?;
    fs::rename(&temporary, path)?;
    sync_parent(path)
}

/// Puts a complete file in the place of another one in the same folder.
pub fn put_in_place(new: &Path, old: &Path) -> io::Result<()> {
    fs::rename(new, old)?;
    sync_parent(old)
}

/// The owner of this directory, if root is about to write into somebody else's: they could not open the files that root
/// creates.
pub fn owner_other_than_root(dir: &Path) -> Option<u32> {
    let own = fs::metadata("/proc/self").ok()?.uid();
    let owner = fs::metadata(dir).ok()?.uid();
    (own == 0 && owner != 0).then_some(owner)
}

/// Writes a file next to `path` under an unused name: others may write the same file at once, and processes in two
/// containers can have the same ID.
fn write_temporary(path: &Path, content: &str) -> io::Result<PathBuf> {
    const MAX_LEFT_OVER: u32 = 1000;
    let mut number = 0;
    let (temporary, mut file) = loop {
        let temporary = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary) {
            // In use, left by a crash, or placed by an attacker.
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists && number < MAX_LEFT_OVER => number += 1,
            opened => break (temporary, opened?),
        }
    };
    let written = file.write_all(content.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        fs::remove_file(&temporary)?;
    }
    written.map(|()| temporary)
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn s86_our_files_are_narrowed_wherever_they_are_and_others_are_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("outbox")).unwrap();
        let (file, deep) = (dir.path().join("portcullis.db"), dir.path().join("outbox/1.eml"));
        for path in [&file, &deep] {
            fs::write(path, "x").unwrap();
            fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
        }
        assert!(ensure(dir.path(), None).unwrap().len() >= 2);
        assert_eq!((mode(&file), mode(&deep), mode(&dir.path().join("secrets"))), (0o600, 0o600, 0o700));
        fs::write(dir.path().join("portcullis.lock"), "").unwrap();
        fs::set_permissions(dir.path().join("portcullis.lock"), Permissions::from_mode(0o600)).unwrap();
        assert_eq!(ensure(dir.path(), None).unwrap(), Vec::<String>::new());

        let shared = tempfile::tempdir().unwrap();
        let other = shared.path().join("letter.txt");
        fs::write(&other, "x").unwrap();
        fs::set_permissions(&other, Permissions::from_mode(0o644)).unwrap();
        fs::set_permissions(shared.path(), Permissions::from_mode(0o755)).unwrap();
        assert!(ensure(shared.path(), None).unwrap().join(" ").contains("contains other files"));
        let rights = || (mode(&other), mode(shared.path()), mode(&shared.path().join("secrets")));
        assert_eq!(rights(), (0o644, 0o755, 0o700));
        // Narrowing our own files does not touch other people's.
        fs::write(shared.path().join("portcullis.db"), "x").unwrap();
        fs::write(shared.path().join("portcullis.lock"), "").unwrap();
        fs::set_permissions(shared.path().join("portcullis.db"), Permissions::from_mode(0o644)).unwrap();
        assert!(ensure(shared.path(), None).unwrap().join(" ").contains("contains other files"));
        assert_eq!(rights(), (0o644, 0o755, 0o700));
        assert_eq!(mode(&shared.path().join("portcullis.db")), 0o600);

        // A link under a predictable name is not written through.
        let trap = shared.path().join(format!(".portcullis-probe.{}-0.tmp", std::process::id()));
        let victim = shared.path().join("letter.txt");
        std::os::unix::fs::symlink(&victim, trap).unwrap();
        ensure(shared.path(), None).unwrap();
        assert_eq!(fs::read_to_string(victim).unwrap(), "x");

        let named = tempfile::tempdir().unwrap();
        for file in ["gate.db", "gate.db-wal", "gate.db.before-1", "claimed.7.tmp"] {
            fs::write(named.path().join(file), "x").unwrap();
            fs::set_permissions(named.path().join(file), Permissions::from_mode(0o600)).unwrap();
        }
        assert!(
            !ensure(named.path(), Some(&named.path().join("gate.db")))
                .unwrap()
                .join(" ")
                .contains("contains other files")
        );
        for others in ["portcullis.env", "build.tmp", "gate.dbx"] {
            assert!(!is_ours(&named.path().join(others), Some(Path::new("gate.db"))), "{others}");
        }
    }

    #[test]
    fn s86_who_writes_one_file_at_once_is_in_nobodys_way() {
        let dir = tempfile::tempdir().unwrap();
        let (replaced, new) = (dir.path().join("claimed"), dir.path().join("new"));
        let together = std::sync::Barrier::new(8);
        let write = |content: &str| {
            let mut made = 0;
            for round in 0..50 {
                together.wait();
                replace(&replaced, content).unwrap();
                // The file is complete, whichever writer was the last.
                assert_eq!(fs::read_to_string(&replaced).unwrap().len(), 1000);
                probe(dir.path()).unwrap();
                match write_new(&new.with_extension(round.to_string()), content) {
                    Ok(()) => made += 1,
                    Err(fault) => assert_eq!(fault.kind(), io::ErrorKind::AlreadyExists, "{fault}"),
                }
            }
            made
        };
        let made: u32 = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..8).map(|n| scope.spawn(move || write(&n.to_string().repeat(1000)))).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).sum()
        });
        assert_eq!(made, 50, "each new file has one maker");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 51, "nothing else stays behind");
    }
}
