//! Logging: one subscriber, to standard error, in text or JSON.
//!
//! Never logged are passwords, tokens, cookies and query strings. Values of clients are recorded as quoted fields, so that no
//! client can forge a line (S89).

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;

use crate::config::{Log, LogLevel};

/// Installs the subscriber; a second call in one process changes nothing.
pub fn init(log: Log) {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let builder = fmt().with_max_level(level).with_writer(std::io::stderr).with_ansi(false);
    let installed = if log.json { builder.json().try_init() } else { builder.try_init() };
    if installed.is_err() {
        tracing::debug!("the log was set up before");
    }
}
