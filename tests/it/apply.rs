//! `portcullis apply`: a file with groups, people, apps and rules; everything once, and nothing twice.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use super::documented::applied_file;
use super::support::client::Client;
use super::support::file_of_apps::{NOTHING, Site, outcome, setup_token, wiki};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::postgres::Postgres;
use super::support::process::{portcullis, run_with, said};
use super::support::stores::Redis;
use super::support::upstream::Upstream;
use super::support::{nodes, wait};

const ADA: &str = "ada@example.org";
const ZOE: &str = "zoe@example.org";

fn done(changes: &str) -> String {
    format!("done: {changes}, in force now\n")
}

#[tokio::test]
async fn the_documented_file_does_everything_and_nothing_the_second_time() {
    let mut site = Site::start().await;
    let file = applied_file();
    assert_eq!(site.anonymous("files.example.net").await, 404);
    let (code, text) = site.apply(&file, &[]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(site.anonymous("files.example.net").await, 401, "it is in force when the command ends");
    for line in [
        "+ group developers",
        "+ person ada@example.org as user, invited by mail",
        "+ member ada@example.org of family",
        "+ app Wiki: addresses wiki.example.org; upstream http://10.0.0.5:8080",
        "+ rule Wiki /api (DELETE, POST, PUT); members ada@example.org",
        "+ rule Files / (all methods); public from 10.0.0.0/8; signed-in",
        "+ app Metrics: addresses metrics.example.org; upstream unix:/run/metrics.sock; default_access nobody",
    ] {
        assert!(text.lines().any(|known| known == line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with(&done("14 changes")), "{text}");
    let groups = site.json(&["group", "list"]);
    assert_eq!(groups[1]["members"], serde_json::json!([ADA, "ben@example.org"]));
    let apps = site.json(&["app", "list"]);
    let names: Vec<&str> = apps.as_array().unwrap().iter().map(|app| app["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["default", "Wiki", "Files", "Metrics"]);
    assert_eq!((&apps[2]["max_upload"], &apps[3]["default_access"]), (&"500".into(), &"nobody".into()));
    assert_eq!(site.events("app.created").await, ["Wiki", "Files", "Metrics"]);
    assert_eq!(site.events("rule.created").await, ["Wiki", "Wiki", "Wiki", "Files"]);
    assert_eq!(site.events("user.invited").await, [ADA, "ben@example.org"]);
    assert_eq!(site.events("group.joined").await, [ADA, ADA, "ben@example.org"]);
    let mut outbox = site.outbox();
    let mut invited = Vec::new();
    wait::eventually("both invitations", async || {
        invited.extend(outbox.unread().into_iter().map(|mail| mail.header("To").to_owned()));
        (invited.len() >= 2).then_some(())
    })
    .await;

    let before = site.stored();
    assert_eq!(site.apply(&file, &[]), (0, NOTHING.to_owned()));
    assert_eq!(site.apply(&file, &["--dry-run", "--prune"]), (0, NOTHING.to_owned()));
    assert_eq!(site.stored(), before);
    invited.extend(outbox.unread().into_iter().map(|mail| mail.header("To").to_owned()));
    invited.sort();
    assert_eq!(invited, [ADA, "ben@example.org"], "each is invited once");
}

#[tokio::test]
async fn the_difference_says_what_changes_and_a_dry_run_changes_nothing() {
    let mut site = Site::start().await;
    let first = "groups = ['staff']\n[[apps]]\nname = 'Wiki'\naddresses = ['wiki.example.org', 'w.example.org']\n\
        upstream = 'http://10.0.0.5:8080'\n[[apps.rules]]\npath = '/'\ngroups = ['staff']\n\
        [[apps.rules]]\npath = '/old'\nwho = 'nobody'\n";
    assert_eq!(site.apply(first, &[]).0, 0);
    site.execute("INSERT INTO icons SELECT id, '' FROM apps");
    let before = site.stored();
    let second = format!(
        "[[people]]\nemail = '{OWNER}'\ngroups = ['staff']\n[[apps]]\nname = 'WIKI'\naddresses = \
            ['wiki.example.org']\nupstream = 'http://10.0.0.6:8080'\ntimeout = 30\nshown = false\n\
            [[apps.rules]]\npath = '/'\nmethods = ['GET']\nwho = 'public'\n[[apps.rules]]\npath = '/'\n\
            grants = [{{ groups = ['staff'] }}, {{ who = 'public', networks = ['192.0.2.7'], until = 2099-01-31 }}]\n\
            [[apps]]\nname = 'default'\n[[apps.rules]]\npath = '/open'\nwho = 'public'\n"
    );
    let difference = "\
+ member owner@example.org of staff
~ app Wiki: name Wiki -> WIKI; addresses wiki.example.org, w.example.org -> wiki.example.org; \
upstream http://10.0.0.5:8080 -> http://10.0.0.6:8080; timeout (none) -> 30; shown true -> false
- rule WIKI /old (all methods); nobody
+ rule WIKI / (GET); public
~ rule WIKI / (all methods): members group staff -> \
members group staff; public from 192.0.2.7/32 until 2099-02-01T00:00:00Z
+ rule default /open (all methods); public
";
    let dry = format!("{difference}dry run: 6 changes to make, nothing was done\n");
    assert_eq!(site.apply(&second, &["--dry-run"]), (3, dry));
    assert_eq!(site.stored(), before);
    assert_eq!(site.apply(&second, &[]), (0, format!("{difference}{}", done("6 changes"))));
    assert_eq!(site.apply(&second, &["--dry-run"]), (0, NOTHING.to_owned()));
    assert_eq!(site.query("(SELECT count(*) FROM icons)"), "1", "an icon is in no file, and stays");
    assert_eq!(site.events("app.changed").await, ["WIKI"]);
    assert_eq!(site.events("rule.deleted").await, ["WIKI"]);
    assert_eq!(site.events("rule.changed").await, ["WIKI"]);
    for event in ["app.changed", "rule.changed"] {
        let detail = site.query(&format!("(SELECT detail FROM audit_events WHERE event = '{event}')"));
        assert!(detail.contains(" -> ") && difference.contains(&detail), "the audit log lacks what changed: {detail}");
    }
    assert_eq!(site.process.client().fetch("/open").await.status, 404, "no app is behind, and no sign-in is asked for");
}

#[tokio::test]
async fn pruning_deletes_what_is_not_in_the_file_but_no_people() {
    let mut site = Site::start().await;
    let run = |arguments: &[&str]| assert!(site.process.run(arguments).status.success(), "{arguments:?}");
    for arguments in [
        &["group", "add", "staff"][..],
        &["group", "add", "family"],
        &["group", "add", "empty"],
        &["user", "invite", ADA, "--group", "family", "--group", "staff"],
        &["group", "join", "staff", OWNER],
        &["app", "add", "Blog", "--addresses", "blog.example.org", "--mode", "forward-auth"],
        &["rule", "add", "default", "/secret", "--groups", "family,staff"],
    ] {
        run(arguments);
    }
    let file = format!("groups = ['staff']\n[[people]]\nemail = '{OWNER}'\n{}", wiki("wiki.example.org", "http://a:1"));
    let kept = "+ app Wiki: addresses wiki.example.org; upstream http://a:1\n+ rule Wiki / (all methods); public\n";
    let (code, text) = site.apply(&file, &["--dry-run"]);
    assert_eq!((code, text.strip_suffix("dry run: 2 changes to make, nothing was done\n")), (3, Some(kept)), "{text}");
    let pruned = format!(
        "- group empty\n- group family, which these rules of default lose: /secret\n\
            - member {ADA} of staff\n- member {OWNER} of staff\n\
            - app Blog: addresses blog.example.org; mode forward-auth\n{kept}"
    );
    let (code, text) = site.apply(&file, &["--prune"]);
    let mut lines: Vec<&str> = text.lines().collect();
    // The order of memberships is that of the accounts.
    lines[2..4].sort_unstable();
    assert_eq!((code, lines.join("\n") + "\n"), (0, format!("{pruned}{}", done("7 changes"))));
    let apps = site.json(&["app", "list"]);
    assert_eq!((apps.as_array().unwrap().len(), &apps[1]["name"]), (2, &"Wiki".into()));
    assert_eq!(apps[0]["rules"][0]["grants"], serde_json::json!(["members group staff"]));
    assert_eq!(site.json(&["group", "list"])[0]["members"], serde_json::json!([]));
    assert_eq!(site.json(&["user", "list", "ada"]).as_array().unwrap().len(), 1, "people stay");
    assert_eq!(site.events("group.deleted").await, ["empty", "family"]);
    assert_eq!(site.events("app.deleted").await, ["Blog"]);
    assert_eq!(site.apply(&file, &["--prune"]), (0, NOTHING.to_owned()));
}

#[tokio::test]
async fn two_apps_of_one_file_can_exchange_their_addresses() {
    let site = Site::start().await;
    let (first, second) = (Upstream::start().await, Upstream::start().await);
    let file = |wiki_at: &str, blog_at: &str| {
        format!("{}{}", wiki(wiki_at, &first.url()), wiki(blog_at, &second.url()).replace("Wiki", "Blog"))
    };
    assert_eq!(site.apply(&file("a.example.org", "*.example.net"), &[]).0, 0);
    assert_eq!(site.anonymous("a.example.org").await, 200);
    assert_eq!((first.count(), second.count()), (1, 0));
    let (code, text) = site.apply(&file("*.example.net", "a.example.org"), &[]);
    assert_eq!((code, text.lines().count()), (0, 3), "{text}");
    assert_eq!(site.anonymous("a.example.org").await, 200);
    assert_eq!((first.count(), second.count()), (1, 1));
    assert_eq!(site.anonymous("x.example.net").await, 200);
    assert_eq!((first.count(), second.count()), (2, 1));
}

#[tokio::test]
async fn rules_may_name_who_is_invited_in_the_same_file_which_may_come_from_standard_input() {
    let site = Site::start().await;
    let file = format!("[[people]]\nemail = '{ADA}'\n{}", wiki("w.example.org", "http://a"));
    let file = file.replace("who = 'public'", &format!("people = ['{ADA}']"));
    let from_input = |text: &str| {
        let mut command = portcullis(site.process.folder.path(), &["apply", "-"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        outcome(&child.wait_with_output().unwrap())
    };
    let (code, text) = from_input(&file);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&format!("+ rule Wiki / (all methods); members {ADA}")), "{text}");
    assert_eq!(from_input(&file), (0, NOTHING.to_owned()));
    let (code, text) = from_input("x = 1");
    assert!(code == 1 && text.contains("<stdin>:1: there is no key x here"), "{text}");
}

#[tokio::test]
async fn an_address_at_another_port_than_the_servers_is_noted_where_it_is_new() {
    let site = Site::start().await;
    let port = site.process.port;
    let run = |file: &str| {
        std::fs::write(site.process.folder.path().join("apps.toml"), file).unwrap();
        said(&site.process.run(&["apply", "apps.toml"]))
    };
    let note = format!(
        "note: Wiki: People have to open http://w.example.org, at another port than this site. If this \
        app is reached at the same port as this site, its address is w.example.org:{port}."
    );
    let text = run(&wiki("w.example.org", "http://a"));
    assert!(text.lines().any(|line| line == note), "{text}");
    assert_eq!(run(&wiki("w.example.org", "http://a")), NOTHING);
    let text = run(&wiki(&format!("w.example.org:{port}"), "http://a"));
    assert!(text.contains("done: 1 change,") && !text.contains("note: "), "{text}");
    let addresses = format!("--addresses=blog.example.org:{port}");
    let text = said(&site.process.run(&["app", "add", "Blog", "--upstream=http://b", &addresses]));
    assert!(text.contains("added Blog") && !text.contains("note: "), "the server's address counts: {text}");
}

#[tokio::test]
async fn what_others_change_meanwhile_is_shown_before_anything_is_made() {
    let site = Site::start().await;
    // Its difference is larger than what a pipe takes, so the command is still showing it.
    let names: Vec<String> = (0..2000).map(|number| format!("group-{number}-{}", "x".repeat(48))).collect();
    let file = format!("groups = {names:?}\n");
    std::fs::write(site.process.folder.path().join("apps.toml"), file).unwrap();
    let mut command = portcullis(site.process.folder.path(), &["apply", "apps.toml"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    shown.read_line(&mut first).unwrap();
    assert!(first.starts_with("+ group group-0-"), "{first}");
    assert!(site.process.run(&["group", "add", &names[0]]).status.success());
    let mut rest = String::new();
    shown.read_to_string(&mut rest).unwrap();
    let (_, again) = rest.split_once("something else was changed meanwhile; this is the difference now:\n").unwrap();
    assert!(!again.contains(&names[0]) && again.ends_with(&done("1999 changes")), "{again}");
    assert_eq!(again.matches("+ group ").count(), 1999);
    assert!(child.wait().unwrap().success());
}

#[tokio::test]
async fn a_rule_that_names_somebody_who_is_gone_makes_no_difference() {
    let site = Site::start().await;
    assert!(site.process.run(&["user", "invite", ADA]).status.success());
    let rule = |people: &str| format!("[[apps]]\nname = 'default'\n[[apps.rules]]\npath = '/'\npeople = [{people}]\n");
    assert_eq!(site.apply(&rule(&format!("'{ADA}', '{OWNER}'")), &[]).0, 0);
    site.execute(&format!("DELETE FROM users WHERE email = '{ADA}'"));
    assert_eq!(site.apply(&rule(&format!("'{OWNER}'")), &[]), (0, NOTHING.to_owned()));
}

/// Applies the same file in two processes at once; both outcomes.
fn twice_at_once(start: impl Fn() -> std::process::Command) -> [(i32, String); 2] {
    let begin = || start().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    [begin(), begin()].map(|child| outcome(&child.wait_with_output().unwrap()))
}

fn assert_done_once(outcomes: &[(i32, String); 2]) {
    assert!(outcomes.iter().all(|(code, _)| *code == 0), "{outcomes:?}");
    let made = outcomes.iter().filter(|(_, text)| text.contains("done: ")).count();
    let nothing = outcomes.iter().filter(|(_, text)| text.ends_with(NOTHING)).count();
    assert_eq!((made, nothing), (1, 1), "{outcomes:?}");
}

#[tokio::test]
async fn two_that_apply_one_file_at_once_do_everything_once() {
    let mut site = Site::start().await;
    std::fs::write(site.process.folder.path().join("apps.toml"), applied_file()).unwrap();
    let outcomes = twice_at_once(|| portcullis(site.process.folder.path(), &["apply", "apps.toml"]));
    assert_done_once(&outcomes);
    assert_eq!(site.events("app.created").await, ["Wiki", "Files", "Metrics"]);
    assert_eq!(site.events("user.invited").await, [ADA, "ben@example.org"]);
}

/// `apply` on the database of the nodes.
fn on_nodes(folder: &Path, postgres: &Postgres, redis: Option<&Redis>, file: &str, switches: &[&str]) -> (i32, String) {
    std::fs::write(folder.join("apps.toml"), file).unwrap();
    let variables = of_nodes(postgres, redis);
    let variables: Vec<(&str, String)> = variables.iter().map(|(name, value)| (&**name, value.clone())).collect();
    outcome(&run_with(folder, &[&["apply", "apps.toml"], switches].concat(), &variables))
}

fn of_nodes(postgres: &Postgres, redis: Option<&Redis>) -> Vec<(String, String)> {
    let mut variables = nodes::secrets();
    variables.push(("DATABASE_URL".to_owned(), postgres.url()));
    if let Some(redis) = redis {
        variables.push(("SESSION_STORE".to_owned(), "redis".to_owned()));
        variables.push(("REDIS_URL".to_owned(), redis.url()));
    }
    variables
}

#[tokio::test]
async fn s115_on_every_node_a_file_holds_when_its_command_ends() {
    let Some(postgres) = Postgres::start().await else { return };
    let redis_folder = TempDir::new().unwrap();
    let Some(redis) = Redis::start(redis_folder.path(), &[]).await else { return };
    let (upstream, folder) = (Upstream::start().await, TempDir::new().unwrap());
    let mut nodes = Vec::new();
    for _ in 0..2 {
        nodes.push(nodes::process(&postgres, Some(&redis), upstream.address, TempDir::new().unwrap()).await);
    }
    let mut owner = nodes[0].client();
    people::claim_with(&mut owner, &setup_token(&nodes[0])).await;
    let mut owners: Vec<Client> = nodes
        .iter()
        .map(|node| {
            let mut there = node.client();
            there.jar = owner.jar.clone();
            there
        })
        .collect();
    let apply = |file: &str, switches: &[&str]| on_nodes(folder.path(), &postgres, Some(&redis), file, switches);
    let rule = |who: &str| format!("[[apps]]\nname = 'default'\n[[apps.rules]]\npath = '/'\n{who}\n");
    let member = format!("[[people]]\nemail = '{OWNER}'\n");
    for round in 0..4 {
        let joined = format!("groups = ['staff']\n{member}groups = ['staff']\n{}", rule("groups = ['staff']"));
        let (code, text) = apply(&joined, &["--prune"]);
        assert!(code == 0 && text.contains("done: "), "{round}: {text}");
        for owner in &mut owners {
            assert_eq!(owner.fetch("/page").await.status, 200, "{round}");
        }
        let left = format!("groups = ['staff']\n{member}{}", rule("groups = ['staff']"));
        let (switches, file) =
            if round % 2 == 0 { (&["--prune"][..], left) } else { (&[][..], rule("who = 'nobody'")) };
        let (code, text) = apply(&file, switches);
        assert!(code == 0 && text.contains("done: 1 change,"), "{round}: {text}");
        for owner in &mut owners {
            assert_eq!(owner.fetch("/page").await.status, 403, "{round}");
        }
    }
    assert_eq!(apply(&rule("who = 'nobody'"), &["--dry-run"]), (0, NOTHING.to_owned()));

    std::fs::write(folder.path().join("apps.toml"), applied_file()).unwrap();
    let variables = of_nodes(&postgres, Some(&redis));
    let outcomes = twice_at_once(|| {
        let mut command = portcullis(folder.path(), &["apply", "apps.toml"]);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command
    });
    assert_done_once(&outcomes);
    let demoted = format!("[[people]]\nemail = '{OWNER}'\nrole = 'user'\n");
    let (code, text) = apply(&demoted, &[]);
    assert!(code == 1 && text.contains("apps.toml:3: role: without"), "{text}");
    let invited = people::invite(&mut owners[0], ZOE, "Zoe", "user").await;
    let mut zoe = nodes[1].client();
    assert_eq!(people::accept(&mut zoe, &invited.link, PASSWORD).await.status, 303);
    let (code, text) = apply(&format!("{demoted}[[people]]\nemail = '{ZOE}'\nrole = 'admin'\n"), &[]);
    assert!(code == 0 && text.contains("done: 2 changes,"), "{text}");
    for somebody in owners.iter_mut().chain([&mut zoe]) {
        assert_eq!(people::who_am_i(somebody).await, None, "a session in Redis has outlived its role");
    }
}
