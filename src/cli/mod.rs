//! The command line, one file per command group.
//!
//! Prints to standard output; only here is that allowed. Exit code 0 means success and nothing else.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::config::variables::TABLE;
use crate::config::{self, Config, Values, env};
use crate::domain::invisible::is_invisible;

mod app_arguments;
mod apply;
mod apps;
mod backup;
mod certificates;
mod explain;
mod factors;
mod groups;
mod health;
mod import;
mod migrate_store;
mod people;
mod probe;
mod progress;
mod rules;
mod secret;
mod server;
mod signing_keys;
mod snippet;
mod store;
mod tokens;

/// Maximum rows that a list command prints.
const LIST_LIMIT: i64 = 100_000;
/// The exit code of `explain` if the visitor is not let in, and of `apply --dry-run` if there is something to do.
const ANSWER_IS_NO: u8 = 3;

/// Prints one line to standard output.
fn say(line: &str) {
    if try_to_say(line).is_err() {
        tracing::debug!("standard output is closed");
    }
}

/// Prints one line to standard output; an error if nobody can have read it.
fn try_to_say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush())
}

/// Prints one line to standard error, for people.
fn tell(line: &str) {
    let mut out = std::io::stderr().lock();
    if writeln!(out, "{line}").is_err() {
        tracing::debug!("standard error is closed");
    }
}

/// A text as a terminal may show it.
fn printable(text: &str) -> String {
    let shown = |sign: char| if is_invisible(sign) { sign.escape_unicode().collect() } else { sign.to_string() };
    text.chars().map(shown).collect()
}

/// Runs the program with these arguments.
pub fn main(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let matches = match command().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(fault) => {
            let asked = !fault.use_stderr();
            if fault.print().is_err() {
                tracing::debug!("standard output is closed");
            }
            return if asked { ExitCode::SUCCESS } else { ExitCode::from(2) };
        }
    };
    match run(&matches) {
        Ok(code) => code,
        Err(text) => {
            let mut out = std::io::stderr().lock();
            if writeln!(out, "portcullis: {text}").is_err() {
                return ExitCode::from(3);
            }
            ExitCode::FAILURE
        }
    }
}

/// The one table of commands: help, man page, completions and `docs/COMMANDS.md` are generated from it.
#[expect(clippy::too_many_lines, reason = "one table")]
pub fn command() -> Command {
    let json = || Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON");
    let email = || Arg::new("email").required(true).help("The account's address");
    let named = || {
        [
            Arg::new("name").long("name").default_value("").help("The name shown"),
            Arg::new("admin").long("admin").action(ArgAction::SetTrue).help("Make it an admin"),
            Arg::new("group")
                .long("group")
                .value_name("GROUP")
                .action(ArgAction::Append)
                .help("Add it to this group; may be given several times"),
        ]
    };
    let by_mail = Arg::new("mail")
        .long("mail")
        .action(ArgAction::SetTrue)
        .help("Send the invitation by mail instead of printing its link");
    let user = Command::new("user").about("People").subcommand_required(true).subcommands(
        [
            Command::new("add")
                .about("Add an account; asks for the password, or reads it from standard input")
                .arg(email())
                .args(named()),
            Command::new("invite")
                .about("Add an account whose owner chooses the password with a link")
                .arg(email())
                .args(named())
                .arg(by_mail),
            Command::new("list")
                .about("List accounts")
                .arg(Arg::new("query").default_value("").help("A part of the address, the name or the user name"))
                .arg(Arg::new("group").long("group").value_name("GROUP").help("Only members of this group")),
            Command::new("disable").about("Disable an account and end its sessions").arg(email()),
            Command::new("enable").about("Let a disabled account sign in again").arg(email()),
            Command::new("delete").about("Delete an account permanently").arg(email()),
            Command::new("role")
                .about("Make an account admin or user")
                .arg(email())
                .arg(Arg::new("role").required(true).help("admin or user")),
            Command::new("username")
                .about("Give an account a user name, for apps that do not accept addresses, or remove it")
                .arg(email())
                .arg(
                    Arg::new("username")
                        .default_value("")
                        .help("1 to 64 of a-z, 0-9, '.', '_', '-'; leave it out to remove the user name"),
                ),
            Command::new("reset-link").about("Print a link for a new password").arg(email()),
            Command::new("factors").about("List the second factors of an account").arg(email()),
            Command::new("reset-factors")
                .about("Remove all second factors of an account, end its sessions, and tell its owner by mail")
                .arg(email()),
        ]
        .map(|command| command.arg(json())),
    );
    let group_of_people = || Arg::new("group").required(true).help("The group");
    let people = || email().action(ArgAction::Append).num_args(1..).help("The addresses of the accounts");
    let group = Command::new("group").about("Groups of people").subcommand_required(true).subcommands([
        Command::new("add")
            .about("Create a group")
            .arg(Arg::new("group").required(true).help("1 to 64 of a-z, 0-9, '_', '-'; not admin or user")),
        Command::new("list").about("List groups with the addresses of their members").arg(json()),
        Command::new("remove").about("Delete a group; nobody is in it any more").arg(group_of_people()),
        Command::new("join").about("Add people to a group").arg(group_of_people()).arg(people()),
        Command::new("leave").about("Remove people from a group").arg(group_of_people()).arg(people()),
    ]);
    let session = Command::new("session").about("Sessions").subcommand_required(true).subcommands([
        Command::new("list").about("List live sessions").arg(json()),
        Command::new("end")
            .about("End a session; the next request is refused")
            .arg(Arg::new("id").required(true).allow_hyphen_values(true).help("The session")),
    ]);
    Command::new("portcullis")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Puts sign-in in front of any web app")
        .subcommand_required(true)
        .args(settings())
        .subcommands([
            Command::new("start").visible_alias("serve").about("Run the gate"),
            Command::new("demo").about("Run the gate in front of a small sample app"),
            Command::new("check-config").about("Check the configuration and print the resulting settings"),
            Command::new("migrate").about("Bring the database up to date"),
            Command::new("health").about("Ask the running server whether it is ready"),
            user,
            group,
            session,
            Command::new("send-test-mail")
                .about("Send a test mail now and print the mail server's answer")
                .arg(email())
                .arg(json()),
        ])
        .subcommands([apps::command(), rules::command(), tokens::command(), tokens::link_command(), explain::command()])
        .subcommands([
            apply::command(),
            import::command(),
            signing_keys::command(),
            secret::command(),
            certificates::command(),
            snippet::command(),
            probe::command(),
        ])
        .subcommands(keeping())
}

/// Every variable as a flag of every command.
fn settings() -> impl Iterator<Item = Arg> {
    TABLE.iter().map(|row| {
        Arg::new(row.name())
            .long(row.name())
            .value_name("VALUE")
            .help(row.about())
            .long_help(row.about())
            .global(true)
            .hide_short_help(true)
            .help_heading("Settings, for every command")
    })
}

/// `backup`, `restore` and `migrate-store`.
fn keeping() -> [Command; 3] {
    let file = |about: &'static str| Arg::new("file").required(true).value_name("FILE").help(about);
    let yes =
        |name: &'static str, about: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(about);
    let address = |name: &'static str, about: &'static str| {
        Arg::new(name).long(name).required(true).value_name("URL").help(about)
    };
    let backup = Command::new("backup")
        .about("Write all data to one file, even while the server runs")
        .arg(file("The file to create"))
        .arg(yes("without-secrets", "Leave out the generated keys; the backup is useless without them"));
    let restore = Command::new("restore")
        .about("Read a backup into an empty database")
        .arg(file("A file written by backup"))
        .arg(yes(
            "keep-sessions",
            "Keep sessions, links and trusted browsers of the backup, even those that have ended since",
        ));
    let migrate_store = Command::new("migrate-store")
        .about("Move everything from one database to another, SQLite or PostgreSQL")
        .arg(address("from", "The database that has the data; no server may run on it"))
        .arg(address("to", "An empty database"));
    [backup, restore, migrate_store]
}

fn run(matches: &ArgMatches) -> Result<ExitCode, String> {
    let (name, matches) = matches.subcommand().ok_or("no command")?;
    let config = load(matches)?;
    match name {
        "start" => server::start(&config),
        "demo" => server::demo(config),
        "check-config" => server::check_config(&config),
        "migrate" => server::migrate(&config),
        "backup" => backup::backup(&config, matches),
        "restore" => backup::restore(&config, matches),
        "migrate-store" => migrate_store::migrate_store(&config, matches),
        "health" => health::health(&config),
        "user" if matches.subcommand().is_some_and(|(name, _)| name.ends_with("factors")) => {
            factors::run(&config, matches)
        }
        "user" => people::user(&config, matches),
        "group" => groups::group(&config, matches),
        "session" => people::session(&config, matches),
        "app" => apps::app(&config, matches),
        "rule" => rules::rule(&config, matches),
        "snippet" => snippet::snippet(&config, matches),
        "secret" => secret::secret(&config, matches),
        "signing-key" => signing_keys::signing_key(&config, matches),
        "certificate" => certificates::certificate(&config, matches),
        "token" => tokens::token(&config, matches),
        "link" => tokens::link(&config, matches),
        "explain" if !explain::explain(&config, matches)? => return Ok(ExitCode::from(ANSWER_IS_NO)),
        "apply" if !apply::apply(&config, matches)? => return Ok(ExitCode::from(ANSWER_IS_NO)),
        "explain" | "apply" => Ok(()),
        "import" => import::import(&config, matches),
        "probe" => return Ok(probe::run(&config, matches)),
        "send-test-mail" => people::send_test_mail(&config, matches),
        other => Err(format!("unknown command {other}")),
    }
    .map(|()| ExitCode::SUCCESS)
}

fn load(matches: &ArgMatches) -> Result<Config, String> {
    let matches = std::iter::successors(Some(matches), |matches| matches.subcommand().map(|(_, inner)| inner))
        .last()
        .unwrap_or(matches);
    let flags: Values = TABLE
        .iter()
        .filter_map(|row| Some((row.name().to_owned(), matches.get_one::<String>(row.name())?.clone())))
        .collect();
    config::load(&flags, &env::process_environment(), Path::new(".env"))
        .map_err(|faults| format!("the configuration is not valid:\n{faults}"))
}
