//! `.env.example` and `docs/CONFIGURATION.md`, generated from the table.

use super::variables::{Row, TABLE};

/// Variables that the container image sets and nobody needs to change.
const OF_THE_IMAGE: [&str; 2] = ["HOST", "DATA_DIR"];

/// The text of `.env.example`.
pub fn env_example() -> String {
    example(TABLE.iter().copied())
}

/// The text of `docker/.env.example`.
pub fn docker_env_example() -> String {
    example(of_compose())
}

/// `docker/compose.yml` with every variable passed on, in the order of the table; values in `text` are preserved.
pub fn compose_yml(text: &str) -> Option<String> {
    const BEGIN: &str = "    environment:\n";
    let (before, rest) = text.split_once(BEGIN)?;
    let (block, after) = rest.split_once("\n\n")?;
    let kept = |name: &str| block.lines().find(|line| line.trim_start().starts_with(&format!("{name}:")));
    let lines = of_compose().map(|row| {
        let name = row.name();
        kept(name).map_or_else(|| format!("      {name}: ${{{name}:-}}"), str::to_owned)
    });
    Some(format!("{before}{BEGIN}{}\n\n{after}", lines.collect::<Vec<_>>().join("\n")))
}

fn of_compose() -> impl Iterator<Item = &'static dyn Row> {
    TABLE.iter().copied().filter(|row| !OF_THE_IMAGE.contains(&row.name()))
}

fn example(rows: impl Iterator<Item = &'static dyn Row>) -> String {
    let mut text = String::from(
        "# Copy to .env and uncomment what you change. Generated from the table of variables; docs/CONFIGURATION.md \
            says more.\n\
         # A value with spaces, quotes, $, # or \\ in it stands in single quotes: SITE_NAME='My Box'. Comments have \
         lines of their own.\n",
    );
    text.extend(rows.map(|row| format!("\n# {}\n# {}={}\n", row.about(), row.name(), row.example())));
    text
}

/// The text of `docs/CONFIGURATION.md`.
pub fn configuration_md() -> String {
    let mut text = String::from(
        "# Configuration\n\nGenerated from the table in `src/config/variables.rs`. Every variable is also a flag of \
            the same name (`--APP_URL=…`), can come\n\
         from `.env` (the real environment wins over it, a flag over both), and may be given as `NAME_FILE`, a file \
         that holds the value.\n\
         In `.env` a value with spaces, quotes, `$`, `#` or `\\` in it stands in single quotes, `SMTP_PASSWORD='pa$ \
         #1'`; one with a single\n\
         quote in double quotes, with a backslash before each `\"`, `\\` and `$`: `SITE_NAME=\"Ada's Box\"`. What \
         would be read otherwise than it\n\
         is written stops the start, and the fault shows the line that works. A comment stands on a line of its own.\n\
         Empty means unset; booleans are exactly `true` or `false`. `portcullis check-config` reports every fault at \
         once.\n\n\
         | variable | default | meaning |\n|---|---|---|\n",
    );
    for row in TABLE {
        let default = Some(row.default())
            .filter(|text| !text.is_empty())
            .map_or_else(|| "none".to_owned(), |text| format!("`{text}`"));
        text.extend([format!("| `{}` | {default} | {} |\n", row.name(), row.about())]);
    }
    text
}
