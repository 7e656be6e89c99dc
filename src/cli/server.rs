//! Running and inspecting the server.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::say;
use crate::api::health::READY;
use crate::app::{self, App, Internals};
use crate::config::variables::TABLE;
use crate::config::{Config, DatabaseUrl, data_dir};
use crate::domain::checklist::{Check, CheckText, Outcome, in_order};
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::http::probe;
use crate::{demo, telemetry, texts};

/// How long `health` waits.
const TIMEOUT: Duration = Duration::from_secs(5);

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
    say(&format!("Portcullis listens on http://{} and is reached at {}", app.address, config.server.app_url));
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
    checks.extend(unwritable.clone().map(|text| Check {
        title: Text::new("check-data"),
        outcome: Outcome::Wrong,
        text: CheckText::Log(text),
        link: None,
    }));
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

/// `health`: queries the running server.
pub(super) fn health(config: &Config) -> Result<(), String> {
    let mut address = server_address(config)?;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.write_all(b"GET /_auth/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(16 * 1024).read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().map_err(|fault| format!("{address} does not respond: {fault}"))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.starts_with("HTTP/1.1 200") {
        true if body == READY => {
            say("ready");
            Ok(())
        }
        true => Err(format!("the server at {address} is a different one; give --PORT, or --DATA_DIR of the server")),
        false => Err(format!("{address} answers: {}", head.lines().next().unwrap_or("nothing"))),
    }
}

/// The address of this data directory's server: as configured, else as recorded when it started.
fn server_address(config: &Config) -> Result<SocketAddr, String> {
    let own = SocketAddr::new(config.server.host, config.server.port);
    if config.gives("PORT") {
        return Ok(own);
    }
    let note = config.data_dir.join(data_dir::ADDRESS);
    match std::fs::read_to_string(&note) {
        Ok(text) => text.trim().parse().map_err(|fault| format!("{}: {fault}; give --PORT", note.display())),
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(own),
        Err(fault) => Err(format!("{}: {fault}; run this as the server's user, or give --PORT", note.display())),
    }
}
