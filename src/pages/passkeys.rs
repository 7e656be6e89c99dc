//! Passkeys: signing in by one, and making one (S125). Authenticators are reached by scripts alone, so what else a page
//! offers works without them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Field, MessagePage, fault_of};
use super::passkey_button::Button;
use super::signed_in::{self, Keep, Next, next_of, way_back, with_next};
use super::{confirm_page, second_factors, see_other};
use crate::accounts::ceremonies::{PasskeyAnswer, Unavailable};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::text::Text;
use crate::domain::user::MAX_NAME_CHARS;
use crate::http::authenticator::client;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Member;
use crate::http::page::{Layout, Menu, page};
use crate::http::{forms, settings};

/// Where a passkey is made.
const PASSKEYS: &str = "/_auth/account/factors/passkeys";

#[derive(Template)]
#[template(path = "pages/passkey.html")]
struct NewPage {
    layout: Layout,
    csrf_token: String,
    unavailable: Option<&'static str>,
    passkey: Option<Button>,
    fields: Vec<Field>,
    faults: Vec<FieldFault>,
}

impl NewPage {
    fn fault_of(&self, name: &str) -> Option<String> {
        fault_of(&self.faults, name, &self.layout)
    }
}

/// What the sign-in page sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    next: String,
    #[serde(flatten)]
    keep: Keep,
    #[serde(flatten)]
    answer: PasskeyAnswer,
}

/// A new passkey and its name.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    name: String,
    #[serde(flatten)]
    answer: PasskeyAnswer,
}

/// Leads to the sign-in page, for who comes back to the address of its form.
pub async fn back_to_sign_in(query: web::Query<Next>) -> HttpResponse {
    see_other(&with_next("/_auth/login", &query.next))
}

/// Signs in by a passkey alone.
pub async fn sign_in(
    req: HttpRequest,
    query: web::Query<Next>,
    Checked(typed): Checked<SignInForm>,
) -> Result<HttpResponse, HttpError> {
    let next = next_of(typed.next, Some(query.into_inner().next));
    let (accounts, browser) = (settings::accounts(&req), forms::binding(&req));
    match accounts.sign_in_by_passkey(&browser, &typed.answer, typed.keep.is_wanted(), client(&req)).await {
        Ok(new) => signed_in::answer(&req, &new, &way_back(&req, &next)),
        Err(fault @ (AccountError::InvalidCredentials | AccountError::Link)) => {
            let mut page = MessagePage::new(&req, "passkey-refused-heading", Menu::None);
            let is_over = matches!(fault, AccountError::Link);
            page.texts = vec![Text::new(if is_over { "passkey-expired" } else { "passkey-refused" })];
            let again = with_next("/_auth/login", &next);
            page.links = vec![(&again, "link-to-sign-in")];
            Ok(page.answer(StatusCode::UNAUTHORIZED))
        }
        Err(AccountError::TooMany { retry_after }) => Err(HttpError::SignInThrottled { retry_after }),
        Err(fault) => Err(fault.into()),
    }
}

/// The page on which a passkey is made, after "is it you?".
pub async fn show_new(member: Member, req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(&req);
    let needs_factor = accounts.lacks_factor(member.who()).await?;
    if needs_factor || !accounts.was_proved_recently(member.who()).await? {
        return Ok(see_other(&confirm_page::address(PASSKEYS, needs_factor)));
    }
    new_page(&member, &req, "", Vec::new()).await
}

/// Adds the passkey.
pub async fn add(
    member: Member,
    req: HttpRequest,
    Checked(typed): Checked<NewForm>,
) -> Result<HttpResponse, HttpError> {
    match settings::accounts(&req).add_passkey(member.who(), &typed.answer, &typed.name, client(&req)).await {
        Ok(Some(codes)) => Ok(second_factors::codes_page(&req, &member, &codes, true)),
        Ok(None) => Ok(Flash::FactorAdded.at(second_factors::ADDRESS)),
        Err(AccountError::Rules(faults)) => new_page(&member, &req, &typed.name, faults).await,
        Err(fault) => Err(fault.into()),
    }
}

async fn new_page(
    member: &Member,
    req: &HttpRequest,
    name: &str,
    faults: Vec<FieldFault>,
) -> Result<HttpResponse, HttpError> {
    let accounts = settings::accounts(req);
    let unavailable = accounts.passkeys_unavailable().map(|why| match why {
        Unavailable::Number => "passkey-needs-name",
        Unavailable::PlainHttp => "passkey-needs-https",
    });
    let content = NewPage {
        layout: Layout::with_menu(req, "passkey-heading", member.menu()),
        csrf_token: forms::token(req),
        unavailable,
        passkey: accounts.offer_passkey(member.who()).await?.map(Button::make),
        fields: vec![
            Field::text("name", "passkey-name", name, "off")
                .at_most(MAX_NAME_CHARS)
                .with_hint(Text::new("passkey-name-hint")),
        ],
        faults,
    };
    let status = if content.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(status, &content))
}
