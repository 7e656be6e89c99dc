//! What a request would be answered, and why.

use std::net::IpAddr;

use super::rule_draft::RuleDraft;
use super::{AccountError, Accounts, FieldFault};
use crate::domain::access::{Credential, Denial, Person, Visitor};
use crate::domain::app_table::CompiledApp;
use crate::domain::app_url::AppUrl;
use crate::domain::decide::{AppRequest, Decision, decide};
use crate::domain::email::Email;
use crate::domain::groups::GroupName;
use crate::domain::ids::RuleId;
use crate::domain::origin::Origin;
use crate::domain::path;
use crate::domain::rules::Circumstances;
use crate::domain::session::Proof;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::UserState;
use crate::storage::{groups, users};

/// A request that is only thought of.
#[derive(Clone, Debug)]
pub struct Question {
    /// The address of the account; `None` for somebody who is not signed in.
    pub email: Option<String>,
    /// The method, as it would be sent.
    pub method: String,
    /// The whole address, its path as it would be sent.
    pub url: String,
    /// The client's address.
    pub from: IpAddr,
    /// Whether the session was proved with a second factor.
    pub factor: bool,
    /// Minutes since the last proof of identity.
    pub age: i64,
    /// The time; `None` for now.
    pub at: Option<Timestamp>,
}

/// One thing that programs may mean by the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingVerdict {
    /// The path.
    pub path: String,
    /// The rule that applies to it; `None` if none does.
    pub rule: Option<RuleId>,
    /// That rule, or what applies without one.
    pub draft: RuleDraft,
    /// Why the visitor is not let in there; `None` if they are.
    pub denial: Option<Denial>,
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The name of the app.
    pub app: String,
    /// What the gate would do.
    pub decision: Decision,
    /// For each thing that programs may mean by the path: the strictest counts.
    pub readings: Vec<ReadingVerdict>,
}

impl Explanation {
    /// The reading whose verdict counts.
    pub fn deciding(&self) -> Option<&ReadingVerdict> {
        self.readings.iter().max_by_key(|reading| reading.denial)
    }
}

impl Accounts {
    /// Says what the gate would do, by the same function that does it.
    pub async fn explain(&self, question: &Question) -> Result<Explanation, AccountError> {
        let fault = |field, key| AccountError::Rules(vec![FieldFault::new(field, Text::new(key))]);
        let app_url = &self.0.config.server.app_url;
        let (origin, path) = split(&question.url, app_url).ok_or_else(|| fault("address", "explain-address"))?;
        let loaded = self.apps().await?;
        let place = loaded.table.find_forwarded(&origin).ok_or_else(|| fault("address", "explain-no-app"))?;
        let app = place.app();
        if !path::is_well_formed(&path) || path::may_be_reserved(&path) {
            return Err(fault("address", "explain-path"));
        }
        let now = question.at.unwrap_or_else(|| self.0.clock.now());
        let visitor = match &question.email {
            None => None,
            Some(email) => {
                let found = self.visitor_of(email, question, now).await?;
                Some(found.ok_or_else(|| fault("user", "explain-no-account"))?)
            }
        };
        let circumstances = Circumstances { client: question.from, now };
        let request =
            AppRequest { open: true, app, method: &question.method, path: &path, is_preflight: false, circumstances };
        let mut found = Vec::new();
        app.each_rule(&question.method, &path, |reading, rule| {
            let path = String::from_utf8_lossy(reading).into_owned();
            found.push((if path.is_empty() { "/".to_owned() } else { path }, rule));
        });
        let mut readings = Vec::new();
        for (path, rule) in found {
            let denial = rule.denial(visitor.as_ref(), circumstances);
            let draft = self.draft_of_rule(rule).await?;
            readings.push(ReadingVerdict { path, rule: rule.id.clone(), draft, denial });
        }
        Ok(Explanation { app: app.app().name.clone(), decision: decide(visitor.as_ref(), &request), readings })
    }

    /// The rules that name a group: app and path.
    pub async fn rules_with(&self, group: &GroupName) -> Result<Vec<String>, AccountError> {
        let loaded = self.apps().await?;
        let of_app = |app: &CompiledApp| {
            let named = app.rules().iter().filter(|rule| rule.names_group(group));
            named.map(|rule| format!("{} {}", app.app().name, rule.path.as_str())).collect::<Vec<_>>()
        };
        Ok(loaded.table.apps().iter().flat_map(|app| of_app(app)).collect())
    }

    async fn visitor_of(
        &self,
        email: &str,
        question: &Question,
        now: Timestamp,
    ) -> Result<Option<Visitor>, AccountError> {
        let Ok(email) = Email::parse(email) else { return Ok(None) };
        let found = self.0.database.read(move |c| {
            let record = users::find_by_email(c, &email)?;
            let there = record.filter(|record| record.user.state != UserState::Disabled);
            there.map(|record| Ok((groups::of_user(c, &record.user.id)?, record.user))).transpose()
        });
        let at = now.plus(-question.age.saturating_mul(60));
        let proof = Proof { factor: question.factor.then_some(at), at };
        let person = found.await?.map(|(groups, user)| Person::new(user, groups));
        Ok(person.map(|person| Visitor::with_account(Credential::Pair, proof, person)))
    }
}

/// The origin and the path of an address, the path as it stands.
pub fn split(url: &str, app_url: &AppUrl) -> Option<(Origin, String)> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme, "http" | "https") {
        return None;
    }
    let (authority, path) = rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len()))?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let origin = Origin::parse(app_url.is_https(), authority)?;
    Some((origin, if path.is_empty() { "/".to_owned() } else { path.to_owned() }))
}
