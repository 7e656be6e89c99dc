//! One's own name.

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::{Field, FormPage};
use super::{Visit, see_other, to_sign_in};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::access::Identity;
use crate::http::error::HttpError;
use crate::http::settings;

/// The form.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let Some(visit) = Visit::open(&req).await? else { return Ok(to_sign_in(&req)) };
    let name = match &visit.who.who {
        Identity::User { name, .. } => name.clone(),
        Identity::Legacy { .. } => String::new(),
    };
    let answer = form(&req, &visit, &name, Vec::new());
    Ok(visit.answer(&req, answer).await)
}

/// Saves the name.
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let Some((visit, mut fields)) = Visit::post(&req, payload).await? else { return Ok(to_sign_in(&req)) };
    let name = fields.take("name");
    match settings::accounts(&req).set_own_name(&visit.who, &name).await {
        Ok(()) => Ok(see_other("/_auth/account?flash=name-saved")),
        Err(AccountError::Rules(faults)) => Ok(form(&req, &visit, &name, faults)),
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, visit: &Visit, name: &str, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new("Your name", visit.menu(), "/_auth/account/profile", "Save");
    page.fields = vec![Field::text("name", "Name", name, "name").with_hint("The app sees it. It may be empty.")];
    page.links = vec![("/_auth/account", "Back to your account")];
    page.faults = faults;
    page.answer(req, &visit.standing)
}
