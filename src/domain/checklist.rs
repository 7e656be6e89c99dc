//! One line of the checklist that helps an operator to set up the gate.

use super::text::Text;

/// The result, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It does not work.
    Wrong,
    /// It works, but could be better.
    Advice,
    /// Everything is fine.
    Good,
}

/// The text of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckText {
    /// In the reader's language.
    Text(Text),
    /// A warning as in the log, in English.
    Log(String),
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub title: Text,
    /// The result.
    pub outcome: Outcome,
    /// A sentence or two: what was found, and what to do.
    pub text: CheckText,
    /// The page on which it is mended, if there is one, and the key of what it is called.
    pub link: Option<(&'static str, &'static str)>,
}

impl Outcome {
    /// The text for people.
    pub const fn text(self) -> Text {
        Text::new(match self {
            Self::Good => "check-good",
            Self::Advice => "check-advice",
            Self::Wrong => "check-wrong",
        })
    }

    /// The word for scripts.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Advice => "advice",
            Self::Wrong => "wrong",
        }
    }
}

/// Sorts the lines: problems first, otherwise in their order. A problem replaces a good line about the same thing.
pub fn in_order(mut checks: Vec<Check>) -> Vec<Check> {
    checks.sort_by_key(|check| check.outcome);
    let wrong: Vec<Text> =
        checks.iter().filter(|check| check.outcome == Outcome::Wrong).map(|check| check.title.clone()).collect();
    checks.retain(|check| check.outcome != Outcome::Good || !wrong.contains(&check.title));
    checks
}

impl Check {
    /// A line for something that is fine.
    pub const fn good(title: &'static str, text: Text) -> Self {
        Self { title: Text::new(title), outcome: Outcome::Good, text: CheckText::Text(text), link: None }
    }

    /// A line with advice.
    pub const fn advice(title: &'static str, text: Text) -> Self {
        Self { title: Text::new(title), outcome: Outcome::Advice, text: CheckText::Text(text), link: None }
    }

    /// A line for something that does not work.
    pub const fn wrong(title: &'static str, text: Text) -> Self {
        Self { title: Text::new(title), outcome: Outcome::Wrong, text: CheckText::Text(text), link: None }
    }

    /// The same with the page on which it is mended.
    pub fn with_link(self, address: &'static str, text: &'static str) -> Self {
        Self { link: Some((address, text)), ..self }
    }

    /// A warning of the log, as advice.
    pub const fn warning(text: String) -> Self {
        Self { title: Text::new("check-settings"), outcome: Outcome::Advice, text: CheckText::Log(text), link: None }
    }
}
