//! The house rules that no lint knows: floors, and one place for each primitive.
//!
//! The floor table is the one in the crate doc of `src/lib.rs`, so the document and the check cannot drift apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::source::{self, Source};

/// One row of the table in the crate doc.
struct Row {
    floor: u32,
    ours: Vec<String>,
    foreign: Vec<String>,
}

/// The whole table, with the line about what is free on every floor.
struct Table {
    rows: BTreeMap<String, Row>,
    /// Crate to the module that must not use it, if any.
    free: BTreeMap<String, Option<String>>,
}

impl Table {
    fn parse(doc: &str) -> Self {
        let rows = doc.lines().filter_map(parse_row).collect();
        let free =
            doc.lines().find_map(|line| line.strip_prefix("Free on every floor:")).map(parse_free).unwrap_or_default();
        Self { rows, free }
    }

    /// Faults of the table itself: a row may list lower floors only, so there can be no cycle.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (module, row) in &self.rows {
            for used in row.ours.iter().filter(|used| *used != "*") {
                match self.rows.get(used) {
                    None => faults.push(format!("the row of {module} lists {used}, which has no row")),
                    Some(other) if other.floor >= row.floor => {
                        faults.push(format!("the row of {module} lists {used}, which is not below it"));
                    }
                    Some(_) => {}
                }
            }
        }
        faults
    }

    fn allows_foreign(&self, module: &str, name: &str) -> bool {
        if let Some(except) = self.free.get(name)
            && except.as_deref() != Some(module)
        {
            return true;
        }
        self.rows.get(module).is_some_and(|row| lists(&row.foreign, name))
    }
}

fn lists(allowed: &[String], name: &str) -> bool {
    allowed.iter().any(|entry| entry == name || entry == "*")
}

/// `| 1 | config | domain | secrecy, clap |`
fn parse_row(line: &str) -> Option<(String, Row)> {
    let cells: Vec<&str> = line.strip_prefix('|')?.trim_end_matches('|').split('|').map(str::trim).collect();
    let [floor, module, ours, foreign] = cells.as_slice() else { return None };
    let names = |cell: &str| {
        cell.split(',').map(|name| name.trim().trim_matches('`').to_owned()).filter(|name| name != "-").collect()
    };
    Some(((*module).to_owned(), Row { floor: floor.parse().ok()?, ours: names(ours), foreign: names(foreign) }))
}

/// `serde, serde_json, and tokio (not in domain).`
fn parse_free(list: &str) -> BTreeMap<String, Option<String>> {
    let list = list.replace(['`', '.'], "").replace(" and ", " ");
    let entry = |text: &str| {
        let (name, except) = text.split_once("(not in").unwrap_or((text, ""));
        let except = except.trim().trim_end_matches(')');
        (name.trim().to_owned(), (!except.is_empty()).then(|| except.to_owned()))
    };
    list.split(',').map(entry).collect()
}

/// Every way in which `sources` leave their floor.
fn floor_violations(table: &Table, dependencies: &BTreeSet<String>, sources: &[Source]) -> Vec<String> {
    let mut violations = Vec::new();
    for source in sources {
        let module = source.top_module();
        if module == "lib" {
            continue;
        }
        let Some(row) = table.rows.get(module) else {
            violations.push(format!("src/{}: module {module} has no row in the floor table", source.file));
            continue;
        };
        for path in &source.paths {
            let root = path[0].as_str();
            if root == "crate" {
                let used = path.get(1).map_or(module, String::as_str);
                if used != module && !lists(&row.ours, used) {
                    violations.push(format!("src/{}: {} is not on the list of {module}", source.file, path.join("::")));
                }
            } else if dependencies.contains(root) && !table.allows_foreign(module, root) {
                violations.push(format!(
                    "src/{}: {module} may not name the crate {root} ({})",
                    source.file,
                    path.join("::")
                ));
            }
        }
    }
    violations
}

/// A primitive and the only files that may name it; an entry that ends in `/` is a folder.
struct Fence {
    crates: &'static [&'static str],
    only_in: &'static [&'static str],
}

const FENCES: &[Fence] = &[
    Fence { crates: &["bcrypt", "jsonwebtoken", "sha2", "hmac", "hkdf", "siphasher", "passki"], only_in: &["crypto/"] },
    // Secrets are generated on the floor of `crypto`, which therefore cannot be asked.
    Fence { crates: &["rand"], only_in: &["crypto/", "config/secrets.rs"] },
    Fence { crates: &["actix_session", "actix_identity"], only_in: &["http/", "app.rs", "routes.rs"] },
    Fence { crates: &["dotenvy"], only_in: &["config/"] },
    Fence {
        crates: &["hyper", "hyper_util", "http_body_util", "tower_service"],
        only_in: &["gate/", "demo/", "probe/", "acme/connection.rs"],
    },
    Fence { crates: &["actix_http", "actix_server", "actix_service"], only_in: &["app/server.rs"] },
];

fn stands_in(file: &str, places: &[&str]) -> bool {
    places.iter().any(|place| if place.ends_with('/') { file.starts_with(place) } else { file == *place })
}

/// Every primitive named outside its one place.
fn fence_violations(sources: &[Source]) -> Vec<String> {
    let sql_files = sources
        .iter()
        .find(|source| source.file == "storage/mod.rs")
        .map(|source| sql_files(&source.doc))
        .unwrap_or_default();
    let mut violations = Vec::new();
    for source in sources {
        let mut refuse = |what: &str| violations.push(format!("src/{}: {what} has another place", source.file));
        for fence in FENCES.iter().filter(|fence| !stands_in(&source.file, fence.only_in)) {
            fence
                .crates
                .iter()
                .filter(|name| source.paths.iter().any(|path| path[0] == **name))
                .for_each(|name| refuse(name));
        }
        if names(source, "render") && !stands_in(&source.file, &["http/page.rs", "mail/", "snippets/mod.rs"]) {
            refuse("render()");
        }
        if names(source, "sql_query") && !sql_files.contains(&source.file) {
            refuse("sql_query");
        }
        if source
            .paths
            .iter()
            .any(|path| path.iter().any(|part| part == "process") && path.iter().any(|part| part == "Command"))
        {
            refuse("process::Command");
        }
        if source.top_module() == "storage" {
            let crypto =
                source.paths.iter().filter(|path| path.get(..2).is_some_and(|start| start == ["crate", "crypto"]));
            let kept = |path: &&Vec<String>| !path.iter().any(|part| part == "TokenHash" || part == "PasswordHash");
            crypto.filter(kept).for_each(|path| refuse(&path.join("::")));
        }
    }
    violations
}

/// Whether the file calls `name` as a method or names it as a function.
fn names(source: &Source, name: &str) -> bool {
    source.methods.contains(name) || source.paths.iter().any(|path| path.last().is_some_and(|last| last == name))
}

/// The files behind `sql_query:` in the module doc of `storage`.
fn sql_files(doc: &str) -> BTreeSet<String> {
    let lists = doc.lines().filter_map(|line| line.strip_prefix("sql_query:").or(line.strip_prefix("`sql_query`:")));
    lists
        .flat_map(|list| list.split([',', ' ', '`']))
        .filter(|name| name.strip_suffix(".rs").is_some())
        .map(|name| format!("storage/{name}"))
        .collect()
}

/// The names of `[dependencies]`, as code writes them.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            inside = section == "dependencies]" || section.ends_with(".dependencies]");
            found
                .extend(section.strip_prefix("dependencies.").map(|name| name.trim_end_matches(']').replace('-', "_")));
        } else if inside && let Some((name, _)) = line.split_once('=').filter(|_| !line.starts_with('#')) {
            found.insert(name.trim().split('.').next().unwrap_or_default().replace('-', "_"));
        }
    }
    found
}

fn real_table() -> Table {
    let text = std::fs::read_to_string(source::repository().join("src/lib.rs")).unwrap();
    Table::parse(&Source::parse("lib.rs", &text).doc)
}

pub(super) fn read(file: &str) -> String {
    std::fs::read_to_string(source::repository().join(file)).unwrap_or_else(|fault| panic!("{file}: {fault}"))
}

pub(super) fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn every_module_stays_on_its_floor() {
    let table = real_table();
    assert!(table.rows.len() > 10 && table.free.len() > 5, "the table in src/lib.rs was not understood");
    assert_none(&table.faults());
    assert_none(&floor_violations(&table, &dependencies(&read("Cargo.toml")), &source::read_all()));
}

#[test]
fn every_row_of_the_floor_table_has_its_module() {
    let sources = source::read_all();
    let modules: BTreeSet<&str> = sources.iter().map(Source::top_module).collect();
    let missing: Vec<String> = real_table().rows.into_keys().filter(|row| !modules.contains(row.as_str())).collect();
    assert_none(&missing);
}

#[test]
fn every_primitive_has_one_place() {
    assert_none(&fence_violations(&source::read_all()));
}

/// The checks above are worth something only while they find what they look for.
mod the_checker {
    use super::*;

    const TABLE: &str = "Free on every floor: serde, `serde_json`, and tokio (not in `domain`).\n\n\
        | floor | module | may use of ours | foreign crates it may name |\n|---|---|---|---|\n\
        | 0 | domain | - | url |\n| 1 | crypto | domain | bcrypt |\n| 2 | storage | domain, crypto | diesel |\n| 7 | \
        app | * | * |\n";

    fn violations(file: &str, text: &str) -> Vec<String> {
        let crates = ["url", "bcrypt", "diesel", "tokio", "serde", "time"].map(str::to_owned).into();
        floor_violations(&Table::parse(TABLE), &crates, &[Source::parse(file, text)])
    }

    fn fenced(file: &str, text: &str) -> usize {
        let head = Source::parse("storage/mod.rs", "//! Tables.\n//!\n//! sql_query: pragma.rs, `upsert.rs`\n");
        fence_violations(&[head, Source::parse(file, text)]).len()
    }

    #[test]
    fn passes_what_the_table_allows() {
        assert_none(&violations(
            "storage/users.rs",
            "use crate::{domain::user::User, crypto as c};\nfn f() { diesel::insert(); serde::x(); }",
        ));
        assert_none(&violations("app.rs", "use crate::storage; fn f() { bcrypt::hash(); }"));
    }

    #[test]
    fn finds_a_module_of_a_higher_floor_however_it_is_named() {
        let ways = [
            "use crate::storage::users;",
            "use crate::{domain::email::Email, storage::{self}};",
            "fn f() { crate::storage::go(); }",
            "use super::super::storage;",
            "fn f(x: &super::super::storage::Row) {}",
            "fn f() { format!(\"{}\", crate::storage::NAME) }",
            "#[thing(table = crate::storage::schema)] struct S;",
            "mod inner { fn f() { super::super::super::storage::go(); } }",
            "use portcullis::storage;",
        ];
        for text in ways {
            assert_eq!(violations("crypto/keys.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn finds_a_foreign_crate_however_it_is_named() {
        let ways = [
            "use diesel::prelude::Thing;",
            "use diesel;",
            "fn f() { diesel::go() }",
            "use ::diesel::x;",
            "fn f() { vec![diesel::x()]; }",
        ];
        for text in ways.into_iter().chain([
            "#[derive(diesel::Queryable)] struct S;",
            "extern crate diesel;",
            "use {url::Url, diesel::x};",
        ]) {
            assert_eq!(violations("domain/user.rs", text).len(), 1, "{text}");
        }
        assert_eq!(
            violations("domain/user.rs", "use tokio::sync::Mutex;").len(),
            1,
            "tokio is free everywhere but here"
        );
        assert_none(&violations("crypto/keys.rs", "use tokio::sync::Mutex;"));
    }

    #[test]
    fn knows_a_module_from_a_crate_of_the_same_name_and_cuts_unit_tests() {
        assert_none(&violations("domain/mod.rs", "pub mod time; fn f() { time::now() }"));
        assert_none(&violations("domain/user.rs", "use super::time; fn f() { time::now() }"));
        assert_none(&violations("domain/user.rs", "#[cfg(test)] mod tests { use crate::storage; use diesel::x; }"));
        assert_eq!(violations("domain/user.rs", "#[cfg(not(test))] mod kept { use crate::storage; }").len(), 1);
    }

    #[test]
    fn wants_a_row_for_every_module_and_no_upward_row() {
        assert_eq!(violations("helpers/mod.rs", "").len(), 1);
        let upward = Table::parse("| 1 | config | crypto, nothing | - |\n| 1 | crypto | - | - |");
        assert_eq!(upward.faults().len(), 2);
        assert_none(&Table::parse(TABLE).faults());
    }

    #[test]
    fn finds_a_primitive_outside_its_place() {
        assert_eq!(fenced("accounts/x.rs", "fn f() { bcrypt::hash() }"), 1);
        assert_eq!(fenced("crypto/x.rs", "fn f() { bcrypt::hash() }"), 0);
        assert_eq!(fenced("pages/login.rs", "fn f() { page.render() }"), 1);
        assert_eq!(fenced("pages/login.rs", "fn f() { wrap!(page.render()) }"), 1);
        assert_eq!(fenced("http/page.rs", "fn f() { page.render() }"), 0);
        assert_eq!(fenced("storage/users.rs", "use diesel::sql_query;"), 1);
        assert_eq!(fenced("storage/upsert.rs", "use diesel::sql_query;"), 0);
        assert_eq!(fenced("storage/users.rs", "use crate::crypto::{opaque_token::TokenHash, keys::Keys};"), 1);
        assert_eq!(fenced("jobs.rs", "use std::process::Command;"), 1);
    }

    #[test]
    fn reads_dependencies_as_code_writes_them() {
        let manifest = "[dependencies]\n# a = 1\nactix-web = \"4\"\nurl.workspace = true\n[dependencies.r2d2]\nversion \
            = \"1\"\n[dev-dependencies]\nsyn = \"2\"\n";
        assert_eq!(dependencies(manifest), ["actix_web", "r2d2", "url"].map(str::to_owned).into());
    }
}
