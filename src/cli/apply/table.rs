//! Tables of a TOML file: what their keys hold, and the faults of what they hold.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::accounts::apply::{FileFault, Lines};
use crate::domain::groups::GroupName;
use crate::domain::language::Language;
use crate::texts;

/// A value with its place.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// The file, and what is wrong with it.
pub(super) struct Reader {
    /// Where lines end.
    ends: Vec<usize>,
    pub(super) faults: Vec<FileFault>,
    /// Where tables begin in which a key is unknown: another may seem to be missing for that reason.
    pub(super) misspelled: Vec<usize>,
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

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        let ends = text.match_indices('\n').map(|(place, _)| place).collect();
        Self { ends, faults: Vec::new(), misspelled: Vec::new() }
    }

    /// The line of that byte.
    pub(super) fn line(&self, place: usize) -> usize {
        1 + self.ends.partition_point(|end| *end < place)
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
    pub(super) fn top<'a>(&mut self, table: &'a DeTable<'a>, known: &[&str]) -> Table<'a> {
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

    fn open<'a>(&mut self, name: &str, value: &'a Value<'a>, known: &[&str]) -> Option<Table<'a>> {
        let Some(inner) = value.get_ref().as_table() else {
            self.refuse_type(name, value, "tables");
            return None;
        };
        let before = self.faults.len();
        let mut table = self.top(inner, known);
        table.lines.own = self.line(value.span().start);
        if self.faults.len() > before {
            self.misspelled.push(table.lines.own);
        }
        Some(table)
    }

    /// The tables of a list, as `[[name]]` or in brackets.
    pub(super) fn tables<'a>(&mut self, table: &Table<'a>, name: &str, known: &[&str]) -> Vec<Table<'a>> {
        let Some(value) = table.get(name) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.refuse_type(name, value, &format!("a list of tables, each beginning with [[{name}]]"));
            return Vec::new();
        };
        list.iter().filter_map(|value| self.open(name, value, known)).collect()
    }

    /// A text; empty if there is none.
    pub(super) fn text(&mut self, table: &Table<'_>, key: &str) -> String {
        let Some(value) = table.get(key) else { return String::new() };
        if value.get_ref().as_str().is_none() {
            self.refuse_type(key, value, "a text in quotes");
        }
        value.get_ref().as_str().unwrap_or_default().to_owned()
    }

    /// The texts of a list, each with its line.
    pub(super) fn texts(&mut self, table: &Table<'_>, key: &str) -> Vec<(String, usize)> {
        let expected = "a list of texts, such as [\"a\", \"b\"]";
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.refuse_type(key, value, expected);
            // As if it were the only one, so that nothing seems to be missing.
            return value
                .get_ref()
                .as_str()
                .map(|text| vec![(text.to_owned(), self.line(value.span().start))])
                .unwrap_or_default();
        };
        let mut texts = Vec::new();
        for item in list {
            let line = self.line(item.span().start);
            let Some(text) = item.get_ref().as_str() else {
                self.refuse_type(key, item, expected);
                continue;
            };
            if text.is_empty() || text.contains([',', ' ', '\t', '\r', '\n']) {
                let why = match GroupName::parse(text) {
                    Err(fault) if key == "groups" && !text.contains(',') => {
                        format!("is not the name of a group: {}", texts::say(Language::English, &fault.text()))
                    }
                    _ => "is not one; give each in quotes of its own".to_owned(),
                };
                self.refuse(line, format!("{key}: {text:?} {why}"));
            }
            texts.push((text.to_owned(), line));
        }
        texts
    }

    /// The texts of a list, one a line, whatever they contain.
    pub(super) fn lines(&mut self, table: &Table<'_>, key: &str) -> String {
        let expected = "a list of texts, such as [\"a\", \"b\"]";
        let Some(value) = table.get(key) else { return String::new() };
        let Some(list) = value.get_ref().as_array() else {
            self.refuse_type(key, value, expected);
            return String::new();
        };
        let mut texts = Vec::new();
        for item in list {
            match item.get_ref().as_str() {
                Some(text) => texts.push(text),
                None => self.refuse_type(key, item, expected),
            }
        }
        texts.join("\n")
    }

    /// The texts of a list as they would be typed in a field.
    pub(super) fn list(&mut self, table: &Table<'_>, key: &str) -> String {
        self.texts(table, key).into_iter().map(|(text, _)| text).collect::<Vec<_>>().join("\n")
    }

    /// A whole number; empty if there is none.
    pub(super) fn number(&mut self, table: &Table<'_>, key: &str) -> String {
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
    pub(super) fn switch(&mut self, table: &Table<'_>, key: &str, default: bool) -> bool {
        let Some(value) = table.get(key) else { return default };
        let on = value.get_ref().as_bool();
        if on.is_none() {
            self.refuse_type(key, value, "true or false");
        }
        on.unwrap_or(default)
    }

    /// A date or a moment, with or without quotes; empty if there is none.
    pub(super) fn moment(&mut self, table: &Table<'_>, key: &str) -> String {
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

/// The headers of tables that can be several, which have double brackets.
const SEVERAL: [&str; 5] = ["people", "apps", "apps.fixed_headers", "apps.rules", "apps.rules.grants"];

/// The text with double brackets where a header of a table that can be several has single ones, and the faults: each
/// would be a duplicate key, and so would what follows.
pub(super) fn with_double_brackets(text: &str) -> (String, Vec<FileFault>) {
    let mut faults = Vec::new();
    let corrected = (1..).zip(text.split_inclusive('\n')).map(|(line, content)| {
        let start = content.split('#').next().unwrap_or_default().trim();
        let inner = start.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(str::trim);
        let Some(name) = inner.filter(|name| SEVERAL.contains(name)) else { return content.to_owned() };
        let message = format!("[{name}] has to be [[{name}]], in double brackets, as there can be several");
        faults.push(FileFault { line, message });
        content.replacen(start, &format!("[[{name}]]"), 1)
    });
    (corrected.collect(), faults)
}
