//! `probe`: asks the address of an app from outside.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::app_arguments::json as json_flag;
use super::people::{explain, open_existing, text};
use super::{printable, say};
use crate::accounts::Actor;
use crate::app::Core;
use crate::config::Config;
use crate::domain::dialect::Dialect;
use crate::domain::ids::UserId;
use crate::domain::language::Language;
use crate::domain::user::{Role, UserState};
use crate::domain::user_list::{UserFilter, UserOrder};
use crate::probe::codes::Level;
use crate::probe::{self, Plan, Report};
use crate::texts;

pub(super) fn command() -> Command {
    let flag = |name: &'static str, value: &'static str, about: &'static str| {
        Arg::new(name).long(name).value_name(value).help(about)
    };
    Command::new("probe")
        .about(
            "Ask the address of an app from outside, and say what a proxy in front does wrong; the exit code is 0 if \
                nothing is, 1 after a warning, 2 after a fault, and 3 if the address could not be asked",
        )
        .arg(
            Arg::new("url")
                .required(true)
                .value_name("URL")
                .help("The address; a path in it says which part of the app"),
        )
        .arg(flag("echo", "ADDRESS", "Listen there in place of the app for as long as it takes, to see what arrives"))
        .arg(flag("connect", "ADDRESS", "Connect to this IP address and port, wherever the name leads"))
        .arg(flag("proxy", "NAME", "The proxy in front, if it is not recognised: whose lines are printed"))
        .arg(flag("as", "ADDRESS", "The account as which the app is entered; the first admin if left out"))
        .arg(json_flag())
}

/// `probe URL`.
pub(super) fn run(config: &Config, matches: &ArgMatches) -> ExitCode {
    match try_run(config, matches) {
        Ok(worst) => ExitCode::from(worst.exit_code()),
        Err(fault) => {
            super::tell(&format!("portcullis: {fault}"));
            ExitCode::from(Level::Unable.exit_code())
        }
    }
}

fn try_run(config: &Config, matches: &ArgMatches) -> Result<Level, String> {
    let url = text(matches, "url");
    let place = address(matches, "connect")?;
    let listener = match address(matches, "echo")? {
        None => None,
        Some(at) => Some(TcpListener::bind(at).map_err(|fault| {
            format!("--echo: {at}: {fault}; stop the app while this runs, so that its address is free")
        })?),
    };
    let proxy = match text(matches, "proxy") {
        "" => None,
        name => Some(Dialect::of_name(name).ok_or("--proxy: nginx, traefik, caddy, haproxy or envoy")?),
    };
    let core = open_existing(config, false)?;
    let owner = owner(&core, text(matches, "as"))?;
    let actor = Actor::command_line();
    let plan = Plan { url, place, listener, owner, proxy, actor: &actor };
    let asked = actix_web::rt::System::new().block_on(probe::run(&core.accounts, plan));
    let report = asked.map_err(explain)?;
    if matches.get_flag("json") {
        say(&as_json(url, &report).to_string());
    } else {
        print(url, &report);
    }
    Ok(report.worst())
}

fn address(matches: &ArgMatches, name: &str) -> Result<Option<SocketAddr>, String> {
    match text(matches, name) {
        "" => Ok(None),
        typed => {
            typed.parse().map(Some).map_err(|_fault| format!("--{name}: give an IP address and a port, 127.0.0.1:8080"))
        }
    }
}

/// The account as which the app is entered: the one that is named, or the admin who came first.
fn owner(core: &Core, email: &str) -> Result<Option<UserId>, String> {
    if !email.is_empty() {
        return Ok(Some(core.block_on(core.accounts.user_by_email(email)).map_err(explain)?.id));
    }
    let admins = UserFilter { state: Some(UserState::Active), role: Some(Role::Admin), ..UserFilter::default() };
    let order = UserOrder { descending: false, ..UserOrder::default() };
    let found = core.block_on(core.accounts.list_users(admins, order, None, 1)).map_err(explain)?;
    Ok(found.0.into_iter().next().map(|user| user.id))
}

fn print(url: &str, report: &Report) {
    let (url, questions) = (printable(url), report.asked);
    for finding in &report.findings {
        let sentence = texts::say(Language::English, &finding.text());
        say(&format!("{} {}: {}", finding.code.level().as_str(), finding.code.as_str(), printable(&sentence)));
        say(&format!("    {}: {}", report.front.name(), printable(report.line(finding.code))));
    }
    match report.worst() {
        Level::Note => say(&format!("{url}: {questions} questions, nothing is wrong")),
        Level::Warning | Level::Fault | Level::Unable => {
            say(&format!("{url}: {questions} questions; docs/DOCTOR.md says more about each code"));
        }
    }
}

fn as_json(url: &str, report: &Report) -> Value {
    let findings = report.findings.iter().map(|finding| {
        json!({
            "code": finding.code.as_str(),
            "level": finding.code.level().as_str(),
            "what": finding.what,
            "sentence": texts::say(Language::English, &finding.text()),
            "line": report.line(finding.code),
        })
    });
    json!({
        "url": url,
        "app": report.app,
        "proxy": report.front.name(),
        "questions": report.asked,
        "worst": report.worst().as_str(),
        "findings": findings.collect::<Vec<Value>>(),
    })
}
