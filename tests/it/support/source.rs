//! Reads Rust sources as syntax trees and lists what they name, with unit tests cut out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};

/// One file under `src/`, reduced to what the floor checks ask about.
pub struct Source {
    /// Path below `src/`, with `/`.
    pub file: String,
    /// Every path named outside unit tests, from its root: `["crate", "http", "page"]` or `["hyper", "body"]`.
    pub paths: BTreeSet<Vec<String>>,
    /// What the names that a `use` outside unit tests brings into the file stand for.
    pub imports: BTreeMap<String, Vec<String>>,
    /// Every method called outside unit tests.
    pub methods: BTreeSet<String>,
    /// The text of the `//!` lines.
    pub doc: String,
    /// Lines of the file, unit tests included.
    pub lines: usize,
}

impl Source {
    /// Parses `text` as the file `file` below `src/`.
    pub fn parse(file: &str, text: &str) -> Self {
        let tree = syn::parse_file(text).unwrap_or_else(|fault| panic!("src/{file} does not parse: {fault}"));
        let mut names = LocalNames::default();
        names.visit_file(&tree);
        let mut collector = Collector {
            module: module_path(file),
            locals: names.0,
            paths: BTreeSet::new(),
            imports: BTreeMap::new(),
            methods: BTreeSet::new(),
        };
        collector.visit_file(&tree);
        let doc: String = text
            .lines()
            .filter_map(|line| line.strip_prefix("//!"))
            .fold(String::new(), |all, line| all + line.trim() + "\n");
        Self {
            file: file.to_owned(),
            paths: collector.paths,
            imports: collector.imports,
            methods: collector.methods,
            doc,
            lines: text.lines().count(),
        }
    }

    /// The top module the file belongs to; `lib` for the crate root.
    pub fn top_module(&self) -> &str {
        let first = self.file.split('/').next().unwrap_or(&self.file);
        first.strip_suffix(".rs").unwrap_or(first)
    }
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All of `src/`, sorted by path.
pub fn read_all() -> Vec<Source> {
    let root = repository().join("src");
    let files = files_below(&root);
    files
        .iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
        .map(|path| read_one(&root, path))
        .collect()
}

fn read_one(root: &Path, path: &Path) -> Source {
    let text = std::fs::read_to_string(path).unwrap();
    let file = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
    Source::parse(&file, &text)
}

/// Every file below `folder`, sorted.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// `accounts/sign_in.rs` is the module `accounts::sign_in`.
pub fn module_path(file: &str) -> Vec<String> {
    let mut parts: Vec<String> = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
        parts.pop();
    }
    parts
}

/// Modules and imports of a file: a path that begins with one of them names no foreign crate.
#[derive(Default)]
struct LocalNames(BTreeSet<String>);

impl<'ast> Visit<'ast> for LocalNames {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.0.insert(item.ident.to_string());
        visit::visit_item_mod(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for path in expand(&item.tree) {
            if path.path.len() > 1 {
                self.0.insert(path.leaf);
            }
        }
    }
}

struct Collector {
    module: Vec<String>,
    locals: BTreeSet<String>,
    paths: BTreeSet<Vec<String>>,
    imports: BTreeMap<String, Vec<String>>,
    methods: BTreeSet<String>,
}

impl Collector {
    fn add(&mut self, path: Vec<String>, anchored: bool) {
        let Some(first) = path.first() else { return };
        if anchored || !self.locals.contains(first) {
            self.paths.insert(self.absolute(path));
        }
    }

    fn absolute(&self, path: Vec<String>) -> Vec<String> {
        match path.first().map(String::as_str) {
            Some("portcullis") => crate_path(path.into_iter().skip(1)),
            Some("self" | "super") => self.resolve(&path),
            _ => path,
        }
    }

    /// `super::x` in module `a::b` is `crate::a::x`.
    fn resolve(&self, path: &[String]) -> Vec<String> {
        let ups = path.iter().take_while(|part| *part == "super" || *part == "self");
        let (supers, skipped) =
            ups.fold((0, 0), |(supers, all), part| (supers + usize::from(part == "super"), all + 1));
        let keep = self.module.len().saturating_sub(supers);
        crate_path(self.module.iter().take(keep).chain(path.iter().skip(skipped)).cloned())
    }

    fn scan_tokens(&mut self, buffer: &TokenBuffer) {
        self.scan(buffer.begin());
    }

    /// Macro arguments are no syntax tree: paths and method calls are picked out of the tokens.
    fn scan(&mut self, mut at: Cursor<'_>) {
        let mut before_dot = false;
        while !at.eof() {
            if let Some((inside, _, _, after)) = at.any_group() {
                self.scan(inside);
                at = after;
                before_dot = false;
            } else if let Some((ident, after)) = at.ident() {
                let (path, after) = continue_path(ident.to_string(), after);
                if before_dot {
                    self.methods.insert(path[0].clone());
                } else if path.len() > 1 {
                    self.add(path, false);
                }
                at = after;
                before_dot = false;
            } else if let Some((_, after)) = at.token_tree() {
                before_dot = at.punct().is_some_and(|(punct, _)| punct.as_char() == '.');
                at = after;
            } else {
                return;
            }
        }
    }
}

fn crate_path(parts: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once("crate".to_owned()).chain(parts).collect()
}

/// Reads `::name` as often as it follows.
fn continue_path(first: String, mut at: Cursor<'_>) -> (Vec<String>, Cursor<'_>) {
    let mut path = vec![first];
    while let Some((one, after_one)) = at.punct()
        && one.as_char() == ':'
        && let Some((two, after_two)) = after_one.punct()
        && two.as_char() == ':'
        && let Some((ident, after)) = after_two.ident()
    {
        path.push(ident.to_string());
        at = after;
    }
    (path, at)
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_test_only(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for found in expand(&item.tree) {
            self.imports.insert(found.leaf, self.absolute(found.path.clone()));
            // An import may begin with a name that another import brought in, so those are no foreign crates; a bare
            // `use hyper;` is.
            self.add(found.path, item.leading_colon.is_some());
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.add(vec![item.ident.to_string()], true);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.add(
                path.segments.iter().map(|segment| segment.ident.to_string()).collect(),
                path.leading_colon.is_some(),
            );
        }
        visit::visit_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.methods.insert(call.method.to_string());
        visit::visit_expr_method_call(self, call);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        self.visit_path(&item.path);
        self.scan_tokens(&TokenBuffer::new2(item.tokens.clone()));
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.visit_path(&list.path);
        self.scan_tokens(&TokenBuffer::new2(list.tokens.clone()));
    }
}

struct Import {
    path: Vec<String>,
    leaf: String,
}

/// `a::{b, c::d as e}` is `a::b` as `b` and `a::c::d` as `e`.
fn expand(tree: &syn::UseTree) -> Vec<Import> {
    match tree {
        syn::UseTree::Path(path) => prefixed(&path.ident.to_string(), expand(&path.tree)),
        syn::UseTree::Name(name) => vec![Import { path: vec![name.ident.to_string()], leaf: name.ident.to_string() }],
        syn::UseTree::Rename(rename) => {
            vec![Import { path: vec![rename.ident.to_string()], leaf: rename.rename.to_string() }]
        }
        syn::UseTree::Glob(_) => vec![Import { path: vec!["*".to_owned()], leaf: "*".to_owned() }],
        syn::UseTree::Group(group) => group.items.iter().flat_map(expand).collect(),
    }
}

fn prefixed(first: &str, imports: Vec<Import>) -> Vec<Import> {
    let prefix = |mut import: Import| {
        if import.path == ["self"] {
            let leaf = if import.leaf == "self" { first.to_owned() } else { import.leaf };
            return Import { path: vec![first.to_owned(), "self".to_owned()], leaf };
        }
        import.path.insert(0, first.to_owned());
        import
    };
    imports.into_iter().map(prefix).collect()
}

fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else { return false };
        let condition = list.tokens.to_string().replace(' ', "");
        list.path.is_ident("cfg") && (condition == "test" || condition.starts_with("all(test,"))
    })
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        _ => &[],
    }
}
