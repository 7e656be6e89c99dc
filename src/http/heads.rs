//! The outermost middleware: limits the length of request heads, and makes the end of responses recognisable.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{ACCEPT, HeaderMap, UPGRADE};
use actix_web::http::{ConnectionType, StatusCode, Version};
use actix_web::{Error, HttpMessage, HttpRequest};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::{Either, LocalBoxFuture};

use super::error::{self, Audience, HttpError};
use super::head_limits::{MAX_HEAD, State};
use super::{language, settings};
use crate::domain::language::Language;

/// The outermost middleware.
pub struct Heads;

/// [`Heads`] around a service.
pub struct HeadsService<S> {
    service: S,
}

impl<S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>> Transform<S, ServiceRequest> for Heads
where
    S::Future: 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Transform = HeadsService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(HeadsService { service }))
    }
}

impl<S: Service<ServiceRequest, Response = ServiceResponse, Error = Error>> Service<ServiceRequest> for HeadsService<S>
where
    S::Future: 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    // Most requests cost no allocation here.
    type Future = Either<S::Future, LocalBoxFuture<'static, Result<ServiceResponse, Error>>>;

    forward_ready!(service);

    fn call(&self, mut req: ServiceRequest) -> Self::Future {
        let sender = begin(&mut req);
        if length(&req) > MAX_HEAD {
            return Either::Right(Box::pin(ready(Ok(refuse(req)))));
        }
        let plain = sender.is_none()
            && req.version() >= Version::HTTP_11
            && !req.head().upgrade()
            && !req.headers().contains_key(UPGRADE);
        let answer = self.service.call(req);
        if plain {
            Either::Left(answer)
        } else {
            Either::Right(Box::pin(async move { Ok(mark_the_end(answer.await?, sender.as_deref())) }))
        }
    }
}

/// Tells the connection that a head is complete, and later that its body is. Returns the connection of a request with a
/// body.
fn begin(req: &mut ServiceRequest) -> Option<Rc<State>> {
    let connection = req.request().conn_data::<Rc<State>>().cloned()?;
    let payload = req.take_payload();
    let has_body = !matches!(payload, Payload::None);
    connection.head_is_over(has_body);
    let sender = has_body.then(|| Rc::clone(&connection));
    req.set_payload(if has_body {
        Payload::Stream { payload: Box::pin(Counted { payload, connection }) }
    } else {
        payload
    });
    sender
}

/// A body whose end is reported.
struct Counted {
    payload: Payload,
    connection: Rc<State>,
}

impl Stream for Counted {
    type Item = <Payload as Stream>::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.payload).poll_next(context);
        if matches!(next, Poll::Ready(None)) {
            this.connection.body_is_over();
        }
        next
    }
}

fn length(req: &ServiceRequest) -> usize {
    let target = req.uri().path_and_query().map_or(0, |target| target.as_str().len());
    target + req.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>()
}

fn refuse(req: ServiceRequest) -> ServiceResponse {
    tracing::info!("refused a request: its head is longer than 64 KiB");
    let settings = settings::shared(req.request());
    // Of the proxies that ask, nginx understands no other refusal.
    let asked_by_a_proxy = req.path().starts_with("/_auth/verify/");
    let is_person =
        !asked_by_a_proxy && req.headers().get_all(ACCEPT).any(|accept| accept.as_bytes().starts_with(b"text/html"));
    let mut answer = if is_person {
        let language = language::accepted(&req, settings.config.site.language);
        error::respond(&HttpError::HeadTooLarge, Audience::Page, &settings, language)
    } else {
        error::respond(&HttpError::HeadTooLarge, Audience::Json, &settings, Language::English)
    };
    if asked_by_a_proxy {
        *answer.status_mut() = StatusCode::FORBIDDEN;
    }
    answer.head_mut().set_connection_type(ConnectionType::Close);
    req.into_response(answer)
}

/// In a response of unknown length to HTTP/1.0, or to a request that asked for a WebSocket, only the end of the
/// connection can end the body; if it is incomplete, that end is a reset (S110, RFC 9112, section 8). After any other
/// upgrade that was not granted the connection ends as well, but the response is chunked as usual. The connection also
/// ends after a body that was not read completely before the response: it would be impossible to tell whether what
/// follows is still body or the next head, and to limit it (S104).
fn mark_the_end(answer: ServiceResponse, sender: Option<&State>) -> ServiceResponse {
    let (req, mut answer) = answer.into_parts();
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        return ServiceResponse::new(req, answer);
    }
    let upgrade = req.head().upgrade() || req.headers().contains_key(UPGRADE);
    let unread = sender.is_some_and(State::is_in_body);
    if unread
        || (upgrade && req.version() >= Version::HTTP_11)
        || (req.version() < Version::HTTP_11 && answer.body().size() == BodySize::Stream)
    {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    let unchunked = answer.body().size() == BodySize::Stream
        && (req.version() < Version::HTTP_11 || asks_for_websocket(req.headers()));
    if unchunked {
        answer.head_mut().no_chunking(true);
        answer =
            answer.map_body(|_head, body| BoxBody::new(EndsTheConnection { body, connection: connection_of(&req) }));
    }
    ServiceResponse::new(req, answer)
}

/// As actix interprets it: everything that follows such a head is a stream, and so is its response.
fn asks_for_websocket(headers: &HeaderMap) -> bool {
    headers
        .get_all(UPGRADE)
        .any(|value| value.to_str().is_ok_and(|value| value.trim().eq_ignore_ascii_case("websocket")))
}

fn connection_of(req: &HttpRequest) -> Option<Rc<State>> {
    req.conn_data::<Rc<State>>().cloned()
}

struct EndsTheConnection {
    body: BoxBody,
    connection: Option<Rc<State>>,
}

impl MessageBody for EndsTheConnection {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.body).poll_next(context);
        match (&next, &this.connection) {
            (Poll::Ready(Some(Err(_))), Some(connection)) => connection.reset_at_the_end(),
            (Poll::Ready(None), Some(connection)) => connection.end_with_the_answer(),
            _ => {}
        }
        next
    }
}
