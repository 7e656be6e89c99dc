//! The second step of a sign-in: the code of a factor, or setting one up (S122, S124). There is no session yet; the
//! cookie of the waiting sign-in opens these two pages and no other.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::form::{Field, FormPage, MessagePage};
use super::passkey_button::Button;
use super::second_factors::{self, NewCodes, TotpForm};
use super::see_other;
use super::signed_in::{self, ENROL, FACTOR, Next, next_of, way_back, with_next};
use crate::accounts::ceremonies::PasskeyAnswer;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::sign_in::MissingProof;
use crate::domain::text::Text;
use crate::http::authenticator::{authentication, client};
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::page::Menu;
use crate::http::{carriers, settings};

/// A code.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
    trust: String,
    next: String,
    #[serde(flatten)]
    answer: PasskeyAnswer,
}

/// What sets up a factor: a code of an app, or a new passkey.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EnrolForm {
    #[serde(flatten)]
    totp: TotpForm,
    #[serde(flatten)]
    answer: PasskeyAnswer,
}

/// Asks for the code.
pub async fn show(req: HttpRequest, query: web::Query<Next>) -> Result<HttpResponse, HttpError> {
    match missing(&req).await? {
        None => Ok(see_other(&with_next("/_auth/login", &query.next))),
        Some(MissingProof::Enrolment) => Ok(see_other(&with_next(ENROL, &query.next))),
        Some(MissingProof::Factor) => form(&req, &query.next, StatusCode::OK, (Vec::new(), false)).await,
    }
}

/// Takes the code, or the answer of a passkey, and opens the session.
pub async fn submit(
    req: HttpRequest,
    query: web::Query<Next>,
    Checked(typed): Checked<CodeForm>,
) -> Result<HttpResponse, HttpError> {
    let next = next_of(typed.next, Some(query.into_inner().next));
    let Some(token) = carriers::waiting(&req) else { return Ok(over(&req, &next)) };
    let (accounts, trusts) = (settings::accounts(&req), !typed.trust.is_empty());
    let proved = if typed.answer.credential.is_empty() {
        accounts.prove_code(&token, &typed.code, trusts, client(&req)).await
    } else {
        accounts.prove_passkey(&token, &typed.answer, trusts, client(&req)).await
    };
    match proved {
        Ok(new) => signed_in::answer(&req, &new, &way_back(&req, &next)),
        Err(AccountError::Rules(faults)) => form(&req, &next, StatusCode::UNAUTHORIZED, (faults, trusts)).await,
        Err(fault) => refuse(&req, &next, fault),
    }
}

/// Shows the secret of a new factor.
pub async fn show_enrol(req: HttpRequest, query: web::Query<Next>) -> Result<HttpResponse, HttpError> {
    match missing(&req).await? {
        // The page of the recovery codes, which is the answer to this form, was loaded again.
        None if authentication(&req).session().is_some() => Ok(Flash::RecoveryShown.at(second_factors::ADDRESS)),
        None => Ok(see_other(&with_next("/_auth/login", &query.next))),
        Some(MissingProof::Factor) => Ok(see_other(&with_next(FACTOR, &query.next))),
        Some(MissingProof::Enrolment) => enrol_page(&req, &query.next, "", Vec::new()).await,
    }
}

/// Sets up the factor, opens the session, and shows the recovery codes.
pub async fn enrol(
    req: HttpRequest,
    query: web::Query<Next>,
    Checked(typed): Checked<EnrolForm>,
) -> Result<HttpResponse, HttpError> {
    let EnrolForm { totp: TotpForm { code, name, next }, answer } = typed;
    let next = next_of(next, Some(query.into_inner().next));
    let Some(token) = carriers::waiting(&req) else { return Ok(over(&req, &next)) };
    let accounts = settings::accounts(&req);
    let enrolled = if !answer.ceremony.is_empty() && answer.credential.is_empty() {
        Err(AccountError::Rules(vec![FieldFault::new("", Text::new("passkey-needs-script"))]))
    } else if answer.credential.is_empty() {
        accounts.enrol_totp(&token, &code, &name, client(&req)).await
    } else {
        accounts.enrol_passkey(&token, &answer, &name, client(&req)).await
    };
    match enrolled {
        Ok((new, codes)) => {
            let user = new.account.as_ref().ok_or(HttpError::NotFound)?.user.clone();
            let (email, next) = (accounts.user(&user).await?.email, way_back(&req, &next));
            let codes = NewCodes { email: email.as_str(), codes: &codes, is_new: true, next: &next };
            let mut answer = codes.page(&req, Menu::None);
            carriers::begin(&req, &new, answer.headers_mut())?;
            Ok(answer)
        }
        Err(AccountError::Rules(faults)) => enrol_page(&req, &next, &name, faults).await,
        Err(fault) => refuse(&req, &next, fault),
    }
}

/// What the sign-in of this browser waits for, if there is one.
async fn missing(req: &HttpRequest) -> Result<Option<MissingProof>, HttpError> {
    let Some(token) = carriers::waiting(req) else { return Ok(None) };
    match settings::accounts(req).missing_proof(&token).await {
        Ok(missing) => Ok(Some(missing)),
        Err(AccountError::Link) => Ok(None),
        Err(fault) => Err(fault.into()),
    }
}

fn refuse(req: &HttpRequest, next: &str, fault: AccountError) -> Result<HttpResponse, HttpError> {
    match fault {
        AccountError::Link => Ok(over(req, next)),
        AccountError::TooMany { retry_after } => Err(HttpError::SignInThrottled { retry_after }),
        fault => Err(fault.into()),
    }
}

async fn form(
    req: &HttpRequest,
    next: &str,
    status: StatusCode,
    (faults, trusts): (Vec<FieldFault>, bool),
) -> Result<HttpResponse, HttpError> {
    let Some(token) = carriers::waiting(req) else { return Ok(over(req, next)) };
    let offer = match settings::accounts(req).offer_factor(&token).await {
        Ok(offer) => offer,
        Err(fault) => return refuse(req, next, fault),
    };
    // No address of its own: the fragment of the page's is the app's.
    let mut page = FormPage::new(req, "factor-heading", Menu::None, "", "sign-in");
    let intro = if offer.is_some() { "factor-intro-passkey" } else { "factor-intro" };
    page.intro = vec![Text::new(intro), Text::new("factor-lost")];
    page.hidden = vec![("next", next)];
    page.fields = vec![
        Field::code("factor-code")
            .with_hint(Text::new("factor-code-hint"))
            // A passkey is another answer, of which the text before says so; and faults have the focus themselves.
            .focused_if(offer.is_none() && faults.is_empty()),
        Field::tick("trust", "factor-trust", trusts).with_hint(Text::new("factor-trust-hint")),
    ];
    page.passkey = offer.map(Button::prove);
    page.faults = faults;
    let again = with_next("/_auth/login", next);
    page.links = vec![(&again, "factor-other-account")];
    Ok(page.answer_with(status, req))
}

async fn enrol_page(
    req: &HttpRequest,
    next: &str,
    name: &str,
    faults: Vec<FieldFault>,
) -> Result<HttpResponse, HttpError> {
    let Some(token) = carriers::waiting(req) else { return Ok(over(req, next)) };
    let accounts = settings::accounts(req);
    let begun = match accounts.begin_totp_enrolment(&token).await {
        Ok(setup) => accounts.offer_enrolment(&token).await.map(|offer| (setup, offer)),
        Err(fault) => Err(fault),
    };
    match begun {
        Ok((setup, offer)) => {
            let passkey = offer.map(Button::make);
            Ok(second_factors::totp_page(req, Menu::None, &setup, (ENROL, next), name, (faults, passkey)))
        }
        Err(fault) => refuse(req, next, fault),
    }
}

/// The waiting sign-in took too long, or was ended.
fn over(req: &HttpRequest, next: &str) -> HttpResponse {
    let mut page = MessagePage::new(req, "factor-heading", Menu::None);
    page.texts = vec![Text::new("factor-over")];
    let again = with_next("/_auth/login", next);
    page.links = vec![(&again, "link-to-sign-in")];
    page.answer(StatusCode::GONE)
}
