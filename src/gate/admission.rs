//! The one place where requests for an app are admitted or refused, by the proxy and by forward-auth.

use std::net::IpAddr;
use std::rc::Rc;

use actix_web::HttpRequest;

use super::target::{Target, unavailable};
use crate::accounts::token_refusals::TokenRefusal;
use crate::accounts::{AccountError, Phase};
use crate::domain::access::Denial;
use crate::domain::decide::{AppRequest, Decision, decide};
use crate::domain::rules::Circumstances;
use crate::http::authenticator::{Authentication, Renewal, Verdict, authenticator};
use crate::http::client_address;
use crate::http::error::HttpError;
use crate::http::settings::HttpSettings;
use crate::http::token_carriers::CarriedToken;

/// The decision about a request.
pub(super) enum Admission {
    /// Admitted, for this visitor, if somebody is signed in, and with their renewed tokens.
    In(Option<Rc<Verdict>>, Option<Renewal>),
    /// Not admitted; the visitor, if somebody is signed in.
    Out(Denial, Option<Rc<Verdict>>),
}

/// Whether an expired access token may be renewed: forward-auth cannot set the new cookies (S46).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Renew {
    Never,
    IfExpired,
}

/// Who sends a request.
#[derive(Default)]
struct Sender<'a> {
    verdict: Option<Rc<Verdict>>,
    renewal: Option<Renewal>,
    /// The machine token in the request: then nothing else in it counts.
    token: Option<CarriedToken<'a>>,
}

/// Authenticates the visitor and evaluates the rules of the app (S114). A cached verdict is used without awaiting;
/// otherwise the visitor is checked.
pub(super) async fn admit(
    req: &HttpRequest,
    settings: &HttpSettings,
    target: &Target<'_>,
    renew: Renew,
) -> Result<Admission, HttpError> {
    let accounts = &settings.accounts;
    let open = accounts.phase() != Phase::Unclaimed;
    let mut now = target.at.now;
    let client = client_address::read(req, settings).client;
    let sender = match by_token(req, settings, target, client).await? {
        Some((sender, is_cached)) => {
            if !is_cached {
                now = accounts.clock().now();
            }
            sender
        }
        None => match authenticator(req).cached(req, settings, target.app_origin(), target.at) {
            _ if !open => Sender::default(),
            Some(verdict) => Sender { verdict: Some(verdict), ..Sender::default() },
            None => {
                let checked = by_cookies(req, target, renew).await?;
                now = accounts.clock().now();
                checked
            }
        },
    };
    let request = AppRequest {
        open,
        app: target.compiled(),
        method: target.method,
        path: target.path,
        is_preflight: target.is_preflight,
        circumstances: Circumstances { client, now },
    };
    let decisions = target.compiled().decisions();
    match (decide(sender.verdict.as_ref().map(|verdict| &*verdict.who), &request), sender.token) {
        (Decision::Allow, _) if !target.is_certain => Err(unavailable()),
        (Decision::Allow, _) => {
            decisions.allowed.rise();
            if let Some(token) = sender.verdict.as_ref().and_then(|verdict| verdict.token()) {
                accounts.record_token_use(token, now);
            }
            Ok(Admission::In(sender.verdict, sender.renewal))
        }
        (Decision::Deny(denial), Some(token)) => {
            decisions.denied.rise();
            let refusal = if denial == Denial::Token { TokenRefusal::Scope } else { TokenRefusal::Rules };
            Err(refuse(req, settings, target, token.text(), refusal).await)
        }
        (Decision::Deny(denial), None) => {
            decisions.denied.rise();
            Ok(Admission::Out(denial, sender.verdict))
        }
    }
}

async fn by_cookies(req: &HttpRequest, target: &Target<'_>, renew: Renew) -> Result<Sender<'static>, HttpError> {
    let (authenticator, app) = (authenticator(req), target.app_origin());
    let (authentication, renewal) = match renew {
        Renew::IfExpired => authenticator.check_and_refresh(req, app).await?,
        Renew::Never => (authenticator.check(req, app).await?, None),
    };
    Ok(match authentication {
        Authentication::Anonymous => Sender { renewal, ..Sender::default() },
        Authentication::SignedIn(verdict) => Sender { verdict: Some(verdict), renewal, token: None },
    })
}

/// The visitor that a machine token in the request represents; `None` if there is no token. One that is not good is an
/// error, whatever else the request has (S119). Before the claim there are none. Also whether it was known without
/// asking the store.
async fn by_token<'a>(
    req: &'a HttpRequest,
    settings: &HttpSettings,
    target: &'a Target<'_>,
    source: IpAddr,
) -> Result<Option<(Sender<'a>, bool)>, HttpError> {
    if settings.accounts.phase() != Phase::Claimed {
        return Ok(None);
    }
    let query = target.path_and_query.split_once('?').map_or("", |(_, query)| query);
    let carried = match CarriedToken::find(req.headers(), &target.app().token_headers, query) {
        Ok(None) => return Ok(None),
        Ok(Some(carried)) => carried,
        Err(refusal) => return Err(refuse(req, settings, target, "", refusal).await),
    };
    let (token, authenticator) = (carried.text(), authenticator(req));
    let cached = authenticator.cached_token(&settings.accounts, token, target.at);
    let is_cached = cached.is_some();
    let verdict = match cached {
        Some(verdict) => Some(verdict),
        None => authenticator.by_machine_token(&settings.accounts, token, source).await?,
    };
    let refusal = match verdict {
        Some(verdict) if carried.fits(&verdict.who) => {
            let sender = Sender { verdict: Some(verdict), renewal: None, token: Some(carried) };
            return Ok(Some((sender, is_cached)));
        }
        Some(_) => TokenRefusal::Username,
        None => TokenRefusal::Unknown,
    };
    Err(refuse(req, settings, target, token, refusal).await)
}

/// Logs and counts a refusal.
async fn refuse(
    req: &HttpRequest,
    settings: &HttpSettings,
    target: &Target<'_>,
    token: &str,
    refusal: TokenRefusal,
) -> HttpError {
    let source = client_address::read(req, settings).client;
    match settings.accounts.refuse_token(token, refusal, target.app(), source).await {
        Ok(()) => HttpError::Token(refusal),
        Err(AccountError::TooMany { retry_after }) => HttpError::TokenThrottled { refusal, retry_after },
        Err(fault) => fault.into(),
    }
}
