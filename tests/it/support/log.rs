//! Faults of ours that a test did not expect: whatever is logged as ERROR by a server in this process fails a test.

use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// What tests provoke on purpose.
const PROVOKED: [&str; 6] = [
    "the queue of mails is full",
    "no such table",
    "no audit",
    "is not available",
    "ended by a panic and is begun again",
    "mail \"0\" has no good kind",
];

static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());
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
            FOUND.lock().unwrap().push(text.0);
        }
    }
}

/// Listens from now on; called for every server.
pub fn listen() {
    INSTALL.call_once(|| tracing_subscriber::registry().with(Collect).init());
}

/// What was logged as ERROR and not provoked, once.
pub fn unexpected() -> Vec<String> {
    let mut found = std::mem::take(&mut *FOUND.lock().unwrap());
    found.retain(|line| !PROVOKED.iter().any(|known| line.contains(known)));
    found
}
