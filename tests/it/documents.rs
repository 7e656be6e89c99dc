//! Generated documents are what the table says.

use portcullis::config::docs;

use super::support::source::repository;

#[test]
fn the_generated_documents_are_up_to_date() {
    let read = |name: &str| std::fs::read_to_string(repository().join(name)).unwrap();
    assert_eq!(read(".env.example"), docs::env_example(), "run: cargo run --example generate_docs");
    assert_eq!(read("docs/CONFIGURATION.md"), docs::configuration_md(), "run: cargo run --example generate_docs");
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(readme.contains("cargo run -- demo") && readme.contains("scripts/test"));
}
