//! Running the server and looking at it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::say;
use crate::app::{self, App, Internals};
use crate::config::variables::TABLE;
use crate::config::{Config, DatabaseUrl};
use crate::domain::check::{Check, Said};
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::{demo, telemetry, texts};

/// How long `check-config` waits for the app behind.
const PROBE: Duration = Duration::from_secs(2);
/// How long `health` waits.
const PATIENCE: Duration = Duration::from_secs(5);

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
    let app = app::build(config, &Internals::default()).map_err(|fault| fault.to_string())?;
    greet(config, &app);
    let App { server, handle, held, .. } = app;
    let system = actix_web::rt::System::new();
    let outcome = system.block_on(async move {
        if let Some(listener) = sample {
            actix_web::rt::spawn(demo::serve(listener)?);
        }
        actix_web::rt::spawn(async move {
            wait_for_signal().await;
            tracing::info!("stopping: running requests have ten seconds");
            handle.stop(true).await;
        });
        server.await
    });
    drop(held);
    outcome.map_err(|fault| fault.to_string())
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

fn greet(config: &Config, app: &App) {
    say(&format!("Portcullis listens on http://{} and is reached at {}", app.address, config.server.app_url));
    if let Some(link) = &app.setup_link {
        say(&format!("Nobody owns this instance yet. Open this link to make it yours:\n\n    {link}\n"));
    }
}

/// `check-config`.
pub(super) fn check_config(config: &Config) {
    let shown = config.shown();
    for variable in TABLE {
        let value = shown.get(variable.name).filter(|value| !value.is_empty()).map_or("(none)", String::as_str);
        say(&format!("{}={value}", variable.name));
    }
    say("");
    for check in app_behind(config).into_iter().chain(config.checks()) {
        let text = match &check.text {
            Said::Text(text) => texts::say(Language::English, text),
            Said::Log(text) => text.clone(),
        };
        say(&format!("{}: {}: {text}", check.outcome.word(), texts::say(Language::English, &check.title)));
    }
    say("The configuration has no faults.");
}

/// Whether the app behind answers now; it need not, to start.
fn app_behind(config: &Config) -> Option<Check> {
    let upstream = config.gate.upstream.as_deref()?;
    let addresses = upstream.to_socket_addrs().map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    let say = |key| Text::new(key).with("upstream", upstream);
    let mut fault = std::io::Error::from(std::io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect_timeout(&address, PROBE) {
            Ok(_stream) => return Some(Check::good("check-app", say("check-app-good"))),
            Err(found) => fault = found,
        }
    }
    let text = if fault.kind() == std::io::ErrorKind::TimedOut {
        say("check-app-slow")
    } else {
        say("check-app-silent").with("fault", fault.to_string())
    };
    Some(Check::wrong("check-app", text))
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

/// `health`: asks the running server.
pub(super) fn health(config: &Config) -> Result<(), String> {
    let host = if config.server.host.is_unspecified() { "127.0.0.1".parse().map_err(|_fault| "loopback")? } else { config.server.host };
    let address = SocketAddr::new(host, config.server.port);
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(b"GET /_auth/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(16 * 1024).read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().map_err(|fault| format!("{address} does not answer: {fault}"))?;
    if answer.starts_with("HTTP/1.1 200") {
        say("ready");
        return Ok(());
    }
    Err(format!("{address} answers: {}", answer.lines().next().unwrap_or("nothing")))
}
