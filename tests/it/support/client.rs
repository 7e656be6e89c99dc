//! A browser-like client: it keeps cookies, sends what a browser sends, follows nothing by itself.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::jar::{self, Jar, SetCookie};
use super::{page, wait};

/// How long [`Client::raw`] listens for more.
const RAW_PATIENCE: Duration = Duration::from_secs(5);

/// A request before it is sent.
#[derive(Clone, Debug)]
pub struct Call {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Call {
    /// Any method, with nothing but what HTTP itself wants.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// What a browser sends when somebody opens an address.
    pub fn navigation(path: &str) -> Self {
        Self::new("GET", path)
            .header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document")
            .header("Sec-Fetch-Site", "none")
    }

    /// What a browser sends when a script of the same origin fetches something.
    pub fn fetch(method: &str, path: &str) -> Self {
        let fetch = Self::new(method, path).header("Accept", "*/*").header("Sec-Fetch-Mode", "cors");
        fetch.header("Sec-Fetch-Dest", "empty").header("Sec-Fetch-Site", "same-origin")
    }

    /// What a browser sends with a form of the page at `origin`.
    pub fn form(path: &str, origin: &str, fields: &[(&str, &str)]) -> Self {
        let mut call = Self::navigation(path).header("Sec-Fetch-Site", "same-origin").header("Origin", origin);
        "POST".clone_into(&mut call.method);
        call.header("Content-Type", "application/x-www-form-urlencoded").body(encode_form(fields))
    }

    /// Sends it to another path.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sends it with another method.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Sets a header in place of any of that name.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.also(name, value)
    }

    /// Adds a header, keeping others with that name.
    #[must_use]
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves a header out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name))
    }
}

/// `application/x-www-form-urlencoded`.
pub fn encode_form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// All headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|fault| panic!("{fault}: {}", self.text()))
    }

    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every header of that name (lower case).
    pub fn headers_named(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Where a redirect leads; empty when it is none.
    pub fn location(&self) -> &str {
        self.header("location").unwrap_or_default()
    }

    /// Every cookie it sets or removes.
    pub fn set_cookies(&self) -> Vec<SetCookie> {
        self.headers_named("set-cookie").into_iter().map(SetCookie::parse).collect()
    }

    /// The cookie of that name, prefix and port aside, if the answer sets or removes it.
    pub fn set_cookie(&self, name: &str) -> Option<SetCookie> {
        self.set_cookies().into_iter().find(|cookie| cookie.name == name || jar::bare(&cookie.name) == name)
    }
}

/// An answer whose body is still coming.
pub struct OpenResponse {
    /// Status and headers; the body is empty.
    pub head: Response,
    body: Incoming,
}

impl OpenResponse {
    /// The next piece; `None` at the proper end, an error when the stream is cut.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, hyper::Error>> {
        loop {
            let frame = wait::in_time("a piece of the body", self.body.frame()).await?;
            match frame.map(hyper::body::Frame::into_data) {
                Ok(Ok(data)) => return Some(Ok(data)),
                Ok(Err(_trailers)) => {}
                Err(fault) => return Some(Err(fault)),
            }
        }
    }

    /// Reads until the text has come; panics when the stream ends before.
    pub async fn read_until(&mut self, text: &str) -> String {
        let mut all = String::new();
        while !all.contains(text) {
            let chunk = self.chunk().await.unwrap_or_else(|| panic!("ended before {text:?}: {all}"));
            all.push_str(&String::from_utf8_lossy(&chunk.unwrap()));
        }
        all
    }

    /// Reads to the end: `true` if it is a proper one, `false` if the response was interrupted.
    pub async fn ends_properly(&mut self) -> bool {
        while let Some(chunk) = self.chunk().await {
            if chunk.is_err() {
                return false;
            }
        }
        true
    }
}

/// One browser profile; a clone is a second one with the same cookies (two tabs of one browser share a client instead).
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    app_url: String,
    /// What the browser keeps; tests may change it.
    pub jar: Jar,
    last_page: String,
    headers: Vec<(String, String)>,
}

impl Client {
    /// A fresh profile that reaches `app_url` at `address`.
    pub fn new(address: SocketAddr, app_url: &str) -> Self {
        let headers = vec![("User-Agent".to_owned(), "Mozilla/5.0 (portcullis test)".to_owned())];
        Self { address, app_url: app_url.to_owned(), jar: Jar::default(), last_page: String::new(), headers }
    }

    /// Sends this header with every request from now on.
    pub fn always(&mut self, name: &str, value: &str) {
        self.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Opens a page, as a navigation.
    pub async fn get(&mut self, path: &str) -> Response {
        self.send(Call::navigation(path)).await
    }

    /// Fetches as a script would.
    pub async fn fetch(&mut self, path: &str) -> Response {
        self.send(Call::fetch("GET", path)).await
    }

    /// Posts a form with the token of the last page that had one.
    pub async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Response {
        let call = self.filled_form(path, fields);
        let call = call.unwrap_or_else(|| panic!("no form with a csrf_token on the last page: {}", self.last_page));
        self.send(call).await
    }

    /// Opens `page` and posts the form of it.
    pub async fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Response {
        let answer = self.get(page).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text());
        self.post_form(path, fields).await
    }

    /// Sends any request; keeps the cookies and remembers the page.
    pub async fn send(&mut self, call: Call) -> Response {
        let (mut response, body) = self.exchange(call).await.unwrap();
        response.body =
            wait::in_time("the body", body.collect()).await.map(|all| all.to_bytes().to_vec()).unwrap_or_default();
        self.remember(&response);
        response
    }

    /// The same with a server that may go away before it has answered.
    pub async fn try_send(&mut self, call: Call) -> Option<Response> {
        let (mut response, body) = self.exchange(call).await.ok()?;
        response.body = wait::in_time("the body", body.collect()).await.ok()?.to_bytes().to_vec();
        self.remember(&response);
        Some(response)
    }

    /// The form of the last page, filled in; `None` when that page had none.
    pub fn filled_form(&self, path: &str, fields: &[(&str, &str)]) -> Option<Call> {
        let token = page::csrf_token(&self.last_page)?;
        let mut all = vec![("csrf_token", token.as_str())];
        all.extend_from_slice(fields);
        Some(Call::form(path, &self.app_url, &all))
    }

    fn remember(&mut self, response: &Response) {
        let text = response.text();
        if page::csrf_token(&text).is_some() {
            self.last_page = text;
        }
    }

    /// Sends a request and hands out the answer as soon as its head is there.
    pub async fn open(&mut self, call: Call) -> OpenResponse {
        let (head, body) = self.exchange(call).await.unwrap();
        OpenResponse { head, body }
    }

    async fn exchange(&mut self, call: Call) -> std::io::Result<(Response, Incoming)> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(std::io::Error::other)?;
        tokio::spawn(connection);
        let request = self.build(call);
        let answer = wait::in_time("an answer", sender.send_request(request)).await.map_err(std::io::Error::other)?;
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let response = Response { status: answer.status().as_u16(), headers: headers.collect(), body: Vec::new() };
        response.set_cookies().iter().for_each(|cookie| self.jar.take(cookie));
        Ok((response, answer.into_body()))
    }

    fn build(&self, call: Call) -> hyper::Request<Full<Bytes>> {
        let mut request = hyper::Request::builder().method(call.method.as_str()).uri(&call.path);
        let cookie = self.jar.header(&call.path).map(|value| ("Cookie".to_owned(), value));
        let host = ("Host".to_owned(), self.host().to_owned());
        for (name, value) in std::iter::once(host).chain(self.headers.iter().cloned()).chain(cookie) {
            if !call.has(&name) {
                request = request.header(name, value);
            }
        }
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        request.body(Full::from(call.body)).unwrap()
    }

    /// The authority of `APP_URL`, which is what a browser puts into `Host`.
    pub fn host(&self) -> &str {
        self.app_url.split_once("://").map_or(self.app_url.as_str(), |(_, host)| host)
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address)
            .await
            .unwrap_or_else(|fault| panic!("cannot connect to {}: {fault}", self.address))
    }

    /// Sends bytes as they are and returns all that comes back until the server closes or falls silent; ask for
    /// `Connection: close`.
    pub async fn raw(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.unwrap();
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        while let Ok(Ok(read @ 1..)) = tokio::time::timeout(RAW_PATIENCE, stream.read(&mut piece)).await {
            answer.extend_from_slice(&piece[..read]);
        }
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The head lines for [`Client::raw`]: request line, host and cookies, without the empty line at the end.
    pub fn raw_head(&self, method: &str, path: &str) -> String {
        let cookie = self.jar.header(path).map(|value| format!("Cookie: {value}\r\n")).unwrap_or_default();
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{cookie}", self.host())
    }

    /// Opens a WebSocket with the cookies; the status code when it is refused.
    pub async fn web_socket(&self, path: &str, origin: &str) -> Result<WebSocketStream<TcpStream>, u16> {
        let mut request = format!("ws://{}{path}", self.host()).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Origin", origin.parse().unwrap());
        if let Some(cookie) = self.jar.header(path) {
            headers.insert("Cookie", cookie.parse().unwrap());
        }
        for (name, value) in &self.headers {
            headers.append(hyper::header::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        let stream = self.connect().await;
        match wait::in_time("a WebSocket", tokio_tungstenite::client_async(request, stream)).await {
            Ok((socket, _)) => Ok(socket),
            Err(tokio_tungstenite::tungstenite::Error::Http(refusal)) => Err(refusal.status().as_u16()),
            Err(fault) => panic!("no WebSocket: {fault}"),
        }
    }
}
