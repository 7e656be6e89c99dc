//! Rules of apps, also beside a running server.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use super::app_arguments::{fault, find, flag, json as json_flag, named};
use super::people::{open_existing, text};
use super::say;
use crate::accounts::Actor;
use crate::accounts::rule_draft::{GrantDraft, RuleDraft};
use crate::accounts::seen::Seen;
use crate::app::Core;
use crate::config::Config;
use crate::domain::app_table::CompiledApp;
use crate::domain::ids::RuleId;
use crate::domain::rules::{Rule, RuleMethods, RulePath};

/// A grant, as flags: name, and what they mean.
const GRANT: [(&str, &str); 6] = [
    ("who", "public, signed-in, members or nobody"),
    ("groups", "Groups that are let in, separated by commas"),
    ("people", "Addresses of people who are let in, separated by commas"),
    ("networks", "Networks that the client must be in, separated by commas"),
    ("within", "Minutes since the last proof of identity"),
    ("until", "Until when: a date, or a moment such as 2027-01-31T18:00:00Z"),
];

/// `rule add|list|set|remove`.
pub(super) fn command() -> Command {
    let path = Arg::new("path").required(true).value_name("PATH").help("The prefix of the paths it applies to");
    let id = || Arg::new("rule").required(true).value_name("RULE").allow_hyphen_values(true).help("Its identifier");
    let to = flag(("to", "The identifier of the rule with this path that lets in these people, too"));
    Command::new("rule").about("Rules of apps").subcommand_required(true).subcommands([
        Command::new("add")
            .about("Add a rule, or with --to somebody else whom a rule lets in")
            .arg(named())
            .arg(path)
            .arg(methods())
            .args(grant())
            .arg(to.allow_hyphen_values(true)),
        Command::new("list").about("List the rules of an app").arg(named()).arg(json_flag()),
        Command::new("set")
            .about("Change a rule: its path, its methods, or whom it lets in, which replaces everybody before")
            .arg(named())
            .arg(id())
            .arg(flag(("path", "The prefix of the paths it applies to")))
            .arg(methods())
            .args(grant()),
        Command::new("remove").about("Remove a rule").arg(named()).arg(id()),
    ])
}

fn methods() -> Arg {
    flag(("methods", "The methods, separated by commas; all if empty"))
}

/// Whom a rule lets in, and on which conditions.
fn grant() -> impl Iterator<Item = Arg> {
    let factor = Arg::new("factor").long("factor").action(ArgAction::SetTrue).help("Only with a second factor");
    GRANT.into_iter().map(flag).chain([factor])
}

/// The grant that was given; `None` without any of its flags.
fn given_grant(matches: &ArgMatches) -> Option<GrantDraft> {
    let field = |id: &str| text(matches, id).to_owned();
    let factor = matches.get_flag("factor");
    let is_given = factor || GRANT.iter().any(|(name, _)| matches.get_one::<String>(name).is_some());
    is_given.then(|| GrantDraft {
        who: field("who"),
        groups: field("groups"),
        people: field("people"),
        networks: field("networks"),
        factor,
        within: field("within"),
        until: field("until"),
    })
}

/// A rule, for scripts.
pub(super) fn describe_rule(core: &Core, rule: &Rule) -> Result<Value, String> {
    let draft = core.block_on(core.accounts.draft_of_rule(rule)).map_err(fault)?;
    Ok(json!({
        "id": rule.id.as_ref().map(RuleId::as_str),
        "path": rule.path.as_str(),
        "methods": rule.methods.to_string(),
        "grants": draft.grants.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }))
}

/// Prints a rule.
pub(super) fn say_rule(core: &Core, rule: &Rule) -> Result<(), String> {
    let draft = core.block_on(core.accounts.draft_of_rule(rule)).map_err(fault)?;
    say(&format!("rule {}: {draft}", rule.id.as_ref().map_or("", RuleId::as_str)));
    Ok(())
}

/// The rule with that identifier, and what would be typed for it.
fn known(core: &Core, app: &CompiledApp, id: &str) -> Result<(RuleId, RuleDraft), String> {
    let rule = app.rules().iter().find(|rule| rule.id.as_ref().is_some_and(|known| known.as_str() == id));
    let (Some(rule), Some(id)) = (rule, RuleId::parse(id)) else {
        let name = &app.app().name;
        return Err(format!(
            "the app {name} has no rule {id}; `portcullis rule list` with its name shows their identifiers"
        ));
    };
    Ok((id, core.block_on(core.accounts.draft_of_rule(rule)).map_err(fault)?))
}

/// Runs `rule`.
pub(super) fn rule(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    let core = open_existing(config, false)?;
    let (actor, app) = (Actor::command_line(), find(&core, text(matches, "app"))?);
    let change = |rule: &RuleId, draft: RuleDraft, seen: Seen| {
        core.block_on(core.accounts.change_rule(&app.app().id, rule, draft, Some(seen), &actor)).map_err(fault)?;
        say(&format!("changed the rule {rule}"));
        Ok(())
    };
    match name {
        "list" if matches.get_flag("json") => {
            let rules = app.rules().iter().map(|rule| describe_rule(&core, rule)).collect::<Result<Vec<_>, _>>()?;
            say(&Value::from(rules).to_string());
            Ok(())
        }
        "list" => app.rules().iter().try_for_each(|rule| say_rule(&core, rule)),
        "remove" => {
            let (rule, _) = known(&core, &app, text(matches, "rule"))?;
            core.block_on(core.accounts.delete_rule(&app.app().id, &rule, &actor)).map_err(fault)?;
            say("removed the rule");
            Ok(())
        }
        "set" => {
            let (rule, draft) = known(&core, &app, text(matches, "rule"))?;
            let seen = Seen::of(&draft);
            change(&rule, changed(draft, matches)?, seen)
        }
        "add" if matches.get_one::<String>("to").is_some() => {
            let (rule, draft) = known(&core, &app, text(matches, "to"))?;
            let seen = Seen::of(&draft);
            change(&rule, with_grant(&rule, draft, matches)?, seen)
        }
        "add" => {
            let grants = vec![given_grant(matches).unwrap_or_default()];
            let (path, methods) = (text(matches, "path").to_owned(), text(matches, "methods").to_owned());
            let draft = RuleDraft { path, methods, grants };
            let rule = core.block_on(core.accounts.create_rule(&app.app().id, draft, &actor)).map_err(fault)?;
            say(&format!("added the rule {rule}"));
            Ok(())
        }
        other => Err(format!("unknown command {other}")),
    }
}

/// A rule with what `rule set` was given.
fn changed(mut draft: RuleDraft, matches: &ArgMatches) -> Result<RuleDraft, String> {
    let (path, methods) = (matches.get_one::<String>("path"), matches.get_one::<String>("methods"));
    let grant = given_grant(matches);
    if grant.as_ref().is_some_and(|grant| [&grant.who, &grant.groups, &grant.people].iter().all(|text| text.is_empty()))
    {
        let before = draft.grants.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        return Err(format!(
            "whom a rule lets in is replaced as a whole, with its conditions: give --who, --groups or --people, too; \
                it is now: {before}"
        ));
    }
    if path.is_none() && methods.is_none() && grant.is_none() {
        return Err("give what to change: --path, --methods, or whom the rule lets in".to_owned());
    }
    if let Some(path) = path {
        path.clone_into(&mut draft.path);
    }
    if let Some(methods) = methods {
        methods.clone_into(&mut draft.methods);
    }
    draft.grants = grant.map_or(draft.grants, |grant| vec![grant]);
    Ok(draft)
}

/// A rule with one more grant. Path and methods are given again, so that a wrong identifier is noticed.
fn with_grant(rule: &RuleId, mut draft: RuleDraft, matches: &ArgMatches) -> Result<RuleDraft, String> {
    let (path, methods) = (text(matches, "path"), text(matches, "methods"));
    let is_same_path = RulePath::parse(path).is_ok_and(|given| RulePath::parse(&draft.path) == Ok(given));
    let is_same = |given| RuleMethods::parse(&draft.methods) == Ok(given);
    if !is_same_path || !(methods.is_empty() || RuleMethods::parse(methods).is_ok_and(is_same)) {
        return Err(format!("the rule {rule} is for {draft}; give its path, and its methods or none"));
    }
    draft.grants.push(given_grant(matches).unwrap_or_default());
    Ok(draft)
}
