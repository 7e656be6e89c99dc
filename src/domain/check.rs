//! One line of the check-list that helps an operator to set the gate up.

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Good,
    /// It works; there is a better way.
    Advice,
    /// It does not work.
    Wrong,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub title: &'static str,
    /// How it stands.
    pub outcome: Outcome,
    /// A sentence or two: what was found, and what to do.
    pub text: String,
}

impl Outcome {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Advice => "advice",
            Self::Wrong => "wrong",
        }
    }
}

impl Check {
    /// A line that says that all is well.
    pub fn good(title: &'static str, text: impl Into<String>) -> Self {
        Self { title, outcome: Outcome::Good, text: text.into() }
    }

    /// A line with advice.
    pub fn advice(title: &'static str, text: impl Into<String>) -> Self {
        Self { title, outcome: Outcome::Advice, text: text.into() }
    }

    /// A line about what does not work.
    pub fn wrong(title: &'static str, text: impl Into<String>) -> Self {
        Self { title, outcome: Outcome::Wrong, text: text.into() }
    }
}
