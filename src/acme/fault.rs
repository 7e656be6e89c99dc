//! Why an authority gives no certificate.

use instant_acme::{Error, Problem};

use crate::domain::certificates::one_line;

/// What follows from a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It cannot be reached, or does not speak ACME.
    Unavailable,
    /// There were too many orders.
    RateLimited,
    /// It does not know the account (any more).
    NoAccount,
    /// It refuses.
    Refused,
}

/// Why there is no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct AcmeFault {
    /// What follows from it.
    pub kind: FaultKind,
    /// In one line, possibly in the words of the authority.
    pub text: String,
    /// Seconds that the authority asks to wait.
    pub wait_secs: Option<i64>,
}

impl AcmeFault {
    /// It refuses, or what it says cannot be accepted.
    pub fn refused(text: &str) -> Self {
        Self { kind: FaultKind::Refused, text: one_line(text), wait_secs: None }
    }

    /// It cannot be reached.
    pub fn unavailable(text: &str) -> Self {
        Self { kind: FaultKind::Unavailable, text: one_line(text), wait_secs: None }
    }

    /// With what the last response said about waiting.
    pub(super) fn of(fault: &Error, wait_secs: Option<i64>) -> Self {
        match fault {
            Error::Api(problem) => Self::of_problem(problem, wait_secs),
            Error::Timeout(_) => Self::unavailable("the authority did not finish in time"),
            Error::Json(fault) => Self::unavailable(&format!(
                "what the authority answers is not ACME; is ACME_DIRECTORY_URL the address of its directory? ({fault})"
            )),
            fault => Self::unavailable(&fault.to_string()),
        }
    }

    fn of_problem(problem: &Problem, wait_secs: Option<i64>) -> Self {
        let kind = match problem.r#type.as_deref().and_then(|kind| kind.strip_prefix("urn:ietf:params:acme:error:")) {
            Some("rateLimited") => FaultKind::RateLimited,
            Some("accountDoesNotExist") => FaultKind::NoAccount,
            Some("serverInternal" | "badNonce") => FaultKind::Unavailable,
            _ => FaultKind::Refused,
        };
        Self { kind, text: one_line(&words(problem)), wait_secs: wait_secs.filter(|_| kind == FaultKind::RateLimited) }
    }
}

/// What a problem says, with the parts that are about single names.
pub(super) fn words(problem: &Problem) -> String {
    let kind = problem.r#type.as_deref().unwrap_or("no reason given");
    let kind = kind.strip_prefix("urn:ietf:params:acme:error:").unwrap_or(kind);
    let detail = problem.detail.as_deref().unwrap_or_default();
    let parts = problem.subproblems.iter().filter_map(|part| part.detail.as_deref());
    parts.fold(format!("{kind}: {detail}"), |text, part| format!("{text}; {part}"))
}
