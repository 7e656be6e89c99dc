//! Apps and their rules, also beside a running server.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use super::people::{explain as explain_fault, open_existing};
use super::say;
use crate::accounts::app_draft::AppDraft;
use crate::accounts::rule_draft::{GrantDraft, RuleDraft};
use crate::accounts::{AccountError, Actor};
use crate::app::Core;
use crate::config::Config;
use crate::domain::app_address::AppAddress;
use crate::domain::app_table::CompiledApp;
use crate::domain::ids::RuleId;
use crate::domain::language::Language;
use crate::domain::rules::{Rule, RuleMethods, RulePath};
use crate::texts;

/// The settings of an app, as flags: name, and what they mean.
const SETTINGS: [(&str, &str); 11] = [
    ("addresses", "Its addresses, separated by commas; one part of a host name may be *"),
    ("mode", "proxy, or forward-auth for an app behind your own proxy"),
    ("upstream", "Where it listens: http://, https:// or unix:/path"),
    ("ca-file", "A PEM file with the certificates of its authority, for https"),
    ("host", "The Host it is sent: empty for its address, upstream, or a text"),
    ("timeout", "Seconds to wait for the head of an answer"),
    ("max-upload", "Maximum size of an upload, in MiB"),
    ("websocket-origins", "Other origins whose pages may open WebSockets"),
    ("default-access", "signed-in or nobody: who is let in where it has no rule"),
    ("session-hours", "Maximum length of a session there, in hours"),
    ("name", "Its name"),
];
/// The switches of an app.
const SWITCHES: [(&str, &str); 3] = [
    ("preflight", "yes or no: whether CORS preflights reach it without a sign-in"),
    ("enabled", "yes or no: whether it is switched on"),
    ("shown", "yes or no: whether it is on the start page"),
];

/// `app` and `rule`.
pub(super) fn commands() -> [Command; 2] {
    let json = || Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON");
    let flag = |(name, about): (&'static str, &'static str)| Arg::new(name).long(name).value_name("VALUE").help(about);
    let named = || Arg::new("app").required(true).value_name("APP").help("The app's name");
    let settings = || SETTINGS.into_iter().chain(SWITCHES).map(flag);
    let app = Command::new("app").about("Apps").subcommand_required(true).subcommands([
        Command::new("add").about("Add an app").arg(named()).args(settings().filter(|flag| flag.get_id() != "name")),
        Command::new("list").about("List apps").arg(json()),
        Command::new("show").about("Show an app and its rules").arg(named()).arg(json()),
        Command::new("set").about("Change settings of an app; the others stay").arg(named()).args(settings()),
        Command::new("remove").about("Remove an app and its rules").arg(named()),
    ]);
    let grant = [
        ("methods", "The methods, separated by commas; all if left out"),
        ("who", "public, signed-in, members or nobody"),
        ("groups", "Groups that are let in, separated by commas"),
        ("people", "Addresses of people who are let in, separated by commas"),
        ("networks", "Networks that the client must be in, separated by commas"),
        ("within", "Minutes since the last proof of identity"),
        ("until", "Until when: a date, or a moment such as 2027-01-31T18:00:00Z"),
    ];
    let factor = Arg::new("factor").long("factor").action(ArgAction::SetTrue).help("Only with a second factor");
    let rule = Command::new("rule").about("Rules of apps").subcommand_required(true).subcommands([
        Command::new("add")
            .about("Add a rule, or with --to somebody else whom a rule lets in")
            .arg(named())
            .arg(Arg::new("path").required(true).value_name("PATH").help("The prefix of the paths it applies to"))
            .args(grant.map(flag))
            .arg(
                flag(("to", "The identifier of the rule with this path that lets in these people, too"))
                    .allow_hyphen_values(true),
            )
            .arg(factor),
        Command::new("list").about("List the rules of an app").arg(named()).arg(json()),
        Command::new("remove")
            .about("Remove a rule")
            .arg(named())
            .arg(Arg::new("rule").required(true).value_name("RULE").allow_hyphen_values(true).help("Its identifier")),
    ]);
    [app, rule]
}

fn text<'a>(matches: &'a ArgMatches, id: &str) -> &'a str {
    matches.get_one::<String>(id).map_or("", String::as_str)
}

fn find(core: &Core, name: &str) -> Result<std::sync::Arc<CompiledApp>, String> {
    let loaded = core.block_on(core.accounts.apps()).map_err(|fault| fault.to_string())?;
    let found = loaded.table.apps().iter().find(|app| app.app().name.to_lowercase() == name.to_lowercase()).cloned();
    found.ok_or_else(|| format!("there is no app {name}"))
}

pub(super) fn fault(fault: AccountError) -> String {
    match fault {
        AccountError::NotFound => "there is no such app or rule".to_owned(),
        AccountError::NotAllowed => "the app of UPSTREAM_URL is set in the configuration".to_owned(),
        other => explain_fault(other),
    }
}

/// Applies the flags that were given.
fn change_draft(draft: &mut AppDraft, matches: &ArgMatches) -> Result<(), String> {
    for (id, field) in [
        ("addresses", &mut draft.addresses),
        ("mode", &mut draft.mode),
        ("upstream", &mut draft.upstream),
        ("ca-file", &mut draft.ca_file),
        ("host", &mut draft.host),
        ("timeout", &mut draft.timeout),
        ("max-upload", &mut draft.max_upload),
        ("websocket-origins", &mut draft.websocket_origins),
        ("default-access", &mut draft.default_access),
        ("session-hours", &mut draft.session_hours),
    ] {
        if let Some(given) = matches.get_one::<String>(id) {
            given.clone_into(field);
        }
    }
    if matches.get_one::<String>("upstream").is_some() && matches.get_one::<String>("mode").is_none() {
        // The upstream says which it is.
        draft.mode.clear();
    }
    for (id, field) in
        [("preflight", &mut draft.preflight), ("enabled", &mut draft.enabled), ("shown", &mut draft.shown)]
    {
        match matches.get_one::<String>(id).map(String::as_str) {
            None => {}
            Some("yes") => *field = true,
            Some("no") => *field = false,
            Some(_) => return Err(format!("--{id}: give yes or no")),
        }
    }
    Ok(())
}

/// `app add|list|show|set|remove`.
pub(super) fn app(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    let core = open_existing(config, false)?;
    let (actor, given) = (Actor::command_line(), text_or_empty(matches, "app"));
    match name {
        "list" => list(&core, matches),
        "show" => show(&core, given, matches),
        "add" => {
            let mut draft = AppDraft { name: given.to_owned(), enabled: true, shown: true, ..AppDraft::default() };
            change_draft(&mut draft, matches)?;
            let id = core.block_on(core.accounts.create_app(draft, &actor)).map_err(fault)?;
            say(&format!("added {given} ({id})"));
            say_advice(&core, given)
        }
        "set" => {
            let found = find(&core, given)?;
            let mut draft = AppDraft::of(found.app());
            change_draft(&mut draft, matches)?;
            if let Some(name) = matches.get_one::<String>("name") {
                name.clone_into(&mut draft.name);
            }
            core.block_on(core.accounts.change_app(&found.app().id, draft, &actor)).map_err(fault)?;
            say(&format!("changed {given}"));
            say_advice(&core, matches.get_one::<String>("name").map_or(given, String::as_str))
        }
        "remove" => {
            let found = find(&core, given)?;
            core.block_on(core.accounts.delete_app(&found.app().id, &actor)).map_err(fault)?;
            say(&format!("removed {given}"));
            Ok(())
        }
        other => Err(format!("unknown command {other}")),
    }
}

/// What is unusual about an app.
fn say_advice(core: &Core, name: &str) -> Result<(), String> {
    for text in find(core, name)?.app().advice(core.accounts.app_url().canonical()) {
        say(&format!("note: {}", texts::say(Language::English, &text)));
    }
    Ok(())
}

/// [`text`] of an argument that a command may not have.
fn text_or_empty<'a>(matches: &'a ArgMatches, id: &str) -> &'a str {
    matches.try_get_one::<String>(id).ok().flatten().map_or("", String::as_str)
}

fn describe(core: &Core, app: &CompiledApp) -> Result<Value, String> {
    let draft = AppDraft::of(app.app());
    let rules: Vec<Value> = app.rules().iter().map(|rule| describe_rule(core, rule)).collect::<Result<_, _>>()?;
    Ok(json!({
        "id": app.app().id.as_str(),
        "name": draft.name,
        "addresses": app.app().addresses.iter().map(AppAddress::as_str).collect::<Vec<_>>(),
        "mode": draft.mode,
        "upstream": draft.upstream,
        "default_access": draft.default_access,
        "preflight": draft.preflight,
        "enabled": draft.enabled,
        "shown": draft.shown,
        "ca_file": draft.ca_file,
        "host": draft.host,
        "timeout": draft.timeout,
        "max_upload": draft.max_upload,
        "websocket_origins": draft.websocket_origins.lines().collect::<Vec<_>>(),
        "session_hours": draft.session_hours,
        "rules": rules,
    }))
}

fn describe_rule(core: &Core, rule: &Rule) -> Result<Value, String> {
    let draft = core.block_on(core.accounts.draft_of_rule(rule)).map_err(fault)?;
    Ok(json!({
        "id": rule.id.as_ref().map(RuleId::as_str),
        "path": rule.path.as_str(),
        "methods": rule.methods.to_string(),
        "grants": draft.grants.iter().map(ToString::to_string).collect::<Vec<_>>(),
    }))
}

fn list(core: &Core, matches: &ArgMatches) -> Result<(), String> {
    let loaded = core.block_on(core.accounts.apps()).map_err(|fault| fault.to_string())?;
    let apps = loaded.table.apps();
    if matches.get_flag("json") {
        say(&Value::from(apps.iter().map(|app| describe(core, app)).collect::<Result<Vec<_>, _>>()?).to_string());
        return Ok(());
    }
    for app in apps {
        let draft = AppDraft::of(app.app());
        let upstream = if draft.upstream.is_empty() { "forward-auth" } else { &draft.upstream };
        let off = if draft.enabled { "" } else { "  switched off" };
        say(&format!("{}  {}  {upstream}{off}", draft.name, draft.addresses.replace('\n', ",")));
    }
    Ok(())
}

fn show(core: &Core, name: &str, matches: &ArgMatches) -> Result<(), String> {
    let app = find(core, name)?;
    if matches.get_flag("json") {
        say(&describe(core, &app)?.to_string());
        return Ok(());
    }
    let draft = AppDraft::of(app.app());
    let yes = |on: bool| if on { "yes" } else { "no" };
    for (what, value) in [
        ("name", draft.name.as_str()),
        ("addresses", &draft.addresses.replace('\n', ", ")),
        ("mode", &draft.mode),
        ("upstream", &draft.upstream),
        ("CA file", &draft.ca_file),
        ("host", &draft.host),
        ("timeout", &draft.timeout),
        ("maximum upload", &draft.max_upload),
        ("WebSocket origins", &draft.websocket_origins.replace('\n', ", ")),
        ("default access", &draft.default_access),
        ("session hours", &draft.session_hours),
        ("preflights pass", yes(draft.preflight)),
        ("switched on", yes(draft.enabled)),
        ("on the start page", yes(draft.shown)),
    ] {
        if !value.is_empty() {
            say(&format!("{what}: {value}"));
        }
    }
    app.rules().iter().try_for_each(|rule| say_rule(core, rule))
}

fn say_rule(core: &Core, rule: &Rule) -> Result<(), String> {
    let draft = core.block_on(core.accounts.draft_of_rule(rule)).map_err(fault)?;
    say(&format!("rule {}: {draft}", rule.id.as_ref().map_or("", RuleId::as_str)));
    Ok(())
}

/// `rule add|list|remove`.
pub(super) fn rule(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    let core = open_existing(config, false)?;
    let (actor, app) = (Actor::command_line(), find(&core, text(matches, "app"))?);
    let id = &app.app().id;
    match name {
        "list" if matches.get_flag("json") => {
            let rules = app.rules().iter().map(|rule| describe_rule(&core, rule)).collect::<Result<Vec<_>, _>>()?;
            say(&Value::from(rules).to_string());
        }
        "list" => return app.rules().iter().try_for_each(|rule| say_rule(&core, rule)),
        "remove" => {
            let rule = RuleId::parse(text(matches, "rule")).ok_or("there is no such rule")?;
            core.block_on(core.accounts.delete_rule(id, &rule, &actor)).map_err(fault)?;
            say("removed the rule");
        }
        "add" => {
            let field = |id: &str| text(matches, id).to_owned();
            let grant = GrantDraft {
                who: field("who"),
                groups: field("groups"),
                people: field("people"),
                networks: field("networks"),
                factor: matches.get_flag("factor"),
                within: field("within"),
                until: field("until"),
            };
            if let Some(to) = matches.get_one::<String>("to") {
                let known = app.rules().iter().find(|rule| rule.id.as_ref().is_some_and(|id| id.as_str() == to));
                let (Some(rule), Some(to)) = (known, RuleId::parse(to)) else {
                    return Err(fault(AccountError::NotFound));
                };
                let mut draft = core.block_on(core.accounts.draft_of_rule(rule)).map_err(fault)?;
                let methods = RuleMethods::parse(&field("methods"));
                if RulePath::parse(&field("path")).as_ref() != Ok(&rule.path)
                    || !(field("methods").is_empty() || methods.as_ref() == Ok(&rule.methods))
                {
                    return Err(format!("the rule {to} is for {draft}; give its path, and its methods or none"));
                }
                draft.grants.push(grant);
                core.block_on(core.accounts.change_rule(id, &to, draft, &actor)).map_err(fault)?;
                say(&format!("changed the rule {to}"));
                return Ok(());
            }
            let draft = RuleDraft { path: field("path"), methods: field("methods"), grants: vec![grant] };
            let rule = core.block_on(core.accounts.create_rule(id, draft, &actor)).map_err(fault)?;
            say(&format!("added the rule {rule}"));
        }
        other => return Err(format!("unknown command {other}")),
    }
    Ok(())
}
