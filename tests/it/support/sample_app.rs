//! What the app of [`super::upstream`] responds, by path.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::upstream::Received;

/// `/big?size=1000` asks for a number.
fn number(target: &str, name: &str, default: usize) -> usize {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
    pair.and_then(|(_, value)| value.parse().ok()).unwrap_or(default)
}

#[expect(clippy::cognitive_complexity, reason = "one arm for each address, each of a line or two")]
pub(super) async fn answer(stream: &mut TcpStream, request: &Received) -> std::io::Result<()> {
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
        path if request.method() == "HEAD" && path.starts_with("/api") => send(stream, 200, &[], b"").await,
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
