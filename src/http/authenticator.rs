//! Authentication (docs/adr/0002 and 0003): from cookies to a live session, from the cache if possible.

use std::cell::RefCell;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::carriers::{Named, agree, claims_of, open_session};
use super::cookies::{self, CookieValue, RequestCookies};
use super::error::HttpError;
use super::settings::HttpSettings;
use super::verdict::Basis;
pub use super::verdict::{SignedFor, Verdict};
use super::verdict_cache::Verdicts;
use super::{client_address, csrf, language, legacy, settings};
use crate::accounts::refresh::Refreshed;
use crate::accounts::session_cache::CachedSession;
use crate::accounts::{Accounts, Client, Phase};
use crate::crypto::jwt::{Claims, Kind, TokenFault};
use crate::domain::ids::SessionId;
use crate::domain::language::Language;
use crate::domain::origin::Origin;
use crate::domain::session::{GenerationVerdict, Session};
use crate::domain::time::{Moment, Timestamp};

/// Seconds for which a verdict based on a refresh token is cached.
const REFRESH_VERDICT_SECS: i64 = 30;

/// Whether a visitor is signed in.
#[derive(Clone)]
pub enum Authentication {
    /// No live session.
    Anonymous,
    /// A live session.
    SignedIn(Rc<Verdict>),
}

impl Authentication {
    /// The session, if there is one.
    pub fn session(&self) -> Option<&SessionId> {
        match self {
            Self::Anonymous => None,
            Self::SignedIn(verdict) => verdict.who.session(),
        }
    }

    /// The language chosen on the account.
    fn language(&self) -> Option<Language> {
        match self {
            Self::Anonymous => None,
            Self::SignedIn(verdict) => verdict.who.language(),
        }
    }
}

/// New tokens for the browser.
pub struct Renewal {
    session: SessionId,
    cookies: Vec<HeaderValue>,
}

/// The sessions that this request's cookies refer to, ended ones included; absent if a cached verdict was used.
struct NamedSessions(Vec<SessionId>);

/// The visitor that the middleware found.
pub fn authentication(req: &HttpRequest) -> Authentication {
    req.extensions().get::<Authentication>().cloned().unwrap_or(Authentication::Anonymous)
}

impl FromRequest for Authentication {
    type Error = HttpError;
    type Future = Ready<Result<Self, HttpError>>;

    fn from_request(req: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(authentication(req)))
    }
}

enum Finding {
    Known(Authentication),
    /// Only a refresh token: valid if its session is live.
    Refreshable(Claims),
}

/// One worker's cache of verdicts; only verified ones are stored.
#[derive(Default)]
pub struct Authenticator(RefCell<Verdicts<Rc<Verdict>>>);

/// The worker's authenticator.
#[expect(clippy::expect_used, reason = "app/server.rs registers the authenticator before any route exists")]
pub fn authenticator(req: &HttpRequest) -> &Authenticator {
    req.app_data::<Rc<Authenticator>>().expect("the guard is registered")
}

impl Authenticator {
    /// The verdict on the same three cookies as before, while cached session, token and lease allow it: no await, no
    /// lock. `app` is the origin of the app that the request is for, here and below; `None` at the portal.
    pub fn cached(
        &self,
        req: &HttpRequest,
        settings: &HttpSettings,
        app: Option<&Origin>,
        at: Moment,
    ) -> Option<Rc<Verdict>> {
        let cookies = RequestCookies::read(req, &settings.cookies_at(app))?;
        self.recall(&settings.accounts, app, &cookies, at)
    }

    fn recall(
        &self,
        accounts: &Accounts,
        app: Option<&Origin>,
        cookies: &RequestCookies<'_>,
        at: Moment,
    ) -> Option<Rc<Verdict>> {
        let memory = self.0.borrow();
        let name = memory.name_of(cookies)?;
        let verdict = memory.get(name).filter(|verdict| verdict.is_for(app))?;
        if verdict.is_over(at) {
            drop(memory);
            self.0.borrow_mut().forget(name);
            return None;
        }
        accounts.cache().has_lease(at.monotonic).then(|| Rc::clone(verdict))
    }

    /// The verdict on a machine token as it was before, while token and lease allow it: no await, no store. Its scope
    /// is not judged here.
    pub fn cached_token(&self, accounts: &Accounts, token: &str, at: Moment) -> Option<Rc<Verdict>> {
        let verdicts = self.0.borrow();
        let verdict = verdicts.get(verdicts.name_of_token(token)).filter(|verdict| !verdict.is_over(at));
        verdict.filter(|_| accounts.cache().has_lease(at.monotonic)).map(Rc::clone)
    }

    /// The verdict on a machine token; `None` if it is not live, or made up by a `source` that has to wait. Its scope
    /// is not judged here.
    pub async fn by_machine_token(
        &self,
        accounts: &Accounts,
        token: &str,
        source: IpAddr,
    ) -> Result<Option<Rc<Verdict>>, HttpError> {
        let name = self.0.borrow().name_of_token(token);
        let Some(copy) = accounts.token_of(token, source).await? else { return Ok(None) };
        let Some(view) = copy.view() else { return Ok(None) };
        let (who, until) = (Arc::clone(&view.who), view.token.expires_at);
        let verdict = Rc::new(Verdict::new(who, Some(Basis::Token(copy)), until));
        let at = accounts.clock().moment();
        self.0.borrow_mut().keep(name, Rc::clone(&verdict), |verdict| verdict.is_over(at));
        Ok(Some(verdict))
    }

    /// Checks without rotating, as required for forward-auth (S46).
    pub async fn check(&self, req: &HttpRequest, app: Option<&Origin>) -> Result<Authentication, HttpError> {
        let authentication = match self.examine(req, app).await? {
            Finding::Known(authentication) => authentication,
            Finding::Refreshable(claims) => self.by_refresh_token(req, app, claims).await?,
        };
        language::note(req, authentication.language());
        Ok(authentication)
    }

    /// Checks, and exchanges the refresh token if the access token is missing or expired (S41).
    pub async fn check_and_refresh(
        &self,
        req: &HttpRequest,
        app: Option<&Origin>,
    ) -> Result<(Authentication, Option<Renewal>), HttpError> {
        let (authentication, renewal) = self.refresh(req, app).await?;
        language::note(req, authentication.language());
        Ok((authentication, renewal))
    }

    async fn refresh(
        &self,
        req: &HttpRequest,
        app: Option<&Origin>,
    ) -> Result<(Authentication, Option<Renewal>), HttpError> {
        let claims = match self.examine(req, app).await? {
            Finding::Known(authentication) => return Ok((authentication, None)),
            Finding::Refreshable(claims) => claims,
        };
        let accounts = settings::accounts(req);
        let session = claims.session.clone();
        let until = claims.expires_at;
        let Refreshed::Tokens(tokens) = accounts.refresh(claims, client_address::of(req).client.to_string()).await?
        else {
            return Ok((Authentication::Anonymous, None));
        };
        let Some(copy) = accounts.find_session(&session).await? else { return Ok((Authentication::Anonymous, None)) };
        let Some(verdict) = verdict(copy, until) else { return Ok((Authentication::Anonymous, None)) };
        let cookies = settings::of(req).cookies_at(app).set_tokens(&tokens);
        Ok((Authentication::SignedIn(Rc::new(verdict)), Some(Renewal { session, cookies })))
    }

    /// Appends new tokens to a response, unless the session ended meanwhile: a late response must not overwrite a newer
    /// sign-in.
    pub async fn append_renewal(&self, req: &HttpRequest, renewal: Option<Renewal>, headers: &mut HeaderMap) {
        let Some(renewal) = renewal else { return };
        if settings::accounts(req).is_live(&renewal.session).await.unwrap_or(false) {
            cookies::append(headers, renewal.cookies);
        }
    }

    async fn examine(&self, req: &HttpRequest, app: Option<&Origin>) -> Result<Finding, HttpError> {
        const ANONYMOUS: Finding = Finding::Known(Authentication::Anonymous);
        let (settings, accounts) = (settings::of(req), settings::accounts(req));
        let found = RequestCookies::read_headers(req.headers(), &settings.cookies_at(app));
        let Ok(found) = found.inspect_err(|fault| tracing::info!(%fault, "ignored the session cookies of a request"))
        else {
            return Ok(ANONYMOUS);
        };
        let at = accounts.clock().moment();
        if let Some(verdict) = self.recall(accounts, app, &found, at) {
            return Ok(Finding::Known(Authentication::SignedIn(verdict)));
        }
        let now = at.now;
        let verify =
            |kind, token: Option<CookieValue<'_>>| token.map(|token| accounts.tokens().verify(kind, token.text(), now));
        let (access, refresh) = (verify(Kind::Access, found.access), verify(Kind::Refresh, found.refresh));
        if are_of_another_host([&access, &refresh], app) {
            return Ok(ANONYMOUS);
        }
        let carrier = open_session(req, &found);
        let named: Vec<Named<'_>> =
            [Named::by_token(access.as_ref()), Named::by_token(refresh.as_ref()), carrier.as_ref().map(Named::from)]
                .into_iter()
                .flatten()
                .collect();
        req.extensions_mut().insert(NamedSessions(named.iter().map(|named| named.session.clone()).collect()));
        if !agree(&named) {
            tracing::info!("ignored session cookies that name different sessions");
            return Ok(ANONYMOUS);
        }
        match (access, refresh) {
            (Some(Ok(claims)), refresh) => {
                let authentication = self.by_access_token(req, &claims, refresh.and_then(Result::ok), &found).await?;
                Ok(Finding::Known(authentication))
            }
            (_, Some(Ok(claims))) => Ok(Finding::Refreshable(claims)),
            (None, None) if app.is_none() && accounts.phase() == Phase::Legacy => {
                Ok(Finding::Known(without_account(req, carrier.map(|carrier| carrier.session), now).await?))
            }
            _ => Ok(ANONYMOUS),
        }
    }

    async fn by_access_token(
        &self,
        req: &HttpRequest,
        claims: &Claims,
        refresh: Option<Claims>,
        found: &RequestCookies<'_>,
    ) -> Result<Authentication, HttpError> {
        let accounts = settings::accounts(req);
        let Some(copy) = accounts.find_session(&claims.session).await? else { return Ok(Authentication::Anonymous) };
        let Some(view) = copy.view().filter(|view| is_of(&view.session, claims)) else {
            return Ok(Authentication::Anonymous);
        };
        note_successor(accounts, &view.session, refresh.as_ref()).await?;
        let Some(verdict) = verdict(Arc::clone(&copy), claims.expires_at) else { return Ok(Authentication::Anonymous) };
        let verdict = Rc::new(verdict);
        self.remember(accounts, found, &verdict);
        Ok(Authentication::SignedIn(verdict))
    }

    /// Accepts a live session with its current refresh token, or the predecessor within its grace period; ends nothing.
    async fn by_refresh_token(
        &self,
        req: &HttpRequest,
        app: Option<&Origin>,
        claims: Claims,
    ) -> Result<Authentication, HttpError> {
        let accounts = settings::accounts(req);
        let now = accounts.clock().now();
        let Some(mut copy) = accounts.find_session(&claims.session).await? else {
            return Ok(Authentication::Anonymous);
        };
        let fits = |copy: &CachedSession| {
            let own = copy.view().filter(|view| is_of(&view.session, &claims));
            let verdict = own.map(|view| view.session.judge_generation(claims.generation, now));
            matches!(verdict, Some(GenerationVerdict::Current | GenerationVerdict::PredecessorInGrace))
        };
        if !fits(&copy) {
            // Another node may have rotated it a moment ago.
            accounts.cache().forget(&claims.session);
            let Some(newer) = accounts.find_session(&claims.session).await? else {
                return Ok(Authentication::Anonymous);
            };
            copy = newer;
        }
        let Some(view) = copy.view().filter(|_| fits(&copy)) else { return Ok(Authentication::Anonymous) };
        note_successor(accounts, &view.session, Some(&claims)).await?;
        let verdict = verdict(Arc::clone(&copy), now.plus(REFRESH_VERDICT_SECS).min(claims.expires_at));
        let Some(verdict) = verdict.map(Rc::new) else { return Ok(Authentication::Anonymous) };
        if let Some(found) = RequestCookies::read(req, &settings::of(req).cookies_at(app))
            && found.access.is_none()
        {
            self.remember(accounts, &found, &verdict);
        }
        Ok(Authentication::SignedIn(verdict))
    }

    fn remember(&self, accounts: &Accounts, found: &RequestCookies<'_>, verdict: &Rc<Verdict>) {
        let at = accounts.clock().moment();
        let mut memory = self.0.borrow_mut();
        if let Some(name) = memory.name_of(found) {
            memory.keep(name, Rc::clone(verdict), |verdict| verdict.is_over(at));
        }
    }
}

/// Whether one of the tokens is good on another host than that of `app` (S117).
fn are_of_another_host(tokens: [&Option<Result<Claims, TokenFault>>; 2], app: Option<&Origin>) -> bool {
    let of_another = tokens.into_iter().flatten().filter_map(claims_of).any(|claims| claims.origin.as_ref() != app);
    if of_another {
        tracing::info!("ignored session cookies that are good on another host");
    }
    of_another
}

/// Whether the token was issued for the session as it is stored.
fn is_of(session: &Session, claims: &Claims) -> bool {
    session.user.as_ref() == Some(&claims.user) && session.origin() == claims.origin.as_ref()
}

async fn note_successor(accounts: &Accounts, session: &Session, refresh: Option<&Claims>) -> Result<(), HttpError> {
    let presented = refresh.is_some_and(|claims| claims.generation == session.generation);
    if presented && session.generation > 0 && session.successor_seen_at.is_none() {
        accounts.mark_successor_seen(&session.id, session.generation).await?;
    }
    Ok(())
}

fn verdict(copy: Arc<CachedSession>, until: Timestamp) -> Option<Verdict> {
    let who = Arc::clone(&copy.view()?.who);
    Some(Verdict::new(who, Some(Basis::Session(copy)), until))
}

/// The visitor in the deprecated mode.
async fn without_account(
    req: &HttpRequest,
    session: Option<SessionId>,
    now: Timestamp,
) -> Result<Authentication, HttpError> {
    let verdict = match legacy::find(req, session, client).await? {
        Some(legacy::Found::Session(copy)) => verdict(copy, now),
        Some(legacy::Found::Pair(who)) => Some(Verdict::new(Arc::new(who), None, now)),
        None => None,
    };
    Ok(verdict.map_or(Authentication::Anonymous, |verdict| Authentication::SignedIn(Rc::new(verdict))))
}

/// The client, for the operations of `accounts`.
pub fn client(req: &HttpRequest) -> Client {
    let settings = settings::of(req);
    let found = RequestCookies::read(req, &settings.cookies).unwrap_or_default();
    let user_agent = req.headers().get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let mut old_sessions = match req.extensions().get::<NamedSessions>() {
        Some(NamedSessions(named)) => named.clone(),
        None => authentication(req).session().cloned().into_iter().collect(),
    };
    old_sessions.sort_unstable();
    old_sessions.dedup();
    Client {
        source: client_address::of(req).client,
        user_agent,
        device_cookie: found.device.map(|value| value.text().to_owned()),
        old_sessions,
        from_elsewhere: csrf::is_from_elsewhere(req),
    }
}
