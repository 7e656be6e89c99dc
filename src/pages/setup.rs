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
    legacy_username: &'a str,
    home: String,
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
    Ok(form(
        &req,
        &standing,
        StatusCode::OK,
        &Typed { token: query.into_inner().token.unwrap_or_default(), ..Typed::default() },
        Vec::new(),
    ))
}

/// Makes the owner and goes on.
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    if accounts.phase() == Phase::Claimed {
        return Ok(see_other("/_auth/login"));
    }
    let standing = guard(&req).check(&req).await?;
    let mut fields = forms::take(&req, payload, &standing).await?;
    let mut typed = Typed {
        token: fields.take("setup_token"),
        username: fields.take("legacy_username"),
        email: fields.take("email"),
        name: fields.take("name"),
    };
    let proof = if accounts.phase() == Phase::Legacy {
        ClaimProof::Legacy { username: typed.username.clone(), password: fields.take("legacy_password") }
    } else {
        ClaimProof::Token(typed.token.clone())
    };
    let claim = ClaimForm {
        email: typed.email.clone(),
        password: fields.take("password"),
        confirm: fields.take("confirm"),
        name: typed.name.clone(),
        proof,
    };
    match accounts.claim(claim, client(&req)).await {
        Ok(new) => login::signed_in(&req, &new, first_page(&req)),
        Err(AccountError::Closed) => Ok(see_other("/_auth/login")),
        Err(AccountError::InvalidCredentials) => {
            let field = if accounts.phase() == Phase::Legacy { "legacy_password" } else { "setup_token" };
            // A wrong token is not kept: the form then has a field for the right one.
            typed.token.clear();
            let faults = vec![FieldFault::new(field, Text::new("setup-no-proof"))];
            Ok(form(&req, &standing, StatusCode::UNAUTHORIZED, &typed, faults))
        }
        Err(AccountError::Rules(faults)) => Ok(form(&req, &standing, StatusCode::UNPROCESSABLE_ENTITY, &typed, faults)),
        Err(fault) => Err(fault.into()),
    }
}

/// Where the owner goes first: to the app, or where there is none to see, to the list that says what is still to be done.
fn first_page(req: &HttpRequest) -> &'static str {
    if settings::of(req).upstream.is_some() { "/" } else { "/_auth/admin/checklist" }
}

/// What was typed and is shown again.
#[derive(Default)]
struct Typed {
    token: String,
    username: String,
    email: String,
    name: String,
}

fn form(req: &HttpRequest, standing: &Standing, status: StatusCode, typed: &Typed, faults: Vec<FieldFault>) -> HttpResponse {
    let token = forms::token(req, standing);
    let accounts = settings::accounts(req);
    let legacy = accounts.phase() == Phase::Legacy;
    let min_length = accounts.password_min_length();
    let mut answer = page(
        status,
        &SetupPage {
            layout: Layout::new(req, "setup-title"),
            csrf_token: token.value,
            setup_token: &typed.token,
            legacy,
            legacy_username: &typed.username,
            home: settings::of(req).app_url.join("/_auth/"),
            email: &typed.email,
            name: &typed.name,
            min_length,
            faults,
        },
    );
    cookies::append(answer.headers_mut(), token.cookie.into_iter().collect());
    answer
}
