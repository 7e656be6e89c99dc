//! Creating and changing apps and their rules; in force on every node when an operation returns (S115).

use super::app_draft::AppDraft;
use super::rule_draft::{RuleDraft, draft_of};
use super::seen::{self, Seen};
use super::{AccountError, Accounts, Actor, app_table, difference, revocation};
use crate::config::Server;
use crate::crypto::random;
use crate::crypto::sealed::Sealer;
use crate::domain::app_table::AppTable;
use crate::domain::apps::{App, AppRef};
use crate::domain::audit::Event;
use crate::domain::ids::{AppId, RuleId};
use crate::domain::notice::Notice;
use crate::domain::rules::Rule;
use crate::domain::text::Text;
use crate::storage::{Connection, StorageError, apps, audit};

/// What a change did, for its caller and the audit log.
struct Done<T> {
    result: T,
    subject: String,
    detail: String,
}

type Outcome<T> = Result<Result<Done<T>, AccountError>, StorageError>;

impl Accounts {
    /// Creates an app.
    pub async fn create_app(&self, draft: AppDraft, actor: &Actor) -> Result<AppRef, AccountError> {
        let (this, now) = (self.clone(), self.0.clock.now());
        let id = AppId::parse(&random::id()).map(AppRef::Created);
        let id = id.ok_or_else(|| AccountError::Internal("an identifier cannot be parsed".to_owned()))?;
        let work = move |c: &mut Connection, table: &AppTable| {
            let app = match draft.parse(id.clone(), None, table, this.for_drafts()) {
                Ok(app) => app,
                Err(faults) => return Ok(Err(AccountError::Rules(faults))),
            };
            apps::insert(c, &app, now)?;
            Ok(Ok(Done { result: id, subject: app.name.clone(), detail: difference::of_new(&app) }))
        };
        self.change_apps(Event::AppCreated, actor, work).await
    }

    /// Changes everything that is known of an app, if it is still as its author saw it. That of the configuration
    /// cannot be changed here.
    pub async fn change_app(
        &self,
        id: &AppRef,
        draft: AppDraft,
        seen: Option<Seen>,
        actor: &Actor,
    ) -> Result<(), AccountError> {
        let (this, id) = (self.clone(), id.clone());
        let work = move |c: &mut Connection, table: &AppTable| {
            if id == AppRef::Default {
                return Ok(Err(AccountError::NotAllowed));
            }
            let Some(present) = table.app(&id) else { return Ok(Err(AccountError::NotFound)) };
            let app = match draft.parse(id, Some(present.app()), table, this.for_drafts()) {
                Ok(app) => app,
                Err(faults) => return Ok(Err(AccountError::Rules(faults))),
            };
            if let Err(changed) = seen::check(seen.as_ref(), &AppDraft::of(present.app()), &AppDraft::of(&app)) {
                return Ok(Err(changed));
            }
            if !apps::update(c, &app)? {
                return Ok(Err(AccountError::NotFound));
            }
            let detail = difference::between(present.app(), &app).unwrap_or_default();
            Ok(Ok(Done { result: (), subject: app.name.clone(), detail }))
        };
        self.change_apps(Event::AppChanged, actor, work).await
    }

    /// Deletes an app with its rules.
    pub async fn delete_app(&self, id: &AppRef, actor: &Actor) -> Result<(), AccountError> {
        let id = id.clone();
        let work = move |c: &mut Connection, table: &AppTable| {
            if id == AppRef::Default {
                return Ok(Err(AccountError::NotAllowed));
            }
            let Some(app) = table.app(&id) else { return Ok(Err(AccountError::NotFound)) };
            apps::delete(c, &id)?;
            Ok(Ok(Done { result: (), subject: app.app().name.clone(), detail: difference::of_new(app.app()) }))
        };
        self.change_apps(Event::AppDeleted, actor, work).await
    }

    /// Creates a rule of an app.
    pub async fn create_rule(&self, app: &AppRef, draft: RuleDraft, actor: &Actor) -> Result<RuleId, AccountError> {
        let id = RuleId::parse(&random::id());
        let id = id.ok_or_else(|| AccountError::Internal("an identifier cannot be parsed".to_owned()))?;
        self.put_rule(app, id, draft, None, actor, Event::RuleCreated).await
    }

    /// Replaces a rule of an app, if it is still as its author saw it.
    pub async fn change_rule(
        &self,
        app: &AppRef,
        id: &RuleId,
        draft: RuleDraft,
        seen: Option<Seen>,
        actor: &Actor,
    ) -> Result<(), AccountError> {
        self.put_rule(app, id.clone(), draft, seen, actor, Event::RuleChanged).await.map(drop)
    }

    /// Deletes a rule of an app.
    pub async fn delete_rule(&self, app: &AppRef, id: &RuleId, actor: &Actor) -> Result<(), AccountError> {
        let (app, id) = (app.clone(), id.clone());
        let work = move |c: &mut Connection, table: &AppTable| {
            let found = table.app(&app);
            let rule = found.and_then(|app| app.rules().iter().find(|rule| rule.id.as_ref() == Some(&id)));
            let (Some(found), Some(rule)) = (found, rule) else { return Ok(Err(AccountError::NotFound)) };
            apps::delete_rule(c, &app, &id)?;
            Ok(Ok(Done { result: (), subject: found.app().name.clone(), detail: draft_of(c, rule)?.to_string() }))
        };
        self.change_apps(Event::RuleDeleted, actor, work).await
    }

    /// What drafts of apps are parsed with.
    pub(super) fn for_drafts(&self) -> (&Server, &Sealer) {
        (&self.0.config.server, &self.0.sealer)
    }

    /// What is unusual about an app, though it may be meant.
    pub fn advice(&self, app: &App) -> Vec<Text> {
        app.advice(self.app_url().canonical(), self.0.config.gate.is_asked())
    }

    async fn put_rule(
        &self,
        app: &AppRef,
        id: RuleId,
        draft: RuleDraft,
        seen: Option<Seen>,
        actor: &Actor,
        event: Event,
    ) -> Result<RuleId, AccountError> {
        let app = app.clone();
        let work = move |c: &mut Connection, table: &AppTable| {
            let Some(found) = table.app(&app) else { return Ok(Err(AccountError::NotFound)) };
            let rule: Rule = match draft.parse(c, &id, found.rules())? {
                Ok(rule) => rule,
                Err(faults) => return Ok(Err(AccountError::Rules(faults))),
            };
            let after = draft_of(c, &rule)?;
            let mut detail = after.to_string();
            if matches!(event, Event::RuleChanged) {
                let present = found.rules().iter().find(|rule| rule.id.as_ref() == Some(&id));
                let Some(present) = present else { return Ok(Err(AccountError::NotFound)) };
                let before = draft_of(c, present)?;
                if let Err(changed) = seen::check(seen.as_ref(), &before, &after) {
                    return Ok(Err(changed));
                }
                detail = difference::of_rules(&before, &after);
                apps::delete_rule(c, &app, &id)?;
            }
            apps::insert_rule(c, &app, &id, &rule)?;
            Ok(Ok(Done { result: id, subject: found.app().name.clone(), detail }))
        };
        self.change_apps(event, actor, work).await
    }

    /// Runs `work` on the apps as they are, while nobody else can change them; what it refuses changes nothing.
    async fn change_apps<T: Send + 'static>(
        &self,
        event: Event,
        actor: &Actor,
        work: impl FnOnce(&mut Connection, &AppTable) -> Outcome<T> + Send + 'static,
    ) -> Result<T, AccountError> {
        let mut line = self.audit_line(event, &actor.name, "", &actor.source);
        let (this, now) = (self.clone(), self.0.clock.now());
        self.run_uninterrupted(async move {
            let config = std::sync::Arc::clone(&this.0.config);
            let outcome = this.0.database.write(move |c| {
                apps::begin_change(c)?;
                let table = app_table::read(c, &config)?;
                let done = match work(c, &table)? {
                    Ok(done) => done,
                    Err(refused) => return Ok(Err(refused)),
                };
                if done.detail.is_empty() {
                    // Everything is as it was.
                    return Ok(Ok((done.result, revocation::already_done(c)?)));
                }
                (line.subject, line.detail) = (done.subject, done.detail);
                audit::append(c, &line)?;
                let ended = revocation::publish(c, Vec::new(), vec![Notice::AppsChanged], now)?;
                Ok(Ok((done.result, ended)))
            });
            let (result, ended) = outcome.await??;
            this.ended(ended).await;
            Ok(result)
        })
        .await
    }
}
