//! The main job on PostgreSQL.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use portcullis::for_tests::{Database, DatabaseUrl, migrate};

use super::support::app::TestApp;
use super::support::mailbox::Mailbox;
use super::support::nodes::Nodes;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::pooler::Pooler;
use super::support::postgres::Postgres;
use super::support::process::{run_with, said};
use super::support::source;
use super::support::upstream::Upstream;
use super::support::wait;

#[tokio::test]
async fn the_main_job_runs_on_postgresql() {
    let Some(postgres) = Postgres::start().await else { return };
    let upstream = Upstream::start().await;
    let (address, url) = (upstream.address, postgres.url());
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.set("DATABASE_URL", &url);
    })
    .await;
    let mut owner = people::claim(&app).await;
    assert_eq!(owner.get("/page").await.status, 200);
    assert_eq!(people::try_sign_in(&mut app.client(), OWNER, "wrong wrong wrong").await.status, 401);
    let mut second = people::another_browser(&app).await;
    assert_eq!(second.fetch("/page").await.status, 200);
    app.advance(3700);
    assert!(owner.get("/page").await.set_cookie("portcullis_refresh").is_some());
    assert_eq!(owner.submit("/_auth/account", "/_auth/account/sessions/end-all", &[]).await.status, 303);
    assert_eq!((owner.fetch("/page").await.status, second.fetch("/page").await.status), (401, 401));

    let mut mailbox = Mailbox::of(&app.data(""));
    app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    let token = link.split_once("token=").unwrap().1;
    let new = "nine-otters-paint-the-barn";
    let mut browser = app.client();
    assert_eq!(
        browser.submit(&link, "/_auth/reset", &[("token", token), ("password", new), ("confirm", new)]).await.status,
        303
    );
    assert_eq!(people::try_sign_in(&mut app.client(), OWNER, PASSWORD).await.status, 401);
    people::sign_in(&mut owner, OWNER, new).await;
    for path in [
        "/_auth/admin/users?q=OWN&state=active",
        "/_auth/admin/sessions",
        "/_auth/admin/audit?event=login.ok",
        "/_auth/admin/mail",
    ] {
        let answer = owner.get(path).await;
        assert!(answer.status == 200 && answer.text().contains(OWNER), "{path}: {}", answer.text());
    }
    let page = people::invite(&mut owner, "ada@example.org", "Ada", "user").await.page;
    assert_eq!(owner.submit(&page, &format!("{page}/role"), &[("role", "admin")]).await.status, 303);
    owner.get(&format!("{page}/delete")).await;
    assert_eq!(owner.post_form(&format!("{page}/delete"), &[]).await.status, 303);
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Every table, index and column of ours.
fn schema(connection: &mut PgConnection) -> Vec<String> {
    let query = "SELECT CONCAT_WS('.', relname, attname) AS name FROM pg_class LEFT JOIN pg_attribute ON attrelid = \
        pg_class.oid \
                 AND attnum > 0 AND NOT attisdropped WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE \
                 '\\_\\_%' ORDER BY 1";
    diesel::sql_query(query).load::<Name>(connection).unwrap().into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn migrations_go_up_down_and_up_again_on_postgresql() {
    let Some(postgres) = Postgres::start().await else { return };
    let (mut connection, url) = (postgres.connect(), DatabaseUrl::Postgres(postgres.url().into()));
    let migrations = || FileBasedMigrations::from_path(source::repository().join("migrations")).unwrap();
    let up = || migrate::run(&Database::open(&url, tokio::runtime::Handle::current()).unwrap()).unwrap();
    assert!(up() > 0);
    let first = schema(&mut connection);
    assert!(first.contains(&"user_parts.search".to_owned()), "{first:?}");
    connection.revert_all_migrations(migrations()).unwrap();
    assert_eq!(schema(&mut connection), Vec::<String>::new());
    // Without what a start adds.
    connection.run_pending_migrations(migrations()).unwrap();
    connection.revert_all_migrations(migrations()).unwrap();
    assert!(up() > 0);
    assert_eq!(schema(&mut connection), first);
}

/// An account whose text for searching is missing, so that the next start changes its row.
const UNSEARCHED: &str = "INSERT INTO users (id, email, name, role, state, created_at) VALUES ('x', 'x@example.org', \
    '', 'user', 'active', 1)";

/// Has `body` run before a row of `users` is changed.
fn before_an_update(body: &str) -> String {
    format!(
        "CREATE FUNCTION before_an_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$; \
         CREATE TRIGGER before_an_update BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION before_an_update()"
    )
}

#[tokio::test]
async fn a_migration_whose_connection_breaks_says_so_and_the_next_one_succeeds() {
    let Some(postgres) = Postgres::start().await else { return };
    let store =
        Database::open(&DatabaseUrl::Postgres(postgres.url().into()), tokio::runtime::Handle::current()).unwrap();
    migrate::run(&store).unwrap();
    let mut connection = postgres.connect();
    connection.batch_execute(UNSEARCHED).unwrap();
    connection.batch_execute(&before_an_update("PERFORM pg_terminate_backend(pg_backend_pid())")).unwrap();
    let fault = migrate::run(&store).unwrap_err().to_string();
    assert!(fault.contains("terminating connection"), "{fault}");
    connection.batch_execute("DROP TRIGGER before_an_update ON users").unwrap();
    migrate::run(&store).unwrap();
}

#[tokio::test]
async fn behind_a_pooler_migrations_alone_have_as_long_as_they_need() {
    let Some(postgres) = Postgres::start().await else { return };
    // Each transaction gets another connection to the server than the one before.
    let Some(pooler) = Pooler::start(&postgres, "server_round_robin = 1").await else { return };
    let url = postgres.url().replace(&format!(":{}/", postgres.port), &format!(":{}/", pooler.port));
    // All five of its connections at once.
    let mut clients: Vec<PgConnection> = (0..5).map(|_| PgConnection::establish(&url).unwrap()).collect();
    let mut on_each = |step: &str| {
        for step in ["BEGIN", step, "COMMIT"] {
            for client in &mut clients {
                client.batch_execute(step).unwrap();
            }
        }
    };
    on_each("SET statement_timeout = '5s'");
    let store = Database::open(&DatabaseUrl::Postgres(url.into()), tokio::runtime::Handle::current()).unwrap();
    let bounded = "DO $$ BEGIN ASSERT current_setting('statement_timeout') = '5s'; END $$";
    assert!(migrate::run(&store).unwrap() > 0);
    on_each(bounded);
    assert_eq!(migrate::run(&store).unwrap(), 0);
    on_each(bounded);
    let mut connection = postgres.connect();
    connection.batch_execute(UNSEARCHED).unwrap();
    connection.batch_execute(&before_an_update("ASSERT current_setting('statement_timeout') = '0'")).unwrap();
    migrate::run(&store).unwrap();
    on_each(bounded);
}

#[tokio::test]
async fn accounts_without_a_text_for_searching_get_it_by_a_few_statements() {
    let Some(postgres) = Postgres::start().await else { return };
    let store =
        Database::open(&DatabaseUrl::Postgres(postgres.url().into()), tokio::runtime::Handle::current()).unwrap();
    migrate::run(&store).unwrap();
    let mut connection = postgres.connect();
    let people = "INSERT INTO users (id, email, name, role, state, created_at) \
         SELECT 'u' || n, 'u' || n || '@example.org', 'Özge ' || n, 'user', 'active', n FROM generate_series(1, 1700) \
         AS n; \
         CREATE TABLE statements (n INTEGER); \
         CREATE FUNCTION note_statement() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO statements VALUES \
         (1); RETURN NULL; END $$; \
         CREATE TRIGGER note_statement AFTER UPDATE ON users FOR EACH STATEMENT EXECUTE FUNCTION note_statement()";
    connection.batch_execute(people).unwrap();
    migrate::run(&store).unwrap();
    let filled = "DO $$ BEGIN ASSERT (SELECT count(*) FROM statements) = 4; \
         ASSERT (SELECT count(*) FROM users WHERE search LIKE '%özge ' || created_at || '%' \
         AND search LIKE '%u' || created_at || '@example.org%') = 1700; END $$";
    connection.batch_execute(filled).unwrap();
}

#[tokio::test]
async fn s94_a_newer_schema_is_refused_untouched_on_postgresql() {
    let Some(postgres) = Postgres::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let variables = [("DATABASE_URL", postgres.url())];
    assert!(run_with(folder.path(), &["migrate"], &variables).status.success());
    let mut connection = postgres.connect();
    connection
        .batch_execute(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000'); DROP TABLE tombstones",
        )
        .unwrap();
    let refused = run_with(folder.path(), &["start"], &variables);
    assert!(!refused.status.success() && said(&refused).contains("another version"), "{}", said(&refused));
    assert!(connection.batch_execute("SELECT * FROM tombstones").is_err(), "it was touched");
}

#[tokio::test]
async fn s59_two_nodes_work_off_one_queue_and_send_nothing_twice() {
    let Some(nodes) = Nodes::start(2, false).await else { return };
    let mut owner = nodes.owner().await;
    // The session of one node is one of the other.
    let mut there = nodes.at(1, &owner);
    assert_eq!(people::who_am_i(&mut there).await.as_deref(), Some(OWNER));
    for number in 0..20 {
        let email = format!("person{number}@example.org");
        let client = if number % 2 == 0 { &mut owner } else { &mut there };
        let page = people::invite(client, &email, "", "user").await.page;
        assert_eq!(client.submit(&page, &format!("{page}/invite"), &[("by", "mail")]).await.status, 303);
    }
    let sent = async || owner.get("/_auth/admin/mail").await.text().contains(" 0 waiting").then_some(());
    wait::eventually("the queue to be empty", sent).await;
    let mut mails = Mailbox::of(&nodes.apps[0].data("")).unread();
    mails.extend(Mailbox::of(&nodes.apps[1].data("")).unread());
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.header("To")).collect();
    to.sort_unstable();
    to.dedup();
    assert_eq!((mails.len(), to.len()), (20, 20), "{to:?}");
}

#[tokio::test]
async fn admins_are_locked_in_one_order() {
    let Some(postgres) = Postgres::start().await else { return };
    let url = postgres.url();
    let app = TestApp::start(|options| options.set("DATABASE_URL", &url)).await;
    let mut owner = people::claim(&app).await;
    let invited = people::invite(&mut owner, "zoe@example.org", "Zoe", "admin").await;
    assert_eq!(people::accept(&mut app.client(), &invited.link, PASSWORD).await.status, 303);
    let mut other = postgres.connect();
    let execute = |other: &mut PgConnection, sql: &str| other.batch_execute(sql).unwrap();
    let update = |which: &str| format!("UPDATE users SET name = name WHERE id = (SELECT {which}(id) FROM users)");
    // The row that is to be locked first is the last one in the file now.
    execute(&mut other, &update("min"));
    execute(&mut other, &format!("BEGIN; SET LOCAL lock_timeout = '2s'; {}", update("min")));
    let address = invited.page;
    let disable = format!("{address}/disable");
    let disabled = owner.submit(&address, &disable, &[]);
    let locked = async {
        wait::eventually("the server to wait for the first admin", async || {
            let waiting = "SELECT count(*)::text AS name FROM pg_locks WHERE NOT granted";
            let waiting = diesel::sql_query(waiting).get_result::<Name>(&mut postgres.connect()).unwrap();
            (waiting.name == "1").then_some(())
        })
        .await;
        let second = other.batch_execute(&update("max"));
        execute(&mut other, if second.is_ok() { "COMMIT" } else { "ROLLBACK" });
        second
    };
    let (disabled, second) = tokio::join!(disabled, locked);
    assert!(second.is_ok(), "the second admin was locked before the first: {second:?}");
    assert_eq!(disabled.status, 303);
}
