//! User names, for apps that do not accept addresses. Admins assign them, so that nobody can choose the name of
//! somebody else's account in an app.

use super::{AccountError, Accounts, Actor, FieldFault, revocation};
use crate::domain::audit::Event;
use crate::domain::ids::UserId;
use crate::domain::notice::Notice;
use crate::domain::user::Username;
use crate::storage::{audit, users};

impl Accounts {
    /// Sets the user name of an account, or removes it if `typed` is empty; in force on every node when this returns.
    /// Returns whether anything changed.
    pub async fn set_username(&self, id: &UserId, typed: &str, actor: &Actor) -> Result<bool, AccountError> {
        let typed = Some(typed.trim()).filter(|typed| !typed.is_empty());
        let username = typed
            .map(Username::parse)
            .transpose()
            .map_err(|fault| AccountError::Rules(vec![FieldFault::new("username", fault.text())]))?;
        let mut line = self.audit_line(Event::UserUsernameChanged, &actor.name, "", &actor.source);
        let (this, id, now) = (self.clone(), id.clone(), self.0.clock.now());
        self.run_uninterrupted(async move {
            let outcome = this.0.database.write(move |c| {
                let Some(user) = users::find_by_id(c, &id)?.map(|record| record.user) else { return Ok(None) };
                if user.username == username {
                    return revocation::already_done(c).map(|ended| Some((ended, false)));
                }
                users::set_username(c, &id, username.as_ref())?;
                let [now_named, was_named] =
                    [&username, &user.username].map(|name| name.as_ref().map_or("(none)", Username::as_str));
                line.subject = user.email.to_string();
                line.detail = format!("{now_named}, was {was_named}");
                audit::append(c, &line)?;
                // The sessions stay live; only their cached views are read again.
                revocation::publish(c, Vec::new(), vec![Notice::UserChanged(id)], now).map(|ended| Some((ended, true)))
            });
            let (ended, changed) = outcome.await?.ok_or(AccountError::NotFound)?;
            this.ended(ended).await;
            Ok(changed)
        })
        .await
    }
}
