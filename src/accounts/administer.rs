//! What admins do to people and sessions, in a page or on the command line, possibly beside a running server.
//!
//! A deed that ends sessions is answered when every node has heard of it (revocation.rs).

use super::outgoing::Detail;
use super::{AccountError, Accounts, Client, FieldFault};
use super::{links, revocation};
use crate::domain::audit::{AuditFilter, AuditLine};
use crate::domain::cursor::Cursor;
use crate::domain::email::Email;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::link::Purpose;
use crate::domain::mail::MailKind;
use crate::domain::news::News;
use crate::domain::session::Session;
use crate::domain::user::{DisplayName, Role, User, UserFilter, UserState};
use crate::storage::session_store::SessionStore;
use crate::storage::tokens::{self, TokenGrant};
use crate::storage::{Connection, StorageError, attempts, audit, mails, users};

/// Who does a deed, for the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The admin's address, or the command line.
    pub name: String,
    /// Client address; empty on the command line.
    pub source: String,
}

/// What a deed does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserDeed {
    /// Nobody signs in with it any more.
    Disable,
    /// It can be used again.
    Enable,
    /// It is gone with all that belongs to it.
    Delete,
    /// It may do something else.
    SetRole(Role),
    /// It has to sign in anew.
    EndSessions,
}

impl Actor {
    /// The operator at the command line.
    pub fn command_line() -> Self {
        Self { name: "command line".to_owned(), source: String::new() }
    }

    /// The admin with that address.
    pub fn admin(email: &str, client: &Client) -> Self {
        Self { name: email.to_owned(), source: client.source.to_string() }
    }
}

impl Accounts {
    /// Adds an account that can sign in at once.
    pub async fn add_user(&self, email: &str, name: &str, password: String, role: Role, actor: &Actor) -> Result<User, AccountError> {
        let turn = self.0.hasher.turn(None).await?;
        let account = self.check_account(&turn, email.to_owned(), name.to_owned(), password.clone(), password).await?;
        let hash = self.0.hasher.hash(&turn, account.password).await?;
        let user = self.new_user(account.email, account.name, role, UserState::Active)?;
        let (line, row) = (self.audit_line("user.created", &actor.name, user.email.as_str(), &actor.source), user.clone());
        let added = self.0.database.write(move |c| {
            users::insert(c, &row, Some(&hash))?;
            audit::append(c, &line)
        });
        added.await?;
        Ok(user)
    }

    /// Adds an account that waits for its owner to choose a password. Either the invitation is queued as a mail, or its link is
    /// returned: never both, since the newer one voids the older.
    pub async fn invite_user(
        &self,
        email: &str,
        name: &str,
        role: Role,
        by_mail: bool,
        actor: &Actor,
    ) -> Result<(User, Option<String>), AccountError> {
        let mut faults = Vec::new();
        let email = Email::parse(email).map_err(|fault| faults.push(FieldFault::new("email", fault.text()))).ok();
        let name = DisplayName::parse(name).map_err(|fault| faults.push(FieldFault::new("name", fault.text()))).ok();
        let (Some(email), Some(name)) = (email, name) else { return Err(AccountError::Rules(faults)) };
        let user = self.new_user(email, name, role, UserState::Invited)?;
        let audited = self.audit_line("user.invited", &actor.name, user.email.as_str(), &actor.source);
        let (row, mails) = (user.clone(), self.drafts());
        let mail = mails.to_user(MailKind::Invitation, &user, &Detail::default());
        let (link, end) = ((!by_mail).then(|| self.new_link(Purpose::Invitation)), self.link_end(Purpose::Invitation));
        let address = link.as_ref().map(|link| link.address(self));
        let this = self.clone();
        self.deed(async move {
            let invited = this.0.database.write(move |c| {
                users::insert(c, &row, None)?;
                audit::append(c, &audited)?;
                let grant = TokenGrant { user: row.id, payload: String::new() };
                match link {
                    Some(link) => tokens::insert(c, &link.hash, Purpose::Invitation, &grant, end),
                    None => mails.queue(c, &mail).map(drop),
                }
            });
            invited.await?;
            this.wake_mailer();
            Ok(())
        })
        .await?;
        Ok((user, address))
    }

    fn new_user(&self, email: Email, name: DisplayName, role: Role, state: UserState) -> Result<User, AccountError> {
        let id = UserId::parse(&self.ordered_id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        Ok(User { id, email, name, role, state, created_at: self.0.clock.now(), last_sign_in_at: None, language: None })
    }

    /// A link to copy, for a reset or, while somebody is invited, for the invitation. Earlier ones and waiting mails are void.
    pub async fn make_link(&self, id: &UserId, actor: &Actor) -> Result<(User, String), AccountError> {
        let user = self.user(id).await?;
        let (purpose, kind, event) = match user.state {
            UserState::Active => (Purpose::Reset, MailKind::Reset, "password.reset_requested"),
            UserState::Invited => (Purpose::Invitation, MailKind::Invitation, "user.invited"),
            UserState::Disabled => return Err(AccountError::NotAllowed),
        };
        let link = self.new_link(purpose);
        let address = link.address(self);
        let audited = self.audit_line(event, &actor.name, user.email.as_str(), &actor.source);
        let (end, account, of) = (self.link_end(purpose), self.account_bucket(&user.email), user.id.clone());
        let stored = self.0.database.write(move |c| {
            mails::cancel(c, &of, kind)?;
            tokens::insert(c, &link.hash, purpose, &TokenGrant { user: of.clone(), payload: String::new() }, end)?;
            tokens::void_others(c, &of, purpose, Some(&link.hash))?;
            // An admin's link is a way in for who was locked out by somebody else's guesses (S25, S26).
            attempts::clear(c, &account)?;
            audit::append(c, &audited)
        });
        stored.await?;
        Ok((user, address))
    }

    /// Queues the invitation once more.
    pub async fn send_invitation(&self, id: &UserId, actor: &Actor) -> Result<(), AccountError> {
        let user = self.user(id).await?;
        if user.state != UserState::Invited {
            return Err(AccountError::NotAllowed);
        }
        let line = self.audit_line("user.invited", &actor.name, user.email.as_str(), &actor.source);
        let drafts = self.drafts();
        let mail = drafts.to_user(MailKind::Invitation, &user, &Detail::default());
        let queued = self.0.database.write(move |c| {
            if let Some(secs) = drafts.count(c, &mail)? {
                return Ok(Some(secs));
            }
            mails::cancel(c, &user.id, MailKind::Invitation)?;
            drafts.put(c, &mail)?;
            audit::append(c, &line)?;
            Ok(None)
        });
        if let Some(retry_after) = queued.await? {
            return Err(AccountError::TooMany { retry_after });
        }
        self.wake_mailer();
        Ok(())
    }

    /// Does `deed`; when the answer comes it is in force on every node, and open streams are cut. The last active admin stays.
    pub async fn change_user(&self, id: &UserId, deed: UserDeed, actor: &Actor) -> Result<(), AccountError> {
        let event = match deed {
            UserDeed::Disable => "user.disabled",
            UserDeed::Enable => "user.enabled",
            UserDeed::Delete => "user.deleted",
            UserDeed::SetRole(_) => "user.role_changed",
            UserDeed::EndSessions => "session.ended",
        };
        let mut line = self.audit_line(event, &actor.name, "", &actor.source);
        let (this, id, now) = (self.clone(), id.clone(), self.0.clock.now());
        self.deed(async move {
            let store = this.0.store.clone();
            let outcome = this.0.database.write(move |c| {
                let Some(record) = users::find_by_id(c, &id)? else { return Ok(Err(AccountError::NotFound)) };
                line.subject = record.user.email.to_string();
                if let UserDeed::SetRole(role) = deed {
                    role.as_str().clone_into(&mut line.detail);
                }
                match apply(c, &store, &record, deed)? {
                    Applied::Nothing => Ok(Ok(revocation::done_before(c)?)),
                    Applied::LastAdmin => Ok(Err(AccountError::LastAdmin)),
                    Applied::Ended(sessions) => {
                        audit::append(c, &line)?;
                        Ok(Ok(revocation::user_ended(c, &id, sessions, now)?))
                    }
                }
            });
            this.ended(outcome.await??).await;
            Ok(())
        })
        .await
    }

    /// Ends a session of anybody.
    pub async fn end_any_session(&self, id: &SessionId, actor: &Actor) -> Result<(), AccountError> {
        let mut line = self.audit_line("session.ended", &actor.name, "", &actor.source);
        let (this, id, now) = (self.clone(), id.clone(), self.0.clock.now());
        let until = now.plus(self.0.sessions.refresh_secs);
        self.deed(async move {
            let store = this.0.store.clone();
            let outcome = this.0.database.write(move |c| {
                let owner = store.find_live(c, &id, now)?.and_then(|session| session.user);
                if !store.end(c, &id, None)? {
                    // Copies and streams may know what the store does not.
                    store.keep_ended(c, &id, until)?;
                    return revocation::sessions_ended(c, vec![id], now).map(|ended| (ended, false));
                }
                let owner = owner.map(|owner| users::find_by_id(c, &owner)).transpose()?.flatten();
                line.subject = owner.map_or_else(String::new, |record| record.user.email.to_string());
                audit::append(c, &line)?;
                revocation::sessions_ended(c, vec![id], now).map(|ended| (ended, true))
            });
            let (ended, found) = outcome.await?;
            this.ended(ended).await;
            if found { Ok(()) } else { Err(AccountError::NotFound) }
        })
        .await
    }

    /// The account of that name.
    pub async fn user(&self, id: &UserId) -> Result<User, AccountError> {
        let id = id.clone();
        let found = self.0.database.read(move |c| users::find_by_id(c, &id)).await?;
        found.map(|record| record.user).ok_or(AccountError::NotFound)
    }

    /// The account with that address.
    pub async fn user_by_email(&self, email: &str) -> Result<User, AccountError> {
        let email = Email::parse(email).map_err(|_fault| AccountError::NotFound)?;
        let found = self.0.database.read(move |c| users::find_by_email(c, &email)).await?;
        found.map(|record| record.user).ok_or(AccountError::NotFound)
    }

    /// Accounts, newest first, behind `before`, at most `limit`.
    pub async fn list_users(&self, filter: UserFilter, before: Option<Cursor>, limit: i64) -> Result<Vec<User>, AccountError> {
        Ok(self.0.database.read(move |c| users::page(c, &filter, before.as_ref(), limit)).await?)
    }

    /// A user's live sessions, newest first.
    pub async fn sessions_of(&self, id: &UserId) -> Result<Vec<Session>, AccountError> {
        let (store, id, now) = (self.0.store.clone(), id.clone(), self.0.clock.now());
        Ok(self.0.database.read(move |c| store.list_of_user(c, &id, now)).await?)
    }

    /// All live sessions with the address of their user, newest first, behind `before`, at most `limit`.
    pub async fn list_sessions(&self, before: Option<Cursor>, limit: i64) -> Result<Vec<(Session, Option<String>)>, AccountError> {
        let (store, now) = (self.0.store.clone(), self.0.clock.now());
        Ok(self.0.database.read(move |c| store.page(c, before.as_ref(), now, limit)).await?)
    }

    /// Audit lines, newest first, behind the one named `before`, at most `limit`.
    pub async fn list_audit(&self, filter: AuditFilter, before: Option<String>, limit: i64) -> Result<Vec<AuditLine>, AccountError> {
        Ok(self.0.database.read(move |c| audit::page(c, &filter, before.as_deref(), limit)).await?)
    }

    /// Ends every session, for `EXPIRE_AUTH_TOKENS_ON_RESTART` (S51).
    pub async fn end_every_session(&self) -> Result<usize, AccountError> {
        let (store, now) = (self.0.store.clone(), self.0.clock.now());
        let outcome = self.0.database.write(move |c| {
            let sessions = store.end_all(c)?;
            Ok((sessions.len(), revocation::leave(c, sessions, vec![News::AllEnded], now)?))
        });
        let (how_many, ended) = outcome.await?;
        self.ended(ended).await;
        Ok(how_many)
    }
}

enum Applied {
    /// It was so before.
    Nothing,
    /// It would leave no admin.
    LastAdmin,
    /// Done; these sessions ended.
    Ended(Vec<SessionId>),
}

fn apply(c: &mut Connection, store: &SessionStore, record: &users::UserRecord, deed: UserDeed) -> Result<Applied, StorageError> {
    let (user, id) = (&record.user, &record.user.id);
    let needs_other_admin = match deed {
        UserDeed::Disable | UserDeed::Delete => true,
        UserDeed::SetRole(role) => role != Role::Admin,
        UserDeed::Enable | UserDeed::EndSessions => false,
    };
    let is_active_admin = user.role == Role::Admin && user.state == UserState::Active;
    if needs_other_admin && is_active_admin && users::is_last_active_admin(c, id)? {
        return Ok(Applied::LastAdmin);
    }
    // Nothing but the deletion may rest on the cascade: the sessions that end have to be named.
    match deed {
        UserDeed::Disable if user.state == UserState::Disabled => return Ok(Applied::Nothing),
        UserDeed::Enable if user.state != UserState::Disabled => return Ok(Applied::Nothing),
        UserDeed::SetRole(role) if user.role == role => return Ok(Applied::Nothing),
        UserDeed::Disable => {
            users::set_state(c, id, UserState::Disabled)?;
            links::void_every_way_in(c, id)?;
        }
        UserDeed::Enable => {
            let state = if record.password_hash.is_some() { UserState::Active } else { UserState::Invited };
            users::set_state(c, id, state)?;
        }
        UserDeed::SetRole(role) => {
            users::set_role(c, id, role)?;
        }
        UserDeed::EndSessions => links::void_email_change(c, id)?,
        UserDeed::Delete => {}
    }
    let ended = store.end_all_of_user(c, id, None)?;
    if deed == UserDeed::Delete {
        users::delete(c, id)?;
    }
    Ok(Applied::Ended(ended))
}
