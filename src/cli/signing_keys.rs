//! The keys that sign identities for apps, also beside a running server.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use super::people::{explain, open_existing};
use super::say;
use crate::accounts::Actor;
use crate::accounts::signing_keys::{KnownKey, Rotation};
use crate::config::Config;
use crate::domain::time::Timestamp;

/// `signing-key list|rotate`.
pub(super) fn command() -> Command {
    let flag = |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    Command::new("signing-key").about("Keys that sign identities for apps").subcommand_required(true).subcommands([
        Command::new("list").about("List the keys").arg(flag("json", "Print JSON")),
        Command::new("rotate")
            .about("Replace the key; the new one is published for an hour before it signs, the old one for a day after")
            .arg(flag("now", "Sign with the new key at once; apps that keep the keys may refuse it for a while"))
            .arg(
                flag("withdraw", "Also publish the old keys no longer, because somebody else may have them")
                    .requires("now"),
            ),
    ])
}

/// `signing-key list|rotate`.
pub(super) fn signing_key(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (command, matches) = matches.subcommand().ok_or("no command")?;
    let core = open_existing(config, false)?;
    if command == "list" {
        let loaded = core.block_on(core.accounts.apps()).map_err(explain)?;
        let now = core.accounts.clock().now();
        let current = loaded.keys.current(now).map(|key| key.key.public().id().to_owned());
        let keys = loaded.keys.all().map(|key| (key, state(key, current.as_deref(), now)));
        if matches.get_flag("json") {
            say(&Value::from(keys.map(|(key, state)| as_json(key, state)).collect::<Vec<_>>()).to_string());
        } else {
            keys.for_each(|(key, state)| {
                say(&format!("{}  {state}, from {}", key.key.public().id(), key.signs_from));
            });
        }
        return Ok(());
    }
    let rotation = match (matches.get_flag("now"), matches.get_flag("withdraw")) {
        (_, true) => Rotation::Withdrawn,
        (true, false) => Rotation::AtOnce,
        (false, false) => Rotation::Announced,
    };
    let id = core.block_on(core.accounts.rotate_signing_key(rotation, &Actor::command_line())).map_err(explain)?;
    say(&match rotation {
        Rotation::Announced => format!("published the key {id}; it signs in an hour"),
        Rotation::AtOnce => format!("the key {id} signs; the one before it stays published for a day"),
        Rotation::Withdrawn => format!("the key {id} signs; no other one is published"),
    });
    Ok(())
}

fn state(key: &KnownKey, current: Option<&str>, now: Timestamp) -> &'static str {
    if current == Some(key.key.public().id()) {
        "signs"
    } else if key.signs_from > now {
        "published, signs later"
    } else if key.published_until.is_none_or(|until| until > now) {
        "published, signs no longer"
    } else {
        "no longer published"
    }
}

fn as_json(key: &KnownKey, state: &str) -> Value {
    json!({
        "id": key.key.public().id(),
        "state": state,
        "signs_from": key.signs_from.secs(),
        "published_until": key.published_until.map(Timestamp::secs),
    })
}
