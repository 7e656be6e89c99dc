//! WebSockets: tunnelled while the session is live; no other upgrade (S80, RFC 6455).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{
    CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, rt};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use hyper::Response;
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::oneshot;

use super::proxy_headers;
use crate::accounts::streams::StreamTicket;
use crate::http::error::HttpError;

/// Bytes read from the app at once; each idle tunnel has a buffer of this size.
const BUFFER: usize = 8 * 1024;
/// How long the app may continue to send after the client has closed its direction.
const LINGER: Duration = Duration::from_secs(5);
/// A key is 16 bytes in base64.
const KEY_LENGTH: usize = 24;

type AppEnd = TokioIo<Upgraded>;

/// The upgrade that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upgrade {
    /// None; upgrades to other protocols are ignored, which HTTP allows.
    Ordinary,
    /// A WebSocket.
    WebSocket,
    /// Something that some programs would accept as a WebSocket and others would not.
    Broken,
}

/// Parses the handshake (RFC 6455, section 4.2.1).
pub(super) fn requested(method: &Method, headers: &HeaderMap) -> Upgrade {
    if !names(headers, &UPGRADE, b"websocket") {
        return Upgrade::Ordinary;
    }
    let only = |name: HeaderName| {
        let mut values = headers.get_all(name);
        values.next().filter(|_| values.next().is_none()).map(|value| value.as_bytes().trim_ascii())
    };
    let alone = only(UPGRADE).is_some_and(|value| value.eq_ignore_ascii_case(b"websocket"));
    let key = only(SEC_WEBSOCKET_KEY).is_some_and(|key| key.len() == KEY_LENGTH);
    let version = only(SEC_WEBSOCKET_VERSION) == Some(b"13");
    let whole = alone && key && version && *method == Method::GET && names(headers, &CONNECTION, b"upgrade");
    if whole { Upgrade::WebSocket } else { Upgrade::Broken }
}

fn names(headers: &HeaderMap, header: &HeaderName, token: &[u8]) -> bool {
    headers.get_all(header).any(|value| {
        value.as_bytes().split(|byte| *byte == b',').any(|part| part.trim_ascii().eq_ignore_ascii_case(token))
    })
}

/// Connects both directions; both end with the session.
pub(super) async fn tunnel(
    response: Response<Incoming>,
    payload: Payload,
    ticket: StreamTicket,
) -> Result<HttpResponse, HttpError> {
    let switched_to = response.headers().get("upgrade").map_or(&b""[..], hyper::http::HeaderValue::as_bytes);
    if !switched_to.eq_ignore_ascii_case(b"websocket") {
        return Err(HttpError::Upstream("the app switched to a protocol that was not requested".to_owned()));
    }
    let headers = response.headers().clone();
    let upgraded = hyper::upgrade::on(response).await.map_err(|fault| HttpError::Upstream(fault.to_string()))?;
    let (from_app, to_app) = tokio::io::split(TokioIo::new(upgraded));
    // Dropped with the response's body, which ends the other direction; and vice versa, after a while.
    let (body_lives, body_gone) = oneshot::channel::<()>();
    let (client_speaks, client_silent) = oneshot::channel::<()>();
    // Each direction watches for the end itself: the other one may be blocked by a client that does not read.
    let ticket = Rc::new(ticket);
    let also = Rc::clone(&ticket);
    rt::spawn(async move {
        pump_to_app(payload, to_app, body_gone, &also).await;
        drop(client_speaks);
    });
    let end = async move {
        let lingered = async {
            drop(client_silent.await);
            tokio::time::sleep(LINGER).await;
        };
        tokio::select! {
            () = ticket.ended() => "the session ended",
            () = lingered => "the client has disconnected",
        }
    };
    let body = from_app_to_client(from_app, Box::pin(end), body_lives);
    let mut answer =
        HttpResponse::build(StatusCode::SWITCHING_PROTOCOLS).upgrade("websocket").streaming(Box::pin(body));
    answer.headers_mut().remove(CONTENT_TYPE);
    proxy_headers::from_app(&headers, answer.headers_mut());
    Ok(answer)
}

#[expect(
    clippy::cognitive_complexity,
    reason = "tokio's select and the macros of tracing count as branches; there are few"
)]
async fn pump_to_app(
    mut payload: Payload,
    mut to_app: WriteHalf<AppEnd>,
    mut body_gone: oneshot::Receiver<()>,
    ticket: &StreamTicket,
) {
    loop {
        let chunk = tokio::select! {
            biased;
            () = ticket.ended() => None,
            _gone = &mut body_gone => None,
            chunk = payload.next() => chunk,
        };
        let Some(Ok(chunk)) = chunk else { break };
        // An app that does not read must not keep this task alive when the session ends.
        let written = tokio::select! {
            biased;
            () = ticket.ended() => false,
            _gone = &mut body_gone => false,
            written = write(&mut to_app, &chunk) => written.is_ok(),
        };
        if !written {
            break;
        }
    }
    if let Err(fault) = to_app.shutdown().await {
        tracing::trace!(%fault, "the app had already closed its end of a WebSocket");
    }
}

async fn write(to_app: &mut WriteHalf<AppEnd>, chunk: &[u8]) -> io::Result<()> {
    to_app.write_all(chunk).await?;
    to_app.flush().await
}

fn from_app_to_client(
    from_app: ReadHalf<AppEnd>,
    end: Pin<Box<dyn Future<Output = &'static str>>>,
    body_lives: oneshot::Sender<()>,
) -> impl Stream<Item = Result<Bytes, io::Error>> {
    let start = Some((from_app, end, body_lives, BytesMut::new()));
    futures_util::stream::unfold(start, |state| async move {
        let (mut from_app, mut end, body_lives, mut buffer) = state?;
        buffer.reserve(BUFFER);
        let count = tokio::select! {
            biased;
            why = &mut end => Err(io::Error::other(why)),
            count = from_app.read_buf(&mut buffer) => count,
        };
        match count {
            Ok(0) => None,
            Ok(_) => Some((Ok(buffer.split().freeze()), Some((from_app, end, body_lives, buffer)))),
            // Ending with an error closes the connection immediately.
            Err(fault) => Some((Err(fault), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const HANDSHAKE: [(&str, &str); 4] = [
        ("upgrade", "WebSocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-version", "13"),
    ];

    fn upgrade_of(headers: &[(&str, &str)]) -> Upgrade {
        let mut request = TestRequest::default();
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        requested(&Method::GET, request.to_http_request().headers())
    }

    #[test]
    fn s80_a_whole_handshake_is_a_websocket() {
        assert_eq!(upgrade_of(&HANDSHAKE), Upgrade::WebSocket);
    }

    #[test]
    fn s80_a_part_of_a_handshake_is_refused() {
        for without in 1..HANDSHAKE.len() {
            let mut headers = HANDSHAKE.to_vec();
            headers.remove(without);
            assert_eq!(upgrade_of(&headers), Upgrade::Broken, "{without}");
        }
        for added in
            [("upgrade", "h2c"), ("upgrade", "websocket"), ("sec-websocket-key", "x"), ("sec-websocket-version", "8")]
        {
            assert_eq!(upgrade_of(&[&HANDSHAKE[..], &[added]].concat()), Upgrade::Broken, "{added:?}");
        }
        assert_eq!(upgrade_of(&[("upgrade", "h2c, websocket")]), Upgrade::Broken);
        assert_eq!(
            requested(&Method::POST, TestRequest::default().insert_header(HANDSHAKE[0]).to_http_request().headers()),
            Upgrade::Broken
        );
    }

    #[test]
    fn s80_other_upgrades_are_not_granted() {
        assert_eq!(upgrade_of(&[("upgrade", "h2c"), ("connection", "Upgrade, HTTP2-Settings")]), Upgrade::Ordinary);
        assert_eq!(upgrade_of(&[]), Upgrade::Ordinary);
    }
}
