//! Counting requests, by who was asked and what came of it.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

use super::settings;
use crate::accounts::metrics::{Asked, Verdict};

/// The moment a request came.
pub fn begin(req: &HttpRequest) -> Duration {
    settings::accounts(req).clock().monotonic()
}

/// Counts a request that began at `begin`.
pub fn end(req: &HttpRequest, begin: Duration, asked: Asked, verdict: Verdict) {
    let accounts = settings::accounts(req);
    accounts.metrics().request(asked, verdict, accounts.clock().monotonic().saturating_sub(begin));
}

/// Middleware over the pages and the JSON of ours.
pub async fn pages<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let begin = begin(req.request());
    let answer = next.call(req).await?;
    end(answer.request(), begin, Asked::Page, Verdict::of_status(answer.status().as_u16()));
    Ok(answer)
}
