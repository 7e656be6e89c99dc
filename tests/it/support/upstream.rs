//! The app behind the gate: a plain HTTP/1.1 server that keeps every request as it came, byte for byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

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
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (log, relays) = (Log::default(), Relays::default());
        let (noted, known) = (log.clone(), relays.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, noted.clone(), known.clone()));
            }
        });
        Self { address, log, relays, task }
    }

    /// Hands requests whose target begins with `prefix` to the server at `address`, byte for byte, and whatever follows on their
    /// connections too; they are remembered like others.
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

/// `/big?size=1000` asks for a number.
fn number(target: &str, name: &str, default: usize) -> usize {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
    pair.and_then(|(_, value)| value.parse().ok()).unwrap_or(default)
}

#[expect(clippy::cognitive_complexity, reason = "one arm for each address, each of a line or two")]
async fn answer(stream: &mut TcpStream, request: &Received) -> std::io::Result<()> {
    let target = request.target();
    let path = target.split('?').next().unwrap_or_default().to_owned();
    match path.as_str() {
        "/echo" => {
            let body = json!({"method": request.method(), "target": target, "headers": request.headers(), "body": String::from_utf8_lossy(&request.body)});
            send(stream, 200, &[("Content-Type", "application/json")], body.to_string().as_bytes()).await
        }
        "/upload" => {
            let body = json!({"length": request.body.len(), "sum": checksum(&request.body)});
            send(stream, 200, &[("Content-Type", "application/json")], body.to_string().as_bytes()).await
        }
        "/big" => big(stream, number(&target, "size", 1_000_000), request.method() == "HEAD").await,
        "/events" => events(stream).await,
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(number(&target, "ms", 300).try_into().unwrap_or(300))).await;
            send(stream, 200, &[], b"slow, but here\n").await
        }
        "/drip" => drip(stream).await,
        "/form" => form(stream, &target).await,
        "/cut" => stream.shutdown().await,
        "/kept" => kept(stream).await,
        "/set-cookie" => set_cookies(stream).await,
        "/set-our-cookies" => set_our_cookies(stream).await,
        _ => {
            let status = path.strip_prefix("/status/").and_then(|code| code.parse().ok()).unwrap_or(200);
            let headers =
                [("Content-Type", "text/html; charset=utf-8"), ("X-App", "upstream"), ("Location", "/elsewhere")];
            let kept = if (300..400).contains(&status) { headers.as_slice() } else { &headers[..2] };
            send(stream, status, kept, b"<!doctype html><title>The app</title><h1 id=app>The app behind</h1>").await
        }
    }
}

async fn set_cookies(stream: &mut TcpStream) -> std::io::Result<()> {
    let headers = [
        ("Set-Cookie", "app_one=1; Path=/"),
        ("Set-Cookie", "app_two=2; Path=/; HttpOnly"),
        ("Content-Type", "text/plain"),
    ];
    send(stream, 200, &headers, b"cookies\n").await
}

/// `/form?to=address` posts there.
async fn form(stream: &mut TcpStream, target: &str) -> std::io::Result<()> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let to = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
    let to = to.map_or_else(|| "/orders".to_owned(), |(_, value)| value.into_owned());
    let page = format!(
        "<!doctype html><form id=order method=post action='{to}'><input name=a value=1><button>Order</button></form>"
    );
    send(stream, 200, &[("Content-Type", "text/html")], page.as_bytes()).await
}

/// A page about which nothing is said but that it is old.
async fn kept(stream: &mut TcpStream) -> std::io::Result<()> {
    // Old enough for a browser to keep it for a while by itself.
    let headers = [("Content-Type", "text/html"), ("Last-Modified", "Sat, 01 Jan 2000 00:00:00 GMT")];
    send(stream, 200, &headers, b"<!doctype html><title>Kept</title><h1 id=app>Private</h1>").await
}

async fn set_our_cookies(stream: &mut TcpStream) -> std::io::Result<()> {
    let names =
        ["portcullis_access", "portcullis_refresh", "portcullis_session", "portcullis_form", "portcullis_device"];
    let ours: Vec<String> = names
        .iter()
        .flat_map(|name| our_spellings(name))
        .map(|name| format!("{name}=evil; Path=/; Secure; HttpOnly"))
        .collect();
    let mut headers: Vec<(&str, &str)> = ours.iter().map(|value| ("Set-Cookie", value.as_str())).collect();
    headers.extend([("Set-Cookie", "app=fine"), ("Clear-Site-Data", "\"cache\", \"cookies\"")]);
    send(stream, 200, &headers, b"").await
}

/// What a browser could send back as the cookie `name` of a gate.
fn our_spellings(name: &str) -> [String; 6] {
    ["", "__Host-", "__Secure-", "__Http-", "__Host-Http-", "__hOST-__Http-"]
        .map(|prefix| format!("{prefix}{name}_3000"))
        .map(|name| if name.starts_with("__Secure-") { name.replace("_3000", "") } else { name })
}

async fn send(stream: &mut TcpStream, status: u16, headers: &[(&str, &str)], body: &[u8]) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {status} Answer\r\n");
    for (name, value) in headers {
        head = head + name + ": " + value + "\r\n";
    }
    let bodiless = status == 204 || status == 304 || status < 200;
    let length = if bodiless { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    head = head + &length + "\r\n";
    stream.write_all(head.as_bytes()).await?;
    if bodiless { Ok(()) } else { stream.write_all(body).await }
}

async fn big(stream: &mut TcpStream, size: usize, head_alone: bool) -> std::io::Result<()> {
    stream
        .write_all(
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {size}\r\n\r\n")
                .as_bytes(),
        )
        .await?;
    let mut left = if head_alone { 0 } else { size };
    let mut at = 0;
    while left > 0 {
        let piece: Vec<u8> = pattern(at, left.min(64 * 1024));
        stream.write_all(&piece).await?;
        at += piece.len();
        left -= piece.len();
    }
    Ok(())
}

/// The bytes of `/big` from `start` on.
pub fn pattern(start: usize, length: usize) -> Vec<u8> {
    (start..start + length).map(|at| u8::try_from(at % 251).unwrap_or_default()).collect()
}

/// FNV-1a, to tell bodies apart; says nothing about an attacker.
pub fn checksum(bytes: &[u8]) -> String {
    let sum = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{sum:016x}")
}

/// One event at once, then one every 50 ms until the reader goes away.
async fn events(stream: &mut TcpStream) -> std::io::Result<()> {
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await?;
    for count in 0.. {
        let event = format!("data: {count}\n\n");
        stream.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// A small answer, a piece every 50 ms.
async fn drip(stream: &mut TcpStream) -> std::io::Result<()> {
    const PIECE: &[u8] = b"a piece, ";
    stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", PIECE.len() * 400).as_bytes()).await?;
    for _ in 0..400 {
        stream.write_all(PIECE).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Bytes that [`flood`] could send, in this process.
pub static FLOODED: AtomicUsize = AtomicUsize::new(0);

/// Accepts a WebSocket and sends for ever; what comes is remembered as bytes, and so is the end.
async fn flood(mut stream: TcpStream, request: &Received, log: Log) {
    let accept = derive_accept_key(request.header("Sec-WebSocket-Key").unwrap_or_default().as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
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
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
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
