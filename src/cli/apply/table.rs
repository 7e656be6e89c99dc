//! Tables of a TOML file: what their keys hold, and the faults of what they hold.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::accounts::apply::{FileFault, Lines};

/// A value with its place.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// The file, and what is wrong with it.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) faults: Vec<FileFault>,
}

/// A table, and the lines of its keys.
pub(super) struct Table<'a> {
    table: &'a DeTable<'a>,
    pub(super) lines: Lines,
}

impl<'a> Table<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, faults: Vec::new() }
    }

    /// The line of that byte.
    pub(super) fn line(&self, place: usize) -> usize {
        line_of(self.text.as_bytes(), place)
    }

    pub(super) fn refuse(&mut self, line: usize, message: String) {
        self.faults.push(FileFault { line, message });
    }

    fn refuse_type(&mut self, key: &str, value: &Value<'_>, expected: &str) {
        let kind = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a number",
            DeValue::Float(_) => "a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.refuse(self.line(value.span().start), format!("{key}: give {expected}, not {kind}"));
    }

    /// The table at the top; other keys than the known ones are faults.
    pub(super) fn top(&mut self, table: &'a DeTable<'a>, known: &[&str]) -> Table<'a> {
        let mut lines = Lines { own: 1, keys: Vec::new() };
        for (key, value) in table {
            let (name, line) = (key.get_ref(), self.line(key.span().start.min(value.span().start)));
            if known.contains(&&**name) {
                lines.keys.push((name.to_string(), line));
            } else {
                self.refuse(line, format!("there is no key {name} here; the keys are {}", known.join(", ")));
            }
        }
        Table { table, lines }
    }

    fn open(&mut self, name: &str, value: &'a Value<'a>, known: &[&str]) -> Option<Table<'a>> {
        let Some(inner) = value.get_ref().as_table() else {
            self.refuse_type(name, value, "tables");
            return None;
        };
        let mut table = self.top(inner, known);
        table.lines.own = self.line(value.span().start);
        Some(table)
    }

    /// The tables of a list, as `[[name]]` or in brackets.
    pub(super) fn tables(&mut self, table: &Table<'a>, name: &str, known: &[&str]) -> Vec<Table<'a>> {
        let Some(value) = table.get(name) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.refuse_type(name, value, &format!("a list of tables, each beginning with [[{name}]]"));
            return Vec::new();
        };
        list.iter().filter_map(|value| self.open(name, value, known)).collect()
    }

    /// A text; empty if there is none.
    pub(super) fn text(&mut self, table: &Table<'a>, key: &str) -> String {
        let Some(value) = table.get(key) else { return String::new() };
        if value.get_ref().as_str().is_none() {
            self.refuse_type(key, value, "a text in quotes");
        }
        value.get_ref().as_str().unwrap_or_default().to_owned()
    }

    /// The texts of a list, each with its line.
    pub(super) fn texts(&mut self, table: &Table<'a>, key: &str) -> Vec<(String, usize)> {
        let expected = "a list of texts, such as [\"a\", \"b\"]";
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.refuse_type(key, value, expected);
            // As if it were the only one, so that nothing seems to be missing.
            return value.get_ref().as_str().map(|text| vec![(text.to_owned(), 0)]).unwrap_or_default();
        };
        let mut texts = Vec::new();
        for item in list {
            let line = self.line(item.span().start);
            let Some(text) = item.get_ref().as_str() else {
                self.refuse_type(key, item, expected);
                continue;
            };
            if text.is_empty() || text.contains([',', ' ', '\t', '\r', '\n']) {
                self.refuse(line, format!("{key}: {text:?} is not one; give each in quotes of its own"));
            }
            texts.push((text.to_owned(), line));
        }
        texts
    }

    /// The texts of a list as they would be typed in a field.
    pub(super) fn list(&mut self, table: &Table<'a>, key: &str) -> String {
        self.texts(table, key).into_iter().map(|(text, _)| text).collect::<Vec<_>>().join("\n")
    }

    /// A whole number; empty if there is none.
    pub(super) fn number(&mut self, table: &Table<'a>, key: &str) -> String {
        let Some(value) = table.get(key) else { return String::new() };
        let number = value.get_ref().as_integer();
        if number.is_none() {
            self.refuse_type(key, value, "a whole number");
        }
        // One that is too large is refused as any other.
        number
            .map(|number| i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX).to_string())
            .unwrap_or_default()
    }

    /// `true` or `false`.
    pub(super) fn switch(&mut self, table: &Table<'a>, key: &str, default: bool) -> bool {
        let Some(value) = table.get(key) else { return default };
        let on = value.get_ref().as_bool();
        if on.is_none() {
            self.refuse_type(key, value, "true or false");
        }
        on.unwrap_or(default)
    }

    /// A date or a moment, with or without quotes; empty if there is none.
    pub(super) fn moment(&mut self, table: &Table<'a>, key: &str) -> String {
        match table.get(key).map(Spanned::get_ref) {
            Some(DeValue::Datetime(moment)) => moment.to_string(),
            _ => self.text(table, key),
        }
    }
}

/// The line of that byte, from 1.
pub(super) fn line_of(text: &[u8], place: usize) -> usize {
    1 + text.iter().take(place).filter(|byte| **byte == b'\n').count()
}
