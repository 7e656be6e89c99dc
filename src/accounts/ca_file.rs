//! CA files of apps: only regular files of bounded size are read, since others may have no end, or wait for a writer.

use std::fs::File;
use std::io::{self, Read};

/// Maximum size, in bytes: more than the authorities of any system have.
const MAX: u64 = 4 * 1024 * 1024;

/// The content of the file at `path`.
pub fn read(path: &str) -> io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > MAX {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file, or larger than 4 MiB"));
    }
    let mut content = Vec::new();
    File::open(path)?.take(MAX).read_to_end(&mut content)?;
    Ok(content)
}
