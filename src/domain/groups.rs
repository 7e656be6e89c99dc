//! Groups of people: their names, and lists of them in forms.

use std::fmt;

use super::text::Text;
use super::user::Role;

/// Longest name, in characters.
const MAX_CHARS: usize = 64;

/// The name of a group: 1 to 64 of `a-z`, `0-9`, `_` and `-`; not that of a role, since apps receive both in one list,
/// and not `new`, since that is where the form for new groups is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupName(String);

/// Why a name was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupNameFault {
    /// It is empty, too long, or has a character that is not allowed.
    Malformed,
    /// It means something else.
    Reserved,
}

impl GroupNameFault {
    /// The message for the person.
    pub fn text(self) -> Text {
        match self {
            Self::Malformed => Text::new("group-rules").with("max", MAX_CHARS),
            Self::Reserved => Text::new("group-reserved"),
        }
    }
}

impl GroupName {
    /// Takes `text`, without surrounding spaces, as a name.
    pub fn parse(text: &str) -> Result<Self, GroupNameFault> {
        let text = text.trim();
        let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
        if !(1..=MAX_CHARS).contains(&text.len()) || !text.bytes().all(is_allowed) {
            return Err(GroupNameFault::Malformed);
        }
        if text == "new" || Role::parse(text).is_some() {
            return Err(GroupNameFault::Reserved);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The names as a list for people, which `lists::entries` reads.
pub fn joined<'a>(names: impl IntoIterator<Item = &'a GroupName>) -> String {
    names.into_iter().map(GroupName::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_name_has_1_to_64_small_letters_digits_underscores_and_hyphens_and_is_not_reserved() {
        let longest = "a".repeat(64);
        for text in ["a", "family-2_b", "0", "-", "admins", longest.as_str(), " staff "] {
            assert_eq!(GroupName::parse(text).map(|name| name.0), Ok(text.trim().to_owned()));
        }
        let too_long = "a".repeat(65);
        for text in ["", " ", "Staff", "a b", "a.b", "a,b", "a/b", "j\u{fc}rgen", "a\0", "a\nb", too_long.as_str()] {
            assert_eq!(GroupName::parse(text), Err(GroupNameFault::Malformed), "{text:?}");
        }
        for text in ["admin", "user", " user ", "new"] {
            assert_eq!(GroupName::parse(text), Err(GroupNameFault::Reserved), "{text:?}");
        }
    }
}
