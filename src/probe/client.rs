//! Sends one request at a time, each on a connection of its own, exactly as it is given; follows nothing.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream, lookup_host};

use crate::domain::origin::Origin;
use crate::http::upstream_tls::UpstreamTls;

/// How long one question may take; all together have less time than that of two.
const TIMEOUT: Duration = Duration::from_secs(4);
/// How long the beginning of a stream may take: less than the stand-in holds it open.
const STREAM_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes that are read of a body.
const MAX_BODY: usize = 64 * 1024;

/// Asks at one address.
pub(super) struct Asker {
    place: SocketAddr,
    tls: Option<UpstreamTls>,
    authority: String,
}

/// A question.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    method: Method,
    target: String,
    host: Option<String>,
    headers: Vec<(String, String)>,
    length: usize,
    is_title_case: bool,
    source: Option<Ipv4Addr>,
}

impl Ask {
    /// GET of a target, which is sent as it stands.
    pub(super) fn get(target: impl Into<String>) -> Self {
        let (target, headers) = (target.into(), Vec::new());
        Self { method: Method::GET, target, host: None, headers, length: 0, is_title_case: false, source: None }
    }

    /// POST of so many bytes.
    pub(super) fn post(target: impl Into<String>, length: usize) -> Self {
        Self { method: Method::POST, length, ..Self::get(target) }
    }

    /// One more header.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// In place of the host of the address.
    #[must_use]
    pub(super) fn at_host(self, host: &str) -> Self {
        Self { host: Some(host.to_owned()), ..self }
    }

    /// Names of headers with capital letters.
    #[must_use]
    pub(super) fn in_title_case(self) -> Self {
        Self { is_title_case: true, ..self }
    }

    /// From that address of this machine.
    #[must_use]
    pub(super) fn sent_by(self, source: Ipv4Addr) -> Self {
        Self { source: Some(source), ..self }
    }

    /// As a browser asks for a page.
    #[must_use]
    pub(super) fn of_navigation(self) -> Self {
        let asked = self.with("accept", "text/html").with("sec-fetch-mode", "navigate");
        asked.with("sec-fetch-dest", "document").with("sec-fetch-site", "none")
    }

    /// As a script of a page asks.
    #[must_use]
    pub(super) fn of_script(self) -> Self {
        let asked = self.with("accept", "application/json").with("sec-fetch-mode", "cors");
        asked.with("sec-fetch-dest", "empty").with("sec-fetch-site", "same-origin")
    }
}

/// An answer, with the beginning of its body.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    /// The first header of that name; empty if there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether a header of that name is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// Whether it is a redirection.
    pub(super) fn redirects(&self) -> bool {
        matches!(self.status, 301..=303 | 307 | 308)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AskFault {
    /// None came in time.
    Late,
    /// The connection broke, or was refused.
    Broken(String),
}

fn broken(fault: impl std::fmt::Display) -> AskFault {
    AskFault::Broken(fault.to_string())
}

impl Asker {
    /// Finds the server of an origin: at `place` if that is given, else where its name leads.
    pub(super) async fn find(origin: &Origin, place: Option<SocketAddr>) -> Result<Self, AskFault> {
        let place = match place {
            Some(place) => place,
            None => tokio::time::timeout(TIMEOUT, reachable(origin)).await.map_err(|_late| AskFault::Late)??,
        };
        let authority = origin.authority().to_owned();
        let named = authority.clone();
        let tls = if origin.is_https() {
            let made = tokio::task::spawn_blocking(move || UpstreamTls::new(&named, None)).await;
            Some(made.map_err(broken)?.map_err(broken)?)
        } else {
            None
        };
        Ok(Self { place, tls, authority })
    }

    /// The server that is asked.
    pub(super) const fn place(&self) -> SocketAddr {
        self.place
    }

    /// The answer to a question.
    pub(super) async fn ask(&self, ask: Ask) -> Result<Answer, AskFault> {
        let answered = async {
            let response = self.open(ask).await?;
            let (head, body) = response.into_parts();
            let body = if head.status == 101 { Bytes::new() } else { beginning(body).await };
            let body = String::from_utf8_lossy(&body).into_owned();
            Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
        };
        tokio::time::timeout(TIMEOUT, answered).await.unwrap_or(Err(AskFault::Late))
    }

    /// The answer with its body still to come.
    pub(super) async fn open(&self, ask: Ask) -> Result<Response<Incoming>, AskFault> {
        let stream = self.connect(ask.source).await.map_err(broken)?;
        match &self.tls {
            Some(tls) => self.send(tls.connect(stream).await.map_err(broken)?, ask).await,
            None => self.send(stream, ask).await,
        }
    }

    async fn connect(&self, source: Option<Ipv4Addr>) -> std::io::Result<TcpStream> {
        let Some(source) = source else { return TcpStream::connect(self.place).await };
        let socket = TcpSocket::new_v4()?;
        socket.bind((source, 0).into())?;
        socket.connect(self.place).await
    }

    /// Where questions come from, and where they go.
    pub(super) async fn ends(&self) -> Option<(IpAddr, IpAddr)> {
        let stream = tokio::time::timeout(TIMEOUT, TcpStream::connect(self.place)).await.ok()?.ok()?;
        Some((stream.local_addr().ok()?.ip().to_canonical(), self.place.ip().to_canonical()))
    }

    /// Whether the body of an answer begins while it is still open at its source.
    pub(super) async fn has_begun(&self, ask: Ask) -> bool {
        let read = async {
            let mut body = self.open(ask).await.ok()?.into_body();
            body.frame().await?.ok()?.into_data().ok()
        };
        tokio::time::timeout(STREAM_TIMEOUT, read).await.is_ok_and(|begun| begun.is_some())
    }

    async fn send(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        ask: Ask,
    ) -> Result<Response<Incoming>, AskFault> {
        let mut builder = http1::Builder::new();
        builder.title_case_headers(ask.is_title_case).max_headers(1000);
        let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // It ends with the last byte of the answer, or when the answer is dropped.
        drop(tokio::spawn(connection.with_upgrades()));
        let request = self.request(ask)?;
        sender.send_request(request).await.map_err(broken)
    }

    fn request(&self, ask: Ask) -> Result<Request<Full<Bytes>>, AskFault> {
        let host = ask.host.as_deref().unwrap_or(&self.authority);
        let mut request = Request::new(Full::new(Bytes::from(vec![b'x'; ask.length])));
        *request.method_mut() = ask.method;
        *request.uri_mut() = ask.target.parse::<Uri>().map_err(broken)?;
        let headers = request.headers_mut();
        headers.insert("host", HeaderValue::from_str(host).map_err(broken)?);
        headers.insert("user-agent", HeaderValue::from_static("portcullis-probe"));
        for (name, value) in &ask.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(broken)?;
            headers.append(name, HeaderValue::from_str(value).map_err(broken)?);
        }
        Ok(request)
    }
}

/// The first address of the host that accepts connections.
async fn reachable(origin: &Origin) -> Result<SocketAddr, AskFault> {
    let host = origin.host().trim_matches(['[', ']']);
    let port = origin.port().unwrap_or(if origin.is_https() { 443 } else { 80 });
    if host.ends_with(".localhost") {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    let mut last = broken("the name leads nowhere");
    for place in lookup_host((host, port)).await.map_err(broken)? {
        match TcpStream::connect(place).await {
            Ok(_stream) => return Ok(place),
            Err(fault) => last = broken(fault),
        }
    }
    Err(last)
}

/// As much of a body as is worth reading.
async fn beginning(body: Incoming) -> Bytes {
    let read = Limited::new(body, MAX_BODY).collect().await;
    read.map(http_body_util::Collected::to_bytes).unwrap_or_default()
}
