//! Request heads that are not complete yet: limited in length, time and number (S95, S104).
//!
//! actix reads up to 128 KiB before it rejects a head, and limits the time of the first head of a connection only. The
//! server calls [`State::head_is_over`] for each head that it has read; everything read since then that is not a body
//! is the next head.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::task::{Context, Waker};
use std::time::Duration;

use actix_web::rt;

/// Maximum length of a request head, in bytes (S96).
pub const MAX_HEAD: usize = 64 * 1024;
/// How much of a head is read before it is refused unread: slightly longer ones are refused with a page.
pub(super) const LONGEST_READ: usize = 96 * 1024;
/// The buffer of every incomplete head; a longer one needs a place in [`LONG_HEADS`].
pub(super) const SHORT_HEAD: usize = 16 * 1024;
/// Incomplete heads longer than [`SHORT_HEAD`] that a worker reads at once.
pub(super) const LONG_HEADS: usize = 64;
/// Incomplete heads that a worker keeps for longer than a second; beyond that the oldest are dropped.
const UNFINISHED: usize = 2048;
/// Seconds allowed for a head: one more than actix allows for the first of a connection, which it answers with 408.
pub(super) const HEAD_SECS: u32 = 16;

/// All connections of one worker.
#[derive(Default)]
pub struct Connections {
    all: RefCell<Vec<Weak<State>>>,
    long_heads: Rc<()>,
}

/// The state of one connection.
pub struct State {
    /// A body is being read: nothing is counted.
    pub(super) in_body: Cell<bool>,
    /// Bytes read of an incomplete head.
    pub(super) read: Cell<usize>,
    /// How many of them the server has examined without finding the end.
    looked_at: Cell<usize>,
    /// Seconds for which the head has been incomplete.
    secs: Cell<u32>,
    pub(super) given_up: Cell<bool>,
    pub(super) refused: Cell<bool>,
    pub(super) reset: Cell<bool>,
    pub(super) over: Cell<bool>,
    pub(super) place: RefCell<Option<Rc<()>>>,
    places: Weak<()>,
    waker: RefCell<Option<Waker>>,
}

/// How much more may be read now.
pub(super) enum Room {
    /// This many bytes.
    Bytes(usize),
    /// Nothing yet: the server has to examine what was read first.
    Look,
    /// Nothing: the head is longer than allowed.
    TooLong,
    /// Nothing: there is no place for another long head.
    Busy,
    /// Nothing: the head was given up.
    Over,
}

impl Connections {
    /// The connections of the current worker, with the task that watches them.
    pub fn watched() -> Rc<Self> {
        let all = Rc::new(Self::default());
        let watched = Rc::clone(&all);
        rt::spawn(async move {
            let mut second = tokio::time::interval(Duration::from_secs(1));
            loop {
                second.tick().await;
                watched.look();
            }
        });
        all
    }

    pub(super) fn add(&self) -> Rc<State> {
        let state = Rc::new(State {
            in_body: Cell::new(false),
            read: Cell::new(0),
            looked_at: Cell::new(0),
            secs: Cell::new(0),
            given_up: Cell::new(false),
            refused: Cell::new(false),
            reset: Cell::new(false),
            over: Cell::new(false),
            place: RefCell::default(),
            places: Rc::downgrade(&self.long_heads),
            waker: RefCell::default(),
        });
        self.all.borrow_mut().push(Rc::downgrade(&state));
        state
    }

    /// Once a second: gives up the heads whose time is over, and the oldest if there are too many.
    pub(super) fn look(&self) {
        let mut unfinished = Vec::new();
        self.all.borrow_mut().retain(|state| {
            let Some(state) = state.upgrade() else { return false };
            if state.is_unfinished() {
                state.secs.set(state.secs.get() + 1);
                unfinished.push(state);
            }
            true
        });
        unfinished.sort_unstable_by_key(|state| state.secs.get());
        let surplus = unfinished.split_off(unfinished.len().min(UNFINISHED));
        if !surplus.is_empty() {
            tracing::warn!(
                connections = surplus.len(),
                "closed connections with incomplete heads: there were too many"
            );
        }
        surplus
            .iter()
            .chain(unfinished.iter().filter(|state| state.secs.get() >= HEAD_SECS))
            .for_each(|state| state.give_up());
    }
}

impl State {
    /// Must be called for each request, with whether it has a body.
    pub fn head_is_over(&self, in_body: bool) {
        self.in_body.set(in_body);
        self.read.set(0);
        self.looked_at.set(0);
        self.secs.set(0);
        if !self.refused.get() {
            self.place.replace(None);
        }
    }

    /// Must be called when the body is complete: the next head follows.
    pub fn body_is_over(&self) {
        self.in_body.set(false);
    }

    /// Whether the end of a body has not been read yet.
    pub fn is_in_body(&self) -> bool {
        self.in_body.get()
    }

    /// Ends this direction after what is written now, while the client may still be sending.
    pub fn end_with_the_answer(&self) {
        self.over.set(true);
    }

    /// Makes the end of this connection a reset.
    pub fn reset_at_the_end(&self) {
        self.reset.set(true);
    }

    pub(super) fn is_unfinished(&self) -> bool {
        !self.in_body.get() && self.read.get() > 0 && !self.given_up.get()
    }

    pub(super) fn give_up(&self) {
        self.given_up.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn room(&self) -> Room {
        if self.given_up.get() {
            return Room::Over;
        }
        let read = self.read.get();
        let most = if self.place.borrow().is_some() { LONGEST_READ } else { SHORT_HEAD };
        if read < most {
            return Room::Bytes(most - read);
        }
        if self.looked_at.replace(read) < read {
            return Room::Look;
        }
        if most == LONGEST_READ {
            return Room::TooLong;
        }
        match self.places.upgrade().filter(|places| Rc::strong_count(places) <= LONG_HEADS + 1) {
            Some(place) => {
                self.place.replace(Some(place));
                Room::Bytes(LONGEST_READ - read)
            }
            None => Room::Busy,
        }
    }

    pub(super) fn refuse_too_long(&self) {
        if !self.refused.replace(true) {
            tracing::info!("refused a request: its head is longer than 64 KiB");
        }
    }

    pub(super) fn refuse_for_now(&self) {
        tracing::info!("refused a request: its head is long, and too many long ones are incomplete");
        self.given_up.set(true);
    }

    /// A waker for [`Self::give_up`]; usually it is the same one as before.
    pub(super) fn note(&self, context: &Context<'_>) {
        let mut waker = self.waker.borrow_mut();
        if !waker.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
            *waker = Some(context.waker().clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn s104_of_too_many_unfinished_heads_the_oldest_go() {
        let all = Connections::default();
        let states: Vec<_> = (0..UNFINISHED).map(|_| all.add()).collect();
        for state in &states {
            state.read.set(1);
        }
        all.look();
        assert!(states.iter().all(|state| !state.given_up.get()));
        let newer: Vec<_> = (0..10).map(|_| all.add()).collect();
        for state in &newer {
            state.read.set(1);
        }
        all.look();
        assert_eq!(states.iter().filter(|state| state.given_up.get()).count(), 10);
        assert!(newer.iter().all(|state| !state.given_up.get()));
        drop((states, newer));
        all.look();
        assert!(all.all.borrow().is_empty());
    }
}
