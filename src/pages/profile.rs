//! The user's own name and language.

use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::form::{Choice, Field, FormPage};
use crate::accounts::{AccountError, FieldFault};
use crate::domain::language::Language;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Member;
use crate::http::settings;

/// The fields.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    name: String,
    /// A language tag; empty for the browser's.
    language: String,
}

/// The form.
pub async fn show(member: Member, req: HttpRequest) -> HttpResponse {
    let name = member.who().person().map(|person| person.name.clone()).unwrap_or_default();
    let language = member.who().language().map_or("", Language::tag).to_owned();
    form(&member, &req, &ProfileForm { name, language }, Vec::new())
}

/// Saves the profile.
pub async fn submit(
    member: Member,
    req: HttpRequest,
    Checked(mut typed): Checked<ProfileForm>,
) -> Result<HttpResponse, HttpError> {
    let language = Language::parse(&typed.language);
    if language.is_none() && !typed.language.is_empty() {
        typed.language.clear();
        return Ok(form(&member, &req, &typed, vec![FieldFault::new("language", Text::new("language-choose"))]));
    }
    match settings::accounts(&req).set_own_profile(member.who(), &typed.name, language).await {
        Ok(()) => Ok(Flash::ProfileSaved.at("/_auth/account")),
        Err(AccountError::Rules(faults)) => Ok(form(&member, &req, &typed, faults)),
        Err(fault) => Err(fault.into()),
    }
}

fn form(member: &Member, req: &HttpRequest, typed: &ProfileForm, faults: Vec<FieldFault>) -> HttpResponse {
    let mut page = FormPage::new(req, "profile-heading", member.menu(), "/_auth/account/profile", "save");
    let own = |one: Language| Choice {
        value: one.tag().into(),
        label: Text::new("language-own-name").with("name", one.own_name()),
        language: Some(one),
    };
    let mut choices = vec![Choice { value: "".into(), label: Text::new("profile-language-browser"), language: None }];
    choices.extend(Language::ALL.map(own));
    page.fields = vec![
        Field::text("name", "name", &typed.name, "name").with_hint(Text::new("profile-name-hint")),
        Field::choice("language", "account-language", &typed.language, choices)
            .with_hint(Text::new("profile-language-hint")),
    ];
    page.links = vec![("/_auth/account", "back-to-account")];
    page.faults = faults;
    page.answer(req)
}
