//! Counting requests, by who was asked and what came of it.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

use super::settings;
use crate::accounts::Accounts;
use crate::accounts::metrics::{Asked, Outcome};

/// The moment a request came.
pub fn begin(req: &HttpRequest) -> Duration {
    settings::accounts(req).clock().monotonic()
}

/// Counts a request that began at `begin`.
pub fn end(req: &HttpRequest, begin: Duration, asked: Asked, verdict: Outcome) {
    count(settings::accounts(req), begin, asked, verdict);
}

fn count(accounts: &Accounts, begin: Duration, asked: Asked, verdict: Outcome) {
    accounts.metrics().request(asked, verdict, accounts.clock().monotonic().saturating_sub(begin));
}

/// Middleware over the pages and the JSON of ours.
pub async fn pages<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let begin = begin(req.request());
    // The request itself must not be held on to while it is routed.
    let accounts = settings::accounts(req.request()).clone();
    let answer = next.call(req).await;
    // A middleware below that cannot ask the store gives a fault and no answer; it becomes one only above us.
    let status = match &answer {
        Ok(answer) => answer.status(),
        Err(fault) => fault.as_response_error().status_code(),
    };
    count(&accounts, begin, Asked::Page, Outcome::of_status(status.as_u16()));
    answer
}
