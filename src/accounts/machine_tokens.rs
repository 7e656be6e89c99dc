//! Machine tokens and signed links: made, revoked, and checked from memory (S118 to S120). A revocation is in force on
//! every node when its operation returns.

use std::net::IpAddr;
use std::sync::Arc;

use super::entry_cache::{Cacheable, Entry};
use super::outgoing::Detail;
use super::throttle::{Asking, Guess, Guessed, guess};
use super::token_draft::TokenDraft;
use super::{AccountError, Accounts, Actor, Client, FieldFault, app_table, revocation};
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
use crate::domain::throttle::{self, Verdict};
use crate::domain::user::{User, UserState};
use crate::storage::machine_tokens::StoredToken;
use crate::storage::{Connection, StorageError, apps, attempts, audit, groups, machine_tokens, users};

/// What is known of a live token.
#[derive(Clone, Debug)]
pub struct TokenView {
    /// The row as read.
    pub token: MachineToken,
    /// On whose behalf it acts.
    pub who: Arc<Visitor>,
    hash: TokenHash,
}

impl Cacheable for TokenView {}

/// A live token in memory.
pub type CachedToken = Entry<TokenView>;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// It is unknown, revoked or expired, or its owner may not sign in.
    Unknown,
    /// It is not meant for this app, path, method or network.
    Scope,
    /// What `X-Portcullis-Token` holds is none.
    Malformed,
    /// The request has two different ones.
    Several,
    /// It came with a user name that is neither `token` nor its owner's address.
    Username,
    /// It is good, but the rules of the app do not let its owner's machines in.
    Rules,
}

impl TokenRefusal {
    /// For the log.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Unknown => "it is unknown, revoked or expired, or its owner is disabled",
            Self::Scope => "it is not meant for this app, path, method or network",
            Self::Malformed => "X-Portcullis-Token holds something else than a token",
            Self::Several => "the request has two different tokens",
            Self::Username => "the user name is neither token nor the address of its owner",
            Self::Rules => "the rules of the app do not let its owner in without a browser",
        }
    }
}

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
        let (plain, now) = (PlainToken::for_machines(), self.0.clock.now());
        let id = self.0.token_hasher.token_id(plain.expose());
        let id = id.ok_or_else(|| AccountError::Internal("an identifier cannot be parsed".to_owned()))?;
        let hash = self.0.token_hasher.machine_token(plain.expose());
        let mut line = self.audit_line(Event::TokenCreated, &actor.name, "", &actor.source);
        let (this, owner, mails) = (self.clone(), owner.clone(), self.drafts());
        self.run_uninterrupted(async move {
            let config = Arc::clone(&this.0.config);
            let made = this.0.database.write(move |c| {
                let (table, user, person) = match lock(c, &config, &owner)? {
                    Ok(found) => found,
                    Err(fault) => return Ok(Err(fault)),
                };
                let visitor = Visitor::with_account(Credential::Pair, Proof { factor: false, at: now }, person.clone());
                let at = from.map(|client| Circumstances { client, now });
                let allowed = |app: &App| at.is_none_or(|at| may_enter(&table, app, &visitor, at));
                let token = match draft.parse(id, owner, &table, allowed, now) {
                    Ok(token) => token,
                    Err(faults) => return Ok(Err(AccountError::Rules(faults))),
                };
                (line.subject, line.detail) = (person.email, describe(&token, &table));
                machine_tokens::insert(c, &StoredToken { token: token.clone(), hash })?;
                if line.actor != line.subject {
                    mails.queue(c, &mails.to_user(MailKind::TokenMade, &user, &Detail::default()))?;
                }
                audit::append(c, &line)?;
                Ok(Ok(token))
            });
            let token = made.await??;
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

    /// The live token or link that `text` is, from the cache or from the store.
    pub async fn token_of(&self, text: &str) -> Result<Option<Arc<CachedToken>>, AccountError> {
        let Some(id) = self.id_of(text) else { return Ok(None) };
        let found = self.find_token(&id).await?;
        Ok(found.filter(|copy| copy.view().is_some_and(|view| self.proves(text, view))))
    }

    /// The identifier of a token, or of a link, which begins with it.
    fn id_of(&self, text: &str) -> Option<TokenId> {
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
                let (table, user, _) = match lock(c, &config, &token.owner)? {
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
            stored.await?
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
        self.0.cache.tokens.load(id, &*self.0.clock, || self.use_token(id)).await
    }

    async fn use_token(&self, id: &TokenId) -> Result<Option<TokenView>, AccountError> {
        let (found, now) = (self.read_token(id).await?, self.0.clock.now());
        let is_due = |at| now.since(at) >= USE_PRECISION_SECS;
        if found.as_ref().is_some_and(|view| view.token.last_used_at.is_none_or(is_due)) {
            let (this, id) = (self.clone(), id.clone());
            drop(self.0.database.runtime().spawn(async move {
                if let Err(fault) = this.0.database.write(move |c| machine_tokens::touch(c, &id, now)).await {
                    tracing::debug!(%fault, "the last use of a token could not be recorded");
                }
            }));
        }
        Ok(found)
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
            Ok(Some(TokenView { token, who: Arc::new(who), hash }))
        });
        Ok(found.await?)
    }

    /// Counts a token that is refused for its source; [`AccountError::TooMany`] if there were too many from there. A
    /// right token is never counted, and never kept out by the count.
    pub async fn refuse_token(
        &self,
        text: &str,
        refusal: TokenRefusal,
        app: &App,
        client: &Client,
    ) -> Result<(), AccountError> {
        let source = client.source.to_string();
        let id = self.id_of(text);
        tracing::info!(
            app = app.name,
            token.id = id.as_ref().map(TokenId::as_str),
            audit.source = source,
            reason = refusal.reason(),
            "refused a machine token"
        );
        self.0.metrics.tokens_refused.rise();
        let bucket = format!("token:{}", Asking::source_of(&self.0.token_hasher, client));
        let now = self.0.clock.now();
        let (read, there) = (bucket.clone(), self.0.database.clone());
        let verdict = there.read(move |c| Ok(throttle::judge_source(attempts::find(c, &read)?.as_ref(), now)));
        if let Verdict::Wait { secs } = verdict.await? {
            return Err(AccountError::TooMany { retry_after: secs });
        }
        let mut line = self.audit_line(Event::TokenRefused, "", "", &source);
        line.detail = format!("{}: {}", app.name, refusal.reason());
        let guessed = self.0.database.write(move |c| {
            let guessed = guess(c, &Guess { source: bucket, pair: None, fits: false }, now)?;
            if guessed == Guessed::Wrong {
                if let Some((token, user)) = id.map(|id| owned(c, &id)).transpose()?.flatten() {
                    line.subject = user.email.to_string();
                    line.detail = format!("{} ({})", line.detail, token.name);
                }
                audit::append(c, &line)?;
            }
            Ok(guessed)
        });
        match guessed.await? {
            Guessed::TooOften(retry_after) => Err(AccountError::TooMany { retry_after }),
            Guessed::Right | Guessed::Wrong | Guessed::PairClosed => Ok(()),
        }
    }
}

/// The apps, and the account if it can have one more token; both stay as they are until the transaction ends: no app is
/// deleted meanwhile, and nobody makes two tokens at once.
fn lock(
    c: &mut Connection,
    config: &Config,
    owner: &UserId,
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
    if machine_tokens::count_of(c, owner)? >= i64::try_from(MAX_TOKENS).unwrap_or(0) {
        return fault("name", Text::new("token-too-many").with("max", MAX_TOKENS));
    }
    let person = Person::new(record.user.clone(), groups::of_user(c, owner)?);
    Ok(Ok((app_table::read(c, config)?, record.user, person)))
}

fn owned(c: &mut Connection, id: &TokenId) -> Result<Option<Owned>, StorageError> {
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
