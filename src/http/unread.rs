//! Chunked bodies that nobody reads to their end.
//!
//! What a handler drops, actix reads on and throws away for as long as the client likes to send, without any limit of time. So
//! such a body is held until the answer is out: actix then closes the connection, after a moment for the client to read (S95).

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

/// Holds a body; see [`until_answered`].
pub struct Held {
    _body: Rc<RefCell<Payload>>,
}

/// An answer's body with what has to outlive it.
struct WithHeld {
    body: BoxBody,
    _held: Held,
}

/// Holds the body of a request, and gives another handle to it in its place; `None` where the body has an announced length.
pub fn hold(headers: &HeaderMap, payload: &mut Payload) -> Option<Held> {
    if !headers.contains_key(TRANSFER_ENCODING) {
        return None;
    }
    let held = Rc::new(RefCell::new(std::mem::replace(payload, Payload::None)));
    let shared = Rc::clone(&held);
    let read = stream::poll_fn(move |context| Pin::new(&mut *shared.borrow_mut()).poll_next(context));
    *payload = Payload::Stream { payload: Box::pin(read) };
    Some(Held { _body: held })
}

/// [`hold`] for a middleware.
pub fn hold_of(req: &mut ServiceRequest) -> Option<Held> {
    let mut payload = req.take_payload();
    let held = hold(req.headers(), &mut payload);
    req.set_payload(payload);
    held
}

/// Lets go of the body when the answer is out.
pub fn until_answered(held: Option<Held>, answer: HttpResponse) -> HttpResponse {
    match held {
        Some(held) => answer.map_body(|_head, body| BoxBody::new(WithHeld { body, _held: held })),
        None => answer,
    }
}

impl MessageBody for WithHeld {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_next(context)
    }
}
