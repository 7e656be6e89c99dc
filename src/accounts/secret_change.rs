//! A change of `TOKEN_HASH_SECRET`: what is sealed moves to the new one, and keyed hashes cannot.

use super::second_factors::sealed_as;
use super::{Actor, acme_account, certificates, fixed_headers, signing_keys};
use crate::crypto::keys::Keys;
use crate::crypto::random;
use crate::crypto::sealed::{PlainSecret, Sealer};
use crate::domain::apps::AppRef;
use crate::domain::audit::{AuditLine, Event};
use crate::domain::header_profile::FixedHeader;
use crate::domain::ids::FactorId;
use crate::domain::time::Clock;
use crate::storage::acme::StoredAccount;
use crate::storage::keyed_hashes::{self, KeyedHashes};
use crate::storage::totp_secrets::{self, OwnedSecret};
use crate::storage::{
    Connection, StorageError, acme, apps, audit, certificates as stored_certificates, settings,
    signing_keys as stored_keys, users,
};

/// The variable that can be changed.
const NAME: &str = "TOKEN_HASH_SECRET";

/// What was opened with the old secret.
enum Moving {
    Totp(FactorId, PlainSecret),
    SigningKey(String, PlainSecret),
    FixedHeaders(AppRef, Vec<(String, PlainSecret)>),
    CertificateKey(String, PlainSecret),
    AcmeAccount(StoredAccount, PlainSecret),
}

/// How much a change moves, and how much it ends.
pub struct Extent {
    /// Secrets of apps that show codes.
    pub totp_secrets: usize,
    /// Keys that sign identities.
    pub signing_keys: usize,
    /// Fixed headers of apps.
    pub fixed_headers: usize,
    /// Keys of certificates, and of the accounts by which they are ordered.
    pub certificate_keys: usize,
    /// What ends.
    pub hashes: KeyedHashes,
}

/// Sealed values that cannot be opened, and what to do about each.
pub type Unopened = Vec<String>;

/// The setting with the fingerprint of that secret.
pub fn fingerprint_setting(name: &str) -> String {
    format!("key:{name}")
}

/// The names of the secrets that are not the ones that the database knows.
pub fn differing(c: &mut Connection, keys: &Keys) -> Result<Vec<&'static str>, StorageError> {
    let mut names = Vec::new();
    for (name, print) in keys.fingerprints() {
        if settings::find(c, &fingerprint_setting(name))?.as_ref() != Some(print) {
            names.push(*name);
        }
    }
    Ok(names)
}

/// What a change would do, or why it would do nothing.
pub fn survey(c: &mut Connection, keys: &Keys, clock: &dyn Clock) -> Result<Result<Extent, Unopened>, StorageError> {
    let opened = open_all(c, &Sealer::new(keys))?;
    let hashes = keyed_hashes::count(c, clock.now())?;
    Ok(opened.map(|opened| extent(&opened, hashes)))
}

/// Changes the secret in this transaction, in which no other server may be running; all or nothing.
pub fn change(
    c: &mut Connection,
    (old, new): (&Keys, &Keys),
    clock: &dyn Clock,
) -> Result<Result<Extent, Unopened>, StorageError> {
    let opened = match open_all(c, &Sealer::new(old))? {
        Ok(opened) => opened,
        Err(fault) => return Ok(Err(fault)),
    };
    let extent = extent(&opened, keyed_hashes::count(c, clock.now())?);
    let sealer = Sealer::new(new);
    opened.iter().try_for_each(|opened| store(c, &sealer, opened))?;
    keyed_hashes::delete_all(c)?;
    for (name, print) in new.fingerprints() {
        settings::put(c, &fingerprint_setting(name), print)?;
    }
    let actor = Actor::command_line();
    audit::append(
        c,
        &AuditLine {
            id: random::ordered_id(clock.micros()),
            at: clock.now(),
            event: Event::SecretChanged.as_str().to_owned(),
            actor: actor.name,
            subject: NAME.to_owned(),
            source: actor.source,
            detail: extent.hashes.to_string(),
        },
    )?;
    Ok(Ok(extent))
}

fn extent(opened: &[Moving], hashes: KeyedHashes) -> Extent {
    let mut extent = Extent { totp_secrets: 0, signing_keys: 0, fixed_headers: 0, certificate_keys: 0, hashes };
    for opened in opened {
        match opened {
            Moving::Totp(..) => extent.totp_secrets += 1,
            Moving::SigningKey(..) => extent.signing_keys += 1,
            Moving::FixedHeaders(_, headers) => extent.fixed_headers += headers.len(),
            Moving::CertificateKey(..) | Moving::AcmeAccount(..) => extent.certificate_keys += 1,
        }
    }
    extent
}

/// Opens everything that is sealed, or names everything that cannot be opened. What lives for hours at most is left
/// out: forms that wait, factors that are being set up, passkeys that are asked for.
fn open_all(c: &mut Connection, sealer: &Sealer) -> Result<Result<Vec<Moving>, Unopened>, StorageError> {
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    for own in totp_secrets::all(c)? {
        match sealer.open(&sealed_as(&own.factor), &own.sealed) {
            Some(secret) => all.push(Moving::Totp(own.factor, secret)),
            None => faults.push(unopened_totp(c, &own)?),
        }
    }
    for key in stored_keys::all(c)? {
        match sealer.open(&signing_keys::purpose(&key.id), &key.sealed) {
            Some(secret) => all.push(Moving::SigningKey(key.id, secret)),
            None => faults.push(format!(
                "the signing key {} cannot be opened; replace it: `portcullis signing-key rotate --now --withdraw`",
                key.id
            )),
        }
    }
    for own in apps::all_fixed_headers(c)? {
        let mut headers = Vec::new();
        for FixedHeader { name, sealed } in own.fixed {
            match sealer.open(&fixed_headers::purpose(&own.app, &name), &sealed) {
                Some(value) => headers.push((name, value)),
                None => faults.push(format!(
                    "the fixed header {name} of the app {} cannot be opened; give its value again, or remove it",
                    own.name
                )),
            }
        }
        all.push(Moving::FixedHeaders(own.app, headers));
    }
    open_certificates(c, sealer, &mut all)?;
    Ok(if faults.is_empty() { Ok(all) } else { Err(faults) })
}

fn open_certificates(c: &mut Connection, sealer: &Sealer, all: &mut Vec<Moving>) -> Result<(), StorageError> {
    for own in stored_certificates::all(c)? {
        // One that cannot be opened is not shown, and another one is ordered.
        if let Some(key) = sealer.open(&certificates::purpose(&own.name), &own.sealed_key) {
            all.push(Moving::CertificateKey(own.name, key));
        }
    }
    for own in acme::accounts(c)? {
        let sealed_as = acme_account::of_account(&own.directory_url);
        // In place of one that cannot be opened the next order registers another one.
        if let Some(credentials) = sealer.open(&sealed_as, &own.sealed_credentials) {
            all.push(Moving::AcmeAccount(own, credentials));
        }
    }
    Ok(())
}

fn unopened_totp(c: &mut Connection, own: &OwnedSecret) -> Result<String, StorageError> {
    let owner = users::find_by_id(c, &own.owner)?.map(|record| record.user.email.to_string());
    let owner = owner.unwrap_or_else(|| own.owner.to_string());
    Ok(format!(
        "the app for codes {} of {owner} cannot be opened; remove it: `portcullis user reset-factors {owner}`",
        own.factor
    ))
}

fn store(c: &mut Connection, sealer: &Sealer, opened: &Moving) -> Result<(), StorageError> {
    match opened {
        Moving::Totp(factor, secret) => totp_secrets::replace(c, factor, &sealer.seal(&sealed_as(factor), secret)),
        Moving::SigningKey(id, secret) => stored_keys::replace(c, id, &sealer.seal(&signing_keys::purpose(id), secret)),
        Moving::FixedHeaders(app, headers) => {
            let header = |(name, value): &(String, PlainSecret)| FixedHeader {
                sealed: sealer.seal(&fixed_headers::purpose(app, name), value),
                name: name.clone(),
            };
            apps::replace_fixed_headers(c, app, &headers.iter().map(header).collect::<Vec<_>>())
        }
        Moving::CertificateKey(name, key) => {
            stored_certificates::replace_key(c, name, &sealer.seal(&certificates::purpose(name), key))
        }
        Moving::AcmeAccount(account, credentials) => {
            let sealed_as = acme_account::of_account(&account.directory_url);
            let sealed_credentials = sealer.seal(&sealed_as, credentials);
            acme::put_account(c, &StoredAccount { sealed_credentials, ..account.clone() })
        }
    }
}
