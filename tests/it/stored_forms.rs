//! What is stored outlives the program that stored it: older forms are read with defaults, newer ones are refused by
//! name (S94).
//!
//! The samples were stored by version 0.1.0 before sessions had `persistent`, `methods` and `authenticated_at`, and
//! users `username`.

use std::path::Path;
use std::process::Output;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use portcullis::for_tests::{
    Checksum, Method, MethodTimes, Methods, Origin, RedisSessions, Session, SessionId, StoredSession, Timestamp, UserId,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::support::people::{self, OWNER, PASSWORD};
use super::support::postgres::Postgres;
use super::support::process::{Process, run, run_with, said};
use super::support::stores::Redis;

const BACKUP: &str = include_str!("samples/backup-0.1.0.jsonl");
const REDIS_SESSION: &str = include_str!("samples/redis-session-0.1.0.txt");

fn restore(folder: &Path, backup: &str, variables: &[(&str, String)]) -> Output {
    let file = folder.join("sample.backup");
    std::fs::write(&file, backup).unwrap();
    run_with(folder, &["restore", file.to_str().unwrap(), "--keep-sessions"], variables)
}

#[derive(QueryableByName, PartialEq, Debug)]
struct Proof {
    #[diesel(sql_type = Bool)]
    persistent: bool,
    #[diesel(sql_type = Text)]
    methods: String,
    #[diesel(sql_type = BigInt)]
    authenticated_at: i64,
}

const PROOFS: &str = "SELECT persistent, methods, authenticated_at FROM sessions";

fn of_an_older_version() -> Vec<Proof> {
    vec![Proof { persistent: true, methods: String::new(), authenticated_at: 0 }]
}

#[tokio::test]
async fn a_backup_from_before_a_column_is_restored_with_its_default() {
    let folder = TempDir::new().unwrap();
    let restored = restore(folder.path(), BACKUP, &[]);
    assert!(restored.status.success() && said(&restored).contains("2 users"), "{}", said(&restored));
    let database = folder.path().join("data/portcullis.db");
    let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    assert_eq!(diesel::sql_query(PROOFS).load::<Proof>(&mut connection).unwrap(), of_an_older_version());
    let server = Process::start_in(folder, "start").await;
    let mut owner = server.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    let list = owner.get("/_auth/admin/sessions").await;
    assert!(list.status == 200 && list.text().contains("curl"), "{}", list.text());
    let proofs =
        diesel::sql_query(format!("{PROOFS} ORDER BY created_at DESC")).load::<Proof>(&mut connection).unwrap();
    assert!(proofs[0].persistent && proofs[0].authenticated_at > 0, "{proofs:?}");
    assert_eq!(proofs[0].methods, format!("password:{}", proofs[0].authenticated_at));
}

#[tokio::test]
async fn a_backup_from_before_a_column_is_restored_into_postgresql_too() {
    let Some(postgres) = Postgres::start().await else { return };
    let folder = TempDir::new().unwrap();
    let restored = restore(folder.path(), BACKUP, &[("DATABASE_URL", postgres.url())]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert_eq!(diesel::sql_query(PROOFS).load::<Proof>(&mut postgres.connect()).unwrap(), of_an_older_version());
}

/// The sample with `change` made to each of its lines, and the sum of its new content.
fn changed(change: impl Fn(&mut Value)) -> String {
    let mut lines: Vec<Value> = BACKUP.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.iter_mut().for_each(change);
    let mut end = lines.pop().unwrap();
    let text = lines.iter().map(|line| line.to_string() + "\n").collect::<String>();
    let mut sum = Checksum::default();
    sum.update(text.as_bytes());
    end["end"]["sha256"] = json!(sum.text());
    format!("{text}{end}\n")
}

/// Takes the column out of the rows of a table, and out of the head.
fn without(table: &str, column: &str) -> String {
    let head: Value = serde_json::from_str(BACKUP.lines().next().unwrap()).unwrap();
    let columns = head["portcullis"]["tables"][table].as_array().unwrap();
    let place = columns.iter().position(|name| name == column).unwrap();
    changed(|line| {
        if line["row"]["table"] == table {
            line["row"]["values"].as_array_mut().unwrap().remove(place);
        } else if let Some(head) = line.get_mut("portcullis") {
            head["tables"][table].as_array_mut().unwrap().remove(place);
        }
    })
}

#[tokio::test]
async fn a_backup_of_a_newer_version_is_refused_and_says_what_is_new_and_who_made_it() {
    let newer = |change: fn(&mut Value)| {
        changed(|line| {
            if let Some(head) = line.get_mut("portcullis") {
                head["version"] = json!("9.8.7");
                change(head);
            }
        })
    };
    let cases = [
        (newer(|head| head["backup"] = json!(2)), "the format 2"),
        (newer(|head| head["tables"]["robots"] = json!(["id"])), "a table robots"),
        (
            newer(|head| head["tables"]["users"].as_array_mut().unwrap().push(json!("shoe_size"))),
            "a column users.shoe_size",
        ),
        (
            newer(|head| head["tables"]["sessions"].as_array_mut().unwrap().insert(0, json!("factor"))),
            "a column sessions.factor",
        ),
    ];
    for (backup, what) in cases {
        let folder = TempDir::new().unwrap();
        let refused = restore(folder.path(), &backup, &[]);
        let text = said(&refused);
        assert!(
            !refused.status.success() && text.contains(what) && text.contains("made by Portcullis 9.8.7"),
            "{what}: {text}"
        );
        assert!(!folder.path().join("data/portcullis.db").exists(), "{what}");
    }
}

#[test]
fn s04_a_backup_of_accounts_without_the_claim_is_refused() {
    let unclaimed = changed(|line| {
        if line["row"]["values"][0] == "claimed_at" {
            line["row"]["values"][0] = json!("something_else");
        }
    });
    is_refused(&unclaimed, "no record that the instance was claimed");
}

fn is_refused(backup: &str, why: &str) {
    let folder = TempDir::new().unwrap();
    let refused = restore(folder.path(), backup, &[]);
    assert!(!refused.status.success() && said(&refused).contains(why), "{why}: {}", said(&refused));
}

#[test]
fn s94_a_backup_with_an_account_that_nothing_could_read_is_refused() {
    let email = changed(|line| {
        if line["row"]["values"][1] == "person@example.org" {
            line["row"]["values"][1] = json!(" X@example.org ");
        }
    });
    is_refused(&email, "no valid email");
    for username in [" ada ", "A B", ""] {
        let with_username = changed(|line| {
            if line["row"]["table"] == "users" {
                let given = (line["row"]["values"][1] == "person@example.org").then_some(username);
                line["row"]["values"].as_array_mut().unwrap().push(json!(given));
            } else if let Some(head) = line.get_mut("portcullis") {
                head["tables"]["users"].as_array_mut().unwrap().push(json!("username"));
            }
        });
        is_refused(&with_username, "no valid user name");
    }
}

#[tokio::test]
async fn what_a_backup_lacks_is_a_default_or_is_named() {
    for (table, column) in
        [("users", "language"), ("users", "session_epoch"), ("users", "password_hash"), ("sessions", "last_seen_at")]
    {
        let folder = TempDir::new().unwrap();
        let restored = restore(folder.path(), &without(table, column), &[]);
        assert!(restored.status.success(), "{column}: {}", said(&restored));
    }
    for (table, column) in [("users", "email"), ("sessions", "expires_at"), ("settings", "value")] {
        let folder = TempDir::new().unwrap();
        let refused = restore(folder.path(), &without(table, column), &[]);
        let text = said(&refused);
        assert!(!refused.status.success() && text.contains(&format!("{table}.{column}")), "{text}");
        let users = run(folder.path(), &["user", "list"]);
        assert!(!said(&users).contains(OWNER), "a part was restored: {}", said(&users));
    }
    // A row that does not fit its columns, and one of a table that the head does not name.
    let short = changed(|line| {
        if line["row"]["table"] == "devices" {
            line["row"]["values"].as_array_mut().unwrap().pop();
        }
    });
    let nameless = changed(|line| {
        if let Some(head) = line.get_mut("portcullis") {
            head["tables"].as_object_mut().unwrap().remove("tokens");
        }
    });
    for (backup, what) in [(short, "a row of devices"), (nameless, "a row of tokens")] {
        let folder = TempDir::new().unwrap();
        let refused = restore(folder.path(), &backup, &[]);
        assert!(!refused.status.success() && said(&refused).contains(what), "{}", said(&refused));
    }
}

/// A Redis with the sample as the session of that name.
struct Sample {
    redis: Redis,
    store: RedisSessions,
    id: SessionId,
    _folder: TempDir,
}

impl Sample {
    async fn start() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let redis = Redis::start(folder.path(), &[]).await?;
        let store = RedisSessions::open(&redis.url().into()).unwrap();
        let sample = Self { redis, store, id: SessionId::parse("uJGtKLhq0P8GO_TdbqeyOA").unwrap(), _folder: folder };
        for line in REDIS_SESSION.lines() {
            let (field, value) = line.split_once(' ').unwrap_or((line, ""));
            sample.set(field, value);
        }
        Some(sample)
    }

    fn connection(&self) -> redis::Connection {
        redis::Client::open(self.redis.url()).unwrap().get_connection().unwrap()
    }

    fn set(&self, field: &str, value: &str) {
        redis::cmd("HSET")
            .arg(format!("portcullis:session:{}", self.id))
            .arg(field)
            .arg(value)
            .exec(&mut self.connection())
            .unwrap();
    }

    fn forget(&self, field: &str) {
        redis::cmd("HDEL")
            .arg(format!("portcullis:session:{}", self.id))
            .arg(field)
            .exec(&mut self.connection())
            .unwrap();
    }

    fn find(&self) -> StoredSession {
        self.store.find(&self.id).unwrap().unwrap()
    }

    fn fault(&self) -> String {
        self.store.find(&self.id).unwrap_err().to_string()
    }
}

#[tokio::test]
async fn a_session_in_redis_from_before_a_field_has_its_default() {
    let Some(sample) = Sample::start().await else { return };
    let (found, at) = (sample.find(), Timestamp::from_secs);
    let user = UserId::parse("1j1ast3qf58Q1fYcV7mSr3");
    let (begin, end) = (at(1_795_877_127), at(2_111_237_127));
    let session = Session {
        generation: 3,
        rotated_at: at(1_795_877_130),
        source: "127.0.0.1".to_owned(),
        device: "curl/7.88.1".to_owned(),
        last_seen_at: at(1_795_877_140),
        ..Session::new(sample.id.clone(), user, Methods::default(), begin, end)
    };
    assert!(found.session == session && found.epoch == 2 && found.next_epoch.is_none(), "{found:?}");
    // Scripts go on working on it.
    assert!(sample.store.rotate(&sample.id, 3, at(1_795_877_200)).unwrap());
    assert_eq!(sample.find().session.generation, 4);
    for field in ["last_seen_at", "successor_seen_at"] {
        sample.forget(field);
        assert_eq!(sample.find().session.user, session.user, "{field}");
    }
    for field in ["user", "expires_at", "epoch"] {
        sample.forget(field);
        assert!(sample.fault().contains(&format!("no valid {field}")), "{field}: {}", sample.fault());
        let (_, value) =
            REDIS_SESSION.lines().find_map(|line| line.split_once(' ').filter(|(name, _)| *name == field)).unwrap();
        sample.set(field, value);
    }
}

#[tokio::test]
async fn a_session_in_redis_is_read_back_as_it_was_stored() {
    let Some(sample) = Sample::start().await else { return };
    let mut stored = sample.find();
    stored.session.id = SessionId::parse("bbbbbbbbbbbbbbbbbbbbbb").unwrap();
    stored.session.persistent = false;
    stored.session.authenticated_at = Timestamp::from_secs(1_795_900_000);
    stored.session.methods = MethodTimes::default().with(Method::Totp.into(), stored.session.authenticated_at);
    sample.store.insert(&stored, stored.session.created_at).unwrap();
    let found = sample.store.find(&stored.session.id).unwrap().unwrap();
    assert!(found.session == stored.session && found.epoch == stored.epoch, "{found:?}");
    let origin = Origin::parse(true, "wiki.example.net").unwrap();
    let id = SessionId::parse("cccccccccccccccccccccc").unwrap();
    let child = stored.session.child(id.clone(), origin, Timestamp::from_secs(1_795_900_001));
    sample.store.insert(&StoredSession { session: child.clone(), ..stored.clone() }, child.created_at).unwrap();
    assert_eq!(sample.store.find(&id).unwrap().unwrap().session, child);
    let children = sample.store.children_of(&stored.session.id).unwrap();
    assert!(children.len() == 1 && children[0].session == child, "{children:?}");
    // In no list: those are of sign-ins.
    let listed = sample.store.list_of(child.user.as_ref()).unwrap();
    assert!(listed.iter().all(|one| one.session.id != id) && sample.store.count().unwrap() == 1, "{listed:?}");
    sample.store.remove(&[stored.session.id]).unwrap();
    assert!(sample.store.find(&id).unwrap().is_none(), "the key of a child stays");
}

#[tokio::test]
async fn a_session_in_redis_that_is_wrong_or_of_a_newer_version_is_refused_by_name() {
    let Some(sample) = Sample::start().await else { return };
    for (field, value, fault) in [
        ("format", "2", "the format 2"),
        ("format", "one", "no valid format"),
        ("factor", "totp", "the field \"factor\""),
        ("methods", "password:1795900000 telepathy:1", "no valid methods"),
        ("methods", "password", "no valid methods"),
        ("persistent", "yes", "no valid persistent"),
        ("authenticated_at", "", "no valid authenticated_at"),
        ("next_epoch", "x", "no valid next_epoch"),
        ("org", "https://wiki.example.net", "no valid parent and org"),
        ("parent", "bbbbbbbbbbbbbbbbbbbbbb", "no valid parent and org"),
    ] {
        sample.set(field, value);
        assert!(sample.fault().contains(fault), "{field}: {}", sample.fault());
        sample.forget(field);
        assert_eq!(sample.find().session.generation, 3);
    }
}
