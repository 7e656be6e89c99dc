//! No circles of imports inside a floor: a file that names another is not named by it, directly or through others.
//!
//! A folder's `mod.rs` groups its files, so it names them and they name it; a name that it re-exports counts as
//! one of the file it comes from. A method call names no file.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::source::{self, Source};

/// Files whose own imports may close a circle, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[(
    "config/variables.rs",
    "a row of the table names its parser, and the part of the configuration with that parser reads the row",
)];

/// The files of a floor by module, and what they name.
struct Floor<'a> {
    files: BTreeMap<Vec<String>, &'a Source>,
}

impl<'a> Floor<'a> {
    fn new(sources: &[&'a Source]) -> Self {
        Self { files: sources.iter().map(|source| (source::module_path(&source.file), *source)).collect() }
    }

    /// The file in which `path` leads somewhere, through what the heads of folders import; absent where that is a head,
    /// or elsewhere.
    fn file_of(&self, path: &[String]) -> Option<&'a str> {
        let path = path.strip_prefix(["crate".to_owned()].as_slice())?;
        let (module, rest) =
            (1..=path.len()).rev().find_map(|end| Some((self.files.get_key_value(&path[..end])?, &path[end..])))?;
        let (module, source) = module;
        if !is_head(source) {
            return Some(&source.file);
        }
        let imported = source.imports.get(rest.first()?)?;
        let relative = imported.first().is_some_and(|first| first != "crate");
        let within = std::iter::once("crate".to_owned()).chain(module.iter().cloned()).filter(|_| relative);
        let target: Vec<String> = within.chain(imported.iter().cloned()).collect();
        // An import that leads back to where it stands names nothing new.
        if target[1..] == path[..] { None } else { self.file_of(&target) }
    }

    /// Which files each file names, heads of folders left out.
    fn named(&self) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
        let named = |source: &Source| {
            source.paths.iter().filter_map(|path| self.file_of(path)).filter(|file| *file != source.file).collect()
        };
        self.files
            .values()
            .filter(|source| !is_head(source))
            .map(|source| (source.file.as_str(), named(source)))
            .collect()
    }
}

fn is_head(source: &Source) -> bool {
    source.file.ends_with("/mod.rs")
}

/// A circle of files of which each names the next, if there is one.
fn circle(mut named: BTreeMap<&str, BTreeSet<&str>>) -> Option<Vec<String>> {
    // A file that names none of the remaining ones is in no circle.
    loop {
        let left: BTreeSet<&str> = named.keys().copied().collect();
        named.retain(|_, named| !named.is_disjoint(&left));
        if named.len() == left.len() {
            break;
        }
    }
    let mut way: Vec<&str> = named.keys().take(1).copied().collect();
    loop {
        let next = named.get(way.last()?)?.iter().find(|next| named.contains_key(*next))?;
        if let Some(begin) = way.iter().position(|file| file == next) {
            return Some(way[begin..].iter().chain([next]).map(|file| format!("src/{file}")).collect());
        }
        way.push(next);
    }
}

/// One circle of each floor that has any.
fn circles<'a>(sources: &'a [Source], exceptions: &[(&str, &str)]) -> BTreeMap<&'a str, String> {
    let mut floors: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources {
        floors.entry(source.top_module()).or_default().push(source);
    }
    let found = |sources: Vec<&Source>| {
        let mut named = Floor::new(&sources).named();
        named.retain(|file, _| !exceptions.iter().any(|(exception, _)| exception == file));
        circle(named).map(|files| files.join(" -> "))
    };
    floors.into_iter().filter_map(|(floor, sources)| Some((floor, found(sources)?))).collect()
}

#[test]
fn no_floor_has_a_circle_inside() {
    let sources = source::read_all();
    let found = circles(&sources, EXCEPTIONS);
    assert!(
        found.is_empty(),
        "files name each other in a circle:\n{}",
        found.into_values().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn every_exception_is_needed() {
    let sources = source::read_all();
    for (number, (file, reason)) in EXCEPTIONS.iter().enumerate() {
        let others = [&EXCEPTIONS[..number], &EXCEPTIONS[number + 1..]].concat();
        assert!(
            !circles(&sources, &others).is_empty(),
            "{file} closes no circle any more: take it off the exceptions ({reason})"
        );
    }
}

fn circle_of(files: &[(&str, &str)]) -> Option<String> {
    let sources: Vec<Source> = files.iter().map(|(file, text)| Source::parse(file, text)).collect();
    circles(&sources, &[]).into_values().next()
}

#[test]
fn files_that_name_each_other_in_a_round_are_found_and_named() {
    let files = [
        ("http/mod.rs", "pub mod page; pub mod error; pub mod language; pub mod top;"),
        ("http/top.rs", "use super::page;"),
        ("http/page.rs", "use crate::domain::user; use super::error::Fault;"),
        ("http/error.rs", "fn f() { super::language::of() }"),
        ("http/language.rs", "#[doc = concat!(crate::http::page::NAME)] struct S;"),
    ];
    assert_eq!(
        circle_of(&files).unwrap(),
        "src/http/error.rs -> src/http/language.rs -> src/http/page.rs -> src/http/error.rs"
    );
    let cut = files.map(|(file, text)| if file == "http/language.rs" { (file, "") } else { (file, text) });
    assert_eq!(circle_of(&cut), None);
}

#[test]
fn a_circle_is_found_through_what_a_folder_re_exports_and_into_its_folders() {
    for (head, name) in [
        ("pub mod error; pub mod page; pub use error::Fault;", "use super::Fault;"),
        ("pub mod error; pub mod page; use self::error::Fault as Broken;", "fn f(_: &super::Broken) {}"),
        ("pub mod error; pub mod page; pub use crate::http::error;", "use super::error::{self, Fault};"),
    ] {
        let files = [("http/mod.rs", head), ("http/error.rs", "use super::page::Page;"), ("http/page.rs", name)];
        assert!(circle_of(&files).is_some(), "{head} {name}");
    }
    let deep = [
        ("pages/mod.rs", "pub mod admin; pub mod form;"),
        ("pages/admin/mod.rs", "pub mod users;"),
        ("pages/admin/users.rs", "use super::super::form;"),
        ("pages/form.rs", "use super::admin::users::Row;"),
    ];
    assert!(circle_of(&deep).is_some());
}

#[test]
fn unit_tests_heads_of_folders_and_other_floors_close_no_circle() {
    let files = [
        ("http/mod.rs", "pub mod page; pub mod error; use page::Page; pub struct Settings(Page);"),
        (
            "http/page.rs",
            "use super::{Settings, error}; use crate::http::page::Inner; mod inner { use super::Settings; }",
        ),
        ("http/error.rs", "use super::Settings; #[cfg(test)] mod tests { use super::super::page; }"),
        ("pages/error.rs", "use crate::http::page;"),
    ];
    assert_eq!(circle_of(&files), None);
}
