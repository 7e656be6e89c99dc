//! The admin pages. Their handlers take [`crate::http::jwt::Admin`], which only the middleware at their routes can
//! provide (S98).

pub mod apps;
pub mod audit;
pub mod checklist;
pub mod explain;
pub mod groups;
pub mod icon;
pub mod links;
pub mod mail;
pub mod probe;
mod rule_view;
pub mod rules;
pub mod selected;
pub mod sessions;
pub mod snippet;
pub mod user;
pub mod username;
pub mod users;

use crate::domain::cursor::Count;
use crate::domain::text::Text;

/// Rows of one page of a list.
const PAGE_ROWS: i64 = 50;

/// The total number of rows; `key` is the key of the text.
fn count_line(key: &'static str, count: Count) -> Text {
    match count {
        Count::Exactly(count) => Text::new(key).with("count", count),
        Count::MoreThan(count) => Text::new("list-count-more").with("count", count),
    }
}

/// The rows of this page, and whether there are more after it.
fn cut<T>(mut rows: Vec<T>) -> (Vec<T>, bool) {
    let limit = usize::try_from(PAGE_ROWS).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    (rows, more)
}
