//! Arguments of commands about apps, and the app that they name.

use std::sync::Arc;

use clap::{Arg, ArgAction};

use super::people::explain;
use crate::accounts::AccountError;
use crate::app::Core;
use crate::domain::app_table::CompiledApp;

/// `--json`.
pub(super) fn json() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON")
}

/// A flag with a value: its name, and what it means.
pub(super) fn flag((name, about): (&'static str, &'static str)) -> Arg {
    Arg::new(name).long(name).value_name("VALUE").help(about)
}

/// The name of an app.
pub(super) fn named() -> Arg {
    Arg::new("app").required(true).value_name("APP").help("The app's name")
}

/// The app with that name.
pub(super) fn find(core: &Core, name: &str) -> Result<Arc<CompiledApp>, String> {
    let name = name.trim();
    let loaded = core.block_on(core.accounts.apps()).map_err(|fault| fault.to_string())?;
    let found = loaded.table.apps().iter().find(|app| app.app().name.to_lowercase() == name.to_lowercase()).cloned();
    found.ok_or_else(|| format!("there is no app {name}"))
}

/// Why a change was refused.
pub(super) fn fault(fault: AccountError) -> String {
    match fault {
        AccountError::NotFound => "there is no such app or rule".to_owned(),
        AccountError::NotAllowed => "the app of UPSTREAM_URL is set in the configuration; to choose its headers, \
            headers for tokens or a signed identity, create it with `portcullis app add`, with a host of its own and \
            this upstream"
            .to_owned(),
        other => explain(other),
    }
}
