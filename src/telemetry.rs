//! Logging: one subscriber, to standard error, in text or JSON.
//!
//! Never logged are passwords, tokens, cookies and query strings. Values of clients are recorded as quoted fields, so that no
//! client can forge a line (S89).

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::config::{Log, LogLevel};

/// [`init`] for a command that ends at once: somebody at a terminal reads its answer, and of the log what is wrong.
pub fn init_for_command(mut log: Log) {
    if std::io::stderr().is_terminal() && matches!(log.level, LogLevel::Info) {
        log.level = LogLevel::Warn;
    }
    init(log);
}

/// Installs the subscriber; a second call in one process changes nothing.
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
        tracing::debug!("the log was set up before");
    }
}

/// Other crates speak only of what is wrong: their finer lines may show headers. `actix_http` calls every stream that we cut an error.
fn targets(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("portcullis", level)
        .with_target("actix_http", LevelFilter::OFF)
}
