//! A worker's cache of verdicts, each of constant size whatever cookies it belongs to (S104, docs/adr/0003).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::cookies::{CookieValue, RequestCookies};
use crate::crypto::keyed_hash::KeyedHash;

/// Maximum verdicts.
const MAX: usize = 8192;
/// Below this number, expired verdicts are not swept.
const MIN_SWEEP: usize = 64;

/// Verdicts by the keyed hash of the three cookies, or of the machine token, that they belong to.
///
/// The hash represents the cookies: a request would get another visitor's verdict only if its cookies had the same 128
/// bits, and without the key, which is random in each worker and never leaves it, nobody can compute or recognise two
/// such inputs.
pub(super) struct Verdicts<V> {
    hash: KeyedHash,
    kept: HashMap<u128, V, BuildHasherDefault<IdentityHasher>>,
    look_at: usize,
}

impl<V> Default for Verdicts<V> {
    fn default() -> Self {
        Self { hash: KeyedHash::default(), kept: HashMap::default(), look_at: MIN_SWEEP }
    }
}

impl<V> Verdicts<V> {
    /// The hash of these cookies; `None` without a token.
    pub(super) fn name_of(&self, cookies: &RequestCookies<'_>) -> Option<u128> {
        cookies.access.or(cookies.refresh)?;
        Some(
            self.hash
                .name_of([cookies.access, cookies.refresh, cookies.session].map(|value| value.map(CookieValue::bytes))),
        )
    }

    /// The hash of a machine token; that of cookies never has the third part alone.
    pub(super) fn name_of_token(&self, token: &str) -> u128 {
        self.hash.name_of([None, None, Some(token.as_bytes())])
    }

    pub(super) fn get(&self, name: u128) -> Option<&V> {
        self.kept.get(&name)
    }

    pub(super) fn forget(&mut self, name: u128) {
        self.kept.remove(&name);
    }

    /// Stores a verdict. Expired ones are swept whenever there are twice as many as survived the last sweep, so that
    /// the cost per verdict is constant.
    pub(super) fn keep(&mut self, name: u128, verdict: V, is_over: impl Fn(&V) -> bool) {
        if self.kept.len() >= self.look_at {
            self.kept.retain(|_, verdict| !is_over(verdict));
            if self.kept.len() >= MAX {
                self.kept.clear();
            }
            self.look_at = (2 * self.kept.len()).clamp(MIN_SWEEP, MAX);
            self.kept.shrink_to(self.look_at);
        }
        self.kept.insert(name, verdict);
    }
}

/// The key is a keyed hash already; a part of it serves as the hash for the table.
#[derive(Default)]
struct IdentityHasher(u64);

impl Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    fn cookies<'a>(access: &'a str, session: &'a str) -> RequestCookies<'a> {
        RequestCookies { access: Some(access.into()), session: Some(session.into()), ..RequestCookies::default() }
    }

    #[test]
    fn s104_a_verdict_is_found_by_the_same_three_cookies_and_no_others() {
        let mut verdicts = Verdicts::default();
        let name = verdicts.name_of(&cookies("token", "s")).unwrap();
        verdicts.keep(name, "yes", |_| false);
        assert_eq!(verdicts.get(verdicts.name_of(&cookies("token", "s")).unwrap()), Some(&"yes"));
        for (access, session) in [("token", "t"), ("Token", "s"), ("tokens", ""), ("token", "")] {
            assert_eq!(verdicts.get(verdicts.name_of(&cookies(access, session)).unwrap()), None, "{access} {session}");
        }
        let with_refresh = RequestCookies { refresh: Some("r".into()), ..cookies("token", "s") };
        assert_eq!(verdicts.get(verdicts.name_of(&with_refresh).unwrap()), None);
        let no_token = RequestCookies {
            session: Some("s".into()),
            form: Some("f".into()),
            device: Some("d".into()),
            ..RequestCookies::default()
        };
        assert_eq!(verdicts.name_of(&no_token), None);
        verdicts.forget(name);
        assert_eq!(verdicts.get(name), None);
    }

    #[test]
    fn s119_no_cookies_have_the_verdict_of_a_token() {
        let verdicts = Verdicts::<()>::default();
        let token = verdicts.name_of_token("pc_x");
        for cookies in [
            RequestCookies { access: Some("pc_x".into()), ..RequestCookies::default() },
            RequestCookies { refresh: Some("pc_x".into()), ..RequestCookies::default() },
            cookies("", "pc_x"),
            RequestCookies { session: Some("pc_x".into()), ..RequestCookies::default() },
        ] {
            assert_ne!(verdicts.name_of(&cookies), Some(token));
        }
    }

    #[test]
    fn s104_what_is_kept_has_a_constant_size_and_a_bounded_number() {
        let mut verdicts = Verdicts::default();
        let kept = Rc::new(());
        for number in 0..3 * MAX {
            let name = verdicts.name_of(&cookies(&number.to_string(), &"junk".repeat(1000))).unwrap();
            verdicts.keep(name, Rc::clone(&kept), |_| false);
            assert!(verdicts.kept.len() <= MAX && Rc::strong_count(&kept) <= MAX + 1);
        }
        // Key and value in a table that is at most twice as large as its content; nothing else of a request is stored.
        assert_eq!(size_of::<(u128, Rc<()>)>(), 32);
        assert!(verdicts.kept.capacity() <= 2 * MAX);
    }

    #[test]
    fn s104_verdicts_that_are_over_are_forgotten() {
        let mut verdicts = Verdicts::default();
        let over = Rc::new(Cell::new(false));
        for number in 0..1000_u128 {
            verdicts.keep(number, Rc::clone(&over), |verdict| verdict.get());
        }
        assert_eq!(verdicts.kept.len(), 1000);
        over.set(true);
        let living = Rc::new(Cell::new(false));
        for number in 0..200_u128 {
            verdicts.keep(u128::MAX - number, Rc::clone(&living), |verdict| verdict.get());
        }
        assert_eq!(Rc::strong_count(&over), 1, "verdicts of ended sessions stay");
        assert!(verdicts.kept.len() <= 200 && verdicts.kept.capacity() < 1000);
    }
}
