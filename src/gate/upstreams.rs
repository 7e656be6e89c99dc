//! One worker's connections to every app.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use actix_web::HttpRequest;

use super::proxy_client::AppClient;
use crate::domain::apps::{App, AppRef, Upstream};
use crate::http::error::HttpError;

/// The pools of a worker; one for each app, made at its first request and replaced when its upstream changes.
#[derive(Default)]
pub struct Upstreams(RefCell<HashMap<AppRef, (Upstream, Rc<AppClient>)>>);

/// The worker's connections.
#[expect(clippy::expect_used, reason = "app/server.rs registers the upstreams before any route exists")]
pub(super) fn upstreams(req: &HttpRequest) -> &Upstreams {
    req.app_data::<Rc<Upstreams>>().expect("Upstreams are registered")
}

impl Upstreams {
    /// The connections to `app`; `None` if it is behind another proxy.
    pub(super) fn of(&self, app: &App) -> Result<Option<Rc<AppClient>>, HttpError> {
        let Some(upstream) = &app.upstream else { return Ok(None) };
        if let Some((known, client)) = self.0.borrow().get(&app.id)
            && known == upstream
        {
            return Ok(Some(Rc::clone(client)));
        }
        let client = AppClient::new(upstream).map(Rc::new).map_err(HttpError::Upstream)?;
        self.0.borrow_mut().insert(app.id.clone(), (upstream.clone(), Rc::clone(&client)));
        Ok(Some(client))
    }
}
