//! A connection to the app, on which a response that has arrived takes precedence over a failing write.
//!
//! An app may answer before it has read the whole upload, and close. Then hyper's next write fails, and hyper gives up
//! without reading the response. Therefore a write to an app that has closed counts as successful: reading determines
//! the result.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

/// Makes [`AppStream`]s.
#[derive(Clone)]
pub(super) struct AppConnector(HttpConnector);

impl AppConnector {
    pub(super) fn new(connector: HttpConnector) -> Self {
        Self(connector)
    }
}

impl Service<Uri> for AppConnector {
    type Response = AppStream;
    type Error = <HttpConnector as Service<Uri>>::Error;
    type Future = BoxFuture<'static, Result<AppStream, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        self.0.call(address).map(|stream| Ok(AppStream { stream: stream?, reader_is_gone: false })).boxed()
    }
}

/// A connection to the app.
pub(super) struct AppStream {
    stream: TokioIo<TcpStream>,
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
        self.stream.connected()
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
