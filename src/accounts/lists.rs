//! Lists of accounts, sessions and audit lines, with their totals.

use super::{AccountError, Accounts};
use crate::domain::audit::{AuditFilter, AuditLine};
use crate::domain::cursor::{Count, Cursor};
use crate::domain::session::Session;
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::domain::user_list::{UserFilter, UserOrder, UserPlace};
use crate::storage::{audit, users};

impl Accounts {
    /// Accounts in that order, after `place`, at most `limit`; and how many match the filter.
    pub async fn list_users(
        &self,
        filter: UserFilter,
        order: UserOrder,
        place: Option<UserPlace>,
        limit: i64,
    ) -> Result<(Vec<User>, Count), AccountError> {
        Ok(self.0.database.read(move |c| users::page(c, &filter, order, place.as_ref(), limit)).await?)
    }

    /// When another account last had the current address of `user`, as far as the audit log goes back.
    pub async fn last_use_of_address(&self, user: &User) -> Result<Option<Timestamp>, AccountError> {
        let (email, since) = (user.email.clone(), user.created_at);
        Ok(self.0.database.read(move |c| audit::last_use_of_address(c, &email, since)).await?)
    }

    /// All live sessions with the address of their user, newest first, older than `before`, at most `limit`.
    pub async fn list_sessions(
        &self,
        before: Option<Cursor>,
        limit: i64,
    ) -> Result<Vec<(Session, Option<String>)>, AccountError> {
        let (store, now) = (self.0.store.clone(), self.0.clock.now());
        Ok(self.0.database.read(move |c| store.page(c, before.as_ref(), now, limit)).await?)
    }

    /// How many live sessions there are. With Redis this includes some that have just ended.
    pub async fn count_sessions(&self) -> Result<Count, AccountError> {
        let (store, now) = (self.0.store.clone(), self.0.clock.now());
        Ok(self.0.database.read(move |c| store.count_for_list(c, now)).await?)
    }

    /// Audit lines, newest first, older than the one with the ID `before`, at most `limit`.
    pub async fn list_audit(
        &self,
        filter: AuditFilter,
        before: Option<String>,
        limit: i64,
    ) -> Result<Vec<AuditLine>, AccountError> {
        Ok(self.0.database.read(move |c| audit::page(c, &filter, before.as_deref(), limit)).await?)
    }

    /// How many audit lines match the filter.
    pub async fn count_audit(&self, filter: AuditFilter) -> Result<Count, AccountError> {
        Ok(self.0.database.read(move |c| audit::count(c, &filter)).await?)
    }
}
