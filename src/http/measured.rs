//! Measures requests by endpoint and outcome.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

use super::settings;
use crate::accounts::Accounts;
use crate::accounts::metrics::{Asked, Outcome};

/// The moment a request arrived.
pub fn begin(req: &HttpRequest) -> Duration {
    settings::accounts(req).clock().monotonic()
}

/// Records a request that began at `begin`.
pub fn end(req: &HttpRequest, begin: Duration, asked: Asked, verdict: Outcome) {
    count(settings::accounts(req), begin, asked, verdict);
}

fn count(accounts: &Accounts, begin: Duration, asked: Asked, verdict: Outcome) {
    accounts.metrics().request(asked, verdict, accounts.clock().monotonic().saturating_sub(begin));
}

/// Middleware for our pages and JSON.
pub async fn pages<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let begin = begin(req.request());
    // The request itself must not be held while it is routed.
    let accounts = settings::accounts(req.request()).clone();
    let answer = next.call(req).await;
    // A middleware below that cannot reach the store returns an error, which becomes a response only above this one.
    let status = match &answer {
        Ok(answer) => answer.status(),
        Err(fault) => fault.as_response_error().status_code(),
    };
    count(&accounts, begin, Asked::Page, Outcome::of_status(status.as_u16()));
    answer
}
