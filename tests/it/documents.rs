//! Generated documents are what the table says.

use portcullis::for_tests::{docs, variable_names};

use super::support::process::{run_with, said};
use super::support::source::repository;

#[test]
fn the_generated_documents_are_up_to_date() {
    let read = |name: &str| std::fs::read_to_string(repository().join(name)).unwrap();
    assert_eq!(read(".env.example"), docs::env_example(), "run: cargo run --example generate_docs");
    assert_eq!(read("docker/.env.example"), docs::docker_env_example(), "run: cargo run --example generate_docs");
    assert_eq!(read("docs/CONFIGURATION.md"), docs::configuration_md(), "run: cargo run --example generate_docs");
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    assert!(readme.contains("cargo run -- demo") && readme.contains("scripts/test"));
}

#[test]
fn the_compose_file_passes_every_variable_and_empty_ones_are_unset() {
    let text = std::fs::read_to_string(repository().join("docker/compose.yml")).unwrap();
    let block = text.split_once("    environment:\n").unwrap().1.split_once("\n\n").unwrap().0;
    let passed: Vec<(&str, &str)> = block.lines().filter_map(|line| line.trim().split_once(": ")).collect();
    let names: Vec<&str> = passed.iter().map(|(name, _)| *name).collect();
    let wanted: Vec<&str> = variable_names().into_iter().filter(|name| !["HOST", "DATA_DIR"].contains(name)).collect();
    assert_eq!(names, wanted);
    assert_eq!(docs::compose_yml(&text).as_ref(), Some(&text), "run: cargo run --example generate_docs");
    assert!(passed.iter().all(|(name, value)| value.starts_with(&format!("${{{name}:-"))));
    // What compose hands over when .env says nothing, and what the page tells people to put there.
    let folder = tempfile::tempdir().unwrap();
    let defaults = |name: &str, value: &str| value[name.len() + 4..].trim_end_matches('}').to_owned();
    let mut handed: Vec<(&str, String)> = passed.iter().map(|(name, value)| (*name, defaults(name, value))).collect();
    let empty = run_with(folder.path(), &["check-config"], &handed);
    // The app of the compose file is not there, which is all that is wrong.
    let fine = |text: &str| {
        text.lines().filter(|line| line.starts_with("wrong:")).all(|line| line.starts_with("wrong: The app:"))
    };
    let text = said(&empty);
    assert!(fine(&text) && text.contains("UPSTREAM_URL=http://app:8000") && !text.contains("is not valid"), "{text}");
    for (name, value) in [("PORT", "3010"), ("FLOWISE_USERNAME", "user"), ("FLOWISE_PASSWORD", "1234")] {
        handed.iter_mut().find(|(known, _)| *known == name).unwrap().1 = value.to_owned();
    }
    let deprecated = run_with(folder.path(), &["check-config"], &handed);
    assert!(fine(&said(&deprecated)) && said(&deprecated).contains("FLOWISE_USERNAME=user"), "{}", said(&deprecated));
}

#[test]
fn every_variable_is_read() {
    let files = std::fs::read_dir(repository().join("src/config")).unwrap().map(|entry| entry.unwrap().path());
    let readers: String = files
        .filter(|file| !file.ends_with("variables.rs"))
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let words: Vec<&str> = readers.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).collect();
    for name in variable_names() {
        assert!(words.contains(&name), "no field takes {name}");
    }
}

#[test]
fn the_compose_file_sets_variables_that_exist() {
    let text = std::fs::read_to_string(repository().join("docker/nodes/compose.yml")).unwrap();
    let block = text.split_once("environment: &environment\n").unwrap().1.split_once("\n\n").unwrap().0;
    let names: Vec<&str> =
        block.lines().filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name).collect();
    assert!(names.len() >= 9, "{names:?}");
    for name in names {
        assert!(variable_names().contains(&name), "{name}");
    }
    let notes = std::fs::read_to_string(repository().join("docs/NODES.md")).unwrap();
    for secret in [
        "JWT_AUTH_TOKEN_SECRET",
        "EXPRESS_SESSION_SECRET",
        "PASSWORD_KEY",
        "TOKEN_HASH_SECRET",
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
    ] {
        assert!(text.contains(&format!("${{{secret}}}")) && notes.contains(secret), "{secret}");
    }
}

/// The command reference as Markdown.
fn commands_md() -> String {
    let mut text = "# Commands\n\nGenerated from the table of commands. Every variable of \
        [CONFIGURATION.md](CONFIGURATION.md) is also a flag of every command.\n"
        .to_owned();
    describe(&portcullis::cli::command(), "portcullis", &mut text);
    text
}

fn describe(command: &clap::Command, path: &str, text: &mut String) {
    let own: Vec<&clap::Arg> =
        command.get_arguments().filter(|argument| !variable_names().contains(&argument.get_id().as_str())).collect();
    if !command.has_subcommands() {
        let words = own.iter().map(|argument| match argument.get_long() {
            Some(long) if argument.is_required_set() => format!(" --{long}"),
            Some(long) => format!(" [--{long}]"),
            None if argument.is_required_set() => format!(" {}", argument.get_id().as_str().to_uppercase()),
            None => format!(" [{}]", argument.get_id().as_str().to_uppercase()),
        });
        text.extend([format!(
            "\n## `{path}{}`\n\n{}.\n",
            words.collect::<String>(),
            command.get_about().unwrap_or_default()
        )]);
        for (number, argument) in own.into_iter().enumerate() {
            text.push_str(if number == 0 { "\n" } else { "" });
            let name = argument
                .get_long()
                .map_or_else(|| argument.get_id().as_str().to_uppercase(), |long| format!("--{long}"));
            text.extend([format!("- `{name}`: {}\n", argument.get_help().unwrap_or_default())]);
        }
    }
    for inner in command.get_subcommands() {
        describe(inner, &format!("{path} {}", inner.get_name()), text);
    }
}

#[test]
fn the_command_reference_and_the_man_page_are_up_to_date() {
    let mut man = Vec::new();
    clap_mangen::Man::new(portcullis::cli::command()).render(&mut man).unwrap();
    let made =
        vec![("docs/COMMANDS.md".to_owned(), commands_md().into_bytes()), ("packaging/portcullis.1".to_owned(), man)];
    for (file, content) in made {
        let path = repository().join(&file);
        if std::env::var_os("WRITE_DOCS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &content).unwrap();
        }
        let kept = std::fs::read(&path).unwrap_or_default();
        assert!(kept == content, "{file} is old; run: WRITE_DOCS=1 cargo test --test it documents");
    }
}
