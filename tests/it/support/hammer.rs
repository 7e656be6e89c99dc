//! Clients that send one request after the other without pause, to see what is still let in after an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::client::Client;
use super::wait;

/// How often a change is tried: as often as `TRIES` says, or else as is usual for it.
pub fn tries(usual: usize) -> usize {
    std::env::var("TRIES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Sends one request after the other to one node, and notes when the last one was sent that was let in.
struct Hammer {
    stop: Arc<AtomicBool>,
    answers: Arc<AtomicU64>,
    granted: Arc<AtomicU64>,
    last_grant: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Hammer {
    fn start(mut client: Client, path: &'static str, begin: Instant) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let [answers, granted, last_grant]: [Arc<AtomicU64>; 3] = Default::default();
        let (stopped, all, count, last) =
            (Arc::clone(&stop), Arc::clone(&answers), Arc::clone(&granted), Arc::clone(&last_grant));
        let task = tokio::spawn(async move {
            while !stopped.load(Ordering::Acquire) {
                let sent = u64::try_from(begin.elapsed().as_micros()).unwrap();
                let answer = client.fetch(path).await;
                if answer.status == 200 {
                    count.fetch_add(1, Ordering::Relaxed);
                    last.store(sent, Ordering::Release);
                }
                all.fetch_add(1, Ordering::Release);
            }
        });
        Self { stop, answers, granted, last_grant, task }
    }

    /// Stops; how many were let in, and when the last of them was sent.
    async fn end(self) -> (u64, u64) {
        self.stop.store(true, Ordering::Release);
        self.task.await.unwrap();
        (self.granted.load(Ordering::Acquire), self.last_grant.load(Ordering::Acquire))
    }
}

/// What was let in.
#[derive(Default)]
pub struct Grants {
    /// Clients that were let in with a request that was sent after the answer.
    pub wrong: usize,
    all: u64,
    changes: usize,
    slowest: Duration,
}

impl Grants {
    /// Makes a change that shuts `clients` out, while each of them asks for `path` without pause.
    pub async fn until(&mut self, clients: Vec<Client>, path: &'static str, change: impl AsyncFnOnce()) {
        let begin = Instant::now();
        let hammers: Vec<Hammer> = clients.into_iter().map(|client| Hammer::start(client, path, begin)).collect();
        let warm = async || hammers.iter().all(|one| one.granted.load(Ordering::Acquire) > 2).then_some(());
        wait::eventually("everybody to be let in", warm).await;
        let asked = begin.elapsed();
        change().await;
        let answered = begin.elapsed();
        self.slowest = self.slowest.max(answered.saturating_sub(asked));
        // Let late ones come: of two more answers each, the second was asked for after the change.
        let before: Vec<u64> = hammers.iter().map(|one| one.answers.load(Ordering::Acquire)).collect();
        let later = async || {
            let mut pairs = hammers.iter().zip(&before);
            pairs.all(|(one, before)| one.answers.load(Ordering::Acquire) >= before + 2).then_some(())
        };
        wait::eventually("two more answers for everybody", later).await;
        for one in hammers {
            let (granted, last) = one.end().await;
            self.all += granted;
            self.wrong += usize::from(u128::from(last) > answered.as_micros());
        }
        self.changes += 1;
    }

    /// Says what was found.
    pub fn report(&self, what: &str) {
        eprintln!(
            "{what}: {} changes, {} let in before, {} after the answer; slowest answer {:?}",
            self.changes, self.all, self.wrong, self.slowest
        );
    }
}
