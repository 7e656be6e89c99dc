//! A certificate chain with its key, as PEM has them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, RootCertStore};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use crate::domain::certificates::Validity;
use crate::domain::time::Timestamp;

/// A certificate with its chain and its key.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The names it is for: DNS names in lower case, `*.example.org` among them, and addresses as text.
    pub names: Vec<String>,
    /// When it is valid.
    pub validity: Validity,
    /// What the handshake needs.
    pub key: Arc<CertifiedKey>,
}

/// Why a pair cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairFault {
    /// There is no certificate in the chain, or it cannot be read.
    #[error("the certificate cannot be read: {0}")]
    Certificate(String),
    /// There is no private key, or it cannot be read.
    #[error("the key cannot be read: {0}")]
    Key(String),
    /// The key is of another certificate.
    #[error("the key does not belong to the certificate")]
    Mismatch,
    /// The certificate has no subjectAltName, without which no browser accepts it.
    #[error("the certificate is for no name: it has no subjectAltName")]
    NoName,
}

impl Pair {
    /// Reads a chain, the server's own certificate first, and the key of that one (RFC 7468).
    pub fn parse(chain: &[u8], key: &[u8]) -> Result<Self, PairFault> {
        let unreadable = |fault: pem::Error| PairFault::Certificate(words(&fault));
        let chain: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(unreadable)?;
        let all = chain.iter().map(|der| Certificate::from_der(der));
        let all: Vec<Certificate> =
            all.collect::<Result<_, _>>().map_err(|fault| PairFault::Certificate(fault.to_string()))?;
        let read = all.first().ok_or_else(|| PairFault::Certificate(words(&pem::Error::NoItemsFound)))?;
        let names = names(read)?;
        let period = read.tbs_certificate().validity();
        let moment = |time: &x509_cert::time::Time| {
            Timestamp::from_secs(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
        };
        let validity = Validity { from: moment(&period.not_before), until: moment(&period.not_after) };
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|fault| no_key(key, &fault))?;
        let key = CertifiedKey::from_der(chain, key, &rustls::crypto::aws_lc_rs::default_provider());
        let key = key.map_err(|fault| match fault {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => PairFault::Mismatch,
            fault => PairFault::Key(fault.to_string()),
        })?;
        Ok(Self { names, validity, key: Arc::new(key) })
    }
}

impl Pair {
    /// Whether the chain leads from the certificate to its last one, for a server of that name, at `now`; an error says
    /// where it is broken. A certificate without a chain is taken as it is.
    pub fn check_chain(&self, name: &str, now: Timestamp) -> Result<(), String> {
        let [own, between @ .., last] = &self.key.cert[..] else { return Ok(()) };
        let words = |fault: &dyn std::error::Error| fault.to_string();
        let mut roots = RootCertStore::empty();
        roots.add(last.clone()).map_err(|fault| words(&fault))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        let verifier = verifier.map_err(|fault| words(&fault))?;
        let name = ServerName::try_from(name).map_err(|fault| words(&fault))?;
        let now = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now.secs()).unwrap_or_default()));
        verifier.verify_server_cert(own, between, &name, &[], now).map(drop).map_err(|fault| words(&fault))
    }
}

/// Why there is no key in it, and what to do where that is known.
fn no_key(content: &[u8], fault: &pem::Error) -> PairFault {
    let is_encrypted = content.windows(9).any(|part| part == b"ENCRYPTED");
    PairFault::Key(if is_encrypted {
        "it is encrypted with a passphrase; take that away with `openssl pkey -in KEY -out NEW`".to_owned()
    } else {
        words(fault)
    })
}

fn words(fault: &pem::Error) -> String {
    match fault {
        pem::Error::NoItemsFound => {
            "there is none in it, at least not as PEM (are the two files exchanged?)".to_owned()
        }
        fault => fault.to_string(),
    }
}

fn names(certificate: &Certificate) -> Result<Vec<String>, PairFault> {
    let unreadable = |fault: x509_cert::der::Error| PairFault::Certificate(fault.to_string());
    let found = certificate.tbs_certificate().get_extension::<SubjectAltName>().map_err(unreadable)?;
    let (_, list) = found.ok_or(PairFault::NoName)?;
    let names: Vec<String> = list.0.iter().filter_map(name).collect();
    if names.is_empty() { Err(PairFault::NoName) } else { Ok(names) }
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_ascii_lowercase()),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from).ok();
            let sixteen = || <[u8; 16]>::try_from(bytes).map(IpAddr::from).ok();
            four.or_else(sixteen).map(|address| address.to_string())
        }
        _ => None,
    }
}
