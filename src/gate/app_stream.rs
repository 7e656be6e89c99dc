//! A connection to the app, on which a response that has arrived takes precedence over a failing write.
//!
//! An app may answer before it has read the whole upload, and close. Then hyper's next write fails, and hyper gives up
//! without reading the response. Therefore a write to an app that has closed counts as successful: reading determines
//! the result.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::client::TlsStream;
use tokio_util::either::Either;
use tower_service::Service;

use crate::domain::apps::Upstream;
use crate::domain::upstream::UpstreamUrl;
use crate::http::upstream_tls::UpstreamTls;

/// Makes [`AppStream`]s.
#[derive(Clone)]
pub(super) struct AppConnector {
    way: Way,
    limit: Duration,
}

/// How a connection is made.
#[derive(Clone)]
enum Way {
    Tcp(HttpConnector),
    Tls(HttpConnector, UpstreamTls),
    Unix(Arc<str>),
}

/// A connection over TCP, with TLS, or over a socket in the file system.
type Stream = Either<TcpStream, Either<Box<TlsStream<TcpStream>>, UnixStream>>;

impl AppConnector {
    /// Connections to `upstream`, each made within `limit`; an error if its certificates cannot be read.
    pub(super) fn new(upstream: &Upstream, limit: Duration) -> Result<Self, String> {
        let tcp = || {
            let mut connector = HttpConnector::new();
            connector.set_nodelay(true);
            connector
        };
        let way = match &upstream.url {
            UpstreamUrl::Http(_) => Way::Tcp(tcp()),
            UpstreamUrl::Unix(path) => Way::Unix(Arc::from(path.as_str())),
            UpstreamUrl::Https(authority) => Way::Tls(tcp(), UpstreamTls::new(authority, upstream.ca_file.as_deref())?),
        };
        Ok(Self { way, limit })
    }
}

impl Service<Uri> for AppConnector {
    type Response = AppStream;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<AppStream>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.way {
            Way::Tcp(tcp) | Way::Tls(tcp, _) => tcp.poll_ready(context).map_err(io::Error::other),
            Way::Unix(_) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let (way, limit) = (self.way.clone(), self.limit);
        let connect = async move {
            Ok(match way {
                Way::Tcp(mut tcp) => Either::Left(tcp.call(address).await.map_err(io::Error::other)?.into_inner()),
                Way::Tls(mut tcp, tls) => {
                    let stream = tcp.call(address).await.map_err(io::Error::other)?.into_inner();
                    Either::Right(Either::Left(Box::new(tls.connect(stream).await?)))
                }
                Way::Unix(path) => Either::Right(Either::Right(UnixStream::connect(&*path).await?)),
            })
        };
        let within = async move {
            let stream: io::Result<Stream> = tokio::time::timeout(limit, connect).await?;
            Ok(AppStream { stream: TokioIo::new(stream?), reader_is_gone: false })
        };
        within.boxed()
    }
}

/// A connection to the app.
pub(super) struct AppStream {
    stream: TokioIo<Stream>,
    reader_is_gone: bool,
}

impl AppStream {
    /// The result of a write; successful if the app has closed.
    fn forgive<T>(&mut self, outcome: io::Result<T>, done: T) -> io::Result<T> {
        let is_gone =
            |fault: &io::Error| matches!(fault.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset);
        match outcome {
            Err(fault) if is_gone(&fault) => {
                self.reader_is_gone = true;
                Ok(done)
            }
            other => other,
        }
    }
}

impl Connection for AppStream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for AppStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(context, buffer)
    }
}

impl Write for AppStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.reader_is_gone {
            return Poll::Ready(Ok(bytes.len()));
        }
        let outcome = ready!(Pin::new(&mut this.stream).poll_write(context, bytes));
        Poll::Ready(this.forgive(outcome, bytes.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let all = parts.iter().map(|part| part.len()).sum();
        if this.reader_is_gone {
            return Poll::Ready(Ok(all));
        }
        let outcome = ready!(Pin::new(&mut this.stream).poll_write_vectored(context, parts));
        Poll::Ready(this.forgive(outcome, all))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = ready!(Pin::new(&mut this.stream).poll_flush(context));
        Poll::Ready(this.forgive(outcome, ()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let outcome = ready!(Pin::new(&mut this.stream).poll_shutdown(context));
        Poll::Ready(this.forgive(outcome, ()))
    }
}
