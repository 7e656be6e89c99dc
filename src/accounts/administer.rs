//! What admins do with people and sessions, on a page or on the command line, possibly beside a running server.
//!
//! An operation that ends sessions returns only after every node has applied that (revocation.rs).

use super::outgoing::Detail;
use super::session_cache::is_unused;
use super::{AccountError, Accounts, Actor, FieldFault};
use super::{groups, links, revocation};
use crate::domain::audit::{AuditLine, Event};
use crate::domain::email::Email;
use crate::domain::groups::GroupName;
use crate::domain::ids::{SessionId, UserId};
use crate::domain::link::Purpose;
use crate::domain::mail::MailKind;
use crate::domain::notice::Notice;
use crate::domain::session::Session;
use crate::domain::user::{DisplayName, Role, User, UserState};
use crate::storage::session_store::SessionStore;
use crate::storage::tokens::{self, TokenGrant};
use crate::storage::{Connection, StorageError, admins, attempts, audit, machine_tokens, mails, users};

/// A change of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserChange {
    /// Disables it.
    Disable,
    /// Enables it again.
    Enable,
    /// Deletes it with everything that belongs to it.
    Delete,
    /// Gives it another role.
    SetRole(Role),
    /// Ends its sessions.
    EndSessions,
}

impl UserChange {
    const fn event(self) -> Event {
        match self {
            Self::Disable => Event::UserDisabled,
            Self::Enable => Event::UserEnabled,
            Self::Delete => Event::UserDeleted,
            Self::SetRole(_) => Event::UserRoleChanged,
            Self::EndSessions => Event::SessionEnded,
        }
    }
}

/// An account to create, as typed.
#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    /// The address.
    pub email: &'a str,
    /// The display name, may be empty.
    pub name: &'a str,
    /// The role.
    pub role: Role,
    /// The names of its groups, a list.
    pub groups: &'a str,
}

impl NewAccount<'_> {
    /// Validates everything; all faults at once.
    fn parse(self) -> Result<(Email, DisplayName, Vec<GroupName>), AccountError> {
        let mut faults = Vec::new();
        let email = Email::parse(self.email).map_err(|fault| faults.push(FieldFault::new("email", fault.text()))).ok();
        let name =
            DisplayName::parse(self.name).map_err(|fault| faults.push(FieldFault::new("name", fault.text()))).ok();
        let names = match groups::parse_names(self.groups) {
            Err(AccountError::Rules(unknown)) => {
                faults.extend(unknown);
                None
            }
            parsed => Some(parsed?),
        };
        match (email, name, names) {
            (Some(email), Some(name), Some(names)) => Ok((email, name, names)),
            _ => Err(AccountError::Rules(faults)),
        }
    }
}

impl Accounts {
    /// Adds an account that can sign in at once.
    pub async fn add_user(
        &self,
        account: NewAccount<'_>,
        password: String,
        actor: &Actor,
    ) -> Result<User, AccountError> {
        let (role, names) = (account.role, groups::parse_names(account.groups)?);
        let permit = self.0.hasher.permit(None).await?;
        let account = self
            .check_account(&permit, account.email.to_owned(), account.name.to_owned(), password.clone(), password)
            .await?;
        let hash = self.0.hasher.hash(&permit, account.password).await?;
        let user = self.new_user(account.email, account.name, role, UserState::Active)?;
        let (line, row) =
            (self.audit_line(Event::UserCreated, &actor.name, user.email.as_str(), &actor.source), user.clone());
        let (this, actor) = (self.clone(), actor.clone());
        let added = self.0.database.write(move |c| {
            if let Err(fault) = groups::lock_all(c, names.iter())? {
                return Ok(Err(fault));
            }
            users::insert(c, &row, Some(&hash))?;
            audit::append(c, &line)?;
            this.join_new(c, &row, &names, &actor).map(Ok)
        });
        added.await??;
        Ok(user)
    }

    /// Adds an account whose owner has yet to choose a password. Either the invitation is queued as a mail, or its link
    /// is returned: never both, since the newer link voids the older.
    pub async fn invite_user(
        &self,
        account: NewAccount<'_>,
        by_mail: bool,
        actor: &Actor,
    ) -> Result<(User, Option<String>), AccountError> {
        let (email, name, names) = account.parse()?;
        let user = self.new_user(email, name, account.role, UserState::Invited)?;
        let audited = self.audit_line(Event::UserInvited, &actor.name, user.email.as_str(), &actor.source);
        let (row, mails) = (user.clone(), self.drafts());
        let mail = mails.to_user(MailKind::Invitation, &user, &Detail::of_inviter(actor));
        let (link, end) = ((!by_mail).then(|| self.new_link(Purpose::Invitation)), self.link_end(Purpose::Invitation));
        let address = link.as_ref().map(|link| link.address(self));
        let (this, inner, actor) = (self.clone(), self.clone(), actor.clone());
        self.run_uninterrupted(async move {
            let invited = this.0.database.write(move |c| {
                if let Err(fault) = groups::lock_all(c, names.iter())? {
                    return Ok(Err(fault));
                }
                users::insert(c, &row, None)?;
                audit::append(c, &audited)?;
                inner.join_new(c, &row, &names, &actor)?;
                let grant = TokenGrant { user: row.id, payload: String::new() };
                match link {
                    Some(link) => tokens::insert(c, &link.hash, Purpose::Invitation, &grant, end),
                    None => mails.queue(c, &mail).map(drop),
                }
                .map(Ok)
            });
            invited.await??;
            this.wake_mailer();
            Ok(())
        })
        .await?;
        Ok((user, address))
    }

    pub(super) fn new_user(
        &self,
        email: Email,
        name: DisplayName,
        role: Role,
        state: UserState,
    ) -> Result<User, AccountError> {
        let id = UserId::parse(&self.ordered_id()).ok_or_else(|| AccountError::Internal("random id".to_owned()))?;
        Ok(User {
            id,
            email,
            username: None,
            name,
            role,
            state,
            created_at: self.0.clock.now(),
            last_sign_in_at: None,
            language: None,
        })
    }

    /// A link to copy: for a password reset or, for an invited account, the invitation. Earlier links and queued mails
    /// become void.
    pub async fn make_link(&self, id: &UserId, actor: &Actor) -> Result<(User, String), AccountError> {
        let user = self.user(id).await?;
        let (purpose, kind, event) = match user.state {
            UserState::Active => (Purpose::Reset, MailKind::Reset, Event::PasswordResetRequested),
            UserState::Invited => (Purpose::Invitation, MailKind::Invitation, Event::UserInvited),
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
            // An admin's link gives access to an owner who was locked out by somebody else's guesses (S25, S26).
            attempts::clear(c, &account)?;
            audit::append(c, &audited)
        });
        stored.await?;
        Ok((user, address))
    }

    /// Queues the invitation again.
    pub async fn send_invitation(&self, id: &UserId, actor: &Actor) -> Result<(), AccountError> {
        let user = self.user(id).await?;
        if user.state != UserState::Invited {
            return Err(AccountError::NotAllowed);
        }
        let line = self.audit_line(Event::UserInvited, &actor.name, user.email.as_str(), &actor.source);
        let drafts = self.drafts();
        let mail = drafts.to_user(MailKind::Invitation, &user, &Detail::of_inviter(actor));
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

    /// Applies `change` to one account, as [`Self::change_users`] does.
    pub async fn change_user(&self, id: &UserId, change: UserChange, actor: &Actor) -> Result<bool, AccountError> {
        self.change_users(vec![id.clone()], change, actor).await
    }

    /// Applies `change` to all of these accounts that still exist, or to none. When this returns, the change is in
    /// force on every node and open streams are closed. The last active admin cannot be removed.
    pub async fn change_users(
        &self,
        mut ids: Vec<UserId>,
        change: UserChange,
        actor: &Actor,
    ) -> Result<bool, AccountError> {
        // Two such changes lock the rows in the same order.
        ids.sort_unstable();
        ids.dedup();
        let lines: Vec<AuditLine> =
            ids.iter().map(|_| self.audit_line(change.event(), &actor.name, "", &actor.source)).collect();
        let (this, now) = (self.clone(), self.0.clock.now());
        self.run_uninterrupted(async move {
            let store = this.0.store.clone();
            let outcome = this.0.database.write(move |c| {
                let mut records = Vec::new();
                for (id, line) in ids.iter().zip(lines) {
                    records.extend(users::find_by_id(c, id)?.map(|record| (record, line)));
                }
                if records.is_empty() {
                    return Ok(Err(AccountError::NotFound));
                }
                if leaves_no_admin(c, &records, change)? {
                    return Ok(Err(AccountError::LastAdmin));
                }
                let (mut ended, mut notices) = (Vec::new(), Vec::new());
                for (record, mut line) in records {
                    let Some(sessions) = apply(c, &store, &record, change)? else { continue };
                    line.subject = record.user.email.to_string();
                    if let UserChange::SetRole(role) = change {
                        role.as_str().clone_into(&mut line.detail);
                    }
                    audit::append(c, &line)?;
                    ended.extend(sessions);
                    notices.push(Notice::UserEnded(record.user.id));
                }
                let changed = !notices.is_empty();
                let revoked =
                    if changed { revocation::publish(c, ended, notices, now)? } else { revocation::already_done(c)? };
                Ok(Ok((revoked, changed)))
            });
            let (ended, changed) = outcome.await??;
            this.ended(ended).await;
            Ok(changed)
        })
        .await
    }

    /// Ends any session.
    pub async fn end_any_session(&self, id: &SessionId, actor: &Actor) -> Result<(), AccountError> {
        let mut line = self.audit_line(Event::SessionEnded, &actor.name, "", &actor.source);
        let (this, id, now) = (self.clone(), id.clone(), self.0.clock.now());
        let until = now.plus(self.0.config.sessions.refresh_secs);
        self.run_uninterrupted(async move {
            let store = this.0.store.clone();
            let outcome = this.0.database.write(move |c| {
                let owner = store.find_live(c, &id, now)?.and_then(|session| session.user);
                if !store.end(c, &id, None)? {
                    // Caches and streams may know a session that the store does not.
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

    /// The account with that ID.
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

    /// A user's live sessions, newest first.
    pub async fn sessions_of(&self, id: &UserId) -> Result<Vec<Session>, AccountError> {
        let (store, id, now, idle) =
            (self.0.store.clone(), id.clone(), self.0.clock.now(), self.0.config.sessions.idle);
        let mut sessions = self.0.database.read(move |c| store.list_of_user(c, &id, now)).await?;
        sessions.retain(|session| !is_unused(idle, session, now));
        Ok(sessions)
    }

    /// Ends every session, for `EXPIRE_AUTH_TOKENS_ON_RESTART` (S51).
    pub async fn end_every_session(&self) -> Result<usize, AccountError> {
        let (store, now) = (self.0.store.clone(), self.0.clock.now());
        let outcome = self.0.database.write(move |c| {
            let sessions = store.end_all(c)?;
            Ok((sessions.len(), revocation::publish(c, sessions, vec![Notice::AllEnded], now)?))
        });
        let (how_many, ended) = outcome.await?;
        self.ended(ended).await;
        Ok(how_many)
    }
}

type Target = (users::UserRecord, AuditLine);

/// Whether these are all the active admins.
fn leaves_no_admin(c: &mut Connection, targets: &[Target], change: UserChange) -> Result<bool, StorageError> {
    let takes_power = match change {
        UserChange::Disable | UserChange::Delete => true,
        UserChange::SetRole(role) => role != Role::Admin,
        UserChange::Enable | UserChange::EndSessions => false,
    };
    let is_active_admin = |user: &&User| user.role == Role::Admin && user.state == UserState::Active;
    let own: Vec<&UserId> =
        targets.iter().map(|(record, _)| &record.user).filter(is_active_admin).map(|user| &user.id).collect();
    Ok(takes_power && !own.is_empty() && admins::are_last_active_admins(c, &own)?)
}

/// Returns the sessions that ended; `None` if the account was in that state already.
pub(super) fn apply(
    c: &mut Connection,
    store: &SessionStore,
    record: &users::UserRecord,
    change: UserChange,
) -> Result<Option<Vec<SessionId>>, StorageError> {
    let (user, id) = (&record.user, &record.user.id);
    // Only the deletion may rely on the cascade: the sessions that end have to be named.
    match change {
        UserChange::Disable if user.state == UserState::Disabled => return Ok(None),
        UserChange::Enable if user.state != UserState::Disabled => return Ok(None),
        UserChange::SetRole(role) if user.role == role => return Ok(None),
        UserChange::Disable => {
            users::set_state(c, id, UserState::Disabled)?;
            links::void_all_links(c, id)?;
            // Whoever is let in again makes new ones: somebody else may have these.
            machine_tokens::delete_of(c, id)?;
        }
        UserChange::Enable => {
            let state = if record.password_hash.is_some() { UserState::Active } else { UserState::Invited };
            users::set_state(c, id, state)?;
        }
        UserChange::SetRole(role) => {
            users::set_role(c, id, role)?;
            links::void_begun(c, id)?;
        }
        UserChange::EndSessions => links::void_begun(c, id)?,
        UserChange::Delete => {}
    }
    let ended = store.end_all_of_user(c, id, None)?;
    if change == UserChange::Delete {
        users::delete(c, id)?;
    }
    Ok(Some(ended))
}
