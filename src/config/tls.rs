//! HTTPS of the gate's own: its certificates and its ports.

use std::net::IpAddr;
use std::path::PathBuf;

use super::parse::Reader;
use super::variables::{
    ACME_DIRECTORY_URL, ACME_EMAIL, HTTP_PORT, HTTPS_PORT, PROXY_PROTOCOL, TLS_CERT_FILE, TLS_KEY_FILE,
};
use crate::domain::app_url::AppUrl;
use crate::domain::email::Email;

/// The directory of Let's Encrypt.
const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// HTTPS of its own.
#[derive(Clone, Debug)]
pub struct Tls {
    /// `HTTPS_PORT`.
    pub https_port: u16,
    /// `HTTP_PORT`, which leads to https; 0 for none.
    pub http_port: u16,
    /// Where the certificates come from.
    pub source: CertificateSource,
}

/// Where the certificates come from.
#[derive(Clone, Debug)]
pub enum CertificateSource {
    /// `TLS_CERT_FILE` and `TLS_KEY_FILE`, pair by pair.
    Files(Vec<PairFiles>),
    /// An authority, by ACME.
    Acme(Acme),
}

/// The two files of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairFiles {
    /// The certificate and its chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Whom to ask for certificates, and as whom (RFC 8555).
#[derive(Clone, Debug)]
pub struct Acme {
    /// `ACME_EMAIL`: where the authority may write to.
    pub email: String,
    /// `ACME_DIRECTORY_URL`, or that of Let's Encrypt.
    pub directory_url: String,
}

impl Acme {
    /// Whether the authority could give a certificate for this host: only one of one's own knows private names.
    pub fn can_certify(&self, host: &str) -> bool {
        const PRIVATE: [&str; 6] = ["localhost", "local", "internal", "lan", "test", "arpa"];
        let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let is_public = || host.rsplit_once('.').is_some_and(|(_, last)| !PRIVATE.contains(&last));
        !is_address && (self.directory_url != LETS_ENCRYPT || is_public())
    }
}

/// Reads what is given; `None` means plain http.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Tls> {
    reader.require_both(TLS_CERT_FILE.name, TLS_KEY_FILE.name);
    let mut paths = |variable| reader.given(variable).unwrap_or_default();
    let (certificates, keys) = (paths(&TLS_CERT_FILE), paths(&TLS_KEY_FILE));
    let email = reader.given(&ACME_EMAIL);
    let directory_url = reader.given(&ACME_DIRECTORY_URL).unwrap_or_else(|| LETS_ENCRYPT.to_owned());
    let port = reader.value(&HTTPS_PORT);
    let http_port = reader.value(&HTTP_PORT);
    if !certificates.is_empty() && reader.values.contains_key(ACME_EMAIL.name) {
        reader.faults.add("ACME_EMAIL", "and TLS_CERT_FILE are both set; the certificates come from one of them");
    }
    if !certificates.is_empty() && !keys.is_empty() && certificates.len() != keys.len() {
        reader.faults.add("TLS_KEY_FILE", "must name as many files as TLS_CERT_FILE, in the same order");
    }
    let source = if let Some(email) = email {
        CertificateSource::Acme(Acme { email, directory_url })
    } else if certificates.is_empty() {
        return None;
    } else {
        let pairs = certificates.into_iter().zip(keys);
        CertificateSource::Files(
            pairs.map(|(certificate, key)| PairFiles { certificate: certificate.into(), key: key.into() }).collect(),
        )
    };
    if port == http_port {
        reader.faults.add("HTTP_PORT", "is the same as HTTPS_PORT; set another one, or 0 for none");
    }
    Some(Tls { https_port: port, http_port, source })
}

/// What goes only with certain addresses.
pub(super) fn check(reader: &mut Reader<'_>, tls: &Tls, app_url: &AppUrl) {
    if !app_url.is_https() {
        reader.faults.add("APP_URL", "must begin with https://, since TLS_CERT_FILE or ACME_EMAIL is set");
    } else if let CertificateSource::Acme(acme) = &tls.source
        && !acme.can_certify(app_url.host())
    {
        reader.faults.add(
            "ACME_EMAIL",
            "needs a public name in APP_URL: no authority gives a certificate for its host; use TLS_CERT_FILE and \
                TLS_KEY_FILE, or ACME_DIRECTORY_URL for an authority of your own",
        );
    }
}

/// Whether connections begin with a PROXY header, which only named proxies may send.
pub(super) fn proxy_protocol(reader: &mut Reader<'_>, has_proxies: bool) -> bool {
    let wanted = reader.value(&PROXY_PROTOCOL);
    if wanted && !has_proxies {
        reader.faults.add("PROXY_PROTOCOL", "needs TRUSTED_PROXIES: the addresses that send it");
    }
    wanted
}

#[expect(clippy::unnecessary_wraps, reason = "a parser of the table may fail")]
pub(super) fn path(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

pub(super) fn email(text: &str) -> Result<String, String> {
    Email::parse(text).map(|email| email.as_str().to_owned()).map_err(|_fault| "must be an e-mail address".to_owned())
}

pub(super) fn directory_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.has_host());
    url.map(|_| text.to_owned()).ok_or_else(|| "must be the https address of an ACME directory".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::load_pairs;

    const FILES: [(&str, &str); 3] = [
        ("APP_URL", "https://gate.example.org"),
        ("TLS_CERT_FILE", "/a.crt, /b.crt"),
        ("TLS_KEY_FILE", "/a.key,/b.key"),
    ];
    const ACME: [(&str, &str); 2] = [("APP_URL", "https://gate.example.org"), ("ACME_EMAIL", "ada@example.org")];

    #[test]
    fn files_are_paired_in_their_order_and_every_address_is_listened_on() {
        let server = load_pairs(&FILES).unwrap().server;
        let tls = server.tls.clone().unwrap();
        assert_eq!((tls.https_port, tls.http_port, server.host.is_unspecified()), (443, 80, true));
        let CertificateSource::Files(pairs) = tls.source else { panic!("{tls:?}") };
        let pair =
            |name: &str| PairFiles { certificate: format!("/{name}.crt").into(), key: format!("/{name}.key").into() };
        assert_eq!(pairs, [pair("a"), pair("b")]);
        assert!(server.is_at("localhost:443") && server.is_at("127.0.0.1:80") && !server.is_at("localhost:3000"));
        let plain = load_pairs(&[]).unwrap().server;
        assert!(plain.tls.is_none() && plain.host.is_loopback() && !plain.proxy_protocol);
    }

    #[test]
    fn what_does_not_go_together_is_said() {
        let faults = |own: &[(&str, &str)], more: &[(&str, &str)]| {
            let mut all = own.to_vec();
            for (name, value) in more {
                all.retain(|(own, _)| own != name);
                all.push((name, value));
            }
            load_pairs(&all).map(drop).unwrap_err().to_string()
        };
        for (own, more, name) in [
            (&FILES[..], &[("ACME_EMAIL", "ada@example.org")][..], "ACME_EMAIL"),
            (&FILES, &[("TLS_KEY_FILE", "/a.key")], "TLS_KEY_FILE"),
            (&FILES[..2], &[], "TLS_KEY_FILE"),
            (&FILES, &[("APP_URL", "http://gate.example.org")], "APP_URL"),
            (&FILES, &[("HTTP_PORT", "443")], "HTTP_PORT"),
            (&FILES, &[("PROXY_PROTOCOL", "true")], "PROXY_PROTOCOL"),
            (&ACME, &[("APP_URL", "https://192.0.2.1")], "ACME_EMAIL"),
            (&ACME, &[("APP_URL", "https://box.lan")], "ACME_EMAIL"),
            (&ACME, &[("ACME_EMAIL", "ada")], "ACME_EMAIL"),
            (&ACME, &[("ACME_DIRECTORY_URL", "http://ca.example.org/")], "ACME_DIRECTORY_URL"),
        ] {
            let said = faults(own, more);
            assert!(said.contains(name), "{more:?}: {said}");
        }
        let own = [("ACME_DIRECTORY_URL", "https://ca.lan/acme/directory"), ("APP_URL", "https://box.lan")];
        assert!(load_pairs(&[&ACME[1..], &own].concat()).is_ok(), "an authority of one's own knows private names");
    }

    #[test]
    fn what_has_no_effect_is_a_warning() {
        let warned = |pairs: &[(&str, &str)]| load_pairs(pairs).unwrap().warnings.join(" ");
        assert!(warned(&[("HTTPS_PORT", "8443")]).contains("HTTPS_PORT"));
        assert!(warned(&[("ACME_DIRECTORY_URL", "https://ca.lan/")]).contains("ACME_DIRECTORY_URL"));
        assert!(warned(&[&FILES[..], &[("PORT", "8443")]].concat()).contains("PORT has no effect"));
    }
}
