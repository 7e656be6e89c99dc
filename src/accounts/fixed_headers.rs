//! Headers with the same value in every request to an app: sealed at rest, opened for the app alone.

use crate::crypto::sealed::Sealer;
use crate::domain::app_table::FixedValue;
use crate::domain::apps::{App, AppRef};
use crate::domain::header_profile::FixedHeader;

/// What a value can be opened as: it is worth nothing for another app, nor under another name.
pub(super) fn purpose(app: &AppRef, name: &str) -> String {
    format!("app {app} header {name}")
}

fn open(sealer: &Sealer, app: &AppRef, header: &FixedHeader) -> Option<String> {
    let value = sealer.open(&purpose(app, &header.name), &header.sealed)?;
    String::from_utf8(value.to_vec()).ok()
}

/// The values of an app, by name. One that cannot be opened is sent empty, never as the client sends it.
pub(super) fn open_all(sealer: &Sealer, app: &App) -> Vec<(String, FixedValue)> {
    let open = |header: &FixedHeader| {
        let value = open(sealer, &app.id, header);
        if value.is_none() {
            tracing::warn!(
                app = app.name,
                header = header.name,
                "a fixed header cannot be opened and is sent empty; \
                TOKEN_HASH_SECRET is another one than when its value was given: give it again"
            );
        }
        (header.name.clone(), FixedValue::new(value.unwrap_or_default()))
    };
    app.headers.fixed.iter().map(open).collect()
}

/// The header with that value; what is stored stays if it has the same one.
pub(super) fn seal(sealer: &Sealer, app: &AppRef, name: String, value: &str, stored: &[FixedHeader]) -> FixedHeader {
    let same = |header: &&FixedHeader| header.name == name && open(sealer, app, header).as_deref() == Some(value);
    match stored.iter().find(same) {
        Some(header) => header.clone(),
        None => FixedHeader { sealed: sealer.seal(&purpose(app, &name), value.as_bytes()), name },
    }
}
