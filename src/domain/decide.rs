//! The access decision. Pure: proxy and forward-auth both call [`decide`] for every request for an app.

use super::access::{Denial, Visitor};
use super::app_table::CompiledApp;
use super::rules::Circumstances;

/// A request for an app.
#[derive(Clone, Copy, Debug)]
pub struct AppRequest<'a> {
    /// Whether anybody can be admitted: false while nobody has claimed the instance and the deprecated mode is off
    /// (S05).
    pub open: bool,
    /// The app.
    pub app: &'a CompiledApp,
    /// The method, as sent.
    pub method: &'a str,
    /// The path, as sent.
    pub path: &'a str,
    /// Whether it is a CORS preflight: OPTIONS with `Origin` and `Access-Control-Request-Method`.
    pub is_preflight: bool,
    /// Where the client is, and the time.
    pub circumstances: Circumstances,
}

/// What the gate does with a request for an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Let through.
    Allow,
    /// Not let through.
    Deny(Denial),
}

/// Decides for `visitor`, on every request: a cached verdict says who somebody is, never what they may do (S114).
///
/// `None` is a visitor who is not signed in. Of all that programs may mean by the path, the strictest counts (S113).
pub fn decide(visitor: Option<&Visitor>, request: &AppRequest<'_>) -> Decision {
    if !request.open {
        return Decision::Deny(Denial::SetUp);
    }
    let scope = visitor.and_then(Visitor::scope);
    if scope.is_some_and(|scope| {
        !scope.covers(&request.app.app().id, request.method, request.path, request.circumstances.client)
    }) {
        return Decision::Deny(Denial::Token);
    }
    if request.is_preflight && request.app.app().preflight {
        return Decision::Allow;
    }
    let mut strictest = None;
    request.app.each_rule(request.method, request.path, |_, rule| {
        strictest = strictest.max(rule.denial(visitor, request.circumstances));
    });
    // No step leads a machine to what it lacks (S119).
    let strictest = strictest.map(|denial| if scope.is_some() { Denial::Forbidden } else { denial });
    strictest.map_or(Decision::Allow, Decision::Deny)
}
