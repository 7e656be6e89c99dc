//! The work that a request causes does not reveal who has an account: an address that gets no mail causes as many write
//! transactions as one that does, and the same rows but for the token in the mail (S108).

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde_json::json;

use super::metrics;
use super::support::app::TestApp;
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::page::visible_text;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::smtp::SmtpServer;
use super::support::wait;
use super::support::wobbly::Wobbly;

/// A server that notes each row it writes.
struct Watched {
    app: TestApp,
    owner: Client,
    mailbox: Mailbox,
    database: SqliteConnection,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What one request set going: write transactions, and rows by table and kind of write.
#[derive(Debug, PartialEq, Eq)]
struct Work {
    writes: u64,
    rows: BTreeMap<String, i64>,
}

impl Watched {
    async fn start() -> Self {
        let app = TestApp::start(|options| options.sqlite = true).await;
        let owner = people::claim(&app).await;
        let mailbox = Mailbox::of(&app.data(""));
        let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
        database.batch_execute("PRAGMA busy_timeout = 5000; CREATE TABLE work (what TEXT)").unwrap();
        for table in ["mails", "attempts", "audit_events", "tokens"] {
            for statement in ["INSERT", "UPDATE", "DELETE"] {
                let trigger = format!(
                    "CREATE TRIGGER {table}_{statement} AFTER {statement} ON {table} BEGIN INSERT INTO work VALUES \
                        ('{table} \
                        {statement}'); END"
                );
                database.batch_execute(&trigger).unwrap();
            }
        }
        Self { app, owner, mailbox, database }
    }

    fn rows(&mut self, query: &str) -> Vec<Row> {
        diesel::sql_query(query).load(&mut self.database).unwrap()
    }

    /// Write transactions so far; one that has ended is counted a moment after its rows can be seen.
    async fn writes(&self) -> u64 {
        let mut last = None;
        wait::eventually("the count of writes to stand still", async || {
            let page = metrics::page(&mut self.app.client()).await;
            let count = metrics::value(&page, "portcullis_store_seconds_count{use=\"write\"}");
            (last.replace(count) == Some(count)).then_some(count)
        })
        .await
    }

    async fn until_idle(&mut self) {
        wait::eventually("the mailer to have no work left", async || {
            let left = self.rows("SELECT '' AS what, count(*) AS n FROM mails WHERE state = 'queued'");
            (left[0].n == 0).then_some(())
        })
        .await;
    }

    /// Runs `request`, waits until the mailer has no work left, and says what was written.
    async fn work_of(&mut self, request: impl AsyncFn(&mut Client)) -> Work {
        self.until_idle().await;
        self.database.batch_execute("DELETE FROM work").unwrap();
        let before = self.writes().await;
        let mut owner = self.owner.clone();
        request(&mut owner).await;
        self.until_idle().await;
        let rows = self.rows("SELECT what, count(*) AS n FROM work GROUP BY what");
        let mut rows: BTreeMap<String, i64> = rows.into_iter().map(|row| (row.what, row.n)).collect();
        // A mail that was sent is kept as such; of the other nothing stays.
        let gone = rows.remove("mails DELETE").unwrap_or(0);
        *rows.entry("mails UPDATE".to_owned()).or_default() += gone;
        // A count that is there is updated, and one that is not is added.
        let added = rows.remove("attempts INSERT").unwrap_or(0);
        *rows.entry("attempts UPDATE".to_owned()).or_default() += added;
        Work { writes: self.writes().await - before, rows }
    }
}

impl Work {
    /// The work of a mail but its token, which a decoy has no account for; there has to be one.
    fn without_token(mut self) -> Self {
        assert_eq!(self.rows.remove("tokens INSERT"), Some(1), "{self:?}");
        self.rows.retain(|what, _| !what.starts_with("tokens"));
        self
    }
}

/// Other work of the server may fall into a measurement; it only adds to it.
async fn least(watched: &mut Watched, request: impl AsyncFn(&mut Client, usize)) -> Work {
    let mut found: Vec<Work> = Vec::new();
    for number in 0..3 {
        found.push(watched.work_of(async |owner| request(owner, number).await).await);
    }
    found.into_iter().min_by_key(|work| work.writes).unwrap()
}

async fn forgot(app: &TestApp, email: &str) {
    assert_eq!(app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", email)]).await.status, 303);
}

#[tokio::test]
async fn s108_a_forgotten_password_causes_the_same_writes_for_every_address() {
    let mut watched = Watched::start().await;
    let app = watched.app.client();
    let ask = async |email: &str| {
        assert_eq!(app.clone().submit("/_auth/forgot", "/_auth/forgot", &[("email", email)]).await.status, 303);
    };
    let disabled = people::invite(&mut watched.owner, "disabled@example.org", "", "user").await.page;
    let answer = watched.owner.submit(&disabled, &format!("{disabled}/disable"), &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    people::invite(&mut watched.owner, "invited@example.org", "", "user").await;

    let known = least(&mut watched, async |_, _| ask(OWNER).await).await;
    assert_eq!((known.rows["mails INSERT"], known.rows["mails UPDATE"]), (1, 2), "{known:?}");
    assert_eq!(watched.mailbox.unread().len(), 3);
    let invited = least(&mut watched, async |_, _| ask("invited@example.org").await).await;
    let (known, invited) = (known.without_token(), invited.without_token());
    assert_eq!(invited, known);
    watched.mailbox.unread();
    let unknown = least(&mut watched, async |_, _| ask("nobody@example.org").await).await;
    assert_eq!(unknown, known);
    let disabled = least(&mut watched, async |_, _| ask("disabled@example.org").await).await;
    assert_eq!(disabled, known);

    assert!(watched.mailbox.unread().is_empty(), "a mail left to somebody without an account");
    let mails = watched.owner.get("/_auth/admin/mail").await.text();
    assert!(!mails.contains("nobody") && mails.contains(" 0 waiting"), "{mails}");
    let left =
        watched.rows("SELECT recipient AS what, count(*) AS n FROM mails WHERE user_id IS NULL GROUP BY recipient");
    assert!(left.is_empty(), "{:?}", left[0].what);
}

#[tokio::test]
async fn s108_a_change_of_address_causes_the_same_writes_whether_or_not_somebody_has_it() {
    let mut watched = Watched::start().await;
    people::invite(&mut watched.owner, "taken@example.org", "", "user").await;
    let ask = async |owner: &mut Client, email: &str| {
        let fields = [("current_password", PASSWORD), ("email", email)];
        assert_eq!(owner.submit("/_auth/account/email", "/_auth/account/email", &fields).await.status, 303);
    };
    let free = least(&mut watched, async |owner, number| ask(owner, &format!("free{number}@example.org")).await).await;
    watched.app.advance(3600);
    // The access token is over; a new one is no work of what is asked.
    assert_eq!(watched.owner.get("/_auth/account").await.status, 200);
    let taken = least(&mut watched, async |owner, _| ask(owner, "taken@example.org").await).await;
    assert_eq!(taken, free.without_token());
}

#[tokio::test]
async fn s108_requests_over_the_limit_cause_nothing_for_anybody() {
    let mut watched = Watched::start().await;
    for email in [OWNER, "nobody@example.org"] {
        for _ in 0..5 {
            forgot(&watched.app, email).await;
        }
    }
    let app = watched.app.client();
    let mut seen = Vec::new();
    for email in [OWNER, "nobody@example.org"] {
        let work = watched.work_of(async |_| {
            assert_eq!(app.clone().submit("/_auth/forgot", "/_auth/forgot", &[("email", email)]).await.status, 303);
        });
        seen.push(work.await.rows);
    }
    assert_eq!(seen[0], seen[1]);
    assert!(!seen[0].contains_key("mails INSERT"), "{seen:?}");
}

#[tokio::test]
async fn s108_no_more_than_sixteen_decoys_are_worked_off_at_once() {
    let Some(server) = SmtpServer::answering(&json!({}), None, &[]) else { return };
    let slow = Wobbly::to(server.port).await;
    slow.delay(Duration::from_millis(300));
    let port = slow.address.port().to_string();
    let app = TestApp::start(|options| {
        options.sqlite = true;
        options.set("SMTP_HOST", "127.0.0.1");
        options.set("SMTP_PORT", &port);
    })
    .await;
    people::claim(&app).await;
    // A decoy takes as long as the last mail.
    forgot(&app, OWNER).await;
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    let mut count = |which: &str| {
        let query = format!("SELECT '' AS what, count(*) AS n FROM mails WHERE {which}");
        diesel::sql_query(query).load::<Row>(&mut database).unwrap()[0].n
    };
    wait::eventually("the first mail to be sent", async || (count("state = 'sent'") == 1).then_some(())).await;
    let fill = "PRAGMA busy_timeout = 5000; WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \
        40) \
         INSERT INTO mails (id, kind, recipient, user_id, detail, state, created_at, next_try_at, tries, last_error) \
         SELECT 'decoy' || i, 'reset', 'nobody@example.org', NULL, '', 'queued', 0, 0, 0, '' FROM n";
    SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap().batch_execute(fill).unwrap();
    forgot(&app, OWNER).await;
    let mut most = 0;
    wait::eventually("the decoys to be gone", async || {
        most = most.max(count("user_id IS NULL AND tries > 0"));
        (count("user_id IS NULL") == 0).then_some(())
    })
    .await;
    assert!((1..=16).contains(&most), "{most}");
    wait::eventually("the second mail to be sent", async || (count("state = 'sent'") == 2).then_some(())).await;
}

#[tokio::test]
async fn s108_no_list_of_mails_counts_decoys() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    let add = |user: &str| {
        let later = format!(
            "PRAGMA busy_timeout = 5000; \
             INSERT INTO mails (id, kind, recipient, user_id, detail, state, created_at, next_try_at, tries, \
             last_error) \
             SELECT hex(randomblob(11)), 'reset', 'x@example.org', {user}, '', 'queued', 0, 99999999999, 0, '' FROM \
             users"
        );
        SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap())
            .unwrap()
            .batch_execute(&later)
            .unwrap();
    };
    let before = visible_text(&owner.get("/_auth/admin/mail").await.text());
    add("NULL");
    assert_eq!(visible_text(&owner.get("/_auth/admin/mail").await.text()), before, "a decoy is counted");
    add("id");
    assert_ne!(visible_text(&owner.get("/_auth/admin/mail").await.text()), before, "a mail is not");
}
