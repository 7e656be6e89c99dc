//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use portcullis::for_tests::{Clock, Timestamp};

/// 2026-11-24T08:00:00Z, where every test begins.
pub const START: i64 = 1_795_507_200;

/// Wall-clock time moves only by [`TestClock::advance`]; the monotonic time runs as well, so that a bounded wait inside
/// the program ends.
#[derive(Clone)]
pub struct TestClock(Arc<Inner>);

struct Inner {
    wall: AtomicI64,
    moved: AtomicI64,
    started: Instant,
    panics: Mutex<Vec<&'static str>>,
}

impl TestClock {
    /// A clock at [`START`].
    pub fn new() -> Self {
        Self(Arc::new(Inner {
            wall: AtomicI64::new(START),
            moved: AtomicI64::new(0),
            started: Instant::now(),
            panics: Mutex::default(),
        }))
    }

    /// A clock that many seconds before the machine's, where the clock of a database plays a part.
    pub fn before_the_machines(seconds: i64) -> Self {
        let clock = Self::new();
        clock.jump_to_the_machines();
        clock.jump(-seconds);
        clock
    }

    /// Shows the time of the machine, which commands beside the server go by.
    pub fn jump_to_the_machines(&self) {
        let machine = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        self.0.wall.store(i64::try_from(machine).unwrap(), Ordering::SeqCst);
    }

    /// Lets the next look of a thread of that name end by a panic, as a fault of ours in its work would.
    pub fn panic_in(&self, thread: &'static str) {
        self.0.panics.lock().unwrap().push(thread);
    }

    /// How many panics have not come yet.
    pub fn panics_left(&self) -> usize {
        self.0.panics.lock().unwrap().len()
    }

    fn look(&self) {
        let mut panics = self.0.panics.lock().unwrap();
        let here = std::thread::current().name().and_then(|name| panics.iter().position(|thread| *thread == name));
        if let Some(here) = here {
            panics.remove(here);
            drop(panics);
            panic!("a test wants a panic here");
        }
    }

    /// Lets `seconds` pass, on both scales.
    pub fn advance(&self, seconds: i64) {
        assert!(seconds >= 0, "to go back is a jump");
        self.0.wall.fetch_add(seconds, Ordering::SeqCst);
        self.0.moved.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Moves the wall clock alone, as an operator or NTP would; may be negative (S93).
    pub fn jump(&self, seconds: i64) {
        self.0.wall.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.look();
        Timestamp::from_secs(self.0.wall.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        self.look();
        let moved = u64::try_from(self.0.moved.load(Ordering::SeqCst)).unwrap_or_default();
        self.0.started.elapsed() + Duration::from_secs(moved)
    }
}
