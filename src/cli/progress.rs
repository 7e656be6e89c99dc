//! Long operations show their progress on a terminal: one line on standard error that is overwritten, and erased at the
//! end.

use std::io::{IsTerminal, Write};

/// Rows between two updates.
const STEP: u64 = 1_000;
/// Returns to the beginning of the line and erases it (ECMA-48).
const ERASE_LINE: &str = "\r\x1b[2K";

/// The progress of an operation.
pub(super) struct Progress {
    what: &'static str,
    rows: u64,
    on: bool,
}

impl Progress {
    /// Begins an operation on rows, described as "Reading", for instance.
    pub(super) fn begin(what: &'static str) -> Self {
        let progress = Self { what, rows: 0, on: std::io::stderr().is_terminal() };
        progress.show();
        progress
    }

    /// One more row is done.
    pub(super) fn step(&mut self) {
        self.rows += 1;
        if self.rows.is_multiple_of(STEP) {
            self.show();
        }
    }

    fn show(&self) {
        if self.on {
            write(&format!("{ERASE_LINE}{} … {} rows", self.what, self.rows));
        }
    }
}

impl Drop for Progress {
    /// Subsequent output, errors included, begins on an empty line.
    fn drop(&mut self) {
        if self.on {
            write(ERASE_LINE);
        }
    }
}

fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    if write!(out, "{text}").and_then(|()| out.flush()).is_err() {
        tracing::debug!("standard error is closed");
    }
}
