//! The JWT middleware: decides who may use a page before its handler runs (S98), and whether its form is genuine (S61).
//!
//! [`identify`] verifies tokens and session once for all pages, [`require`] wraps each page with the guard of its row,
//! and [`require_of_script`] each route for scripts. Handlers receive their visitor as [`AnySession`], [`Member`] or
//! [`Admin`], which only this middleware can create.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Path, Payload, ServiceRequest, ServiceResponse, Url};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};

use super::authenticator::{self, Authentication, Renewal, Verdict, authenticator, client};
use super::error::HttpError;
use super::forms::Fields;
use super::page::Menu;
use super::unauthenticated::{redirect, sign_in_address, sign_in_url, unauthenticated};
use super::{app_origin, carriers, csrf, forms, settings};
use crate::accounts::confirm::Pending;
use crate::accounts::{AccountError, Actor};
use crate::domain::access::Visitor;
use crate::domain::link_query;
use crate::domain::return_to::ReturnTo;
use crate::domain::time::Timestamp;
use crate::domain::user::Role;

/// What the addresses of all pages begin with.
const PREFIX: &str = "/_auth";

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody. Any other secret that the handler asks for has a limit of its own.
    Open,
    /// Anybody with the secret of a mailed link, or the code of a hand-over.
    Link,
    /// Anybody with a live session, even one of the deprecated user name and password.
    Session,
    /// Anybody signed in with an account.
    Member,
    /// An admin.
    Admin,
}

/// Who may use a route, and with which methods.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Who may use it.
    pub access: Access,
    /// Whether GET is allowed.
    pub has_page: bool,
    /// Whether POST is allowed.
    pub has_action: bool,
    /// Whether its form may have a file.
    pub takes_file: bool,
}

impl Rule {
    const fn takes(self, method: &Method) -> bool {
        match *method {
            Method::GET | Method::HEAD => self.has_page,
            Method::POST => self.has_action,
            _ => false,
        }
    }

    /// The allowed methods, for `Allow` (RFC 9110, section 10.2.1).
    const fn methods(self) -> &'static str {
        match (self.has_page, self.has_action) {
            (true, true) => "GET, HEAD, POST",
            (true, false) => "GET, HEAD",
            (false, _) => "POST",
        }
    }

    /// Whether the response depends on the visitor.
    const fn needs_session(self) -> bool {
        matches!(self.access, Access::Session | Access::Member | Access::Admin)
    }

    /// Whether it is a page for people who are not signed in yet.
    const fn is_before_sign_in(self) -> bool {
        matches!(self.access, Access::Open) && self.has_page
    }

    fn judge(self, authentication: &Authentication) -> Result<(), Refusal> {
        let verdict = match (self.access, authentication) {
            (Access::Open | Access::Link, _) | (Access::Session, Authentication::SignedIn(_)) => return Ok(()),
            (_, Authentication::Anonymous) => return Err(Refusal::SignInFirst),
            (Access::Member | Access::Admin, Authentication::SignedIn(verdict)) => verdict,
        };
        match (self.access, verdict.who.role()) {
            (_, None) => Err(Refusal::Forbidden("fault-configured")),
            (Access::Admin, Some(Role::User)) => Err(Refusal::Forbidden("fault-admins-only")),
            (_, Some(Role::User | Role::Admin)) => Ok(()),
        }
    }
}

/// Inserted into a request once the guard of its route has admitted it.
#[derive(Clone)]
struct Granted {
    access: Access,
    verdict: Rc<Verdict>,
}

/// Why a visitor may not use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    SignInFirst,
    Forbidden(&'static str),
}

/// Middleware for all pages: verifies the visitor's carriers, and renews an expired access token when a page is opened
/// (S41).
pub async fn identify<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if app_origin::of(req.request()).is_some() {
        // No page of an app's host depends on the visitor, and none must renew a session that is being replaced.
        return Ok(next.call(req).await?.map_into_boxed_body());
    }
    carriers::use_actix_session(req.request());
    let opens_a_page = matches!(*req.method(), Method::GET | Method::HEAD);
    let (authentication, renewal) = match check(req.request(), opens_a_page).await {
        Ok(checked) => checked,
        Err(fault) => return Ok(req.error_response(fault)),
    };
    req.extensions_mut().insert(authentication);
    let mut answer = next.call(req).await?.map_into_boxed_body();
    append_renewal(renewal, &mut answer).await;
    forms::append_cookie(&mut answer);
    Ok(answer)
}

async fn check(req: &HttpRequest, renews: bool) -> Result<(Authentication, Option<Renewal>), HttpError> {
    let app = app_origin::of(req);
    if renews {
        authenticator(req).check_and_refresh(req, app.as_ref()).await
    } else {
        Ok((authenticator(req).check(req, app.as_ref()).await?, None))
    }
}

async fn append_renewal(renewal: Option<Renewal>, answer: &mut ServiceResponse<BoxBody>) {
    if renewal.is_some() {
        let req = answer.request().clone();
        authenticator(&req).append_renewal(&req, renewal, answer.headers_mut()).await;
    }
}

/// Middleware at the route of a page: admits visitors according to its rule, and POST only with a form from our own
/// page.
pub async fn require<B: MessageBody + 'static>(
    rule: Rule,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match pass(rule, req).await {
        Ok(req) => Ok(next.call(req).await?.map_into_boxed_body()),
        Err(answer) => Ok(answer),
    }
}

/// What [`require`] does before the handler; the response if the request is not admitted.
async fn pass(rule: Rule, mut req: ServiceRequest) -> Result<ServiceRequest, ServiceResponse<BoxBody>> {
    if !rule.takes(req.method()) {
        return Err(wrong_method(req, rule));
    }
    let mut authentication = authenticator::authentication(req.request());
    if let Err(refusal) = rule.judge(&authentication) {
        return Err(refuse(req, rule, refusal));
    }
    let is_confirmed = req.extensions_mut().remove::<Confirmed>().is_some();
    if *req.method() == Method::POST && !is_confirmed {
        let payload = req.take_payload();
        let fields = match forms::take(req.request(), payload, &authentication, rule.takes_file).await {
            Ok(fields) => fields,
            Err(HttpError::FormOutOfDate) if rule.is_before_sign_in() && authentication.session().is_some() => {
                // Signed in meanwhile, in another window or by this very form: the page says what is left to do.
                let page = req.uri().path_and_query().map_or("/", |page| page.as_str());
                let answer = redirect(page, settings::of(req.request()));
                return Err(req.into_response(answer));
            }
            Err(fault) => return Err(req.error_response(fault)),
        };
        req.extensions_mut().insert(fields);
        if rule.needs_session() {
            // The form may have taken half a minute to arrive, and the session may have ended meanwhile (S37).
            authentication = match check(req.request(), false).await {
                Ok((authentication, _)) => authentication,
                Err(fault) => return Err(req.error_response(fault)),
            };
            if let Err(refusal) = rule.judge(&authentication) {
                return Err(refuse(req, rule, refusal));
            }
            req.extensions_mut().insert(authentication.clone());
        }
    }
    grant(req.request(), rule, authentication);
    Ok(req)
}

/// Marks a request whose form was checked when it was first submitted.
struct Confirmed;

/// Turns `req` into the form that waited for confirmation (S130): the guard of its route runs as usual, and the visitor
/// is checked again.
pub async fn resume(mut req: ServiceRequest, pending: Pending) -> Result<ServiceRequest, ServiceResponse<BoxBody>> {
    let authentication = match check(req.request(), false).await {
        Ok((authentication, _)) => authentication,
        Err(fault) => return Err(req.error_response(fault)),
    };
    let address = Some(&pending.address).filter(|address| address.starts_with(PREFIX));
    let Some(uri) = address.and_then(|address| Uri::try_from(address).ok()) else {
        return Err(req.error_response(HttpError::NotFound));
    };
    // Routing begins once more behind the prefix of the pages.
    let mut path = Path::new(Url::new(uri.clone()));
    path.skip(u16::try_from(PREFIX.len()).unwrap_or_default());
    *req.match_info_mut() = path;
    req.head_mut().uri = uri;
    let mut extensions = req.extensions_mut();
    extensions.insert(authentication);
    extensions.insert(Fields::from(pending.fields));
    extensions.insert(Confirmed);
    drop(extensions);
    Ok(req)
}

/// Middleware at the route of a script: refuses in JSON; POST is checked by its origin only, and renews the tokens.
pub async fn require_of_script<B: MessageBody + 'static>(
    rule: Rule,
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !rule.takes(req.method()) {
        return Ok(wrong_method(req, rule));
    }
    let app = app_origin::of(req.request());
    let posts = *req.method() == Method::POST;
    if posts && let Err(fault) = csrf::check_origin(req.request()) {
        return Ok(req.error_response(fault));
    }
    let (authentication, renewal) = match check(req.request(), posts).await {
        Ok(checked) => checked,
        Err(fault) => return Ok(req.error_response(fault)),
    };
    match rule.judge(&authentication) {
        Ok(()) => {}
        Err(Refusal::SignInFirst) => {
            let answer = {
                let settings = settings::of(req.request());
                unauthenticated(&sign_in_url(app.as_ref(), settings), settings)
            };
            return Ok(req.into_response(answer));
        }
        Err(Refusal::Forbidden(why)) => return Ok(req.error_response(HttpError::Forbidden(why))),
    }
    grant(req.request(), rule, authentication);
    let mut answer = next.call(req).await?.map_into_boxed_body();
    append_renewal(renewal, &mut answer).await;
    Ok(answer)
}

fn wrong_method(req: ServiceRequest, rule: Rule) -> ServiceResponse<BoxBody> {
    let mut answer = req.error_response(HttpError::MethodNotAllowed);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(rule.methods()));
    answer
}

fn grant(req: &HttpRequest, rule: Rule, authentication: Authentication) {
    if let Authentication::SignedIn(verdict) = authentication {
        req.extensions_mut().insert(Granted { access: rule.access, verdict });
    }
}

/// Redirects to sign-in, and afterwards back to the requested page, or to the page of the submitted form; for an action
/// without a page of its own to the account page.
fn refuse(req: ServiceRequest, rule: Rule, refusal: Refusal) -> ServiceResponse<BoxBody> {
    if let Refusal::Forbidden(why) = refusal {
        return req.error_response(HttpError::Forbidden(why));
    }
    let here = match (rule.has_page, rule.access) {
        (true, _) => req.uri().path_and_query().map_or("/_auth/", |here| here.as_str()),
        // Somebody who wants to end a session finds it ended.
        (false, Access::Session) => "",
        (false, _) => "/_auth/account",
    };
    let settings = settings::of(req.request());
    let back = ReturnTo::parse(&link_query::without_tokens(here), &settings.app_url);
    let answer = redirect(&sign_in_address(back.as_ref()), settings);
    req.into_response(answer)
}

/// A visitor with any live session.
pub struct AnySession(Rc<Verdict>);

/// Somebody signed in with an account.
pub struct Member(Rc<Verdict>);

/// An admin.
pub struct Admin(Rc<Verdict>);

impl AnySession {
    /// The user whose session it is.
    pub fn who(&self) -> &Visitor {
        &self.0.who
    }

    /// Seconds until the tokens have to be renewed.
    pub fn seconds_left(&self, now: Timestamp) -> i64 {
        self.0.seconds_left(now)
    }

    /// The same visitor if the session belongs to an account.
    pub fn member(self) -> Option<Member> {
        self.0.who.user_id().is_some().then_some(Member(self.0))
    }
}

impl Member {
    /// The visitor.
    pub fn who(&self) -> &Visitor {
        &self.0.who
    }

    /// The menu for everybody with an account.
    pub fn menu(&self) -> Menu {
        Menu::of(self.who())
    }
}

impl Admin {
    /// The visitor.
    pub fn who(&self) -> &Visitor {
        &self.0.who
    }

    /// The actor of a change, for the audit log.
    pub fn actor(&self, req: &HttpRequest) -> Actor {
        Actor::admin(self.0.who.name(), &client(req))
    }
}

/// What the guard of the route granted, if it is one of `enough`. Anything else is an error in the table of routes, and
/// is denied.
fn granted(req: &HttpRequest, enough: &[Access]) -> Result<Rc<Verdict>, HttpError> {
    let granted = req.extensions().get::<Granted>().cloned();
    granted.filter(|granted| enough.contains(&granted.access)).map(|granted| granted.verdict).ok_or_else(|| {
        HttpError::Account(AccountError::Internal(format!(
            "the guard of {} grants less than its handler asks for",
            req.path()
        )))
    })
}

impl FromRequest for AnySession {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(granted(req, &[Access::Session, Access::Member, Access::Admin]).map(Self))
    }
}

impl FromRequest for Member {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(granted(req, &[Access::Member, Access::Admin]).map(Self))
    }
}

impl FromRequest for Admin {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(granted(req, &[Access::Admin]).map(Self))
    }
}
