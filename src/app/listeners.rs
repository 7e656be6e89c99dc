//! The addresses that the server listens on.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

use super::Internals;
use crate::config::Config;

/// Connections that wait to be accepted.
const BACKLOG: i32 = 1024;

/// What the server listens on.
pub(super) struct Listeners {
    /// For requests: `HTTPS_PORT` where the gate speaks https itself, else `PORT`.
    pub(super) main: TcpListener,
    /// `HTTP_PORT`, which leads to https.
    pub(super) http: Option<TcpListener>,
}

impl Listeners {
    /// Listens, or says why that is impossible and what to do about it.
    pub(super) fn bind(config: &Config, internals: &Internals) -> io::Result<Self> {
        let listen = |variable, port| listen(config, variable, if internals.any_port { 0 } else { port });
        let Some(tls) = &config.server.tls else {
            return Ok(Self { main: listen("PORT", config.server.port)?, http: None });
        };
        let main = listen("HTTPS_PORT", tls.https_port)?;
        let http = if tls.http_port == 0 { None } else { Some(listen("HTTP_PORT", tls.http_port)?) };
        Ok(Self { main, http })
    }

    /// Where it leads to https.
    pub(super) fn address_for_http(&self) -> io::Result<Option<SocketAddr>> {
        self.http.as_ref().map(TcpListener::local_addr).transpose()
    }
}

fn listen(config: &Config, variable: &str, port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::new(config.server.host, port);
    let bound = bind(address).or_else(|fault| {
        // A machine without IPv6 has no `::`, which stands for every address.
        let no_ipv6 = address.is_ipv6() && address.ip().is_unspecified() && fault.kind() != ErrorKind::AddrInUse;
        if no_ipv6 { bind(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port)) } else { Err(fault) }
    });
    bound.map_err(|fault| io::Error::new(fault.kind(), not_listening(variable, address, &fault)))
}

/// As `TcpListener::bind`, but `::` stands for the addresses of IPv4, too, whatever the system's setting is.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn not_listening(variable: &str, address: SocketAddr, fault: &io::Error) -> String {
    match fault.kind() {
        ErrorKind::AddrInUse => {
            format!("{variable}: another program already listens on {address}; stop it, or set another {variable}")
        }
        ErrorKind::AddrNotAvailable => format!("HOST: {} is not an address of this machine", address.ip()),
        ErrorKind::PermissionDenied => format!(
            "{variable}: this user may not listen on {address}; choose a port above 1023, or let the program have \
                CAP_NET_BIND_SERVICE (docs/HTTPS.md says how)"
        ),
        _ => format!("{variable}: cannot listen on {address}: {fault}"),
    }
}
