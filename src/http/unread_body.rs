//! Chunked bodies that nobody reads completely.
//!
//! When a handler drops such a body, actix reads and discards it for as long as the client sends, without a time limit.
//! The body is therefore retained until the response is sent: actix then closes the connection, after a moment for the
//! client to read (S95).

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::{HeaderMap, TRANSFER_ENCODING};
use actix_web::{HttpMessage, HttpResponse};
use bytes::Bytes;
use futures_util::{Stream, stream};

/// Retains a body; see [`until_answered`].
pub struct RetainedBody {
    _body: Rc<RefCell<Payload>>,
}

/// A response body with what has to outlive it.
struct WithRetained {
    body: BoxBody,
    _retained: RetainedBody,
}

/// Retains the body of a request, and puts another handle to it in its place; `None` if the body has an announced
/// length.
pub fn retain(headers: &HeaderMap, payload: &mut Payload) -> Option<RetainedBody> {
    if !headers.contains_key(TRANSFER_ENCODING) {
        return None;
    }
    let retained = Rc::new(RefCell::new(std::mem::replace(payload, Payload::None)));
    let shared = Rc::clone(&retained);
    let read = stream::poll_fn(move |context| Pin::new(&mut *shared.borrow_mut()).poll_next(context));
    *payload = Payload::Stream { payload: Box::pin(read) };
    Some(RetainedBody { _body: retained })
}

/// [`retain`] for a middleware.
pub fn retain_from(req: &mut ServiceRequest) -> Option<RetainedBody> {
    let mut payload = req.take_payload();
    let retained = retain(req.headers(), &mut payload);
    req.set_payload(payload);
    retained
}

/// Releases the body when the response is sent.
pub fn until_answered(retained: Option<RetainedBody>, answer: HttpResponse) -> HttpResponse {
    match retained {
        Some(retained) => answer.map_body(|_head, body| BoxBody::new(WithRetained { body, _retained: retained })),
        None => answer,
    }
}

impl MessageBody for WithRetained {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
