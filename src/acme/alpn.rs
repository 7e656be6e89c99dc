//! The certificate that answers TLS-ALPN-01 (RFC 8737): good for nothing else.

use std::sync::Arc;

use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

/// The protocol by which an authority asks.
pub const PROTOCOL: &[u8] = b"acme-tls/1";

/// The self-signed certificate for `name`, with the digest of the key authorization in it; an error says what failed.
pub fn answer(name: &str, digest: [u8; 32]) -> Result<Arc<CertifiedKey>, String> {
    let words = |fault: rcgen::Error| fault.to_string();
    let mut parameters = CertificateParams::new([name.to_owned()]).map_err(words)?;
    parameters.distinguished_name = DistinguishedName::new();
    parameters.custom_extensions.push(CustomExtension::new_acme_identifier(&digest));
    let key = KeyPair::generate().map_err(words)?;
    let certificate = parameters.self_signed(&key).map_err(words)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).map_err(|fault| fault.to_string())?;
    // Not checked against its key: rustls does not know the critical extension that it has to have.
    Ok(Arc::new(CertifiedKey::new(vec![certificate.der().clone()], key)))
}
