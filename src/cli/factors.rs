//! `user factors` and `user reset-factors`: the operator's way back for somebody who lost a second factor.

use clap::ArgMatches;
use serde_json::json;

use super::people::{explain, open_existing, text};
use super::say;
use crate::accounts::Actor;
use crate::app::Core;
use crate::config::Config;
use crate::domain::language::Language;
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::texts;

type Outcome = Result<(String, serde_json::Value), String>;

/// `user factors|reset-factors`.
pub(super) fn run(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    let core = open_existing(config, false)?;
    let user = core.block_on(core.accounts.user_by_email(text(matches, "email"))).map_err(explain)?;
    let (text, data) = if name == "factors" { list(&core, &user)? } else { reset(&core, &user)? };
    say(&if matches.get_flag("json") { data.to_string() } else { text });
    Ok(())
}

/// What an account has besides its password.
fn list(core: &Core, user: &User) -> Outcome {
    let own = core.block_on(core.accounts.factors_of(&user.id)).map_err(explain)?;
    let mut lines: Vec<String> = own
        .factors
        .iter()
        .map(|factor| {
            let last_used = factor.last_used_at.map_or_else(|| "never".to_owned(), said);
            format!(
                "{}\t{}\tadded {}\tlast used {last_used}",
                factor.kind.as_str(),
                factor.name.as_str(),
                said(factor.created_at)
            )
        })
        .collect();
    lines.push(match own.factors.len() {
        0 => format!("{} has no second factor", user.email),
        _ => format!("recovery codes left: {}", own.recovery_codes),
    });
    let factors = own.factors.iter().map(|factor| {
        json!({
            "id": factor.id.as_str(),
            "kind": factor.kind.as_str(),
            "name": factor.name.as_str(),
            "created_at": factor.created_at.secs(),
            "last_used_at": factor.last_used_at.map(Timestamp::secs),
        })
    });
    let data = json!({
        "email": user.email.as_str(),
        "factors": factors.collect::<Vec<_>>(),
        "recovery_codes": own.recovery_codes,
    });
    Ok((lines.join("\n"), data))
}

/// Removes them all.
fn reset(core: &Core, user: &User) -> Outcome {
    let how_many = core.block_on(core.accounts.reset_factors(&user.id, &Actor::command_line())).map_err(explain)?;
    let said = match how_many {
        0 => "has no second factor; nothing was changed".to_owned(),
        _ => "second factors removed; every session of this user has ended".to_owned(),
    };
    Ok((
        format!("{}: {said}", user.email),
        json!({ "email": user.email.as_str(), "done": "reset-factors", "removed": how_many }),
    ))
}

fn said(at: Timestamp) -> String {
    texts::say(Language::English, &at.exact_words())
}
