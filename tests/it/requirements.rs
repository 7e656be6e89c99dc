//! Keeps `docs/SECURITY-REQUIREMENTS.md` true: per S-number the tests that would fail without it.
//!
//! A test names the requirements that it covers: `s33_a_truncated_signature_is_refused`, or `s24_s29_…` for several.
//! After adding one, `WRITE_DOCS=1 cargo test --test it requirements` updates the table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::{self, Visit};

use crate::support::source;

const DOCUMENT: &str = "docs/SECURITY-REQUIREMENTS.md";

/// What has been delivered: each of these must have a test.
fn required_now() -> impl Iterator<Item = u32> {
    1..=136
}

/// Number of a requirement to the tests that hold it, each as `module::name`.
type Held = BTreeMap<u32, BTreeSet<String>>;

#[derive(Default)]
struct Tests {
    module: Vec<String>,
    held: Held,
}

impl<'ast> Visit<'ast> for Tests {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let is_test = item
            .attrs
            .iter()
            .any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "test"));
        let name = item.sig.ident.to_string();
        for number in numbers(&name).filter(|_| is_test) {
            let module = self.module.iter().filter(|part| *part != "tests").cloned();
            let full = module.chain([name.clone()]).collect::<Vec<_>>().join("::");
            self.held.entry(number).or_default().insert(full);
        }
    }
}

/// `s24_s29_parallel_guesses` covers 24 and 29.
fn numbers(name: &str) -> impl Iterator<Item = u32> {
    let digits =
        |part: &str| part.strip_prefix('s').filter(|digits| digits.len() >= 2).and_then(|digits| digits.parse().ok());
    name.split('_').map_while(digits)
}

fn scan(folder: &str, into: &mut Tests) {
    let root = source::repository().join(folder);
    for path in source::files_below(&root).iter().filter(|path| path.extension().is_some_and(|ext| ext == "rs")) {
        into.module = module_of(path.strip_prefix(&root).unwrap());
        into.visit_file(&syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap());
    }
}

fn module_of(file: &Path) -> Vec<String> {
    let parts = file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
    parts.into_iter().filter(|part| part != "mod" && part != "lib").collect()
}

fn held() -> Held {
    let mut tests = Tests::default();
    scan("src", &mut tests);
    scan("tests/it", &mut tests);
    tests.held
}

/// The document with its third column filled from `held`; the words are the document's own.
fn fill(document: &str, held: &Held) -> String {
    let line = |line: &str| match row(line) {
        None => line.to_owned(),
        Some((number, words)) => {
            let tests = held
                .get(&number)
                .into_iter()
                .flatten()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join("<br>");
            format!("| S{number:02} | {words} | {tests} |").replace("|  |", "| |")
        }
    };
    document.lines().map(line).fold(String::new(), |all, line| all + &line + "\n")
}

/// `| S24 | words | tests |`
fn row(line: &str) -> Option<(u32, &str)> {
    let mut cells = line.strip_prefix("| S")?.split('|').map(str::trim);
    Some((cells.next()?.parse().ok()?, cells.next()?))
}

#[test]
fn the_list_of_requirements_names_the_tests_that_hold_them() {
    let file = source::repository().join(DOCUMENT);
    let found = std::fs::read_to_string(&file).unwrap();
    let expected = fill(&found, &held());
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&file, &expected).unwrap();
        return;
    }
    let difference = expected.lines().zip(found.lines()).find(|(expected, found)| expected != found);
    assert!(
        difference.is_none(),
        "{DOCUMENT} is out of date (WRITE_DOCS=1 cargo test --test it requirements):\n{difference:#?}"
    );
}

#[test]
fn every_test_with_a_number_holds_a_listed_requirement() {
    let document = std::fs::read_to_string(source::repository().join(DOCUMENT)).unwrap();
    let listed: BTreeSet<u32> = document.lines().filter_map(row).map(|(number, _)| number).collect();
    assert_eq!(listed, required_now().collect());
    let unknown: Vec<_> = held().into_keys().filter(|number| !listed.contains(number)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_delivered_requirement_has_a_test() {
    let held = held();
    let without: Vec<_> =
        required_now().filter(|number| !held.contains_key(number)).map(|number| format!("S{number:02}")).collect();
    assert!(without.is_empty(), "no test holds {}", without.join(", "));
}

#[test]
fn names_are_read_up_to_the_first_word() {
    assert_eq!(numbers("s24_s29_parallel_guesses_s30").collect::<Vec<_>>(), [24, 29]);
    assert_eq!(numbers("sign_out_ends_it").count() + numbers("s_1_x").count() + numbers("s3cret").count(), 0);
    let held = Held::from([(24, BTreeSet::from(["login::s24_x".to_owned()]))]);
    assert_eq!(
        fill("# T\n| S24 | Slow | old |\n| S25 | Safe | old |", &held),
        "# T\n| S24 | Slow | `login::s24_x` |\n| S25 | Safe | |\n"
    );
}
