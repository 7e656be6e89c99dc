//! bcrypt over an HMAC of the password, on its own bounded workers (S07 to S10, S22, S97).
//!
//! Stored is `pc1:` and the unchanged bcrypt string of base64(HMAC-SHA-384(key, NFC(password))): nothing is truncated at 72
//! bytes and no NUL ends the input. Plain `$2a$`, `$2b$`, `$2y$` hashes can be imported; they verify and ask for an upgrade.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha384;
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization;

use super::keys::Keys;
use super::mac::Key;
use crate::domain::password::Password;

/// The tag of the current scheme.
const TAG: &str = "pc1:";
/// Hash runs that may wait for each worker before the answer is "too busy".
const QUEUE_PER_WORKER: usize = 16;

/// A stored password hash; prints as `[hidden]` (S11).
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// The outcome of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The password is the right one.
    pub matches: bool,
    /// The hash is of an older scheme or of fewer rounds than configured.
    pub needs_upgrade: bool,
}

/// All workers are taken and the queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password workers are busy")]
pub struct HashBusy;

type Job = Box<dyn FnOnce() + Send>;

/// Hashes and verifies passwords on a fixed number of threads, which end when the hasher is dropped.
pub struct PasswordHasher {
    jobs: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
    key: Key,
    cost: u32,
    nobody: PasswordHash,
}

impl PasswordHash {
    /// A hash read from the store.
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The hash as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

impl PasswordHasher {
    /// Starts `workers` threads; `cost` is bcrypt's, 4 to 31.
    pub fn start(keys: &Keys, cost: u32, workers: usize) -> std::io::Result<Self> {
        let (jobs, queue) = sync_channel::<Job>(QUEUE_PER_WORKER * workers.max(1));
        let queue = Arc::new(Mutex::new(queue));
        for number in 0..workers.max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name(format!("bcrypt-{number}")).spawn(move || work(&queue))?;
        }
        let nobody = hash_now(&keys.password, cost, "nobody has this password").map_err(std::io::Error::other)?;
        Ok(Self { jobs, waiting: Arc::default(), key: keys.password, cost, nobody })
    }

    /// Hashes a new password.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, HashBusy> {
        let (key, cost) = (self.key, self.cost);
        self.run(move || hash_now(&key, cost, password.expose()).ok()).await?.ok_or(HashBusy)
    }

    /// Verifies a password; without a hash (nobody has this address) the same work is done and the answer is no (S22).
    pub async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verified, HashBusy> {
        let (key, cost) = (self.key, self.cost);
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let verified = self.run(move || verify_now(&key, cost, password.expose(), &hash)).await?;
        Ok(Verified { matches: verified.matches && known, needs_upgrade: verified.needs_upgrade && known })
    }

    /// How many hash runs wait or run.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Runs other work that keeps the processor busy on the same workers, so that it has the same bound.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, HashBusy> {
        let (answer, result) = oneshot::channel();
        let waiting = Waiting::begin(&self.waiting);
        let job: Job = Box::new(move || {
            let _until_done = waiting;
            // Nobody waits any more: a client that went away must not keep the workers busy.
            if !answer.is_closed() && answer.send(work()).is_err() {
                tracing::debug!("a password check was abandoned while it ran");
            }
        });
        self.jobs.try_send(job).map_err(|fault| match fault {
            TrySendError::Full(_) | TrySendError::Disconnected(_) => HashBusy,
        })?;
        result.await.map_err(|_gone| HashBusy)
    }
}

/// Counts one run until it is dropped, also one that was never taken.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn begin(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
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

fn input(key: &Key, password: &str) -> String {
    let normal: String = password.nfc().collect();
    let mut mac = <Hmac<Sha384> as KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| <Hmac<Sha384> as KeyInit>::new(&hmac::digest::Key::<Hmac<Sha384>>::default()));
    mac.update(normal.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn hash_now(key: &Key, cost: u32, password: &str) -> Result<PasswordHash, bcrypt::BcryptError> {
    bcrypt::hash(input(key, password), cost).map(|hash| PasswordHash(format!("{TAG}{hash}")))
}

fn verify_now(key: &Key, cost: u32, password: &str, hash: &PasswordHash) -> Verified {
    let (own, text) = hash.0.strip_prefix(TAG).map_or((false, hash.0.as_str()), |rest| (true, rest));
    let matches = if own { bcrypt::verify(input(key, password), text) } else { bcrypt::verify(password, text) }.unwrap_or(false);
    let rounds = text.split('$').nth(2).and_then(|rounds| rounds.parse::<u32>().ok()).unwrap_or(0);
    for missing in made_up_for(rounds, cost) {
        drop(hash_now(key, missing, password));
    }
    Verified { matches, needs_upgrade: !own || rounds < cost }
}

/// The rounds of further hashes that make the work up to the configured one after a cheaper hash of before, so that nobody
/// can tell by the time who has not signed in since the rounds were raised (S22).
fn made_up_for(rounds: u32, cost: u32) -> std::ops::Range<u32> {
    rounds.max(4)..cost
}

#[cfg(test)]
mod tests {
    use super::super::keys::SecretMaterial;
    use super::*;

    fn hasher(cost: u32) -> PasswordHasher {
        let keys =
            Keys::derive(&SecretMaterial { jwt_auth: "a", jwt_refresh: "r", express_session: "s", password_key: "p", token_hash: "t" });
        PasswordHasher::start(&keys, cost, 1).unwrap()
    }

    fn password(text: &str) -> Password {
        Password::take(text.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn s08_not_one_character_beyond_72_bytes_is_ignored() {
        let hasher = hasher(4);
        let long = "x".repeat(100);
        let hash = hasher.hash(password(&long)).await.unwrap();
        assert!(hash.as_str().starts_with("pc1:$2b$04$"));
        assert!(hasher.verify(password(&long), Some(hash.clone())).await.unwrap().matches);
        assert!(!hasher.verify(password(&"x".repeat(99)), Some(hash)).await.unwrap().matches);
    }

    #[tokio::test]
    async fn s10_composed_and_decomposed_letters_are_one_password_and_nothing_else_is() {
        let hasher = hasher(4);
        let hash = hasher.hash(password("Caf\u{e9} am See")).await.unwrap();
        assert!(hasher.verify(password("Cafe\u{301} am See"), Some(hash.clone())).await.unwrap().matches);
        for other in ["Cafe am See", "caf\u{e9} am see", "Caf\u{e9} am See ", "Caf\u{e9}  am See"] {
            assert!(!hasher.verify(password(other), Some(hash.clone())).await.unwrap().matches, "{other:?}");
        }
    }

    #[tokio::test]
    async fn s07_imported_and_cheaper_hashes_verify_and_ask_for_an_upgrade() {
        let cheap = hasher(4).hash(password("swordfish")).await.unwrap();
        let imported = PasswordHash::from_stored(bcrypt::hash("swordfish", 5).unwrap().replacen("$2b$", "$2y$", 1));
        let hasher = hasher(5);
        for old in [cheap, imported] {
            assert_eq!(hasher.verify(password("swordfish"), Some(old)).await, Ok(Verified { matches: true, needs_upgrade: true }));
        }
        let fresh = hasher.hash(password("swordfish")).await.unwrap();
        assert_eq!(hasher.verify(password("swordfish"), Some(fresh)).await, Ok(Verified { matches: true, needs_upgrade: false }));
    }

    #[test]
    fn s22_a_cheaper_hash_costs_as_much_work_as_nobodys() {
        for (rounds, cost) in [(10, 10), (10, 11), (10, 13), (4, 12)] {
            let work = (1_u64 << rounds) + made_up_for(rounds, cost).map(|more| 1_u64 << more).sum::<u64>();
            assert_eq!(work, 1_u64 << cost, "{rounds} of {cost}");
        }
    }

    #[tokio::test]
    async fn s22_nobody_matches_even_with_the_password_of_nobody() {
        let answer = hasher(4).verify(password("nobody has this password"), None).await;
        assert_eq!(answer, Ok(Verified { matches: false, needs_upgrade: false }));
    }

    #[tokio::test]
    async fn s22_an_unknown_user_costs_a_hash_of_the_configured_rounds_in_the_same_queue() {
        let hasher = hasher(10);
        assert!(hasher.nobody.as_str().contains("$2b$10$"), "nobody's hash is cheaper");
        let runs = (0..40).map(|_| hasher.verify(password("swordfish"), None));
        let answers = futures_util::future::join_all(runs).await;
        assert!(answers.iter().any(|answer| answer.as_ref().err() == Some(&HashBusy)), "no work was queued");
        assert!(answers.iter().flatten().all(|verified| !verified.matches));
    }

    #[tokio::test]
    async fn s97_a_full_queue_is_busy_at_once() {
        let hasher = hasher(10);
        let runs = (0..40).map(|_| hasher.hash(password("swordfish")));
        let answers = futures_util::future::join_all(runs).await;
        let busy = answers.iter().filter(|answer| **answer == Err(HashBusy)).count();
        assert!(busy >= 40 - QUEUE_PER_WORKER - 2, "only {busy} were turned away");
        assert!(answers.iter().any(Result::is_ok));
    }
}
