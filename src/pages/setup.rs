//! Claiming the instance.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{login, see_other};
use crate::accounts::setup::{ClaimForm, ClaimProof};
use crate::accounts::{AccountError, FieldFault, Phase};
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::page::{Layout, page};
use crate::http::signed_in::{Standing, client, guard};
use crate::http::{cookies, forms, settings};

#[derive(Template)]
#[template(path = "pages/setup.html")]
struct SetupPage<'a> {
    layout: Layout,
    csrf_token: String,
    setup_token: &'a str,
    legacy: bool,
    email: &'a str,
    name: &'a str,
    min_length: usize,
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

/// The form; after the claim the way to sign-in.
pub async fn show(req: HttpRequest, query: web::Query<Query>) -> Result<HttpResponse, HttpError> {
    if settings::accounts(&req).phase() == Phase::Claimed {
        return Ok(see_other("/_auth/login"));
    }
    let standing = guard(&req).check(&req).await?;
    Ok(form(&req, &standing, StatusCode::OK, query.token.as_deref().unwrap_or(""), ("", ""), Vec::new()))
}

/// Makes the owner and goes to the app.
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    if accounts.phase() == Phase::Claimed {
        return Ok(see_other("/_auth/login"));
    }
    let standing = guard(&req).check(&req).await?;
    let mut fields = forms::take(&req, payload, &standing).await?;
    let token = fields.take("setup_token");
    let proof = if accounts.phase() == Phase::Legacy {
        ClaimProof::Legacy { username: fields.take("legacy_username"), password: fields.take("legacy_password") }
    } else {
        ClaimProof::Token(token.clone())
    };
    let (email, name) = (fields.take("email"), fields.take("name"));
    let claim =
        ClaimForm { email: email.clone(), password: fields.take("password"), confirm: fields.take("confirm"), name: name.clone(), proof };
    let again = |status, faults| Ok(form(&req, &standing, status, &token, (&email, &name), faults));
    match accounts.claim(claim, client(&req)).await {
        Ok(new) => login::signed_in(&req, &new, if settings::of(&req).upstream.is_some() { "/" } else { "/_auth/account" }),
        Err(AccountError::Closed) => Ok(see_other("/_auth/login")),
        Err(AccountError::InvalidCredentials) => {
            let field = if accounts.phase() == Phase::Legacy { "legacy_password" } else { "setup_token" };
            again(StatusCode::UNAUTHORIZED, vec![FieldFault::new(field, Text::new("setup-no-proof"))])
        }
        Err(AccountError::Rules(faults)) => again(StatusCode::UNPROCESSABLE_ENTITY, faults),
        Err(fault) => Err(fault.into()),
    }
}

fn form(
    req: &HttpRequest,
    standing: &Standing,
    status: StatusCode,
    setup_token: &str,
    (email, name): (&str, &str),
    faults: Vec<FieldFault>,
) -> HttpResponse {
    let token = forms::token(req, standing);
    let accounts = settings::accounts(req);
    let legacy = accounts.phase() == Phase::Legacy;
    let min_length = accounts.password_min_length();
    let mut answer = page(
        status,
        &SetupPage {
            layout: Layout::new(req, "setup-title"),
            csrf_token: token.value,
            setup_token,
            legacy,
            email,
            name,
            min_length,
            faults,
        },
    );
    cookies::append(answer.headers_mut(), token.cookie.into_iter().collect());
    answer
}
