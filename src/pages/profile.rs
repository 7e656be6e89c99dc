//! One's own name and language.

use actix_web::{HttpRequest, HttpResponse, web};

use super::form::{Choice, Field, FormPage};
use super::{Visit, see_other, to_sign_in};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::access::Identity;
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::settings;

/// The form.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    let Some(visit) = Visit::open(&req).await? else { return Ok(to_sign_in(&req)) };
    let name = match &visit.who.who {
        Identity::User { name, .. } => name.clone(),
        Identity::Legacy { .. } => String::new(),
    };
    let language = visit.who.language().map_or("", Language::tag);
    let answer = form(&req, &visit, (&name, language), Vec::new());
    Ok(visit.answer(&req, answer).await)
}

/// Saves both.
pub async fn submit(req: HttpRequest, payload: web::Payload) -> Result<HttpResponse, HttpError> {
    let Some((visit, mut fields)) = Visit::post(&req, payload).await? else { return Ok(to_sign_in(&req)) };
    let (name, typed) = (fields.take("name"), fields.take("language"));
    let language = Language::parse(&typed);
    if language.is_none() && !typed.is_empty() {
        return Ok(form(&req, &visit, (&name, ""), vec![FieldFault::new("language", Text::new("language-choose"))]));
    }
    match settings::accounts(&req).set_own_profile(&visit.who, &name, language).await {
        Ok(()) => Ok(see_other("/_auth/account?flash=profile-saved")),
        Err(AccountError::Rules(faults)) => Ok(form(&req, &visit, (&name, &typed), faults)),
        Err(fault) => Err(fault.into()),
    }
}

fn form(req: &HttpRequest, visit: &Visit, (name, language): (&str, &str), faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new(req, "profile-heading", visit.menu(), "/_auth/account/profile", "save");
    let own = |one: Language| Choice {
        value: one.tag(),
        label: Text::new("language-own-name").with("name", one.own_name()),
        language: Some(one),
    };
    let mut choices = vec![Choice { value: "", label: Text::new("profile-language-browser"), language: None }];
    choices.extend(Language::ALL.map(own));
    page.fields = vec![
        Field::text("name", "name", name, "name").with_hint(Text::new("profile-name-hint")),
        Field::choice("language", "account-language", language, choices).with_hint(Text::new("profile-language-hint")),
    ];
    page.links = vec![("/_auth/account", "back-to-account")];
    page.faults = faults;
    page.answer(req, &visit.standing)
}
