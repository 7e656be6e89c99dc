//! The active admins, of whom one has to stay.

use diesel::prelude::*;

use super::schema::users::dsl;
use super::{Connection, StorageError};
use crate::domain::ids::UserId;
use crate::domain::user::{Role, UserState};

/// The identifiers of all active admins, in order.
pub fn active_admins(connection: &mut Connection) -> Result<Vec<String>, StorageError> {
    let admins = dsl::users.filter(dsl::role.eq(Role::Admin.as_str()).and(dsl::state.eq(UserState::Active.as_str())));
    Ok(admins.order(dsl::id.asc()).select(dsl::id).load(connection)?)
}

/// Whether these are all the active admins. Locks the admins' rows, so that two concurrent changes cannot remove the
/// last two.
pub fn are_last_active_admins(connection: &mut Connection, ids: &[&UserId]) -> Result<bool, StorageError> {
    let mut are_last = true;
    for admin in active_admins(connection)? {
        // An update that changes nothing locks the row in both databases alike; one statement for all rows would lock
        // them in any order.
        let row = dsl::users.filter(
            dsl::id.eq(&admin).and(dsl::role.eq(Role::Admin.as_str())).and(dsl::state.eq(UserState::Active.as_str())),
        );
        let is_active = diesel::update(row).set(dsl::session_epoch.eq(dsl::session_epoch)).execute(connection)? == 1;
        are_last &= !is_active || ids.iter().any(|id| id.as_str() == admin);
    }
    Ok(are_last)
}
