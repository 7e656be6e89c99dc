//! The JWT middleware: who may use a page is decided before its handler runs (S98), and so is whether its form is genuine (S61).
//!
//! [`identify`] verifies tokens and session once for all pages, [`require`] stands at each route with the guard of its row. What
//! handlers learn of their visitor they take as [`AnySession`], [`Member`] or [`Admin`], which nothing else can make.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_identity::IdentityExt;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue, LOCATION};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, HttpResponse};

use super::error::HttpError;
use super::page::Menu;
use super::signed_in::{Passport, Renewal, Standing, client, guard};
use super::{forms, settings};
use crate::accounts::AccountError;
use crate::accounts::administer::Actor;
use crate::domain::access::SignedIn;
use crate::domain::return_to::ReturnTo;
use crate::domain::user::Role;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody. What the handler asks for besides is a secret of its own, under a limit.
    Open,
    /// Whoever has the secret of a mailed link.
    Link,
    /// Whoever has a live session, even one of the deprecated user name and password.
    Session,
    /// Whoever is signed in with an account.
    Member,
    /// An admin.
    Admin,
}

/// What a route is for, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Who may use it.
    pub access: Access,
    /// Whether GET shows something.
    pub has_page: bool,
    /// Whether something can be posted.
    pub has_action: bool,
}

impl Rule {
    /// The methods that the route has, for `Allow` (RFC 9110, section 10.2.1).
    const fn methods(self) -> &'static str {
        match (self.has_page, self.has_action) {
            (true, true) => "GET, HEAD, POST",
            (true, false) => "GET, HEAD",
            (false, _) => "POST",
        }
    }
}

/// What stands in a request that passed the guard of its route.
#[derive(Clone)]
struct Granted {
    access: Access,
    passport: Rc<Passport>,
}

/// Why a visitor may not use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    SignInFirst,
    Forbidden(&'static str),
}

/// Middleware over all pages: verifies the visitor's carriers, and exchanges an expired access token where a page is opened (S41).
pub async fn identify<B: MessageBody + 'static>(req: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<BoxBody>, Error> {
    let (standing, renewal) = match check(req.request()).await {
        Ok(checked) => checked,
        Err(fault) => return Ok(req.error_response(fault)),
    };
    req.extensions_mut().insert(standing);
    let mut answer = next.call(req).await?.map_into_boxed_body();
    if renewal.is_some() {
        let req = answer.request().clone();
        guard(&req).append_renewal(&req, renewal, answer.headers_mut()).await;
    }
    Ok(answer)
}

/// Tokens, session cookie and actix-identity must all name one person; whatever disagrees is no sign-in (S39).
async fn check(req: &HttpRequest) -> Result<(Standing, Option<Renewal>), HttpError> {
    let (standing, renewal) =
        if opens_a_page(req.method()) { guard(req).check_and_refresh(req).await? } else { (guard(req).check(req).await?, None) };
    if let (Standing::SignedIn(passport), Ok(identity)) = (&standing, req.get_identity())
        && identity.id().ok().as_deref() != passport.who.user_id().map(crate::domain::ids::UserId::as_str)
    {
        tracing::info!("the session cookie and the tokens of a request name different people: no sign-in");
        return Ok((Standing::Anonymous, None));
    }
    Ok((standing, renewal))
}

/// Middleware at one route: lets through whom its rule allows, with a form from our own page where something is posted.
pub async fn require<B: MessageBody + 'static>(
    rule: Rule,
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let posts = *req.method() == Method::POST;
    if !(posts && rule.has_action || opens_a_page(req.method()) && rule.has_page) {
        let mut answer = req.error_response(HttpError::MethodNotAllowed);
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(rule.methods()));
        return Ok(answer);
    }
    let mut standing = standing(req.request());
    if let Err(refusal) = judge(rule.access, &standing) {
        return Ok(refuse(req, rule, refusal));
    }
    if posts {
        let payload = req.take_payload();
        let fields = match forms::take(req.request(), payload, &standing).await {
            Ok(fields) => fields,
            Err(fault) => return Ok(req.error_response(fault)),
        };
        // It may have taken half a minute to arrive, and the session may have ended meanwhile (S37).
        standing = match check(req.request()).await {
            Ok((standing, _)) => standing,
            Err(fault) => return Ok(req.error_response(fault)),
        };
        if let Err(refusal) = judge(rule.access, &standing) {
            return Ok(refuse(req, rule, refusal));
        }
        req.extensions_mut().insert(fields);
        req.extensions_mut().insert(standing.clone());
    }
    if let Standing::SignedIn(passport) = standing {
        req.extensions_mut().insert(Granted { access: rule.access, passport });
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

fn refuse(req: ServiceRequest, rule: Rule, refusal: Refusal) -> ServiceResponse<BoxBody> {
    match refusal {
        Refusal::SignInFirst => {
            let answer = sign_in_first(req.request(), rule);
            req.into_response(answer)
        }
        Refusal::Forbidden(why) => req.error_response(HttpError::Forbidden(why)),
    }
}

/// The rule itself.
fn judge(access: Access, standing: &Standing) -> Result<(), Refusal> {
    let passport = match (access, standing) {
        (Access::Open | Access::Link, _) | (Access::Session, Standing::SignedIn(_)) => return Ok(()),
        (_, Standing::Anonymous) => return Err(Refusal::SignInFirst),
        (Access::Member | Access::Admin, Standing::SignedIn(passport)) => passport,
    };
    match (access, passport.who.role()) {
        (_, None) => Err(Refusal::Forbidden("fault-configured")),
        (Access::Admin, Some(Role::User)) => Err(Refusal::Forbidden("fault-admins-only")),
        (_, Some(Role::User | Role::Admin)) => Ok(()),
    }
}

/// To sign-in, and afterwards back to the page asked for, or to the form that was posted; from an action without a page of its own to
/// the account.
fn sign_in_first(req: &HttpRequest, rule: Rule) -> HttpResponse {
    let here = req.uri().path_and_query().map_or("/_auth/", |here| here.as_str());
    let here = match (rule.has_page, rule.access) {
        (true, _) => here,
        // Whoever wanted a session to end finds it ended.
        (false, Access::Session) => "",
        (false, _) => "/_auth/account",
    };
    let back = ReturnTo::parse(here, &settings::of(req).app_url);
    let next = back.map_or_else(String::new, |back| format!("?next={}", back.query_escaped()));
    HttpResponse::SeeOther().insert_header((LOCATION, format!("/_auth/login{next}"))).finish()
}

fn opens_a_page(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Who [`identify`] found.
pub fn standing(req: &HttpRequest) -> Standing {
    req.extensions().get::<Standing>().cloned().unwrap_or(Standing::Anonymous)
}

/// A visitor with any live session.
pub struct AnySession(Rc<Passport>);

/// Somebody signed in with an account.
pub struct Member(Rc<Passport>);

/// An admin.
pub struct Admin(Rc<Passport>);

impl AnySession {
    /// Whose session it is.
    pub fn who(&self) -> &SignedIn {
        &self.0.who
    }

    /// The same visitor if there is an account behind the session.
    pub fn member(self) -> Option<Member> {
        self.0.who.user_id().is_some().then_some(Member(self.0))
    }
}

impl Member {
    /// Who it is.
    pub fn who(&self) -> &SignedIn {
        &self.0.who
    }

    /// The menu of the pages for everybody with an account.
    pub fn menu(&self) -> Menu {
        Menu::of(self.who())
    }
}

impl Admin {
    /// Who it is.
    pub fn who(&self) -> &SignedIn {
        &self.0.who
    }

    /// Who changes something, for the audit trail.
    pub fn actor(&self, req: &HttpRequest) -> Actor {
        Actor::admin(self.0.who.name(), &client(req))
    }
}

/// What the guard of the route granted, if it is one of `enough`. Anything else is a fault of the table of routes, and denies.
fn granted(req: &HttpRequest, enough: &[Access]) -> Result<Rc<Passport>, HttpError> {
    let granted = req.extensions().get::<Granted>().cloned();
    granted.filter(|granted| enough.contains(&granted.access)).map(|granted| granted.passport).ok_or_else(|| {
        HttpError::Account(AccountError::Internal(format!("the guard of {} grants less than its handler asks for", req.path())))
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

impl FromRequest for Standing {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(standing(req)))
    }
}
