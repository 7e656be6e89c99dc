//! Measures requests by endpoint and outcome.

use std::time::Duration;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::settings;
use crate::accounts::Accounts;
use crate::accounts::metrics::{Asked, Outcome};

/// Records a request that began at `begin`, in monotonic time.
pub fn end(accounts: &Accounts, begin: Duration, asked: Asked, verdict: Outcome) {
    accounts.metrics().request(asked, verdict, accounts.clock().monotonic().saturating_sub(begin));
}

/// Middleware for our pages and JSON.
pub async fn pages<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    // The request itself must not be borrowed while it is routed.
    let accounts = settings::accounts(req.request()).clone();
    let begin = accounts.clock().monotonic();
    let answer = next.call(req).await;
    // A middleware below that cannot reach the store returns an error, which becomes a response only above this one.
    let status = match &answer {
        Ok(answer) => answer.status(),
        Err(fault) => fault.as_response_error().status_code(),
    };
    end(&accounts, begin, Asked::Page, Outcome::of_status(status.as_u16()));
    answer
}
