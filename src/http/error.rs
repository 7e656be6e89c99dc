//! The one map from errors to responses: kind to status, status and audience to body.

use std::fmt;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};

use super::settings::{self, HttpSettings};
use super::{cookies, language, page, security_headers, unread_body};
use crate::accounts::AccountError;
use crate::accounts::token_refusals::TokenRefusal;
use crate::crypto::random;
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::domain::throttle::MAX_WAIT_SECS;
use crate::texts;

/// Who reads the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A person.
    Page,
    /// A person who can fix the problem.
    Admin,
    /// A script.
    Json,
}

/// Why a request failed.
#[derive(Debug)]
pub enum HttpError {
    /// An error of `accounts`.
    Account(AccountError),
    /// There is no such page.
    NotFound,
    /// No app has the address, or it is switched off; nothing is said of what there is.
    NoApp,
    /// The request is invalid; the text with this key says why.
    BadRequest(&'static str),
    /// The form requests something impossible; the text with this key says what.
    Unprocessable(&'static str),
    /// Access is denied, signed in or not; the text with this key says why.
    Forbidden(&'static str),
    /// The rules of an app do not let this visitor in.
    NotForYou {
        /// The name of the app.
        app: String,
        /// Who is signed in, if somebody is.
        who: Option<String>,
    },
    /// The form comes from another origin (S61).
    Csrf {
        /// The origin received, or a dash.
        received: String,
    },
    /// The form came without the cookie that its page had set.
    FormWithoutCookie {
        /// Whether plain http keeps the browser from storing it.
        insecure: bool,
    },
    /// The form's token belongs to another page or session (S61).
    FormOutOfDate,
    /// Too many wrong passwords for an account; its owner can set a new one with a link.
    SignInThrottled {
        /// Seconds until the next attempt is accepted.
        retry_after: i64,
    },
    /// A machine token is not accepted, whatever else the request has; always answered to a script.
    Token(TokenRefusal),
    /// The same, and there were too many wrong ones from the same address.
    TokenThrottled {
        /// Why it is not accepted.
        refusal: TokenRefusal,
        /// Seconds until its source is asked again.
        retry_after: i64,
    },
    /// The code of a hand-over is not good, or not good here.
    HandOver,
    /// The body is too large.
    TooLarge,
    /// The head is too large.
    HeadTooLarge,
    /// The body came too slowly.
    TooSlow,
    /// The body has a type that no form has.
    MediaType,
    /// The method is not allowed here.
    MethodNotAllowed,
    /// The app behind the gate does not respond.
    Upstream(String),
    /// The app behind the gate responds too late.
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
            Self::NotFound | Self::NoApp => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotForYou { .. }
            | Self::Token(TokenRefusal::Rules)
            | Self::Forbidden(_)
            | Self::Csrf { .. }
            | Self::FormWithoutCookie { .. }
            | Self::FormOutOfDate => StatusCode::FORBIDDEN,
            Self::Token(
                TokenRefusal::Unknown
                | TokenRefusal::Malformed
                | TokenRefusal::Scope
                | TokenRefusal::Several
                | TokenRefusal::Username,
            ) => StatusCode::UNAUTHORIZED,
            Self::SignInThrottled { .. } | Self::TokenThrottled { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::HandOver => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
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
        AccountError::TooMany { .. } | AccountError::PairClosed => StatusCode::TOO_MANY_REQUESTS,
        AccountError::Rules(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AccountError::NotAllowed => StatusCode::FORBIDDEN,
        AccountError::Closed | AccountError::LastAdmin | AccountError::Changed => StatusCode::CONFLICT,
        AccountError::Link => StatusCode::GONE,
        AccountError::NotFound => StatusCode::NOT_FOUND,
        AccountError::Busy { .. } | AccountError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        AccountError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn retry_after(error: &HttpError) -> Option<i64> {
    match error {
        HttpError::Account(AccountError::TooMany { retry_after } | AccountError::Busy { retry_after })
        | HttpError::SignInThrottled { retry_after }
        | HttpError::TokenThrottled { retry_after, .. } => Some(*retry_after),
        HttpError::Account(AccountError::Unavailable(_)) => Some(5),
        HttpError::Account(AccountError::PairClosed) => Some(MAX_WAIT_SECS),
        _ => None,
    }
}

/// The sentence for people; reveals nothing internal.
fn sentence(error: &HttpError, settings: &HttpSettings) -> Text {
    Text::new(match error {
        HttpError::Csrf { received } => {
            return Text::new("fault-csrf").with("url", settings.app_url.to_string()).with("origin", received);
        }
        HttpError::FormWithoutCookie { insecure } => {
            let key = if *insecure { "fault-cookie-insecure" } else { "fault-cookie" };
            return Text::new(key).with("url", settings.app_url.to_string());
        }
        HttpError::FormOutOfDate => {
            return Text::new("fault-form-out-of-date").with("url", settings.app_url.to_string());
        }
        HttpError::Account(AccountError::TooMany { retry_after }) | HttpError::SignInThrottled { retry_after } => {
            return Text::new("fault-too-many").with("minutes", (retry_after + 59) / 60);
        }
        HttpError::NotForYou { app, who: Some(who) } => {
            return Text::new("fault-not-for-you").with("app", app.clone()).with("who", who.clone());
        }
        HttpError::NotForYou { app, who: None } => {
            return Text::new("fault-for-nobody").with("app", app.clone());
        }
        HttpError::BadRequest(key) | HttpError::Unprocessable(key) | HttpError::Forbidden(key) => key,
        HttpError::Account(AccountError::Link) => "fault-link",
        HttpError::Account(AccountError::LastAdmin) => "fault-last-admin",
        HttpError::Account(AccountError::Busy { .. }) => "fault-busy",
        HttpError::Account(AccountError::PairClosed) => "fault-pair-closed",
        HttpError::Account(AccountError::Unavailable(_)) => "fault-unavailable",
        HttpError::Account(AccountError::InvalidCredentials) => "fault-sign-in",
        HttpError::Account(AccountError::NotAllowed) => "fault-not-allowed",
        HttpError::Account(AccountError::Closed) => "fault-closed",
        HttpError::Account(AccountError::Changed) => "fault-changed",
        HttpError::Account(AccountError::Rules(_)) => "fault-rules",
        HttpError::Account(AccountError::Internal(_)) => "fault-internal",
        HttpError::NotFound | HttpError::Account(AccountError::NotFound) => "fault-not-found",
        HttpError::NoApp => "fault-no-app",
        HttpError::Token(refusal) | HttpError::TokenThrottled { refusal, .. } => match refusal {
            TokenRefusal::Unknown | TokenRefusal::Malformed => "fault-token",
            TokenRefusal::Scope => "fault-token-scope",
            TokenRefusal::Several => "fault-token-several",
            TokenRefusal::Username => "fault-token-username",
            TokenRefusal::Rules => "fault-token-rules",
        },
        HttpError::HandOver => "fault-handover",
        HttpError::TooLarge => "fault-too-large",
        HttpError::HeadTooLarge => "fault-head-too-large",
        HttpError::TooSlow => "fault-too-slow",
        HttpError::MediaType => "fault-media-type",
        HttpError::MethodNotAllowed => "fault-method",
        HttpError::Upstream(_) => "fault-upstream",
        HttpError::UpstreamTimeout => "fault-upstream-timeout",
    })
}

/// The heading for people, a key.
fn heading(error: &HttpError) -> &'static str {
    match error.status_code().as_u16() {
        403 if matches!(error, HttpError::FormWithoutCookie { .. }) => "error-cookie",
        403 if matches!(error, HttpError::Csrf { .. } | HttpError::FormOutOfDate) => "error-form",
        410 if matches!(error, HttpError::HandOver) => "error-handover",
        400 => "error-400",
        401 => "error-401",
        403 => "error-403",
        404 => "error-404",
        405 => "error-405",
        408 => "error-408",
        409 => "error-409",
        410 => "error-410",
        413 => "error-413",
        415 => "error-415",
        422 => "error-422",
        429 => "error-429",
        431 => "error-431",
        502 => "error-502",
        503 => "error-503",
        504 => "error-504",
        _ => "error-500",
    }
}

/// Links that may help: addresses and the keys of their labels.
fn ways_on(error: &HttpError, audience: Audience) -> &'static [(&'static str, &'static str)] {
    match error {
        HttpError::Upstream(_) | HttpError::UpstreamTimeout if audience == Audience::Admin => {
            &[("/_auth/admin/checklist", "home-checklist"), ("/_auth/", "error-start")]
        }
        HttpError::Account(AccountError::PairClosed) => {
            &[("/_auth/setup", "sign-in-own-instance-link"), ("/_auth/", "error-start")]
        }
        HttpError::HandOver => &[("/", "error-app")],
        HttpError::SignInThrottled { .. } => &[("/_auth/forgot", "too-many-forgot"), ("/_auth/", "error-start")],
        _ => &[("/_auth/", "error-start")],
    }
}

/// The whole response; internal errors are logged here, once, with the request ID that the response shows.
#[expect(clippy::cognitive_complexity, reason = "the macros of tracing count as branches; there are few")]
pub fn respond(error: &HttpError, audience: Audience, settings: &HttpSettings, language: Language) -> HttpResponse {
    let status = error.status_code();
    let request_id = random::id();
    let of_others = matches!(
        error,
        HttpError::Upstream(_) | HttpError::UpstreamTimeout | HttpError::Account(AccountError::Busy { .. })
    );
    let (code, cause) = (status.as_u16(), error.to_string());
    if of_others {
        // Caused by the app, or by the number of guesses: nothing of ours is broken.
        tracing::warn!(request.id = %request_id, http.status = code, error = cause, "a request could not be served");
    } else if status.is_server_error() {
        tracing::error!(request.id = %request_id, http.status = code, error = cause, "a request failed");
    } else {
        tracing::debug!(request.id = %request_id, http.status = code, error = cause, "a request was refused");
    }
    let of_token = matches!(error, HttpError::Token(_) | HttpError::TokenThrottled { .. });
    let (audience, language) = if of_token { (Audience::Json, Language::English) } else { (audience, language) };
    let mut text = texts::say(language, &sentence(error, settings));
    if let HttpError::TokenThrottled { retry_after, .. } = error {
        let wait = Text::new("fault-token-wait").with("minutes", (retry_after + 59) / 60);
        text = format!("{text} {}", texts::say(language, &wait));
    }
    let mut response = match audience {
        Audience::Page | Audience::Admin => {
            let details = page::ErrorDetails {
                heading: heading(error),
                text: &text,
                request_id: &request_id,
                ways: ways_on(error, audience),
            };
            page::error_page(status, &details, settings, language)
        }
        Audience::Json => {
            let word = status.canonical_reason().unwrap_or("error").to_lowercase().replace(' ', "_");
            HttpResponse::build(status)
                .json(serde_json::json!({ "error": word, "message": text, "request_id": request_id }))
        }
    };
    if let Some(seconds) = retry_after(error) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if of_token {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    let html = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    security_headers::apply(response.headers_mut(), settings, html);
    response
}

/// Middleware: turns the errors of a scope into responses for its audience, and the session middleware's own into those
/// of the store.
pub async fn render_as<B: MessageBody + 'static>(
    audience: Audience,
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // No clone of the request may exist across the call: routing needs exclusive access.
    let shared = settings::shared(req.request());
    let settings = &**shared;
    let accepted = language::accepted(&req, settings.config.site.language);
    let retained = unread_body::retain_from(&mut req);
    let with_body = |answer: HttpResponse| unread_body::until_answered(retained, answer);
    // NUL is in none of our addresses and in nothing an admin searches for, and PostgreSQL accepts no text with it. The
    // path is the one that routes are matched against, with letters decoded.
    let looked_for = if req.match_info().as_str().starts_with("/_auth/admin/") { req.query_string() } else { "" };
    if [req.uri().path(), looked_for].iter().any(|text| text.contains("%00")) {
        let language = if audience == Audience::Page { accepted } else { Language::English };
        return Ok(req.into_response(with_body(respond(
            &HttpError::BadRequest("fault-address"),
            audience,
            settings,
            language,
        ))));
    }
    let answer = match next.call(req).await {
        Ok(answer) => answer.map_into_boxed_body(),
        Err(fault) => {
            let of_store = HttpError::Account(AccountError::of_text(&fault.to_string()));
            return Err(InternalError::from_response(
                fault,
                with_body(respond(&of_store, audience, settings, accepted)),
            )
            .into());
        }
    };
    // Scripts get English; people the language of their account, which is known by now, or of their browser.
    let language = if audience == Audience::Page { language::of(answer.request()) } else { Language::English };
    let rendered = answer.response().error().and_then(|fault| match (fault.as_error::<HttpError>(), answer.status()) {
        (Some(fault), _) => Some(respond(fault, audience, settings, language)),
        // An extractor's error: the query or the path is invalid.
        (None, status) if status.is_client_error() => {
            Some(respond(&HttpError::BadRequest("fault-address"), audience, settings, language))
        }
        (None, _) => None,
    });
    let (request, response) = answer.into_parts();
    let Some(mut rendered) = rendered else { return Ok(ServiceResponse::new(request, with_body(response))) };
    // Tokens renewed during the failed request are in use now, a 405 lists the allowed methods, and some addresses
    // contain a secret.
    let all = |name: HeaderName| response.headers().get_all(name).cloned().collect::<Vec<_>>();
    cookies::append(rendered.headers_mut(), all(SET_COOKIE));
    for policy in all(REFERRER_POLICY) {
        rendered.headers_mut().insert(REFERRER_POLICY, policy);
    }
    for methods in all(ALLOW) {
        rendered.headers_mut().append(ALLOW, methods);
    }
    Ok(ServiceResponse::new(request, with_body(rendered)))
}
