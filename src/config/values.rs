//! The values given, and what is wrong with them.

use std::collections::BTreeMap;
use std::fmt;

/// Names and values as given, without empty ones.
pub type Values = BTreeMap<String, String>;

/// One fault in the configuration; never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The variable, or the file.
    pub name: String,
    /// What is wrong and what to do.
    pub sentence: String,
}

/// All faults, reported at once (S88).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Records one more fault.
    pub fn add(&mut self, name: &str, sentence: impl Into<String>) {
        self.0.push(Fault { name: name.to_owned(), sentence: sentence.into() });
    }

    /// The faults as an error, if there are any.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.0.iter().enumerate() {
            let separator = if number == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {}", fault.name, fault.sentence)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
