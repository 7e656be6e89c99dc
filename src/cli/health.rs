//! Asks the running server whether it is ready.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{AlertDescription, ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

use super::say;
use crate::api::health::READY;
use crate::config::{Config, data_dir};
use crate::domain::networks::is_in;

/// How long to wait for the server.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum length of an answer, in bytes.
const MAX_ANSWER: u64 = 16 * 1024;

/// `health`: queries the running server.
pub(super) fn health(config: &Config) -> Result<(), String> {
    let (mut address, https_host) = server_address(config)?;
    let is_all = address.ip().is_unspecified() && address.is_ipv6();
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() });
    }
    let ask = |address| ask(config, address, https_host.as_deref());
    let answer = ask(address).or_else(|fault| {
        // On a machine without IPv6 the server listens on every address of IPv4.
        let other = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port());
        if is_all { ask(other) } else { Err(fault) }
    });
    let answer = match (answer, &https_host) {
        (Ok(answer), _) => answer,
        // It runs, and whoever keeps others from it until it is healthy would keep the authority from it, too.
        (Err(fault), Some(host)) if has_no_certificate(&fault) => {
            say(&format!(
                "the server runs, but there is no certificate for {host} yet; `portcullis certificate list` says why"
            ));
            return Ok(());
        }
        (Err(fault), _) => return Err(format!("{address} does not respond: {fault}")),
    };
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

/// Whether the server ended the handshake for want of a certificate.
fn has_no_certificate(fault: &io::Error) -> bool {
    let inner = fault.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::AlertReceived(AlertDescription::AccessDenied)))
}

fn ask(config: &Config, address: SocketAddr, https_host: Option<&str>) -> io::Result<String> {
    const QUESTION: &[u8] = b"GET /_auth/health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    let (server, own) = (&config.server, stream.local_addr()?.ip());
    if server.proxy_protocol && is_in(own, &server.trusted_proxies) {
        stream.write_all(b"PROXY UNKNOWN\r\n")?;
    }
    match https_host {
        None => exchange(stream, QUESTION),
        Some(host) => exchange(StreamOwned::new(client(host)?, stream), QUESTION),
    }
}

fn exchange(mut stream: impl Read + Write, question: &[u8]) -> io::Result<String> {
    stream.write_all(question)?;
    let mut answer = String::new();
    stream.take(MAX_ANSWER).read_to_string(&mut answer)?;
    Ok(answer)
}

/// Asks for the certificate of `host` and does not check it: this machine asks itself, and sends no secret.
fn client(host: &str) -> io::Result<ClientConnection> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = builder.map_err(io::Error::other)?.dangerous();
    let config = builder.with_custom_certificate_verifier(Arc::new(Unchecked(provider))).with_no_client_auth();
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
    ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)
}

/// Accepts every certificate.
#[derive(Debug)]
struct Unchecked(Arc<CryptoProvider>);

impl ServerCertVerifier for Unchecked {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// The address of this data directory's server, and its name if it speaks https: as configured, else as recorded when
/// it started.
fn server_address(config: &Config) -> Result<(SocketAddr, Option<String>), String> {
    let server = &config.server;
    let (variable, port) = server.tls.as_ref().map_or(("PORT", server.port), |tls| ("HTTPS_PORT", tls.https_port));
    let own = (SocketAddr::new(server.host, port), server.tls.as_ref().map(|_| server.app_url.host().to_owned()));
    if config.gives(variable) {
        return Ok(own);
    }
    let note = config.data_dir.join(data_dir::ADDRESS);
    match std::fs::read_to_string(&note) {
        Ok(text) => {
            let (address, name) =
                text.trim().split_once(' ').map_or((text.trim(), None), |(at, name)| (at, Some(name)));
            let address = address.parse().map_err(|fault| format!("{}: {fault}; give --{variable}", note.display()));
            address.map(|address| (address, name.map(str::to_owned)))
        }
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(own),
        Err(fault) => Err(format!("{}: {fault}; run this as the server's user, or give --{variable}", note.display())),
    }
}
