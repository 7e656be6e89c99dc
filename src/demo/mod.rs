//! The small sample app of `portcullis demo`: who am I, the headers received, a live event stream, a WebSocket.
//!
//! It represents any app behind the gate, so it knows nothing of sessions: it trusts `Remote-*` and nothing else.

mod live;
mod page;

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::{App, HttpResponse, HttpServer, web};

/// Runs the sample app on `listener`, which should be a loopback port; the caller spawns and stops the server.
pub fn serve(listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(|| App::new().configure(routes)).workers(1).disable_signals().shutdown_timeout(1);
    Ok(server.listen(listener)?.run())
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(page::show))
        .route("/events", web::get().to(live::events))
        .route("/ws", web::get().to(live::echo))
        .default_service(web::to(|| {
            std::future::ready(HttpResponse::NotFound().body("The sample app has no such page."))
        }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio_tungstenite::tungstenite::Message;

    fn started() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        drop(tokio::spawn(serve(listener).unwrap()));
        address
    }

    #[tokio::test]
    async fn the_web_socket_sends_back_what_it_gets() {
        let stream = TcpStream::connect(started()).await.unwrap();
        let (mut socket, _) = tokio_tungstenite::client_async("ws://localhost/ws", stream).await.unwrap();
        socket.send(Message::text("hello")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("hello"));
    }

    #[tokio::test]
    async fn the_event_stream_counts() {
        let mut stream = TcpStream::connect(started()).await.unwrap();
        stream.write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut received = String::new();
        while !received.contains("data: 2") {
            let mut chunk = [0; 512];
            let length = stream.read(&mut chunk).await.unwrap();
            assert!(length > 0, "the stream ended: {received}");
            received.push_str(std::str::from_utf8(&chunk[..length]).unwrap());
        }
        assert!(received.contains("content-type: text/event-stream"), "{received}");
    }
}
