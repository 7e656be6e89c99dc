//! Other ways to the app of [`super::upstream`]: with TLS, or by a socket in the file system.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::upstream::Upstream;

/// A listener before an upstream; stops when dropped.
pub struct Front {
    /// What the gate is told as the address of the upstream.
    pub url: String,
    task: JoinHandle<()>,
}

/// Shows a certificate, whosever the key is.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

impl Front {
    /// With TLS at `localhost`: shows that certificate and signs with that key.
    pub async fn tls(upstream: &Upstream, certificate: &Path, key: &Path) -> Self {
        Self::tls_of(upstream, certificate, key, rustls::ALL_VERSIONS).await
    }

    /// With some versions of TLS alone.
    pub async fn tls_of(
        upstream: &Upstream,
        certificate: &Path,
        key: &Path,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let chain = CertificateDer::pem_file_iter(certificate).unwrap().map(Result::unwrap).collect();
        let key = provider.key_provider.load_private_key(PrivateKeyDer::from_pem_file(key).unwrap()).unwrap();
        let shown = Arc::new(Shown(Arc::new(CertifiedKey::new(chain, key))));
        let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(builder.with_no_client_auth().with_cert_resolver(shown)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (url, app) = (format!("https://localhost:{}", listener.local_addr().unwrap().port()), upstream.address);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        pass(stream, app).await;
                    }
                });
            }
        });
        Self { url, task }
    }

    /// By a socket at `path`.
    pub fn unix(upstream: &Upstream, path: &Path) -> Self {
        let (listener, app) = (UnixListener::bind(path).unwrap(), upstream.address);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, app));
            }
        });
        Self { url: format!("unix:{}", path.display()), task }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(mut stream: impl AsyncRead + AsyncWrite + Unpin, app: std::net::SocketAddr) {
    let mut app = TcpStream::connect(app).await.unwrap();
    drop(tokio::io::copy_bidirectional(&mut stream, &mut app).await);
}
