//! A client's connection below the server: limits how much of a head is read (S95, S104), and resets connections so
//! that an incomplete response is recognisable (S110).

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::rt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::head_limits::{Connections, Room, State};
use super::stream::Stream;

/// How long a client with an overlong head may continue to send, so that it gets to read the refusal.
pub(super) const LINGER: Duration = Duration::from_secs(2);

/// The connection itself.
pub struct Connection {
    /// Present until dropped.
    stream: Option<Stream>,
    state: Rc<State>,
}

impl Connection {
    /// Wraps an accepted connection.
    pub fn new(stream: Stream, all: &Connections) -> Self {
        Self { stream: Some(stream), state: all.add() }
    }

    /// Its state.
    pub fn state(&self) -> Rc<State> {
        Rc::clone(&self.state)
    }

    fn stream(&mut self) -> io::Result<Pin<&mut Stream>> {
        self.stream.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    fn read_head(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.state.room() {
            Room::Bytes(room) => return self.read_at_most(room, context, buffer),
            Room::Look => {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Room::TooLong => {
                self.state.refuse_too_long();
                // Makes the server find that the head is too long, and say so once the earlier requests are answered.
                buffer.initialize_unfilled().fill(b'x');
                buffer.set_filled(buffer.capacity());
            }
            Room::Busy => {
                self.state.refuse_for_now();
                // No valid head contains this: the server answers 400.
                buffer.put_slice(b"\n\0\n");
            }
            Room::Over => {}
        }
        Poll::Ready(Ok(()))
    }

    fn read_at_most(
        &mut self,
        room: usize,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let stream = self.stream()?;
        let outcome = if buffer.remaining() <= room {
            stream.poll_read(context, buffer)
        } else {
            let mut part = ReadBuf::new(buffer.initialize_unfilled_to(room));
            let outcome = stream.poll_read(context, &mut part);
            let count = part.filled().len();
            buffer.advance(count);
            outcome
        };
        if outcome.is_pending() {
            self.state.note(context);
        }
        self.state.read.set(self.state.read.get() + buffer.filled().len() - before);
        outcome
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.state.in_body.get() {
            this.stream()?.poll_read(context, buffer)
        } else {
            this.read_head(context, buffer)
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().stream()?.poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.stream()?.poll_flush(context))?;
        // The server writes all it has before it flushes.
        if this.state.over.get() {
            ready!(this.stream()?.poll_shutdown(context))?;
            this.state.over.set(false);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().stream()?.poll_shutdown(context)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        if self.state.reset.get() {
            // A reset instead of a proper end, which a client would take for the end of the response.
            if let Err(fault) = stream.tcp().set_zero_linger() {
                tracing::debug!(%fault, "a connection could not be reset");
            }
        } else if self.state.refused.get() && tokio::runtime::Handle::try_current().is_ok() {
            let place = self.state.place.take();
            rt::spawn(async move {
                let done = tokio::time::timeout(LINGER, read_on(stream)).await;
                tracing::trace!(in_time = done.is_ok(), "closed a connection with an overlong head");
                drop(place);
            });
        }
    }
}

/// Closing with unread bytes would cause a reset, which can overtake the response.
pub(super) async fn read_on(mut stream: Stream) {
    let mut piece = [0; 4096];
    if stream.shutdown().await.is_ok() {
        while matches!(stream.read(&mut piece).await, Ok(1..)) {}
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;
    use tokio::net::{TcpListener, TcpStream};

    use super::super::head_limits::{HEAD_SECS, LONG_HEADS, LONGEST_READ, SHORT_HEAD};
    use super::*;

    async fn pair(all: &Connections) -> (TcpStream, Connection) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        (client, Connection::new(Stream::Plain(stream), all))
    }

    /// Reads as the server does, until `enough` or the end.
    async fn read(connection: &mut Connection, enough: impl Fn(&[u8]) -> bool) -> BytesMut {
        let mut bytes = BytesMut::with_capacity(8192);
        while !enough(&bytes) && connection.read_buf(&mut bytes).await.unwrap() > 0 {}
        bytes
    }

    async fn unfinished(all: &Connections, length: usize) -> (TcpStream, Connection, BytesMut) {
        let (mut client, mut connection) = pair(all).await;
        client.write_all(&vec![b'a'; length]).await.unwrap();
        let bytes = read(&mut connection, |bytes| bytes.len() >= length || bytes.ends_with(b"\n\0\n")).await;
        (client, connection, bytes)
    }

    #[actix_web::test]
    async fn s104_of_a_head_that_does_not_end_a_bounded_part_is_read() {
        let all = Connections::default();
        let (mut client, mut connection) = pair(&all).await;
        let sent = rt::spawn(async move {
            drop(client.write_all(&vec![b'a'; 2 * LONGEST_READ]).await);
            client
        });
        let bytes = read(&mut connection, |bytes| bytes.contains(&b'x')).await;
        assert_eq!(bytes.iter().position(|byte| *byte != b'a'), Some(LONGEST_READ));
        drop(connection);
        // Refused politely: everything sent is read, followed by a proper end.
        let mut client = sent.await.unwrap();
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    }

    #[actix_web::test]
    async fn s104_a_body_is_not_counted_and_a_head_after_it_is() {
        let all = Connections::default();
        let (mut client, mut connection) = pair(&all).await;
        connection.state.head_is_over(true);
        let sent = rt::spawn(async move {
            client.write_all(&vec![b'a'; 3 * LONGEST_READ]).await.unwrap();
            client
        });
        assert!(!read(&mut connection, |bytes| bytes.len() == 3 * LONGEST_READ).await.contains(&b'x'));
        assert!(!connection.state.is_unfinished());
        connection.state.body_is_over();
        let mut client = sent.await.unwrap();
        client.write_all(b"GET /").await.unwrap();
        read(&mut connection, |bytes| bytes.len() == 5).await;
        assert!(connection.state.is_unfinished());
    }

    #[actix_web::test]
    async fn s104_long_heads_that_are_not_over_are_few_at_once() {
        let all = Connections::default();
        let mut waiting = Vec::new();
        for _ in 0..LONG_HEADS {
            waiting.push(unfinished(&all, SHORT_HEAD + 1).await);
        }
        assert!(waiting.iter().all(|(_, _, bytes)| bytes.len() == SHORT_HEAD + 1));
        let (.., refused) = unfinished(&all, SHORT_HEAD + 1).await;
        assert!(refused.ends_with(b"\n\0\n") && refused.len() == SHORT_HEAD + 3, "{}", refused.len());
        let (.., short) = unfinished(&all, SHORT_HEAD).await;
        assert_eq!(short.len(), SHORT_HEAD, "short ones need no place");
        // One head is complete, one connection is gone: two places are free.
        waiting[0].1.state.head_is_over(false);
        drop(waiting.pop());
        let again = [unfinished(&all, SHORT_HEAD + 1).await, unfinished(&all, SHORT_HEAD + 1).await];
        assert!(again.iter().all(|(_, _, bytes)| bytes.len() == SHORT_HEAD + 1));
        assert!(unfinished(&all, SHORT_HEAD + 1).await.2.ends_with(b"\n\0\n"));
    }

    #[actix_web::test]
    async fn s95_a_head_has_its_time_and_nothing_else_has() {
        let all = Connections::default();
        let (_client, mut slow, _) = unfinished(&all, 10).await;
        let (_idle_client, idle) = pair(&all).await;
        let (_body_client, body, _) = unfinished(&all, 10).await;
        body.state.head_is_over(true);
        let read_on = rt::spawn(async move { slow.read(&mut [0; 10]).await.unwrap() });
        tokio::task::yield_now().await;
        for _ in 1..HEAD_SECS {
            all.look();
        }
        tokio::task::yield_now().await;
        assert!(!read_on.is_finished());
        all.look();
        assert_eq!(read_on.await.unwrap(), 0);
        assert!(!idle.state.given_up.get() && !body.state.given_up.get());
    }
}
