//! The store by itself: schema, migrations, and what many callers do at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use portcullis::for_tests::{
    Bucket, Database, DatabaseUrl, Methods, Origin, Session, SessionId, TABLES, Timestamp, UserId, attempts,
    challenges, migrate, sessions, settings,
};

use super::support::source;

struct Store {
    folder: tempfile::TempDir,
    database: Database,
}

impl Store {
    fn file(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }
}

fn store() -> Store {
    let folder = tempfile::tempdir().unwrap();
    let database = open(&folder.path().join("store.db"));
    migrate::run(&database).unwrap();
    Store { folder, database }
}

fn open(file: &Path) -> Database {
    Database::open(&DatabaseUrl::Sqlite(file.to_owned()), tokio::runtime::Handle::current()).unwrap()
}

#[derive(QueryableByName)]
struct Master {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Every table and index by name, with its definition; spaces do not count.
fn schema(connection: &mut SqliteConnection) -> BTreeMap<String, String> {
    let query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_\\_%' ESCAPE '\\'";
    let rows: Vec<Master> = diesel::sql_query(query).load(connection).unwrap();
    rows.into_iter().map(|row| (row.name, row.sql.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

#[tokio::test]
async fn migrations_up_down_and_up_again_leave_the_same_schema() {
    let store = store();
    let file = store.file();
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let first = schema(&mut connection);
    assert!(first.len() > 15 && first.contains_key("user_parts_changed"), "{first:?}");
    let migrations = || FileBasedMigrations::from_path(source::repository().join("migrations")).unwrap();
    connection.revert_all_migrations(migrations()).unwrap();
    assert_eq!(schema(&mut connection), BTreeMap::new());
    // Without what a start adds.
    connection.run_pending_migrations(migrations()).unwrap();
    connection.revert_all_migrations(migrations()).unwrap();
    assert_eq!(schema(&mut connection), BTreeMap::new());
    migrate::run(&open(&file)).unwrap();
    assert_eq!(schema(&mut connection), first);
}

#[test]
fn every_column_worth_keeping_is_copied() {
    let copied = TABLES.iter().flat_map(|table| table.columns.iter().map(|column| format!("{}.{column}", table.name)));
    let (copied, mut left_out) = (copied.collect::<BTreeSet<_>>(), Vec::new());
    for (table, columns) in declared() {
        left_out.extend(
            columns.iter().map(|(column, _)| format!("{table}.{column}")).filter(|name| !copied.contains(name)),
        );
    }
    // What describes running servers, and what is derived from name and address if it is empty.
    left_out
        .retain(|name| !["notices.", "nodes.", "leases.", "acme_challenges."].iter().any(|own| name.starts_with(own)));
    assert_eq!(left_out, ["users.search"]);
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text, column_name = "type")]
    kind: String,
    #[diesel(sql_type = Integer)]
    notnull: i32,
}

/// `users (id) { id -> Text, … }` of schema.rs: table to its columns.
fn declared() -> BTreeMap<String, Vec<(String, String)>> {
    let text = std::fs::read_to_string(source::repository().join("src/storage/schema.rs")).unwrap();
    let (mut tables, mut table) = (BTreeMap::<String, Vec<(String, String)>>::new(), String::new());
    for line in text.lines().map(str::trim) {
        if let Some((name, _)) = line.trim_start_matches("table ").split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
        } else if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ").filter(|_| line.ends_with(','))
        {
            tables.entry(table.clone()).or_default().push((name.to_owned(), kind.to_owned()));
        }
    }
    tables
}

#[tokio::test]
async fn the_declared_schema_is_the_one_of_the_database() {
    let store = store();
    let mut connection = SqliteConnection::establish(store.file().to_str().unwrap()).unwrap();
    let declared = declared();
    assert!(declared.len() >= 10);
    for (table, columns) in declared {
        let found: Vec<Column> =
            diesel::sql_query(format!("PRAGMA table_info({table})")).load(&mut connection).unwrap();
        let found: Vec<(String, String)> = found
            .into_iter()
            .map(|column| {
                let kind = match column.kind.as_str() {
                    "TEXT" => "Text",
                    "BIGINT" => "BigInt",
                    "INTEGER" => "Integer",
                    "BOOLEAN" => "Bool",
                    other => panic!("{table}: {other}"),
                };
                (column.name, if column.notnull == 1 { kind.to_owned() } else { format!("Nullable<{kind}>") })
            })
            .collect();
        assert_eq!(found, columns, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_hundred_writes_at_once_all_land() {
    let store = store();
    let writes =
        (0..800).map(|number| store.database.write(move |c| settings::put_if_absent(c, &format!("n{number}"), "x")));
    let outcomes = futures_util::future::join_all(writes).await;
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome, Ok(true))),
        "{:?}",
        outcomes.iter().find(|outcome| outcome.is_err())
    );
    for number in [0, 399, 799] {
        assert!(store.database.read(move |c| settings::find(c, &format!("n{number}"))).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s03_one_of_many_puts_a_value_first() {
    let store = store();
    let puts =
        (0..50).map(|number| store.database.write(move |c| settings::put_if_absent(c, "claimed", &number.to_string())));
    let outcomes = futures_util::future::join_all(puts).await;
    assert_eq!(outcomes.into_iter().filter(|outcome| matches!(outcome, Ok(true))).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s29_attempts_are_counted_without_a_loss() {
    let store = store();
    let now = Timestamp::from_secs(1_000);
    let adds = (0..100).map(|_| store.database.write(move |c| attempts::add(c, "b", now, Timestamp::from_secs(0))));
    for outcome in futures_util::future::join_all(adds).await {
        outcome.unwrap();
    }
    let found = store.database.read(|c| attempts::find(c, "b")).await.unwrap();
    assert_eq!(found, Some(Bucket { failures: 100, window_start: now, last_failure: now }));
    // A window that has passed starts again.
    let later = Timestamp::from_secs(5_000);
    store.database.write(move |c| attempts::add(c, "b", later, now)).await.unwrap();
    let found = store.database.read(|c| attempts::find(c, "b")).await.unwrap();
    assert_eq!(found, Some(Bucket { failures: 1, window_start: later, last_failure: later }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s125_of_fifty_answers_to_a_challenge_one_counts_until_it_is_forgotten() {
    let store = store();
    let at = Timestamp::from_secs;
    let answer = |challenge: &'static str, expires_at| {
        let challenge = challenges::TokenHash::stored(challenge.to_owned());
        store.database.write(move |c| challenges::use_challenge(c, &challenge, at(expires_at)))
    };
    let outcomes = futures_util::future::join_all((0..50).map(|_| answer("a", 300))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(outcomes.into_iter().filter(|outcome| matches!(outcome, Ok(true))).count(), 1);
    assert!(answer("b", 301).await.unwrap(), "another challenge is unused");
    let forget = |now| store.database.write(move |c| challenges::delete_expired(c, at(now)));
    assert_eq!(forget(299).await.unwrap(), 0);
    assert!(!answer("a", 300).await.unwrap(), "it was answered before");
    assert_eq!(forget(300).await.unwrap(), 1);
    assert!(!answer("b", 301).await.unwrap(), "it has not expired yet");
    assert!(answer("a", 300).await.unwrap(), "nothing is known of it any more");
}

fn session(id: &str) -> Session {
    let (id, at) = (SessionId::parse(id).unwrap(), Timestamp::from_secs);
    Session::new(id, None, Methods::default(), at(0), at(1_000))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn s42_of_fifty_rotations_at_once_one_wins_and_an_ended_session_has_none() {
    let store = store();
    let row = session("aaaaaaaaaaaaaaaaaaaaaa");
    let id = row.id.clone();
    store.database.write(move |c| sessions::insert(c, &row)).await.unwrap();
    let rotations = (0..50).map(|_| {
        let id = id.clone();
        store.database.write(move |c| sessions::rotate(c, &id, 0, Timestamp::from_secs(5)))
    });
    let outcomes = futures_util::future::join_all(rotations).await;
    assert_eq!(outcomes.into_iter().filter(|outcome| matches!(outcome, Ok(true))).count(), 1);
    let ended = id.clone();
    assert!(store.database.write(move |c| sessions::end(c, &ended)).await.unwrap());
    let gone = id.clone();
    assert!(!store.database.write(move |c| sessions::rotate(c, &gone, 1, Timestamp::from_secs(5))).await.unwrap());
    assert!(!store.database.write(move |c| sessions::end(c, &id)).await.unwrap(), "an ended session ended again");
}

#[tokio::test]
async fn children_are_in_no_list_and_are_ended_or_kept_with_their_parent() {
    let store = store();
    let (user, at) = (UserId::parse("uuuuuuuuuuuuuuuuuuuuuu").unwrap(), Timestamp::from_secs);
    let origin = Origin::parse(true, "wiki.example.net").unwrap();
    let parent = |letter: &str| Session { user: Some(user.clone()), ..session(&letter.repeat(22)) };
    let child = |parent: &Session, letter: &str, begin| {
        parent.child(SessionId::parse(&letter.repeat(22)).unwrap(), origin.clone(), at(begin))
    };
    let (a, b) = (parent("a"), parent("b"));
    let all = [child(&a, "c", 1), child(&a, "d", 2), child(&b, "e", 3), a.clone(), b.clone()];
    let seen = store.database.write(move |c| {
        c.batch_execute(
            "INSERT INTO users (id, email, name, role, state, created_at)
             VALUES ('uuuuuuuuuuuuuuuuuuuuuu', 'u@example.org', '', 'user', 'active', 0)",
        )?;
        all.iter().try_for_each(|row| sessions::insert(c, row))?;
        let ids = |listed: Vec<Session>| listed.into_iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
        let found = sessions::find_live(c, &all[0].id, at(5))?.unwrap();
        assert_eq!((found.child_of, found.user.as_ref()), (all[0].child_of.clone(), Some(&user)));
        assert_eq!(ids(sessions::list_of_user(c, &user, at(5))?), ["b", "a"].map(|letter| letter.repeat(22)));
        let page = sessions::page(c, None, at(5), 50)?.into_iter().map(|(one, _)| one).collect();
        assert_eq!(ids(page), ["b", "a"].map(|letter| letter.repeat(22)));
        assert_eq!(
            (sessions::count(c, at(5))?, sessions::older_than_newest(c, &user, at(5), 1)?),
            (2, vec![a.id.clone()])
        );
        assert_eq!(sessions::older_children(c, &a.id, 1)?, [all[0].id.clone()]);
        // The others end, and the children of the one that stays do not.
        let mut ended = sessions::end_all_of_user(c, &user, Some(&a.id))?;
        ended.sort_unstable();
        assert_eq!(ended, [b.id.clone(), all[2].id.clone()]);
        // What is left behind by a parent is deleted with what has expired.
        assert!(sessions::end(c, &a.id)?);
        let left = sessions::find_live(c, &all[1].id, at(5))?.is_some();
        Ok((left, sessions::delete_expired(c, at(5))?, sessions::find_live(c, &all[1].id, at(5))?))
    });
    assert_eq!(seen.await.unwrap(), (true, 2, None));
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_nothing() {
    let store = store();
    let outcome = store.database.write(|c| {
        settings::put_if_absent(c, "half", "done")?;
        Ok(c.batch_execute("INSERT INTO nowhere VALUES (1)")?)
    });
    assert!(outcome.await.is_err());
    assert_eq!(store.database.read(|c| settings::find(c, "half")).await.unwrap(), None);
    assert!(Path::new(&store.file()).exists());
}
