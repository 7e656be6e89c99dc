//! How many requests each app let in, and how many it did not. Bounded: a thousand apps are not a thousand series.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::apps::{App, AppRef};
use super::measure::Counter;

/// How many apps are counted by themselves.
const MAX_APPS: usize = 100;
/// What the others are called together. An app of this name is one of them, so that no series is there twice.
pub const OTHERS: &str = "other";

/// The decisions about the requests for an app.
#[derive(Debug, Default)]
pub struct Decisions {
    /// Let in.
    pub allowed: Counter,
    /// Not let in.
    pub denied: Counter,
}

/// The decisions of this process, by app.
#[derive(Debug, Default)]
pub struct AppCounts {
    own: Mutex<HashMap<AppRef, Arc<Decisions>>>,
    others: Arc<Decisions>,
}

impl AppCounts {
    /// The decisions about each of `apps`, which are all that there are.
    pub fn of(&self, apps: &[App]) -> Vec<Arc<Decisions>> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|id, _decisions| apps.iter().any(|app| app.id == *id));
        let mut decisions_of = |app: &App| {
            if app.name == OTHERS {
                own.remove(&app.id);
                return Arc::clone(&self.others);
            }
            if let Some(known) = own.get(&app.id) {
                return Arc::clone(known);
            }
            if own.len() >= MAX_APPS {
                return Arc::clone(&self.others);
            }
            Arc::clone(own.entry(app.id.clone()).or_default())
        };
        apps.iter().map(&mut decisions_of).collect()
    }

    /// The decisions about all that are not counted by themselves.
    pub const fn others(&self) -> &Arc<Decisions> {
        &self.others
    }
}
