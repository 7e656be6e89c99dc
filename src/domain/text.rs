//! Messages for people, in any language; `texts` turns them into words.

/// A message: its key in `languages/*.ftl` and the values of its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    key: &'static str,
    arguments: Vec<(&'static str, Argument)>,
}

/// The value of a placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// A number; the words around it may depend on it.
    Number(i64),
    /// Something that is the same in every language: a name, an address.
    Word(String),
    /// Another message.
    Text(Text),
}

impl Text {
    /// The message with that key.
    pub const fn new(key: &'static str) -> Self {
        Self { key, arguments: Vec::new() }
    }

    /// Sets the placeholder `name` to `value`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Argument>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }

    /// The key.
    pub const fn key(&self) -> &'static str {
        self.key
    }

    /// The word of the placeholder `name`.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.arguments.iter().find_map(|(known, value)| match value {
            Argument::Word(word) if *known == name => Some(word.as_str()),
            _ => None,
        })
    }

    /// The placeholders by name.
    pub fn arguments(&self) -> &[(&'static str, Argument)] {
        &self.arguments
    }
}

impl AsRef<Self> for Text {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Argument {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<String> for Argument {
    fn from(word: String) -> Self {
        Self::Word(word)
    }
}

impl From<&str> for Argument {
    fn from(word: &str) -> Self {
        Self::Word(word.to_owned())
    }
}

impl From<&String> for Argument {
    fn from(word: &String) -> Self {
        Self::Word(word.clone())
    }
}

impl From<Text> for Argument {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}
