//! Request and response bodies: streamed both ways, never buffered, and an incomplete one is recognisable (S81).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::Payload;
use actix_web::rt;
use bytes::Bytes;
use futures_util::StreamExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::sync::mpsc;

use crate::accounts::Accounts;
use crate::accounts::streams::{StreamRequest, StreamTicket};
use crate::http::authenticator::Verdict;

/// Chunks of an upload that are queued for the app; each is at most what actix reads at once (32 KiB).
const WAITING: usize = 4;

/// The client's body for the app.
pub(super) enum Upload {
    /// No body.
    Empty,
    /// The chunks that [`Upload::of`] reads from the client.
    Pieces(Pieces),
}

/// The receiving end of an upload.
pub(super) struct Pieces {
    receiver: mpsc::Receiver<Piece>,
    left: Option<u64>,
    over: bool,
    limit: UploadLimit,
}

/// The maximum size of an upload.
#[derive(Clone)]
pub(super) struct UploadLimit {
    /// Bytes that may still come.
    left: u64,
    exceeded: Arc<AtomicBool>,
}

impl UploadLimit {
    /// A limit of `max` bytes, if there is one.
    pub(super) fn new(max: Option<u64>) -> Self {
        Self { left: max.unwrap_or(u64::MAX), exceeded: Arc::default() }
    }

    /// Whether `length` is within the limit.
    pub(super) const fn allows(&self, length: u64) -> bool {
        length <= self.left
    }

    /// Whether more has come than the limit allows: then the upload was broken off.
    pub(super) fn was_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Acquire)
    }

    /// Counts a piece; false if it is too much.
    fn take(&mut self, size: u64) -> bool {
        let left = self.left.checked_sub(size);
        self.left = left.unwrap_or(0);
        self.exceeded.fetch_or(left.is_none(), Ordering::AcqRel);
        left.is_some()
    }
}

/// The end is sent explicitly, so that a dropped sender is an error.
enum Piece {
    Data(Bytes),
    End,
    Broken(String),
}

impl Upload {
    /// Turns `payload`, which is bound to this thread, into a body that can be sent; `length` is its announced length.
    /// Data that arrives after the end of the session is discarded.
    pub(super) fn of(
        mut payload: Payload,
        length: Option<u64>,
        limit: UploadLimit,
        ticket: Option<StreamTicket>,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        rt::spawn(async move {
            loop {
                let piece = tokio::select! {
                    biased;
                    // The app has answered or closed, or the client's request was dropped.
                    () = sender.closed() => return,
                    () = ended(ticket.as_ref()) => Piece::Broken("the session ended".to_owned()),
                    chunk = payload.next() => match chunk {
                        Some(Ok(data)) => Piece::Data(data),
                        Some(Err(fault)) => Piece::Broken(fault.to_string()),
                        None => Piece::End,
                    },
                };
                let last = !matches!(piece, Piece::Data(_));
                if sender.send(piece).await.is_err() || last {
                    return;
                }
            }
        });
        Self::Pieces(Pieces { receiver, left: length, over: false, limit })
    }
}

async fn ended(ticket: Option<&StreamTicket>) {
    match ticket {
        Some(ticket) => ticket.ended().await,
        None => std::future::pending().await,
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Pieces(pieces) => pieces.poll(context).map(|chunk| chunk.map(|chunk| chunk.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Pieces(pieces) => pieces.over,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Pieces(pieces) => pieces.left.map_or_else(SizeHint::default, SizeHint::with_exact),
        }
    }
}

impl Pieces {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let Poll::Ready(piece) = self.receiver.poll_recv(context) else { return Poll::Pending };
        self.over = !matches!(piece, Some(Piece::Data(_)));
        Poll::Ready(match piece {
            Some(Piece::Data(data)) => {
                let size = u64::try_from(data.len()).unwrap_or(u64::MAX);
                self.left = self.left.map(|left| left.saturating_sub(size));
                let fits = self.limit.take(size);
                self.over |= !fits;
                Some(if fits { Ok(data) } else { Err(io::Error::other("the upload is too large for this app")) })
            }
            Some(Piece::End) if self.left.is_none_or(|left| left == 0) => None,
            Some(Piece::End) => Some(Err(io::Error::other("the client's body ended early"))),
            Some(Piece::Broken(fault)) => Some(Err(io::Error::other(fault))),
            None => Some(Err(io::Error::other("the client's body was aborted"))),
        })
    }
}

/// The app's body for the client, while the session is live.
pub(super) struct Download {
    body: Incoming,
    size: BodySize,
    watch: SessionWatch,
}

/// How the end of the session is detected.
pub(super) enum Watch {
    /// By a registered stream, immediately.
    Stream(StreamTicket),
    /// By checking the session before each piece that the app delayed: sufficient for a small body, and needs no
    /// registration.
    Pieces(Rc<Verdict>, Accounts, StreamRequest),
}

/// The state of a [`Watch`].
enum SessionWatch {
    Stream(Pin<Box<dyn Future<Output = ()>>>),
    Pieces(SessionPolling),
}

struct SessionPolling {
    verdict: Rc<Verdict>,
    accounts: Accounts,
    request: StreamRequest,
    /// The number of the apps by which the request was judged.
    apps: u64,
    waited: bool,
    /// A piece that is passed on once the store has confirmed the session.
    pending: Option<(Bytes, Answer)>,
}

/// Resolves to whether the session is live, according to the store.
type Answer = Pin<Box<dyn Future<Output = bool>>>;

impl SessionPolling {
    /// Whether the session is known to be live, and no rule changed, without asking the store.
    fn is_certain(&self) -> bool {
        let now = self.accounts.clock().monotonic();
        let untouched = self.verdict.is_untouched(now) && self.accounts.apps_changes() == self.apps;
        self.accounts.cache().has_lease(now) && untouched
    }

    fn verify(&mut self, piece: Bytes) {
        let (accounts, request) = (self.accounts.clone(), self.request.clone());
        let who = Arc::clone(&self.verdict.who);
        let allowed = async move { matches!(accounts.judge_again(Some(who.credential()), &request).await, Ok(Ok(_))) };
        self.pending = Some((piece, Box::pin(allowed)));
    }
}

impl Download {
    /// Passes `body` on, with the length `size`.
    pub(super) fn new(body: Incoming, size: BodySize, watch: Watch) -> Self {
        let watch = match watch {
            Watch::Stream(ticket) => SessionWatch::Stream(Box::pin(async move { ticket.ended().await })),
            Watch::Pieces(verdict, accounts, request) => {
                let apps = accounts.apps_changes();
                SessionWatch::Pieces(SessionPolling { verdict, accounts, request, apps, waited: false, pending: None })
            }
        };
        Self { body, size, watch }
    }
}

/// An error breaks the connection, which tells the client that the body is incomplete.
fn session_ended() -> Poll<Option<Result<Bytes, io::Error>>> {
    Poll::Ready(Some(Err(io::Error::other("the session ended"))))
}

impl MessageBody for Download {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        let this = self.get_mut();
        if let SessionWatch::Stream(end) = &mut this.watch
            && end.as_mut().poll(context).is_ready()
        {
            this.watch = SessionWatch::Stream(Box::pin(std::future::pending()));
            return session_ended();
        }
        loop {
            if let SessionWatch::Pieces(polling) = &mut this.watch
                && let Some((_, live)) = &mut polling.pending
            {
                let Poll::Ready(live) = live.as_mut().poll(context) else { return Poll::Pending };
                let piece = polling.pending.take().map(|(piece, _)| piece);
                return if live { Poll::Ready(piece.map(Ok)) } else { session_ended() };
            }
            match Pin::new(&mut this.body).poll_frame(context) {
                Poll::Pending => {
                    if let SessionWatch::Pieces(polling) = &mut this.watch {
                        polling.waited = true;
                    }
                    return Poll::Pending;
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(fault))) => return Poll::Ready(Some(Err(io::Error::other(fault)))),
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are dropped; an empty chunk would end a chunked response.
                    let Some(data) = frame.into_data().ok().filter(|data| !data.is_empty()) else { continue };
                    match &mut this.watch {
                        SessionWatch::Pieces(polling) if polling.waited && !polling.is_certain() => {
                            polling.verify(data);
                        }
                        _ => return Poll::Ready(Some(Ok(data))),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    fn upload(pieces: Vec<Piece>, left: Option<u64>) -> Upload {
        let (sender, receiver) = mpsc::channel(8);
        for piece in pieces {
            sender.try_send(piece).ok().unwrap();
        }
        Upload::Pieces(Pieces { receiver, left, over: false, limit: UploadLimit::new(None) })
    }

    async fn read(upload: Upload) -> Result<Bytes, io::Error> {
        Ok(upload.collect().await?.to_bytes())
    }

    #[actix_web::test]
    async fn a_whole_upload_arrives_whole_with_its_length() {
        let body = upload(vec![Piece::Data("ab".into()), Piece::Data("c".into()), Piece::End], Some(3));
        assert_eq!(body.size_hint().exact(), Some(3));
        assert_eq!(read(body).await.unwrap(), "abc");
        let chunked = upload(vec![Piece::Data("ab".into()), Piece::End], None);
        assert_eq!(chunked.size_hint().exact(), None);
        assert_eq!(read(chunked).await.unwrap(), "ab");
        assert!(Upload::Empty.is_end_stream());
    }

    #[actix_web::test]
    async fn s81_an_aborted_upload_is_never_complete() {
        for left in [None, Some(3)] {
            assert!(
                read(upload(vec![Piece::Data("ab".into()), Piece::Broken("reset".to_owned())], left)).await.is_err()
            );
            assert!(read(upload(vec![Piece::Data("ab".into())], left)).await.is_err());
        }
        assert!(read(upload(vec![Piece::Data("ab".into()), Piece::End], Some(3))).await.is_err());
    }
}
