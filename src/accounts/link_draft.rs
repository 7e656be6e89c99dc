//! Signed links: one request to an app, without signing in (S120).

use super::app_draft::Faults;
use super::token_draft::parse_end;
use super::{AccountError, Accounts, Actor};
use crate::crypto::random;
use crate::domain::apps::{App, AppRef};
use crate::domain::ids::{TokenId, UserId};
use crate::domain::machine_token::{LINK_PARAMETER as PARAMETER, MachineToken, TokenKind, TokenPath, TokenScope};
use crate::domain::path;
use crate::domain::rules::RuleMethods;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;

/// Maximum length of the path, in bytes.
const MAX_PATH: usize = 1024;

/// A signed link as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkDraft {
    /// The path, as it is sent.
    pub path: String,
    /// The method; empty for GET, which covers HEAD.
    pub method: String,
    /// Until when, in RFC 3339; a date means the end of that day, UTC, and nothing 90 days.
    pub expires: String,
}

impl LinkDraft {
    fn parse(&self, id: TokenId, owner: UserId, app: AppRef, now: Timestamp) -> Result<MachineToken, AccountError> {
        let mut faults = Faults(Vec::new());
        let path = self.path.trim();
        if path.len() > MAX_PATH || !path::is_well_formed(path) || path::may_be_reserved(path) {
            faults.add("path", Text::new("link-path"));
        }
        let method = if self.method.trim().is_empty() { "GET" } else { self.method.trim() };
        let methods =
            RuleMethods::parse(method).ok().filter(|methods| methods.names_some() && !method.contains([',', ' ']));
        if methods.is_none() {
            faults.add("method", Text::new("rule-methods-invalid").with("method", method));
        }
        let expires_at = parse_end(&self.expires, now, &mut faults);
        let (Some(methods), true) = (methods, faults.0.is_empty()) else { return Err(AccountError::Rules(faults.0)) };
        let name = format!("{method} {path}");
        let scope = TokenScope { app, path: TokenPath::Exactly(path.to_owned()), methods, networks: Vec::new() };
        let (kind, created_at, last_used_at) = (TokenKind::Link, now, None);
        Ok(MachineToken { id, kind, name, owner, scope, created_at, expires_at, last_used_at })
    }
}

impl Accounts {
    /// Makes a signed link of an account for an app, and returns what its query carries.
    pub async fn create_link(
        &self,
        owner: &UserId,
        app: &AppRef,
        draft: LinkDraft,
        actor: &Actor,
    ) -> Result<(MachineToken, String), AccountError> {
        let (app, now) = (app.clone(), self.0.clock.now());
        let id = TokenId::parse(&random::id());
        let id = id.ok_or_else(|| AccountError::Internal("an identifier cannot be parsed".to_owned()))?;
        if self.apps().await?.table.app(&app).is_none() {
            return Err(AccountError::NotFound);
        }
        let token = draft.parse(id, owner.clone(), app, now)?;
        let signature = self.signature(&token);
        let token = self.store_link(token, actor).await?;
        let query = format!("{}.{}", token.id, signature.as_str());
        Ok((token, query))
    }

    /// The address of a link, with what its query carries.
    pub fn link_address(&self, app: &App, token: &MachineToken, query: &str) -> String {
        let address = app.addresses.iter().find(|address| !address.has_wildcard()).or(app.addresses.first());
        let address = address.map_or("", |address| address.as_str());
        format!("{}://{address}{}?{PARAMETER}={query}", self.app_url().scheme(), token.scope.path.as_str())
    }
}
