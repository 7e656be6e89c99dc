//! `snippet`: the configuration of a proxy in front of apps.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::app_arguments::named;
use super::people::{explain, open_as_served, text};
use super::{say, tell};
use crate::accounts::{FieldFault, typed_faults};
use crate::config::Config;
use crate::domain::apps::{App, AppRef};
use crate::snippets::{self, Places, Proxy, Socket, Subject};

/// Stands for every app that is reached through a proxy of one's own.
const ALL: &str = "all";

pub(super) fn command() -> Command {
    let socket =
        |name: &'static str, about: &'static str| Arg::new(name).long(name).value_name("HOST:PORT").help(about);
    Command::new("snippet")
        .about("Print the whole configuration of a proxy of your own that asks about an app")
        .arg(named().help("The app's name, or all for every app with the mode forward-auth"))
        .arg(
            Arg::new("proxy")
                .required(true)
                .value_name("PROXY")
                .value_parser(PossibleValuesParser::new(Proxy::ALL.iter().map(|proxy| proxy.as_str())))
                .help("What it is for"),
        )
        .arg(socket("gate", "Where the proxy reaches this gate, if not at its usual address"))
        .arg(socket("to", "Where the proxy reaches the app, if not at its usual address"))
        .arg(Arg::new("script").long("script").action(ArgAction::SetTrue).help("Print the script that HAProxy needs"))
}

/// `snippet APP PROXY`: prints it.
pub(super) fn snippet(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let proxy = Proxy::parse(text(matches, "proxy")).ok_or("there is no such proxy")?;
    if matches.get_flag("script") {
        say(snippets::HAPROXY_SCRIPT.trim_end());
        return Ok(());
    }
    let socket = |id: &str| match matches.get_one::<String>(id) {
        None => Ok(None),
        Some(given) => Socket::parse(given).map(Some).ok_or(format!("--{id}: give a host and a port, such as wiki:80")),
    };
    let (gate, app) = (socket("gate")?, socket("to")?);
    let (core, config) = open_as_served(config, false)?;
    let loaded = core.block_on(core.accounts.apps()).map_err(explain)?;
    let name = text(matches, "app");
    let is_named = |app: &&App| app.name.to_lowercase() == name.trim().to_lowercase();
    let mut apps: Vec<&App> = loaded.table.apps().iter().map(|app| app.app()).filter(is_named).collect();
    if apps.is_empty() && name == ALL {
        apps = loaded.table.apps().iter().map(|app| app.app()).filter(|app| is_behind_a_proxy(app)).collect();
        apps.sort_by_key(|app| (app.id != AppRef::Default, app.name.to_lowercase()));
    }
    if apps.is_empty() {
        return Err(match name {
            ALL => "no app has the mode forward-auth".to_owned(),
            name => format!("there is no app {name}"),
        });
    }
    if apps.len() > 1 && app.is_some() {
        return Err("--to is for one app alone".to_owned());
    }
    let places = Places { gate, gate_port: config.server.port, app, https: config.server.app_url.is_https() };
    let portal = loaded.table.at_portal().map(|place| &place.app().app().id);
    let subject = Subject::new(proxy, &places, portal, &apps)
        .map_err(|fault| typed_faults::sentence(&FieldFault::new("app", fault)))?;
    let printed = snippets::text(&subject).map_err(|fault| format!("the configuration cannot be written: {fault}"))?;
    say(printed.trim_end());
    advise(&config, proxy);
    Ok(())
}

fn is_behind_a_proxy(app: &App) -> bool {
    app.enabled && app.upstream.is_none()
}

/// What the gate's own settings lack for that proxy, for people.
fn advise(config: &Config, proxy: Proxy) {
    let dialect = proxy.dialect();
    if !config.gate.forward_auth.contains(&dialect) {
        tell(&format!(
            "portcullis: FORWARD_AUTH does not name {dialect}; until it does, the gate answers this proxy 404"
        ));
    }
    if config.server.trusted_proxies.is_empty() {
        tell("portcullis: TRUSTED_PROXIES is empty; until the proxy's address is there, the gate answers it 403");
    }
    if config.server.tls.is_some() {
        tell(
            "portcullis: the gate speaks https itself, and this proxy asks it by plain http; behind it, unset \
                ACME_EMAIL, TLS_CERT_FILE and TLS_KEY_FILE",
        );
    }
}
