//! actix-session's store on top of the session rows: it adopts a live row, and never creates or revives one (ADR 0002).

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;

use crate::accounts::Accounts;
use crate::domain::access::Visitor;
use crate::domain::ids::SessionId;

/// The entry that passes the session's ID to `save`.
pub const SID: &str = "sid";
/// actix-identity's entry.
const USER: &str = "actix_identity.user_id";

/// A read-only view of the session rows.
#[derive(Clone)]
pub struct RowStore(pub Accounts);

impl SessionStore for RowStore {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let Some(id) = SessionId::parse(key.as_ref()) else { return Ok(None) };
        let found = self.0.find_session(&id).await.map_err(|fault| LoadError::Other(fault.into()))?;
        // Of an ended session only the ID is returned: tokens of another one beside it are not accepted (S39).
        Ok(Some(state_of(&id, found.as_ref().and_then(|copy| copy.view()).map(|view| &*view.who))))
    }

    async fn save(&self, state: HashMap<String, String>, _ttl: &Duration) -> Result<SessionKey, SaveError> {
        let named = state
            .get(SID)
            .and_then(|json| serde_json::from_str::<String>(json).ok())
            .and_then(|text| SessionId::parse(&text));
        let refuse = |why: &'static str| SaveError::Other(anyhow::anyhow!(why));
        let id = named.ok_or_else(|| refuse("no session is named"))?;
        let found = self.0.find_session(&id).await.map_err(|fault| SaveError::Other(fault.into()))?;
        // One that ended a moment ago may be named: the cookie is worth nothing.
        let fits = found.is_none_or(|copy| copy.view().is_some_and(|view| state_of(&id, Some(&view.who)) == state));
        if !fits {
            return Err(refuse("the session is somebody else's"));
        }
        SessionKey::try_from(id.as_str().to_owned()).map_err(|fault| SaveError::Other(fault.into()))
    }

    async fn update(
        &self,
        _key: SessionKey,
        _state: HashMap<String, String>,
        _ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        Err(UpdateError::Other(anyhow::anyhow!("the state of a session is its row; nothing else is kept in it")))
    }

    async fn update_ttl(&self, _key: &SessionKey, _ttl: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    /// Called at sign-in, for the session that the browser came with: usually the sign-in has ended that one already.
    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let Some(id) = SessionId::parse(key.as_ref()) else { return Ok(()) };
        if self.0.is_live(&id).await? {
            self.0.end_session(&id).await?;
        }
        Ok(())
    }
}

fn state_of(id: &SessionId, who: Option<&Visitor>) -> HashMap<String, String> {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut state = HashMap::from([(SID.to_owned(), quoted(id.as_str()))]);
    if let Some(id) = who.and_then(Visitor::user_id) {
        state.insert(USER.to_owned(), quoted(id.as_str()));
    }
    state
}
