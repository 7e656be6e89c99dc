//! What was read of the store and is exact under revocation (docs/adr/0003).
//!
//! An entry is registered as loading before the store is read, and becomes valid by compare-and-swap. A revocation
//! marks it as gone, so that a read that raced with it cannot make it valid again. Entries are used only under a lease
//! that the watch on the store renews, and for a minute at most.

use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::AccountError;
use crate::domain::session::MAX_CACHED_SECS;
use crate::domain::time::Clock;

const SHARDS: usize = 16;
/// Maximum entries of a shard.
const SHARD_LIMIT: usize = 8192;
/// How long entries may be used after the store was last checked.
pub(super) const LEASE: Duration = Duration::from_secs(2);
/// How long an entry may be used.
pub(super) const MAX_AGE: Duration = Duration::from_secs(MAX_CACHED_SECS);
/// How often the store is read if what is read is invalidated meanwhile.
const MAX_READS: usize = 3;

const LOADING: u8 = 0;
const GOOD: u8 = 1;
const GONE: u8 = 2;

/// What an entry may depend on besides itself.
pub trait Cacheable {
    /// Whether that may still be used at `monotonic`.
    fn is_supported(&self, _monotonic: Duration) -> bool {
        true
    }
}

/// One entry, shared by all workers.
#[derive(Debug)]
pub struct Entry<V> {
    state: AtomicU8,
    view: OnceLock<V>,
    loaded_at: Duration,
}

impl<V: Cacheable> Entry<V> {
    /// The loaded value, whether or not it is still valid.
    pub fn view(&self) -> Option<&V> {
        self.view.get()
    }

    /// Stores what was read after the entry was registered; false if it was invalidated in the meantime.
    pub(super) fn complete(&self, view: V) -> bool {
        // Another reader that registered earlier may have been faster; its view is just as recent.
        drop(self.view.set(view));
        let outcome = self.state.compare_exchange(LOADING, GOOD, Ordering::AcqRel, Ordering::Acquire);
        outcome.is_ok() || outcome == Err(GOOD)
    }

    /// The view, if the entry may be used at `monotonic`.
    pub fn usable(&self, monotonic: Duration) -> Option<&V> {
        let fresh = monotonic.saturating_sub(self.loaded_at) < MAX_AGE;
        let view = if fresh && self.state.load(Ordering::Acquire) == GOOD { self.view.get()? } else { return None };
        view.is_supported(monotonic).then_some(view)
    }

    fn end(&self) {
        self.state.store(GONE, Ordering::Release);
    }
}

type Shard<K, V> = Mutex<HashMap<K, Arc<Entry<V>>>>;

/// All entries of one kind in this process.
pub struct EntryCache<K, V> {
    shards: Vec<Shard<K, V>>,
    hasher: RandomState,
}

impl<K, V> Default for EntryCache<K, V> {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect(), hasher: RandomState::new() }
    }
}

impl<K: Eq + Hash + Clone, V: Cacheable> EntryCache<K, V> {
    /// The number of entries.
    pub(super) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).len()).sum()
    }

    /// Invalidates one entry; what it is about may still be live.
    pub(super) fn forget(&self, key: &K) {
        let removed = |shard: &Shard<K, V>| shard.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        if let Some(entry) = self.shard(key).and_then(removed) {
            entry.end();
        }
    }

    /// Invalidates entries that are still loading, and those whose view is not among the others.
    pub(super) fn retain(&self, is_other: impl Fn(&V) -> bool) {
        for shard in &self.shards {
            shard.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, entry| {
                let others = entry.view.get().is_some_and(&is_other);
                if !others {
                    entry.end();
                }
                others
            });
        }
    }

    /// Invalidates every entry.
    pub(super) fn invalidate_all(&self) {
        for shard in &self.shards {
            clear(&mut shard.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    fn shard(&self, key: &K) -> Option<&Shard<K, V>> {
        let number = self.hasher.hash_one(key) % u64::try_from(SHARDS).unwrap_or(1);
        self.shards.get(usize::try_from(number).unwrap_or(0))
    }

    /// The entry, in whatever state.
    pub(super) fn find(&self, key: &K) -> Option<Arc<Entry<V>>> {
        self.shard(key)?.lock().unwrap_or_else(PoisonError::into_inner).get(key).map(Arc::clone)
    }

    /// Registers an entry before the store is read; concurrent readers share it.
    pub(super) fn begin(&self, key: &K, monotonic: Duration) -> Arc<Entry<V>> {
        if let Some(loading) = self.find(key).filter(|entry| entry.state.load(Ordering::Acquire) == LOADING) {
            return loading;
        }
        let entry = Arc::new(Entry { state: AtomicU8::new(LOADING), view: OnceLock::new(), loaded_at: monotonic });
        if let Some(shard) = self.shard(key) {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            if shard.len() >= SHARD_LIMIT {
                clear(&mut shard);
            }
            if let Some(old) = shard.insert(key.clone(), Arc::clone(&entry)) {
                old.end();
            }
        }
        entry
    }

    /// Removes an entry about what turned out not to be live.
    fn discard(&self, key: &K, entry: &Arc<Entry<V>>) {
        entry.end();
        if let Some(shard) = self.shard(key) {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            if shard.get(key).is_some_and(|current| Arc::ptr_eq(current, entry)) {
                shard.remove(key);
            }
        }
    }

    /// Reads the store and keeps what `read` finds.
    pub(super) async fn load<F: Future<Output = Result<Option<V>, AccountError>>>(
        &self,
        key: &K,
        clock: &dyn Clock,
        read: impl Fn() -> F,
    ) -> Result<Option<Arc<Entry<V>>>, AccountError> {
        // Another round only if it was invalidated while it was read.
        for _ in 0..MAX_READS {
            let entry = self.begin(key, clock.monotonic());
            let found = read().await;
            let Ok(Some(view)) = found else {
                self.discard(key, &entry);
                return found.map(|_none| None);
            };
            if entry.complete(view) {
                return Ok(Some(entry));
            }
        }
        // It keeps changing: answer from the store alone, with an entry that nobody can use again.
        let once = |view| {
            Arc::new(Entry { state: AtomicU8::new(GONE), view: OnceLock::from(view), loaded_at: Duration::ZERO })
        };
        Ok(read().await?.map(once))
    }
}

/// Eviction invalidates first: a worker may still hold the entry.
fn clear<K, V: Cacheable>(shard: &mut HashMap<K, Arc<Entry<V>>>) {
    for (_, entry) in shard.drain() {
        entry.end();
    }
}
