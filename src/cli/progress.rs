//! Long work says how far it is, on a terminal: one line on standard error that is written over, and gone at the end.

use std::io::{IsTerminal, Write};

/// Rows between two words about it.
const STEP: u64 = 1_000;
/// Back to the beginning of the line, and everything on it away (ECMA-48).
const ANEW: &str = "\r\x1b[2K";

/// How far some work is.
pub(super) struct Progress {
    what: &'static str,
    rows: u64,
    on: bool,
}

impl Progress {
    /// Work on rows, described as what is being done: "Reading".
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
            write(&format!("{ANEW}{} … {} rows", self.what, self.rows));
        }
    }
}

impl Drop for Progress {
    /// What is said afterwards, a fault too, begins on an empty line.
    fn drop(&mut self) {
        if self.on {
            write(ANEW);
        }
    }
}

fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    if write!(out, "{text}").and_then(|()| out.flush()).is_err() {
        tracing::debug!("nobody reads standard error");
    }
}
