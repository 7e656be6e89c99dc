//! bcrypt over an HMAC of the password, on its own bounded workers (S07 to S10, S22, S97).
//!
//! The stored form is `pc1:` and the unchanged bcrypt string of base64(HMAC-SHA-384(key, NFC(password))): nothing is
//! truncated at 72 bytes, and NUL does not end the input. Hashes that other programs made can be imported; they verify
//! and request an upgrade.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha384;
use unicode_normalization::UnicodeNormalization;

use super::foreign_hash::{ForeignHash, ForeignHashFault};
use super::hash_workers::{HashBusy, HashPermit, Workers};
use super::keys::Keys;
use super::mac::Key;
use crate::domain::password::Password;

/// The tag of the current scheme.
const TAG: &str = "pc1:";

/// A stored password hash; prints as `[hidden]` (S11).
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// The outcome of a verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The password is right.
    pub matches: bool,
    /// The hash has an older scheme or a lower cost than configured.
    pub needs_upgrade: bool,
}

/// Hashes and verifies passwords on a fixed number of threads, which end when the hasher is dropped.
pub struct PasswordHasher {
    workers: Workers,
    key: Key,
    cost: u32,
    nobody: PasswordHash,
}

impl PasswordHash {
    /// A hash read from the store.
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// A hash that another program made, if it can be verified at a bearable cost.
    pub fn imported(text: &str) -> Result<Self, ForeignHashFault> {
        ForeignHash::parse(text).map(|_parsed| Self(text.to_owned()))
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
        let nobody = hash_now(&keys.password, cost, "the password of no account").map_err(std::io::Error::other)?;
        Ok(Self { workers: Workers::start(workers.max(1))?, key: keys.password, cost, nobody })
    }

    /// A permit of the workers for these names, first the source, then the account; the command line passes none.
    pub async fn permit(&self, names: impl IntoIterator<Item = String>) -> Result<HashPermit, HashBusy> {
        self.workers.permit(names).await
    }

    /// Hashes a new password.
    pub async fn hash(&self, permit: &HashPermit, password: Password) -> Result<PasswordHash, HashBusy> {
        let (key, cost) = (self.key, self.cost);
        permit.run(move || hash_now(&key, cost, password.expose()).ok()).await?.ok_or(HashBusy)
    }

    /// Verifies a password; without a hash (no account has this address) the same work is done and the result is false
    /// (S22).
    pub async fn verify(
        &self,
        permit: &HashPermit,
        password: Password,
        hash: Option<PasswordHash>,
    ) -> Result<Verified, HashBusy> {
        let (key, cost) = (self.key, self.cost);
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.clone());
        let verified = permit.run(move || verify_now(&key, cost, password.expose(), &hash)).await?;
        Ok(Verified { matches: verified.matches && known, needs_upgrade: verified.needs_upgrade && known })
    }

    /// The number of queued and running hash computations.
    pub fn waiting(&self) -> usize {
        self.workers.load()
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
    let rounds = |text: &str| text.split('$').nth(2).and_then(|rounds| rounds.parse::<u32>().ok()).unwrap_or(0);
    let (matches, rounds, is_own) = if let Some(text) = hash.0.strip_prefix(TAG) {
        (bcrypt::verify(input(key, password), text).unwrap_or(false), rounds(text), true)
    } else {
        let foreign = ForeignHash::parse(&hash.0).ok();
        // What is no bcrypt may have cost next to nothing.
        let rounds = foreign.as_ref().filter(|foreign| foreign.is_bcrypt()).map_or(0, |_bcrypt| rounds(&hash.0));
        (foreign.is_some_and(|foreign| foreign.verify(password)), rounds, false)
    };
    for missing in padding_rounds(rounds, cost) {
        drop(hash_now(key, missing, password));
    }
    Verified { matches, needs_upgrade: !is_own || rounds < cost }
}

/// The cost of additional hashes that bring the work up to the configured cost after verifying a cheaper hash, so that
/// timing does not reveal who has not signed in since the cost was raised (S22).
fn padding_rounds(rounds: u32, cost: u32) -> std::ops::Range<u32> {
    rounds.max(4)..cost
}

#[cfg(test)]
mod tests {
    use super::super::hash_workers::QUEUE_PER_WORKER;
    use super::super::keys::SecretMaterial;
    use super::*;

    fn hasher(cost: u32) -> PasswordHasher {
        let keys = Keys::derive(&SecretMaterial {
            jwt_auth: "a",
            jwt_refresh: "r",
            express_session: "s",
            password_key: "p",
            token_hash: "t",
        });
        PasswordHasher::start(&keys, cost, 1).unwrap()
    }

    /// One name each, so that only the queue is a limit.
    async fn hash(hasher: &PasswordHasher, text: &str) -> Result<PasswordHash, HashBusy> {
        hasher.hash(&hasher.permit(None).await?, password(text)).await
    }

    async fn verify(hasher: &PasswordHasher, text: &str, stored: Option<PasswordHash>) -> Result<Verified, HashBusy> {
        hasher.verify(&hasher.permit(None).await?, password(text), stored).await
    }

    fn password(text: &str) -> Password {
        Password::take(text.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn s08_not_one_character_beyond_72_bytes_is_ignored() {
        let hasher = hasher(4);
        let long = "x".repeat(100);
        let hash = hash(&hasher, &long).await.unwrap();
        assert!(hash.as_str().starts_with("pc1:$2b$04$"));
        assert!(verify(&hasher, &long, Some(hash.clone())).await.unwrap().matches);
        assert!(!verify(&hasher, &"x".repeat(99), Some(hash)).await.unwrap().matches);
    }

    #[tokio::test]
    async fn s10_composed_and_decomposed_letters_are_one_password_and_nothing_else_is() {
        let hasher = hasher(4);
        let hash = hash(&hasher, "Caf\u{e9} am See").await.unwrap();
        assert!(verify(&hasher, "Cafe\u{301} am See", Some(hash.clone())).await.unwrap().matches);
        for other in ["Cafe am See", "caf\u{e9} am see", "Caf\u{e9} am See ", "Caf\u{e9}  am See"] {
            assert!(!verify(&hasher, other, Some(hash.clone())).await.unwrap().matches, "{other:?}");
        }
    }

    #[tokio::test]
    async fn s07_imported_and_cheaper_hashes_verify_and_ask_for_an_upgrade() {
        let cheap = hash(&hasher(4), "swordfish").await.unwrap();
        let imported = PasswordHash::imported(&bcrypt::hash("swordfish", 5).unwrap().replacen("$2b$", "$2y$", 1));
        let argon2 = PasswordHash::imported(
            "$argon2id$v=19$m=8192,t=3,p=2$MDEyMzQ1Njc4OWFiY2RlZg$89qoZEFrhspQvWyfxrNXUuozbk5O7/ZrB1Fe1t7B4WE",
        );
        let hasher = hasher(5);
        for old in [cheap, imported.unwrap(), argon2.unwrap()] {
            assert_eq!(
                verify(&hasher, "swordfish", Some(old)).await,
                Ok(Verified { matches: true, needs_upgrade: true })
            );
        }
        let fresh = hash(&hasher, "swordfish").await.unwrap();
        assert_eq!(
            verify(&hasher, "swordfish", Some(fresh)).await,
            Ok(Verified { matches: true, needs_upgrade: false })
        );
    }

    #[test]
    fn s22_a_cheaper_hash_costs_as_much_work_as_nobodys() {
        for (rounds, cost) in [(10, 10), (10, 11), (10, 13), (4, 12)] {
            let work = (1_u64 << rounds) + padding_rounds(rounds, cost).map(|more| 1_u64 << more).sum::<u64>();
            assert_eq!(work, 1_u64 << cost, "{rounds} of {cost}");
        }
    }

    #[tokio::test]
    async fn s22_nobody_matches_even_with_the_password_of_nobody() {
        let answer = verify(&hasher(4), "the password of no account", None).await;
        assert_eq!(answer, Ok(Verified { matches: false, needs_upgrade: false }));
    }

    #[tokio::test]
    async fn s22_an_unknown_user_costs_a_hash_of_the_configured_rounds_in_the_same_queue() {
        let hasher = hasher(10);
        assert!(hasher.nobody.as_str().contains("$2b$10$"), "nobody's hash is cheaper");
        let runs = (0..40).map(|_| verify(&hasher, "swordfish", None));
        let answers = futures_util::future::join_all(runs).await;
        assert!(answers.iter().any(|answer| answer.as_ref().err() == Some(&HashBusy)), "no work was queued");
        assert!(answers.iter().flatten().all(|verified| !verified.matches));
    }

    #[tokio::test]
    async fn s97_a_full_queue_is_busy_at_once() {
        let hasher = hasher(10);
        let runs = (0..40).map(|_| hash(&hasher, "swordfish"));
        let answers = futures_util::future::join_all(runs).await;
        let busy = answers.iter().filter(|answer| **answer == Err(HashBusy)).count();
        assert!(busy >= 40 - QUEUE_PER_WORKER - 2, "only {busy} were turned away");
        assert!(answers.iter().any(Result::is_ok));
    }
}
