//! `import users`: people of another program, with their password hashes.

mod lines;
mod yaml;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::json;

use super::people::{explain, open_existing, text};
use super::{printable, say};
use crate::accounts::Actor;
use crate::accounts::import::{FoundPerson, ImportFault, ImportOptions, Imported};
use crate::config::Config;
use crate::domain::email::Email;
use crate::domain::groups::{self, GroupName};
use crate::domain::user::{UserState, Username};

/// Maximum size of a file, in bytes.
const MAX_FILE: u64 = 16 * 1024 * 1024;

pub(super) fn command() -> Command {
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    let value = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let users = Command::new("users")
        .about("Add the people of a file with the password hashes in it: all of them, or nobody")
        .arg(Arg::new("file").required(true).value_name("FILE").help(
            "Authelia's users_database.yml (its name ends in .yml or .yaml), or lines of name:hash, as htpasswd \
                writes them",
        ))
        .arg(value("domain", "DOMAIN", "Make NAME@DOMAIN of names without an address"))
        .arg(value("admin-group", "GROUP", "Make the members of this group in the file admins; otherwise nobody is"))
        .arg(switch("no-usernames", "Take over no user names"))
        .arg(switch("skip-existing", "Leave out who has an account, instead of refusing the file"))
        .arg(switch("dry-run", "Only show what would be done"))
        .arg(switch("json", "Print JSON"));
    Command::new("import").about("Take over from another program").subcommand_required(true).subcommand(users)
}

/// `import users FILE`.
pub(super) fn import(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (_, matches) = matches.subcommand().ok_or("no command")?;
    let file = text(matches, "file");
    let name = &printable(file);
    let content = read(file).map_err(|fault| format!("{name}: {fault}"))?;
    let is_yaml = [".yml", ".yaml"].iter().any(|end| file.ends_with(end));
    let found = if is_yaml { yaml::read(&content) } else { lines::read(&content) };
    if found.0.is_empty() && found.1.is_empty() {
        return Err(format!("{name} has nobody in it"));
    }
    let core = open_existing(config, false)?;
    if let Some(link) = core.block_on(core.accounts.setup_link()).map_err(explain)? {
        return Err(format!(
            "nobody can sign in before this instance has its first admin. Open this link to become the first admin, \
                then import the others:\n\n    {link}\n"
        ));
    }
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let how = ImportOptions {
        domain: given("domain"),
        admin_group: given("admin-group"),
        skip_existing: matches.get_flag("skip-existing"),
        without_usernames: matches.get_flag("no-usernames"),
        dry_run: matches.get_flag("dry-run"),
    };
    let dry = how.dry_run;
    let actor = Actor::command_line();
    let work = core.accounts.import_people(found, how, &actor);
    let done = core.block_on(work).map_err(|fault| format!("nobody was imported: {}", explain(fault)))?;
    let done = done.map_err(|faults| refusal(name, &faults))?;
    show(&done, dry, matches.get_flag("json"));
    Ok(())
}

fn read(file: &str) -> Result<String, String> {
    let size = std::fs::metadata(file).map_err(|fault| fault.to_string())?.len();
    if size > MAX_FILE {
        return Err("is larger than 16 MiB".to_owned());
    }
    std::fs::read_to_string(file).map_err(|fault| fault.to_string())
}

/// Every fault, in the order of the lines.
fn refusal(name: &str, faults: &[ImportFault]) -> String {
    let mut faults: Vec<&ImportFault> = faults.iter().collect();
    faults.sort_by_key(|fault| fault.line);
    let lines = faults.iter().map(|fault| format!("  line {}: {}", fault.line, printable(&fault.text)));
    format!("nobody was imported; {name} has faults:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn show(done: &Imported, dry: bool, as_json: bool) {
    if as_json {
        let people = done.people.iter().map(|(user, groups)| {
            json!({
                "email": user.email.as_str(),
                "username": user.username.as_ref().map(Username::as_str),
                "role": user.role.as_str(),
                "state": user.state.as_str(),
                "groups": groups.iter().map(GroupName::as_str).collect::<Vec<_>>(),
            })
        });
        let groups: Vec<&str> = done.groups.iter().map(GroupName::as_str).collect();
        let skipped: Vec<&str> = done.skipped.iter().map(Email::as_str).collect();
        let people = people.collect::<Vec<_>>();
        say(&json!({ "done": !dry, "people": people, "new_groups": groups, "skipped": skipped }).to_string());
        return;
    }
    for group in &done.groups {
        say(&format!("+ group {group}"));
    }
    for (user, names) in &done.people {
        let username = user.username.as_ref().map_or_else(String::new, |name| format!(", user name {}", name.as_str()));
        let groups = if names.is_empty() { String::new() } else { format!(", in {}", groups::joined(names)) };
        let state = if user.state == UserState::Disabled { ", disabled" } else { "" };
        say(&format!("+ person {} as {}{username}{groups}{state}", user.email, user.role.as_str()));
    }
    for email in &done.skipped {
        say(&format!("  {email} has an account and was left out"));
    }
    let count = done.people.len();
    let people = if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
    say(&if dry { format!("dry run: {people} to import, nothing was done") } else { format!("imported {people}") });
}

/// The people whom a reader of a format found, and what is wrong with the rest.
type Found = (Vec<FoundPerson>, Vec<ImportFault>);
