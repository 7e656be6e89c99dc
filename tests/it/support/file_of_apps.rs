//! A server beside which `portcullis apply` runs.

use std::process::Output;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection};
use tempfile::TempDir;

use super::client::{Call, Client};
use super::mailbox::Mailbox;
use super::page;
use super::people;
use super::process::{Process, said};

/// What is said if there is nothing to do.
pub const NOTHING: &str = "nothing to do: everything is as the file says\n";

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    text: String,
}

/// A claimed server in a process of its own, and its owner.
pub struct Site {
    /// The server.
    pub process: Process,
    /// The owner's browser.
    pub owner: Client,
}

impl Site {
    /// Starts it.
    pub async fn start() -> Self {
        let process = Process::start_in(TempDir::new().unwrap(), "start").await;
        let mut owner = process.client();
        people::claim_with(&mut owner, &setup_token(&process)).await;
        Self { process, owner }
    }

    /// The exit code and the output of `apply` with this file.
    pub fn apply(&self, file: &str, switches: &[&str]) -> (i32, String) {
        std::fs::write(self.process.folder.path().join("apps.toml"), file).unwrap();
        outcome(&self.process.run(&[&["apply", "apps.toml"], switches].concat()))
    }

    fn connect(&self) -> SqliteConnection {
        let file = self.process.folder.path().join("data/portcullis.db");
        let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
        connection
    }

    /// Changes the database as another process would.
    pub fn execute(&self, sql: &str) {
        self.connect().batch_execute(sql).unwrap();
    }

    /// The value of an expression, as text.
    pub fn query(&self, expression: &str) -> String {
        let query = format!("SELECT CAST({expression} AS TEXT) AS text");
        diesel::sql_query(query).get_result::<Counted>(&mut self.connect()).unwrap().text
    }

    /// Everything that a change would change.
    pub fn stored(&self) -> String {
        let count = |table: &str| format!("(SELECT count(*) FROM {table})");
        let tables = ["audit_events", "mails", "users", "groups", "memberships", "apps", "rules", "grants"];
        let counts = tables.map(count).join(" || ' ' || ");
        // Old notices are removed at any time; their number is not.
        let number = |name: &str| format!("(SELECT value FROM settings WHERE name = '{name}')");
        self.query(&format!("{counts} || ' ' || {} || ' ' || {}", number("apps"), number("notices")))
    }

    /// The subjects of all audit lines of an event, oldest first.
    pub async fn events(&mut self, event: &str) -> Vec<String> {
        let html = self.owner.get(&format!("/_auth/admin/audit?event={event}")).await.text();
        page::all_data(&html, "subject").into_iter().rev().collect()
    }

    /// What a command prints as JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.process.run(&[arguments, &["--json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    }

    /// The status of an anonymous request of a script at that host.
    pub async fn anonymous(&self, host: &str) -> u16 {
        self.process.client().send(Call::fetch("GET", "/page").header("host", host)).await.status
    }

    /// The mails that it wrote.
    pub fn outbox(&self) -> Mailbox {
        Mailbox::of(&self.process.folder.path().join("data"))
    }
}

/// The one-time token, as the operator finds it.
pub fn setup_token(process: &Process) -> String {
    std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap()
}

/// The exit code, and what was said of a success or of a failure; notes are left out.
pub fn outcome(output: &Output) -> (i32, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (code, logged) = (output.status.code().unwrap(), text(&output.stderr));
    let did = text(&output.stdout).contains("done: ");
    assert_eq!(logged.contains("audited"), did, "what was not done is logged as done: {}", said(output));
    let is_note = |line: &&str| line.starts_with("note: ");
    let shown = text(&output.stdout).split_inclusive('\n').filter(|line| !is_note(line)).collect();
    (code, if code == 1 { logged } else { shown })
}

/// A file with the app Wiki at that address, open to everybody.
pub fn wiki(address: &str, upstream: &str) -> String {
    format!(
        "[[apps]]\nname = 'Wiki'\naddresses = ['{address}']\nupstream = '{upstream}'\n\
            [[apps.rules]]\npath = '/'\nwho = 'public'\n"
    )
}
