//! Counts of guesses; limited in number, and those near their limit are kept longest (S30, S106).

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::schema::attempts::{self, dsl};
use super::{Connection, StorageError};
use crate::domain::throttle::Bucket;
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = attempts)]
struct Row {
    failures: i64,
    window_start: i64,
    last_failure: i64,
}

impl From<Row> for Bucket {
    fn from(row: Row) -> Self {
        Self {
            failures: row.failures,
            window_start: Timestamp::from_secs(row.window_start),
            last_failure: Timestamp::from_secs(row.last_failure),
        }
    }
}

/// The count of `bucket`.
pub fn find(connection: &mut Connection, bucket: &str) -> Result<Option<Bucket>, StorageError> {
    let row = dsl::attempts.filter(dsl::bucket.eq(bucket)).select(Row::as_select()).first(connection).optional()?;
    Ok(row.map(Bucket::from))
}

/// Locks the bucket's row until the end of the transaction, so that what is judged is what is then counted (S29).
pub fn hold(connection: &mut Connection, bucket: &str, now: Timestamp) -> Result<Bucket, StorageError> {
    const HOLD: &str = "INSERT INTO attempts (bucket, failures, window_start, last_failure) VALUES ($1, 0, $2, $2) \
        ON CONFLICT (bucket) DO UPDATE SET failures = attempts.failures";
    diesel::sql_query(HOLD).bind::<Text, _>(bucket).bind::<BigInt, _>(now.secs()).execute(connection)?;
    find(connection, bucket)?.ok_or_else(|| {
        StorageError::Corrupt(
            "a bucket disappeared while it was \
        locked"
                .to_owned(),
        )
    })
}

/// Counts one more; a window that began at or before `window_over` starts again.
pub fn add(
    connection: &mut Connection,
    bucket: &str,
    now: Timestamp,
    window_over: Timestamp,
) -> Result<(), StorageError> {
    const UPSERT: &str = "INSERT INTO attempts (bucket, failures, window_start, last_failure) VALUES ($1, 1, $2, $2) \
        ON CONFLICT (bucket) DO UPDATE SET \
        failures = CASE WHEN attempts.window_start <= $3 THEN 1 ELSE attempts.failures + 1 END, \
        window_start = CASE WHEN attempts.window_start <= $3 THEN $2 ELSE attempts.window_start END, \
        last_failure = $2";
    diesel::sql_query(UPSERT)
        .bind::<Text, _>(bucket)
        .bind::<BigInt, _>(now.secs())
        .bind::<BigInt, _>(window_over.secs())
        .execute(connection)?;
    Ok(())
}

/// Returns one reserved attempt.
pub fn refund(connection: &mut Connection, bucket: &str) -> Result<(), StorageError> {
    let row = dsl::attempts.filter(dsl::bucket.eq(bucket).and(dsl::failures.gt(0)));
    diesel::update(row).set(dsl::failures.eq(dsl::failures - 1)).execute(connection)?;
    Ok(())
}

/// Deletes a bucket.
pub fn clear(connection: &mut Connection, bucket: &str) -> Result<(), StorageError> {
    diesel::delete(dsl::attempts.filter(dsl::bucket.eq(bucket))).execute(connection)?;
    Ok(())
}

/// Deletes buckets whose window began at or before `over`, except those whose name begins with one of `in_a_row`: they
/// have no window. Of the rest it keeps `keep`: the ones with the fewest failures are deleted first, of equal ones the
/// oldest (S106).
pub fn trim(connection: &mut Connection, over: Timestamp, in_a_row: &[&str], keep: i64) -> Result<usize, StorageError> {
    const DELETE: &str = "DELETE FROM attempts WHERE bucket IN (SELECT bucket FROM gone)";
    // A row locked by another transaction stays until the next time: waiting for it with others locked could end in a
    // deadlock.
    let lock = match connection {
        Connection::Postgres(_) => "FOR UPDATE SKIP LOCKED",
        Connection::Sqlite(_) => "",
    };
    let with_window =
        (2..).take(in_a_row.len()).map(|number| format!(" AND bucket NOT LIKE ${number}")).collect::<Vec<_>>().concat();
    let ended =
        format!("WITH gone AS (SELECT bucket FROM attempts WHERE window_start <= $1{with_window} {lock}) {DELETE}");
    let mut ended = diesel::sql_query(ended).into_boxed().bind::<BigInt, _>(over.secs());
    for prefix in in_a_row {
        ended = ended.bind::<Text, _>(format!("{prefix}%"));
    }
    let removed = ended.execute(connection)?;
    // Counted in the same statement, or two nodes that trim at once would each remove the surplus.
    let surplus = format!(
        "WITH gone AS (SELECT bucket FROM attempts WHERE bucket IN \
         (SELECT bucket FROM attempts ORDER BY failures, last_failure, bucket \
         LIMIT (SELECT CASE WHEN count(*) > $1 THEN count(*) - $1 ELSE 0 END FROM attempts)) {lock}) {DELETE}"
    );
    Ok(removed + diesel::sql_query(surplus).bind::<BigInt, _>(keep).execute(connection)?)
}
