//! The rules of an app.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};

use super::apps::{address_of, find};
use super::groups::names_field;
use crate::accounts::rule_draft::{GrantDraft, MAX_GRANTS, RuleDraft, suffix};
use crate::accounts::seen::Seen;
use crate::accounts::{AccountError, FieldFault};
use crate::domain::apps::AppRef;
use crate::domain::ids::RuleId;
use crate::domain::rules::Rule;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::flash::Flash;
use crate::http::forms::Checked;
use crate::http::jwt::Admin;
use crate::http::page::Menu;
use crate::http::settings;
use crate::pages::form::{Choice, Field, FormPage};

/// The fields of a form with a number of grants that only the form knows.
type Fields = BTreeMap<String, String>;

/// The rule that was typed; grants without anything typed are left out.
fn draft_of(fields: &Fields) -> RuleDraft {
    let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
    let grants = (1..=MAX_GRANTS).map(|number| {
        let field = |name: &str| field(&format!("{name}{}", suffix(number)));
        GrantDraft {
            who: field("who"),
            groups: field("groups"),
            people: field("people"),
            networks: field("networks"),
            factor: !field("factor").is_empty(),
            within: field("within"),
            until: field("until"),
        }
    });
    let grants = grants.filter(|grant| *grant != GrantDraft::default()).collect();
    RuleDraft { path: field("path"), methods: field("methods"), grants }
}

/// The form for a new rule.
pub async fn show_new(_admin: Admin, req: HttpRequest, id: web::Path<String>) -> Result<HttpResponse, HttpError> {
    let app = find(&req, &id).await?.app().id.clone();
    let draft = RuleDraft { path: "/".to_owned(), ..RuleDraft::default() };
    form(&req, &app, None, &draft, "", Vec::new()).await
}

/// Creates a rule.
pub async fn create(
    admin: Admin,
    req: HttpRequest,
    id: web::Path<String>,
    Checked(fields): Checked<Fields>,
) -> Result<HttpResponse, HttpError> {
    let (app, draft) = (find(&req, &id).await?.app().id.clone(), draft_of(&fields));
    match settings::accounts(&req).create_rule(&app, draft.clone(), &admin.actor(&req)).await {
        Ok(_id) => Ok(Flash::RuleSaved.at(&address_of(&app))),
        Err(AccountError::Rules(faults)) => form(&req, &app, None, &draft, "", faults).await,
        Err(fault) => Err(fault.into()),
    }
}

/// The rule of the address, with its app.
pub(super) async fn find_rule(req: &HttpRequest, app: &str, rule: &str) -> Result<(AppRef, RuleId, Rule), HttpError> {
    let (found, id) = (find(req, app).await?, RuleId::parse(rule).ok_or(HttpError::NotFound)?);
    let rule = found.rules().iter().find(|rule| rule.id.as_ref() == Some(&id)).ok_or(HttpError::NotFound)?;
    Ok((found.app().id.clone(), id, rule.clone()))
}

/// The form for changing a rule.
pub async fn show(
    _admin: Admin,
    req: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, HttpError> {
    let (app, id, rule) = find_rule(&req, &path.0, &path.1).await?;
    let draft = settings::accounts(&req).draft_of_rule(&rule).await?;
    form(&req, &app, Some(&id), &draft, Seen::of(&draft).as_str(), Vec::new()).await
}

/// Replaces a rule by what was typed.
pub async fn change(
    admin: Admin,
    req: HttpRequest,
    path: web::Path<(String, String)>,
    Checked(fields): Checked<Fields>,
) -> Result<HttpResponse, HttpError> {
    let ((app, id, _), draft) = (find_rule(&req, &path.0, &path.1).await?, draft_of(&fields));
    let (accounts, seen) = (settings::accounts(&req), fields.get("seen").map_or("", String::as_str));
    match accounts.change_rule(&app, &id, draft.clone(), Seen::typed(seen), &admin.actor(&req)).await {
        Ok(()) => Ok(Flash::RuleSaved.at(&address_of(&app))),
        Err(AccountError::Rules(faults)) => form(&req, &app, Some(&id), &draft, seen, faults).await,
        Err(AccountError::Changed) => {
            let (_, _, rule) = find_rule(&req, &path.0, &path.1).await?;
            let present = Seen::of(&accounts.draft_of_rule(&rule).await?);
            form(&req, &app, Some(&id), &draft, present.as_str(), vec![FieldFault::changed()]).await
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Asks before deleting.
pub async fn ask_delete(
    _admin: Admin,
    req: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, HttpError> {
    let (app, id, rule) = find_rule(&req, &path.0, &path.1).await?;
    let back = address_of(&app);
    let action = format!("{back}/rules/{id}/delete");
    let mut form = FormPage::new(&req, "rule-delete-heading", Menu::Admin, &action, "delete-submit");
    form.intro = vec![Text::new("rule-delete-intro").with("path", rule.path.as_str())];
    form.danger = true;
    form.links = vec![(&back, "back-to-app")];
    Ok(form.answer(&req))
}

/// Deletes a rule.
pub async fn delete(
    admin: Admin,
    req: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, HttpError> {
    let (app, id, _) = find_rule(&req, &path.0, &path.1).await?;
    settings::accounts(&req).delete_rule(&app, &id, &admin.actor(&req)).await?;
    Ok(Flash::Deleted.at(&address_of(&app)))
}

async fn form(
    req: &HttpRequest,
    app: &AppRef,
    rule: Option<&RuleId>,
    draft: &RuleDraft,
    seen: &str,
    faults: Vec<FieldFault>,
) -> Result<HttpResponse, HttpError> {
    let back = address_of(app);
    let action = rule.map_or_else(|| format!("{back}/rules/new"), |rule| format!("{back}/rules/{rule}"));
    let delete = format!("{action}/delete");
    let heading = if rule.is_some() { "rule-edit" } else { "rule-new" };
    let mut page = FormPage::new(req, heading, Menu::Admin, &action, "save");
    page.intro = vec![Text::new("rule-intro")];
    page.fields = vec![
        Field::word("path", "rule-path", &draft.path).with_hint(Text::new("rule-path-hint")),
        Field::word("methods", "rule-methods", &draft.methods).with_hint(Text::new("rule-methods-hint")),
    ];
    // One more than there are, for somebody else.
    let empty = GrantDraft::default();
    let grants = draft.grants.iter().chain([&empty]).take(MAX_GRANTS);
    for (number, grant) in (1..).zip(grants) {
        page.fields.extend(grant_fields(req, number, grant).await?);
    }
    page.hidden.extend((!seen.is_empty()).then_some(("seen", seen)));
    page.links = vec![(&back, "back-to-app")];
    page.links.extend(rule.is_some().then_some((delete.as_str(), "rule-delete")));
    page.faults = faults;
    Ok(page.answer(req))
}

async fn grant_fields(req: &HttpRequest, number: usize, grant: &GrantDraft) -> Result<Vec<Field>, HttpError> {
    let choice = |value: &'static str, label| Choice { value: value.into(), label: Text::new(label), language: None };
    let who = vec![
        choice("", if number == 1 { "who-choose" } else { "who-no-more" }),
        choice("signed-in", "who-signed-in"),
        choice("members", "who-members"),
        choice("public", "who-public"),
        choice("nobody", "who-nobody"),
    ];
    let list = |lines: &str| lines.replace('\n', ", ");
    let section = Text::new(if number == 1 { "grant-first" } else { "grant-next" });
    let hinted = |field: Field, hint| field.with_hint(Text::new(hint));
    let fields = vec![
        Field::choice("who", "grant-who-label", &grant.who, who).beginning(section),
        names_field(req, &list(&grant.groups)).await?,
        hinted(Field::lines("people", "grant-people", &grant.people).optional(), "grant-people-hint"),
        hinted(Field::word("networks", "grant-networks", &list(&grant.networks)), "grant-networks-hint"),
        hinted(Field::tick("factor", "grant-factor-label", grant.factor), "grant-factor-hint"),
        hinted(Field::word("within", "grant-within-label", &grant.within), "grant-within-hint"),
        hinted(Field::word("until", "grant-until-label", &grant.until), "grant-until-hint"),
    ];
    let suffix = suffix(number);
    Ok(fields.into_iter().map(|field| field.with_suffix(&suffix)).collect())
}
