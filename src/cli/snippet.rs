//! `snippet`: the configuration of a proxy in front of apps.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command};

use super::app_arguments::{find, named};
use super::people::{explain, open_existing, text};
use super::{say, tell};
use crate::config::Config;
use crate::domain::app_table::CompiledApp;
use crate::snippets::{self, Proxy, Socket, Subject};

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
                .value_parser(PossibleValuesParser::new(Proxy::ALL.map(Proxy::as_str)))
                .help("The proxy"),
        )
        .arg(socket("gate", "Where the proxy reaches this gate; 127.0.0.1 and PORT unless said"))
        .arg(socket("to", "Where the proxy reaches the app; 127.0.0.1:8080 unless said"))
}

/// `snippet APP PROXY`: prints it.
pub(super) fn snippet(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let proxy = Proxy::parse(text(matches, "proxy")).ok_or("there is no such proxy")?;
    let socket = |id: &str| match matches.get_one::<String>(id) {
        None => Ok(None),
        Some(given) => Socket::parse(given).map(Some).ok_or(format!("--{id}: give a host and a port, such as wiki:80")),
    };
    let gate = socket("gate")?.unwrap_or_else(|| Socket::local(config.server.port));
    let to = socket("to")?;
    let core = open_existing(config, false)?;
    let loaded = core.block_on(core.accounts.apps()).map_err(explain)?;
    let name = text(matches, "app");
    let apps = match find(&core, name) {
        Ok(app) => vec![app],
        Err(_none) if name == ALL => loaded.table.apps().iter().filter(|app| is_behind_a_proxy(app)).cloned().collect(),
        Err(fault) => return Err(fault),
    };
    if apps.is_empty() {
        return Err("no app has the mode forward-auth".to_owned());
    }
    if apps.len() > 1 && to.is_some() {
        return Err("--to is for one app alone".to_owned());
    }
    let apps: Vec<_> = apps
        .iter()
        .map(|app| app.app())
        .zip(snippets::FIRST_PORT..)
        .map(|(app, port)| (app, to.clone().or_else(|| Socket::of(app)).unwrap_or_else(|| Socket::local(port))))
        .collect();
    let portal = loaded.table.at_portal().map(|place| &place.app().app().id);
    let subject = Subject::new(gate, config.server.app_url.is_https(), portal, &apps);
    let printed =
        snippets::text(proxy, &subject).map_err(|fault| format!("the configuration cannot be written: {fault}"))?;
    say(printed.trim_end());
    advise(config, proxy);
    Ok(())
}

fn is_behind_a_proxy(app: &CompiledApp) -> bool {
    app.app().enabled && app.app().upstream.is_none()
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
}
