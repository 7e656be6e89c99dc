//! The one place where requests for an app are admitted or refused, by the proxy and by forward-auth.

use std::rc::Rc;

use actix_web::HttpRequest;

use crate::accounts::Phase;
use crate::domain::access::{Decision, Denial, Rules, decide};
use crate::domain::origin::Origin;
use crate::http::authenticator::{Authentication, Renewal, Verdict, authenticator};
use crate::http::error::HttpError;
use crate::http::settings;

/// The decision about a request.
pub(super) enum Admission {
    /// Admitted, for this visitor and with their renewed tokens.
    In(Rc<Verdict>, Option<Renewal>),
    /// Not admitted.
    Out(Denial),
}

/// Whether an expired access token may be renewed: forward-auth cannot set the new cookies (S46).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Renew {
    Never,
    IfExpired,
}

/// Authenticates the visitor and evaluates the rules. A cached verdict is used without awaiting; otherwise the visitor
/// is checked. `app` is the origin of the app that the request is for; `None` is `APP_URL`'s.
pub(super) async fn admit(req: &HttpRequest, app: Option<&Origin>, renew: Renew) -> Result<Admission, HttpError> {
    let rules = Rules { open: settings::accounts(req).phase() != Phase::Unclaimed };
    let (authentication, renewal) = match authenticator(req).cached(req, app) {
        _ if !rules.open => (Authentication::Anonymous, None),
        Some(verdict) => (Authentication::SignedIn(verdict), None),
        None if renew == Renew::IfExpired => authenticator(req).check_and_refresh(req, app).await?,
        None => (authenticator(req).check(req, app).await?, None),
    };
    let visitor = match &authentication {
        Authentication::Anonymous => None,
        Authentication::SignedIn(verdict) => Some(&*verdict.who),
    };
    Ok(match (decide(visitor, rules), authentication) {
        (Decision::Allow, Authentication::SignedIn(verdict)) => Admission::In(verdict, renewal),
        (Decision::Deny(denial), _) => Admission::Out(denial),
        // Nothing is public.
        (Decision::Allow, Authentication::Anonymous) => Admission::Out(Denial::SignIn),
    })
}
