//! The only reader of the environment: flags over environment over `.env`, each also as `NAME_FILE`.

use std::fs;
use std::path::Path;

use super::values::{Faults, Values};
use super::{dotenv, permissions, variables};

/// Reads this process's environment.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
pub fn process_environment() -> Values {
    // Invalid UTF-8 becomes the replacement character, which [`gather`] refuses in our variables.
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .collect()
}

/// Merges the sources; `dotenv` is the path of `.env`, which need not exist.
pub fn gather(
    flags: &Values,
    environment: &Values,
    dotenv: &Path,
    warnings: &mut Vec<String>,
    faults: &mut Faults,
) -> Values {
    let dotenv = dotenv::read(dotenv, warnings, faults);
    warnings.extend(dotenv.keys().filter_map(|name| misspelt(name)));
    let mut values = Values::new();
    for name in variables::names() {
        let found =
            [flags, environment, &dotenv].into_iter().find_map(|source| from_source(source, name, warnings, faults));
        if let Some(value) = found {
            if value.contains(char::REPLACEMENT_CHARACTER) {
                faults.add(name, "is not valid UTF-8");
                continue;
            }
            values.insert(name.to_owned(), value);
        }
    }
    values
}

/// The warning about a name in `.env` that is almost one of ours. Other names belong to other programs.
fn misspelt(name: &str) -> Option<String> {
    if variables::is_known(name) {
        return None;
    }
    let bare = name.strip_suffix("_FILE").unwrap_or(name);
    let least = if bare.len() < 8 { 1 } else { 2 };
    let upper = bare.to_ascii_uppercase();
    let is_near = |known: &&str| strsim::osa_distance(&upper, known) <= least;
    let meant = variables::names().find(is_near)?;
    Some(format!(".env sets {name}, which is not a setting; did you mean {meant}?"))
}

fn from_source(source: &Values, name: &str, warnings: &mut Vec<String>, faults: &mut Faults) -> Option<String> {
    let filled = |key: &str| source.get(key).filter(|value| !value.is_empty());
    let file_key = format!("{name}_FILE");
    match (filled(name), filled(&file_key)) {
        (Some(_), Some(_)) => {
            faults.add(name, format!("is given together with {file_key}; give one of them"));
            None
        }
        (Some(value), None) => Some(value.clone()),
        (None, Some(path)) => match fs::read_to_string(path) {
            Ok(text) => {
                let value = text.strip_suffix('\n').map_or(text.as_str(), |cut| cut.strip_suffix('\r').unwrap_or(cut));
                if value.is_empty() {
                    faults.add(&file_key, format!("names {path}, which is empty"));
                    return None;
                }
                warnings.extend(
                    fs::metadata(path)
                        .ok()
                        .and_then(|about| permissions::warning(path, &about, variables::is_secret(name))),
                );
                Some(value.to_owned())
            }
            Err(fault) => {
                faults.add(&file_key, format!("cannot read {path}: {fault}"));
                None
            }
        },
        (None, None) => None,
    }
}
