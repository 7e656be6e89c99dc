//! The built-in reverse proxy: validate the head, forward what was validated, stream both ways (S75 to S82).

use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use hyper::body::Incoming;
use hyper::http::header as app_header;
use hyper::{Request, Response};

use super::admission::{Admission, Renew, admit};
use super::bodies::{Upload, UploadLimit, Watch};
use super::proxy_client::{AppClient, SendFault};
use super::request_check::{self, CheckedRequest, Framing};
use super::target::{self, Target};
use super::upstreams::upstreams;
use super::{deny, proxy_headers, response, signed_identity, upgrade};
use crate::accounts::metrics::{Asked, Outcome};
use crate::accounts::streams::{StreamRequest, StreamTicket};
use crate::accounts::{AccountError, Phase};
use crate::domain::access::Denial;
use crate::domain::apps::AppRef;
use crate::domain::language::Language;
use crate::domain::link_query;
use crate::domain::time::Moment;
use crate::domain::user::Role;
use crate::http::authenticator::{Verdict, authenticator};
use crate::http::error::{self, Audience, HttpError};
use crate::http::identity_headers::IdentityHeaders;
use crate::http::navigation::is_navigation;
use crate::http::settings::{self, HttpSettings};
use crate::http::unauthenticated::{challenge_program, redirect, unauthenticated_at_app};
use crate::http::{client_address, language, measured, unread_body};

/// Every request that is not for our own pages: forwarded if admitted.
pub async fn handle(req: HttpRequest, payload: web::Payload) -> HttpResponse {
    let settings = settings::of(&req);
    let at = settings.accounts.clock().moment();
    let mut outcome = Outcome::Allowed;
    let mut payload = payload.into_inner();
    let retained = unread_body::retain(req.headers(), &mut payload);
    let answered = match request_check::check(&req) {
        Ok(checked) => pass(&req, payload, &checked, (settings, at), &mut outcome).await,
        Err(fault) => Err(fault),
    };
    let mut answer = answered.unwrap_or_else(|fault| {
        let answer = faulty(&fault, &req, Audience::Page);
        outcome = Outcome::of_status(answer.status().as_u16());
        answer
    });
    measured::end(&settings.accounts, at.monotonic, Asked::Proxy, outcome);
    settle_connection(&mut answer);
    unread_body::until_answered(retained, answer)
}

async fn pass(
    req: &HttpRequest,
    payload: Payload,
    checked: &CheckedRequest,
    (settings, at): (&HttpSettings, Moment),
    outcome: &mut Outcome,
) -> Result<HttpResponse, HttpError> {
    let target = target::of_proxied(req, settings, at).await?;
    let app = target.app();
    if proxy_headers::goes_in_circles(req.headers(), &settings.gate_name) {
        return Err(HttpError::Upstream(format!("{}: its upstream leads back to this gate", app.name)));
    }
    if checked.websocket {
        let origins = app.upstream.as_ref().map_or(&[][..], |upstream| &upstream.websocket_origins);
        request_check::check_websocket_origin(req.headers(), &target.origin().to_string(), origins)?;
    }
    let (verdict, renewal) = match admit(req, settings, &target, Renew::IfExpired).await? {
        Admission::In(verdict, renewal) => (verdict, renewal),
        Admission::Out(denial, verdict) if deny::is_led(denial, verdict.as_deref(), req.headers()) => {
            *outcome = Outcome::SignIn;
            return Ok(redirect_or_refuse(req, denial, &target, settings));
        }
        Admission::Out(denial, verdict) => return Err(deny::refusal(denial, &target, verdict.as_deref())),
    };
    let is_known = |id: &AppRef| settings.accounts.cached_apps().is_none_or(|apps| apps.table.app(id).is_some());
    let answered = match upstreams(req).of(app, is_known)? {
        Some(upstream) => {
            let verdict = verdict.as_ref();
            ProxiedRequest { req, checked, target: &target, verdict, upstream: &upstream, settings }
                .forward(payload)
                .await
        }
        None if req.uri().path() == "/" && is_navigation(req.headers()) => Ok(redirect("/_auth/", settings)),
        None => Err(HttpError::NotFound),
    };
    let mut answer = answered.unwrap_or_else(|fault| {
        let fault = match fault {
            HttpError::Upstream(why) => HttpError::Upstream(format!("{}: {why}", app.name)),
            other => other,
        };
        // A cached verdict has not set the language of the account for this request.
        let who = verdict.as_ref().map(|verdict| &verdict.who);
        language::note(req, who.and_then(|who| who.language()));
        let is_admin = who.is_some_and(|who| who.role() == Some(Role::Admin));
        let answer = faulty(&fault, req, if is_admin { Audience::Admin } else { Audience::Page });
        *outcome = Outcome::of_status(answer.status().as_u16());
        answer
    });
    response::keep_https(answer.headers_mut(), &settings.app_url);
    authenticator(req).append_renewal(req, renewal, answer.headers_mut()).await;
    Ok(answer)
}

fn redirect_or_refuse(req: &HttpRequest, denial: Denial, target: &Target<'_>, settings: &HttpSettings) -> HttpResponse {
    let destination = deny::destination(denial, target, req.headers(), &settings.app_url);
    if is_navigation(req.headers()) {
        redirect(&destination.location(), settings)
    } else {
        unauthenticated_at_app(&destination.absolute(), req.headers(), &target.app().token_headers, settings)
    }
}

/// The page for `person`, if a person is waiting.
fn faulty(fault: &HttpError, req: &HttpRequest, person: Audience) -> HttpResponse {
    let settings = settings::of(req);
    let mut answer = if is_navigation(req.headers()) {
        error::respond(fault, person, settings, language::of(req))
    } else {
        error::respond(fault, Audience::Json, settings, Language::English)
    };
    if matches!(fault, HttpError::Token(_)) {
        challenge_program(req.headers(), &mut answer);
    }
    answer
}

/// A request that was refused must not be continued as another one.
fn settle_connection(answer: &mut HttpResponse) {
    if matches!(answer.status(), StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED) {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
}

/// One admitted request to the app.
struct ProxiedRequest<'a> {
    req: &'a HttpRequest,
    checked: &'a CheckedRequest,
    target: &'a Target<'a>,
    verdict: Option<&'a Rc<Verdict>>,
    upstream: &'a AppClient,
    settings: &'a HttpSettings,
}

impl ProxiedRequest<'_> {
    async fn forward(&self, payload: Payload) -> Result<HttpResponse, HttpError> {
        if self.checked.websocket {
            let ticket = self.register().await?;
            let response = self.upstream.send(self.request(Upload::Empty)?).await?;
            return match response.status().as_u16() {
                101 => upgrade::tunnel(response, payload, ticket.endless()).await,
                _ => Ok(response::pass(response, false, Watch::Stream(ticket))),
            };
        }
        let uploads = !matches!(self.checked.framing, Framing::None | Framing::Length(0));
        let ticket = if uploads { Some(self.register().await?) } else { None };
        let response = self.exchange(payload, ticket).await?;
        if response.status().as_u16() == 101 {
            return Err(HttpError::Upstream("the app switched protocols without being asked".to_owned()));
        }
        // The session may have ended while the app was busy; then its response must not be delivered.
        let accounts = settings::accounts(self.req);
        let now = accounts.clock().monotonic();
        let same_rules = accounts.apps_changes() == self.target.apps_changes && accounts.cache().has_lease(now);
        let untouched = self.verdict.filter(|verdict| same_rules && verdict.is_untouched(now));
        let watch = match untouched {
            Some(verdict) if response::is_small(&response) => {
                Watch::Pieces(Rc::clone(verdict), accounts.clone(), self.stream_request())
            }
            _ => {
                let ticket = self.register().await?;
                Watch::Stream(if response::is_event_stream(&response) { ticket.endless() } else { ticket })
            }
        };
        Ok(response::pass(response, self.req.method() == Method::HEAD, watch))
    }

    /// Sends the request, once: only a safe request without a body, whose connection broke before a response, is sent
    /// again.
    async fn exchange(&self, payload: Payload, ticket: Option<StreamTicket>) -> Result<Response<Incoming>, HttpError> {
        let limit = UploadLimit::new(self.target.app().upstream.as_ref().and_then(|upstream| upstream.max_upload));
        let body = match self.checked.framing {
            Framing::None | Framing::Length(0) => Upload::Empty,
            Framing::Length(length) if !limit.allows(length) => return Err(HttpError::TooLarge),
            Framing::Length(length) => Upload::of(payload, Some(length), limit.clone(), ticket),
            Framing::Chunked => Upload::of(payload, None, limit.clone(), ticket),
        };
        let repeatable = matches!(body, Upload::Empty) && matches!(*self.req.method(), Method::GET | Method::HEAD);
        match self.upstream.send(self.request(body)?).await {
            Err(SendFault::Dropped(why)) if repeatable => Ok(self.send_again(&why).await?),
            Err(_fault) if limit.was_exceeded() => Err(HttpError::TooLarge),
            outcome => Ok(outcome?),
        }
    }

    async fn send_again(&self, why: &str) -> Result<Response<Incoming>, SendFault> {
        tracing::debug!(error = ?why, "the app closed a connection; the request is sent again");
        self.upstream.send(self.request(Upload::Empty)?).await
    }

    /// The request for the app: path and query byte for byte, our headers last, the framing unchanged.
    fn request(&self, body: Upload) -> Result<Request<Upload>, SendFault> {
        let unspeakable = |fault: &dyn std::error::Error| SendFault::Broken(fault.to_string());
        let query = self.req.uri().query().and_then(link_query::cut);
        let address = self.upstream.address(self.req.uri().path(), query.as_deref());
        let mut request = Request::new(body);
        *request.method_mut() = self.req.method().as_str().parse().map_err(|fault| unspeakable(&fault))?;
        *request.uri_mut() = address.try_into().map_err(|fault| unspeakable(&fault))?;
        let client = client_address::of(self.req).client;
        let accounts = settings::accounts(self.req);
        let nobody = IdentityHeaders::nobody();
        let (identity, who, basic_is_ours) = match self.verdict {
            Some(verdict) => (&verdict.headers, Some(&*verdict.who), verdict.who.person().is_none()),
            None => (&nobody, None, accounts.phase() == Phase::Legacy && self.target.app_origin().is_none()),
        };
        let incoming = self.req.headers();
        let mut headers =
            proxy_headers::to_app(incoming, identity, who, basic_is_ours, client, self.target, self.settings);
        if let Some(signed) = signed_identity::of(self.verdict.map(|verdict| &**verdict), self.target, self.settings)
            && let Ok(value) = app_header::HeaderValue::from_bytes(signed.as_bytes())
        {
            headers.insert(signed_identity::NAME, value);
        }
        match self.checked.framing {
            Framing::None => {}
            Framing::Length(length) => drop(headers.insert(app_header::CONTENT_LENGTH, length.into())),
            // Explicit, or hyper would send no body with a GET.
            Framing::Chunked => {
                drop(headers.insert(app_header::TRANSFER_ENCODING, app_header::HeaderValue::from_static("chunked")));
            }
        }
        if self.checked.websocket {
            headers.insert(app_header::CONNECTION, app_header::HeaderValue::from_static("upgrade"));
            headers.insert(app_header::UPGRADE, app_header::HeaderValue::from_static("websocket"));
        }
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// Registers a stream, then judges the request again: session or rules may have changed in between.
    async fn register(&self) -> Result<StreamTicket, HttpError> {
        let accounts = settings::accounts(self.req);
        let owner = self.verdict.map(|verdict| verdict.stream_owner()).unwrap_or_default();
        let request = self.stream_request();
        let ticket = accounts.streams().register(owner, request.clone());
        let credential = self.verdict.map(|verdict| verdict.who.credential());
        match accounts.judge_again(credential, &request).await? {
            Ok(visitor) => {
                ticket.set_visitor(visitor);
                Ok(ticket)
            }
            Err(Denial::SignIn) => Err(HttpError::Account(AccountError::InvalidCredentials)),
            Err(denial) => Err(deny::refusal(denial, self.target, self.verdict.map(|verdict| &**verdict))),
        }
    }

    /// What the request was judged by.
    fn stream_request(&self) -> StreamRequest {
        StreamRequest {
            app: self.target.app().id.clone(),
            origin: self.target.origin().clone(),
            method: self.target.method.to_owned(),
            path: self.target.path.to_owned(),
            is_preflight: self.target.is_preflight,
            client: client_address::of(self.req).client,
        }
    }
}
