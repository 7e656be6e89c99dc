//! The token of the probe that asks the address of an app from outside.

use super::token_draft::TokenDraft;
use super::{AccountError, Accounts, Actor};
use crate::crypto::opaque_token::PlainToken;
use crate::domain::apps::AppRef;
use crate::domain::ids::UserId;
use crate::domain::machine_token::MachineToken;

/// How long it is good, if it is not deleted before.
const SECS: i64 = 60;

impl Accounts {
    /// Makes a token like any other, but for a minute, for GET and POST, and for a path that no app has: the app sees
    /// it if the proxy in front is wrong. Its owner gets no mail about it; the audit log has it.
    pub async fn create_probe_token(
        &self,
        owner: &UserId,
        app: &AppRef,
        path: &str,
        actor: &Actor,
    ) -> Result<(MachineToken, PlainToken), AccountError> {
        let draft = TokenDraft {
            name: "probe".to_owned(),
            app: app.to_string(),
            path: path.to_owned(),
            methods: "GET, POST".to_owned(),
            expires: self.0.clock.now().plus(SECS).to_string(),
            ..TokenDraft::default()
        };
        self.make_token(owner, draft, None, actor, false).await
    }
}
