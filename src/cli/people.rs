//! People and sessions, also beside a running server.

use std::io::BufRead;

use clap::ArgMatches;
use serde_json::json;

use super::say;
use crate::accounts::AccountError;
use crate::app::{Core, Internals};
use crate::config::Config;
use crate::domain::ids::UserId;
use crate::domain::user::Role;
use crate::telemetry;

fn open(config: &Config) -> Result<Core, String> {
    telemetry::init(config.log);
    Core::open(config, &Internals::default()).map_err(|fault| fault.to_string())
}

fn explain(fault: AccountError) -> String {
    match fault {
        AccountError::Rules(faults) => {
            faults.into_iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect::<Vec<_>>().join("\n")
        }
        AccountError::NotFound => "there is no such user or session".to_owned(),
        AccountError::NotAllowed => "the last active admin stays".to_owned(),
        other => other.to_string(),
    }
}

/// `user add|list|disable`.
pub(super) fn user(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let core = open(config)?;
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    let text = |id: &str| matches.get_one::<String>(id).map_or("", String::as_str);
    match name {
        "add" => {
            let role = if matches.get_flag("admin") { Role::Admin } else { Role::User };
            let mut password = String::new();
            std::io::stdin().lock().read_line(&mut password).map_err(|fault| fault.to_string())?;
            let password = password.trim_end_matches(['\n', '\r']).to_owned();
            let user = core.block_on(core.accounts.add_user(text("email"), text("name"), password, role)).map_err(explain)?;
            say(&format!("added {} as {}", user.email, user.role.as_str()));
        }
        "disable" => {
            core.block_on(core.accounts.disable_user(text("email"))).map_err(explain)?;
            say("disabled; every session of this user has ended");
        }
        _ => {
            let users = core.block_on(core.accounts.list_users()).map_err(explain)?;
            if matches.get_flag("json") {
                let rows: Vec<_> = users
                    .iter()
                    .map(|user| json!({ "id": user.id.as_str(), "email": user.email.as_str(), "name": user.name.as_str(), "role": user.role.as_str(), "state": user.state.as_str() }))
                    .collect();
                say(&json!(rows).to_string());
            } else {
                for user in &users {
                    say(&format!("{}\t{}\t{}\t{}", user.email, user.role.as_str(), user.state.as_str(), user.name.as_str()));
                }
            }
        }
    }
    Ok(())
}

/// `session list|end`.
pub(super) fn session(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let core = open(config)?;
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    if name == "end" {
        let id = matches.get_one::<String>("id").map_or("", String::as_str);
        core.block_on(core.accounts.end_any_session(id)).map_err(explain)?;
        say("ended");
        return Ok(());
    }
    for session in core.block_on(core.accounts.list_sessions()).map_err(explain)? {
        let user = session.user.as_ref().map_or("(user name and password)", UserId::as_str);
        if matches.get_flag("json") {
            say(&json!({ "id": session.id.as_str(), "user": user, "created_at": session.created_at.secs(), "source": session.source })
                .to_string());
        } else {
            say(&format!("{}\t{user}\t{}\t{}", session.id, session.created_at, session.source));
        }
    }
    Ok(())
}
