//! A certificate chain with its key, as PEM has them.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::InconsistentKeys;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

use crate::domain::time::Timestamp;

/// A certificate with its chain and its key.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The names it is for: DNS names in lower case, `*.example.org` among them, and addresses as text.
    pub names: Vec<String>,
    /// From when on it is valid.
    pub not_before: Timestamp,
    /// Until when it is valid.
    pub not_after: Timestamp,
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
        let own = chain.first().ok_or_else(|| PairFault::Certificate("there is none in it".to_owned()))?;
        let read = Certificate::from_der(own).map_err(|fault| PairFault::Certificate(fault.to_string()))?;
        let names = names(&read)?;
        let period = read.tbs_certificate().validity();
        let secs = |time: &x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        let (not_before, not_after) = (secs(&period.not_before), secs(&period.not_after));
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|fault| no_key(key, &fault))?;
        let key = CertifiedKey::from_der(chain, key, &rustls::crypto::aws_lc_rs::default_provider());
        let key = key.map_err(|fault| match fault {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => PairFault::Mismatch,
            fault => PairFault::Key(fault.to_string()),
        })?;
        Ok(Self {
            names,
            not_before: Timestamp::from_secs(not_before),
            not_after: Timestamp::from_secs(not_after),
            key: Arc::new(key),
        })
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
