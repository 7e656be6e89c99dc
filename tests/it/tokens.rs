//! Machine tokens: made by command, used without a browser (S118, S119).

use super::support::client::Call;
use super::support::people;
use super::support::process::{Process, said};
use super::support::upstream::Upstream;

#[tokio::test]
async fn s118_a_token_of_a_command_is_in_force_at_once_and_dead_when_its_revocation_ends() {
    let upstream = Upstream::start().await;
    let variables = [("UPSTREAM_URL".to_owned(), upstream.url())];
    let process = Process::start_with(tempfile::tempdir().unwrap(), "start", &variables).await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap())
        .await;
    let run = |arguments: &[&str]| process.run(arguments);
    let made = run(&["token", "create", people::OWNER, "phone", "--app", "default", "--path", "/api"]);
    assert!(made.status.success(), "{}", said(&made));
    let token = String::from_utf8(made.stdout).unwrap();
    let token = token.strip_suffix('\n').unwrap();
    assert!(token.starts_with("pc_") && token.len() == 52, "nothing else is on standard output: {token:?}");
    let call = |path: &str| Call::new("GET", path).header("Authorization", &format!("Bearer {token}"));
    let mut machine = process.client();
    let answer = machine.send(call("/api/x")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(upstream.last().header("remote-user").as_deref(), Some(people::OWNER));
    assert_eq!(upstream.last().header("authorization"), None);
    assert_eq!(machine.send(call("/other")).await.status, 401);
    let list = String::from_utf8(run(&["token", "list", "--json"]).stdout).unwrap();
    assert!(!list.contains(token) && !list.contains("null"), "it is shown once, and its use is recorded: {list}");
    let id = serde_json::from_str::<serde_json::Value>(&list).unwrap()[0]["id"].as_str().unwrap().to_owned();
    assert!(run(&["token", "revoke", &id]).status.success());
    let before = upstream.count();
    assert_eq!(machine.send(call("/api/x")).await.status, 401);
    assert_eq!(upstream.count(), before);
    assert!(!run(&["token", "revoke", &id]).status.success());
    assert!(!process.output().contains(token));
}

#[tokio::test]
async fn commands_say_what_a_token_is_good_for_and_take_the_same_flags_for_links() {
    let (app, _upstream, _owner) = people::with_app().await;
    let run = |arguments: &[&str]| app.run(arguments);
    assert!(run(&["token", "create", people::OWNER, "phone", "--app", "default", "--path", "/api"]).status.success());
    let list = said(&run(&["token", "list"]));
    assert!(list.contains("\tdefault /api\tall methods\tfrom anywhere\tuntil "), "{list}");
    let scope = ["--app=default", "--methods=PUT,GET", "--networks=10.0.0.0/8"];
    let scoped = run(&[&["token", "create", people::OWNER, "hook"], &scope[..]].concat());
    assert!(scoped.status.success(), "{}", said(&scoped));
    let list = said(&run(&["token", "list"]));
    assert!(list.contains("\tdefault /\tGET, PUT\tfrom 10.0.0.0/8\tuntil "), "{list}");
    let refused = run(&["token", "create", people::OWNER, "hook", "--app=default", "--methods=FOO-BAR"]);
    assert!(
        !refused.status.success() && said(&refused).contains("methods: FOO-BAR is not a method"),
        "{}",
        said(&refused)
    );
    let link = run(&["link", "create", people::OWNER, "--app", "default", "--path", "/hook", "--method", "POST"]);
    assert!(said(&link).contains("/hook?pc_link="), "{}", said(&link));
    let refused = run(&["app", "set", "default", "--headers", "none"]);
    assert!(
        !refused.status.success() && said(&refused).contains("create it with `portcullis app add`"),
        "{}",
        said(&refused)
    );
    let add = ["app", "add", "Blog", "--addresses=blog.example.org:3000", "--upstream=http://b", "--header-map=mail=X"];
    assert!(said(&run(&add)).contains("header-map: No header can say"), "{}", said(&run(&add)));
}
