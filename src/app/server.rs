//! The HTTP server: its limits, and what it passes to the routes.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, KeepAlive};
use actix_server::GracefulShutdownSignal;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::cookie::Key;
use actix_web::dev::{AppConfig, Server};
use actix_web::rt::net::TcpStream;
use actix_web::{App as WebApp, Error, rt, web};

use super::listeners::Listeners;
use super::{Core, StartError};
use crate::accounts::Accounts;
use crate::crypto::csrf::CsrfKey;
use crate::gate::upstreams::Upstreams;
use crate::http::accept::{Accept, server_config};
use crate::http::authenticator::Authenticator;
use crate::http::connection::Connection;
use crate::http::cookies::CookieNames;
use crate::http::head_limits::Connections;
use crate::http::heads::Heads;
use crate::http::lead_to_https::lead_to_https;
use crate::http::session_store::RowStore;
use crate::http::settings::HttpSettings;
use crate::http::static_files::StaticFiles;
use crate::routes;

/// Maximum time for running requests after SIGTERM, in seconds: together with the jobs well below the ten seconds after
/// which container engines kill. WebSockets and event streams, which never end by themselves, get none.
const DRAIN_SECS: u64 = 6;
/// Time limit for the first head of a connection; [`Connections`] handles the others.
const HEAD: Duration = Duration::from_secs(15);
/// How long a connection may wait for its next request.
const IDLE: Duration = Duration::from_secs(75);
/// How long a client may continue to send a body, so that it gets to read an early answer.
const LINGER: Duration = Duration::from_secs(5);
/// How long an answer may wait for a client that does not read it, before its connection is closed (RFC 5482).
#[cfg(target_os = "linux")]
const STALLED: Duration = Duration::from_mins(2);
/// Maximum open connections of each worker.
const MAX_CONNECTIONS: usize = 25_000;

/// Starts the server. This is what `actix_web::HttpServer` does, with a
/// [`Connection`] around each stream.
pub(super) fn run(core: &Core, listeners: Listeners) -> Result<Server, StartError> {
    let server = &core.config.server;
    let proxies = if server.proxy_protocol { server.trusted_proxies.clone() } else { Vec::new() };
    let tls = server.tls.is_some().then(|| server_config(core.accounts.certificates())).transpose()?;
    let settings = web::Data::new(settings(core));
    let builder =
        Server::build().max_concurrent_connections(MAX_CONNECTIONS).shutdown_timeout(DRAIN_SECS).disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let all = Shared { settings, accounts: core.accounts.clone(), stopping };
    let (shared, accept) =
        (all.clone(), Arc::new(Accept::new(proxies.clone(), tls.map(Arc::new)).with_challenges(&core.accounts)));
    give_up_stalled_clients(&listeners.main);
    let mut builder = builder.listen("portcullis", listeners.main, move || shared.worker(&accept, Answers::All))?;
    if let Some(listener) = listeners.http {
        give_up_stalled_clients(&listener);
        let accept = Arc::new(Accept::new(proxies, None));
        builder = builder.listen("http", listener, move || all.worker(&accept, Answers::WayToHttps))?;
    }
    Ok(builder.run())
}

/// What a listener answers.
#[derive(Clone, Copy)]
enum Answers {
    /// Every route.
    All,
    /// Only the way to https.
    WayToHttps,
}

/// What the workers share.
#[derive(Clone)]
struct Shared {
    settings: web::Data<HttpSettings>,
    accounts: Accounts,
    stopping: GracefulShutdownSignal,
}

impl Shared {
    /// Serves the connections that a worker is given.
    fn worker(
        &self,
        accept: &Arc<Accept>,
        answers: Answers,
    ) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<> {
        let Self { settings, accounts, stopping } = self;
        let app = WebApp::new()
            .app_data(settings.clone())
            .app_data(Rc::new(Authenticator::default()))
            .app_data(Rc::new(Upstreams::default()));
        let app = app
            .configure(|config| match answers {
                Answers::All => {
                    routes::register(config, settings, &RowStore(accounts.clone()), accounts.session_secs());
                }
                Answers::WayToHttps => drop(config.default_service(web::to(lead_to_https))),
            })
            .wrap(Heads)
            .into_factory()
            .map_err(|fault: Error| fault.error_response());
        let (streams, stops) = (accounts.streams().clone(), stopping.clone());
        rt::spawn(async move {
            stops.notified().await;
            streams.stop();
        });
        let (stopping, stops) = (stopping.clone(), stopping.clone());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .client_request_timeout(HEAD)
            .keep_alive(KeepAlive::Timeout(IDLE))
            .client_disconnect_timeout(LINGER)
            .h1_allow_half_closed(true)
            .on_connect_ext(|connection: &Connection, data| drop(data.insert(connection.state())))
            .h1(map_config(app, |()| AppConfig::default()));
        let (connections, accept) = (Connections::watched(), Arc::clone(accept));
        let connect = move |stream: TcpStream| {
            let (connections, accept, stopping) = (Rc::clone(&connections), Arc::clone(&accept), stops.clone());
            async move {
                let accepted = tokio::select! {
                    accepted = accept.accept(stream) => accepted,
                    // Nothing has been asked yet that could be answered.
                    () = stopping.notified() => Err(ErrorKind::ConnectionAborted.into()),
                };
                let (stream, client) = accepted.map_err(|fault| {
                    tracing::debug!(%fault, "a connection ended before HTTP");
                    DispatchError::Io(fault)
                })?;
                Ok((Connection::new(stream, &connections), client))
            }
        };
        fn_service(connect).and_then(http)
    }
}

fn settings(core: &Core) -> HttpSettings {
    let config = &core.config;
    HttpSettings {
        app_url: config.server.app_url.clone(),
        cookies: CookieNames::new(config.server.app_url.canonical()),
        session_key: Key::from(core.keys.session_cookie()),
        gate_name: core.keys.gate_name(),
        csrf: CsrfKey::new(&core.keys),
        checks: config.checks(),
        config: Arc::clone(config),
        accounts: core.accounts.clone(),
        files: StaticFiles::new(&config.site),
    }
}

/// Accepted connections inherit this from the listener: without it a client that reads nothing would keep its
/// connection for ever (S95).
#[cfg(target_os = "linux")]
fn give_up_stalled_clients(listener: &TcpListener) {
    if let Err(fault) = socket2::SockRef::from(listener).set_tcp_user_timeout(Some(STALLED)) {
        tracing::debug!(%fault, "the system does not disconnect clients that read nothing");
    }
}

#[cfg(not(target_os = "linux"))]
const fn give_up_stalled_clients(_listener: &TcpListener) {}
