//! People and sessions, also beside a running server.

use std::io::{BufRead, IsTerminal};

use clap::ArgMatches;
use serde_json::json;

use super::{LIST_LIMIT, say};
use crate::accounts::administer::{NewAccount, UserChange};
use crate::accounts::{AccountError, Actor, typed_faults};
use crate::app::{Core, Internals};
use crate::config::{Config, DatabaseUrl, data_dir};
use crate::domain::groups::GroupName;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::language::Language;
use crate::domain::link::Purpose;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{Role, User, UserState, Username};
use crate::domain::user_list::{UserFilter, UserOrder};
use crate::{telemetry, texts};

/// The settings that a command takes over from the server where it is not given them.
const ADOPTED: [&str; 11] = [
    "APP_URL",
    "PORT",
    "TLS_CERT_FILE",
    "TLS_KEY_FILE",
    "ACME_EMAIL",
    "ACME_DIRECTORY_URL",
    "HTTPS_PORT",
    "HTTP_PORT",
    "UPSTREAM_URL",
    "FORWARD_AUTH",
    "TRUSTED_PROXIES",
];

fn open(config: &Config) -> Result<Core, String> {
    telemetry::init_for_command(config.log);
    if let Some(owner) = data_dir::owner_other_than_root(&config.data_dir) {
        tracing::warn!(
            owner,
            "DATA_DIR belongs to another user, who cannot open files that root creates in it; run this as that user"
        );
    }
    Core::open(config, &Internals::default()).map_err(|fault| fault.to_string())
}

/// For commands about the data of a server: in a folder without one they would only create an empty instance. What the
/// command is not given of [`ADOPTED`] is the server's; with a different `APP_URL` a link that `prints_link` prints
/// would lead elsewhere.
pub(super) fn open_existing(config: &Config, prints_link: bool) -> Result<Core, String> {
    open_as_served(config, prints_link).map(|(core, _)| core)
}

/// As [`open_existing`], with the configuration that has what was taken over from the server.
pub(super) fn open_as_served(config: &Config, prints_link: bool) -> Result<(Core, Config), String> {
    if let DatabaseUrl::Sqlite(path) = &config.database
        && !path.exists()
    {
        let place = std::path::absolute(path).unwrap_or_else(|_fault| path.clone());
        return Err(format!(
            "there is no database at {}; run this in the folder of the server, or give --DATA_DIR",
            place.display()
        ));
    }
    let core = open(config)?;
    if let Some(kept_in) = differing(&core, config, "SESSION_STORE")? {
        return Err(format!(
            "the server keeps sessions with SESSION_STORE={kept_in}; give this command the server's settings"
        ));
    }
    let mut served = Vec::new();
    for name in ADOPTED {
        served.extend(differing(&core, config, name)?.filter(|_| !config.gives(name)).map(|value| (name, value)));
    }
    let (core, adopted) = if served.is_empty() {
        (core, config.clone())
    } else {
        drop(core);
        let adopted = config.with_served(served).map_err(|fault| {
            format!("{fault}\nThis does not go with the server's settings; give this command the same ones")
        })?;
        (Core::open(&adopted, &Internals::default()).map_err(|fault| fault.to_string())?, adopted)
    };
    let Some(served) = differing(&core, &adopted, "APP_URL")? else { return Ok((core, adopted)) };
    let own = &config.server.app_url;
    if prints_link {
        return Err(format!(
            "the server was last started with APP_URL={served}, and a link to {own} would lead elsewhere; leave \
                APP_URL out, or restart the server with it first"
        ));
    }
    tracing::warn!(server = served, own = %own, "the server was last started with another APP_URL");
    Ok((core, adopted))
}

/// A setting of the server, if it differs from this command's.
fn differing(core: &Core, config: &Config, name: &'static str) -> Result<Option<String>, String> {
    let served = core.block_on(core.accounts.noted(name)).map_err(|fault| fault.to_string())?;
    Ok(served.filter(|served| config.shown().get(name) != Some(served)))
}

pub(super) fn explain(fault: AccountError) -> String {
    match fault {
        AccountError::Rules(faults) => faults
            .into_iter()
            .map(|fault| format!("{}: {}", argument_of(&fault.field), typed_faults::sentence(&fault)))
            .collect::<Vec<_>>()
            .join("\n"),
        AccountError::NotFound => "there is no such user or session".to_owned(),
        AccountError::NotAllowed => "the state of this account does not allow that".to_owned(),
        other => other.to_string(),
    }
}

/// What a field is called on the command line.
fn argument_of(field: &str) -> String {
    match field {
        "owner" => "email".to_owned(),
        other => other.replace('_', "-"),
    }
}

/// Reads a secret: hidden from the terminal, else one line of standard input.
pub(super) fn read_secret(what: &str) -> Result<String, String> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("{what}: ")).map_err(|fault| fault.to_string());
    }
    let mut secret = String::new();
    std::io::stdin().lock().read_line(&mut secret).map_err(|fault| fault.to_string())?;
    Ok(secret.trim_end_matches(['\n', '\r']).to_owned())
}

fn describe(user: &User, groups: &[GroupName]) -> serde_json::Value {
    json!({
        "id": user.id.as_str(),
        "email": user.email.as_str(),
        "username": user.username.as_ref().map(Username::as_str),
        "name": user.name.as_str(),
        "role": user.role.as_str(),
        "groups": groups.iter().map(GroupName::as_str).collect::<Vec<_>>(),
        "state": user.state.as_str(),
        "created_at": user.created_at.secs(),
        "last_sign_in_at": user.last_sign_in_at.map(Timestamp::secs),
    })
}

/// `user add|list|disable|enable|delete|role|username|invite|reset-link`.
pub(super) fn user(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    let prints_link = name == "reset-link" || (name == "invite" && !matches.get_flag("mail"));
    let core = open_existing(config, prints_link)?;
    if matches!(name, "add" | "invite")
        && let Some(link) = core.block_on(core.accounts.setup_link()).map_err(explain)?
    {
        return Err(format!(
            "nobody can sign in before this instance has its first admin. Open this link to become the first admin, \
                then add others:\n\n    {link}\n"
        ));
    }
    let outcome = match name {
        "add" => add(&core, matches)?,
        "invite" => invite(&core, matches)?,
        "reset-link" => reset_link(&core, matches)?,
        "username" => set_username(&core, matches)?,
        "list" => return list(&core, matches),
        _ => change(&core, name, matches)?,
    };
    let (text, data) = outcome;
    say(&if matches.get_flag("json") { data.to_string() } else { text });
    Ok(())
}

type Outcome = Result<(String, serde_json::Value), String>;

pub(super) fn text<'a>(matches: &'a ArgMatches, id: &str) -> &'a str {
    matches.get_one::<String>(id).map_or("", String::as_str)
}

/// The groups of `--group`, which may be given several times.
fn groups(matches: &ArgMatches) -> String {
    matches.get_many::<String>("group").into_iter().flatten().cloned().collect::<Vec<_>>().join(",")
}

fn account<'a>(matches: &'a ArgMatches, groups: &'a str) -> NewAccount<'a> {
    let role = if matches.get_flag("admin") { Role::Admin } else { Role::User };
    NewAccount { email: text(matches, "email"), name: text(matches, "name"), role, groups }
}

/// Warns on standard error if another account had this address before.
fn warn_of_previous_owner(core: &Core, user: &User) -> Result<(), String> {
    let before = core.block_on(core.accounts.last_use_of_address(user)).map_err(explain)?;
    if let Some(at) = before {
        super::tell(&texts::say(Language::English, &Text::new("user-address-before").with("moment", at.exact_words())));
    }
    Ok(())
}

fn add(core: &Core, matches: &ArgMatches) -> Outcome {
    let (password, actor) = (read_secret("Password")?, Actor::command_line());
    let groups = groups(matches);
    let work = core.accounts.add_user(account(matches, &groups), password, &actor);
    let user = core.block_on(work).map_err(explain)?;
    warn_of_previous_owner(core, &user)?;
    let groups = core.block_on(core.accounts.groups_of(&user.id)).map_err(explain)?;
    Ok((format!("added {} as {}", user.email, user.role.as_str()), describe(&user, &groups)))
}

fn invite(core: &Core, matches: &ArgMatches) -> Outcome {
    let actor = Actor::command_line();
    let (email, by_mail, groups) = (text(matches, "email"), matches.get_flag("mail"), groups(matches));
    let known = core.block_on(core.accounts.user_by_email(email)).ok().filter(|user| user.state == UserState::Invited);
    if let Some(user) = known.as_ref().filter(|_| !groups.is_empty()) {
        core.block_on(core.accounts.join_groups(vec![user.id.clone()], &groups, &actor)).map_err(explain)?;
    }
    let invited = match known {
        Some(user) if by_mail => core.block_on(core.accounts.send_invitation(&user.id, &actor)).map(|()| (user, None)),
        Some(user) => core.block_on(core.accounts.make_link(&user.id, &actor)).map(|(user, link)| (user, Some(link))),
        None => core.block_on(core.accounts.invite_user(account(matches, &groups), by_mail, &actor)),
    };
    let invited = invited.map_err(explain)?;
    warn_of_previous_owner(core, &invited.0)?;
    let groups = core.block_on(core.accounts.groups_of(&invited.0.id)).map_err(explain)?;
    Ok(match invited {
        (user, None) => {
            (format!("invited {}; the running server sends the mail", user.email), describe(&user, &groups))
        }
        (user, Some(link)) => (
            format!(
                "invited {} as {}; give them this link, which is valid for seven days:\n\n    {link}\n",
                user.email,
                user.role.as_str()
            ),
            with_link(&user, &link),
        ),
    })
}

fn reset_link(core: &Core, matches: &ArgMatches) -> Outcome {
    let user = core.block_on(core.accounts.user_by_email(text(matches, "email"))).map_err(explain)?;
    let (user, link) =
        core.block_on(core.accounts.make_link(&user.id, &Actor::command_line())).map_err(|fault| match fault {
            AccountError::NotAllowed => "this account is disabled; enable it first".to_owned(),
            other => explain(other),
        })?;
    let minutes = core.accounts.link_secs(Purpose::Reset) / 60;
    let validity =
        if user.state == UserState::Invited { "seven days".to_owned() } else { format!("{minutes} minutes") };
    Ok((
        format!("a new password for {} can be chosen here, for {validity}:\n\n    {link}\n", user.email),
        with_link(&user, &link),
    ))
}

fn set_username(core: &Core, matches: &ArgMatches) -> Outcome {
    let (user, typed) = (
        core.block_on(core.accounts.user_by_email(text(matches, "email"))).map_err(explain)?,
        text(matches, "username"),
    );
    let changed =
        core.block_on(core.accounts.set_username(&user.id, typed, &Actor::command_line())).map_err(explain)?;
    let said = match (changed, typed.trim()) {
        (false, _) => "nothing was changed".to_owned(),
        (true, "") => "no longer has a user name".to_owned(),
        (true, username) => format!("now has the user name {username}"),
    };
    Ok((
        format!("{}: {said}", user.email),
        json!({ "email": user.email.as_str(), "done": "username", "changed": changed }),
    ))
}

fn with_link(user: &User, link: &str) -> serde_json::Value {
    json!({ "email": user.email.as_str(), "link": link })
}

fn change(core: &Core, name: &str, matches: &ArgMatches) -> Outcome {
    let (change, done) = match name {
        "disable" => (UserChange::Disable, "disabled; every session of this user has ended".to_owned()),
        "enable" => (UserChange::Enable, "enabled".to_owned()),
        "delete" => (UserChange::Delete, "deleted, with sessions, links and mails".to_owned()),
        _ => {
            let role = Role::parse(text(matches, "role")).ok_or("the role must be admin or user")?;
            (UserChange::SetRole(role), format!("is {} now; every session of this user has ended", role.as_str()))
        }
    };
    let user = core.block_on(core.accounts.user_by_email(text(matches, "email"))).map_err(explain)?;
    let changed =
        core.block_on(core.accounts.change_user(&user.id, change, &Actor::command_line())).map_err(explain)?;
    let said = if changed { done } else { "nothing was changed".to_owned() };
    Ok((format!("{}: {said}", user.email), json!({ "email": user.email.as_str(), "done": name, "changed": changed })))
}

fn list(core: &Core, matches: &ArgMatches) -> Result<(), String> {
    let group = match matches.get_one::<String>("group") {
        None => None,
        Some(name) => {
            let known = core.block_on(core.accounts.list_groups()).map_err(explain)?;
            let group = known.into_iter().find(|group| group.name.as_str() == name);
            Some(group.ok_or_else(|| format!("there is no group {name}"))?.name)
        }
    };
    let filter = UserFilter { query: text(matches, "query").to_owned(), group, ..UserFilter::default() };
    let (users, _) =
        core.block_on(core.accounts.list_users(filter, UserOrder::default(), None, LIST_LIMIT)).map_err(explain)?;
    if matches.get_flag("json") {
        let mut groups = core.block_on(core.accounts.groups_of_everybody()).map_err(explain)?;
        let described = users.iter().map(|user| describe(user, &groups.remove(user.id.as_str()).unwrap_or_default()));
        say(&json!(described.collect::<Vec<_>>()).to_string());
        return Ok(());
    }
    let rows = users
        .iter()
        .map(|user| format!("{}\t{}\t{}\t{}", user.email, user.role.as_str(), user.state.as_str(), user.name.as_str()));
    list_or_say(rows, "no account matches");
    Ok(())
}

/// Prints rows to standard output; an empty list is reported on standard error only.
pub(super) fn list_or_say(mut rows: impl Iterator<Item = String>, none: &str) {
    let Some(first) = rows.next() else {
        super::tell(none);
        return;
    };
    say(&first);
    rows.for_each(|row| say(&row));
}

/// `session list|end`.
pub(super) fn session(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let core = open_existing(config, false)?;
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    if name == "end" {
        let id = SessionId::parse(text(matches, "id")).ok_or("there is no such session")?;
        core.block_on(core.accounts.end_any_session(&id, &Actor::command_line())).map_err(explain)?;
        say("ended");
        return Ok(());
    }
    let found = core.block_on(core.accounts.list_sessions(None, LIST_LIMIT)).map_err(explain)?;
    let named = found
        .into_iter()
        .map(|(session, email)| (session, email.unwrap_or_else(|| "(user name and password)".to_owned())));
    if matches.get_flag("json") {
        let rows = named.map(|(session, email)| {
            json!({
                "id": session.id.as_str(),
                "user": session.user.as_ref().map(UserId::as_str),
                "email": email,
                "created_at": session.created_at.secs(),
                "last_seen_at": session.last_seen_at.secs(),
                "source": session.source,
            })
        });
        say(&serde_json::Value::Array(rows.collect()).to_string());
        return Ok(());
    }
    let rows =
        named.map(|(session, email)| format!("{}\t{email}\t{}\t{}", session.id, session.created_at, session.source));
    list_or_say(rows, "nobody is signed in");
    Ok(())
}

/// `send-test-mail`.
pub(super) fn send_test_mail(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let core = open(config)?;
    if let Some(served) =
        differing(&core, config, "SMTP_HOST")?.filter(|served| !served.is_empty() && !config.gives("SMTP_HOST"))
    {
        return Err(format!(
            "the server sends with SMTP_HOST={served}, but this command has no mail server configured; give it the \
                server's settings"
        ));
    }
    let (to, way) = (text(matches, "email"), texts::say(Language::English, &core.accounts.mail_destination()));
    core.block_on(core.accounts.send_test_mail(to))
        .map_err(|fault| format!("the mail could not be sent to {way}: {fault}"))?;
    say(&if matches.get_flag("json") {
        json!({ "sent": true, "to": to, "by": way }).to_string()
    } else {
        format!("sent to {way}")
    });
    Ok(())
}
