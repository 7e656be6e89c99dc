//! Certificates: those of files and of the authority.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use super::people::{explain, open_as_served, text};
use super::{printable, say};
use crate::accounts::certificate_status::CertificateStatus;
use crate::app::Core;
use crate::config::Config;
use crate::config::tls::CertificateSource;
use crate::domain::time::Timestamp;
use crate::tls::files::WatchedFiles;

/// `certificate list|renew`.
pub(super) fn command() -> Command {
    let json = Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON");
    let name = Arg::new("name").required(true).help("The host of APP_URL, or an exact address of an app");
    Command::new("certificate").about("Certificates of the server's own https").subcommand_required(true).subcommands([
        Command::new("list").about("List the certificates, and what failed at the last order").arg(json),
        Command::new("renew").about("Let the running server order a new certificate now").arg(name),
    ])
}

/// `certificate list|renew`.
pub(super) fn certificate(config: &Config, matches: &ArgMatches) -> Result<(), String> {
    let (command, matches) = matches.subcommand().ok_or("no command")?;
    let (core, config) = open_as_served(config, false)?;
    if command == "list" {
        return list(&config, &core, matches.get_flag("json"));
    }
    let name = text(matches, "name");
    if core.accounts.acme().is_none() {
        return Err("certificates do not come from an authority: ACME_EMAIL is not set".to_owned());
    }
    if !core.block_on(core.accounts.renew_certificate(name)).map_err(explain)? {
        return Err(format!("{name} is none of the names for which a certificate is ordered: see `certificate list`"));
    }
    say(&format!(
        "the server orders a certificate for {name} within seconds, or when it starts; `certificate list` says what \
            comes of it"
    ));
    Ok(())
}

fn list(config: &Config, core: &Core, as_json: bool) -> Result<(), String> {
    if let Some(CertificateSource::Files(files)) = config.server.tls.as_ref().map(|tls| &tls.source) {
        let loaded = WatchedFiles::new(files.clone()).load(core.accounts.certificates());
        loaded.map_err(|fault| format!("{}: {fault}", fault.variable()))?;
    }
    let list = core.block_on(core.accounts.certificate_status()).map_err(explain)?;
    let now = core.accounts.clock().now();
    if as_json {
        say(&Value::from(list.iter().map(|status| to_json(status, now)).collect::<Vec<_>>()).to_string());
    } else if list.is_empty() {
        say("The server does not speak https itself: neither TLS_CERT_FILE nor ACME_EMAIL is set.");
    } else {
        for status in &list {
            say(&in_words(status, now));
        }
    }
    Ok(())
}

fn in_words(status: &CertificateStatus, now: Timestamp) -> String {
    let from = status.authority.as_deref().unwrap_or("TLS_CERT_FILE");
    let state = match status.validity {
        Some(validity) => format!("until {}, {} days left", validity.until, validity.days_left(now)),
        None if status.is_possible => "no certificate yet".to_owned(),
        None => "none possible: the name is not public, or has a *".to_owned(),
    };
    let order = status.order.as_ref().map(|order| {
        let failure = if order.failures > 0 { format!(", last failure: {}", order.last_error) } else { String::new() };
        format!("{failure}, next order {}", order.due_at)
    });
    printable(&format!("{}  {state}, from {from}{}", status.name, order.unwrap_or_default()))
}

fn to_json(status: &CertificateStatus, now: Timestamp) -> Value {
    let order = status.order.as_ref();
    json!({
        "name": status.name,
        "authority": status.authority,
        "possible": status.is_possible,
        "until": status.validity.map(|validity| validity.until.secs()),
        "days_left": status.validity.map(|validity| validity.days_left(now)),
        "failures": order.map_or(0, |order| order.failures),
        "failed_at": order.and_then(|order| order.failed_at).map(Timestamp::secs),
        "last_error": order.map(|order| &order.last_error).filter(|text| !text.is_empty()),
        "next_order": order.map(|order| order.due_at.secs()),
    })
}
