//! The house rules for files: their length, what they must not contain, and what is locked in `Cargo.lock`.

use std::path::PathBuf;
use std::process::Command;

use super::floors::{assert_none, read};
use crate::support::source;

/// What git would commit; in a copy without git, everything but build output and data.
fn committed_files() -> Vec<PathBuf> {
    let root = source::repository();
    let listed = Command::new("git").args(["ls-files", "-co", "--exclude-standard"]).current_dir(&root).output();
    if let Ok(output) = listed
        && output.status.success()
    {
        let names = String::from_utf8(output.stdout).unwrap();
        return names.lines().map(|name| root.join(name)).filter(|path| path.is_file()).collect();
    }
    let tops = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path());
    let kept = tops.filter(|path| !["target", "data", ".git", ".env"].iter().any(|name| path.ends_with(name)));
    kept.flat_map(|path| if path.is_dir() { source::files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn files_stay_short_and_folders_say_what_belongs_in_them() {
    let mut faults = Vec::new();
    for source in source::read_all() {
        if source.lines > 400 {
            faults.push(format!("src/{} has {} lines; 400 is the outside", source.file, source.lines));
        }
        let folder_head = source.file.ends_with("/mod.rs");
        if folder_head && source.doc.trim().is_empty() {
            faults.push(format!("src/{} has no module doc", source.file));
        }
    }
    for path in source::files_below(&source::repository().join("tests")) {
        let lines = std::fs::read_to_string(&path).map_or(0, |text| text.lines().count());
        if lines > 400 && path.extension().is_some_and(|ext| ext == "rs") {
            faults.push(format!("{} has {lines} lines; 400 is the outside", path.display()));
        }
    }
    assert_none(&faults);
}

#[test]
fn no_committed_file_names_a_machine() {
    // Written in pieces, or this file would be the first to be found.
    let marks = [
        concat!("/", "work/"),
        concat!("/tmp/", "bash"),
        concat!("/ro", "ot/"),
        concat!("replace", "-with"),
        concat!("index", "-url"),
    ];
    let mut faults = Vec::new();
    for path in committed_files() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        faults.extend(
            marks.iter().filter(|mark| text.contains(**mark)).map(|mark| format!("{}: {mark}", path.display())),
        );
        let sources = text.lines().filter(|line| path.ends_with("Cargo.lock") && line.starts_with("source = "));
        let foreign = sources.filter(|line| !line.contains("registry+https://github.com/rust-lang/crates.io-index"));
        faults.extend(foreign.map(|line| format!("{}: {line}", path.display())));
    }
    assert_none(&faults);
}

#[test]
fn the_lock_file_holds_no_refused_crate() {
    let lock = read("Cargo.lock");
    let packages: Vec<(&str, &str)> =
        lock.split("[[package]]").filter_map(|block| Some((field(block, "name")?, field(block, "version")?))).collect();
    assert!(packages.iter().any(|(name, _)| *name == "actix-web"), "Cargo.lock was not understood");
    // Not ring: the lock file names it as an option of rustls that nothing takes; cargo-deny looks at what is built.
    let never = ["openssl", "native-tls", "awc", "actix-governor"];
    let refused =
        |(name, version): &&(&str, &str)| never.contains(name) || (*name == "h2" && version.starts_with("0.3."));
    let found: Vec<String> =
        packages.iter().filter(refused).map(|(name, version)| format!("{name} {version}")).collect();
    assert_none(&found);
    // OpenSSL comes with the feature postgres-tls alone, which nobody gets who does not ask for it.
    let needs = |block: &&str| block.contains("\n \"openssl-sys\"");
    let mut by: Vec<&str> = lock.split("[[package]]").filter(needs).filter_map(|block| field(block, "name")).collect();
    by.sort_unstable();
    assert_eq!(by, ["portcullis", "pq-src"]);
    let manifest = read("Cargo.toml");
    assert!(
        manifest.contains("openssl-sys = { version = \"0.9\", optional = true") && !manifest.contains("\ndefault = ")
    );
}

fn field<'a>(block: &'a str, name: &str) -> Option<&'a str> {
    let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "))?;
    Some(line.trim_matches('"'))
}
