//! Where a page of a long list ends: the next page begins after it, whatever is added meanwhile (keyset pagination).

use std::fmt;

use super::time::Timestamp;

/// The time and the ID of the last row shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its time.
    pub at: Timestamp,
    /// Its ID.
    pub id: String,
}

impl Cursor {
    /// Parses what [`Cursor`] prints; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('.')?;
        let plain = !id.is_empty()
            && id.len() <= 64
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        plain.then_some(Self { at: Timestamp::from_secs(at.parse().ok()?), id: id.to_owned() })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.secs(), self.id)
    }
}

/// How many rows a list has, as far as they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly this many.
    Exactly(usize),
    /// More than this many.
    MoreThan(usize),
}

impl Count {
    /// Rows of a list are counted up to this number.
    pub const MOST: usize = 10_000;

    /// The result of counting up to one more than `most`.
    pub const fn up_to(most: usize, found: usize) -> Self {
        if found > most { Self::MoreThan(most) } else { Self::Exactly(found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_and_nothing_else_is_one() {
        let cursor = Cursor { at: Timestamp::from_secs(-5), id: "a-b_C9".to_owned() };
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor));
        assert!(["", ".", "5.", "x.a", "5.a'b", "5"].iter().all(|text| Cursor::parse(text).is_none()));
    }
}
