//! Groups, also beside a running server.

use clap::ArgMatches;
use serde_json::json;

use super::people::{explain, list_or_say, open_existing, text};
use super::say;
use crate::accounts::groups::Membership;
use crate::accounts::{AccountError, Actor};
use crate::app::Core;
use crate::config::Config;
use crate::domain::groups::GroupName;
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::domain::user_list::{UserFilter, UserOrder, UserSort};
use crate::texts;

/// Maximum members that are listed of one group.
const LIST_LIMIT: i64 = 100_000;

/// `group add|list|remove|join|leave`.
pub(super) fn group(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (command, matches) = matches.subcommand().ok_or("no command")?;
    let (core, actor) = (open_existing(config, false)?, Actor::command_line());
    match command {
        "list" => return list(&core, matches),
        "add" => {
            let name = core.block_on(core.accounts.create_group(text(matches, "group"), &actor)).map_err(explain)?;
            say(&format!("created the group {}", name.as_str()));
        }
        "remove" => {
            let name = name(matches)?;
            let rules = core.block_on(core.accounts.rules_with(&name)).map_err(explain)?;
            core.block_on(core.accounts.delete_group(&name, &actor)).map_err(|fault| of_group(fault, &name))?;
            say(&format!("deleted the group {}", name.as_str()));
            if !rules.is_empty() {
                let lost = Text::new("group-delete-rules").with("rules", rules.join(", "));
                say(&format!("note: {}", texts::say(Language::English, &lost)));
            }
        }
        _ => change_members(&core, command == "join", matches, &actor)?,
    }
    Ok(())
}

fn name(matches: &ArgMatches) -> Result<GroupName, String> {
    let typed = text(matches, "group");
    GroupName::parse(typed).map_err(|_fault| format!("there is no group {typed}"))
}

fn of_group(fault: AccountError, name: &GroupName) -> String {
    match fault {
        AccountError::NotFound => format!("there is no group {}", name.as_str()),
        other => explain(other),
    }
}

fn change_members(core: &Core, joins: bool, matches: &ArgMatches, actor: &Actor) -> Result<(), String> {
    let name = name(matches)?;
    let addresses = matches.get_many::<String>("email").into_iter().flatten().cloned().collect::<Vec<_>>();
    let users = core.block_on(core.accounts.users_by_email(&addresses.join(","))).map_err(explain)?;
    let one = if joins { Membership::Join } else { Membership::Leave };
    let all = users.iter().map(|user| one(name.clone(), user.id.clone())).collect();
    let changed =
        core.block_on(core.accounts.change_memberships(all, actor)).map_err(|fault| of_group(fault, &name))?;
    let done = match (changed, joins) {
        (false, _) => "nothing was changed",
        (true, true) => "is in the group now",
        (true, false) => "is no longer in the group",
    };
    for user in &users {
        say(&format!("{}: {done}", user.email));
    }
    Ok(())
}

fn list(core: &Core, matches: &ArgMatches) -> Result<(), String> {
    let order = UserOrder { by: UserSort::Email, descending: false };
    let (mut names, mut rows) = (Vec::new(), Vec::new());
    for group in core.block_on(core.accounts.list_groups()).map_err(explain)? {
        let filter = UserFilter { group: Some(group.name.clone()), ..UserFilter::default() };
        let found = core.block_on(core.accounts.list_users(filter, order, None, LIST_LIMIT)).map_err(explain)?;
        let members: Vec<String> = found.0.iter().map(|user| user.email.to_string()).collect();
        rows.push(format!("{}\t{}", group.name.as_str(), members.join(", ")));
        names.push(json!({
            "name": group.name.as_str(),
            "created_at": group.created_at.secs(),
            "members": members,
        }));
    }
    if matches.get_flag("json") {
        say(&serde_json::Value::Array(names).to_string());
        return Ok(());
    }
    list_or_say(rows.into_iter(), "there are no groups");
    Ok(())
}
