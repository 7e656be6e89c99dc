//! `portcullis import users`: people of other programs keep their passwords.

use super::support::app::TestApp;
use super::support::people;
use super::support::process::said;

/// Made by `openssl passwd -6`.
const SHA512: &str =
    "$6$saltsalt$cPbDmdp7sUA1v8Yjfppi8VeFqwELnkKCqsv5H2wx/S4LZwLhIhlK7tCX/4JqgCT3onV3./FXCDD2Y6iXkj4Lp/";
/// Made by argon2-cffi.
const ARGON2: &str = "$argon2id$v=19$m=8192,t=3,p=2$MDEyMzQ1Njc4OWFiY2RlZg$89qoZEFrhspQvWyfxrNXUuozbk5O7/ZrB1Fe1t7B4WE";
/// Made by crypt(3), as htpasswd -B writes them.
const BCRYPT: &str = "$2y$05$abcdefghijklmnopqrstuupWDwJQeCHYIBQy8WvkVB6ImhZ476YYy";

struct Folder(tempfile::TempDir);

impl Folder {
    fn write(&self, name: &str, content: &str) -> String {
        let file = self.0.path().join(name);
        std::fs::write(&file, content).unwrap();
        file.to_str().unwrap().to_owned()
    }
}

async fn claimed() -> (TestApp, super::support::client::Client, Folder) {
    let app = TestApp::start(|_options| ()).await;
    let owner = people::claim(&app).await;
    (app, owner, Folder(tempfile::tempdir().unwrap()))
}

/// Runs it; what it said, if it succeeded or not as expected.
fn import(app: &TestApp, arguments: &[&str], succeeds: bool) -> String {
    let output = app.run(&[&["import", "users"], arguments].concat());
    assert_eq!(output.status.success(), succeeds, "{}", said(&output));
    said(&output)
}

fn authelia() -> String {
    format!(
        "users:
  ada:
    displayname: 'Ada Lovelace'
    password: '{ARGON2}'
    email: ada@example.org
    groups:
      - admins
      - dev
  bob:
    password: '{SHA512}'
    email: bob@example.org
    groups: [dev]
  eve:
    disabled: true
    password: '{BCRYPT}'
    email: eve@example.org
"
    )
}

#[tokio::test]
async fn people_of_authelia_are_shown_first_and_then_imported() {
    let (app, mut owner, folder) = claimed().await;
    let file = folder.write("users_database.yml", &authelia());
    let shown = import(&app, &[&file, "--dry-run"], true);
    assert!(shown.contains("+ group admins") && shown.contains("dry run: 3 people to import"), "{shown}");
    assert!(!owner.get("/_auth/admin/users").await.text().contains("ada@example.org"), "a dry run adds nobody");
    let shown = import(&app, &[&file], true);
    for line in [
        "+ group dev",
        "+ person ada@example.org as user, user name ada, in admins, dev",
        "+ person bob@example.org as user, user name bob, in dev",
        "+ person eve@example.org as user, user name eve, disabled",
        "imported 3 people",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(!shown.contains('$'), "no hash is shown: {shown}");
    let audit = owner.get("/_auth/admin/audit").await.text();
    assert!(audit.contains("imported with a password hash") && audit.contains("group.joined"), "{audit}");
}

#[tokio::test]
async fn s07_people_of_authelia_sign_in_with_their_passwords_which_are_hashed_anew() {
    let (app, _owner, folder) = claimed().await;
    import(&app, &[&folder.write("users_database.yml", &authelia())], true);
    for email in ["ada@example.org", "bob@example.org"] {
        assert_eq!(people::try_sign_in(&mut app.client(), email, "swordfisk").await.status, 401);
        let mut client = app.client();
        people::sign_in(&mut client, email, "swordfish").await;
        // Whoever still has the hash of the other program has no password after this.
        app.execute(
            "UPDATE users SET password_hash = NULL WHERE password_hash NOT LIKE 'pc1:%' AND state = 'active'
            AND last_sign_in_at IS NOT NULL;",
        );
        people::sign_in(&mut app.client(), email, "swordfish").await;
        assert_eq!(client.get("/_auth/admin/users").await.status, 403, "nobody is an admin by a file");
    }
    let refused = people::try_sign_in(&mut app.client(), "eve@example.org", "swordfish").await;
    assert_eq!(refused.status, 401, "the file says disabled");
}

#[tokio::test]
async fn every_fault_of_a_file_is_said_with_its_line() {
    let (app, _owner, folder) = claimed().await;
    let lines = format!(
        "# staff\nada:{BCRYPT}\nno hash\nAda:{BCRYPT}\nbob@example.org:$apr1$x$y\nbob@example.org:{SHA512}\n\
            carl@example.org:$6$rounds=999999999$a${}\n{}:{BCRYPT}\n",
        "a".repeat(86),
        people::OWNER
    );
    let file = folder.write("htpasswd", &lines);
    let faults = import(&app, &[&file], false);
    for fault in [
        "line 3: is not name:hash",
        "line 2: ada has no address; --domain example.org makes it ada@example.org",
        "line 4: Ada has no address",
        "line 4: the user name Ada:",
        "line 5: the password hash is no bcrypt",
        "line 7: the password hash costs too much",
        "line 8: owner@example.org has an account",
    ] {
        assert!(faults.contains(fault), "{fault}: {faults}");
    }
    let twice = folder.write("twice", &format!("ada:{BCRYPT}\n\nada@example.net:{SHA512}\n"));
    let faults = import(&app, &[&twice, "--domain", "example.net"], false);
    assert!(faults.contains("line 3: the address ada@example.net is in line 1 already"), "{faults}");
}

#[tokio::test]
async fn who_has_an_account_keeps_a_file_out_unless_such_people_are_left_out() {
    let (app, mut owner, folder) = claimed().await;
    let file = folder.write("htpasswd", &format!("ada:{BCRYPT}\n{}:{BCRYPT}\n", people::OWNER));
    let faults = import(&app, &[&file, "--domain", "example.net"], false);
    assert!(faults.contains("line 2:") && faults.contains("has an account; --skip-existing"), "{faults}");
    assert!(!owner.get("/_auth/admin/users").await.text().contains("ada@example.net"), "nobody was imported");
    let done = import(&app, &[&file, "--domain", "example.net", "--skip-existing", "--json"], true);
    let done = done.lines().find(|line| line.starts_with('{')).unwrap();
    let done: serde_json::Value = serde_json::from_str(done).unwrap();
    assert_eq!((&done["people"][0]["username"], &done["skipped"][0]), (&"ada".into(), &people::OWNER.into()));
    people::sign_in(&mut app.client(), "ada@example.net", "swordfish").await;
    let file = folder.write("more", &format!("ada:{BCRYPT}\n"));
    let faults = import(&app, &[&file, "--domain", "example.com"], false);
    assert!(faults.contains("line 1: the user name ada is another account's"), "{faults}");
    import(&app, &[&file, "--domain", "example.com", "--no-usernames"], true);
}

#[tokio::test]
async fn members_of_the_group_that_is_named_become_admins() {
    let (app, _owner, folder) = claimed().await;
    // No group here can have this name.
    let file = folder.write("users.yaml", &authelia().replace("admins", "Admins"));
    let faults = import(&app, &[&file], false);
    assert!(faults.contains("line 7: the group \"Admins\""), "{faults}");
    let shown = import(&app, &[&file, "--admin-group", "Admins"], true);
    assert!(shown.contains("+ person ada@example.org as admin, user name ada, in dev"), "{shown}");
    let mut ada = app.client();
    people::sign_in(&mut ada, "ada@example.org", "swordfish").await;
    assert_eq!(ada.get("/_auth/admin/users").await.status, 200);
}
