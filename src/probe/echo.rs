//! Stands in for the app: notes what arrives, and tells nobody but the probe.

use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::http::{StatusCode, Version};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev, web};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::sync::Notify;

/// The answer to [`KEY`] (RFC 6455, section 1.3).
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
/// The key of the handshake that the probe sends.
pub(super) const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// How long a stream stays open until the first event has to have arrived.
const OPEN_FOR: Duration = Duration::from_secs(3);

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    /// Path and query.
    pub(super) target: String,
    /// Whether it came over a version of HTTP in which there is no upgrade.
    pub(super) is_old_http: bool,
    /// Names in small letters, and values.
    pub(super) headers: Vec<(String, String)>,
    /// Bytes of the body.
    pub(super) length: usize,
}

impl Arrived {
    /// Every value of a header.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Names of the headers that have `text` in their value.
    pub(super) fn names_with(&self, text: &str) -> Vec<&str> {
        let with = self.headers.iter().filter(|(_, value)| value.contains(text));
        with.map(|(name, _)| name.as_str()).collect()
    }
}

#[derive(Default)]
struct Notes {
    mark: String,
    arrived: Mutex<Vec<Arrived>>,
    first_event_seen: Notify,
}

/// The stand-in, which runs while it is kept.
pub struct Echo {
    notes: Arc<Notes>,
    handle: dev::ServerHandle,
}

impl Echo {
    /// Listens in place of the app; `mark` is in the path of every request that is the probe's.
    pub fn start(listener: TcpListener, mark: &str) -> std::io::Result<Self> {
        let notes = Arc::new(Notes { mark: mark.to_owned(), ..Notes::default() });
        let shared = web::Data::from(Arc::clone(&notes));
        let server = HttpServer::new(move || App::new().app_data(shared.clone()).default_service(web::to(answer)));
        let server = server.workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run();
        let handle = server.handle();
        drop(tokio::spawn(server));
        Ok(Self { notes, handle })
    }

    /// What arrived with `part` in its path.
    pub(super) fn arrived(&self, part: &str) -> Vec<Arrived> {
        let arrived = self.notes.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.iter().filter(|one| one.target.contains(part)).cloned().collect()
    }

    /// The first event of a stream has been received.
    pub(super) fn saw_first_event(&self) {
        self.notes.first_event_seen.notify_one();
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn answer(req: HttpRequest, mut body: web::Payload, notes: web::Data<Notes>) -> HttpResponse {
    let target = req.uri().to_string();
    if !target.contains(&notes.mark) {
        return HttpResponse::ServiceUnavailable()
            .insert_header((RETRY_AFTER, HeaderValue::from_static("10")))
            .body("The app is being tested, and is back in a moment.\n");
    }
    let headers = req.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let headers: Vec<(String, String)> = headers.collect();
    let is_socket = headers.iter().any(|(name, value)| name == "upgrade" && value.eq_ignore_ascii_case("websocket"));
    let is_old_http = req.version() < Version::HTTP_11;
    let mut arrived = Arrived { target: target.clone(), is_old_http, headers, length: 0 };
    if !is_socket {
        while let Some(Ok(chunk)) = body.next().await {
            arrived.length += chunk.len();
        }
    }
    notes.arrived.lock().unwrap_or_else(PoisonError::into_inner).push(arrived);
    if is_socket && is_old_http {
        // As strict apps do (RFC 9110, section 7.8).
        return HttpResponse::UpgradeRequired().body("over HTTP/1.1\n");
    }
    if is_socket {
        return HttpResponse::build(StatusCode::SWITCHING_PROTOCOLS)
            .insert_header(("sec-websocket-accept", ACCEPT))
            .upgrade("websocket")
            .streaming(stream::iter([Ok::<_, actix_web::Error>(Bytes::from_static(b"\x88\x00"))]));
    }
    if target.ends_with("/stream") {
        return unchunked("text/event-stream", events(notes));
    }
    HttpResponse::Ok().content_type("text/plain").body("arrived\n")
}

/// A stream that ends with the connection: what comes in chunks, some proxies hand on even if they buffer.
fn unchunked(
    media: &'static str,
    body: impl futures_util::Stream<Item = Result<Bytes, actix_web::Error>> + 'static,
) -> HttpResponse {
    let mut response = HttpResponse::Ok().force_close().content_type(media).streaming(body);
    response.head_mut().no_chunking(true);
    response
}

/// One event, and another one when the first has arrived.
fn events(notes: web::Data<Notes>) -> impl futures_util::Stream<Item = Result<Bytes, actix_web::Error>> {
    let first = stream::iter([Ok(Bytes::from_static(b"data: first\n\n"))]);
    let second = stream::once(async move {
        drop(tokio::time::timeout(OPEN_FOR, notes.first_event_seen.notified()).await);
        Ok(Bytes::from_static(b"data: second\n\n"))
    });
    first.chain(second)
}
