//! Bounded polling: the only waiting there is in the tests.

use std::future::Future;
use std::time::{Duration, Instant};

/// How long [`eventually`] keeps asking; generous, because CI machines are slow and a good case ends at once.
pub const TIMEOUT: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(20);

/// Polls until `question` returns something, and panics with `what` if it never does.
pub async fn eventually<T>(what: &str, mut question: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + TIMEOUT;
    loop {
        if let Some(answer) = question().await {
            return answer;
        }
        assert!(Instant::now() < end, "waited {TIMEOUT:?} in vain: {what}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// The same outside a runtime.
pub fn eventually_blocking<T>(what: &str, mut question: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + TIMEOUT;
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(Instant::now() < end, "waited {TIMEOUT:?} in vain: {what}");
        std::thread::sleep(PAUSE);
    }
}

/// The outcome of `future`, which must come within [`TIMEOUT`].
pub async fn in_time<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(TIMEOUT, future).await.unwrap_or_else(|_| panic!("waited {TIMEOUT:?} in vain: {what}"))
}
