//! Rules, described for people.

use actix_web::HttpRequest;

use crate::accounts::rule_draft::GrantDraft;
use crate::domain::ids::RuleId;
use crate::domain::rules::Rule;
use crate::domain::text::Text;
use crate::http::error::HttpError;
use crate::http::settings;

/// A rule, for people.
pub(super) struct RuleView {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) methods: String,
    /// The IDs and descriptions of its grants.
    pub(super) grants: Vec<(String, Vec<Text>)>,
}

/// Rules, for people.
pub(super) async fn view_of_rules(req: &HttpRequest, rules: &[Rule]) -> Result<Vec<RuleView>, HttpError> {
    let mut views = Vec::new();
    for rule in rules {
        let draft = settings::accounts(req).draft_of_rule(rule).await?;
        let grants = rule.grants.iter().zip(&draft.grants).map(|(grant, typed)| (grant.id.clone(), describe(typed)));
        views.push(RuleView {
            id: rule.id.as_ref().map(RuleId::to_string).unwrap_or_default(),
            path: draft.path.clone(),
            methods: draft.methods.clone(),
            grants: grants.collect(),
        });
    }
    Ok(views)
}

/// Whom a grant lets in, and on which conditions.
pub(super) fn describe(grant: &GrantDraft) -> Vec<Text> {
    let list = |lines: &str| lines.replace('\n', ", ");
    let mut parts = vec![match grant.who.as_str() {
        "public" => Text::new("who-public"),
        "signed-in" => Text::new("who-signed-in"),
        "members" if grant.groups.is_empty() && grant.people.is_empty() => Text::new("who-nobody"),
        "members" => Text::new("who-members-list").with("names", list(&join(&grant.groups, &grant.people))),
        _ => Text::new("who-nobody"),
    }];
    let mut add = |key, value: &str| {
        parts.extend((!value.is_empty()).then(|| Text::new(key).with("value", list(value))));
    };
    add("grant-from", &grant.networks);
    add("grant-within", &grant.within);
    add("grant-until-moment", &grant.until);
    parts.extend(grant.factor.then(|| Text::new("grant-factor")));
    parts
}

fn join(groups: &str, people: &str) -> String {
    [groups, people].into_iter().filter(|list| !list.is_empty()).collect::<Vec<_>>().join("\n")
}
