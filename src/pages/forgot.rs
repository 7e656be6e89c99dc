//! Asking for a reset mail.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::form::{Field, FormPage, MessagePage, message};
use super::see_other;
use crate::accounts::{AccountError, FieldFault, Phase};
use crate::http::error::HttpError;
use crate::http::page::{Layout, Menu};
use crate::http::signed_in::{Standing, client, guard};
use crate::http::{forms, settings};

/// The form.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    if settings::accounts(&req).phase() != Phase::Claimed {
        return Ok(see_other("/_auth/login"));
    }
    let standing = guard(&req).check(&req).await?;
    Ok(form(&req, &standing, "", Vec::new()))
}

/// One answer for every address (S23).
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let standing = guard(&req).check(&req).await?;
    let mut fields = forms::take(&req, payload, &standing).await?;
    let email = fields.take("email");
    match settings::accounts(&req).request_reset(&email, client(&req)).await {
        Ok(()) => Ok(see_other("/_auth/forgot/sent")),
        Err(AccountError::Rules(faults)) => Ok(form(&req, &standing, &email, faults)),
        Err(fault) => Err(fault.into()),
    }
}

/// What happens now.
pub async fn sent(req: HttpRequest) -> HttpResponse {
    let minutes = settings::accounts(&req).link_secs(crate::domain::link::Purpose::Reset) / 60;
    let texts = vec![
        format!(
            "If there is an account with this address, a mail with a link is on its way. The link is good for {minutes} minutes and works once."
        ),
        "Nothing there after a few minutes? Look into the spam folder, or ask your admin for a link.".to_owned(),
    ];
    let links = vec![("/_auth/login", "Back to sign-in"), ("/_auth/forgot", "Use another address")];
    message(StatusCode::OK, &MessagePage { layout: Layout::new("Check your mail"), heading: "Check your mail", texts, link: "", links })
}

fn form(req: &HttpRequest, standing: &Standing, email: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new("Forgot your password?", Menu::None, "/_auth/forgot", "Send me a link");
    page.intro = vec!["Enter your address. If there is an account with it, we mail you a link to choose a new password.".to_owned()];
    page.fields = vec![Field::email("E-mail address", email, "username")];
    page.links = vec![("/_auth/login", "Back to sign-in")];
    page.faults = faults;
    page.answer(req, standing)
}
