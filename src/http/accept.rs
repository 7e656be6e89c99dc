//! From a TCP connection to one on which HTTP is spoken: the PROXY header, then TLS (S131, S134).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;

use super::proxy_protocol;
use super::stream::Stream;
use crate::tls::certificates::Certificates;

/// Time limit for the PROXY header and the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The first byte of a TLS connection (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;
/// For who speaks plain http to the port for https.
const SPEAK_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Connection: close\r\n\r\nThis port speaks https: the address has to begin with https://\n";

/// What happens to a connection before HTTP.
pub struct Accept {
    proxies: Vec<IpNet>,
    tls: Option<Arc<ServerConfig>>,
    /// Whether it was logged that a proxy sends no header.
    warned: AtomicBool,
}

impl Accept {
    /// Expects a PROXY header from `proxies`, and then TLS if `tls` is given.
    pub const fn new(proxies: Vec<IpNet>, tls: Option<Arc<ServerConfig>>) -> Self {
        Self { proxies, tls, warned: AtomicBool::new(false) }
    }

    /// The connection and the client's address; an error ends the connection.
    pub async fn accept(&self, mut stream: TcpStream) -> io::Result<(Stream, Option<SocketAddr>)> {
        let peer = stream.peer_addr().ok();
        if let Err(fault) = stream.set_nodelay(true) {
            tracing::trace!(%fault, "a connection has already been closed");
        }
        let is_proxy = peer.is_some_and(|peer| {
            let ip = peer.ip().to_canonical();
            self.proxies.iter().any(|network| network.contains(&ip))
        });
        if !is_proxy && self.tls.is_none() {
            return Ok((Stream::Plain(stream), peer));
        }
        let arriving = async {
            let client = if is_proxy { self.read_header(&mut stream, peer).await? } else { None };
            let stream = match &self.tls {
                None => Stream::Plain(stream),
                Some(tls) => Stream::Tls(Box::new(handshake(stream, Arc::clone(tls)).await?)),
            };
            Ok((stream, client.or(peer)))
        };
        tokio::time::timeout(HANDSHAKE, arriving).await.unwrap_or_else(|_late| Err(io::ErrorKind::TimedOut.into()))
    }

    async fn read_header(&self, stream: &mut TcpStream, peer: Option<SocketAddr>) -> io::Result<Option<SocketAddr>> {
        let read = proxy_protocol::read(stream).await;
        if let Err(fault) = &read
            && fault.kind() == io::ErrorKind::InvalidData
            && !self.warned.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                ?peer,
                %fault,
                "PROXY_PROTOCOL is true, but a connection from TRUSTED_PROXIES came without a valid header and was \
                    closed; later ones are not logged"
            );
        }
        read
    }
}

async fn handshake(
    mut stream: TcpStream,
    tls: Arc<ServerConfig>,
) -> io::Result<tokio_rustls::server::TlsStream<TcpStream>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 1 && first != [TLS_HANDSHAKE] {
        stream.write_all(SPEAK_TLS).await?;
        stream.shutdown().await?;
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not TLS"));
    }
    let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    hello.into_stream(tls).await
}

/// TLS 1.2 and 1.3 with the suites that rustls holds safe, and HTTP/1.1 alone (docs/adr/0019).
pub fn server_config(certificates: &Certificates) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::new(certificates.clone()));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new()?;
    Ok(config)
}
