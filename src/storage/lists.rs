//! What lists have in common: a damaged row does not hide the others, and it is determined whether there are more.

use super::StorageError;

/// Loads rows, at most `limit` readable ones; unreadable ones are skipped and logged.
pub(super) fn readable<R, T>(
    limit: i64,
    mut load: impl FnMut(i64) -> diesel::QueryResult<Vec<R>>,
    read: impl Fn(R) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    let wanted = usize::try_from(limit).unwrap_or(0);
    let mut asked = limit;
    loop {
        let rows = load(asked)?;
        let is_all = i64::try_from(rows.len()).is_ok_and(|found| found < asked);
        let (mut found, mut damaged) = (Vec::new(), Vec::new());
        for row in rows {
            match read(row) {
                Ok(value) => found.push(value),
                Err(fault) => damaged.push(fault),
            }
        }
        if found.len() >= wanted || is_all {
            for fault in damaged {
                tracing::error!(%fault, "an unreadable row was left out of a list");
            }
            found.truncate(wanted);
            return Ok(found);
        }
        // A short page would look like the last one.
        asked = asked.saturating_mul(2);
    }
}

/// The limit that reveals whether there are more.
pub(super) fn one_more(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX - 1) + 1
}
