//! `secret change`: another `TOKEN_HASH_SECRET`.
//!
//! A generated secret is replaced in this order: the new one is written to a file of its own, the database changes in
//! one transaction, and the file takes the place of the old one. An interruption before the commit leaves everything as
//! it was; after it, the server refuses the old secret, and running the command again puts the file in its place.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;

use clap::{Arg, ArgAction, ArgMatches, Command};
use secrecy::ExposeSecret;

use super::people::read_secret;
use super::say;
use super::store::{SERVED, Store};
use crate::accounts::secret_change::{self, Extent, Unopened};
use crate::app::{SystemClock, keys};
use crate::config::{Config, DatabaseUrl, Secrets, data_dir, secrets};
use crate::crypto::keys::Keys;
use crate::crypto::random;
use crate::storage::apps;
use crate::telemetry;

const NAME: &str = secrets::CHANGEABLE;

/// `secret change`.
pub(super) fn command() -> Command {
    let yes = Arg::new("yes").long("yes").action(ArgAction::SetTrue);
    Command::new("secret").about("The secrets of the instance").subcommand_required(true).subcommand(
        Command::new("change")
            .about("Change TOKEN_HASH_SECRET, if somebody else may have it; without --yes only say what would happen")
            .long_about(
                "Change TOKEN_HASH_SECRET, if somebody else may have it. Without --yes it only says what would happen: \
                    what is stored encrypted moves to the new secret, machine tokens, recovery codes and links stop \
                    working. A generated secret is replaced by another one. Where TOKEN_HASH_SECRET is set as a \
                    variable, the new one is asked for, or read from standard input. No server may run meanwhile",
            )
            .arg(yes.help("Do it")),
    )
}

/// `secret change`.
pub(super) fn secret(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    telemetry::init_for_command(config.log);
    let (_, matches) = matches.subcommand().ok_or("no command")?;
    if let DatabaseUrl::Sqlite(path) = &config.database
        && !path.exists()
    {
        return Err(format!("there is no database at {}", path.display()));
    }
    let own = config.secrets(false, &random::secret).map_err(|faults| faults.to_string())?;
    let current = keys::derive(&own, own.token_hash.expose_secret());
    if matches.get_flag("yes") { change(config, &own, &current) } else { preview(config, &current) }
}

/// Says what would happen, also beside a running server.
fn preview(config: &Config, current: &Keys) -> Result<(), String> {
    let store = Store::open_to_read(&config.database)?;
    let found = store.database.snapshot_blocking(|c| {
        Ok((secret_change::differing(c, current)?, secret_change::survey(c, current, &SystemClock::new())?))
    });
    let (differing, extent) = found.map_err(|fault| fault.to_string())?;
    keys::check(config, differing).map_err(|faults| faults.to_string())?;
    describe(&extent.map_err(|unopened| refusal(&unopened))?);
    say("\nNothing was changed. Stop the server, and run this again with --yes to do it.");
    Ok(())
}

fn change(config: &Config, own: &Secrets, current: &Keys) -> Result<(), String> {
    if let Some(owner) = data_dir::owner_other_than_root(&config.data_dir) {
        return Err(format!(
            "DATA_DIR belongs to the user {owner}, who could not read what root writes; run this as them"
        ));
    }
    // A variable has no file.
    let _alone = if config.gives(NAME) { None } else { Some(alone(config)?) };
    let store = Store::open_to_move(&config.database)?;
    let differing = differing(&store, current)?;
    if differing == [NAME] && goes_on(config, own, &store)? {
        say("The secret had been changed before; its file is in its place now. The server can be started.");
        return Ok(());
    }
    keys::check(config, differing).map_err(|faults| faults.to_string())?;
    let left = waiting(config)?.is_some();
    let next = next_secret(config, own)?;
    let new = keys::derive(own, &next);
    if !config.gives(NAME) {
        // Durable before the database needs it.
        let path = secrets::next_file(&config.data_dir);
        data_dir::replace(&path, &next).map_err(|fault| format!("{}: {fault}", path.display()))?;
    }
    let extent = match commit(&store, current, &new)? {
        Ok(extent) => extent,
        Err(refused) => {
            // One of an earlier change may be needed by a commit that was on its way; this one is needed by nobody.
            if !left {
                take_back(config)?;
            }
            return Err(refused);
        }
    };
    if !config.gives(NAME) {
        put_in_place(config)?;
    }
    describe(&extent);
    say(&format!("\n{}", next_steps(config)));
    Ok(())
}

/// Makes this the only change with this folder, until what is returned is dropped: two would overwrite each other's new
/// secret.
fn alone(config: &Config) -> Result<File, String> {
    let unreadable = |fault: std::io::Error| format!("{}: {fault}", config.data_dir.display());
    let folder = File::open(&config.data_dir).map_err(unreadable)?;
    match folder.try_lock() {
        Ok(()) => Ok(folder),
        Err(TryLockError::WouldBlock) => {
            Err("another `portcullis secret change --yes` is running; wait for its end".to_owned())
        }
        Err(TryLockError::Error(fault)) => Err(unreadable(fault)),
    }
}

/// Removes the new secret that the database does not have.
fn take_back(config: &Config) -> Result<(), String> {
    let path = secrets::next_file(&config.data_dir);
    match std::fs::remove_file(&path) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => Err(format!("{}: {fault}", path.display())),
        _ => Ok(()),
    }
}

/// Changes the database: everything, or nothing. The inner error says why nothing was changed; after the outer one the
/// database may have been.
fn commit(store: &Store, current: &Keys, new: &Keys) -> Result<Result<Extent, String>, String> {
    let outcome = store.database.write_if_blocking(
        |c| {
            // Servers that start wait here, and then find the secret changed, or are in the list already.
            apps::begin_change(c)?;
            if !store.is_alone(c)? {
                return Ok(Err(SERVED.to_owned()));
            }
            if !secret_change::differing(c, current)?.is_empty() {
                return Ok(Err("the secret was changed from elsewhere meanwhile; nothing was changed here".to_owned()));
            }
            let changed = secret_change::change(c, (current, new), &SystemClock::new())?;
            Ok(changed.map_err(|unopened| refusal(&unopened)))
        },
        Result::is_ok,
    );
    outcome.map_err(|fault| format!("{fault}; run this again"))
}

fn differing(store: &Store, keys: &Keys) -> Result<Vec<&'static str>, String> {
    store.database.read_blocking(|c| secret_change::differing(c, keys)).map_err(|fault| fault.to_string())
}

/// Finishes a change that was interrupted after its commit; false if there was none.
fn goes_on(config: &Config, own: &Secrets, store: &Store) -> Result<bool, String> {
    if config.gives(NAME) {
        return Ok(false);
    }
    let Some(next) = waiting(config)? else { return Ok(false) };
    if !differing(store, &keys::derive(own, &next))?.is_empty() {
        return Err(format!(
            "{NAME} is not the one that this database uses, and neither is the one in {}; restore it",
            secrets::next_file(&config.data_dir).display()
        ));
    }
    put_in_place(config)?;
    Ok(true)
}

/// The secret in the file of an interrupted change.
fn waiting(config: &Config) -> Result<Option<String>, String> {
    secrets::next(&config.data_dir).map_err(|fault| format!("{NAME}: {fault}"))
}

/// The new secret: given by whoever sets the variable, else a random one.
fn next_secret(config: &Config, own: &Secrets) -> Result<String, String> {
    let old = own.token_hash.expose_secret();
    if !config.gives(NAME) {
        // The one of an interrupted change, if there is one: that change may have reached the database after all.
        let left = waiting(config)?.filter(|next| next != old && secrets::weakness(next).is_none());
        return Ok(left.unwrap_or_else(random::secret));
    }
    let next = read_secret(&format!("New {NAME}"))?;
    match secrets::weakness(&next) {
        _ if next.is_empty() => Err(format!(
            "{NAME} is set as a variable: make a new one, for instance with `openssl rand -base64 48`, and give it on \
                standard input"
        )),
        _ if next == old => Err("that is the secret that is used already".to_owned()),
        Some(weakness) => Err(format!("the new secret {weakness}")),
        None => Ok(next),
    }
}

fn put_in_place(config: &Config) -> Result<(), String> {
    let (next, path) = (secrets::next_file(&config.data_dir), secrets::file(NAME, &config.data_dir));
    data_dir::put_in_place(&next, &path).map_err(|fault| {
        format!("the database has the new secret, but {} cannot be replaced: {fault}; run this again", path.display())
    })
}

fn refusal(unopened: &Unopened) -> String {
    format!("nothing was changed:\n{}", unopened.join("\n"))
}

/// Says what moves to the new secret, and what stops working.
fn describe(extent: &Extent) {
    say("Moves to the new secret, and works as before:");
    say(&format!("  apps for codes: {}", extent.totp_secrets));
    say(&format!("  keys that sign identities: {}", extent.signing_keys));
    say(&format!("  fixed headers of apps: {}", extent.fixed_headers));
    say(&format!("  keys of certificates, and for ordering them: {}", extent.certificate_keys));
    say("Cannot be moved, and stops working:");
    let ended = &extent.hashes;
    say(&format!("  machine tokens: {} (`portcullis token list`); make new ones", ended.machine_tokens));
    say(&format!("  signed links: {} (`portcullis token list`); make new ones", ended.signed_links));
    say(&format!(
        "  recovery codes: {}, of {} people; each has to make new ones, on the page of second factors",
        ended.recovery_codes, ended.with_recovery_codes
    ));
    say(&format!("  invitations: {}; invite these people again", ended.invitations));
    say(&format!("  links for a new password or address: {}", ended.other_links));
    say(&format!(
        "  known browsers: {}, {} of them trusted; at the next sign-in people get a mail about a new browser, and are \
            asked for their second factor",
        ended.browsers, ended.trusted_browsers
    ));
    say("Limits of wrong passwords and codes begin again. Passwords, passkeys and sessions stay.");
}

fn next_steps(config: &Config) -> String {
    let old = "A backup from before needs the old secret, which it contains unless that was left out or a variable: \
        keep the old one with it, or make a new backup.";
    if config.gives(NAME) {
        return format!("Changed. Set {NAME} to the new secret, for every server, before you start one. {old}");
    }
    let path = secrets::file(NAME, &config.data_dir);
    let others = match config.database {
        DatabaseUrl::Sqlite(_) => "",
        DatabaseUrl::Postgres(_) => " If other servers use this database, copy the file to each.",
    };
    format!("Changed; the new secret is in {}.{others} {old}", path.display())
}
