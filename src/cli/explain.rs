//! `explain`: whether somebody is let in, and by which rule.

use std::net::{IpAddr, Ipv4Addr};

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use super::app_arguments::fault;
use super::people::{open_existing, text};
use super::{printable, say};
use crate::accounts::explain::Question;
use crate::config::Config;
use crate::domain::access::Denial;
use crate::domain::decide::Decision;
use crate::domain::ids::RuleId;
use crate::domain::time::Timestamp;

pub(super) fn command() -> Command {
    let flag = |name: &'static str, about: &'static str| Arg::new(name).long(name).value_name("VALUE").help(about);
    let switch =
        |name: &'static str, about: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(about);
    Command::new("explain")
        .about("Say whether somebody is let in, and by which rule; the exit code is 0 if so, 3 if not")
        .arg(Arg::new("email").required(true).value_name("ADDRESS").help("The account, or - for nobody"))
        .arg(Arg::new("method").required(true).value_name("METHOD").help("The method"))
        .arg(Arg::new("url").required(true).value_name("URL").help("The address in the app"))
        .arg(flag("from", "The client's address"))
        .arg(switch("factor", "As if a second factor had been given"))
        .arg(flag("age", "Minutes since the last proof of identity"))
        .arg(flag("at", "The time"))
        .arg(switch("json", "Print JSON"))
}

/// `explain ADDRESS METHOD URL`: whether the visitor is let in.
pub(super) fn explain(config: &Config, matches: &ArgMatches) -> Result<bool, String> {
    let core = open_existing(config, false)?;
    let given = |id: &str| matches.get_one::<String>(id).map(String::as_str);
    let from: IpAddr = match given("from") {
        None => Ipv4Addr::LOCALHOST.into(),
        Some(text) => text.parse().map_err(|_fault| format!("--from: {text} is not an IP address"))?,
    };
    let age = match given("age") {
        None => 0,
        Some(text) => text.parse().map_err(|_fault| "--age: give whole minutes".to_owned())?,
    };
    let at = match given("at") {
        None => None,
        Some(text) => Some(Timestamp::parse(text).ok_or("--at: give a moment such as 2027-01-31T18:00:00Z")?),
    };
    let question = Question {
        email: given("email").filter(|email| *email != "-").map(str::to_owned),
        method: text(matches, "method").to_owned(),
        url: text(matches, "url").to_owned(),
        from,
        factor: matches.get_flag("factor"),
        age,
        at,
    };
    let answer = core.block_on(core.accounts.explain(&question)).map_err(fault)?;
    let verdict = |denial: Option<Denial>| denial.map_or("let in", Denial::as_str);
    let allowed = answer.decision == Decision::Allow;
    if matches.get_flag("json") {
        let readings: Vec<Value> = answer
            .readings
            .iter()
            .map(|reading| {
                json!({
                    "path": reading.path,
                    "rule": reading.rule.as_ref().map(RuleId::as_str),
                    "verdict": verdict(reading.denial),
                })
            })
            .collect();
        let deciding = answer.deciding();
        say(&json!({
            "app": answer.app,
            "allowed": allowed,
            "verdict": verdict(deciding.and_then(|reading| reading.denial)),
            "rule": deciding.and_then(|reading| reading.rule.as_ref()).map(RuleId::as_str),
            "readings": readings,
        })
        .to_string());
        return Ok(allowed);
    }
    say(&format!("{}: {}", answer.app, verdict(answer.deciding().and_then(|reading| reading.denial))));
    say(&format!(
        "  asked as from {from}, proved {age} minutes ago, {} a second factor",
        if question.factor { "with" } else { "without" }
    ));
    for reading in &answer.readings {
        let rule =
            reading.rule.as_ref().map_or_else(|| "no rule".to_owned(), |id| format!("rule {id}: {}", reading.draft));
        say(&format!("  {}  {}  {rule}", printable(&reading.path), verdict(reading.denial)));
    }
    Ok(allowed)
}
