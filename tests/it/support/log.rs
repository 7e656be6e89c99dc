//! Faults of ours: what a server of a test logs as ERROR fails that test, unless it said before that it provokes just
//! that.

use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use actix_web::rt::System;
use tokio::runtime::{Handle, Id};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// What a line was logged by: the workers of a server share an actix system, its other threads a runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    System(usize),
    Runtime(Id),
}

struct Line {
    source: Option<Source>,
    text: String,
}

static FOUND: Mutex<Vec<Line>> = Mutex::new(Vec::new());
/// The sources of all servers that run.
static LIVE: Mutex<Vec<Source>> = Mutex::new(Vec::new());
static INSTALL: Once = Once::new();

struct Collect;

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0 = format!("{} {}={value:?}", self.0, field.name());
    }
}

impl<S: Subscriber> Layer<S> for Collect {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let ours = event.metadata().target().starts_with("portcullis");
        if ours && *event.metadata().level() == Level::ERROR {
            let mut text = Text(event.metadata().target().to_owned());
            event.record(&mut text);
            let system = System::try_current().map(|system| Source::System(system.id()));
            let source = system.or_else(|| Handle::try_current().ok().map(|handle| Source::Runtime(handle.id())));
            open(&FOUND).push(Line { source, text: text.0 });
        }
    }
}

/// A test that failed leaves its locks poisoned; the others go on.
fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one server logs as ERROR.
pub struct Errors {
    sources: Vec<Source>,
    expected: Mutex<Vec<&'static str>>,
    allowed: Mutex<Vec<&'static str>>,
}

impl Errors {
    /// Listens to a server whose actix system was made on this thread.
    pub fn of_this_system() -> Self {
        INSTALL.call_once(|| tracing_subscriber::registry().with(Collect).init());
        let source = Source::System(System::current().id());
        open(&LIVE).push(source);
        Self { sources: vec![source], expected: Mutex::default(), allowed: Mutex::default() }
    }

    /// Listens to the server's other runtime as well.
    pub fn and_of(mut self, runtime: &Handle) -> Self {
        let source = Source::Runtime(runtime.id());
        open(&LIVE).push(source);
        self.sources.push(source);
        self
    }

    /// From now on lines with `text` are right, and one has to come.
    pub fn expect(&self, text: &'static str) {
        open(&self.expected).push(text);
    }

    /// From now on lines with `text` are right.
    pub fn allow(&self, text: &'static str) {
        open(&self.allowed).push(text);
    }

    /// What this server logged and its test did not expect, or the other way round. What was logged by no server that
    /// runs is reported to whoever asks first.
    pub fn faults(&self) -> Vec<String> {
        let live = open(&LIVE);
        let is_of_another = |line: &mut Line| {
            line.source.is_some_and(|source| live.contains(&source) && !self.sources.contains(&source))
        };
        let mut own = Vec::new();
        open(&FOUND).retain_mut(|line| {
            let of_another = is_of_another(line);
            if !of_another {
                own.push(std::mem::take(&mut line.text));
            }
            of_another
        });
        let expected = open(&self.expected);
        let missing = expected.iter().filter(|text| !own.iter().any(|line| line.contains(**text)));
        let mut faults: Vec<_> = missing.map(|text| format!("expected, but not logged: {text}")).collect();
        let allowed = open(&self.allowed);
        faults.extend(
            own.into_iter().filter(|line| !expected.iter().chain(allowed.iter()).any(|text| line.contains(text))),
        );
        faults
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        open(&LIVE).retain(|source| !self.sources.contains(source));
    }
}
