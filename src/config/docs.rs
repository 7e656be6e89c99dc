//! `.env.example` and `docs/CONFIGURATION.md`, generated from the table.

use super::variables::{TABLE, Variable};

/// What the container image sets and nobody needs to change.
const OF_THE_IMAGE: [&str; 2] = ["HOST", "DATA_DIR"];

/// The text of `.env.example`.
pub fn env_example() -> String {
    example(TABLE.iter())
}

/// The text of `docker/.env.example`.
pub fn docker_env_example() -> String {
    example(TABLE.iter().filter(|variable| !OF_THE_IMAGE.contains(&variable.name)))
}

fn example<'a>(variables: impl Iterator<Item = &'a Variable>) -> String {
    let mut text = String::from(
        "# Copy to .env and uncomment what you change. Generated from the table of variables; docs/CONFIGURATION.md says more.\n\
         # A value with spaces, quotes, $, # or \\ in it stands in single quotes: SITE_NAME='My Box'. Comments have lines of their own.\n",
    );
    for variable in variables {
        let default = if variable.default.contains(['<', ' ']) || variable.secret { "" } else { variable.default };
        text.extend([format!("\n# {}\n# {}={default}\n", variable.about, variable.name)]);
    }
    text
}

/// The text of `docs/CONFIGURATION.md`.
pub fn configuration_md() -> String {
    let mut text = String::from(
        "# Configuration\n\nGenerated from the table in `src/config/variables.rs`. Every variable is also a flag of the same name (`--APP_URL=…`), can come\n\
         from `.env` (the real environment wins over it, a flag over both), and may be given as `NAME_FILE`, a file that holds the value.\n\
         In `.env` a value with spaces, quotes, `$`, `#` or `\\` in it stands in single quotes, `SMTP_PASSWORD='pa$ #1'`; one with a single\n\
         quote in double quotes, with a backslash before each `\"`, `\\` and `$`: `SITE_NAME=\"Ada's Box\"`. What would be read otherwise than it\n\
         is written stops the start, and the fault shows the line that works. A comment stands on a line of its own.\n\
         Empty means unset; booleans are exactly `true` or `false`. `portcullis check-config` reports every fault at once.\n\n\
         | variable | default | meaning |\n|---|---|---|\n",
    );
    for variable in TABLE {
        let default = if variable.default.is_empty() { "none".to_owned() } else { format!("`{}`", variable.default) };
        text.extend([format!("| `{}` | {default} | {} |\n", variable.name, variable.about)]);
    }
    text
}
