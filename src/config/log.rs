//! How the program logs.

use super::parse::Reader;

/// How much is logged, and in which form.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    /// The least severe level logged.
    pub level: LogLevel,
    /// JSON lines instead of text.
    pub json: bool,
}

/// A log level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Only faults of our own.
    Error,
    /// And what an operator should look at.
    Warn,
    /// And what happened.
    Info,
    /// And how.
    Debug,
    /// And everything.
    Trace,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Log {
    let levels = [
        ("error", LogLevel::Error),
        ("warn", LogLevel::Warn),
        ("info", LogLevel::Info),
        ("debug", LogLevel::Debug),
        ("trace", LogLevel::Trace),
    ];
    Log {
        level: reader.choice("LOG_LEVEL", &levels, LogLevel::Info),
        json: reader.choice("LOG_FORMAT", &[("text", false), ("json", true)], false),
    }
}
