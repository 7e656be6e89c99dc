//! The bounded set of threads that hash passwords, and who may use them (S97, S105).
//!
//! Hashing requires a [`HashPermit`] for the names of the account and the source. Two permits of one name are active at
//! once, and a few more wait for them outside the queue. Work for a name that already has work in flight is queued only
//! while the queue is less than half full: the rest is reserved for names without any.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Queued runs per worker before the answer is "too busy".
pub(super) const QUEUE_PER_WORKER: usize = 16;
/// Active permits of one name.
const AT_ONCE: usize = 2;
/// Waiting permits of one name.
const WAITING: usize = 8;

/// All workers are busy and the queue is full, or as full as it may get for names that have work in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password workers are busy")]
pub struct HashBusy;

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads, which end when this and all permits are dropped.
pub(super) struct Workers {
    jobs: SyncSender<Job>,
    load: Arc<AtomicUsize>,
    half: usize,
    names: Mutex<HashMap<String, Weak<Semaphore>>>,
}

/// The right to run work, one piece after the other, for certain names.
pub struct HashPermit {
    jobs: SyncSender<Job>,
    load: Arc<AtomicUsize>,
    half: usize,
    places: Arc<[OwnedSemaphorePermit]>,
}

impl Workers {
    pub(super) fn start(how_many: usize) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel::<Job>(QUEUE_PER_WORKER * how_many);
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..how_many {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("bcrypt-{number}")).spawn(move || work(&queue))?;
        }
        Ok(Self { jobs, load: Arc::default(), half: QUEUE_PER_WORKER * how_many / 2, names: Mutex::default() })
    }

    /// The number of queued and running pieces of work.
    pub(super) fn load(&self) -> usize {
        self.load.load(Ordering::Relaxed)
    }

    /// Acquires a permit for `names`; everybody passes them in the same order, or two could wait for each other.
    pub(super) async fn permit(&self, names: impl IntoIterator<Item = String>) -> Result<HashPermit, HashBusy> {
        let mut places = Vec::new();
        for name in names {
            let place = self.places_of(name)?.acquire_owned().await;
            places.push(place.map_err(|_closed| HashBusy)?);
        }
        Ok(HashPermit { jobs: self.jobs.clone(), load: Arc::clone(&self.load), half: self.half, places: places.into() })
    }

    /// The semaphore of a name. Each active or waiting permit holds a reference, and the last one removes it.
    fn places_of(&self, name: String) -> Result<Arc<Semaphore>, HashBusy> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = names.get(&name).and_then(Weak::upgrade) {
            let others = Arc::strong_count(&places) - 1;
            return if others < AT_ONCE + WAITING { Ok(places) } else { Err(HashBusy) };
        }
        names.retain(|_, places| places.strong_count() > 0);
        let places = Arc::new(Semaphore::new(AT_ONCE));
        names.insert(name, Arc::downgrade(&places));
        Ok(places)
    }
}

impl HashPermit {
    /// Runs CPU-bound work.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashBusy> {
        let counted = Counted::begin(&self.load);
        if counted.others >= self.half && self.has_other_work() {
            return Err(HashBusy);
        }
        let (answer, result) = oneshot::channel();
        let places = Arc::clone(&self.places);
        let job: Job = Box::new(move || {
            // Counted until then even if nobody waits for the result: the place in the queue is taken.
            let _until_done = (counted, places);
            // A client that disconnected must not keep the workers busy.
            if !answer.is_closed() && answer.send(work()).is_err() {
                tracing::debug!("a password check was abandoned while it ran");
            }
        });
        self.jobs.try_send(job).map_err(|fault| match fault {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => HashBusy,
        })?;
        result.await.map_err(|_gone| HashBusy)
    }

    /// Whether another permit has one of its names.
    fn has_other_work(&self) -> bool {
        self.places.iter().any(|place| place.semaphore().available_permits() + 1 < AT_ONCE)
    }
}

/// Counts one run until it is dropped, even one that was never taken.
struct Counted {
    load: Arc<AtomicUsize>,
    /// The number before this one.
    others: usize,
}

impl Counted {
    fn begin(load: &Arc<AtomicUsize>) -> Self {
        Self { others: load.fetch_add(1, Ordering::Relaxed), load: Arc::clone(load) }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.load.fetch_sub(1, Ordering::Relaxed);
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    /// A worker that is busy until the barrier is reached.
    async fn kept_busy() -> (Workers, Arc<Barrier>, tokio::task::JoinHandle<Result<(), HashBusy>>) {
        let workers = Workers::start(1).unwrap();
        let barrier = Arc::new(Barrier::new(2));
        let (permit, busy_until) = (workers.permit(None).await.unwrap(), Arc::clone(&barrier));
        let running =
            tokio::spawn(async move { permit.run(move || busy_until.wait().is_leader()).await.map(|_leads| ()) });
        while workers.load() == 0 {
            tokio::task::yield_now().await;
        }
        (workers, barrier, running)
    }

    /// Whether the names get a permit immediately.
    async fn is_free(workers: &Workers, names: &[&str]) -> bool {
        let mut permit = Box::pin(workers.permit(names.iter().map(|name| (*name).to_owned())));
        futures_util::poll!(&mut permit).is_ready()
    }

    async fn permit(workers: &Workers, names: &[&str]) -> HashPermit {
        workers.permit(names.iter().map(|name| (*name).to_owned())).await.unwrap()
    }

    #[tokio::test]
    async fn s105_two_turns_of_a_name_run_at_once_and_the_third_waits() {
        let workers = Workers::start(1).unwrap();
        let first = permit(&workers, &["source:a", "account:x"]).await;
        let second = permit(&workers, &["source:b", "account:x"]).await;
        assert!(!is_free(&workers, &["source:c", "account:x"]).await, "a third one of the account");
        assert!(is_free(&workers, &["source:a", "account:y"]).await, "the second one of the source");
        assert!(is_free(&workers, &["source:c", "account:y"]).await, "somebody else");
        drop(first);
        assert!(is_free(&workers, &["source:c", "account:x"]).await);
        drop(second);
        permit(&workers, &["another"]).await;
        assert_eq!(workers.names.lock().unwrap().len(), 1, "names that nobody uses are forgotten");
    }

    #[tokio::test]
    async fn s105_only_some_wait_for_a_turn() {
        let workers = Workers::start(1).unwrap();
        let mut taken = vec![permit(&workers, &["a"]).await, permit(&workers, &["a"]).await];
        let mut waiting: Vec<_> = (0..WAITING).map(|_| Box::pin(workers.permit(Some("a".to_owned())))).collect();
        for permit in &mut waiting {
            assert!(futures_util::poll!(permit).is_pending());
        }
        assert_eq!(workers.permit(Some("a".to_owned())).await.err(), Some(HashBusy));
        taken.clear();
        assert!(waiting.remove(0).await.is_ok(), "the first one that waits is next");
    }

    #[tokio::test]
    async fn s105_half_of_the_queue_is_for_those_who_have_nothing_in_it() {
        let (workers, barrier, running) = kept_busy().await;
        let mut queued = Vec::new();
        for number in 0..QUEUE_PER_WORKER / 2 - 1 {
            let permit = permit(&workers, &[&format!("source:{number}")]).await;
            queued.push(tokio::spawn(async move { permit.run(|| ()).await }));
        }
        while workers.load() < QUEUE_PER_WORKER / 2 {
            tokio::task::yield_now().await;
        }
        let second = permit(&workers, &["source:0"]).await;
        assert_eq!(second.run(|| ()).await, Err(HashBusy), "source 0 has work in the queue");
        for number in 100..100 + QUEUE_PER_WORKER / 2 {
            let permit = permit(&workers, &[&format!("source:{number}")]).await;
            queued.push(tokio::spawn(async move { permit.run(|| ()).await }));
        }
        tokio::task::yield_now().await;
        barrier.wait();
        running.await.unwrap().unwrap();
        for answer in queued {
            assert_eq!(answer.await.unwrap(), Ok(()), "somebody without work in the queue was refused");
        }
    }

    #[tokio::test]
    async fn s105_who_goes_away_keeps_the_place_until_the_work_is_taken_from_the_queue() {
        let (workers, barrier, running) = kept_busy().await;
        for _ in 0..AT_ONCE {
            let permit = permit(&workers, &["source:a"]).await;
            let mut run = Box::pin(permit.run(|| ()));
            assert!(futures_util::poll!(&mut run).is_pending());
        }
        assert_eq!(workers.load(), 1 + AT_ONCE);
        assert!(!is_free(&workers, &["source:a"]).await, "the queue fills up with work that nobody waits for");
        barrier.wait();
        running.await.unwrap().unwrap();
        permit(&workers, &["source:a"]).await;
    }
}
