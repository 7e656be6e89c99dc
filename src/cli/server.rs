//! Running and inspecting the server.

use std::collections::BTreeSet;
use std::net::TcpListener;

use super::say;
use crate::acme::order;
use crate::app::{self, App, Internals, SystemClock};
use crate::config::tls::{Acme, CertificateSource, PairFiles};
use crate::config::variables::TABLE;
use crate::config::{Config, DatabaseUrl, data_dir};
use crate::domain::checklist::{Check, CheckText, Outcome, in_order};
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::domain::time::Clock;
use crate::http::probe;
use crate::tls::certificates::Certificates;
use crate::tls::files::WatchedFiles;
use crate::{demo, telemetry, texts};

/// `start`.
pub(super) fn start(config: &Config) -> Result<(), String> {
    telemetry::init(config.log);
    run(config, None)
}

/// `demo`: `start` with the sample app behind the gate.
pub(super) fn demo(mut config: Config) -> Result<(), String> {
    telemetry::init(config.log);
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|fault| fault.to_string())?;
    let address = listener.local_addr().map_err(|fault| fault.to_string())?;
    config.gate.upstream = Some(address.to_string());
    run(&config, Some(listener))
}

fn run(config: &Config, sample: Option<TcpListener>) -> Result<(), String> {
    // Each connection needs a file descriptor; the hard limit is higher than what most shells pass on.
    if let Err(fault) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(%fault, "the limit of open files could not be raised");
    }
    let app = app::build(config, &Internals::default()).map_err(|fault| fault.to_string())?;
    greet(config, &app);
    let App { server, handle, running, .. } = app;
    let system = actix_web::rt::System::new();
    let outcome = system.block_on(async move {
        if let Some(listener) = sample {
            actix_web::rt::spawn(demo::serve(listener)?);
        }
        actix_web::rt::spawn(async move {
            wait_for_signal().await;
            tracing::info!("stopping: closing WebSockets and event streams, running requests have six seconds");
            handle.stop(true).await;
        });
        server.await
    });
    drop(running);
    outcome.map_err(|fault| fault.to_string())
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn greet(config: &Config, app: &App) {
    let scheme = if config.server.tls.is_some() { "https" } else { "http" };
    say(&format!("Portcullis listens on {scheme}://{} and is reached at {}", app.address, config.server.app_url));
    if let Some(address) = app.http_address {
        say(&format!("http://{address} leads there."));
    }
    if config.server.host.is_loopback() && !config.server.app_url.is_https() && config.server.trusted_proxies.is_empty()
    {
        say("Only this machine can reach it there. For others set HOST=0.0.0.0 and APP_URL=http://NAME:PORT, the \
                address they use.");
    }
    if let Some(link) = &app.setup_link {
        say(&format!("This instance has no owner yet. Open this link to become the owner:\n\n    {link}\n"));
        match (&config.legacy, link.contains("?token=")) {
            (None, _) => {}
            (Some(_), false) => {
                say("It asks for FLOWISE_USERNAME and FLOWISE_PASSWORD; until then these give access to the app.");
            }
            (Some(_), true) => {
                say("FLOWISE_USERNAME and FLOWISE_PASSWORD were disabled after too many wrong guesses.");
            }
        }
    } else {
        say(&format!(
            "This instance has an owner. Manage people and settings at {}",
            config.server.app_url.join("/_auth/")
        ));
    }
}

/// `check-config`: what was found, problems first; then the settings.
pub(super) fn check_config(config: &Config) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|fault| fault.to_string())?;
    let no_proxy = config.server.trusted_proxies.is_empty() || !config.gate.is_asked();
    let mut checks = vec![match &config.gate.upstream {
        // The apps of the database are not looked at.
        None if no_proxy => Check::good("check-app", Text::new("check-app-elsewhere")),
        upstream => runtime.block_on(probe::app(upstream.as_deref(), false)),
    }];
    checks.extend(runtime.block_on(probe::mail(config.mail.address().as_deref())));
    checks.extend(config.checks());
    let unwritable = data_dir::why_unwritable(&config.data_dir);
    let wrong = |title, text| Check {
        title: Text::new(title),
        outcome: Outcome::Wrong,
        text: CheckText::Log(text),
        link: None,
    };
    checks.extend(unwritable.clone().map(|text| wrong("check-data", text)));
    if let Some(tls) = &config.server.tls {
        let host = config.server.app_url.host();
        let (outcome, text) = match &tls.source {
            CertificateSource::Files(files) => about_files(files, host),
            CertificateSource::Acme(acme) => runtime.block_on(about_authority(acme, host)),
        };
        checks.push(Check { outcome, ..wrong("check-certificates", text) });
    }
    let checks = in_order(checks);
    let wrong = checks.iter().filter(|check| check.outcome == Outcome::Wrong).count();
    for check in &checks {
        let text = match &check.text {
            CheckText::Text(text) => texts::say(Language::English, text),
            CheckText::Log(text) => text.clone(),
        };
        say(&format!("{}: {}: {text}", check.outcome.word(), texts::say(Language::English, &check.title)));
    }
    say("\nThe resulting settings:");
    let shown = config.shown();
    for row in TABLE {
        let value = shown.get(row.name()).filter(|value| !value.is_empty()).map_or("(none)", String::as_str);
        say(&format!("{}={value}", row.name()));
    }
    if let Some(fault) = unwritable {
        return Err(fault);
    }
    if wrong > 0 {
        return Err(format!(
            "the settings are valid, but {wrong} of the lines above begin with \"wrong\": fix what they name"
        ));
    }
    say("\nThe configuration is valid.");
    Ok(())
}

/// Whether the server could start with the files of certificates, and browsers open it.
fn about_files(files: &[PairFiles], host: &str) -> (Outcome, String) {
    let (certificates, now) = (Certificates::new(host), SystemClock::new().now());
    if let Err(fault) = WatchedFiles::new(files.to_vec()).load(&certificates) {
        return (Outcome::Wrong, format!("{}: {fault}", fault.variable()));
    }
    match certificates.check(host, now) {
        Err(fault) => (Outcome::Wrong, format!("TLS_CERT_FILE: {fault}")),
        Ok(validity) => {
            let outcome = if validity.is_ending(now) { Outcome::Advice } else { Outcome::Good };
            (outcome, format!("TLS_CERT_FILE: the certificate for {host} ends in {} days", validity.days_left(now)))
        }
    }
}

/// Where the authority will ask, or why it gives no certificate, as far as that can be seen from here.
async fn about_authority(acme: &Acme, host: &str) -> (Outcome, String) {
    let addresses: BTreeSet<String> = match tokio::net::lookup_host((host, 443)).await {
        Ok(found) => found.map(|address| address.ip().to_string()).collect(),
        Err(fault) => {
            return (
                Outcome::Wrong,
                format!(
                    "ACME_EMAIL: the DNS has no address for {host}, and the authority needs one to ask there ({fault})"
                ),
            );
        }
    };
    let directory = &acme.directory_url;
    if let Err(fault) = order::check_directory(directory, None).await {
        return (Outcome::Wrong, format!("ACME_DIRECTORY_URL: {fault}"));
    }
    let text = format!(
        "{host} leads to {}. The authority {directory} can be reached; before it issues a certificate, it asks there, \
            at port 443 or 80. With ACME_EMAIL its terms are accepted.",
        addresses.into_iter().collect::<Vec<_>>().join(", ")
    );
    (Outcome::Good, text)
}

/// `migrate`.
pub(super) fn migrate(config: &Config) -> Result<(), String> {
    telemetry::init(config.log);
    app::Core::open(config, &Internals::default()).map_err(|fault| fault.to_string())?;
    match &config.database {
        DatabaseUrl::Sqlite(path) => say(&format!("{} is up to date.", path.display())),
        DatabaseUrl::Postgres(_) => say("The database is up to date."),
    }
    Ok(())
}
