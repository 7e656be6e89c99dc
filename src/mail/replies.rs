//! The connection to a mail server, with its replies normalised for lettre.
//!
//! In a reply only the three digits are significant, and the keywords of EHLO are case-insensitive (RFC 5321, sections
//! 2.4 and 4.2). lettre expects UTF-8, upper case, a space and CRLF, and refuses codes that it does not know; a reply
//! rejected for that would hide what became of a mail. Normalisation happens above TLS, which is why TLS is started
//! here too.
#![expect(deprecated, reason = "lettre's stream is the only way to its TLS with a reader of our own above it")]

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::io::{AsyncRead as _, AsyncWrite as _};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{AsyncNetworkStream, AsyncTokioStream, TlsParameters};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes kept of a line; lettre accepts 1000, and an invalid UTF-8 byte becomes three.
const KEPT: usize = 300;
/// Bytes read at once.
const CHUNK: usize = 1024;

/// A connection whose replies lettre can read.
#[derive(Debug)]
pub(super) struct Replies {
    inner: AsyncNetworkStream,
    line: Vec<u8>,
    ready: VecDeque<u8>,
}

impl Replies {
    /// Without TLS.
    pub(super) fn plain(tcp: TcpStream) -> Self {
        Self { inner: AsyncNetworkStream::use_existing_tokio1(Box::new(tcp)), line: Vec::new(), ready: VecDeque::new() }
    }

    /// TLS from the start.
    pub(super) async fn encrypted(tcp: TcpStream, tls: TlsParameters) -> Result<Self, Error> {
        let mut stream = Self::plain(tcp);
        stream.inner.upgrade_tls(tls).await?;
        Ok(stream)
    }

    /// TLS after STARTTLS: the server sends no second greeting, but lettre waits for one.
    pub(super) async fn upgraded(tcp: TcpStream, tls: TlsParameters) -> Result<Self, Error> {
        let mut stream = Self::encrypted(tcp, tls).await?;
        stream.ready.extend(b"220 \r\n");
        Ok(stream)
    }

    fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte == b'\n' {
                self.ready.extend(readable(&self.line).into_bytes());
                self.line.clear();
            } else if self.line.len() < KEPT {
                self.line.push(*byte);
            }
        }
    }
}

/// One line of a reply, without its end, in the form that lettre accepts.
fn readable(line: &[u8]) -> String {
    let line: String = String::from_utf8_lossy(line)
        .trim_end_matches('\r')
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let Some((code, rest)) =
        line.split_at_checked(3).filter(|(code, _)| code.bytes().all(|byte| byte.is_ascii_digit()))
    else {
        return format!("{line}\r\n");
    };
    let separator = if rest.starts_with('-') { '-' } else { ' ' };
    let text: String = rest.chars().skip(1).collect();
    // The keywords of EHLO; nobody reads the text of another 250.
    let text = if code == "250" { text.to_ascii_uppercase() } else { text };
    match code.as_bytes() {
        // lettre does not know x6z to x9z, such as 571; the first digit says all that matters.
        [first, b'6'..=b'9', last] => {
            format!("{}5{}{separator}{code} {text}\r\n", char::from(*first), char::from(*last))
        }
        _ => format!("{code}{separator}{text}\r\n"),
    }
}

impl AsyncRead for Replies {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.ready.is_empty() {
            let mut chunk = [0; CHUNK];
            let count = ready!(Pin::new(&mut self.inner).poll_read(cx, &mut chunk))?;
            if count == 0 {
                return Poll::Ready(Ok(()));
            }
            self.take(chunk.get(..count).unwrap_or_default());
        }
        let count = buf.remaining().min(self.ready.len());
        let taken: Vec<u8> = self.ready.drain(..count).collect();
        buf.put_slice(&taken);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Replies {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(cx)
    }
}

impl AsyncTokioStream for Replies {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_its_three_digits_whatever_the_text_is() {
        for (line, read) in [
            (&b"250 OK \xd2\xd1\r"[..], "250 OK \u{fffd}\u{fffd}\r\n"),
            (b"535 \xb5\xc7\xc2\xbc\r", "535 \u{fffd}\u{fffd}\u{bc}\r\n"),
            (b"220 B\xfccher ESMTP\r", "220 B\u{fffd}cher ESMTP\r\n"),
            (b"250-starttls\r", "250-STARTTLS\r\n"),
            (b"250 auth plain Login", "250 AUTH PLAIN LOGIN\r\n"),
            (b"334 VXNlcm5hbWU6\r", "334 VXNlcm5hbWU6\r\n"),
            (b"250\r", "250 \r\n"),
            (b"354", "354 \r\n"),
            (b"220\tready\r", "220 ready\r\n"),
            (b"550 a\rb\0c\r", "550 a b c\r\n"),
            (b"571 Delivery not authorized\r", "551 571 Delivery not authorized\r\n"),
            (b"471-later\r", "451-471 later\r\n"),
            (b"what\r", "what\r\n"),
            (b"2\xc3\xa9", "2\u{e9}\r\n"),
            (b"", "\r\n"),
        ] {
            assert_eq!(readable(line), read, "{}", String::from_utf8_lossy(line));
        }
    }
}
