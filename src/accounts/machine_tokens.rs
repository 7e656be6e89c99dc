//! Machine tokens and signed links: made, revoked, and checked from memory (S118 to S120). A revocation is in force on
//! every node when its operation returns. What is refused: `token_refusals.rs`.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::entry_cache::{Cacheable, Entry};
use super::outgoing::Detail;
use super::token_draft::TokenDraft;
use super::{AccountError, Accounts, Actor, FieldFault, app_table, revocation};
use crate::config::Config;
use crate::crypto::opaque_token::{PlainToken, TokenHash};
use crate::domain::access::{Credential, Person, Visitor};
use crate::domain::app_table::AppTable;
use crate::domain::apps::App;
use crate::domain::audit::Event;
use crate::domain::cursor::Cursor;
use crate::domain::ids::{TokenId, UserId};
use crate::domain::machine_token::{MAX_TOKENS, MachineToken, TokenKind, USE_PRECISION_SECS};
use crate::domain::mail::MailKind;
use crate::domain::notice::Notice;
use crate::domain::rules::Circumstances;
use crate::domain::session::Proof;
use crate::domain::text::Text;
use crate::domain::time::Timestamp;
use crate::domain::user::{User, UserState};
use crate::storage::machine_tokens::StoredToken;
use crate::storage::{Connection, StorageError, apps, audit, groups, machine_tokens, shared_time, users};

/// What is known of a live token.
#[derive(Clone, Debug)]
pub struct TokenView {
    /// The row as read.
    pub token: MachineToken,
    /// On whose behalf it acts.
    pub who: Arc<Visitor>,
    hash: TokenHash,
    /// When its use was recorded last, in seconds.
    recorded: Arc<AtomicI64>,
}

impl Cacheable for TokenView {}

/// A live token in memory.
pub type CachedToken = Entry<TokenView>;

/// A token with the account that it belongs to.
type Owned = (MachineToken, User);

impl Accounts {
    /// Makes a token of an account, and returns it in clear, this once. With `from`, the address where its owner is, it
    /// can only be for an app that they may enter from there.
    pub async fn create_token(
        &self,
        owner: &UserId,
        draft: TokenDraft,
        from: Option<IpAddr>,
        actor: &Actor,
    ) -> Result<(MachineToken, PlainToken), AccountError> {
        self.make_token(owner, draft, from, actor, true).await
    }

    /// Makes a token, and tells its owner unless they made it themselves.
    pub(super) async fn make_token(
        &self,
        owner: &UserId,
        draft: TokenDraft,
        from: Option<IpAddr>,
        actor: &Actor,
        tells_owner: bool,
    ) -> Result<(MachineToken, PlainToken), AccountError> {
        let (plain, now) = (PlainToken::for_machines(), self.0.clock.now());
        let id = self.0.token_hasher.token_id(plain.expose());
        let id = id.ok_or_else(|| AccountError::Internal("an identifier cannot be parsed".to_owned()))?;
        let hash = self.0.token_hasher.machine_token(plain.expose());
        let mut line = self.audit_line(Event::TokenCreated, &actor.name, "", &actor.source);
        let (this, owner, mails) = (self.clone(), owner.clone(), self.drafts());
        self.run_uninterrupted(async move {
            let config = Arc::clone(&this.0.config);
            let made = this.0.database.write(move |c| {
                let (table, user, person) = match lock(c, &config, &owner, now)? {
                    Ok(found) => found,
                    Err(fault) => return Ok(Err(fault)),
                };
                let visitor = Visitor::with_account(Credential::Pair, Proof { factor: None, at: now }, person.clone());
                let at = from.map(|client| Circumstances { client, now });
                let allowed = |app: &App| at.is_none_or(|at| may_enter(&table, app, &visitor, at));
                let token = match draft.parse(id, owner, &table, allowed, now) {
                    Ok(token) => token,
                    Err(faults) => return Ok(Err(AccountError::Rules(faults))),
                };
                (line.subject, line.detail) = (person.email, describe(&token, &table));
                machine_tokens::insert(c, &StoredToken { token: token.clone(), hash })?;
                if tells_owner && line.actor != line.subject {
                    let app = table.app(&token.scope.app).map(|app| app.app().name.clone()).unwrap_or_default();
                    let detail = Detail { token: token.name.clone(), app, ..Detail::default() };
                    mails.queue(c, &mails.to_user(MailKind::TokenMade, &user, &detail))?;
                }
                audit::append(c, &line)?;
                Ok(Ok(token))
            });
            let token = made.await??;
            this.0.token_limits.forget_known().await;
            this.wake_mailer();
            Ok((token, plain))
        })
        .await
    }

    /// Revokes a token, of `owner` if that is given.
    pub async fn revoke_token(
        &self,
        id: &TokenId,
        owner: Option<&UserId>,
        actor: &Actor,
    ) -> Result<MachineToken, AccountError> {
        let loaded = self.apps().await?;
        let (this, id, owner, now) = (self.clone(), id.clone(), owner.cloned(), self.0.clock.now());
        let mut line = self.audit_line(Event::TokenRevoked, &actor.name, "", &actor.source);
        self.run_uninterrupted(async move {
            let outcome = this.0.database.write(move |c| {
                let Some((token, user)) = owned(c, &id)? else { return Ok(None) };
                if owner.is_some_and(|owner| owner != user.id) || !machine_tokens::delete(c, &id)? {
                    return Ok(None);
                }
                if token.kind == TokenKind::Link {
                    Event::LinkRevoked.as_str().clone_into(&mut line.event);
                }
                (line.subject, line.detail) = (user.email.to_string(), describe(&token, &loaded.table));
                audit::append(c, &line)?;
                let ended = revocation::publish(c, Vec::new(), vec![Notice::TokenEnded(id)], now)?;
                Ok(Some((token, ended)))
            });
            let (token, ended) = outcome.await?.ok_or(AccountError::NotFound)?;
            this.ended(ended).await;
            Ok(token)
        })
        .await
    }

    /// Tokens with the address of their owner, newest first: of everybody or of one account, older than `before`, at
    /// most `limit`.
    pub async fn list_tokens(
        &self,
        owner: Option<UserId>,
        before: Option<Cursor>,
        limit: i64,
    ) -> Result<Vec<(MachineToken, String)>, AccountError> {
        Ok(self.0.database.read(move |c| machine_tokens::page(c, owner.as_ref(), before.as_ref(), limit)).await?)
    }

    /// The live token or link that `text` is, from the cache or from the store; the store is not asked about what
    /// `source` makes up.
    pub async fn token_of(&self, text: &str, source: IpAddr) -> Result<Option<Arc<CachedToken>>, AccountError> {
        let Some(id) = self.id_of(text) else { return Ok(None) };
        if self.is_made_up(&id, source).await? {
            return Ok(None);
        }
        let found = self.find_token(&id).await?;
        Ok(found.filter(|copy| copy.view().is_some_and(|view| self.proves(text, view))))
    }

    /// The identifier of a token, or of a link, which begins with it.
    pub(super) fn id_of(&self, text: &str) -> Option<TokenId> {
        match text.split_once('.') {
            Some((id, _)) => TokenId::parse(id),
            None => self.0.token_hasher.token_id(text),
        }
    }

    /// Whether `text` is the secret of that token, or has the signature of that link; in constant time.
    fn proves(&self, text: &str, view: &TokenView) -> bool {
        match (view.token.kind, text.split_once('.')) {
            (TokenKind::Token, None) => view.hash.matches(&self.0.token_hasher.machine_token(text)),
            (TokenKind::Link, Some((_, signature))) => {
                self.signature(&view.token).matches(&TokenHash::stored(signature.to_owned()))
            }
            _ => false,
        }
    }

    /// The signature of a link: it binds the app, the path, the method and the end (S120).
    pub(super) fn signature(&self, token: &MachineToken) -> TokenHash {
        let scope = &token.scope;
        let (methods, end) = (scope.methods.to_string(), token.expires_at.secs().to_string());
        let parts = [token.id.as_str(), scope.app.as_str(), scope.path.as_str(), &methods, &end];
        self.0.token_hasher.signed_link(&parts)
    }

    /// Stores a link.
    pub(super) async fn store_link(&self, token: MachineToken, actor: &Actor) -> Result<MachineToken, AccountError> {
        let mut line = self.audit_line(Event::LinkCreated, &actor.name, "", &actor.source);
        let this = self.clone();
        self.run_uninterrupted(async move {
            let config = Arc::clone(&this.0.config);
            let stored = this.0.database.write(move |c| {
                let (table, user, _) = match lock(c, &config, &token.owner, token.created_at)? {
                    Ok(found) => found,
                    Err(fault) => return Ok(Err(fault)),
                };
                if table.app(&token.scope.app).is_none() {
                    return Ok(Err(AccountError::NotFound));
                }
                (line.subject, line.detail) = (user.email.to_string(), describe(&token, &table));
                let hash = TokenHash::stored(String::new());
                machine_tokens::insert(c, &StoredToken { token: token.clone(), hash })?;
                audit::append(c, &line)?;
                Ok(Ok(token))
            });
            let token = stored.await??;
            this.0.token_limits.forget_known().await;
            Ok(token)
        })
        .await
    }

    /// The live token with that identifier, from the cache or from the store.
    pub(super) async fn find_token(&self, id: &TokenId) -> Result<Option<Arc<CachedToken>>, AccountError> {
        let at = self.0.clock.moment();
        if self.0.cache.has_lease(at.monotonic)
            && let Some(copy) = self.0.cache.tokens.find(id)
            && let Some(view) = copy.usable(at.monotonic)
            && view.token.expires_at > at.now
        {
            return Ok(Some(copy));
        }
        self.0.cache.tokens.load(id, &*self.0.clock, || self.read_token(id)).await
    }

    /// Records that a request with this token was let in at `now`, at most once a minute.
    pub fn record_token_use(&self, view: &TokenView, now: Timestamp) {
        let last = view.recorded.load(Ordering::Relaxed);
        let is_due = now.secs().saturating_sub(last) >= USE_PRECISION_SECS;
        let mine = || view.recorded.compare_exchange(last, now.secs(), Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if !is_due || !mine() {
            return;
        }
        let (this, id) = (self.clone(), view.token.id.clone());
        drop(self.0.database.runtime().spawn(async move {
            if let Err(fault) = this.0.database.write(move |c| machine_tokens::touch(c, &id, now)).await {
                tracing::debug!(%fault, "the last use of a token could not be recorded");
            }
        }));
    }

    /// The token as stored, if it is live.
    pub(super) async fn read_token(&self, id: &TokenId) -> Result<Option<TokenView>, AccountError> {
        let (id, now) = (id.clone(), self.0.clock.now());
        let found = self.0.database.read(move |c| {
            let live = machine_tokens::find(c, &id)?.filter(|stored| stored.token.expires_at > now);
            let Some(StoredToken { token, hash }) = live else { return Ok(None) };
            let owner = users::find_by_id(c, &token.owner)?.map(|record| record.user);
            let Some(user) = owner.filter(|user| user.state == UserState::Active) else { return Ok(None) };
            let person = Person::new(user, groups::of_user(c, &token.owner)?);
            let who = Visitor::with_token(token.id.clone(), Arc::new(token.scope.clone()), person);
            let recorded = token.last_used_at.map_or(i64::MIN, Timestamp::secs);
            Ok(Some(TokenView { token, who: Arc::new(who), hash, recorded: Arc::new(recorded.into()) }))
        });
        Ok(found.await?)
    }
}

/// The apps, and the account if it can have one more token; both stay as they are until the transaction ends: no app is
/// deleted meanwhile, and nobody makes two tokens at once.
fn lock(
    c: &mut Connection,
    config: &Config,
    owner: &UserId,
    now: Timestamp,
) -> Result<Result<(AppTable, User, Person), AccountError>, StorageError> {
    apps::hold(c)?;
    if !groups::lock_member(c, owner)? {
        return Ok(Err(AccountError::NotFound));
    }
    let Some(record) = users::find_by_id(c, owner)? else { return Ok(Err(AccountError::NotFound)) };
    let fault = |field, text| Ok(Err(AccountError::Rules(vec![FieldFault::new(field, text)])));
    if record.user.state != UserState::Active {
        return fault("owner", Text::new("token-owner-inactive"));
    }
    if has_enough(c, owner, now)? {
        return fault("name", Text::new("token-too-many").with("max", MAX_TOKENS));
    }
    let person = Person::new(record.user.clone(), groups::of_user(c, owner)?);
    Ok(Ok((app_table::read(c, config)?, record.user, person)))
}

/// Whether an account has as many tokens as it can. Expired ones stay in its list only while there is room.
fn has_enough(c: &mut Connection, owner: &UserId, now: Timestamp) -> Result<bool, StorageError> {
    let max = i64::try_from(MAX_TOKENS).unwrap_or(0);
    if machine_tokens::count_of(c, owner)? < max {
        return Ok(false);
    }
    // By the earlier clock: a node that is ahead must not delete what is live for the others.
    let now = shared_time(c)?.unwrap_or(now).min(now);
    machine_tokens::delete_expired_of(c, owner, now)?;
    Ok(machine_tokens::count_of(c, owner)? >= max)
}

pub(super) fn owned(c: &mut Connection, id: &TokenId) -> Result<Option<Owned>, StorageError> {
    let Some(stored) = machine_tokens::find(c, id)? else { return Ok(None) };
    Ok(users::find_by_id(c, &stored.token.owner)?.map(|record| (stored.token, record.user)))
}

fn may_enter(table: &AppTable, app: &App, visitor: &Visitor, at: Circumstances) -> bool {
    app.enabled && table.app(&app.id).is_some_and(|app| app.may_enter(visitor, at))
}

/// A token in one line, for the audit log.
fn describe(token: &MachineToken, table: &AppTable) -> String {
    let scope = &token.scope;
    let app = table.app(&scope.app).map_or(scope.app.as_str(), |app| app.app().name.as_str());
    let methods = if scope.methods.names_some() { scope.methods.to_string() } else { "all methods".to_owned() };
    let networks = scope.networks.iter().map(|network| format!(" from {network}")).collect::<Vec<_>>().concat();
    format!("{}: {app} {} ({methods}){networks} until {}", token.name, scope.path.as_str(), token.expires_at)
}
