//! Where every request for an app is let in or turned away, whichever way it comes: the proxy and forward-auth.

use std::rc::Rc;

use actix_web::HttpRequest;

use crate::accounts::Phase;
use crate::domain::access::{Decision, Rules, Visitor, decide};
use crate::http::error::HttpError;
use crate::http::settings;
use crate::http::signed_in::{Passport, Renewal, Standing, guard};

/// What becomes of a request.
pub(super) enum Admission {
    /// It is let in, for this visitor and with the tokens that were renewed for them.
    In(Rc<Passport>, Option<Renewal>),
    /// It is turned away.
    Out(Decision),
}

/// Whether an expired access token may be exchanged on the way: forward-auth cannot set the new cookies (S46).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Renew {
    Never,
    IfExpired,
}

/// Finds who asks, and has the rules decide. A cached verdict is used without awaiting; otherwise the visitor is checked.
pub(super) async fn admit(req: &HttpRequest, renew: Renew) -> Result<Admission, HttpError> {
    let rules = Rules { open: settings::accounts(req).phase() != Phase::Unclaimed };
    let (standing, renewal) = match guard(req).remembered(req) {
        _ if !rules.open => (Standing::Anonymous, None),
        Some(passport) => (Standing::SignedIn(passport), None),
        None if renew == Renew::IfExpired => guard(req).check_and_refresh(req).await?,
        None => (guard(req).check(req).await?, None),
    };
    let visitor = match &standing {
        Standing::Anonymous => Visitor::Anonymous,
        Standing::SignedIn(passport) => Visitor::SignedIn(&passport.who),
    };
    Ok(match (decide(visitor, rules), standing) {
        (Decision::Allow, Standing::SignedIn(passport)) => Admission::In(passport, renewal),
        (decision, _) => Admission::Out(decision),
    })
}
