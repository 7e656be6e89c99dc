//! The keys that sign identities for apps, and their rotation (S121).
//!
//! Apps keep the published keys for a while, so a new one is published before it signs, and an old one after it did.

use std::sync::Arc;

use super::{AccountError, Accounts, Actor, revocation};
use crate::crypto::es256::{PublicKey, SigningKey};
use crate::crypto::sealed::Sealer;
use crate::domain::audit::Event;
use crate::domain::notice::Notice;
use crate::domain::time::Timestamp;
use crate::storage::signing_keys::{self, StoredKey};
use crate::storage::{Connection, StorageError, apps, audit};

/// Seconds for which a key is published before it signs.
pub const ANNOUNCED_SECS: i64 = 3600;
/// Seconds for which a key is published after another one began to sign.
pub const OVERLAP_SECS: i64 = 24 * 3600;

/// How a key is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The new one is published for an hour before it signs.
    Announced,
    /// The new one signs at once; the old ones stay published.
    AtOnce,
    /// The new one signs at once, and the old ones are no longer published: somebody else may have them.
    Withdrawn,
}

/// A key of this instance.
pub struct KnownKey {
    /// The key.
    pub key: SigningKey,
    /// When it begins to sign.
    pub signs_from: Timestamp,
    /// When it is no longer published; `None` while no other one follows.
    pub published_until: Option<Timestamp>,
}

/// The keys that can be used, in the order in which they sign.
#[derive(Default)]
pub struct SigningKeys(Vec<Arc<KnownKey>>);

impl SigningKeys {
    /// Reads the keys; one that cannot be opened is left out.
    pub(super) fn load(c: &mut Connection, sealer: &Sealer) -> Result<Self, StorageError> {
        let stored = signing_keys::all(c)?.into_iter();
        let mut opened: Vec<(SigningKey, Timestamp)> =
            stored.filter_map(|stored| Some((open(sealer, &stored)?, stored.signs_from))).collect();
        let mut keys = Vec::new();
        let mut next: Option<Timestamp> = None;
        while let Some((key, signs_from)) = opened.pop() {
            let published_until = next.map(|next| next.plus(OVERLAP_SECS));
            keys.insert(0, Arc::new(KnownKey { key, signs_from, published_until }));
            next = Some(signs_from);
        }
        Ok(Self(keys))
    }

    /// The key that signs at `now`. Where the clock is behind that of the node that made the only key, that one.
    pub fn current(&self, now: Timestamp) -> Option<&Arc<KnownKey>> {
        self.0.iter().rev().find(|key| key.signs_from <= now).or_else(|| self.0.first())
    }

    /// The keys with which apps verify at `now`.
    pub fn published(&self, now: Timestamp) -> impl Iterator<Item = &PublicKey> {
        self.all().filter(move |key| key.published_until.is_none_or(|until| until > now)).map(|key| key.key.public())
    }

    /// Every key.
    pub fn all(&self) -> impl Iterator<Item = &KnownKey> {
        self.0.iter().map(|key| &**key)
    }
}

fn open(sealer: &Sealer, stored: &StoredKey) -> Option<SigningKey> {
    let key = sealer.open(&purpose(&stored.id), &stored.sealed).and_then(|pkcs8| SigningKey::parse(&pkcs8));
    if key.is_none() {
        tracing::warn!(
            key = stored.id,
            "a signing key cannot be opened and is not used: its row was damaged or changed"
        );
    }
    key
}

/// What the private half of that key is sealed as.
pub(super) fn purpose(id: &str) -> String {
    format!("signing key {id}")
}

fn create(c: &mut Connection, sealer: &Sealer, signs_from: Timestamp) -> Result<String, StorageError> {
    let failed = || StorageError::Corrupt("a signing key could not be created".to_owned());
    let pkcs8 = SigningKey::generate().ok_or_else(failed)?;
    let id = SigningKey::parse(&pkcs8).ok_or_else(failed)?.public().id().to_owned();
    let stored = StoredKey { id: id.clone(), sealed: sealer.seal(&purpose(&id), &pkcs8), signs_from };
    signing_keys::insert(c, &stored)?;
    Ok(id)
}

impl Accounts {
    /// Creates the first key, if none can be used.
    pub async fn ensure_signing_key(&self) -> Result<(), AccountError> {
        let (accounts, now) = (self.clone(), self.0.clock.now());
        let has_none = move |c: &mut Connection, accounts: &Self| {
            Ok::<bool, StorageError>(SigningKeys::load(c, &accounts.0.sealer)?.current(now).is_none())
        };
        let outcome = self.0.database.write(move |c| {
            if !has_none(c, &accounts)? {
                return Ok(None);
            }
            // Nodes that start at once take turns, and whoever was later finds the key.
            apps::begin_change(c)?;
            if has_none(c, &accounts)? {
                create(c, &accounts.0.sealer, now)?;
            }
            revocation::publish(c, Vec::new(), vec![Notice::AppsChanged], now).map(Some)
        });
        if let Some(ended) = outcome.await? {
            self.ended(ended).await;
        }
        Ok(())
    }

    /// The key that signs at `now`, as this process knows it.
    pub fn signing_key(&self, now: Timestamp) -> Option<Arc<KnownKey>> {
        self.0.apps.loaded().keys.current(now).map(Arc::clone)
    }

    /// Replaces the key that signs; in force on every node when this returns. The identifier of the new one.
    pub async fn rotate_signing_key(&self, rotation: Rotation, actor: &Actor) -> Result<String, AccountError> {
        let (this, now) = (self.clone(), self.0.clock.now());
        let mut line = self.audit_line(Event::KeyRotated, &actor.name, "", &actor.source);
        self.run_uninterrupted(async move {
            let accounts = this.clone();
            let outcome = this.0.database.write(move |c| {
                let sealer = &accounts.0.sealer;
                apps::begin_change(c)?;
                let keys = SigningKeys::load(c, sealer)?;
                let is_kept = |key: &KnownKey| {
                    let is_of_use = key.signs_from <= now && key.published_until.is_none_or(|until| until > now);
                    is_of_use && rotation != Rotation::Withdrawn
                };
                let kept: Vec<&str> = keys.all().filter(|key| is_kept(key)).map(|key| key.key.public().id()).collect();
                for stored in signing_keys::all(c)?.iter().filter(|stored| !kept.contains(&stored.id.as_str())) {
                    signing_keys::delete(c, &stored.id)?;
                }
                let announced = if rotation == Rotation::Announced { ANNOUNCED_SECS } else { 0 };
                let id = create(c, sealer, now.plus(announced))?;
                line.subject.clone_from(&id);
                audit::append(c, &line)?;
                let ended = revocation::publish(c, Vec::new(), vec![Notice::AppsChanged], now)?;
                Ok((id, ended))
            });
            let (id, ended) = outcome.await?;
            this.ended(ended).await;
            Ok(id)
        })
        .await
    }
}
