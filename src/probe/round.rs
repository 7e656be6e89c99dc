//! One round of questions about an app, and what was found so far.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::client::{Answer, Ask, AskFault, Asker};
use super::codes::Code;
use super::echo::{Arrived, Echo};
use super::report::Finding;
use super::target::Target;
use crate::accounts::Accounts;

/// What the checks share.
pub(super) struct Round<'a> {
    pub(super) accounts: &'a Accounts,
    pub(super) target: &'a Target,
    pub(super) asker: &'a Asker,
    pub(super) echo: Option<&'a Echo>,
    questions: AtomicUsize,
    server: Mutex<String>,
    findings: Mutex<Vec<Finding>>,
}

impl<'a> Round<'a> {
    pub(super) fn new(accounts: &'a Accounts, target: &'a Target, asker: &'a Asker, echo: Option<&'a Echo>) -> Self {
        let (questions, server, findings) = (AtomicUsize::new(0), Mutex::default(), Mutex::default());
        Self { accounts, target, asker, echo, questions, server, findings }
    }

    /// Notes something that was found.
    pub(super) fn find(&self, code: Code, what: impl Into<String>) {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).push(Finding::new(code, what));
    }

    /// Everything that was found, how many questions were asked, and what the server calls itself.
    pub(super) fn end(self) -> (Vec<Finding>, usize, String) {
        let findings = self.findings.into_inner().unwrap_or_else(PoisonError::into_inner);
        let server = self.server.into_inner().unwrap_or_else(PoisonError::into_inner);
        (findings, self.questions.into_inner(), server)
    }

    /// Asks; what breaks off is no answer, and what is late is found.
    pub(super) async fn ask(&self, what: &str, ask: Ask) -> Option<Answer> {
        match self.try_ask(ask).await {
            Ok(answer) => Some(answer),
            Err(AskFault::Broken(fault)) => {
                tracing::debug!(what, fault, "a question had no answer");
                None
            }
            Err(AskFault::Late) => {
                self.find(Code::Late, what);
                None
            }
        }
    }

    /// Asks.
    pub(super) async fn try_ask(&self, ask: Ask) -> Result<Answer, AskFault> {
        self.questions.fetch_add(1, Ordering::Relaxed);
        let answer = Box::pin(self.asker.ask(ask)).await?;
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if server.is_empty() {
            answer.header("server").clone_into(&mut server);
        }
        Ok(answer)
    }

    /// What arrived at the stand-in with `part` in its path; nothing without one.
    pub(super) fn arrived(&self, part: &str) -> Vec<Arrived> {
        self.echo.map(|echo| echo.arrived(part)).unwrap_or_default()
    }

    /// Whether the answer is the gate's to somebody who has to sign in.
    pub(super) fn is_denial(&self, answer: &Answer) -> bool {
        matches!(answer.status, 401 | 403) || answer.redirects() && self.target.is_sign_in(answer.header("location"))
    }
}
