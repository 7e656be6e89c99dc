//! Claiming the instance.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{second_factors, see_other, signed_in};
use crate::accounts::operator_secret::OperatorSecret;
use crate::accounts::setup::ClaimForm;
use crate::accounts::{AccountError, FieldFault, Phase};
use crate::domain::factors::SecondFactor;
use crate::domain::text::Text;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::forms::Checked;
use crate::http::page::{Layout, page};
use crate::http::{forms, settings};

#[derive(Template)]
#[template(path = "pages/setup.html")]
struct SetupPage<'a> {
    layout: Layout,
    csrf_token: String,
    setup_token: &'a str,
    /// The proof that the form asks for: the token, or the deprecated pair.
    asks_for_token: bool,
    pair_closed: bool,
    legacy_username: &'a str,
    home: String,
    email: &'a str,
    name: &'a str,
    min_length: usize,
    /// Whether the box is ticked that offers setting up a second factor next; none where one is demanded anyway.
    wants_factor: Option<bool>,
    faults: Vec<FieldFault>,
}

impl SetupPage<'_> {
    fn fault_of(&self, field: &str) -> Option<String> {
        self.faults.iter().find(|fault| fault.field == field).map(|fault| self.layout.tell(&fault.message))
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.faults.iter().any(|fault| fault.field == field)
    }
}

/// The token of the printed link.
#[derive(Deserialize)]
pub struct Query {
    token: Option<String>,
}

/// The claimant's details and proof. Everything except the passwords is shown again.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SetupForm {
    setup_token: String,
    legacy_username: String,
    legacy_password: String,
    email: String,
    name: String,
    password: String,
    confirm: String,
    /// Not empty if a second factor is to be set up next.
    factor: String,
}

/// The form; after the claim a redirect to sign-in.
pub async fn show(req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    if settings::accounts(&req).phase() == Phase::Claimed {
        return Ok(see_other("/_auth/login"));
    }
    let typed = SetupForm { setup_token: query.into_inner().token.unwrap_or_default(), ..SetupForm::default() };
    form(&req, StatusCode::OK, &typed, Vec::new()).await
}

/// Creates the owner and redirects.
pub async fn submit(req: HttpRequest, Checked(mut typed): Checked<SetupForm>) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    if accounts.phase() == Phase::Claimed {
        return Ok(see_other("/_auth/login"));
    }
    let secret = if accounts.asks_for_token().await? {
        OperatorSecret::Token(typed.setup_token.clone())
    } else {
        OperatorSecret::Pair {
            username: typed.legacy_username.clone(),
            password: std::mem::take(&mut typed.legacy_password),
        }
    };
    let claim = ClaimForm {
        email: typed.email.clone(),
        password: std::mem::take(&mut typed.password),
        confirm: std::mem::take(&mut typed.confirm),
        name: typed.name.clone(),
        secret,
    };
    match accounts.claim(claim, client(&req)).await {
        Ok(outcome) => {
            let next = if typed.factor.is_empty() { first_page(&req) } else { second_factors::ADDRESS };
            signed_in::answer_step(&req, &outcome, next, first_page(&req))
        }
        Err(AccountError::Closed) => Ok(see_other("/_auth/login")),
        Err(AccountError::InvalidCredentials | AccountError::PairClosed) => {
            let (field, text) = if accounts.asks_for_token().await? {
                ("setup_token", "setup-wrong-token")
            } else {
                ("legacy_password", "setup-no-proof")
            };
            // A wrong token is not kept: the form then has a field for the right one.
            typed.setup_token.clear();
            let faults = vec![FieldFault::new(field, Text::new(text))];
            form(&req, StatusCode::UNAUTHORIZED, &typed, faults).await
        }
        Err(AccountError::Rules(faults)) => form(&req, StatusCode::UNPROCESSABLE_ENTITY, &typed, faults).await,
        Err(fault) => Err(fault.into()),
    }
}

/// Where the owner goes first: to the app or, if there is none yet, to the checklist.
fn first_page(req: &HttpRequest) -> &'static str {
    if settings::of(req).config.gate.upstream.is_some() { "/" } else { "/_auth/admin/checklist" }
}

async fn form(
    req: &HttpRequest,
    status: StatusCode,
    typed: &SetupForm,
    faults: Vec<FieldFault>,
) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(req);
    let asks_for_token = accounts.asks_for_token().await?;
    let min_length = accounts.password_min_length();
    Ok(page(
        status,
        &SetupPage {
            layout: Layout::new(req, "setup-title"),
            csrf_token: forms::token(req),
            setup_token: &typed.setup_token,
            asks_for_token,
            pair_closed: asks_for_token && accounts.phase() == Phase::Legacy,
            legacy_username: &typed.legacy_username,
            home: settings::of(req).app_url.join("/_auth/"),
            email: &typed.email,
            name: &typed.name,
            min_length,
            wants_factor: (accounts.second_factor() == SecondFactor::Optional).then_some(!typed.factor.is_empty()),
            faults,
        },
    ))
}
