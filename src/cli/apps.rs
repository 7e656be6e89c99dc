//! Apps, also beside a running server.

use std::fs::File;
use std::io::Read;

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::app_arguments::{fault, find, flag, json as json_flag, named};
use super::people::open_existing;
use super::rules::{describe_rule, say_rule};
use super::say;
use crate::accounts::Actor;
use crate::accounts::app_draft::AppDraft;
use crate::accounts::seen::Seen;
use crate::app::Core;
use crate::config::Config;
use crate::domain::app_address::AppAddress;
use crate::domain::app_table::CompiledApp;
use crate::domain::image::{Icon, MAX_ICON};
use crate::domain::language::Language;
use crate::texts;

/// Bytes of a file that are read.
const MAX_TEXT: u64 = 1024 * 1024;
/// The settings of an app, as flags: name, and what they mean.
const SETTINGS: [(&str, &str); 15] = [
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
    ("headers", "Names of headers that say who is there: remote, x-forwarded, x-auth-request, x-authentik, none"),
    ("header-map", "More of them, such as email=X-Mail,username=X-User; docs/HEADERS.md lists what they can say"),
    ("fixed-header-file", "A file, or - for standard input, with all its fixed headers; a name alone keeps its value"),
    ("token-headers", "More headers in which its clients send machine tokens, separated by commas"),
    ("name", "Its name"),
];
/// The switches of an app.
const SWITCHES: [(&str, &str); 4] = [
    ("preflight", "yes or no: whether CORS preflights reach it without a sign-in"),
    ("signed-identity", "yes or no: whether it is sent the identity in a signed JWT as well"),
    ("enabled", "yes or no: whether it is switched on"),
    ("shown", "yes or no: whether it is on the start page"),
];

/// `app add|list|show|set|remove`.
pub(super) fn command() -> Command {
    let settings = || SETTINGS.into_iter().chain(SWITCHES).map(flag);
    Command::new("app").about("Apps").subcommand_required(true).subcommands([
        Command::new("add").about("Add an app").arg(named()).args(settings().filter(|flag| flag.get_id() != "name")),
        Command::new("list").about("List apps").arg(json_flag()),
        Command::new("show").about("Show an app and its rules").arg(named()).arg(json_flag()),
        Command::new("set")
            .about("Change settings of an app; the others stay")
            .arg(named())
            .args(settings())
            .arg(flag(("icon", "An SVG or PNG file of at most 64 KiB; empty for none"))),
        Command::new("remove").about("Remove an app and its rules").arg(named()),
    ])
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
        ("headers", &mut draft.headers),
        ("header-map", &mut draft.header_map),
        ("token-headers", &mut draft.token_headers),
    ] {
        if let Some(given) = matches.get_one::<String>(id) {
            given.clone_into(field);
        }
    }
    if let Some(path) = matches.get_one::<String>("fixed-header-file") {
        draft.fixed_headers = read_text(path).map_err(|fault| format!("--fixed-header-file: {path}: {fault}"))?;
    }
    if matches.get_one::<String>("upstream").is_some() && matches.get_one::<String>("mode").is_none() {
        // The upstream says which it is.
        draft.mode.clear();
    }
    for (id, field) in [
        ("preflight", &mut draft.preflight),
        ("signed-identity", &mut draft.signed_identity),
        ("enabled", &mut draft.enabled),
        ("shown", &mut draft.shown),
    ] {
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
            let seen = Seen::of(&draft);
            change_draft(&mut draft, matches)?;
            if let Some(name) = matches.get_one::<String>("name") {
                name.clone_into(&mut draft.name);
            }
            let (id, has_icon) = (&found.app().id, matches.get_one::<String>("icon").is_some());
            if !has_icon && SETTINGS.iter().chain(&SWITCHES).all(|(name, _)| matches.get_one::<String>(name).is_none())
            {
                return Err("give what to change, such as --upstream; portcullis app set --help lists it".to_owned());
            }
            // Before anything is changed: a file that is none changes nothing.
            let icon = matches.get_one::<String>("icon").map(|path| read_icon(path)).transpose()?;
            if draft != AppDraft::of(found.app()) {
                core.block_on(core.accounts.change_app(id, draft, Some(seen), &actor)).map_err(fault)?;
            }
            if let Some(icon) = icon {
                core.block_on(core.accounts.set_icon(id, icon, &actor)).map_err(fault)?;
            }
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

/// The text of a file, or of standard input.
fn read_text(path: &str) -> std::io::Result<String> {
    let mut text = String::new();
    if path == "-" {
        std::io::stdin().lock().take(MAX_TEXT).read_to_string(&mut text)?;
    } else {
        File::open(path)?.take(MAX_TEXT).read_to_string(&mut text)?;
    }
    Ok(text)
}

/// The icon in a file; none for an empty path.
fn read_icon(path: &str) -> Result<Option<Icon>, String> {
    if path.is_empty() {
        return Ok(None);
    }
    let file = File::open(path).map_err(|fault| format!("--icon: {path}: {fault}"))?;
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_ICON).unwrap_or(u64::MAX) + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(|fault| format!("--icon: {path}: {fault}"))?;
    let icon =
        Icon::of(&bytes).map_err(|fault| format!("--icon: {path}: {}", texts::say(Language::English, &fault.text())));
    icon.map(Some)
}

/// What is unusual about an app.
fn say_advice(core: &Core, name: &str) -> Result<(), String> {
    for text in core.accounts.advice(find(core, name)?.app()) {
        say(&format!("note: {}", texts::say(Language::English, &text)));
    }
    Ok(())
}

/// The text of an argument that a command may not have.
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
        "signed_identity": draft.signed_identity,
        "enabled": draft.enabled,
        "shown": draft.shown,
        "ca_file": draft.ca_file,
        "host": draft.host,
        "timeout": draft.timeout,
        "max_upload": draft.max_upload,
        "websocket_origins": draft.websocket_origins.lines().collect::<Vec<_>>(),
        "session_hours": draft.session_hours,
        "headers": draft.headers,
        "header_map": draft.header_map.lines().collect::<Vec<_>>(),
        "fixed_headers": draft.fixed_headers.lines().collect::<Vec<_>>(),
        "token_headers": draft.token_headers.lines().collect::<Vec<_>>(),
        "rules": rules,
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
        ("headers", &draft.headers),
        ("more headers", &draft.header_map.replace('\n', ", ")),
        ("fixed headers", &draft.fixed_headers.replace('\n', ", ")),
        ("headers of tokens", &draft.token_headers.replace('\n', ", ")),
        ("preflights pass", yes(draft.preflight)),
        ("signed identity", yes(draft.signed_identity)),
        ("switched on", yes(draft.enabled)),
        ("on the start page", yes(draft.shown)),
    ] {
        if !value.is_empty() {
            say(&format!("{what}: {value}"));
        }
    }
    app.rules().iter().try_for_each(|rule| say_rule(core, rule))
}
