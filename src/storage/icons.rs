//! Icons of apps.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::icons;
use super::{Connection, StorageError};
use crate::domain::apps::AppRef;
use crate::domain::image::Icon;

/// The icon of every app that has one; one that is damaged is left out.
pub fn all(c: &mut Connection) -> Result<HashMap<AppRef, Icon>, StorageError> {
    let rows: Vec<(String, String)> = icons::table.select((icons::app_id, icons::content)).load(c)?;
    let mut all = HashMap::new();
    for (id, content) in rows {
        if let (Some(app), Ok(icon)) = (AppRef::parse(&id), Icon::parse(&content)) {
            all.insert(app, icon);
        } else {
            tracing::error!(app = id, "an unreadable icon was left out");
        }
    }
    Ok(all)
}

/// Gives an app this icon in place of any other, or none.
pub fn set(c: &mut Connection, app: &AppRef, icon: Option<&Icon>) -> Result<(), StorageError> {
    diesel::delete(icons::table.filter(icons::app_id.eq(app.as_str()))).execute(c)?;
    if let Some(icon) = icon {
        let values = (icons::app_id.eq(app.as_str()), icons::content.eq(icon.as_base64()));
        diesel::insert_into(icons::table).values(values).execute(c)?;
    }
    Ok(())
}
