//! What a request would be answered, and by which rule.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::apps::{address_of, find};
use super::rule_view::describe;
use crate::accounts::explain::{Explanation, Question};
use crate::accounts::rule_draft::RuleDraft;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::access::Denial;
use crate::domain::apps::App;
use crate::domain::decide::Decision;
use crate::domain::ids::RuleId;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::http::error::HttpError;
use crate::http::jwt::Admin;
use crate::http::page::{Layout, Menu, page};
use crate::http::settings;

#[derive(Template)]
#[template(path = "pages/admin/explain.html")]
struct ExplainPage {
    layout: Layout,
    app: App,
    back: String,
    typed: Query,
    faults: Vec<FieldFault>,
    explanation: Option<Explanation>,
}

impl ExplainPage {
    /// Names, keys of labels, values and keys of hints.
    fn fields(&self) -> Vec<(&'static str, &'static str, &str, &'static str)> {
        let typed = &self.typed;
        vec![
            ("user", "explain-user", &typed.user, "explain-user-hint"),
            ("method", "explain-method", &typed.method, "explain-method-hint"),
            ("address", "explain-address-label", &typed.address, "explain-address-hint"),
            ("from", "explain-from", &typed.from, "explain-from-hint"),
            ("age", "explain-age", &typed.age, "explain-age-hint"),
            ("at", "explain-at", &typed.at, "grant-until-hint"),
        ]
    }

    fn fault_of(&self, name: &str) -> Option<String> {
        self.faults.iter().find(|fault| fault.field == name).map(|fault| self.layout.tell(&fault.message))
    }
}

/// Whom a rule lets in, in words.
fn grants(draft: &RuleDraft) -> Vec<Vec<Text>> {
    draft.grants.iter().map(describe).collect()
}

/// The request that is asked about.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Query {
    user: String,
    method: String,
    address: String,
    from: String,
    factor: String,
    age: String,
    at: String,
}

/// The key of the verdict's text.
fn verdict_text(denial: Option<&Denial>) -> &'static str {
    match denial {
        None => "verdict-let-in",
        Some(Denial::SetUp | Denial::SignIn) => "verdict-sign-in",
        Some(Denial::Factor) => "verdict-factor",
        Some(Denial::Prove) => "verdict-proof",
        Some(Denial::Forbidden | Denial::Token) => "verdict-forbidden",
    }
}

/// The verdict as a word, for scripts.
fn verdict_word(denial: Option<&Denial>) -> &'static str {
    denial.map_or("let in", |denial| denial.as_str())
}

/// The rule as a word, for scripts.
fn rule_word(rule: Option<&RuleId>) -> &str {
    rule.map_or("none", RuleId::as_str)
}

/// The form, and the answer if something was asked.
pub async fn show(
    _admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    typed: web::Query<Query>,
) -> Result<HttpResponse, HttpError> {
    let (app, typed) = (find(&req, &id).await?.app().clone(), typed.into_inner());
    let outcome = match typed.address.trim() {
        "" => Ok(None),
        address => match question(&req, &app, &typed, address) {
            Ok(question) => match settings::accounts(&req).explain(&question).await {
                Ok(explanation) => Ok(Some(explanation)),
                Err(AccountError::Rules(faults)) => Err(faults),
                Err(fault) => return Err(fault.into()),
            },
            Err(faults) => Err(faults),
        },
    };
    let status = if outcome.is_err() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (explanation, faults) = match outcome {
        Ok(explanation) => (explanation, Vec::new()),
        Err(faults) => (None, faults),
    };
    let layout = Layout::with_menu(&req, "explain-heading", Menu::Admin);
    let content = ExplainPage { layout, back: address_of(&app.id), app, typed, faults, explanation };
    Ok(page(status, &content))
}

fn question(req: &HttpRequest, app: &App, typed: &Query, address: &str) -> Result<Question, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let mut add = |field, key| faults.push(FieldFault::new(field, Text::new(key)));
    let from: Option<IpAddr> = match typed.from.trim() {
        "" => Some(Ipv4Addr::LOCALHOST.into()),
        text => text.parse().ok(),
    };
    if from.is_none() {
        add("from", "explain-from-invalid");
    }
    let age: Option<i64> = match typed.age.trim() {
        "" => Some(0),
        text => text.parse().ok().filter(|age| *age >= 0),
    };
    if age.is_none() {
        add("age", "explain-age-invalid");
    }
    let at = Some(typed.at.trim()).filter(|text| !text.is_empty());
    let moment = at.and_then(Timestamp::parse);
    if at.is_some() && moment.is_none() {
        add("at", "grant-until");
    }
    let (Some(from), Some(age), true) = (from, age, faults.is_empty()) else { return Err(faults) };
    let method = typed.method.trim();
    let user = typed.user.trim();
    Ok(Question {
        email: Some(user).filter(|user| !matches!(*user, "" | "-")).map(str::to_owned),
        method: if method.is_empty() { "GET" } else { method }.to_owned(),
        url: if address.starts_with('/') { format!("{}{address}", origin_of(req, app)) } else { address.to_owned() },
        from,
        factor: !typed.factor.is_empty(),
        age,
        at: moment,
    })
}

/// An address of the app; any host that is meant by one with a wildcard.
fn origin_of(req: &HttpRequest, app: &App) -> String {
    let host = app.addresses.first().map_or("", |address| address.as_str());
    format!("{}://{}", settings::of(req).app_url.scheme(), host.replace('*', "any"))
}
