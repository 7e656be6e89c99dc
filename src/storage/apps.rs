//! Apps, rules and grants.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::schema::{apps, grants, machine_tokens, rules};
use super::{Connection, StorageError, settings};
use crate::domain::app_address::AppAddress;
use crate::domain::apps::{App, AppRef, DefaultAccess, HostHeader, Upstream};
use crate::domain::groups::GroupName;
use crate::domain::header_profile::{FixedHeader, HeaderProfile, Preset, stored_own};
use crate::domain::ids::{AppId, RuleId, UserId};
use crate::domain::lists::lines;
use crate::domain::rules::{Grant, Rule, RuleMethods, RulePath, Who, WhoKind};
use crate::domain::time::Timestamp;
use crate::domain::upstream::UpstreamUrl;

/// The setting that counts the changes.
const NUMBER: &str = "apps";

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = apps, treat_none_as_null = true)]
#[expect(clippy::struct_excessive_bools, reason = "the columns of a table")]
struct AppRow {
    id: String,
    name: String,
    addresses: String,
    upstream: String,
    ca_file: Option<String>,
    host_header: String,
    answer_secs: Option<i64>,
    max_upload: Option<i64>,
    websocket_origins: String,
    default_access: String,
    preflight: bool,
    signed_identity: bool,
    enabled: bool,
    shown: bool,
    session_secs: Option<i64>,
    headers: String,
    header_map: String,
    fixed_headers: String,
    token_headers: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rules)]
struct RuleRow {
    id: String,
    app_id: String,
    path: String,
    methods: String,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
struct GrantRow {
    id: String,
    rule_id: String,
    position: i64,
    who: String,
    group_names: String,
    people: String,
    networks: String,
    factor: bool,
    within_minutes: Option<i64>,
    until_at: Option<i64>,
}

/// The number of the newest change.
pub fn number(c: &mut Connection) -> Result<i64, StorageError> {
    let value = settings::find(c, NUMBER)?;
    value.and_then(|text| text.parse().ok()).ok_or_else(missing)
}

/// Begins a change: nobody else makes one until the end of the transaction.
pub fn begin_change(c: &mut Connection) -> Result<(), StorageError> {
    let count =
        diesel::sql_query("UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = $1");
    if count.bind::<Text, _>(NUMBER).execute(c)? == 1 { Ok(()) } else { Err(missing()) }
}

/// Lets nobody change apps until the end of the transaction, without a change of one's own.
pub fn hold(c: &mut Connection) -> Result<(), StorageError> {
    let locked = diesel::sql_query("UPDATE settings SET value = value WHERE name = $1");
    if locked.bind::<Text, _>(NUMBER).execute(c)? == 1 { Ok(()) } else { Err(missing()) }
}

fn missing() -> StorageError {
    StorageError::Corrupt(format!("the setting {NUMBER} is missing or not a number"))
}

/// Everything there is of apps and rules. What cannot be read is left out and logged.
#[derive(Default)]
pub struct Stored {
    /// The apps, oldest first.
    pub apps: Vec<App>,
    /// The rules of each app.
    pub rules: HashMap<AppRef, Vec<Rule>>,
    /// The apps of which a rule cannot be read: they have to stay closed.
    pub damaged: HashSet<AppRef>,
}

/// Reads all apps, rules and grants; addresses have the scheme of `APP_URL`, which `https` says.
pub fn all(c: &mut Connection, https: bool) -> Result<Stored, StorageError> {
    let mut stored = Stored::default();
    let rows: Vec<AppRow> = apps::table.order((apps::created_at, apps::id)).select(AppRow::as_select()).load(c)?;
    stored.apps.extend(rows.into_iter().filter_map(|row| readable(row.into_app(https))));
    let rows: Vec<RuleRow> = rules::table.order((rules::path, rules::methods)).select(RuleRow::as_select()).load(c)?;
    let given: Vec<GrantRow> = grants::table.order(grants::position).select(GrantRow::as_select()).load(c)?;
    let mut by_rule: HashMap<String, Option<Vec<Grant>>> = HashMap::new();
    for row in given {
        let grants = by_rule.entry(row.rule_id.clone()).or_insert_with(|| Some(Vec::new()));
        match (readable(row.into_grant()), grants.as_mut()) {
            (Some(grant), Some(grants)) => grants.push(grant),
            _ => *grants = None,
        }
    }
    for row in rows {
        let Some(app) = readable(AppRef::parse(&row.app_id).ok_or_else(|| unreadable("rule", &row.id, "app_id")))
        else {
            continue;
        };
        let grants = by_rule.remove(&row.id).unwrap_or_else(|| Some(Vec::new()));
        match grants.and_then(|grants| readable(row.into_rule(grants))) {
            Some(rule) => stored.rules.entry(app).or_default().push(rule),
            None => drop(stored.damaged.insert(app)),
        }
    }
    Ok(stored)
}

/// Whether everything can be read, with one of the schemes; the error does not say what cannot, the log does.
pub fn check_all(c: &mut Connection) -> Result<(), StorageError> {
    let count: i64 = apps::table.count().get_result(c)?;
    for https in [true, false] {
        let stored = all(c, https)?;
        if i64::try_from(stored.apps.len()) == Ok(count) && stored.damaged.is_empty() {
            return Ok(());
        }
    }
    Err(StorageError::Corrupt("an app or a rule cannot be read".to_owned()))
}

/// The value, or nothing and a line in the log: one damaged row must not close everything else.
fn readable<T>(outcome: Result<T, StorageError>) -> Option<T> {
    outcome.inspect_err(|fault| tracing::error!(%fault, "an app or a rule cannot be read, and its app is closed")).ok()
}

/// Adds an app.
pub fn insert(c: &mut Connection, app: &App, now: Timestamp) -> Result<(), StorageError> {
    let values = (AppRow::of(app), apps::created_at.eq(now.secs()));
    diesel::insert_into(apps::table).values(values).execute(c)?;
    Ok(())
}

/// Replaces everything that is known of an app; false if there is none.
pub fn update(c: &mut Connection, app: &App) -> Result<bool, StorageError> {
    let row = AppRow::of(app);
    Ok(diesel::update(apps::table.filter(apps::id.eq(row.id.clone()))).set(row).execute(c)? == 1)
}

/// Deletes an app with its rules and tokens; false if there is none.
pub fn delete(c: &mut Connection, app: &AppRef) -> Result<bool, StorageError> {
    diesel::delete(rules::table.filter(rules::app_id.eq(app.as_str()))).execute(c)?;
    diesel::delete(machine_tokens::table.filter(machine_tokens::app_id.eq(app.as_str()))).execute(c)?;
    Ok(diesel::delete(apps::table.filter(apps::id.eq(app.as_str()))).execute(c)? == 1)
}

/// The fixed headers of an app.
pub struct OwnedHeaders {
    /// The app.
    pub app: AppRef,
    /// What the app is called.
    pub name: String,
    /// Its headers.
    pub fixed: Vec<FixedHeader>,
}

/// The fixed headers of all apps that have some, of apps that cannot be read as well.
pub fn all_fixed_headers(c: &mut Connection) -> Result<Vec<OwnedHeaders>, StorageError> {
    let own = apps::table.filter(apps::fixed_headers.ne("")).order((apps::created_at, apps::id));
    let rows: Vec<(String, String, String)> = own.select((apps::id, apps::name, apps::fixed_headers)).load(c)?;
    let owned = |(id, name, fixed): (String, String, String)| {
        let app = AppRef::parse(&id).ok_or_else(|| unreadable("app", &id, "id"))?;
        let fixed = parse_fixed(&fixed).ok_or_else(|| unreadable("app", &id, "fixed_headers"))?;
        Ok(OwnedHeaders { app, name, fixed })
    };
    rows.into_iter().map(owned).collect()
}

/// Replaces the fixed headers of an app.
pub fn replace_fixed_headers(c: &mut Connection, app: &AppRef, fixed: &[FixedHeader]) -> Result<(), StorageError> {
    let row = apps::table.filter(apps::id.eq(app.as_str()));
    diesel::update(row).set(apps::fixed_headers.eq(stored_fixed(fixed))).execute(c)?;
    Ok(())
}

/// Adds a rule.
pub fn insert_rule(c: &mut Connection, app: &AppRef, id: &RuleId, rule: &Rule) -> Result<(), StorageError> {
    let row = RuleRow {
        id: id.to_string(),
        app_id: app.to_string(),
        path: rule.path.as_str().to_owned(),
        methods: rule.methods.to_string(),
    };
    diesel::insert_into(rules::table).values(row).execute(c)?;
    for (position, grant) in (0..).zip(&rule.grants) {
        diesel::insert_into(grants::table).values(GrantRow::of(id, position, grant)).execute(c)?;
    }
    Ok(())
}

/// Deletes a rule of `app`; false if there is none.
pub fn delete_rule(c: &mut Connection, app: &AppRef, id: &RuleId) -> Result<bool, StorageError> {
    let own = rules::table.filter(rules::id.eq(id.as_str()).and(rules::app_id.eq(app.as_str())));
    Ok(diesel::delete(own).execute(c)? == 1)
}

/// Removes a group from every grant.
pub fn forget_group(c: &mut Connection, group: &GroupName) -> Result<(), StorageError> {
    let naming = grants::table.filter(grants::group_names.like(format!("%{group}%")));
    for row in naming.select(GrantRow::as_select()).load(c)? {
        let left: Vec<&str> = row.group_names.lines().filter(|name| *name != group.as_str()).collect();
        let own = grants::table.filter(grants::id.eq(&row.id));
        diesel::update(own).set(grants::group_names.eq(lines(left))).execute(c)?;
    }
    Ok(())
}

fn unreadable(kind: &str, id: &str, column: &str) -> StorageError {
    StorageError::Corrupt(format!("the {kind} {id} has an unreadable {column}"))
}

fn parse_lines<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.lines().map(parse).collect()
}

fn parse_fixed(text: &str) -> Option<Vec<FixedHeader>> {
    parse_lines(text, |line| {
        let (name, sealed) = line.split_once(' ')?;
        Some(FixedHeader { name: name.to_owned(), sealed: sealed.to_owned() })
    })
}

fn stored_fixed(fixed: &[FixedHeader]) -> String {
    lines(fixed.iter().map(|fixed| format!("{} {}", fixed.name, fixed.sealed)))
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

impl AppRow {
    fn of(app: &App) -> Self {
        let upstream = app.upstream.as_ref();
        Self {
            id: app.id.to_string(),
            name: app.name.clone(),
            addresses: lines(&app.addresses),
            upstream: upstream.map(|upstream| upstream.url.to_string()).unwrap_or_default(),
            ca_file: upstream.and_then(|upstream| upstream.ca_file.clone()),
            host_header: upstream.map(|upstream| upstream.host.as_str().to_owned()).unwrap_or_default(),
            answer_secs: upstream.and_then(|upstream| upstream.answer).map(seconds),
            max_upload: upstream.and_then(|upstream| upstream.max_upload).and_then(|bytes| i64::try_from(bytes).ok()),
            websocket_origins: upstream.map(|upstream| lines(&upstream.websocket_origins)).unwrap_or_default(),
            default_access: app.default_access.as_str().to_owned(),
            preflight: app.preflight,
            signed_identity: app.signed_identity,
            enabled: app.enabled,
            shown: app.shown,
            session_secs: app.session_secs,
            headers: app.headers.preset.as_str().to_owned(),
            header_map: app.headers.typed(),
            fixed_headers: stored_fixed(&app.headers.fixed),
            token_headers: lines(&app.token_headers),
        }
    }

    fn into_app(self, https: bool) -> Result<App, StorageError> {
        let unreadable = |column: &str| unreadable("app", &self.id, column);
        let url = match self.upstream.as_str() {
            "" => None,
            text => Some(UpstreamUrl::parse(text).ok_or_else(|| unreadable("upstream"))?),
        };
        let upstream = url.map(|url| Upstream {
            url,
            ca_file: self.ca_file.clone(),
            host: HostHeader::parse(&self.host_header),
            answer: self.answer_secs.and_then(|secs| u64::try_from(secs).ok()).map(Duration::from_secs),
            max_upload: self.max_upload.and_then(|bytes| u64::try_from(bytes).ok()),
            websocket_origins: self.websocket_origins.lines().map(str::to_owned).collect(),
        });
        let id = AppId::parse(&self.id).ok_or_else(|| unreadable("id"))?;
        let fixed = parse_fixed(&self.fixed_headers);
        let headers = HeaderProfile {
            preset: Preset::parse(&self.headers).ok_or_else(|| unreadable("headers"))?,
            own: stored_own(&self.header_map).ok_or_else(|| unreadable("header_map"))?,
            fixed: fixed.ok_or_else(|| unreadable("fixed_headers"))?,
        };
        let addresses = parse_lines(&self.addresses, |line| AppAddress::parse(line, https).ok());
        Ok(App {
            id: AppRef::Created(id),
            addresses: addresses.ok_or_else(|| unreadable("addresses"))?,
            upstream,
            default_access: DefaultAccess::parse(&self.default_access).ok_or_else(|| unreadable("default_access"))?,
            name: self.name,
            preflight: self.preflight,
            signed_identity: self.signed_identity,
            enabled: self.enabled,
            shown: self.shown,
            session_secs: self.session_secs,
            headers,
            token_headers: self.token_headers.lines().map(str::to_owned).collect(),
        })
    }
}

impl RuleRow {
    fn into_rule(self, grants: Vec<Grant>) -> Result<Rule, StorageError> {
        let unreadable = |column: &str| unreadable("rule", &self.id, column);
        Ok(Rule {
            id: Some(RuleId::parse(&self.id).ok_or_else(|| unreadable("id"))?),
            path: RulePath::stored(&self.path).ok_or_else(|| unreadable("path"))?,
            methods: RuleMethods::stored(&self.methods).ok_or_else(|| unreadable("methods"))?,
            grants,
        })
    }
}

impl GrantRow {
    fn of(rule: &RuleId, position: i64, grant: &Grant) -> Self {
        let (groups, people) = match &grant.who {
            Who::Members { groups, people } => (lines(groups), lines(people)),
            Who::Public | Who::SignedIn | Who::Nobody => Default::default(),
        };
        Self {
            id: grant.id.clone(),
            rule_id: rule.to_string(),
            position,
            who: grant.who.kind().as_str().to_owned(),
            group_names: groups,
            people,
            networks: lines(&grant.networks),
            factor: grant.factor,
            within_minutes: grant.within,
            until_at: grant.until.map(Timestamp::secs),
        }
    }

    fn into_grant(self) -> Result<Grant, StorageError> {
        let unreadable = |column: &str| unreadable("grant", &self.id, column);
        let who = match WhoKind::parse(&self.who).ok_or_else(|| unreadable("who"))? {
            WhoKind::Public => Who::Public,
            WhoKind::SignedIn => Who::SignedIn,
            WhoKind::Nobody => Who::Nobody,
            WhoKind::Members => Who::Members {
                groups: parse_lines(&self.group_names, |name| GroupName::parse(name).ok())
                    .ok_or_else(|| unreadable("group_names"))?,
                people: parse_lines(&self.people, UserId::parse).ok_or_else(|| unreadable("people"))?,
            },
        };
        let networks = parse_lines(&self.networks, |line| line.parse().ok()).ok_or_else(|| unreadable("networks"))?;
        let until = self.until_at.map(Timestamp::from_secs);
        Ok(Grant { id: self.id, who, networks, factor: self.factor, within: self.within_minutes, until })
    }
}
