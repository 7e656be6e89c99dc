//! The one place where requests for an app are admitted or refused, by the proxy and by forward-auth.

use std::rc::Rc;

use actix_web::HttpRequest;

use super::target::{Target, unavailable};
use crate::accounts::Phase;
use crate::domain::access::Denial;
use crate::domain::decide::{AppRequest, Decision, decide};
use crate::domain::rules::Circumstances;
use crate::http::authenticator::{Authentication, Renewal, Verdict, authenticator};
use crate::http::client_address;
use crate::http::error::HttpError;
use crate::http::settings::HttpSettings;

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

/// Authenticates the visitor and evaluates the rules of the app (S114). A cached verdict is used without awaiting;
/// otherwise the visitor is checked.
pub(super) async fn admit(
    req: &HttpRequest,
    settings: &HttpSettings,
    target: &Target<'_>,
    renew: Renew,
) -> Result<Admission, HttpError> {
    let accounts = &settings.accounts;
    let (app, authenticator) = (target.app_origin(), authenticator(req));
    let open = accounts.phase() != Phase::Unclaimed;
    let mut now = target.at.now;
    let (authentication, renewal) = match authenticator.cached(req, settings, app, target.at) {
        _ if !open => (Authentication::Anonymous, None),
        Some(verdict) => (Authentication::SignedIn(verdict), None),
        None => {
            let checked = match renew {
                Renew::IfExpired => authenticator.check_and_refresh(req, app).await?,
                Renew::Never => (authenticator.check(req, app).await?, None),
            };
            now = accounts.clock().now();
            checked
        }
    };
    let verdict = match authentication {
        Authentication::Anonymous => None,
        Authentication::SignedIn(verdict) => Some(verdict),
    };
    let request = AppRequest {
        open,
        app: target.compiled(),
        method: target.method,
        path: target.path,
        is_preflight: target.is_preflight,
        circumstances: Circumstances { client: client_address::read(req, settings).client, now },
    };
    let decisions = target.compiled().decisions();
    Ok(match decide(verdict.as_ref().map(|verdict| &*verdict.who), &request) {
        Decision::Allow if !target.is_certain => return Err(unavailable()),
        Decision::Allow => {
            decisions.allowed.rise();
            Admission::In(verdict, renewal)
        }
        Decision::Deny(denial) => {
            decisions.denied.rise();
            Admission::Out(denial, verdict)
        }
    })
}
