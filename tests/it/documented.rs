//! What the documents tell people to type: every command is run, every configuration is used or parsed, every link
//! leads somewhere.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::support::people::{self, OWNER};
use super::support::process::{Process, run, run_with, said};
use super::support::source::repository;

/// Blocks that other tests run, by document: the real proxies, with exactly this text.
const RUN_BY_PROXIES: [(&str, &[&str]); 3] = [
    ("docs/COMPAT.md", &["nginx"]),
    ("docs/FORWARD-AUTH.md", &["nginx", "caddy", "yaml", "haproxy", "envoy"]),
    ("docs/TLS.md", &["nginx", "caddy", "yaml"]),
];
/// Settings and commands of other programs, which were tried by hand where the document says so.
const OF_APPS: (&str, &[&str]) = ("docs/APPS.md", &["console", "ini", "python", "yaml"]);
/// The file that `apply` is shown with; apply.rs applies it twice.
const APPLIED: (&str, &str) = ("docs/SEVERAL-APPS.md", "toml");
/// The file of an app with fixed headers; `fixed_headers.rs` applies it.
const HEADERS: (&str, &str) = ("docs/HEADERS.md", "toml");
/// What `signed_identity.rs` runs, and settings of Grafana.
const SIGNED: (&str, &[&str]) = ("docs/SIGNED-IDENTITY.md", &["js", "python", "ini"]);
/// Commands that are not ours, and where they are tested.
const OTHERS: [(&str, &str); 20] = [
    ("cargo run -- demo", "command_line.rs starts the demo"),
    ("cargo build --release", "builds what every test builds"),
    ("cargo install --path .", "builds what every test builds"),
    ("cargo test --test it", "is this suite"),
    ("cargo run --example completions -- bash completions", "the example is built and run here"),
    ("scripts/test", "is what CI runs"),
    ("scripts/lint", "is what CI runs"),
    (".ci/run", "is what CI runs"),
    ("scripts/with-postgres cargo test --test it", "scripts/test runs it"),
    ("scripts/package", "by hand: scripts/test-package"),
    ("cd docker", "by hand: scripts/test-image"),
    ("cp .env.example .env", "by hand: scripts/test-image"),
    ("docker compose up --build", "by hand: scripts/test-image"),
    ("docker compose logs portcullis", "by hand: scripts/test-image"),
    ("cd docker/nodes", "the files are read by documents.rs and run by nodes.rs"),
    ("for name in JWT_AUTH_TOKEN_SECRET", "run below"),
    ("echo \"$name=", "run below"),
    ("done", "run below"),
    ("scripts/test s33", "is what CI runs"),
    ("openssl req -x509", "app_upstreams.rs uses what it makes"),
];

fn documents() -> Vec<(String, String)> {
    let mut files = vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned(), "SECURITY.md".to_owned()];
    let below = std::fs::read_dir(repository().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    files.extend(
        below
            .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "md"))
            .map(|name| format!("docs/{name}")),
    );
    files.into_iter().map(|file| (file.clone(), std::fs::read_to_string(repository().join(&file)).unwrap())).collect()
}

/// A piece of a document that is code.
struct Block {
    /// What stands behind the fence; "indented" for lines that are indented after an empty one.
    kind: String,
    lines: Vec<String>,
}

impl Block {
    fn new(kind: &str) -> Self {
        Self { kind: kind.to_owned(), lines: Vec::new() }
    }

    fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut fenced, mut indented, mut after_blank) = (false, false, false);
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            fenced = !fenced;
            if fenced {
                blocks.push(Block::new(kind));
            }
            continue;
        }
        // Lines of an item of a list are indented too, but not after an empty line.
        indented = !fenced && line.starts_with("    ") && (indented || after_blank);
        if indented && after_blank {
            blocks.push(Block::new("indented"));
        }
        if fenced || indented {
            blocks.last_mut().unwrap().lines.push(line.trim_start().to_owned());
        }
        after_blank = line.trim().is_empty();
    }
    blocks
}

/// Every line that people are asked to type, with its document.
fn commands() -> Vec<(String, String)> {
    let message = |(file, text): (String, String)| -> Vec<(String, String)> {
        let shell = blocks(&text).into_iter().filter(|block| ["indented", "sh"].contains(&block.kind.as_str()));
        let lines = shell.flat_map(|block| block.lines).map(|line| line.split(" #").next().unwrap().trim().to_owned());
        lines.filter(|line| !line.is_empty()).map(|line| (file.clone(), line)).collect()
    };
    documents()
        .into_iter()
        .filter(|(file, _)| {
            !["docs/ARCHITECTURE.md", "docs/CONFIGURATION.md", "docs/COMMANDS.md"].contains(&file.as_str())
        })
        .flat_map(message)
        .collect()
}

/// The words of a command of ours, also inside a container or beside the unit: what is around it is seen by hand with
/// scripts/test-image and scripts/test-package.
fn of_ours(command: &str) -> Option<Vec<&str>> {
    let is_inside = command.starts_with("docker compose exec") || command.starts_with("systemd-run");
    let command = command.rfind(" portcullis ").filter(|_| is_inside).map_or(command, |at| &command[at + 1..]);
    let rest = command.strip_prefix("target/release/").unwrap_or(command).strip_prefix("portcullis ")?;
    Some(rest.split_whitespace().collect())
}

#[test]
fn every_block_of_the_documents_is_run_or_parsed_by_some_test() {
    let mut kinds = BTreeSet::new();
    for (file, text) in documents() {
        for Block { kind, .. } in blocks(&text) {
            let by_proxies = RUN_BY_PROXIES.iter().any(|(known, held)| *known == file && held.contains(&kind.as_str()));
            let of_apps = [OF_APPS, SIGNED].iter().any(|(known, held)| *known == file && held.contains(&kind.as_str()));
            let known = by_proxies
                || of_apps
                || [APPLIED, HEADERS].contains(&(&*file, &*kind))
                || ["indented", "sh", "env"].contains(&kind.as_str())
                || file == "docs/ARCHITECTURE.md";
            assert!(known, "{file}: nobody runs a block of the kind {kind:?}");
            kinds.insert(kind);
        }
    }
    assert!(kinds.contains("sh") && kinds.contains("env") && kinds.contains("indented"), "{kinds:?}");
    for (file, command) in commands() {
        let known = of_ours(&command).is_some() || OTHERS.iter().any(|(known, _)| command.starts_with(known));
        assert!(known, "{file}: nobody runs {command:?}");
    }
}

#[test]
fn the_documented_settings_are_valid() {
    let mut seen = 0;
    for (file, text) in documents() {
        for block in blocks(&text).into_iter().filter(|block| block.kind == "env") {
            let block = block.text();
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(".env"), &block).unwrap();
            let output = run(folder.path(), &["check-config"]);
            let message = said(&output);
            // Nobody answers at mail.example.org, and nobody has the certificates of app.example.org, nor its name.
            let elsewhere = [
                "wrong: Mail:",
                "wrong: Certificates: TLS_CERT_FILE: /etc/ssl/",
                "wrong: Certificates: ACME_EMAIL: the DNS has no address for app.example.org",
            ];
            let is_wrong = |line: &&str| line.starts_with("wrong:") && !elsewhere.iter().any(|of| line.starts_with(of));
            let wrong = message.lines().filter(is_wrong).count();
            assert!(wrong == 0 && !message.contains("the configuration is not valid"), "{file}:\n{block}\n{message}");
            for line in block.lines().filter(|line| !line.contains("PASSWORD")) {
                assert!(message.contains(line), "{file}: {line} is not in\n{message}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 3, "{seen}");
}

#[test]
fn the_documented_commands_generate_valid_secrets() {
    let notes = std::fs::read_to_string(repository().join("docs/NODES.md")).unwrap();
    let begin = notes.find("for name in JWT_AUTH_TOKEN_SECRET").unwrap();
    let end = begin + notes[begin..].find("done").unwrap() + 4;
    let made = Command::new("bash").arg("-c").arg(&notes[begin..end]).output().unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), &made.stdout).unwrap();
    assert_eq!(String::from_utf8_lossy(&made.stdout).lines().count(), 4);
    let output = run_with(folder.path(), &["check-config"], &[("NODE_ENV", "production".to_owned())]);
    assert!(output.status.success() && !said(&output).contains("use a strong"), "{}", said(&output));
}

/// The documented file of `apply`.
pub fn applied_file() -> String {
    file_in(APPLIED)
}

/// The documented file of an app with fixed headers.
pub fn file_with_headers() -> String {
    file_in(HEADERS)
}

fn file_in((document, kind): (&str, &str)) -> String {
    let text = std::fs::read_to_string(repository().join(document)).unwrap();
    blocks(&text).into_iter().find(|block| block.kind == kind).unwrap().text()
}

/// A command as documented, beside a running server; what starts one is checked with the same settings instead.
fn run_documented(process: &Process, words: &[&str]) -> Output {
    let elsewhere = tempfile::tempdir().unwrap();
    let own = [format!("--PORT={}", process.port), format!("--APP_URL={}", process.app_url())];
    match words {
        ["start" | "demo", settings @ ..] => run(elsewhere.path(), &[&["check-config"], settings].concat()),
        ["restore", file] => {
            std::fs::copy(process.folder.path().join(file), elsewhere.path().join(file)).unwrap();
            run(elsewhere.path(), words)
        }
        ["apply", file, ..] => {
            // What it does is in apply.rs; here other documents make the same groups.
            std::fs::write(process.folder.path().join(file), applied_file()).unwrap();
            process.run(&["apply", file, "--dry-run"])
        }
        // proxies/doctor.rs runs it.
        ["probe", ..] => run(elsewhere.path(), &[words, &["--help"]].concat()),
        // It needs the database for itself; secret_change.rs runs it.
        ["secret", "change", "--yes"] => run(elsewhere.path(), &["secret", "change", "--help"]),
        // The whole of it is run by backup.rs, with a PostgreSQL of its own.
        ["migrate-store", "--from", _, "--to", _] => run(elsewhere.path(), &["migrate-store", "--help"]),
        _ => process.run(&[words, &[own[0].as_str(), own[1].as_str()]].concat()),
    }
}

#[tokio::test]
async fn every_documented_command_works_as_written() {
    let process = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut process.client(), &token).await;
    for (email, more) in [("ada@example.org", &["--name", "Ada"][..]), ("you@example.org", &[])] {
        assert!(process.run(&[&["user", "invite", email], more].concat()).status.success());
    }
    std::fs::write(process.folder.path().join("forge-headers"), "X-Api-Key: a\n").unwrap();
    let all = commands();
    let ours: Vec<Vec<&str>> = all.iter().filter_map(|(_, command)| of_ours(command)).collect();
    assert!(ours.len() >= 18, "{ours:?}");
    for words in ours {
        // Earlier commands may have disabled them.
        for email in ["ada@example.org", OWNER] {
            drop(process.run(&["user", "enable", email]));
        }
        let output = run_documented(&process, &words);
        // The app that a document names is not there.
        let starts = matches!(words[0], "start" | "demo") && said(&output).contains("the settings are valid");
        let differs = words[0] == "apply" && output.status.code() == Some(3);
        assert!(output.status.success() || starts || differs, "portcullis {}: {}", words.join(" "), said(&output));
    }
    let folder = tempfile::tempdir().unwrap();
    let completions = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--example", "completions", "--", "bash"])
        .arg(folder.path())
        .current_dir(repository())
        .output()
        .unwrap();
    assert!(completions.status.success(), "{}", said(&completions));
    assert!(folder.path().join("portcullis.bash").is_file());
}

/// The anchors that a document's headings make.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let plain = |heading: &str| {
        heading
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
            .collect::<String>()
            .replace(' ', "-")
    };
    headings.map(plain).collect()
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let mut seen = 0;
    for (file, text) in documents() {
        let folder = Path::new(&file).parent().unwrap().to_owned();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let target: PathBuf =
                if path.is_empty() { repository().join(&file) } else { repository().join(&folder).join(path) };
            assert!(target.exists(), "{file}: {link}");
            if let Some(anchor) = anchor {
                assert!(anchors(&std::fs::read_to_string(&target).unwrap()).contains(anchor), "{file}: {link}");
            }
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}
