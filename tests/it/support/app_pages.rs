//! Apps and rules, made through the pages.

use super::client::Client;

/// A rule as typed.
#[derive(Clone, Copy, Default)]
pub struct RuleForm<'a> {
    /// The path.
    pub path: &'a str,
    /// The methods.
    pub methods: &'a str,
    /// `public`, `signed-in`, `members` or `nobody`.
    pub who: &'a str,
    /// The groups.
    pub groups: &'a str,
    /// The people.
    pub people: &'a str,
    /// The networks.
    pub networks: &'a str,
    /// Whether a second factor has to be proved.
    pub factor: bool,
    /// Minutes since the proof of identity.
    pub within: &'a str,
    /// Until when.
    pub until: &'a str,
}

impl<'a> RuleForm<'a> {
    /// Lets in to `path` who proved a factor.
    pub const fn who_proved_a_factor(path: &'a str) -> Self {
        Self {
            path,
            methods: "",
            who: "signed-in",
            groups: "",
            people: "",
            networks: "",
            factor: true,
            within: "",
            until: "",
        }
    }
}

/// Creates an app and returns its page.
pub async fn create(admin: &mut Client, name: &str, addresses: &str, upstream: &str) -> String {
    create_with(admin, name, addresses, upstream, &[]).await
}

/// The same with more fields.
pub async fn create_with(
    admin: &mut Client,
    name: &str,
    addresses: &str,
    upstream: &str,
    added: &[(&str, &str)],
) -> String {
    let mode = if upstream.is_empty() { "forward-auth" } else { "proxy" };
    let fields = [
        ("name", name),
        ("addresses", addresses),
        ("upstream", upstream),
        ("mode", mode),
        ("default_access", "signed-in"),
    ];
    let fields = [&fields[..], added].concat();
    let answer = admin.submit("/_auth/admin/apps/new", "/_auth/admin/apps/new", &fields).await;
    assert_eq!(answer.status, 303, "{name} was not created: {}", answer.text());
    answer.location().split('?').next().unwrap().to_owned()
}

/// Adds a rule to the app with that page.
pub async fn add_rule(admin: &mut Client, app: &str, rule: RuleForm<'_>) {
    let path = format!("{app}/rules/new");
    let fields = [
        ("path", rule.path),
        ("methods", rule.methods),
        ("who", rule.who),
        ("groups", rule.groups),
        ("people", rule.people),
        ("networks", rule.networks),
        ("within", rule.within),
        ("until", rule.until),
    ];
    let mut fields = fields.to_vec();
    fields.extend(rule.factor.then_some(("factor", "on")));
    let answer = admin.submit(&path, &path, &fields).await;
    assert_eq!(answer.status, 303, "the rule for {} was not added: {}", rule.path, answer.text());
}

/// Creates a group.
pub async fn create_group(admin: &mut Client, name: &str) {
    let answer = admin.submit("/_auth/admin/groups/new", "/_auth/admin/groups/new", &[("name", name)]).await;
    assert_eq!(answer.status, 303, "{name} was not created: {}", answer.text());
}

/// Adds somebody to a group.
pub async fn join(admin: &mut Client, group: &str, email: &str) {
    let (page, path) = (format!("/_auth/admin/groups/{group}"), format!("/_auth/admin/groups/{group}/members/add"));
    let answer = admin.submit(&page, &path, &[("email", email)]).await;
    assert_eq!(answer.status, 303, "{email} did not join {group}: {}", answer.text());
}
