//! Icons of apps.

use std::collections::HashMap;
use std::sync::Arc;

use super::{AccountError, Accounts, Actor, app_table};
use crate::domain::apps::AppRef;
use crate::domain::audit::Event;
use crate::domain::image::Icon;
use crate::storage::{apps, audit, icons};

impl Accounts {
    /// The icon of every app that has one.
    pub async fn icons(&self) -> Result<HashMap<AppRef, Icon>, AccountError> {
        Ok(self.0.database.read(icons::all).await?)
    }

    /// Gives an app an icon, or takes it away. The app of the configuration has none.
    pub async fn set_icon(&self, app: &AppRef, icon: Option<Icon>, actor: &Actor) -> Result<(), AccountError> {
        let detail = icon.as_ref().map_or_else(|| "icon removed".to_owned(), |icon| format!("icon: {}", icon.kind()));
        let mut line = self.audit_line(Event::AppChanged, &actor.name, "", &actor.source);
        line.detail = detail;
        let (config, app) = (Arc::clone(&self.0.config), app.clone());
        let outcome = self.0.database.write(move |c| {
            apps::begin_change(c)?;
            let table = app_table::read(c, &config)?;
            if app == AppRef::Default {
                return Ok(Err(AccountError::NotAllowed));
            }
            let Some(found) = table.app(&app) else { return Ok(Err(AccountError::NotFound)) };
            icons::set(c, &app, icon.as_ref())?;
            line.subject = found.app().name.clone();
            audit::append(c, &line)?;
            Ok(Ok(()))
        });
        outcome.await?
    }
}
