//! From a TCP connection to one on which HTTP is spoken: the PROXY header, then TLS (S131, S134).

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use rustls::server::{Accepted, Acceptor, WantsServerCert};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ConfigBuilder, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::StartHandshake;

use super::connection::{LINGER, read_on};
use super::proxy_protocol::{self, Sender};
use super::stream::Stream;
use crate::accounts::Accounts;
use crate::acme::alpn::PROTOCOL;
use crate::domain::networks::is_in;
use crate::tls::certificates::Certificates;

/// Time limit for the PROXY header and the handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The first byte of a TLS connection (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;
/// For who speaks plain http to the port for https.
const SPEAK_TLS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Connection: close\r\n\r\nThis port speaks https: the address has to begin with https://\n";

/// Bytes of the longest first message of a handshake; those of browsers have two thousand.
const MAX_HELLO: usize = 16 * 1024;
/// Connections in this state at once, of all workers; beyond that the oldest is closed (S104).
const MAX_ARRIVING: usize = 2048;

/// What happens to a connection before HTTP.
pub struct Accept {
    /// From whom a PROXY header is demanded; from nobody if it is empty.
    proxies: Vec<IpNet>,
    tls: Option<Arc<ServerConfig>>,
    /// The connections that are not there yet, the oldest first; dropping one's sender closes it.
    arriving: Mutex<VecDeque<oneshot::Sender<()>>>,
    /// Answers an authority that asks by TLS-ALPN-01.
    accounts: Option<Accounts>,
    /// Whether it was logged that a proxy sends no header, or one that nobody expects.
    warned: AtomicBool,
    /// [`HANDSHAKE`], but in tests.
    timeout: Duration,
}

impl Accept {
    /// Expects a PROXY header from `proxies`, and then TLS if `tls` is given.
    pub const fn new(proxies: Vec<IpNet>, tls: Option<Arc<ServerConfig>>) -> Self {
        Self {
            proxies,
            tls,
            accounts: None,
            arriving: Mutex::new(VecDeque::new()),
            warned: AtomicBool::new(false),
            timeout: HANDSHAKE,
        }
    }

    /// Also answers authorities that ask in a handshake whether a name is ours.
    #[must_use]
    pub fn with_challenges(self, accounts: &Accounts) -> Self {
        let accounts = accounts.acme().is_some().then(|| accounts.clone());
        Self { accounts, ..self }
    }

    /// The connection and the client's address, `None` if nobody knows it. An error ends the connection: `TimedOut`
    /// after ten seconds, `InvalidData` for what is no header or no TLS.
    pub async fn accept(&self, mut stream: TcpStream) -> io::Result<(Stream, Option<SocketAddr>)> {
        let peer = stream.peer_addr().ok();
        if let Err(fault) = stream.set_nodelay(true) {
            tracing::trace!(%fault, "a connection has already been closed");
        }
        let is_proxy = peer.is_some_and(|peer| is_in(peer.ip(), &self.proxies));
        if !is_proxy && self.tls.is_none() {
            return Ok((Stream::Plain(stream), peer));
        }
        let arriving = async {
            let client = if is_proxy { self.read_header(&mut stream, peer).await? } else { peer };
            let stream = match &self.tls {
                None => Stream::Plain(stream),
                Some(tls) => Stream::Tls(Box::new(self.handshake(stream, Arc::clone(tls)).await?)),
            };
            Ok((stream, client))
        };
        let crowded_out = self.arrive();
        tokio::select! {
            arrived = tokio::time::timeout(self.timeout, arriving) => {
                arrived.unwrap_or_else(|_late| Err(io::ErrorKind::TimedOut.into()))
            }
            _ = crowded_out => Err(io::ErrorKind::ConnectionAborted.into()),
        }
    }

    /// Takes a place among the connections that are not there yet; what is returned ends when a newer one needs it.
    fn arrive(&self) -> oneshot::Receiver<()> {
        let (place, crowded_out) = oneshot::channel();
        let mut arriving = self.arriving.lock().unwrap_or_else(PoisonError::into_inner);
        if arriving.len() >= MAX_ARRIVING {
            arriving.retain(|place| !place.is_closed());
        }
        if arriving.len() >= MAX_ARRIVING {
            drop(arriving.pop_front());
        }
        arriving.push_back(place);
        crowded_out
    }

    /// Who sends what follows the header; `None` for somebody whom the proxy does not name, and who is not trusted.
    async fn read_header(&self, stream: &mut TcpStream, peer: Option<SocketAddr>) -> io::Result<Option<SocketAddr>> {
        let read = proxy_protocol::read(stream).await;
        if let Err(fault) = &read
            && fault.kind() == io::ErrorKind::InvalidData
            && !self.warned.swap(true, Ordering::Relaxed)
        {
            let peer = peer.map(|peer| peer.ip().to_canonical().to_string()).unwrap_or_default();
            tracing::warn!(
                peer,
                %fault,
                "PROXY_PROTOCOL is true, but a connection from TRUSTED_PROXIES came without a valid header and was \
                    closed; later ones are not logged"
            );
        }
        read.map(|sender| match sender {
            Sender::Client(client) => Some(client),
            Sender::Unnamed => None,
            Sender::Proxy => peer,
        })
    }

    /// Answers who does not speak TLS.
    async fn refuse_plain(&self, mut stream: TcpStream) -> io::Error {
        self.warn_of_proxy(&mut stream).await;
        if let Err(fault) = stream.write_all(SPEAK_TLS).await {
            return fault;
        }
        let read = tokio::time::timeout(LINGER, read_on(Stream::Plain(stream))).await;
        tracing::trace!(in_time = read.is_ok(), "somebody spoke plain http to the port for https");
        io::Error::new(io::ErrorKind::InvalidData, "not TLS")
    }

    /// Says once that a proxy sends a header which nobody expects: without a word people would search for long.
    async fn warn_of_proxy(&self, stream: &mut TcpStream) {
        let mut begin = [0; 6];
        let is_header = stream.peek(&mut begin).await.is_ok() && proxy_protocol::begins(&begin);
        if is_header && !self.warned.swap(true, Ordering::Relaxed) {
            let peer = stream.peer_addr().map(|peer| peer.ip().to_canonical().to_string()).unwrap_or_default();
            tracing::warn!(
                peer,
                "a connection began with a header of the PROXY protocol and was closed, since PROXY_PROTOCOL is not \
                    true or TRUSTED_PROXIES does not name the peer; later ones are not logged"
            );
        }
    }

    async fn handshake(
        &self,
        mut stream: TcpStream,
        tls: Arc<ServerConfig>,
    ) -> io::Result<tokio_rustls::server::TlsStream<TcpStream>> {
        let mut first = [0];
        if stream.peek(&mut first).await? == 1 && first != [TLS_HANDSHAKE] {
            return Err(self.refuse_plain(stream).await);
        }
        let hello = StartHandshake::from_parts(read_hello(&mut stream).await?, stream);
        let Some(accounts) = self.accounts.as_ref().filter(|_| is_challenge(&hello)) else {
            return hello.into_stream(tls).await;
        };
        let name = hello.client_hello().server_name().unwrap_or_default().to_owned();
        let answer = accounts.alpn_challenge(&name).await.map_err(io::Error::other)?;
        let answer = answer.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no challenge for that name"))?;
        let config = challenge_config(answer).map_err(io::Error::other)?;
        // The handshake is all that the authority wants (RFC 8737, section 3).
        hello.into_stream(Arc::new(config)).await?.shutdown().await?;
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, "a challenge was answered"))
    }
}

/// The first message of a handshake, as long as it is not too long (S104).
async fn read_hello(stream: &mut TcpStream) -> io::Result<Accepted> {
    let (mut acceptor, mut buffer, mut read) = (Acceptor::default(), [0; 2048], 0);
    loop {
        let count = stream.read(&mut buffer).await?;
        read += count;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut rest = buffer.get(..count).unwrap_or_default();
        while !rest.is_empty() {
            if acceptor.read_tls(&mut rest)? == 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "it ended before it began"));
            }
        }
        match acceptor.accept() {
            Ok(Some(hello)) => return Ok(hello),
            Ok(None) if read > MAX_HELLO => return Err(io::Error::new(io::ErrorKind::InvalidData, "too long")),
            Ok(None) => {}
            Err((fault, mut alert)) => {
                let mut bytes = Vec::new();
                alert.write_all(&mut bytes)?;
                stream.write_all(&bytes).await?;
                return Err(io::Error::new(io::ErrorKind::InvalidData, fault));
            }
        }
    }
}

/// Whether a client speaks the protocol of TLS-ALPN-01 alone.
fn is_challenge(hello: &StartHandshake<TcpStream>) -> bool {
    hello.client_hello().alpn().is_some_and(|mut offered| offered.next() == Some(PROTOCOL) && offered.next().is_none())
}

fn challenge_config(answer: Arc<CertifiedKey>) -> Result<ServerConfig, rustls::Error> {
    let builder = builder()?;
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(answer)));
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(config)
}

fn builder() -> Result<ConfigBuilder<ServerConfig, WantsServerCert>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_no_client_auth())
}

/// TLS 1.2 and 1.3 with the suites that rustls holds safe, and HTTP/1.1 alone (docs/adr/0019).
pub fn server_config(certificates: &Certificates) -> Result<ServerConfig, rustls::Error> {
    let mut config = builder()?.with_cert_resolver(Arc::new(certificates.clone()));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.ticketer = rustls::crypto::aws_lc_rs::Ticketer::new()?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A client that never says anything, and its other end.
    async fn silent(listener: &TcpListener) -> (TcpStream, TcpStream) {
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (client, listener.accept().await.unwrap().0)
    }

    #[actix_web::test]
    async fn s104_of_too_many_connections_before_http_the_oldest_is_closed() {
        let accept = Accept::new(vec!["127.0.0.1/32".parse().unwrap()], None);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (_client, stream) = silent(&listener).await;
        let mut oldest = Box::pin(accept.accept(stream));
        assert!(futures_util::poll!(&mut oldest).is_pending());
        let mut newer: Vec<_> = (1..MAX_ARRIVING).map(|_| accept.arrive()).collect();
        assert!(futures_util::poll!(&mut oldest).is_pending());
        // One is there now and leaves its place to the next.
        drop(newer.pop());
        newer.push(accept.arrive());
        assert!(futures_util::poll!(&mut oldest).is_pending());
        newer.push(accept.arrive());
        assert_eq!(oldest.await.err().unwrap().kind(), io::ErrorKind::ConnectionAborted);
        assert!(newer.iter_mut().all(|place| place.try_recv() == Err(oneshot::error::TryRecvError::Empty)));
    }

    #[actix_web::test]
    async fn s104_a_first_message_without_an_end_is_not_kept() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mut client, mut stream) = silent(&listener).await;
        // Records of 16 KiB, the first of which announces a ClientHello of 64 KiB.
        let mut record = vec![0; 5 + 0x4000];
        record[..9].copy_from_slice(&[22, 3, 1, 0x40, 0, 1, 0, 0xff, 0xff]);
        client.write_all(&record).await.unwrap();
        let fault = read_hello(&mut stream).await.err().unwrap();
        assert_eq!((fault.kind(), fault.to_string().as_str()), (io::ErrorKind::InvalidData, "too long"));
    }

    #[actix_web::test]
    async fn s95_a_handshake_that_ends_before_it_begins_is_over() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mut client, mut stream) = silent(&listener).await;
        // A piece of a ClientHello, close_notify, and more.
        client.write_all(&[22, 3, 1, 0, 1, 1, 21, 3, 3, 0, 2, 1, 0]).await.unwrap();
        let more = tokio::spawn(async move {
            while client.write_all(&[22, 3, 1, 0, 1, 1]).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        assert!(tokio::time::timeout(HANDSHAKE, read_hello(&mut stream)).await.unwrap().is_err());
        drop(stream);
        more.await.unwrap();
    }

    #[actix_web::test]
    async fn s95_who_says_nothing_before_http_is_closed_in_time() {
        let mut accept = Accept::new(vec!["127.0.0.1/32".parse().unwrap()], None);
        accept.timeout = Duration::from_millis(20);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mut client, stream) = silent(&listener).await;
        assert_eq!(accept.accept(stream).await.err().unwrap().kind(), io::ErrorKind::TimedOut);
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    }
}
