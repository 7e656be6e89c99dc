//! A bare actix-web handler: what scripts/bench measures the gate against, and the small app that it proxies to.
#![allow(clippy::print_stdout, reason = "an example says where it listens")]

use actix_web::body::SizedStream;
use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;
use futures_util::stream;

/// A large answer, in pieces of 64 KiB.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 1600;

async fn big() -> HttpResponse {
    let pieces =
        stream::iter(std::iter::repeat_n(Bytes::from(vec![b'x'; PIECE]), PIECES).map(Ok::<_, actix_web::Error>));
    HttpResponse::Ok().body(SizedStream::new((PIECE * PIECES).try_into().unwrap_or_default(), pieces))
}

/// `bare 127.0.0.1:4000`
fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:4000".to_owned());
    actix_web::rt::System::new().block_on(async move {
        let hello = || async { HttpResponse::Ok().content_type("text/plain").body("hello, a small response\n") };
        let server =
            HttpServer::new(move || App::new().route("/big", web::get().to(big)).default_service(web::to(hello)));
        println!("listening on {address}");
        server.workers(2).tcp_nodelay(true).bind(&address)?.run().await
    })
}
