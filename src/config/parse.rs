//! A variable: its default, its parser and its description.

use std::fmt::Display;
use std::str::FromStr;

use super::Config;
use super::values::{Faults, Values};

/// Parses the text of a variable.
pub(super) trait Parser: Sync + 'static {
    /// The type of the value.
    type Value;

    /// The value, or what is wrong with the text, without repeating a secret.
    fn parse(&self, text: &str) -> Result<Self::Value, String>;

    /// A sentence about the allowed values, if one can be derived.
    fn allowed(&self) -> Option<String> {
        None
    }
}

/// Formats a value so that parsing returns the same.
pub(super) trait Show: Parser {
    /// The text.
    fn show(&self, value: &Self::Value) -> String;
}

/// Any text.
pub(super) struct Text;

impl Parser for Text {
    type Value = String;

    fn parse(&self, text: &str) -> Result<String, String> {
        Ok(text.to_owned())
    }
}

impl Show for Text {
    fn show(&self, value: &String) -> String {
        value.clone()
    }
}

/// `true` or `false`.
pub(super) struct Switch;

impl Parser for Switch {
    type Value = bool;

    fn parse(&self, text: &str) -> Result<bool, String> {
        text.parse().map_err(|_fault| "must be exactly true or false".to_owned())
    }
}

impl Show for Switch {
    fn show(&self, value: &bool) -> String {
        value.to_string()
    }
}

/// A whole number from the first to the second.
pub(super) struct Range<T>(pub T, pub T);

impl<T: FromStr + PartialOrd + Display + Sync + 'static> Parser for Range<T> {
    type Value = T;

    fn parse(&self, text: &str) -> Result<T, String> {
        let Self(from, to) = self;
        let number = text.parse::<T>().ok().filter(|number| number >= from && number <= to);
        number.ok_or_else(|| format!("must be a whole number from {from} to {to}"))
    }

    fn allowed(&self) -> Option<String> {
        Some(format!("From {} to {}.", self.0, self.1))
    }
}

impl<T: FromStr + PartialOrd + Display + Sync + 'static> Show for Range<T> {
    fn show(&self, value: &T) -> String {
        value.to_string()
    }
}

/// One of several words.
pub(super) struct Words<T: 'static>(pub &'static [(&'static str, T)]);

impl<T> Words<T> {
    fn listed(&self) -> String {
        self.0.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ")
    }
}

impl<T: Copy + Sync + 'static> Parser for Words<T> {
    type Value = T;

    fn parse(&self, text: &str) -> Result<T, String> {
        let found = self.0.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| format!("must be one of {}", self.listed()))
    }

    fn allowed(&self) -> Option<String> {
        Some(format!("One of {}.", self.listed()))
    }
}

impl<T: Copy + PartialEq + Sync + 'static> Show for Words<T> {
    fn show(&self, value: &T) -> String {
        self.0.iter().find(|(_, known)| known == value).map_or_else(String::new, |(word, _)| (*word).to_owned())
    }
}

/// A value parsed by a function.
pub(super) struct As<T>(pub fn(&str) -> Result<T, String>);

impl<T: 'static> Parser for As<T> {
    type Value = T;

    fn parse(&self, text: &str) -> Result<T, String> {
        (self.0)(text)
    }
}

impl<T: Display + 'static> Show for As<T> {
    fn show(&self, value: &T) -> String {
        value.to_string()
    }
}

/// A comma-separated list of values parsed by a function.
pub(super) struct List<T>(pub fn(&str) -> Result<T, String>);

impl<T: 'static> Parser for List<T> {
    type Value = Vec<T>;

    fn parse(&self, text: &str) -> Result<Vec<T>, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let (good, bad): (Vec<_>, Vec<_>) = parts.map(self.0).partition(Result::is_ok);
        let faults: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
        if faults.is_empty() { Ok(good.into_iter().flatten().collect()) } else { Err(faults.join("; ")) }
    }
}

impl<T: Display + 'static> Show for List<T> {
    fn show(&self, values: &Vec<T>) -> String {
        values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }
}

/// The value if the variable is not given.
pub(super) trait Fallback<P>: Sync + 'static {
    /// For the documentation; empty for none.
    fn words(&self, parser: &P) -> String;
    /// The value in force in this configuration.
    fn in_force(&self, parser: &P, config: &Config) -> String;
    /// The value in the commented line of `.env.example`.
    fn example(&self, _parser: &P) -> String {
        String::new()
    }
}

/// No value.
pub(super) struct Unset;

impl<P> Fallback<P> for Unset {
    fn words(&self, _parser: &P) -> String {
        String::new()
    }

    fn in_force(&self, _parser: &P, _config: &Config) -> String {
        String::new()
    }
}

/// A value.
pub(super) struct Preset<V>(fn() -> V);

impl<P: Show> Fallback<P> for Preset<P::Value>
where
    P::Value: 'static,
{
    fn words(&self, parser: &P) -> String {
        parser.show(&(self.0)())
    }

    fn in_force(&self, parser: &P, _config: &Config) -> String {
        self.words(parser)
    }

    fn example(&self, parser: &P) -> String {
        self.words(parser)
    }
}

/// A value that follows from other settings: its description, and its result.
pub(super) struct Follows(&'static str, fn(&Config) -> String);

impl<P> Fallback<P> for Follows {
    fn words(&self, _parser: &P) -> String {
        self.0.to_owned()
    }

    fn in_force(&self, _parser: &P, config: &Config) -> String {
        (self.1)(config)
    }
}

/// One variable; its flag has the same name.
pub(super) struct Variable<P, D> {
    /// The name, also of the flag.
    pub name: &'static str,
    /// An alternative name.
    pub alias: Option<&'static str>,
    about: &'static str,
    is_secret: bool,
    is_of_node: bool,
    parser: P,
    default: D,
}

/// A variable with a default value.
pub(super) type Set<P> = Variable<P, Preset<<P as Parser>::Value>>;
/// A variable without a default.
pub(super) type Given<P> = Variable<P, Unset>;
/// A variable whose default follows from others.
pub(super) type Derived<P> = Variable<P, Follows>;

const fn row<P, D>(default: D, parser: P, about: &'static str) -> Variable<P, D> {
    Variable { name: "", alias: None, about, is_secret: false, is_of_node: false, parser, default }
}

pub(super) const fn set<P: Parser>(default: fn() -> P::Value, parser: P, about: &'static str) -> Set<P> {
    row(Preset(default), parser, about)
}

pub(super) const fn given<P: Parser>(parser: P, about: &'static str) -> Given<P> {
    row(Unset, parser, about)
}

pub(super) const fn derived<P: Parser>(
    words: &'static str,
    in_force: fn(&Config) -> String,
    parser: P,
    about: &'static str,
) -> Derived<P> {
    row(Follows(words, in_force), parser, about)
}

impl<P, D> Variable<P, D> {
    pub(super) const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Its value is never printed.
    pub(super) const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// Nodes on one database may differ in it.
    pub(super) const fn of_node(mut self) -> Self {
        self.is_of_node = true;
        self
    }

    pub(super) const fn also(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }
}

/// What is common to all variables.
pub trait Row: Sync {
    /// The name, also of the flag.
    fn name(&self) -> &'static str;
    /// An alternative name.
    fn alias(&self) -> Option<&'static str>;
    /// What it does and what is allowed.
    fn about(&self) -> String;
    /// Whether its value must never be printed.
    fn is_secret(&self) -> bool;
    /// Whether nodes on one database may differ in it.
    fn is_of_node(&self) -> bool;
    /// The default as people read it; empty for none.
    fn default(&self) -> String;
    /// The value in the commented line of `.env.example`.
    fn example(&self) -> String;
    /// The value in force, given or not; a secret is hidden.
    fn in_force(&self, config: &Config) -> String;
}

impl<P: Parser, D: Fallback<P>> Row for Variable<P, D> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn alias(&self) -> Option<&'static str> {
        self.alias
    }

    fn about(&self) -> String {
        let alias = self.alias.map(|alias| format!("{alias} is the same."));
        [Some(self.about.to_owned()), self.parser.allowed(), alias].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn is_secret(&self) -> bool {
        self.is_secret
    }

    fn is_of_node(&self) -> bool {
        self.is_of_node
    }

    fn default(&self) -> String {
        self.default.words(&self.parser)
    }

    fn example(&self) -> String {
        self.default.example(&self.parser)
    }

    fn in_force(&self, config: &Config) -> String {
        let given = &config.values.0;
        match given.get(self.name).or_else(|| given.get(self.alias?)) {
            Some(_) if self.is_secret => "[hidden]".to_owned(),
            Some(text) => text.clone(),
            None => self.default.in_force(&self.parser, config),
        }
    }
}

/// Reads variables and collects faults; continues with a substitute value, so that all faults are reported at once.
pub(super) struct Reader<'a> {
    pub(super) values: &'a Values,
    pub(super) faults: Faults,
}

impl Reader<'_> {
    /// The value given under either name; if both are given they must agree.
    pub(super) fn given<P: Parser, D>(&mut self, variable: &Variable<P, D>) -> Option<P::Value> {
        let text = |name: &'static str| self.values.get(name).map(|text| (name, text));
        let (name, text) = match (text(variable.name), variable.alias.and_then(text)) {
            (Some((name, own)), Some((alias, other))) if own != other => {
                self.faults.add(name, format!("and {alias} differ; keep one of them"));
                return None;
            }
            (own, other) => own.or(other)?,
        };
        variable.parser.parse(text).map_err(|fault| self.faults.add(name, fault)).ok()
    }

    /// The value that was given, or the default.
    pub(super) fn value<P: Parser>(&mut self, variable: &Set<P>) -> P::Value {
        self.given(variable).unwrap_or_else(variable.default.0)
    }

    /// Two variables that are only valid together.
    pub(super) fn require_both(&mut self, one: &str, other: &str) {
        for (name, has) in [(one, other), (other, one)] {
            if self.values.contains_key(has) && !self.values.contains_key(name) {
                self.faults.add(name, format!("is missing: {one} and {other} go together"));
            }
        }
    }
}
