//! Lines within 120 columns, and no private words: what `CONTRIBUTING.md` says under "Glossary" and "Style".

use super::floors::assert_none;
use crate::support::source;

/// Files with a line that cannot be broken, and why.
const LONG_LINES: &[(&str, &str)] = &[
    ("src/lib.rs", "rows of the floor table"),
    ("src/config/variables.rs", "rustfmt does not format this macro"),
    ("src/routes.rs", "one row of the table a line"),
    ("src/storage/tables.rs", "a macro"),
    ("src/crypto/jwt.rs", "a token as JSON"),
    ("src/texts/mod.rs", "ranges of characters"),
    ("tests/it/support/sample_app.rs", "a response as JSON"),
];

/// Words of a private language, and what to write instead.
const PRIVATE: &[(&str, &str)] = &[
    ("deed", "operation, change"),
    ("deeds", "operations, changes"),
    ("wish", "upgrade request"),
    ("passage", "request"),
    ("passport", "verdict"),
    ("standing", "authentication"),
    ("news", "notice"),
    ("heard", "applied, received"),
    ("hears", "receives"),
    ("wire", "listener"),
    ("patience", "timeout"),
    ("anew", "again"),
    ("looks", "checks"),
    ("told", "notified"),
];

/// Uses of these words in their plain sense, or in a public name.
const PLAIN: &[&str] = &["Looks up", "is told before", "rename = \"deed\"", "(\"deed\""];

/// The words of a line; `find_user` and `FindUser` are two words each.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in line.chars() {
        if !c.is_alphabetic() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words
}

fn lines_of(folder: &str) -> Vec<(String, usize, String)> {
    let root = source::repository();
    let files = source::files_below(&root.join(folder))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"));
    let mut lines = Vec::new();
    for path in files {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let text = std::fs::read_to_string(&path).unwrap();
        lines.extend(text.lines().enumerate().map(|(number, line)| (name.clone(), number + 1, line.to_owned())));
    }
    lines
}

#[test]
fn lines_stay_within_120_columns() {
    let mut lines = lines_of("src");
    lines.extend(lines_of("tests"));
    let long: Vec<_> = lines.iter().filter(|(_, _, line)| line.chars().count() > 120).collect();
    let excepted = |file: &str| LONG_LINES.iter().any(|(name, _)| *name == file);
    let faults = long.iter().filter(|(file, _, _)| !excepted(file));
    assert_none(&faults.map(|(file, number, _)| format!("{file}:{number} is too long")).collect::<Vec<_>>());
    let needless = LONG_LINES.iter().filter(|(name, _)| !long.iter().any(|(file, _, _)| file == name));
    assert_none(&needless.map(|(name, _)| format!("{name} needs no exception")).collect::<Vec<_>>());
}

#[test]
fn sources_use_no_private_words() {
    let mut faults = Vec::new();
    for (file, number, line) in lines_of("src") {
        if PLAIN.iter().any(|plain| line.contains(plain)) {
            continue;
        }
        for word in words(&line) {
            let better = PRIVATE.iter().find(|(private, _)| *private == word);
            faults.extend(better.map(|(_, better)| format!("{file}:{number}: {word:?}; write {better}")));
        }
    }
    assert_none(&faults);
}

#[test]
fn words_are_found_in_names_and_in_sentences() {
    assert_eq!(words("fn run_deed(UserDeed)").iter().filter(|word| *word == "deed").count(), 2);
    assert_eq!(words("no news is good news").iter().filter(|word| *word == "news").count(), 2);
    assert!(!words("indeed newsletter").iter().any(|word| word == "deed" || word == "news"));
}
