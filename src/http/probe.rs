//! Whether the services that the gate depends on respond, for the checklist.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::net::{TcpStream, UdpSocket, UnixStream, lookup_host};

use super::upstream_tls::UpstreamTls;
use crate::domain::app_table::CompiledApp;
use crate::domain::apps::{AppRef, Upstream};
use crate::domain::checklist::Check;
use crate::domain::text::Text;
use crate::domain::upstream::UpstreamUrl;

/// Time limit for connecting.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How many apps are probed at the same time.
pub const AT_ONCE: usize = 32;
/// An unassigned address (RFC 5737); nothing is sent there.
const NOWHERE: (&str, u16) = ("192.0.2.1", 9);

/// Whether the app at `upstream` responds, and only on this machine. `idle` is whether the gate has nothing else to do.
pub async fn app(upstream: Option<&str>, idle: bool) -> Check {
    let title = "check-app";
    let Some(upstream) = upstream else {
        return if idle {
            Check::advice(title, Text::new("check-app-nothing"))
        } else {
            Check::good(title, Text::new("check-app-none"))
        };
    };
    let say = |key| Text::new(key).with("upstream", upstream);
    match connect(upstream).await {
        Ok(address) => match reached_past_the_gate(address).await {
            Some(open) => Check::advice(title, say("check-app-open").with("open", open.to_string())),
            None => Check::good(title, say("check-app-good")),
        },
        Err(fault) if fault.kind() == io::ErrorKind::TimedOut => Check::wrong(title, say("check-app-slow")),
        Err(fault) => Check::wrong(title, say("check-app-silent").with("fault", fault.to_string())),
    }
}

/// Whether the apps that are not set in the configuration accept connections; no line if there are none.
pub async fn other_apps(apps: &[Arc<CompiledApp>]) -> Vec<Check> {
    let title = "check-apps";
    let others = apps.iter().map(|app| app.app()).filter(|app| app.enabled && app.id != AppRef::Default);
    let asked = others.filter_map(|app| Some((app, app.upstream.as_ref()?))).map(async |(app, asked)| {
        let (text, fault) = match upstream(asked).await.err()? {
            UpstreamFault::Silent(fault) => ("check-apps-silent", fault),
            UpstreamFault::Tls(fault) => ("check-apps-tls", fault),
        };
        let text = Text::new(text).with("app", app.name.clone()).with("upstream", asked.url.to_string());
        Some(Check::wrong(title, text.with("fault", fault)))
    });
    let asked: Vec<Option<Check>> = stream::iter(asked).buffered(AT_ONCE).collect().await;
    if asked.is_empty() {
        return Vec::new();
    }
    let silent: Vec<Check> = asked.into_iter().flatten().collect();
    if silent.is_empty() { vec![Check::good(title, Text::new("check-apps-good"))] } else { silent }
}

/// Whether the mail server accepts connections; no line if it does, or if there is none.
pub async fn mail(server: Option<&str>) -> Option<Check> {
    let server = server?;
    let fault = connect(server).await.err()?;
    Some(Check::wrong(
        "check-mail",
        Text::new("check-mail-silent").with("server", server).with("fault", fault.to_string()),
    ))
}

async fn connect(host_and_port: &str) -> io::Result<SocketAddr> {
    let connected = tokio::time::timeout(TIMEOUT, async {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in lookup_host(host_and_port).await? {
            match TcpStream::connect(address).await {
                Ok(_stream) => return Ok(address),
                Err(fault) => last = fault,
            }
        }
        Err(last)
    });
    connected.await.unwrap_or_else(|_late| Err(io::Error::from(io::ErrorKind::TimedOut)))
}

/// Why an app cannot be reached.
pub enum UpstreamFault {
    /// It accepts no connections.
    Silent(String),
    /// It accepts them, but its certificate is refused, or it does not speak TLS.
    Tls(String),
}

/// Whether an app accepts connections, and its certificate is accepted; what went wrong otherwise.
pub async fn upstream(upstream: &Upstream) -> Result<(), UpstreamFault> {
    let outcome = match &upstream.url {
        UpstreamUrl::Http(authority) | UpstreamUrl::Https(authority) => connect(authority).await.map(drop),
        UpstreamUrl::Unix(path) => {
            let connected = tokio::time::timeout(TIMEOUT, UnixStream::connect(path)).await;
            connected.unwrap_or_else(|_late| Err(io::Error::from(io::ErrorKind::TimedOut))).map(drop)
        }
    };
    outcome.map_err(|fault| UpstreamFault::Silent(fault.to_string()))?;
    match &upstream.url {
        UpstreamUrl::Https(authority) => shake_hands(authority, upstream).await.map_err(UpstreamFault::Tls),
        UpstreamUrl::Http(_) | UpstreamUrl::Unix(_) => Ok(()),
    }
}

async fn shake_hands(authority: &str, upstream: &Upstream) -> Result<(), String> {
    let (host, ca_file) = (authority.to_owned(), upstream.ca_file.clone());
    let handshake = async {
        let tls = tokio::task::spawn_blocking(move || UpstreamTls::new(&host, ca_file.as_deref())).await;
        let tls = tls.map_err(io::Error::other)?.map_err(io::Error::other)?;
        tls.connect(TcpStream::connect(authority).await?).await.map(drop)
    };
    let outcome = tokio::time::timeout(TIMEOUT, handshake).await;
    outcome.unwrap_or_else(|_late| Err(io::Error::from(io::ErrorKind::TimedOut))).map_err(|fault| fault.to_string())
}

/// An address of this machine at which others can reach an app that was meant to be on loopback only.
async fn reached_past_the_gate(app: SocketAddr) -> Option<SocketAddr> {
    if !app.ip().is_loopback() {
        return None;
    }
    let open = SocketAddr::new(own_address().await.ok().filter(|own| !own.is_loopback())?, app.port());
    connect(&open.to_string()).await.ok()
}

/// The address from which this machine would contact others; connecting a datagram socket sends nothing.
async fn own_address() -> io::Result<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).await?;
    socket.connect(NOWHERE).await?;
    Ok(socket.local_addr()?.ip())
}
