//! Requests to the authority: https alone, with limits, since it is not trusted more than it has to be.

use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::header::{HOST, HeaderValue, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

type Body = BodyWrapper<bytes::Bytes>;

/// Time limit for a request.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest wait that is believed, in seconds.
const LONGEST_WAIT_SECS: u64 = 24 * 3600;
/// Bytes of the longest response; a chain of certificates has a few thousand.
const MAX_RESPONSE: usize = 1 << 20;

/// Sends requests, each on a connection of its own.
#[derive(Clone)]
pub(super) struct Connection {
    tls: TlsConnector,
    wait_secs: Arc<Mutex<Option<i64>>>,
}

impl Connection {
    /// Trusts the authorities of the system (also those of `SSL_CERT_FILE`), or where it has none those of Mozilla; and
    /// those in `ca_file`, if there is one.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|fault| Error::Other(fault.into()))?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        if let Some(path) = ca_file {
            let own = CertificateDer::pem_file_iter(path).map_err(|fault| Error::Other(fault.into()))?;
            roots.add_parsable_certificates(own.filter_map(Result::ok));
        }
        let config = builder.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), wait_secs: Arc::default() })
    }

    /// What the last response said about waiting (`Retry-After` in seconds).
    pub(super) fn wait_secs(&self) -> Option<i64> {
        *self.wait_secs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The JSON at an address; `None` if there is none.
    pub(super) async fn get(&self, url: &str) -> Result<Option<serde_json::Value>, Error> {
        let request = Request::get(url).header(USER_AGENT, concat!("portcullis/", env!("CARGO_PKG_VERSION")));
        let request = request.body(Body::default()).map_err(|fault| Error::Other(fault.into()))?;
        let mut answer = self.request(request).await?;
        let content = answer.body.into_bytes().await.map_err(Error::Other)?;
        Ok(serde_json::from_slice(&content).ok().filter(|_| answer.parts.status.is_success()))
    }

    async fn send(self, mut request: Request<Body>) -> Result<BytesResponse, Box<dyn StdError + Send + Sync>> {
        let (host, port) = address(request.uri())?;
        let named = if port == 443 { host.clone() } else { format!("{host}:{port}") };
        request.headers_mut().insert(HOST, HeaderValue::from_str(&named)?);
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = path.parse()?;
        let bare = host.trim_matches(['[', ']']).to_owned();
        let tcp = TcpStream::connect((bare.as_str(), port)).await?;
        let stream = self.tls.connect(ServerName::try_from(bare)?, tcp).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let exchange = async {
            let (mut parts, body) = sender.send_request(request).await?.into_parts();
            let body = Limited::new(body, MAX_RESPONSE).collect().await?.to_bytes();
            let wait = parts.headers.remove(RETRY_AFTER).as_ref().and_then(seconds);
            // What is added to a time further on: nothing that overflows.
            parts.headers.extend(wait.map(|secs| (RETRY_AFTER, HeaderValue::from(secs))));
            *self.wait_secs.lock().unwrap_or_else(PoisonError::into_inner) = wait;
            Ok(BytesResponse { parts, body: Box::new(body) })
        };
        // The connection ends with the exchange, whichever way.
        tokio::select! {
            outcome = exchange => outcome,
            Err(fault) = connection => Err(fault.into()),
        }
    }
}

impl HttpClient for Connection {
    fn request(&self, request: Request<Body>) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let (this, host) = (self.clone(), request.uri().host().unwrap_or_default().to_owned());
        Box::pin(async move {
            let sent = tokio::time::timeout(TIMEOUT, this.send(request)).await;
            let sent = sent.unwrap_or_else(|_late| Err(io::Error::from(io::ErrorKind::TimedOut).into()));
            sent.map_err(|fault| {
                let why = with_causes(&*fault);
                let hint = if why.contains("UnknownIssuer") {
                    " (this machine does not trust its certificate; SSL_CERT_FILE can name a file with its authority)"
                } else {
                    ""
                };
                Error::Other(format!("{host} cannot be asked: {why}{hint}").into())
            })
        })
    }
}

/// Host and port of an https address; an authority cannot lead to anything else.
fn address(uri: &Uri) -> io::Result<(String, u16)> {
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(host)) => Ok((host.to_owned(), uri.port_u16().unwrap_or(443))),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{uri} is not an https address"))),
    }
}

/// Seconds of a `Retry-After`, at most a day; `None` for a date, which no authority sends, and for anything else.
fn seconds(value: &HeaderValue) -> Option<i64> {
    let secs: u64 = value.to_str().ok()?.trim().parse().ok()?;
    i64::try_from(secs.min(LONGEST_WAIT_SECS)).ok()
}

fn with_causes(fault: &(dyn StdError + Send + Sync + 'static)) -> String {
    let mut text = fault.to_string();
    let mut cause = fault.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s133_no_wait_is_longer_than_a_day() {
        let read = |text: &'static str| seconds(&HeaderValue::from_static(text));
        assert_eq!((read("0"), read(" 7200 "), read("86401")), (Some(0), Some(7200), Some(86_400)));
        assert_eq!(read("18446744073709551615"), Some(86_400));
        for odd in ["", "-1", "18446744073709551616", "1.5", "Wed, 21 Oct 2099 07:28:00 GMT"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
