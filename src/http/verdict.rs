//! Who somebody is: the result of authenticating a request, kept for the next ones.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderValue;

use super::identity_headers::IdentityHeaders;
use crate::accounts::machine_tokens::{CachedToken, TokenView};
use crate::accounts::session_cache::CachedSession;
use crate::accounts::streams::StreamOwner;
use crate::domain::access::Visitor;
use crate::domain::origin::Origin;
use crate::domain::session::Session;
use crate::domain::time::{Moment, Timestamp};

/// A visitor whose session or machine token is live.
pub struct Verdict {
    /// The visitor.
    pub who: Arc<Visitor>,
    /// The headers for the app.
    pub headers: IdentityHeaders,
    basis: Option<Basis>,
    until: Timestamp,
    signed: RefCell<Option<SignedFor>>,
}

/// A signed identity of the visitor, kept for the next requests.
pub struct SignedFor {
    /// The origin of the app that it is for.
    pub origin: Origin,
    /// The key that signed it.
    pub key: String,
    /// When another one is to be signed.
    pub until: Timestamp,
    /// The JWT.
    pub value: HeaderValue,
}

/// What a verdict is based on, in memory.
pub(super) enum Basis {
    Session(Arc<CachedSession>),
    Token(Arc<CachedToken>),
}

impl Basis {
    /// When it ends, if it can be used at `monotonic`.
    fn usable_until(&self, monotonic: Duration) -> Option<Timestamp> {
        match self {
            Self::Session(copy) => copy.usable(monotonic).map(|view| view.session.expires_at),
            Self::Token(copy) => copy.usable(monotonic).map(|view| view.token.expires_at),
        }
    }
}

impl Verdict {
    /// A verdict on `who` until that moment; without a basis for one request.
    pub(super) fn new(who: Arc<Visitor>, basis: Option<Basis>, until: Timestamp) -> Self {
        Self { headers: IdentityHeaders::of(&who), who, basis, until, signed: RefCell::default() }
    }

    /// Whether the session or token was not changed since: then the store need not be asked.
    pub fn is_untouched(&self, monotonic: Duration) -> bool {
        self.basis.as_ref().is_some_and(|copy| copy.usable_until(monotonic).is_some())
    }

    /// The session; `None` with a token or with HTTP Basic.
    fn session(&self) -> Option<&Session> {
        match &self.basis {
            Some(Basis::Session(copy)) => copy.view().map(|view| &view.session),
            Some(Basis::Token(_)) | None => None,
        }
    }

    /// Whether the session is good on that host (S117).
    pub(super) fn is_for(&self, app: Option<&Origin>) -> bool {
        self.session().is_some_and(|session| session.origin() == app)
    }

    /// Whether this can never again be the verdict on the same carriers: what it is based on changed, ended or
    /// expired.
    pub(super) fn is_over(&self, at: Moment) -> bool {
        let until = self.basis.as_ref().and_then(|copy| copy.usable_until(at.monotonic));
        let live = until.is_some_and(|until| until > at.now);
        !live || self.until <= at.now
    }

    /// The machine token; `None` with a session or with HTTP Basic.
    pub fn token(&self) -> Option<&TokenView> {
        match &self.basis {
            Some(Basis::Token(copy)) => copy.view(),
            Some(Basis::Session(_)) | None => None,
        }
    }

    /// On what the visitor's streams depend; with HTTP Basic on no session.
    pub fn stream_owner(&self) -> StreamOwner {
        let session = self.session();
        let until = match &self.basis {
            Some(Basis::Token(_)) => Some(self.until),
            _ => session.map(|session| session.expires_at),
        };
        StreamOwner {
            visitor: Some(Arc::clone(&self.who)),
            parent: session.and_then(|session| session.child_of.as_ref()).map(|child| child.parent.clone()),
            until,
        }
    }

    /// The signed identity for the app at `origin`, if one is kept.
    pub fn signed_for(&self, origin: &Origin, key: &str, now: Timestamp) -> Option<HeaderValue> {
        let signed = self.signed.borrow();
        let fits = |signed: &&SignedFor| signed.origin == *origin && signed.key == key && signed.until > now;
        signed.as_ref().filter(fits).map(|signed| signed.value.clone())
    }

    /// Keeps a signed identity.
    pub fn keep_signed(&self, signed: SignedFor) {
        *self.signed.borrow_mut() = Some(signed);
    }

    /// Seconds for which the verdict is valid without a refresh.
    pub fn seconds_left(&self, now: Timestamp) -> i64 {
        self.until.since(now).max(0)
    }
}
