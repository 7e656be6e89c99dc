//! Machine tokens as typed, and what they mean.

use super::FieldFault;
use super::app_draft::Faults;
use super::rule_draft::parse_networks;
use crate::domain::app_table::AppTable;
use crate::domain::apps::{App, AppRef};
use crate::domain::ids::{TokenId, UserId};
use crate::domain::machine_token::{DEFAULT_SECS, MAX_SECS, MachineToken, TokenKind, TokenPath, TokenScope};
use crate::domain::rules::{RuleMethods, RulePath};
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::DisplayName;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A token as typed. Lists are separated by commas or white space.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenDraft {
    /// Its name.
    pub name: String,
    /// The name or the identifier of the app.
    pub app: String,
    /// The path below which it is good; empty for the whole app.
    pub path: String,
    /// The methods; empty for all.
    pub methods: String,
    /// The networks that the client must be in; empty for any.
    pub networks: String,
    /// Until when, in RFC 3339; a date means the end of that day, UTC, and nothing 90 days.
    pub expires: String,
}

impl TokenDraft {
    /// The token that is meant, for an app that is `allowed`; else every fault.
    pub(super) fn parse(
        &self,
        id: TokenId,
        owner: UserId,
        apps: &AppTable,
        allowed: impl Fn(&App) -> bool,
        now: Timestamp,
    ) -> Result<MachineToken, Vec<FieldFault>> {
        let mut faults = Faults(Vec::new());
        let name = self.parse_name(&mut faults);
        let app = find_app(apps, &self.app).filter(|app| allowed(app)).map(|app| app.id.clone());
        if app.is_none() {
            faults.add("app", Text::new("token-app"));
        }
        let typed = self.path.trim();
        let path =
            RulePath::parse(if typed.is_empty() { "/" } else { typed }).map_err(|fault| faults.add("path", fault));
        let methods = RuleMethods::parse(&self.methods).map_err(|fault| faults.add("methods", fault));
        let networks = parse_networks(&self.networks, &mut faults);
        let expires_at = parse_end(&self.expires, now, &mut faults);
        let (Some(app), Ok(path), Ok(methods), true) = (app, path, methods, faults.0.is_empty()) else {
            return Err(faults.0);
        };
        let scope = TokenScope { app, path: TokenPath::below(path), methods, networks };
        let (kind, created_at, last_used_at) = (TokenKind::Token, now, None);
        Ok(MachineToken { id, kind, name, owner, scope, created_at, expires_at, last_used_at })
    }

    fn parse_name(&self, faults: &mut Faults) -> String {
        match DisplayName::parse(&self.name) {
            Ok(name) if name.as_str().is_empty() => faults.add("name", Text::new("token-name-empty")),
            Ok(name) => return name.as_str().to_owned(),
            Err(fault) => faults.add("name", fault.text()),
        }
        String::new()
    }
}

/// The app with that name or identifier.
fn find_app<'a>(apps: &'a AppTable, typed: &str) -> Option<&'a App> {
    let typed = typed.trim();
    let by_id = AppRef::parse(typed).and_then(|id| apps.app(&id));
    let is_named = |app: &App| !typed.is_empty() && app.name.to_lowercase() == typed.to_lowercase();
    by_id.map(|app| app.app()).or_else(|| apps.apps().iter().map(|app| app.app()).find(|app| is_named(app)))
}

/// The end as typed.
pub(super) fn parse_end(typed: &str, now: Timestamp, faults: &mut Faults) -> Timestamp {
    let default = now.plus(DEFAULT_SECS);
    let fault = match typed.trim() {
        "" => return default,
        typed => match Timestamp::parse(typed) {
            None => Text::new("grant-until"),
            Some(end) if end <= now => Text::new("token-expires-over"),
            Some(end) if end > now.plus(MAX_SECS + DAY) => Text::new("token-expires-late"),
            Some(end) => return end,
        },
    };
    faults.add("expires", fault);
    default
}
