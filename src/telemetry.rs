//! Logging: one subscriber, to standard error, as text or JSON.
//!
//! Passwords, tokens, cookies and query strings are never logged. Values from clients are recorded as quoted fields, so
//! that no client can forge a line (S89).

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::config::{Log, LogLevel};

/// [`init`] for a short-lived command: its output is for a person at a terminal, so only problems are logged.
pub fn init_for_command(mut log: Log) {
    if std::io::stderr().is_terminal() && matches!(log.level, LogLevel::Info) {
        log.level = LogLevel::Warn;
    }
    init(log);
}

/// Installs the subscriber; a second call in one process does nothing.
pub fn init(log: Log) {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    let lines = if log.json { lines.json().boxed() } else { lines.boxed() };
    if registry().with(lines.with_filter(targets(level))).try_init().is_err() {
        tracing::debug!("the log was already set up");
    }
}

/// Other crates only log problems: their more verbose lines may contain headers. `actix_http` reports every stream that
/// we close as an error.
fn targets(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("portcullis", level)
        .with_target("actix_http", LevelFilter::OFF)
}
