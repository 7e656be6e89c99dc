//! The app behind the gate: a plain HTTP/1.1 server that keeps every request as it came, byte for byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::sample_app::answer;
pub use super::sample_app::{checksum, pattern};

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Request line and headers up to and with the empty line.
    pub head: Vec<u8>,
    /// The body, chunks joined.
    pub body: Vec<u8>,
}

impl Received {
    /// The request line and headers as text.
    pub fn head_text(&self) -> String {
        String::from_utf8_lossy(&self.head).into_owned()
    }

    /// `GET`, `POST` and so on.
    pub fn method(&self) -> String {
        self.head_text().split(' ').next().unwrap_or_default().to_owned()
    }

    /// The request target as it was sent.
    pub fn target(&self) -> String {
        self.head_text().split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// Headers in the order sent, names as spelled.
    pub fn headers(&self) -> Vec<(String, String)> {
        let text = self.head_text();
        let pairs = text.lines().skip(1).filter_map(|line| line.split_once(':'));
        pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect()
    }

    /// Every value of the header, whatever its case.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.headers().into_iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    /// The only value of the header; panics when there are several.
    pub fn header(&self, name: &str) -> Option<String> {
        let mut all = self.all(name);
        assert!(all.len() < 2, "{name} came {} times: {all:?}", all.len());
        all.pop()
    }
}

/// A running app; stops when dropped.
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    log: Log,
    relays: Relays,
    task: JoinHandle<()>,
}

/// What has arrived.
#[derive(Clone, Default)]
struct Log {
    received: Arc<Mutex<Vec<Received>>>,
    pieces: Arc<AtomicUsize>,
}

/// What begins so is another server's.
type Relays = Arc<Mutex<Vec<(&'static str, SocketAddr)>>>;

impl Upstream {
    /// Starts on a free port of the loopback address.
    pub async fn start() -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Starts where another one was.
    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (log, relays) = (Log::default(), Relays::default());
        let (noted, known) = (log.clone(), relays.clone());
        let task = tokio::spawn(async move {
            // With the app its connections end.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, noted.clone(), known.clone()));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, log, relays, task }
    }

    /// Hands requests whose target begins with `prefix` to the server at `address`, byte for byte, and whatever follows
    /// on their connections too; they are remembered like others.
    pub fn relay(&self, prefix: &'static str, address: SocketAddr) {
        self.relays.lock().unwrap().push((prefix, address));
    }

    /// `http://host:port`, for `UPSTREAM_URL`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    pub fn received(&self) -> Vec<Received> {
        self.log.received.lock().unwrap().clone()
    }

    /// The newest request.
    pub fn last(&self) -> Received {
        self.received().pop().expect("the app saw no request")
    }

    /// How many requests it saw.
    pub fn count(&self) -> usize {
        self.received().len()
    }

    /// How many pieces of chunked bodies have arrived, also of those that are not whole.
    pub fn pieces(&self) -> usize {
        self.log.pieces.load(Ordering::Acquire)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, log: Log, relays: Relays) {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer, &log.pieces).await {
        log.received.lock().unwrap().push(request.clone());
        let relay = relays
            .lock()
            .unwrap()
            .iter()
            .find(|(prefix, _)| request.target().starts_with(prefix))
            .map(|(_, address)| *address);
        if let Some(address) = relay {
            let mut other = TcpStream::connect(address).await.unwrap();
            let sent = other.write_all(&[request.head, request.body, buffer].concat()).await;
            drop(sent.and(tokio::io::copy_bidirectional(&mut stream, &mut other).await.map(drop)));
            return;
        }
        if request.target().starts_with("/ws-flood") {
            return flood(stream, &request, log).await;
        }
        if request.target().starts_with("/ws") && request.header("Sec-WebSocket-Key").is_some() {
            return echo_socket(stream, &request).await;
        }
        if answer(&mut stream, &request).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>, pieces: &AtomicUsize) -> Option<Received> {
    let end = fill_until(stream, buffer, |bytes| find(bytes, b"\r\n\r\n").map(|at| at + 4)).await?;
    let mut request = Received { head: buffer.drain(..end).collect(), body: Vec::new() };
    let chunked = request.all("Transfer-Encoding").iter().any(|value| value.eq_ignore_ascii_case("chunked"));
    let length = request.all("Content-Length").first().and_then(|value| value.parse::<usize>().ok()).unwrap_or(0);
    if chunked {
        loop {
            let line_end = fill_until(stream, buffer, |bytes| find(bytes, b"\r\n").map(|at| at + 2)).await?;
            let line: Vec<u8> = buffer.drain(..line_end).collect();
            let size = usize::from_str_radix(String::from_utf8_lossy(&line).trim().split(';').next()?, 16).ok()?;
            fill_until(stream, buffer, |bytes| (bytes.len() >= size + 2).then_some(size + 2)).await?;
            request.body.extend(buffer.drain(..size + 2).take(size));
            pieces.fetch_add(1, Ordering::Release);
            if size == 0 {
                return Some(request);
            }
        }
    }
    fill_until(stream, buffer, |bytes| (bytes.len() >= length).then_some(length)).await?;
    request.body = buffer.drain(..length).collect();
    Some(request)
}

async fn fill_until(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    done: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    loop {
        if let Some(end) = done(buffer) {
            return Some(end);
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// Bytes that [`flood`] could send, in this process.
pub static FLOODED: AtomicUsize = AtomicUsize::new(0);

/// Accepts a WebSocket and sends for ever; what comes is remembered as bytes, and so is the end.
async fn flood(mut stream: TcpStream, request: &Received, log: Log) {
    let accept = derive_accept_key(request.header("Sec-WebSocket-Key").unwrap_or_default().as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \
            {accept}\r\n\r\n"
    );
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let (mut reading, mut writing) = stream.into_split();
    let flood = tokio::spawn(async move {
        let mut frame = vec![0x82, 0x7e, 0x0f, 0xfc];
        frame.resize(4 + 0x0ffc, 0);
        while writing.write_all(&frame).await.is_ok() {
            FLOODED.fetch_add(frame.len(), Ordering::Relaxed);
        }
    });
    let mut piece = [0; 4096];
    loop {
        let count = reading.read(&mut piece).await.unwrap_or(0);
        let body = if count == 0 { b"[closed]".to_vec() } else { piece[..count].to_vec() };
        log.received.lock().unwrap().push(Received { head: b"FLOOD / HTTP/1.1\r\n\r\n".to_vec(), body });
        if count == 0 {
            return flood.abort();
        }
    }
}

async fn echo_socket(mut stream: TcpStream, request: &Received) {
    let key = request.header("Sec-WebSocket-Key").unwrap_or_default();
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \
            {accept}\r\n\r\n"
    );
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    while let Some(Ok(message)) = socket.next().await {
        if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn the_app_behind_answers_and_remembers() {
    let upstream = Upstream::start().await;
    let mut client = super::client::Client::new(upstream.address, &upstream.url());
    client.always("X-Probe", "one");
    let echo = client.send(super::client::Call::new("POST", "/echo?a=b").body("hello")).await;
    assert_eq!(echo.json()["body"], "hello");
    assert_eq!(upstream.last().header("x-probe").as_deref(), Some("one"));
    assert_eq!(upstream.last().target(), "/echo?a=b");
    let big = client.get("/big?size=200000").await;
    assert_eq!(checksum(&big.body), checksum(&pattern(0, 200_000)));
    assert_eq!(client.get("/status/404").await.status, 404);
    client.get("/set-cookie").await;
    assert_eq!(client.jar.get("app_two"), Some("2"));
    let mut events = client.open(super::client::Call::navigation("/events")).await;
    events.read_until("data: 2").await;
    let mut socket = client.web_socket("/ws", &upstream.url()).await.unwrap();
    socket.send("ping".into()).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap().as_str(), "ping");
    assert!(client.raw(client.raw_head("GET", "/status/418") + "\r\n").await.starts_with("HTTP/1.1 418"));
}
