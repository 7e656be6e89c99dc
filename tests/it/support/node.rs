//! Node.js with a package of npm, for unit tests.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where `scripts/npm-package` put the package, if it did and Node.js is there; in CI both must be.
#[expect(clippy::disallowed_methods, reason = "whether this is CI is no setting of the program")]
#[expect(clippy::print_stderr, reason = "who runs the tests has to read that one was skipped")]
pub fn package(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(name);
    let is_there = folder.join("node_modules").join(name).is_dir()
        && Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if is_there {
        return Some(folder);
    }
    let in_ci = std::env::var("CI").as_deref() == Ok("true");
    assert!(!in_ci, "{name} or node is not installed, and in CI nothing may be skipped");
    eprintln!("\n!!! SKIPPED: {name} or node is not installed; scripts/test installs them\n");
    None
}

/// What the script prints that is given a file with `input`.
pub fn run(package: &Path, script: &str, input: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input");
    std::fs::write(&file, input).unwrap();
    let output = Command::new("node").arg(script).arg(&file).current_dir(package).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
