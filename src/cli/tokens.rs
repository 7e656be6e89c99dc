//! Machine tokens, also beside a running server.

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::app_arguments::{find, flag, json as json_flag};
use super::people::{explain, list_or_say, open_existing, text};
use super::{LIST_LIMIT, say};
use crate::accounts::link_draft::LinkDraft;
use crate::accounts::token_draft::TokenDraft;
use crate::accounts::{AccountError, Actor};
use crate::app::Core;
use crate::config::Config;
use crate::domain::ids::TokenId;
use crate::domain::machine_token::MachineToken;
use crate::domain::time::Timestamp;

/// What a token may be used for, as flags: name, and what they mean.
const SCOPE: [(&str, &str); 4] = [
    ("path", "The path below which it is good; the whole app if left out"),
    ("methods", "The methods, separated by commas; all if left out"),
    ("networks", "Networks that the client must be in, separated by commas"),
    ("expires", "Until when: a date, or a moment such as 2027-01-31T18:00:00Z; 90 days if left out"),
];

/// `token create|list|revoke`.
pub(super) fn command() -> Command {
    let owner = || Arg::new("email").required(true).help("The address of its owner, whose rights it has at most");
    let id = Arg::new("token").required(true).value_name("TOKEN").allow_hyphen_values(true).help("Its identifier");
    Command::new("token").about("Machine tokens, for scripts and devices").subcommand_required(true).subcommands([
        Command::new("create")
            .about("Make a token and print it, this once; nothing else is on standard output")
            .arg(owner())
            .arg(Arg::new("name").required(true).help("Its name, such as the device that will use it"))
            .arg(flag(("app", "The app it is for; default is the one of UPSTREAM_URL")).required(true))
            .args(SCOPE.map(flag))
            .arg(json_flag()),
        Command::new("list")
            .about("List tokens and signed links; never the secrets themselves")
            .arg(owner().required(false).help("Only those of this account"))
            .arg(json_flag()),
        Command::new("revoke").about("Revoke a token or a signed link; the next request with it is refused").arg(id),
    ])
}

/// Runs `token`.
pub(super) fn token(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    let core = open_existing(config, false)?;
    match name {
        "create" => create(&core, matches),
        "list" => list(&core, matches),
        _ => revoke(&core, text(matches, "token")),
    }
}

fn create(core: &Core, matches: &ArgMatches) -> Result<(), String> {
    let owner = core.block_on(core.accounts.user_by_email(text(matches, "email"))).map_err(explain)?;
    let field = |name: &str| text(matches, name).to_owned();
    let draft = TokenDraft {
        name: field("name"),
        app: field("app"),
        path: field("path"),
        methods: field("methods"),
        networks: field("networks"),
        expires: field("expires"),
    };
    let actor = Actor::command_line();
    let made = core.accounts.create_token(&owner.id, draft, None, &actor);
    let (token, plain) = core.block_on(made).map_err(explain)?;
    if matches.get_flag("json") {
        let mut described = describe(core, &token, owner.email.as_str())?;
        if let Some(fields) = described.as_object_mut() {
            fields.insert("token".to_owned(), plain.expose().into());
        }
        say(&described.to_string());
    } else {
        say(plain.expose());
    }
    Ok(())
}

/// `link create`.
pub(super) fn link_command() -> Command {
    Command::new("link").about("Signed links, for one request each").subcommand_required(true).subcommand(
        Command::new("create")
            .about("Make a signed link and print it; portcullis token lists and revokes it")
            .arg(Arg::new("email").required(true).help("The address of its owner, whose rights it has at most"))
            .arg(flag(("app", "The app it is for; default is the one of UPSTREAM_URL")).required(true))
            .arg(flag(("path", "The path, as it is sent; nothing below it")).required(true))
            .arg(flag(("method", "The method; GET if left out")))
            .arg(flag((
                "expires",
                "Until when: a date, or a moment such as 2027-01-31T18:00:00Z; 90 days if left out",
            ))),
    )
}

/// Runs `link`.
pub(super) fn link(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (_, matches) = matches.subcommand().ok_or("no command")?;
    let core = open_existing(config, true)?;
    let owner = core.block_on(core.accounts.user_by_email(text(matches, "email"))).map_err(explain)?;
    let app = find(&core, text(matches, "app"))?;
    let field = |name: &str| text(matches, name).to_owned();
    let draft = LinkDraft { path: field("path"), method: field("method"), expires: field("expires") };
    let actor = Actor::command_line();
    let made = core.accounts.create_link(&owner.id, &app.app().id, draft, &actor);
    let (token, query) = core.block_on(made).map_err(explain)?;
    say(&core.accounts.link_address(app.app(), &token, &query));
    Ok(())
}

fn app_name(core: &Core, token: &MachineToken) -> Result<String, String> {
    let loaded = core.block_on(core.accounts.apps()).map_err(explain)?;
    Ok(loaded.table.app(&token.scope.app).map_or_else(String::new, |app| app.app().name.clone()))
}

fn describe(core: &Core, token: &MachineToken, owner: &str) -> Result<Value, String> {
    Ok(json!({
        "id": token.id.as_str(),
        "kind": token.kind.as_str(),
        "name": token.name,
        "owner": owner,
        "app": app_name(core, token)?,
        "path": token.scope.path.as_str(),
        "methods": token.scope.methods.to_string(),
        "networks": token.scope.networks.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "created_at": token.created_at.secs(),
        "expires_at": token.expires_at.secs(),
        "last_used_at": token.last_used_at.map(Timestamp::secs),
    }))
}

fn list(core: &Core, matches: &ArgMatches) -> Result<(), String> {
    let owner = match text(matches, "email") {
        "" => None,
        email => Some(core.block_on(core.accounts.user_by_email(email)).map_err(explain)?.id),
    };
    let tokens = core.block_on(core.accounts.list_tokens(owner, None, LIST_LIMIT)).map_err(explain)?;
    if matches.get_flag("json") {
        let all = tokens.iter().map(|(token, owner)| describe(core, token, owner)).collect::<Result<Vec<_>, _>>()?;
        say(&Value::from(all).to_string());
        return Ok(());
    }
    let mut rows = Vec::new();
    for (token, owner) in &tokens {
        let (app, path) = (app_name(core, token)?, token.scope.path.as_str());
        let used = token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at}"));
        let methods =
            if token.scope.methods.names_some() { token.scope.methods.to_string() } else { "all methods".into() };
        let networks: Vec<String> = token.scope.networks.iter().map(ToString::to_string).collect();
        let from = if networks.is_empty() { "anywhere".to_owned() } else { networks.join(", ") };
        let (id, name, end) = (&token.id, &token.name, token.expires_at);
        rows.push(format!("{id}\t{owner}\t{name}\t{app} {path}\t{methods}\tfrom {from}\tuntil {end}\t{used}"));
    }
    list_or_say(rows.into_iter(), "there are no tokens");
    Ok(())
}

fn revoke(core: &Core, id: &str) -> Result<(), String> {
    let unknown = || format!("there is no token {id}; `portcullis token list` shows their identifiers");
    let parsed = TokenId::parse(id).ok_or_else(unknown)?;
    let actor = Actor::command_line();
    let revoked = core.block_on(core.accounts.revoke_token(&parsed, None, &actor));
    let token = revoked.map_err(|fault| match fault {
        AccountError::NotFound => unknown(),
        other => explain(other),
    })?;
    say(&format!("revoked {}; the next request with it is refused", token.name));
    Ok(())
}
