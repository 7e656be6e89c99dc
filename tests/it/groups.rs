//! Groups: made and filled by admins, in force at once, and in `Remote-Groups`.

use tempfile::TempDir;

use super::accessibility::click_through;
use super::admin_lists::emails;
use super::support::app::{TestApp, TestOptions};
use super::support::axe::Axe;
use super::support::browser::Browser;
use super::support::client::{Client, Response};
use super::support::nodes::Nodes;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, said};
use super::support::upstream::Upstream;

const ADA: &str = "ada@example.org";
const EVE: &str = "eve@example.org";
const LIST: &str = "/_auth/admin/groups";
const NEW: &str = "/_auth/admin/groups/new";

async fn create(owner: &mut Client, name: &str) -> Response {
    owner.submit(NEW, NEW, &[("name", name)]).await
}

async fn add(owner: &mut Client, name: &str, emails: &str) -> Response {
    owner.submit(&format!("{LIST}/{name}"), &format!("{LIST}/{name}/members/add"), &[("email", emails)]).await
}

/// What the app receives as `Remote-Groups` of that visitor.
async fn remote_groups(client: &mut Client, upstream: &Upstream) -> String {
    assert_eq!(client.fetch("/page").await.status, 200);
    upstream.last().header("remote-groups").unwrap()
}

async fn members(owner: &mut Client, name: &str) -> Vec<String> {
    page::all_data(&owner.get(&format!("{LIST}/{name}")).await.text(), "member")
}

async fn events(owner: &mut Client, event: &str) -> Vec<String> {
    let html = owner.get(&format!("/_auth/admin/audit?event={event}")).await.text();
    page::all_data(&html, "subject").into_iter().rev().collect()
}

#[tokio::test]
async fn the_app_receives_the_role_and_then_the_groups_from_the_next_request_on() {
    let (app, upstream, mut owner) = people::with_app().await;
    let (mut ada, user) = people::member(&app, &mut owner, ADA, "user").await;
    let id = user.rsplit('/').next().unwrap();
    for name in ["staff", "family"] {
        let done = create(&mut owner, name).await;
        assert_eq!((done.status, done.location()), (303, format!("{LIST}/{name}?flash=group-created").as_str()));
    }
    assert_eq!(remote_groups(&mut ada, &upstream).await, "user");
    let done = add(&mut owner, "staff", &format!("{ADA}\r\n{OWNER}")).await;
    assert_eq!((done.status, done.location()), (303, format!("{LIST}/staff?flash=members").as_str()));
    assert_eq!(remote_groups(&mut ada, &upstream).await, "user,staff");
    assert_eq!(remote_groups(&mut owner, &upstream).await, "admin,staff");
    assert_eq!(add(&mut owner, "family", ADA).await.status, 303);
    assert_eq!(remote_groups(&mut ada, &upstream).await, "user,family,staff");
    assert_eq!(members(&mut owner, "staff").await, [ADA, OWNER]);
    assert!(add(&mut owner, "family", ADA).await.location().ends_with("flash=unchanged"));
    assert_eq!(page::all_data(&owner.get(LIST).await.text(), "group"), ["family", "staff"]);
    assert_eq!(page::all_data(&owner.get(&user).await.text(), "group"), ["family", "staff"]);

    let left = owner.submit(&format!("{LIST}/staff"), &format!("{LIST}/staff/members/{id}/remove"), &[]).await;
    assert_eq!((left.status, left.location()), (303, format!("{LIST}/staff?flash=members").as_str()));
    assert_eq!(remote_groups(&mut ada, &upstream).await, "user,family");
    let sure = format!("{LIST}/family/delete");
    assert!(owner.get(&sure).await.text().contains("Delete this group?"));
    let deleted = owner.submit(&sure, &sure, &[]).await;
    assert_eq!((deleted.status, deleted.location()), (303, format!("{LIST}?flash=deleted").as_str()));
    assert_eq!(remote_groups(&mut ada, &upstream).await, "user");
    assert_eq!(owner.get(&format!("{LIST}/family")).await.status, 404);
    assert_eq!(events(&mut owner, "group.created").await, ["staff", "family"]);
    assert_eq!(events(&mut owner, "group.joined").await, [ADA, OWNER, ADA]);
    assert_eq!(events(&mut owner, "group.left").await, [ADA]);
    assert_eq!(events(&mut owner, "group.deleted").await, ["family"]);
}

#[tokio::test]
async fn forward_auth_says_the_groups_too() {
    let app = TestApp::start(TestOptions::let_proxies_ask).await;
    let mut owner = people::claim(&app).await;
    create(&mut owner, "staff").await;
    add(&mut owner, "staff", OWNER).await;
    let question = super::support::client::Call::fetch("GET", "/_auth/verify/traefik")
        .header("x-forwarded-method", "GET")
        .header("x-forwarded-proto", "http")
        .header("x-forwarded-host", "localhost:3000")
        .header("x-forwarded-uri", "/page");
    let answer = owner.send(question).await;
    assert_eq!((answer.status, answer.header("remote-groups")), (200, Some("admin,staff")), "{}", answer.text());
}

#[tokio::test]
async fn names_and_members_that_cannot_be_are_refused_at_their_field_and_change_nothing() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (mut ada, _) = people::member(&app, &mut owner, ADA, "user").await;
    create(&mut owner, "staff").await;
    for (typed, why) in [
        ("", "lower-case letters"),
        ("Staff", "lower-case letters"),
        ("two words", "lower-case letters"),
        ("admin", "reserved"),
        ("user", "reserved"),
        ("new", "reserved"),
        ("staff", "already a group"),
    ] {
        let refused = create(&mut owner, typed).await;
        assert_eq!(refused.status, 422, "{typed}");
        assert!(page::error_summary(&refused.text()).unwrap().contains(why), "{typed}: {}", refused.text());
        assert_eq!(page::field(&refused.text(), "name").as_deref(), Some(typed));
    }
    for (typed, why) in
        [("", "Enter an e-mail address"), ("ada@example.org, nobody@example.org", "nobody@example.org"), ("ada", "ada")]
    {
        let refused = add(&mut owner, "staff", typed).await;
        assert_eq!(refused.status, 422, "{typed}");
        assert!(page::error_summary(&refused.text()).unwrap().contains(why), "{typed}: {}", refused.text());
    }
    assert!(members(&mut owner, "staff").await.is_empty(), "one of several was added");
    assert_eq!(page::all_data(&owner.get(LIST).await.text(), "group"), ["staff"]);
    for missing in ["nobody", "Staff", "staff/members", "nobody/members/add", "nobody/delete"] {
        assert_eq!(owner.get(&format!("{LIST}/{missing}")).await.status, 404, "{missing}");
    }
    for (path, fields) in [
        ("nobody/members/add", vec![("email", ADA)]),
        ("nobody/delete", vec![]),
        ("staff/members/AAAAAAAAAAAAAAAAAAAAAA/remove", vec![]),
    ] {
        assert_eq!(owner.submit(LIST_FORM, &format!("{LIST}/{path}"), &fields).await.status, 404, "{path}");
    }
    let as_user = ada.post_form(&format!("{LIST}/staff/members/add"), &[("email", ADA)]).await;
    assert_eq!(as_user.status, 403);
}

/// A page with a form of the owner's.
const LIST_FORM: &str = NEW;

#[tokio::test]
async fn the_groups_of_an_account_are_changed_on_its_page_and_of_several_in_the_list() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (_, ada) = people::member(&app, &mut owner, ADA, "user").await;
    let eve = people::invite(&mut owner, EVE, "", "user").await.page;
    for name in ["a", "b", "c"] {
        create(&mut owner, name).await;
    }
    let form = format!("{ada}/groups");
    let done = owner.submit(&form, &form, &[("groups", "b, a")]).await;
    assert_eq!((done.status, done.location()), (303, format!("{ada}?flash=user-groups").as_str()), "{}", done.text());
    assert_eq!(page::field(&owner.get(&form).await.text(), "groups").as_deref(), Some("a, b"));
    let refused = owner.submit(&form, &form, &[("groups", "c d")]).await;
    assert!(refused.status == 422 && refused.text().contains("There is no group d"), "{}", refused.text());
    owner.submit(&form, &form, &[("groups", "c,a")]).await;
    assert_eq!(page::all_data(&owner.get(&ada).await.text(), "group"), ["a", "c"]);
    assert_eq!(events(&mut owner, "group.left").await, [ADA]);
    assert_eq!(owner.post_form(&form, &[]).await.status, 400);
    assert_eq!(emails(&mut owner, "group=c").await, [ADA]);
    assert!(emails(&mut owner, "group=b").await.is_empty());
    assert_eq!(emails(&mut owner, "group=c&sort=email&state=active&q=ada").await, [ADA]);

    let boxes: Vec<String> = [&ada, &eve].map(|page| format!("user-{}", page.rsplit('/').next().unwrap())).to_vec();
    let selected = [("deed", "join"), (boxes[0].as_str(), "on"), (boxes[1].as_str(), "on"), ("list", "q=example")];
    let question = owner.submit("/_auth/admin/users", "/_auth/admin/users/selected", &selected).await;
    assert!(question.status == 200 && question.text().contains(EVE), "{}", question.text());
    let join = "/_auth/admin/users/selected/join";
    for (typed, why) in [("", "at least one group"), ("z", "There is no group z")] {
        let fields = [&selected[..], &[("groups", typed)]].concat();
        let refused = owner.post_form(join, &fields).await;
        assert!(refused.status == 422 && refused.text().contains(why), "{typed}: {}", refused.text());
    }
    let fields = [&selected[..], &[("groups", "b c")]].concat();
    let done = owner.post_form(join, &fields).await;
    assert_eq!((done.status, done.location()), (303, "/_auth/admin/users?q=example&flash=user-groups"));
    assert_eq!(members(&mut owner, "b").await, [ADA, EVE]);
    assert_eq!(members(&mut owner, "c").await, [ADA, EVE]);
    // Whoever is deleted is in no group.
    owner.submit(&ada, &format!("{ada}/delete"), &[]).await;
    assert_eq!(members(&mut owner, "b").await, [EVE]);
}

#[tokio::test]
async fn of_two_admins_who_set_the_groups_of_one_account_at_once_one_wins() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut second = people::another_browser(&app).await;
    let (_, ada) = people::member(&app, &mut owner, ADA, "user").await;
    for name in ["a", "b", "old"] {
        create(&mut owner, name).await;
    }
    let form = format!("{ada}/groups");
    for round in 0..20 {
        owner.submit(&form, &form, &[("groups", "old")]).await;
        owner.get(&form).await;
        second.get(&form).await;
        let calls = (owner.filled_form(&form, &[("groups", "a")]), second.filled_form(&form, &[("groups", "b")]));
        let (one, other) = (calls.0.unwrap(), calls.1.unwrap());
        let (one, other) = tokio::join!(owner.send(one), second.send(other));
        assert_eq!((one.status, other.status), (303, 303), "round {round}");
        let left = page::all_data(&owner.get(&ada).await.text(), "group");
        assert!(left == ["a"] || left == ["b"], "round {round}: {left:?}");
    }
}

#[tokio::test]
async fn changing_the_groups_of_an_account_while_it_is_deleted_waits_for_it() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut second = people::another_browser(&app).await;
    for name in ["a", "b"] {
        create(&mut owner, name).await;
    }
    for round in 0..10 {
        let ada = people::invite(&mut owner, &format!("ada{round}@example.org"), "", "user").await.page;
        let (form, delete) = (format!("{ada}/groups"), format!("{ada}/delete"));
        owner.submit(&form, &form, &[("groups", "a")]).await;
        owner.get(&form).await;
        second.get(&delete).await;
        let (set, delete) = (owner.filled_form(&form, &[("groups", "b")]), second.filled_form(&delete, &[]));
        let (set, deleted) = tokio::join!(owner.send(set.unwrap()), second.send(delete.unwrap()));
        assert!(matches!(set.status, 303 | 404), "round {round}: {}", set.text());
        assert_eq!(deleted.status, 303, "round {round}: {}", deleted.text());
    }
}

#[tokio::test]
async fn an_invitation_carries_groups_that_hold_at_the_first_request() {
    let (app, upstream, mut owner) = people::with_app().await;
    for name in ["family", "staff"] {
        create(&mut owner, name).await;
    }
    let new = "/_auth/admin/users/new";
    let fields = [("email", ADA), ("role", "user"), ("groups", "staff, nobody")];
    let refused = owner.submit(new, new, &fields).await;
    assert!(refused.status == 422 && refused.text().contains("There is no group nobody"), "{}", refused.text());
    assert_eq!(page::field(&refused.text(), "groups").as_deref(), Some("staff, nobody"));
    assert_eq!(emails(&mut owner, "q=ada").await, Vec::<String>::new());
    let invited = owner.submit(new, new, &[("email", ADA), ("role", "user"), ("groups", "staff, family")]).await;
    assert_eq!(invited.status, 200, "{}", invited.text());
    assert_eq!(members(&mut owner, "staff").await, [ADA], "an invited account may be a member");
    let link = page::data(&invited.text(), "link").unwrap();
    let mut ada = app.client();
    assert_eq!(people::accept(&mut ada, &link[link.find("/_auth/").unwrap()..], PASSWORD).await.status, 303);
    assert_eq!(remote_groups(&mut ada, &upstream).await, "user,family,staff");
}

#[tokio::test]
async fn s130_the_questions_before_changes_of_groups_name_them() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (_, ada) = people::member(&app, &mut owner, ADA, "user").await;
    // As long as the ID of an account.
    let name = "a-group-of-22-letters-";
    create(&mut owner, name).await;
    app.advance(901);
    let of = |path: &str| format!("{LIST}/{name}/{path}");
    for (path, fields, says) in [
        (NEW.to_owned(), vec![("name", "friends")], "create the group friends"),
        (
            of("members/add"),
            vec![("email", "ada@example.org\r\neve@example.org")],
            "add ada@example.org, eve@example.org",
        ),
        (of("delete"), vec![], "delete the group a-group-of-22-letters-"),
        (format!("{ada}/groups"), vec![("groups", name)], "the groups of ada@example.org. Groups: a-group-of-22"),
        ("/_auth/admin/users/new".to_owned(), vec![("email", EVE), ("groups", name)], "Groups: a-group-of-22"),
    ] {
        let question = owner.submit(NEW, &path, &fields).await;
        let text = page::visible_text(&question.text());
        assert!(question.status == 403 && text.contains(says), "{path}: {} {text}", question.status);
    }
    let gone = owner.submit(NEW, &format!("{LIST}/nobody/members/add"), &[("email", ADA)]).await;
    assert_eq!(gone.status, 404, "nobody is asked about a group that is not there");
    let question = owner.submit(NEW, &of("members/add"), &[("email", ADA)]).await;
    assert!(question.text().contains(&format!("href=\"{LIST}\"")), "the way out leads elsewhere");
    let token = page::field(&question.text(), "deed").unwrap();
    let done = owner.post_form("/_auth/confirm", &[("deed", &token), ("current_password", PASSWORD)]).await;
    assert_eq!((done.status, done.location()), (303, format!("{LIST}/{name}?flash=members").as_str()));
    assert_eq!(members(&mut owner, name).await, [ADA]);
}

#[tokio::test]
async fn s115_memberships_hold_on_every_node_before_their_change_is_answered() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let mut owner = nodes.owner().await;
    let (ada, user) = people::member(&nodes.apps[0], &mut owner, ADA, "user").await;
    let id = user.rsplit('/').next().unwrap().to_owned();
    let mut at: Vec<Client> = (0..3).map(|number| nodes.at(number, &ada)).collect();
    let mut owners: Vec<Client> = (0..3).map(|number| nodes.at(number, &owner)).collect();
    let everywhere = async |at: &mut Vec<Client>, expected: &str| {
        for (number, client) in at.iter_mut().enumerate() {
            assert_eq!(remote_groups(client, &nodes.upstream).await, expected, "node {number}");
        }
    };
    everywhere(&mut at, "user").await;
    for round in 0..6 {
        let owner = &mut owners[round % 3];
        assert_eq!(create(owner, "staff").await.status, 303);
        assert_eq!(add(owner, "staff", ADA).await.status, 303);
        everywhere(&mut at, "user,staff").await;
        let owner = &mut owners[(round + 1) % 3];
        let (path, fields) = match round % 2 {
            0 => (format!("{LIST}/staff/delete"), []),
            _ => (format!("{LIST}/staff/members/{id}/remove"), []),
        };
        assert_eq!(owner.submit(NEW, &path, &fields).await.status, 303);
        everywhere(&mut at, "user").await;
        if round % 2 == 1 {
            assert_eq!(owner.submit(NEW, &format!("{LIST}/staff/delete"), &[]).await.status, 303);
        }
    }
}

#[tokio::test]
async fn groups_are_managed_by_command_and_survive_a_backup() {
    let process = Process::start_in(TempDir::new().unwrap(), "start").await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap())
        .await;
    let run = |arguments: &[&str]| {
        let output = process.run(arguments);
        (output.status.success(), said(&output))
    };
    assert!(run(&["group", "list"]).1.contains("there are no groups"));
    for name in ["staff", "family"] {
        let (done, text) = run(&["group", "add", name]);
        assert!(done && text.contains(&format!("created the group {name}")), "{text}");
    }
    let (refused, text) = run(&["group", "add", "admin"]);
    assert!(!refused && text.contains("reserved"), "{text}");
    let (done, text) = run(&["user", "invite", ADA, "--group", "staff", "--group", "family", "--json"]);
    assert!(done, "{text}");
    let (refused, text) = run(&["user", "invite", EVE, "--group", "nobody"]);
    assert!(!refused && text.contains("There is no group nobody"), "{text}");
    let (done, text) = run(&["group", "join", "staff", OWNER, ADA]);
    assert!(done && text.contains(&format!("{OWNER}: is in the group now")), "{text}");
    assert_eq!(page::all_data(&owner.get(&format!("{LIST}/staff")).await.text(), "member"), [ADA, OWNER]);
    let (refused, text) = run(&["group", "join", "staff", "nobody@example.org"]);
    assert!(!refused && text.contains("nobody@example.org"), "{text}");
    let (refused, text) = run(&["group", "join", "nobody", ADA]);
    assert!(!refused && text.contains("There is no group nobody"), "{text}");
    assert_eq!(run(&["user", "list", "--group", "family"]).1.matches('@').count(), 1, "only Ada is in it");
    assert!(run(&["user", "list", "--group", "nobody"]).1.contains("there is no group nobody"));
    let kept = run(&["backup", "kept.backup"]);
    assert!(kept.0, "{}", kept.1);
    assert!(run(&["group", "leave", "staff", ADA]).0 && run(&["group", "remove", "family"]).0);
    let (refused, text) = run(&["group", "remove", "family"]);
    assert!(!refused && text.contains("there is no group family"), "{text}");
    let list: serde_json::Value = serde_json::from_slice(&process.run(&["group", "list", "--json"]).stdout).unwrap();
    assert_eq!(list[0]["name"], "staff");
    assert_eq!(list[0]["members"], serde_json::json!([OWNER]));
    let users = |arguments: &[&str]| {
        let list: serde_json::Value = serde_json::from_slice(&process.run(arguments).stdout).unwrap();
        list[0]["groups"].clone()
    };
    assert_eq!(users(&["user", "list", "ada", "--json"]), serde_json::json!([]));
    let (done, text) = run(&["restore", "kept.backup", "--DATA_DIR=restored"]);
    assert!(done, "{text}");
    let restored = users(&["user", "list", "ada", "--json", "--DATA_DIR=restored"]);
    assert_eq!(restored, serde_json::json!(["family", "staff"]));
}

/// Opens the pages of groups in the browser of an admin and judges them; `list` finds one account, Eve's.
pub async fn judge_pages(browser: &Browser, axe: &mut Axe, base: &str, list: &str) {
    for name in ["a-group-with-a-name-as-long-as-they-come-which-is-64-characters-", "staff"] {
        browser.open(&format!("{base}{NEW}")).await;
        browser.submit(NEW, &[("name", name)]).await;
        browser.find("#email").await;
    }
    axe.judge(browser, "group-empty").await;
    let add = format!("{LIST}/staff/members/add");
    for (emails, then, name) in
        [("nobody@example.org", ".summary", "group-add-faults"), ("eve@example.org", "[data-member]", "group")]
    {
        browser.submit(&add, &[("email", emails)]).await;
        browser.find(then).await;
        axe.judge(browser, name).await;
    }
    click_through(browser, axe, &browser.url().await, &[("a[href$='/delete']", "button.danger", "group-delete")]).await;
    judge_accounts(browser, axe, base, list).await;
}

async fn judge_accounts(browser: &Browser, axe: &mut Axe, base: &str, list: &str) {
    let of_user =
        [("td a", "[data-group]", "user-with-groups"), ("a[href$='/groups']:not(nav a)", "#groups", "user-groups")];
    click_through(browser, axe, list, &of_user).await;
    browser.open(&format!("{base}/_auth/admin/users?group=staff")).await;
    axe.judge(browser, "users-of-group").await;
    browser.click("tbody input[type='checkbox']").await;
    browser.click("button[value='join']").await;
    browser.find("#groups").await;
    axe.judge(browser, "selected-join").await;
}
