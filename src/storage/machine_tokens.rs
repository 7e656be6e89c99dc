//! Machine tokens and signed links. One that was revoked has no row.

use diesel::prelude::*;

use super::lists::readable;
use super::schema::machine_tokens::{self, dsl};
use super::schema::users;
use super::{Connection, StorageError};
use crate::crypto::opaque_token::TokenHash;
use crate::domain::apps::AppRef;
use crate::domain::cursor::Cursor;
use crate::domain::ids::{TokenId, UserId};
use crate::domain::lists::lines;
use crate::domain::machine_token::{MachineToken, TokenKind, TokenPath, TokenScope};
use crate::domain::rules::{RuleMethods, RulePath};
use crate::domain::time::Timestamp;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = machine_tokens)]
struct Row {
    id: String,
    kind: String,
    hash: String,
    name: String,
    user_id: String,
    app_id: String,
    path: String,
    methods: String,
    networks: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
}

/// A token with the hash of its secret.
#[derive(Clone, Debug)]
pub struct StoredToken {
    /// The token.
    pub token: MachineToken,
    /// The hash; empty for a link.
    pub hash: TokenHash,
}

impl Row {
    fn of(stored: &StoredToken) -> Self {
        let MachineToken { id, kind, name, owner, scope, created_at, expires_at, last_used_at } = &stored.token;
        Self {
            id: id.to_string(),
            kind: kind.as_str().to_owned(),
            hash: stored.hash.as_str().to_owned(),
            name: name.clone(),
            user_id: owner.to_string(),
            app_id: scope.app.to_string(),
            path: scope.path.as_str().to_owned(),
            methods: scope.methods.to_string(),
            networks: lines(&scope.networks),
            created_at: created_at.secs(),
            expires_at: expires_at.secs(),
            last_used_at: last_used_at.map(Timestamp::secs),
        }
    }
}

impl TryFrom<Row> for StoredToken {
    type Error = StorageError;

    fn try_from(row: Row) -> Result<Self, StorageError> {
        let damaged = |column: &str| StorageError::Corrupt(format!("the token {} has no valid {column}", row.id));
        let kind = TokenKind::parse(&row.kind).ok_or_else(|| damaged("kind"))?;
        let path = match kind {
            TokenKind::Token => RulePath::stored(&row.path).map(TokenPath::below).ok_or_else(|| damaged("path"))?,
            TokenKind::Link => TokenPath::Exactly(row.path.clone()),
        };
        let networks = row.networks.lines().map(|line| line.parse().map_err(|_fault| damaged("networks")));
        let scope = TokenScope {
            app: AppRef::parse(&row.app_id).ok_or_else(|| damaged("app_id"))?,
            path,
            methods: RuleMethods::stored(&row.methods).ok_or_else(|| damaged("methods"))?,
            networks: networks.collect::<Result<_, _>>()?,
        };
        let token = MachineToken {
            id: TokenId::parse(&row.id).ok_or_else(|| damaged("id"))?,
            kind,
            owner: UserId::parse(&row.user_id).ok_or_else(|| damaged("user_id"))?,
            scope,
            name: row.name,
            created_at: Timestamp::from_secs(row.created_at),
            expires_at: Timestamp::from_secs(row.expires_at),
            last_used_at: row.last_used_at.map(Timestamp::from_secs),
        };
        Ok(Self { token, hash: TokenHash::stored(row.hash) })
    }
}

/// Adds a token.
pub fn insert(connection: &mut Connection, stored: &StoredToken) -> Result<(), StorageError> {
    diesel::insert_into(machine_tokens::table).values(Row::of(stored)).execute(connection)?;
    Ok(())
}

/// The token with that identifier, expired or not.
pub fn find(connection: &mut Connection, id: &TokenId) -> Result<Option<StoredToken>, StorageError> {
    let found = dsl::machine_tokens.filter(dsl::id.eq(id.as_str())).select(Row::as_select()).first(connection);
    found.optional()?.map(StoredToken::try_from).transpose()
}

/// How many tokens and links an account has.
pub fn count_of(connection: &mut Connection, user: &UserId) -> Result<i64, StorageError> {
    Ok(dsl::machine_tokens.filter(dsl::user_id.eq(user.as_str())).count().get_result(connection)?)
}

/// The identifiers of all tokens and links, expired or not.
pub fn identifiers(connection: &mut Connection) -> Result<Vec<String>, StorageError> {
    Ok(dsl::machine_tokens.select(dsl::id).load(connection)?)
}

/// Tokens with the address of their owner, newest first: of everybody or of one account, older than `before`, at most
/// `limit`.
pub fn page(
    connection: &mut Connection,
    owner: Option<&UserId>,
    before: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<(MachineToken, String)>, StorageError> {
    let load = |limit| {
        let mut query = machine_tokens::table.inner_join(users::table).into_boxed();
        if let Some(owner) = owner {
            query = query.filter(machine_tokens::user_id.eq(owner.as_str()));
        }
        if let Some(before) = before {
            let at = before.at.secs();
            query = query.filter(
                machine_tokens::created_at
                    .lt(at)
                    .or(machine_tokens::created_at.eq(at).and(machine_tokens::id.lt(before.id.clone()))),
            );
        }
        query
            .order((machine_tokens::created_at.desc(), machine_tokens::id.desc()))
            .limit(limit)
            .select((Row::as_select(), users::email))
            .load::<(Row, String)>(connection)
    };
    readable(limit, load, |(row, email)| Ok((StoredToken::try_from(row)?.token, email)))
}

/// Reads every token; the first one that cannot be read is the error.
pub fn check_all(connection: &mut Connection) -> Result<(), StorageError> {
    let rows: Vec<Row> = dsl::machine_tokens.select(Row::as_select()).load(connection)?;
    rows.into_iter().try_for_each(|row| StoredToken::try_from(row).map(drop))
}

/// Deletes a token; false if there is none.
pub fn delete(connection: &mut Connection, id: &TokenId) -> Result<bool, StorageError> {
    Ok(diesel::delete(dsl::machine_tokens.filter(dsl::id.eq(id.as_str()))).execute(connection)? == 1)
}

/// Deletes every token of an account.
pub fn delete_of(connection: &mut Connection, user: &UserId) -> Result<(), StorageError> {
    diesel::delete(dsl::machine_tokens.filter(dsl::user_id.eq(user.as_str()))).execute(connection)?;
    Ok(())
}

/// Deletes what has expired of an account.
pub fn delete_expired_of(connection: &mut Connection, user: &UserId, now: Timestamp) -> Result<usize, StorageError> {
    let own = dsl::machine_tokens.filter(dsl::user_id.eq(user.as_str()).and(dsl::expires_at.le(now.secs())));
    Ok(diesel::delete(own).execute(connection)?)
}

/// Records when a token was used.
pub fn touch(connection: &mut Connection, id: &TokenId, now: Timestamp) -> Result<(), StorageError> {
    let own = dsl::machine_tokens.filter(dsl::id.eq(id.as_str()));
    diesel::update(own).set(dsl::last_used_at.eq(now.secs())).execute(connection)?;
    Ok(())
}

/// Deletes tokens that expired before that moment.
pub fn delete_expired(connection: &mut Connection, before: Timestamp) -> Result<usize, StorageError> {
    Ok(diesel::delete(dsl::machine_tokens.filter(dsl::expires_at.le(before.secs()))).execute(connection)?)
}
