//! Long-lived responses: an event stream that ticks, and a WebSocket that echoes.

use std::time::Duration;

use actix_web::http::header;
use actix_web::rt::time::interval;
use actix_web::{Error, HttpRequest, HttpResponse, rt, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Closed, Session};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

/// Largest WebSocket message echoed, in bytes.
const MAX_MESSAGE: usize = 64 * 1024;

/// `GET /events`: a counter each second, as server-sent events.
pub(super) async fn events() -> HttpResponse {
    let ticks = stream::unfold((interval(Duration::from_secs(1)), 1_u64), |(mut clock, count)| async move {
        clock.tick().await;
        let event = Bytes::from(format!("id: {count}\ndata: {count}\n\n"));
        Some((Ok::<_, Error>(event), (clock, count.saturating_add(1))))
    });
    let answer = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(ticks);
    std::future::ready(answer).await
}

/// `GET /ws`: sends every text and binary message back.
pub(super) async fn echo(request: HttpRequest, body: web::Payload) -> Result<HttpResponse, Error> {
    let (response, session, messages) = actix_ws::handle(&request, body)?;
    let messages = messages.max_frame_size(MAX_MESSAGE).aggregate_continuations().max_continuation_size(MAX_MESSAGE);
    rt::spawn(echo_all(session, messages));
    std::future::ready(Ok(response)).await
}

async fn echo_all(mut session: Session, mut messages: AggregatedMessageStream) {
    while let Some(Ok(message)) = messages.next().await {
        if let AggregatedMessage::Close(reason) = message {
            report(&session.close(reason).await);
            return;
        }
        if echo_one(&mut session, message).await.is_err() {
            return;
        }
    }
    report(&session.close(None).await);
}

async fn echo_one(session: &mut Session, message: AggregatedMessage) -> Result<(), Closed> {
    match message {
        AggregatedMessage::Text(text) => session.text(text).await,
        AggregatedMessage::Binary(bytes) => session.binary(bytes).await,
        AggregatedMessage::Ping(bytes) => session.pong(&bytes).await,
        AggregatedMessage::Pong(_) | AggregatedMessage::Close(_) => Ok(()),
    }
}

fn report(outcome: &Result<(), Closed>) {
    if outcome.is_err() {
        tracing::debug!("the WebSocket was closed by the other side");
    }
}
