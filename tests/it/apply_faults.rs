//! Files that `portcullis apply` refuses: each fault with its line, and nothing is changed.

use tempfile::TempDir;

use super::documented::applied_file;
use super::support::file_of_apps::{NOTHING, Site, outcome, wiki};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, portcullis, said};

const ADA: &str = "ada@example.org";

#[tokio::test]
async fn one_fault_at_the_end_keeps_everything_as_it_was() {
    let site = Site::start().await;
    let before = site.stored();
    let file = applied_file();
    let bad = format!("{file}\n[[apps]]\nname = 'Last'\naddresses = ['wiki.example.org']\nmode = 'forward-auth'\n");
    let line = bad.lines().count() - 1;
    let why = format!(
        "portcullis: nothing was changed:\napps.toml:{line}: addresses: wiki.example.org belongs to Wiki already.\n"
    );
    for switches in [&[][..], &["--dry-run"], &["--prune"]] {
        assert_eq!(site.apply(&bad, switches), (1, why.clone()));
    }
    assert_eq!(site.stored(), before);
    assert!(site.outbox().unread().is_empty());
    assert_eq!(site.anonymous("wiki.example.org").await, 404);
}

#[tokio::test]
async fn what_names_nothing_is_no_reason_to_prune_and_what_nobody_sees_is_not_made() {
    let site = Site::start().await;
    assert_eq!(site.apply("groups = ['staff']\n", &[]).0, 0);
    let before = site.stored();
    for empty in ["", "# nothing\n", "groups = []\n"] {
        let (code, said) = site.apply(empty, &["--prune"]);
        assert!(code == 1 && said.contains("--prune would delete every app and group"), "{empty:?}: {said}");
    }
    let folder = site.process.folder.path();
    std::fs::write(folder.join("apps.toml"), "groups = ['staff', 'family']\n").unwrap();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let unseen = portcullis(folder, &["apply", "apps.toml"]).stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&unseen.stderr).into_owned();
    assert!(unseen.status.code() == Some(1) && said.contains("it cannot be shown"), "{said}");
    assert_eq!(site.stored(), before);
    let turned = "[[apps]]\nname = 'A'\naddresses = ['a.example.org']\nupstream = 'unix:/tmp/a\u{202e}b'\n";
    let (code, said) = site.apply(turned, &["--dry-run"]);
    assert!(code == 3 && said.contains("/tmp/a\\u{202e}b") && !said.contains('\u{202e}'), "{said}");
}

/// A file, and the faults that have to be said of it: lines, and parts of sentences.
type Case = (String, &'static [(usize, &'static str)]);

/// A file with the app A in four lines, and more.
fn app(more: &str) -> String {
    format!("[[apps]]\nname = 'A'\naddresses = ['a.example.org']\nupstream = 'http://a'\n{more}")
}

/// A file with a rule of the app A, whose keys begin in line 6.
fn rule(more: &str) -> String {
    app(&format!("[[apps.rules]]\n{more}"))
}

/// A file with a second app, whose addresses are in line 8.
fn two(addresses: &str) -> String {
    app(&format!("[[apps]]\nname = 'B'\nmode = 'forward-auth'\naddresses = {addresses}\n"))
}

/// Each of these files is refused, for exactly these faults, and nothing is changed.
fn assert_refused(site: &Site, cases: Vec<Case>) {
    let before = site.stored();
    for (file, expected) in cases {
        let (code, text) = site.apply(&file, &[]);
        let mut lines = text.lines();
        assert_eq!((code, lines.next()), (1, Some("portcullis: nothing was changed:")), "{file}\n{text}");
        for (line, why) in expected {
            let place = format!("apps.toml:{line}: ");
            let is_it = |text: &str| text.starts_with(&place) && text.contains(why);
            assert!(text.lines().any(is_it), "{line}: {why:?} is missing\n{file}\n{text}");
        }
        let known = |text: &str| expected.iter().any(|(line, _)| text.starts_with(&format!("apps.toml:{line}: ")));
        assert!(lines.all(known), "something else is said, too\n{file}\n{text}");
    }
    assert_eq!(site.stored(), before);
}

#[tokio::test]
async fn what_is_no_such_file_is_said_with_its_line_all_at_once() {
    let site = Site::start().await;
    let cases: Vec<Case> = vec![
        ("groups = ['a'\n[[apps]]\nname = 3".to_owned(), &[(2, "missing comma"), (3, "")]),
        ("\n\nname = Wiki\n".to_owned(), &[(3, "quoted")]),
        ("groups = 'Staff'\n".to_owned(), &[(1, "groups: give a list of texts, such as")]),
        ("groups = 'staff'\n".to_owned(), &[(1, "groups: give a list of texts, such as [\"a\", \"b\"], not a text")]),
        (
            "apps = 3\n[people]\n".to_owned(),
            &[(1, "apps: give a list of tables"), (2, "[people] has to be [[people]], in double brackets")],
        ),
        (
            "[[apps]]\nname = 'A'\naddresses = ['a.example.org']\nupstream = 'http://a'\n[apps.rules]\npath = '/'\n\
                who = 'public'\n[apps.rules]\npath = '/x'\nwho = 'some'\n[apps]\nname = 'B'\n"
                .to_owned(),
            &[
                (5, "[apps.rules] has to be [[apps.rules]], in double brackets, as there can be several"),
                (8, "[apps.rules] has to be [[apps.rules]]"),
                (10, "who: Choose who is let in: public, signed-in, members, nobody."),
                (11, "[apps] has to be [[apps]]"),
            ],
        ),
        (
            "groups = ['developers', 'Family Members']\n".to_owned(),
            &[(1, "groups: \"Family Members\" is not the name of a group: A group name has 1 to 64 characters")],
        ),
        // No consequence is said: that the upstream is missing.
        (
            "[[apps]]\nname = 'A'\naddresses = ['a.example.org']\nupstrem = 'http://a'\n".to_owned(),
            &[(4, "there is no key upstrem here")],
        ),
        (
            "group = ['a']\n[app]\nname = 'x'\n".to_owned(),
            &[(1, "there is no key group here; the keys are groups, people, apps"), (2, "there is no key app here")],
        ),
        (
            app("upstreem = 'x'\ntimeout = '30'\nenabled = 'yes'\nmax_upload = 0.5\nhost = 1979-05-27\n"),
            &[
                (5, "there is no key upstreem here"),
                (6, "timeout: give a whole number, not a text"),
                (7, "enabled: give true or false, not a text"),
                (8, "max_upload: give a whole number, not a fraction"),
                (9, "host: give a text in quotes, not a date"),
            ],
        ),
        (rule("path = '/'\ngroups = ['known, other']\n"), &[(7, "groups: \"known, other\" is not one")]),
        (rule("path = '/'\ngroups = 'none'\n"), &[(7, "groups: give a list of texts")]),
        (
            rule("path = '/'\nwho = 'public'\ngrants = []\n"),
            &[(5, "who: Choose who is let in: public, signed-in, members, nobody."), (7, "who: this rule has grants")],
        ),
        (
            "[[apps]]\nname = 'default'\nupstream = 'http://a'\n".to_owned(),
            &[(3, "upstream: the app default is set in the configuration")],
        ),
    ];
    assert_refused(&site, cases);
    let (code, text) = outcome(&site.process.run(&["apply", "nowhere.toml"]));
    assert!(code == 1 && text.contains("nowhere.toml: No such file"), "{text}");
    assert_eq!(site.process.run(&["apply"]).status.code(), Some(2));
}

#[tokio::test]
async fn apps_that_cannot_be_are_said_with_their_line_all_at_once() {
    let site = Site::start().await;
    let blog = ["app", "add", "Blog", "--addresses", "blog.example.org,*.b.example.org", "--upstream", "http://b"];
    assert!(site.process.run(&blog).status.success());
    let portal = format!("['{}']", site.process.app_url());
    let cases: Vec<Case> = vec![
        (
            app("timeout = 0\nhost = 'a b'\ndefault_access = 'all'\nca_file = '/none'\n"),
            &[
                (5, "timeout: Give a whole number from 1"),
                (6, "host: Leave this empty"),
                (7, "default_access: Choose one of the options: signed-in, nobody."),
                (8, "ca_file: Only an https upstream"),
            ],
        ),
        (
            "[[apps]]\nname = 'A'\naddresses = ['http://a.example.org/x',\n'https://a.example.org']\n".to_owned(),
            &[
                (1, "upstream: Say where the app listens"),
                (3, "addresses: http://a.example.org/x is not an address"),
                (3, "addresses: https://a.example.org has the other scheme"),
            ],
        ),
        (app("mode = 'forward_auth'\n"), &[(5, "mode: Choose one of the options: proxy, forward-auth.")]),
        (app("[[apps]]\nmode = 'forward-auth'\n"), &[(5, "addresses: Give 1 to"), (5, "name: Give a name")]),
        (
            two("['blog.example.org',\n'x.b.example.org', '*.b.example.org']"),
            &[
                (8, "addresses: *.b.example.org belongs to Blog already."),
                (8, "addresses: blog.example.org belongs to Blog already."),
            ],
        ),
        (two("['a.example.org']"), &[(8, "addresses: a.example.org belongs to A already.")]),
        (two(&portal), &[(8, "is the address of this site itself")]),
        (app("[[apps]]\nname = ' a '\n"), &[(6, "name: the app a is in line 1 already")]),
    ];
    assert_refused(&site, cases);
}

/// Everything that `apply` says, notes included.
fn applied(site: &Site, file: &str, switch: &str) -> String {
    std::fs::write(site.process.folder.path().join("apps.toml"), file).unwrap();
    said(&site.process.run(&["apply", "apps.toml", switch]))
}

#[tokio::test]
async fn an_app_with_another_name_at_its_address_may_be_renamed_by_command() {
    let site = Site::start().await;
    let blog = ["app", "add", "My Blog", "--addresses", "blog.example.org", "--upstream", "http://b"];
    assert!(site.process.run(&blog).status.success());
    let file = "[[apps]]\nname = 'Docs'\naddresses = ['blog.example.org']\nupstream = 'http://b'\n";
    let (code, text) = site.apply(file, &[]);
    let why = "apps.toml:3: addresses: blog.example.org belongs to My Blog already. To rename My Blog: \
        portcullis app set 'My Blog' --name Docs\n";
    assert!(code == 1 && text.ends_with(why), "{text}");
    assert!(site.process.run(&["app", "set", "My Blog", "--name", "Docs"]).status.success());
    assert_eq!(site.apply(file, &[]), (0, NOTHING.to_owned()));
}

#[tokio::test]
async fn an_app_behind_a_proxy_that_may_not_ask_gets_a_note() {
    let mut site = Site::start().await;
    let file = "[[apps]]\nname = 'A'\naddresses = ['a.example.org']\nmode = 'forward-auth'\n";
    let why = "No proxy may ask about this app, as FORWARD_AUTH names none";
    let text = applied(&site, file, "--dry-run");
    assert!(text.contains(&format!("note: A: {why}")), "{text}");
    let add = ["app", "add", "B", "--addresses", "b.example.org", "--mode", "forward-auth"];
    let text = said(&site.process.run(&add));
    assert!(text.contains(&format!("note: {why}")), "{text}");
    let apps = site.json(&["app", "list"]);
    let id = apps.as_array().unwrap().iter().find(|app| app["name"] == "B").unwrap()["id"].as_str().unwrap();
    let page = site.owner.get(&format!("/_auth/admin/apps/{id}")).await.text();
    assert!(page.contains(why), "{page}");
    let asked = [("FORWARD_AUTH", "caddy"), ("TRUSTED_PROXIES", "127.0.0.1")];
    let asked = asked.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let process = Process::start_with(TempDir::new().unwrap(), "start", &asked).await;
    let text = said(&process.run(&add));
    assert!(text.contains("added B") && !text.contains(why), "the server is asked by a proxy: {text}");
}

#[tokio::test]
async fn who_is_invited_without_a_mail_server_can_be_given_the_link() {
    let site = Site::start().await;
    let file = "[[people]]\nemail = 'ada@example.org'\n[[people]]\nemail = 'ben@example.org'\n";
    let text = applied(&site, file, "--dry-run");
    assert_eq!(text.matches("note: there is no mail server (SMTP_HOST), so invitations become files in ").count(), 1);
    assert!(text.contains("outbox; `portcullis user invite ADDRESS` prints a link instead"), "{text}");
    let (code, text) = site.apply(file, &[]);
    assert_eq!(code, 0, "{text}");
    let text = said(&site.process.run(&["user", "invite", ADA]));
    assert!(text.contains("/_auth/invite?token="), "{text}");
}

#[tokio::test]
async fn groups_people_and_rules_that_cannot_be_are_said_with_their_line_all_at_once() {
    let site = Site::start().await;
    assert!(site.process.run(&["group", "add", "known"]).status.success());
    let people = "[[people]]\nemail = 'ada'\n[[people]]\nemail = 'b@example.org'\nrole = 'owner'\n\
        groups = ['none']\n[[people]]\nemail = 'B@EXAMPLE.org'\nname = \"a\\u001b\"\n";
    let cases: Vec<Case> = vec![
        (
            "groups = [\n'Staff',\n'admin',\n'ok', 'ok']".to_owned(),
            &[(2, "groups: A group name has"), (3, "groups: The names admin"), (4, "groups: ok is in line 4 already")],
        ),
        (
            people.to_owned(),
            &[
                (2, "email: Enter an e-mail address like"),
                (5, "role: Choose admin or user."),
                (6, "groups: There is no group none."),
                (8, "email: b@example.org is in line 3 already"),
                (9, "name: The name contains a character"),
            ],
        ),
        (
            rule("path = 'x'\nmethods = ['get']\nwho = 'some'\n"),
            &[
                (6, "path: A path begins with /."),
                (7, "methods: get is not a method"),
                (8, "who: Choose who is let in: public, signed-in, members, nobody."),
            ],
        ),
        (
            rule("path = '/'\nwho = 'public'\n[[apps.rules]]\npath = '/'\nwho = 'nobody'\n"),
            &[(9, "path: This app has a rule for this path already")],
        ),
        (
            rule("path = '/'\ngroups = ['known', 'none']\npeople = ['x@example.org']\n"),
            &[(7, "groups: There is no group none."), (8, "people: There is no account x@example.org.")],
        ),
        (
            rule(
                "path = '/'\n[[apps.rules.grants]]\nwho = 'public'\n[[apps.rules.grants]]\nnetworks = ['home']\n\
                    until = 'soon'\nwithin = -1\n",
            ),
            &[
                (9, "who: Choose who is let in: public, signed-in, members, nobody."),
                (10, "networks: home is not a network"),
                (11, "until: Give a date"),
                (12, "within: Give a whole number"),
            ],
        ),
    ];
    assert_refused(&site, cases);
    // Who reads the list of groups finds this one.
    let (code, text) = site.apply(&rule("path = '/'\ngroups = ['known']\n"), &["--prune"]);
    assert!(
        code == 1 && text.contains("apps.toml:7: groups: the group known is not in the list `groups` of"),
        "{text}"
    );
}

#[tokio::test]
async fn groups_and_people_are_for_members_alone() {
    let site = Site::start().await;
    assert!(site.process.run(&["group", "add", "known"]).status.success());
    assert_refused(
        &site,
        vec![(
            rule("path = '/'\nwho = 'public'\ngroups = ['known']\n[[apps.rules]]\npath = '/x'\nwho = 'members'\n"),
            &[
                (7, "who: groups and people are for members alone"),
                (11, "who: groups and people are for members alone"),
            ],
        )],
    );
}

#[tokio::test]
async fn s100_the_last_admin_stays_one_but_another_may_take_over() {
    let mut site = Site::start().await;
    let invited = people::invite(&mut site.owner, ADA, "Ada", "user").await;
    let person = |email: &str, role: &str| format!("[[people]]\nemail = '{email}'\nrole = '{role}'\n");
    let alone = format!("groups = ['new']\n{}", person(OWNER, "user"));
    let alone = alone.replace("'new'", "'staff'");
    let why = format!("apps.toml:4: role: without {OWNER} there is no admin who can sign in\n");
    let (code, text) = site.apply(&alone, &[]);
    assert!(code == 1 && text.ends_with(&why), "{text}");
    let handed_over = person(ADA, "admin") + &person(OWNER, "user");
    let (code, text) = site.apply(&handed_over, &["--dry-run"]);
    assert!(code == 1 && text.contains("apps.toml:6: role: without"), "who is only invited cannot sign in: {text}");
    assert!(site.json(&["group", "list"]).as_array().unwrap().is_empty());
    let mut ada = site.process.client();
    assert_eq!(people::accept(&mut ada, &invited.link, PASSWORD).await.status, 303);
    let (code, text) = site.apply(&handed_over, &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&format!("~ person {OWNER}: role admin -> user, which ends their sessions")), "{text}");
    assert_eq!(people::who_am_i(&mut site.owner).await, None, "their sessions have ended");
    let mut ada = site.process.client();
    people::sign_in(&mut ada, ADA, PASSWORD).await;
    site.owner = ada;
    assert_eq!(site.events("user.role_changed").await, [ADA, OWNER]);
    assert_eq!(site.apply(&handed_over, &[]), (0, NOTHING.to_owned()));
}

#[tokio::test]
async fn if_an_invitation_cannot_be_queued_nothing_is_changed() {
    let site = Site::start().await;
    let many_mails = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
        INSERT INTO mails (id, kind, recipient, user_id, detail, state, created_at, next_try_at, tries, last_error)
        SELECT 'full-' || i, 'invitation', 'x@example.org', (SELECT id FROM users), '', 'queued', 1, 9000000000, 0, ''
        FROM n";
    site.execute(many_mails);
    let before = site.stored();
    let (code, text) = site.apply(&applied_file(), &[]);
    assert!(code == 1 && text.contains("apps.toml:3: the invitation cannot be sent: too many mails"), "{text}");
    assert_eq!(site.stored(), before);
}

#[tokio::test]
async fn nobody_is_invited_to_an_instance_without_an_owner() {
    let process = Process::start_in(TempDir::new().unwrap(), "start").await;
    std::fs::write(process.folder.path().join("apps.toml"), applied_file()).unwrap();
    std::fs::remove_file(process.folder.path().join("data/setup-token")).unwrap();
    let (code, text) = outcome(&process.run(&["apply", "apps.toml", "--dry-run"]));
    assert!(code == 1 && text.contains("without --dry-run this command prints the link"), "{text}");
    assert!(!process.folder.path().join("data/setup-token").exists(), "a dry run writes nothing");
    let (code, text) = outcome(&process.run(&["apply", "apps.toml"]));
    assert!(code == 1 && text.contains("first admin") && text.contains("/_auth/setup?token="), "{text}");
    std::fs::write(process.folder.path().join("apps.toml"), wiki("w.example.org", "http://a")).unwrap();
    assert_eq!(process.run(&["apply", "apps.toml"]).status.code(), Some(0));
}
