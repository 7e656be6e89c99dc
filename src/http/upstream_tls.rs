//! TLS to an https upstream: its certificate is always checked (S84).

use std::error::Error;
use std::fmt::Display;
use std::io;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::accounts::ca_file;

/// Does the handshakes with one upstream.
#[derive(Clone)]
pub struct UpstreamTls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl UpstreamTls {
    /// For the upstream at `authority`, whose certificate is checked with the system's authorities, or only with
    /// `ca_file`; an error if they cannot be read. Blocks.
    pub fn new(authority: &str, ca_file: Option<&str>) -> Result<Self, String> {
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
        let name = name.map_err(|fault| format!("{host}: {fault}"))?;
        Ok(Self { connector: TlsConnector::from(tls_config(ca_file)?), name })
    }

    /// The handshake; an error says what can be done about it.
    pub async fn connect(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), stream).await.map_err(with_advice)
    }
}

/// That with the system's authorities: they are many, so every app and worker has the same, read once.
static OF_THE_SYSTEM: OnceLock<Arc<ClientConfig>> = OnceLock::new();

/// A configuration that trusts the system's authorities, or only the certificates of `ca_file`.
fn tls_config(ca_file: Option<&str>) -> Result<Arc<ClientConfig>, String> {
    match (ca_file, OF_THE_SYSTEM.get()) {
        (None, Some(known)) => Ok(Arc::clone(known)),
        (None, None) => {
            let config = Arc::new(new_config(None)?);
            Ok(Arc::clone(OF_THE_SYSTEM.get_or_init(|| config)))
        }
        (own, _) => new_config(own).map(Arc::new),
    }
}

fn new_config(ca_file: Option<&str>) -> Result<ClientConfig, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
    let builder = builder.map_err(|fault| fault.to_string())?;
    let mut roots = RootCertStore::empty();
    let Some(path) = ca_file else {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if roots.is_empty() {
            let faults: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
            return Err(format!(
                "no authorities of the system can be read; give the app a CA file {}",
                faults.join("; ")
            ));
        }
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    };
    let unreadable = |fault: &dyn Display| format!("the CA file {path} cannot be used: {fault}");
    let content = ca_file::read(path).map_err(|fault| unreadable(&fault))?;
    let certificates: Result<Vec<CertificateDer<'static>>, _> = CertificateDer::pem_slice_iter(&content).collect();
    let certificates = certificates.map_err(|fault| unreadable(&fault))?;
    let verifier = |of: &dyn Fn(&CertificateDer<'_>) -> bool| {
        let mut roots = RootCertStore::empty();
        for certificate in certificates.iter().filter(|certificate| of(certificate)) {
            roots.add(certificate.clone()).map_err(|fault| unreadable(&fault))?;
        }
        let built = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
        Ok::<_, String>(built.ok())
    };
    let of_the_file = verifier(&|_certificate| true)?.ok_or_else(|| unreadable(&"it has no certificate"))?;
    let issued = verifier(&|certificate| is_authority(certificate))?;
    let verifier = Arc::new(OwnFile { of_the_file, issued, certificates });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

/// Whether a certificate, of a file that is trusted, is marked as an authority: basicConstraints with `cA`, as DER (RFC
/// 5280, section 4.2.1.9). What is not marked speaks for itself alone.
fn is_authority(certificate: &CertificateDer<'_>) -> bool {
    const BASIC_CONSTRAINTS: [u8; 5] = [6, 3, 0x55, 0x1d, 0x13];
    const TRUE: [u8; 3] = [1, 1, 0xff];
    let Some(place) = certificate.windows(5).position(|window| window == BASIC_CONSTRAINTS) else { return false };
    let rest = certificate.get(place + 5..).unwrap_or_default();
    let value = rest.strip_prefix(&TRUE).unwrap_or(rest);
    // An octet string that holds a sequence, whose first element is `cA` unless it is false.
    value.first() == Some(&4) && value.get(2) == Some(&0x30) && value.get(4..7) == Some(&TRUE)
}

/// Accepts what an authority of the file has issued, and the certificates of the file themselves: also one that is
/// marked as an authority, as `openssl req -x509` makes them, or whose authority is unknown.
#[derive(Debug)]
struct OwnFile {
    /// Judges the certificates of the file themselves.
    of_the_file: Arc<WebPkiServerVerifier>,
    /// Judges all others; `None` if the file has no authority.
    issued: Option<Arc<WebPkiServerVerifier>>,
    certificates: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for OwnFile {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if !self.certificates.iter().any(|own| **own == **end_entity) {
            let issued = self.issued.as_ref().ok_or(CertificateError::UnknownIssuer)?;
            return issued.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        }
        match self.of_the_file.verify_server_cert(end_entity, &[], server_name, ocsp_response, now) {
            // webpki checks the period of validity before it finds either; tests hold it to that.
            Err(fault) if is_of_no_authority(&fault) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            outcome => outcome,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.of_the_file.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.of_the_file.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.of_the_file.supported_verify_schemes()
    }
}

/// Whether nothing but the authority is wrong: an unknown one, or the certificate is marked as one itself.
fn is_of_no_authority(fault: &rustls::Error) -> bool {
    match fault {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) => {
            matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

/// The fault of a handshake, with what can be done about it.
fn with_advice(fault: io::Error) -> io::Error {
    let Some(tls) = fault.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else { return fault };
    let advice = match tls {
        tls if is_of_no_authority(tls) => {
            "give the app a CA file with the authority that issued it, or with the certificate itself"
        }
        rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "the app needs a new certificate"
        }
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "the host of the upstream has to be a subjectAltName of the certificate",
        _ => return fault,
    };
    let explained: Box<dyn Error + Send + Sync> = format!("{fault}; {advice}").into();
    io::Error::new(fault.kind(), explained)
}
