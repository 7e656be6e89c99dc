//! Log settings.

use super::parse::Reader;
use super::variables::{LOG_FORMAT, LOG_LEVEL};

/// How much is logged, and in which format.
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
    /// Only internal errors.
    Error,
    /// Also what an operator should look at.
    Warn,
    /// Also what happened.
    Info,
    /// Also how it happened.
    Debug,
    /// Everything.
    Trace,
}

/// The names of the levels.
pub(super) const LEVELS: &[(&str, LogLevel)] = &[
    ("error", LogLevel::Error),
    ("warn", LogLevel::Warn),
    ("info", LogLevel::Info),
    ("debug", LogLevel::Debug),
    ("trace", LogLevel::Trace),
];

pub(super) fn read(reader: &mut Reader<'_>) -> Log {
    Log { level: reader.value(&LOG_LEVEL), json: reader.value(&LOG_FORMAT) }
}
