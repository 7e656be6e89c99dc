//! The one map from faults to answers: kind to status, status and audience to body.

use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};

use super::settings::{self, HttpSettings};
use super::{page, security_headers};
use crate::accounts::AccountError;
use crate::crypto::random;

/// Who reads the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A person.
    Page,
    /// A script.
    Json,
}

/// Why a request was not answered with what was asked.
#[derive(Debug)]
pub enum HttpError {
    /// A fault of `accounts`.
    Account(AccountError),
    /// There is nothing here.
    NotFound,
    /// The request makes no sense; the sentence says what.
    BadRequest(&'static str),
    /// The form asks for something that cannot be; the sentence says what.
    Unprocessable(&'static str),
    /// Signed in or not, this is not for you; the sentence says why.
    Forbidden(&'static str),
    /// The form's token or origin is wrong (S61).
    Csrf {
        /// The origin received, or a dash.
        received: String,
    },
    /// The body is too large.
    TooLarge,
    /// The body came too slowly.
    TooSlow,
    /// The body has a type that forms do not have.
    MediaType,
    /// This method does nothing here.
    MethodNotAllowed,
    /// The app behind the gate does not answer.
    Upstream(String),
    /// The app behind the gate answers too late.
    UpstreamTimeout,
}

impl From<AccountError> for HttpError {
    fn from(fault: AccountError) -> Self {
        Self::Account(fault)
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(fault) => fault.fmt(f),
            Self::Upstream(fault) => write!(f, "upstream: {fault}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl ResponseError for HttpError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Account(fault) => account_status(fault),
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Forbidden(_) | Self::Csrf { .. } => StatusCode::FORBIDDEN,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Upstream(_) => StatusCode::BAD_GATEWAY,
            Self::UpstreamTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        HttpResponse::new(self.status_code())
    }
}

fn account_status(fault: &AccountError) -> StatusCode {
    match fault {
        AccountError::InvalidCredentials => StatusCode::UNAUTHORIZED,
        AccountError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        AccountError::Rules(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AccountError::NotAllowed => StatusCode::FORBIDDEN,
        AccountError::Closed | AccountError::LastAdmin => StatusCode::CONFLICT,
        AccountError::Link => StatusCode::GONE,
        AccountError::NotFound => StatusCode::NOT_FOUND,
        AccountError::Busy { .. } | AccountError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        AccountError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn retry_after(error: &HttpError) -> Option<i64> {
    match error {
        HttpError::Account(AccountError::TooMany { retry_after } | AccountError::Busy { retry_after }) => Some(*retry_after),
        HttpError::Account(AccountError::Unavailable(_)) => Some(5),
        _ => None,
    }
}

/// The sentence for people; says nothing of our insides.
fn sentence(error: &HttpError, settings: &HttpSettings) -> String {
    match error {
        HttpError::Csrf { received } => format!(
            "This form was not sent from {}, the address this site knows itself by (APP_URL), or it was open for too long. The browser said it came from {received}. Go back, reload the page and try again.",
            settings.app_url
        ),
        HttpError::BadRequest(text) | HttpError::Unprocessable(text) | HttpError::Forbidden(text) => (*text).to_owned(),
        HttpError::Account(AccountError::TooMany { retry_after }) => {
            format!("Too many attempts. Try again in {} minutes.", (retry_after + 59) / 60)
        }
        HttpError::Account(AccountError::Link) => {
            "This link is not good any more: it was used, has expired, or a newer one replaced it. Ask for a new one.".to_owned()
        }
        HttpError::Account(AccountError::LastAdmin) => {
            "This is the last admin who can sign in. Make somebody else an admin first.".to_owned()
        }
        HttpError::Account(AccountError::Busy { .. }) => {
            "The server is busy checking other passwords. Try again in a few seconds.".to_owned()
        }
        HttpError::Account(AccountError::Unavailable(_)) => {
            "Sign-in is not available at the moment. Try again in a few seconds.".to_owned()
        }
        HttpError::Account(AccountError::InvalidCredentials) => "Sign in to go on.".to_owned(),
        HttpError::Account(AccountError::NotAllowed) => "Your account is not allowed to do this.".to_owned(),
        HttpError::Account(AccountError::Closed) => "This instance has an owner already.".to_owned(),
        HttpError::Account(AccountError::Rules(_)) => "The form has mistakes.".to_owned(),
        HttpError::Account(AccountError::Internal(_)) => "Something went wrong on our side.".to_owned(),
        HttpError::NotFound | HttpError::Account(AccountError::NotFound) => "There is nothing at this address.".to_owned(),
        HttpError::TooLarge => "What was sent is too large.".to_owned(),
        HttpError::TooSlow => "What was sent came too slowly.".to_owned(),
        HttpError::MediaType => "Forms are sent as application/x-www-form-urlencoded.".to_owned(),
        HttpError::MethodNotAllowed => "This cannot be done at this address.".to_owned(),
        HttpError::Upstream(_) => "The app behind this gate does not answer. Its operator has to start it or mend it.".to_owned(),
        HttpError::UpstreamTimeout => "The app behind this gate took too long to answer.".to_owned(),
    }
}

/// The whole answer; our own faults are logged here, once, with the request id that the answer shows.
#[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
pub fn respond(error: &HttpError, audience: Audience, settings: &HttpSettings) -> HttpResponse {
    let status = error.status_code();
    let request_id = random::id();
    let of_others = matches!(error, HttpError::Upstream(_) | HttpError::UpstreamTimeout | HttpError::Account(AccountError::Busy { .. }));
    if of_others {
        // The app behind, or the number of guesses: nothing of ours is broken.
        tracing::warn!(request.id = %request_id, http.status = status.as_u16(), error = %error, "a request could not be served");
    } else if status.is_server_error() {
        tracing::error!(request.id = %request_id, http.status = status.as_u16(), error = %error, "a request failed");
    } else {
        tracing::debug!(request.id = %request_id, http.status = status.as_u16(), error = ?error.to_string(), "a request was refused");
    }
    let text = sentence(error, settings);
    let mut response = match audience {
        Audience::Page => page::error_page(status, &text, &request_id),
        Audience::Json => {
            let word = status.canonical_reason().unwrap_or("error").to_lowercase().replace(' ', "_");
            HttpResponse::build(status).json(serde_json::json!({ "error": word, "message": text, "request_id": request_id }))
        }
    };
    if let Some(seconds) = retry_after(error) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    let html = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    security_headers::apply(response.headers_mut(), settings, html);
    response
}

/// Middleware: turns the faults of a scope into answers for its audience, the session middleware's own into 503.
pub async fn render_as<B: MessageBody + 'static>(
    audience: Audience,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // No clone of the request may live across the call: routing needs it for itself.
    let shared = settings::shared(req.request());
    let settings = &**shared;
    let answer = match next.call(req).await {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(fault) => {
            let unavailable = HttpError::Account(AccountError::Unavailable(crate::accounts::unavailable(fault.to_string())));
            return Err(InternalError::from_response(fault, respond(&unavailable, audience, settings)).into());
        }
    };
    let rendered = answer.response().error().and_then(|fault| match (fault.as_error::<HttpError>(), answer.status()) {
        (Some(fault), _) => Some(respond(fault, audience, settings)),
        // A fault of an extractor: the query or the path makes no sense.
        (None, status) if status.is_client_error() => {
            Some(respond(&HttpError::BadRequest("The address makes no sense."), audience, settings))
        }
        (None, _) => None,
    });
    Ok(match rendered {
        Some(rendered) => ServiceResponse::new(answer.into_parts().0, rendered),
        None => answer,
    })
}
