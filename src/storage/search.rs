//! Finds accounts by a part of their name, address or user name: an index of parts besides the portable schema, since
//! each database has its own kind: FTS5's trigrams in SQLite, `pg_trgm` in PostgreSQL if available.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::lists::one_more;
use super::{Connection, StorageError};
use crate::domain::user_list::search_text;

/// Parts of a query that are looked up; the text itself decides.
const PARTS: usize = 32;
/// Accounts whose text is filled in by one statement.
const PAGE: i64 = 500;

/// Row numbers of our own: those that SQLite assigns change when the file is vacuumed. No positions are stored, since
/// the results are compared with the text.
const SQLITE_INDEX: &str = "
    CREATE TABLE user_numbers (number INTEGER NOT NULL PRIMARY KEY, user_id TEXT NOT NULL UNIQUE);
    CREATE VIRTUAL TABLE user_parts USING fts5(search, content='', columnsize=0, detail=none, tokenize='trigram');
    INSERT INTO user_numbers (user_id) SELECT id FROM users ORDER BY created_at, id;
    INSERT INTO user_parts (rowid, search) SELECT number, search FROM user_numbers JOIN users ON id = user_id;
    CREATE TRIGGER user_parts_added AFTER INSERT ON users BEGIN
        INSERT INTO user_numbers (user_id) VALUES (new.id);
        INSERT INTO user_parts (rowid, search) SELECT number, new.search FROM user_numbers WHERE user_id = new.id;
    END;
    CREATE TRIGGER user_parts_changed AFTER UPDATE OF search ON users WHEN new.search <> old.search BEGIN
        INSERT INTO user_parts (user_parts, rowid, search) SELECT 'delete', number, old.search FROM user_numbers WHERE \
        user_id = old.id;
        INSERT INTO user_parts (rowid, search) SELECT number, new.search FROM user_numbers WHERE user_id = new.id;
    END;
    CREATE TRIGGER user_parts_removed AFTER DELETE ON users BEGIN
        INSERT INTO user_parts (user_parts, rowid, search) SELECT 'delete', number, old.search FROM user_numbers WHERE \
        user_id = old.id;
        DELETE FROM user_numbers WHERE user_id = old.id;
    END;";
const POSTGRES_INDEX: &str = "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX IF NOT EXISTS user_parts ON users \
    USING gin (search gin_trgm_ops);";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Fills in the text of accounts that have none, from an older version or a backup, and creates the index if missing.
pub(super) fn prepare(c: &mut Connection) -> Result<(), StorageError> {
    fill(c)?;
    match c {
        Connection::Sqlite(c) => {
            let known = |c: &mut SqliteConnection| {
                let found =
                    diesel::sql_query("SELECT name FROM sqlite_master WHERE name = 'user_parts'").load::<Name>(c);
                found.map(|rows| !rows.is_empty())
            };
            if known(c)? {
                return Ok(());
            }
            // Another process may create it while this one waits for the lock.
            Ok(c.immediate_transaction(|c| if known(c)? { Ok(()) } else { c.batch_execute(SQLITE_INDEX) })?)
        }
        Connection::Postgres(c) => {
            let known = "SELECT CAST(relname AS TEXT) AS name FROM pg_class WHERE relname = 'user_parts'";
            if !diesel::sql_query(known).load::<Name>(c)?.is_empty() {
                return Ok(());
            }
            // A savepoint: a refusal must not undo the caller's transaction.
            if let Err(fault) = diesel::Connection::transaction(c, |c| c.batch_execute(POSTGRES_INDEX)) {
                tracing::info!(%fault, "the PostgreSQL extension pg_trgm is not available; searching for users reads \
                    all of them");
            }
            Ok(())
        }
    }
}

fn fill(c: &mut Connection) -> Result<(), StorageError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: String,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        email: String,
        #[diesel(sql_type = Text)]
        username: String,
    }
    const FIND: &str = "SELECT id, name, email, COALESCE(username, '') AS username FROM users WHERE search = '' AND id \
        > $1 ORDER BY id LIMIT $2";
    // Only if unchanged: another node may have modified it since. The next round finds it.
    const SET: &str = "UPDATE users SET search = found.search FROM found \
        WHERE users.id = found.id AND users.name = found.name AND users.email = found.email \
        AND COALESCE(users.username, '') = found.username";
    let mut last = String::new();
    loop {
        let rows: Vec<Row> = diesel::sql_query(FIND).bind::<Text, _>(&last).bind::<BigInt, _>(PAGE).load(c)?;
        let Some(end) = rows.last() else {
            if last.is_empty() {
                return Ok(());
            }
            last.clear();
            continue;
        };
        last.clone_from(&end.id);
        let values = (0..rows.len()).map(|row| 5 * row);
        let values = values.map(|n| format!("(${}, ${}, ${}, ${}, ${})", n + 1, n + 2, n + 3, n + 4, n + 5));
        let values = values.collect::<Vec<_>>().join(", ");
        let mut update =
            diesel::sql_query(format!("WITH found (id, name, email, username, search) AS (VALUES {values}) {SET}"))
                .into_boxed();
        for Row { id, name, email, username } in rows {
            let search = search_text(&name, &email, Some(&username));
            update = update.bind::<Text, _>(id).bind::<Text, _>(name).bind::<Text, _>(email);
            update = update.bind::<Text, _>(username).bind::<Text, _>(search);
        }
        update.execute(c)?;
    }
}

/// IDs of the accounts whose text may contain `text`; the caller compares. `None` if the text is too short for the
/// index, there are more than `most`, or the database's planner uses its index by itself.
pub(super) fn candidates(c: &mut Connection, folded: &str, most: usize) -> Result<Option<Vec<String>>, StorageError> {
    const FIND: &str = "SELECT user_id AS name FROM user_numbers WHERE number IN (SELECT rowid FROM user_parts WHERE \
        user_parts MATCH $1 LIMIT $2)";
    let Connection::Sqlite(c) = c else { return Ok(None) };
    let letters: Vec<char> = folded.chars().collect();
    let quoted = |three: &[char]| format!("\"{}\"", three.iter().collect::<String>().replace('"', "\"\""));
    let parts: Vec<String> = letters.windows(3).take(PARTS).map(quoted).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    let found: Vec<Name> =
        diesel::sql_query(FIND).bind::<Text, _>(parts.join(" AND ")).bind::<BigInt, _>(one_more(most)).load(c)?;
    Ok((found.len() <= most).then(|| found.into_iter().map(|row| row.name).collect()))
}
