//! `apply`: groups, people, apps and rules from one file, also beside a running server.

mod read;
mod table;

use std::io::Read;
use std::sync::Arc;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::people::{explain, open_existing, text};
use super::{printable, say, try_to_say};
use crate::accounts::apply::{Applied, ApplyOptions, FileFault};
use crate::accounts::{AccountError, Actor, Phase};
use crate::app::Core;
use crate::config::Config;

/// How often the difference is shown again if others change something meanwhile.
const MAX_TRIES: usize = 5;

/// Maximum size of a file, in bytes.
const MAX_FILE: u64 = 16 * 1024 * 1024;

pub(super) fn command() -> Command {
    let switch =
        |name: &'static str, about: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(about);
    Command::new("apply")
        .about(
            "Make groups, people, apps and rules what a file says: all of it, or nothing; with --dry-run the exit code \
                is 0 if there is nothing to do, 3 if there is",
        )
        .arg(Arg::new("file").required(true).value_name("FILE").help("A TOML file, or - for standard input"))
        .arg(switch("dry-run", "Only show what would be done"))
        .arg(switch("prune", "Delete apps, groups and memberships that are not in the file; people always stay"))
}

/// `apply FILE [--dry-run] [--prune]`; false if a dry run found something to do.
pub(super) fn apply(config: &Config, matches: &ArgMatches) -> Result<bool, String> {
    let given = text(matches, "file");
    let name = &printable(if given == "-" { "<stdin>" } else { given });
    let bytes = read_file(given).map_err(|fault| format!("{name}: {fault}"))?;
    let mut read = read::read(&bytes).map_err(|faults| refusal(name, faults))?;
    if matches.get_flag("prune") && read.wanted.is_empty() && read.faults.is_empty() {
        return Err(format!("{name} names nothing, so --prune would delete every app and group; nothing was changed"));
    }
    let (wanted, core) = (Arc::new(std::mem::take(&mut read.wanted)), open_existing(config, false)?);
    let (dry, actor) = (matches.get_flag("dry-run"), Actor::command_line());
    if !wanted.people.is_empty() {
        check_claimed(&core, dry)?;
    }
    let mut shown: Option<Vec<String>> = None;
    for _ in 0..MAX_TRIES {
        let how = ApplyOptions { prune: matches.get_flag("prune"), shown: shown.clone() };
        let applied = core.block_on(core.accounts.apply_file(&wanted, how, &actor));
        let applied = applied.map_err(|fault| match fault {
            AccountError::Unavailable(_) if shown.is_some() => {
                format!("it is not certain that it was done: {}; see what --dry-run says", explain(fault))
            }
            fault => format!("nothing was changed: {}", explain(fault)),
        })?;
        if let Applied::Refused(more) = &applied {
            read.add(more.clone());
        }
        if !read.faults.is_empty() {
            return Err(refusal(name, read.faults));
        }
        match applied {
            Applied::Nothing => {
                say("nothing to do: everything is as the file says");
                return Ok(true);
            }
            Applied::Done => {
                say(&format!("done: {}, in force now", changes(shown.as_ref().map_or(0, Vec::len))));
                return Ok(true);
            }
            Applied::Difference { lines, notes } => {
                if shown.is_some() {
                    say("something else was changed meanwhile; this is the difference now:");
                }
                show(&lines, &notes).map_err(|fault| format!("nothing was changed: it cannot be shown: {fault}"))?;
                if dry {
                    say(&format!("dry run: {} to make, nothing was done", changes(lines.len())));
                    return Ok(false);
                }
                shown = Some(lines);
            }
            Applied::Refused(_) => {}
        }
    }
    Err("nothing was changed: others keep changing the same things; try again".to_owned())
}

/// Whether there is an admin who can invite people; a dry run makes no link to become one.
fn check_claimed(core: &Core, dry: bool) -> Result<(), String> {
    let why = "nobody can be invited before this instance has its first admin";
    if dry && core.accounts.phase() != Phase::Claimed {
        return Err(format!("{why}; without --dry-run this command prints the link to become the first admin"));
    }
    match core.block_on(core.accounts.setup_link()).map_err(explain)? {
        None => Ok(()),
        Some(link) => {
            Err(format!("{why}. Open this link to become the first admin, then apply the file again:\n\n    {link}\n"))
        }
    }
}

/// Prints a difference; what nobody can have read is not made.
fn show(lines: &[String], notes: &[String]) -> std::io::Result<()> {
    lines.iter().try_for_each(|line| try_to_say(&printable(line)))?;
    notes.iter().try_for_each(|note| try_to_say(&printable(&format!("note: {note}"))))
}

fn changes(count: usize) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{count} changes") }
}

fn read_file(name: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if name == "-" {
        std::io::stdin().lock().take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(name)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    }
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_FILE) {
        return Err(std::io::Error::other("it is larger than 16 MiB"));
    }
    Ok(bytes)
}

/// Every fault with its line.
fn refusal(file: &str, mut faults: Vec<FileFault>) -> String {
    faults.sort();
    let lines = faults.iter().map(|fault| format!("\n{file}:{}: {}", fault.line, printable(&fault.message)));
    format!("nothing was changed:{}", lines.collect::<String>())
}
